/**
 * What is in the cart. The engine holds it once the shopper lets it remember; what the engine does not hold, the page does, so that a
 * cart works for everyone and is never emptied by a choice about privacy.
 */

import * as till from "./till.js";
import { known } from "./shop.js";
import { product, products } from "./events.js";

/** @import { Line } from "./types.js" */

/** Quantities of one product that the shop sells at once. */
export const MOST = 99;

/** The engine takes two equal events within a second for one that was sent twice: what comes too soon is told together, later. */
const APART_MS = 1050;

/** Quantities that the engine was told of and does not keep. @type {Map<string, number>} */
const held = new Map();

/** Changes that the engine has yet to be told. @type {Map<string, number>} */
const untold = new Map();

/** @type {ReturnType<typeof setTimeout> | undefined} */
let later;

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

/** @param {Map<string, number>} quantities @param {string} id @param {number} by */
const raise = (quantities, id, by) => quantities.set(id, (quantities.get(id) ?? 0) + by);

/** @returns {Line[]} */
export function lines() {
  const all = new Map(remembered().map(({ id, quantity }) => [id, quantity]));
  for (const [id, quantity] of [...held, ...untold]) raise(all, id, quantity);
  return [...all].filter(([, quantity]) => quantity > 0).map(([id, quantity]) => ({ id, quantity }));
}

export const count = () => lines().reduce((sum, { quantity }) => sum + quantity, 0);

/** The price of all lines whose product is loaded. */
export const total = () => lines().reduce((sum, { id, quantity }) => sum + (known(id)?.p ?? 0) * quantity, 0);

/** @param {string} id */
const quantityOf = (id) => lines().find((line) => line.id === id)?.quantity ?? 0;

/** @param {string} id @param {number} quantity from 0 to `MOST` */
export function set(id, quantity) {
  const change = Math.min(Math.max(Math.round(quantity), 0), MOST) - quantityOf(id);
  if (change === 0) return;
  raise(untold, id, change);
  tell();
  changed();
}

/** @param {string} id @param {number} [quantity] */
export const add = (id, quantity = 1) => set(id, quantityOf(id) + quantity);

/** @param {string} id */
export const remove = (id) => set(id, 0);

function tell() {
  for (const [id, change] of [...untold]) {
    const event = change > 0 ? "Product Added" : "Product Removed";
    const tracked = change === 0 ? undefined : till.track(event, { ...product(id), quantity: Math.abs(change) });
    if (tracked && !tracked.ok && tracked.reason === "duplicate") {
      clearTimeout(later);
      later = setTimeout(tell, APART_MS);
      continue;
    }
    untold.delete(id);
    if (tracked && !(tracked.ok && till.remembers())) raise(held, id, change);
  }
}

/** Reports that the whole cart was looked at; an engine that remembers takes it as the cart from then on. */
export function viewed() {
  const all = lines();
  if (!till.track("Cart Viewed", { products: products(all) }).ok || !all.length || !till.remembers()) return;
  held.clear();
  untold.clear();
}

/** Takes the lines into the page before the engine drops them. */
export function keep() {
  for (const { id, quantity } of remembered()) raise(held, id, quantity);
}

/** Gives the page's lines to an engine that may now remember them. */
export function handOver() {
  if (!till.remembers()) return;
  for (const [id, quantity] of held) raise(untold, id, quantity);
  held.clear();
  tell();
  changed();
}

/** Empties the cart: its lines were ordered, or are to be forgotten. */
export function clear() {
  held.clear();
  untold.clear();
  changed();
}
