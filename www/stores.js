/** The stores that show a product. The card has its full size from the start, so nothing jumps when an answer comes. */

import { el } from "./dom.js";
import { tag } from "./i18n.js";
import { book } from "./visit.js";
import * as till from "./till.js";

/** @import { Good } from "./types.js" */

/** Anywhere on earth. */
const ANYWHERE = { place: { latitude: 0, longitude: 0 }, within: 20_100 };

/** @param {Good} good */
export async function card(good) {
  const stores = await till.stores();
  if (!stores || good.o || !stores.nearby({ item: good.id, demo: true, limit: 1, ...ANYWHERE }).stores.length) return null;
  const node = el("till-store", { class: "store-card", item: good.id });
  node.addEventListener("till-book", ({ detail }) => book(good, detail.store, detail.invitation));
  return node;
}

/** A time by the store's own clock. @param {number} time @param {string | undefined} zone @param {Intl.DateTimeFormatOptions} options */
function local(time, zone, options) {
  try {
    return new Date(time).toLocaleString(tag(), { ...options, ...(zone && { timeZone: zone }) });
  } catch {
    return new Date(time).toLocaleString(tag(), options);
  }
}

/** @param {number} time @param {string} zone */
export const day = (time, zone) => local(time, zone, { weekday: "long", month: "long", day: "numeric" });

/** @param {number} time @param {string | undefined} zone */
export const moment = (time, zone) => local(time, zone, { weekday: "short", month: "long", day: "numeric", hour: "numeric", minute: "2-digit" });
