/** What is due on the front page: what the shopper buys again, their usual basket, and what a purchase leads to while that lasts. */

import { el } from "./dom.js";
import { named, short, t } from "./i18n.js";
import { modelled, slot } from "./shelf.js";
import { category, goods } from "./shop.js";
import { bundle, widgets } from "./widgets.js";
import * as crm from "./crm.js";
import * as till from "./till.js";

/** @import { Good } from "./types.js" */

/** Products of a set that follows a purchase, and candidates that it is chosen from. */
const SET = 3;
const CANDIDATES = 60;
/** Lines of the usual basket. */
const USUAL = 6;
/** An order of a member is under way for so long at most. */
const UNDERWAY_MS = 3 * 86_400_000;

/** Ids of what is on its way to a member. */
async function undelivered() {
  if (!crm.isKnown()) return [];
  const orders = await crm.orders().catch(() => /** @type {crm.Order[]} */ ([]));
  return orders.filter(({ state, placed }) => state === "placed" && crm.now() - placed < UNDERWAY_MS).flatMap(({ lines }) => lines.map(({ item }) => item));
}

/** Shelves of what is due now, and the usual basket; nothing on any other day. @param {readonly string[]} exclude what the page shows above */
export async function due(exclude) {
  if (!till.remembers()) return [];
  const { items, usual } = till.due({ undelivered: await undelivered() });
  const now = items.filter(({ due, suppressed }) => due && !suppressed);
  if (!now.length) return [];
  const path = now.find((one) => one.category)?.category;
  const aisle = path && category(path);
  const shelves = aisle ? [el("div", { class: "due", "data-due": path }, slot({ placement: "category", category: path, limit: 12, exclude }, { title: t("due.category", { name: named(aisle.name) }) }).place)] : [];
  const basket = await usually(usual.slice(0, USUAL));
  return [...(basket ? [basket] : []), ...shelves, el("div", { "data-due": "again" }, slot({ placement: "again", limit: 12, exclude }).place)];
}

/** The usual basket in one tap. @param {readonly { id: string, quantity: number }[]} lines */
async function usually(lines) {
  const found = await goods(lines.map(({ id }) => id));
  const all = lines.flatMap(({ id, quantity }) => {
    const good = found.get(id);
    return good && !good.o ? [{ good, quantity: Math.max(1, Math.round(quantity)) }] : [];
  });
  if (!all.length) return null;
  return set("usual", t("due.usual"), t("due.usualWhy"), all);
}

/** A set with one button. @param {string} name @param {string} title @param {string} why @param {{ good: Good, quantity: number }[]} all */
async function set(name, title, why, all) {
  await widgets();
  const node = bundle({ "data-set": name }, el("h2", { slot: "title" }, title), el("p", { slot: "why", class: "why" }, why));
  node.lines = all.map(({ good: { id }, quantity }) => ({ id, quantity }));
  return node;
}

/** What the latest purchase that leads to something leads to: one of each kind, for as long as the model says and until it was bought. @param {readonly string[]} exclude */
export async function sequence(exclude) {
  if (!till.remembers() || !modelled()) return null;
  const { bought } = till.portrait();
  if (!bought.length) return null;
  const { items } = till.recommend({ placement: "home", limit: CANDIDATES, exclude });
  const causes = bought.map(({ id }) => id);
  /** @param {string} cause */
  const after = (cause) => items.filter(({ reasons }) => reasons.some(({ code, because }) => code === "bought" && because === cause)).map(({ id }) => id);
  const cause = causes.find((cause) => after(cause).length > 1);
  if (!cause) return null;
  const found = await goods([cause, ...after(cause)]);
  const first = found.get(cause);
  /** @type {Map<string, Good>} */
  const kinds = new Map();
  for (const id of after(cause)) {
    const good = found.get(id);
    if (good && !good.o && !kinds.has(good.c)) kinds.set(good.c, good);
  }
  const all = [...kinds.values()].slice(0, SET).map((good) => ({ good, quantity: 1 }));
  if (!first || all.length < 2) return null;
  return set("sequence", t("due.sequence", { name: short(first) }), t("due.sequenceWhy"), all);
}
