// Building elements. Texts become text nodes and never markup, so what a feed brings stays a text.
// @ts-check

/** @typedef {string | number | boolean | null | undefined | ((event: any) => void)} Attribute
 * A function listens to the event named after `on`; false, null and undefined leave the attribute out. */

/** @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {Record<string, Attribute>} [attributes] @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[K]} */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value != null && value !== false) node.setAttribute(name, value === true ? "" : `${value}`);
  }
  for (const child of children) if (child != null && child !== false) node.append(child);
  return node;
}

/** An address that a feed may give: it brings no script. @param {unknown} value */
export function address(value) {
  try {
    return value && /^https?:/.test(new URL(`${value}`, document.baseURI).protocol) ? `${value}` : null;
  } catch {
    return null;
  }
}

/** A place that the page may fill. @param {string} name @param {...Node} content what stands there until it does */
export const slot = (name, ...content) => el("slot", { name }, ...content);

/** @param {string} parts @param {(event: any) => void} onclick @param {string} text */
export const button = (parts, onclick, text) => el("button", { part: `button ${parts}`, type: "button", onclick }, text);
