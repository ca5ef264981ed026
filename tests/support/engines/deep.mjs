/** Elements that match, in the page's own tree and in the shadow trees in it. It goes to the page as text. @param {string} selector */
export function deep(selector) {
  /** @type {Element[]} */
  const found = [];
  /** @param {Document | ShadowRoot} tree */
  const look = (tree) => {
    found.push(...tree.querySelectorAll(selector));
    for (const { shadowRoot } of tree.querySelectorAll("*")) if (shadowRoot) look(shadowRoot);
  };
  look(document);
  return found;
}
