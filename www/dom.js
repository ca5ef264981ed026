/** Building elements. Texts become text nodes and never markup, so a product's title cannot carry any. */

/**
 * @typedef {string | number | boolean | null | undefined | ((event: any) => void)} Attribute
 * A function is a listener of the event named after `on`; false, null and undefined leave the attribute out.
 */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, Attribute>} [attributes]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child !== null && child !== undefined && child !== false) node.append(child);
  return node;
}

/**
 * An element of the page's own HTML.
 * @param {string} id
 */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`index.html has no element with id "${id}"`);
  return node;
}

/**
 * Says something to screen readers.
 * @param {string} text
 */
export function announce(text) {
  byId("live").textContent = text;
}
