/**
 * What is in the cart. The engine holds it once the shopper lets it remember; what the engine does not hold, the page does, so that a
 * cart works for everyone and is never emptied by a choice about privacy.
 */

import * as till from "./till.js";
import { known } from "./shop.js";
import { product } from "./events.js";

/** @import { Line } from "./types.js" */

/** Quantities of one product that the shop sells at once. */
export const MOST = 99;

/** @type {Map<string, number>} */
const held = new Map();

/** @type {Set<() => void>} */
const watchers = new Set();

/** @param {() => void} watcher */
export const watch = (watcher) => watchers.add(watcher);

function changed() {
  for (const watcher of watchers) watcher();
}

/** @returns {Line[]} */
function remembered() {
  return till.remembers() ? till.portrait().cart : [];
}

/** @returns {Line[]} */
export function lines() {
  const all = new Map(remembered().map(({ id, quantity }) => [id, quantity]));
  for (const [id, quantity] of held) all.set(id, (all.get(id) ?? 0) + quantity);
  return [...all].map(([id, quantity]) => ({ id, quantity }));
}

export const count = () => lines().reduce((sum, { quantity }) => sum + quantity, 0);

/** @param {string} id */
const quantityOf = (id) => lines().find((line) => line.id === id)?.quantity ?? 0;

/** @param {string} id @param {number} [quantity] */
export function add(id, quantity = 1) {
  const more = Math.min(quantity, MOST - quantityOf(id));
  if (more > 0 && !hand(id, more)) held.set(id, (held.get(id) ?? 0) + more);
  changed();
}

/** @param {string} id @param {number} [quantity] all of them when left out */
export function remove(id, quantity = quantityOf(id)) {
  const own = Math.min(held.get(id) ?? 0, quantity);
  if (own > 0) {
    const left = (held.get(id) ?? 0) - own;
    if (left > 0) held.set(id, left);
    else held.delete(id);
  }
  till.track("Product Removed", { ...product(id), quantity });
  changed();
}

/** @param {string} id @param {number} quantity */
export function set(id, quantity) {
  const wanted = Math.min(Math.max(Math.round(quantity), 0), MOST);
  const before = quantityOf(id);
  if (wanted > before) add(id, wanted - before);
  else if (wanted < before) remove(id, before - wanted);
}

/** Tells the engine; true when it now holds the line. @param {string} id @param {number} quantity */
function hand(id, quantity) {
  const tracked = till.track("Product Added", { ...product(id), quantity });
  return tracked.ok && till.remembers();
}

/** Takes the lines into the page before the engine drops them. */
export function keep() {
  for (const { id, quantity } of remembered()) held.set(id, (held.get(id) ?? 0) + quantity);
}

/** Gives the page's lines to an engine that may now remember them. */
export function handOver() {
  if (!till.remembers()) return;
  for (const [id, quantity] of [...held]) if (hand(id, quantity)) held.delete(id);
  changed();
}

/** Empties the cart: its lines were ordered, or are to be forgotten. */
export function clear() {
  held.clear();
  changed();
}

/** The price of all lines whose product is loaded. */
export const total = () => lines().reduce((sum, { id, quantity }) => sum + (known(id)?.p ?? 0) * quantity, 0);
