/** What is remembered about the shopper. */

import { el } from "../dom.js";
import { clock, named, number, t } from "../i18n.js";
import { category } from "../shop.js";
import * as till from "../till.js";
import { bar, block, item, titles } from "./parts.js";

/** @import { Portrait } from "../../pkg/index.js" */

const MOST = 8;

export const state = () => [till.portrait(), till.status().consent];

export async function draw() {
  const portrait = till.portrait();
  const { recent, cart, bought, categories, brands, events } = portrait;
  await titles([...recent.slice(0, MOST), ...cart, ...bought.slice(0, MOST)].map(({ id }) => id));
  const note = till.remembers() ? t("console.remembered", { count: number(events) }) : t("console.nothing");
  return [
    el("p", { class: "quiet" }, note),
    el(
      "div",
      { class: "blocks" },
      block(t("console.recent"), list(recent.slice(0, MOST).map(({ id, time }) => [item(id), clock(time)]))),
      block(t("console.categories"), affinities(categories, label)),
      block(t("console.brands"), affinities(brands, (name) => name)),
      block(t("console.cart"), list(cart.map(({ id, quantity }) => [item(id), `× ${quantity}`]))),
      block(t("console.bought"), list(bought.slice(0, MOST).map(({ id, count }) => [item(id), `× ${count}`]))),
    ),
  ];
}

/** @param {[Node, string][]} rows */
const list = (rows) => (rows.length ? el("ol", { role: "list" }, ...rows.map(([what, beside]) => el("li", {}, what, el("span", { class: "quiet" }, beside)))) : el("p", { class: "quiet" }, "–"));

/** @param {string} path */
function label(path) {
  const found = category(path);
  return found ? named(found.name) : path;
}

/** Two bars each: the interest of the last half hour, and the lasting one. @param {Portrait["categories"]} all @param {(name: string) => string} label */
function affinities(all, label) {
  if (!all.length) return el("p", { class: "quiet" }, "–");
  const short = Math.max(...all.map((one) => one.short), 1e-9);
  const long = Math.max(...all.map((one) => one.long), 1e-9);
  return el(
    "table",
    { class: "affinities" },
    el("thead", { class: "unseen" }, el("tr", {}, ...[t("console.name"), t("console.short"), t("console.long")].map((text) => el("th", { scope: "col" }, text)))),
    el(
      "tbody",
      {},
      ...all.slice(0, MOST).map((one) =>
        el(
          "tr",
          {},
          el("th", { scope: "row", title: one.name }, label(one.name)),
          el("td", { title: t("console.short") }, bar(one.short / short), el("span", { class: "quiet" }, number(one.short, 2))),
          el("td", { title: t("console.long") }, bar(one.long / long, "long"), el("span", { class: "quiet" }, number(one.long, 2))),
        ),
      ),
    ),
  );
}
