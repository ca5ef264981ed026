/** Small pieces that several tabs of the console are made of. */

import { el } from "../dom.js";
import { title } from "../i18n.js";
import { toProduct } from "../links.js";
import { goods, known } from "../shop.js";

/** @param {string} heading @param {...(Node | string | null | false)} content */
export const block = (heading, ...content) => el("section", { class: "block" }, el("h3", {}, heading), ...content);

/** @param {readonly (readonly [string, string | Node])[]} rows */
export const facts = (rows) => el("dl", { class: "facts-list" }, ...rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));

/** @param {readonly string[]} head @param {readonly (readonly (string | Node)[])[]} rows */
export const table = (head, rows) =>
  el(
    "table",
    {},
    el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col" }, text)))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map((cell) => el("td", {}, cell))))),
  );

/** Loads the titles that `item` gives. @param {readonly string[]} ids */
export const titles = (ids) => goods(ids);

/** @param {string} id */
export function item(id) {
  const good = known(id);
  return good ? el("a", { href: toProduct(id), title: id }, title(good)) : el("code", {}, id);
}

/** A bar of a share between 0 and 1. @param {number} share @param {string} [kind] */
export function bar(share, kind = "") {
  const fill = el("span", { class: `fill ${kind}` });
  fill.style.inlineSize = `${Math.round(Math.min(Math.max(share, 0), 1) * 1000) / 10}%`;
  return el("span", { class: "bar", "aria-hidden": "true" }, fill);
}
