/** The stores that show a product. The card has its full size from the start, so nothing jumps when an answer comes. */

import { el } from "./dom.js";
import { share } from "./handoff.js";
import { named, t, tag } from "./i18n.js";
import { kept } from "./keep.js";
import { toAccount } from "./links.js";
import { book } from "./visit.js";
import * as crm from "./crm.js";
import * as till from "./till.js";

/** @import { NearStore } from "../pkg/types/stores.js" */
/** @import { Good } from "./types.js" */

/** As many stores as a shop may have. */
const EVERY = 100;
/** Anywhere on earth. */
const ANYWHERE = { place: { latitude: 0, longitude: 0 }, within: 20_100 };

/** Where the shopper has a visit booked for the product, that visit; else the stores that show it. @param {Good} good */
export async function card(good) {
  const stores = await till.stores();
  if (!stores || good.o || !stores.nearby({ item: good.id, demo: true, limit: 1, ...ANYWHERE }).stores.length) return null;
  const node = el("till-store", { class: "store-card", item: good.id });
  node.addEventListener("till-book", ({ detail }) => book(good, detail.store, detail.invitation, (booking) => node.replaceWith(booked(good, booking, detail.store))));
  const held = await visit(good.id).catch(() => undefined);
  const near = held && stores.nearby({ item: good.id, limit: EVERY, ...ANYWHERE }).stores.find(({ id }) => id === held.store);
  return near ? booked(good, held, near) : node;
}

/** The member's next visit for a product. @param {string} item */
async function visit(item) {
  if (!(crm.isKnown() || kept("member")) || !(await crm.me())) return undefined;
  return (await crm.bookings()).find((booking) => booking.item === item);
}

/** In place of the card: when the store expects the shopper, and ways to show their code there or to come at another time.
 * @param {Good} good @param {crm.Booking} booking @param {NearStore} near @returns {HTMLElement} */
function booked(good, booking, near) {
  const text = t("visit.booked", { store: named(near.name), time: moment(booking.visit, near.zone) });
  const another = () => book(good, near, undefined, (later) => node.replaceWith(booked(good, later, near)));
  const node = el(
    "section",
    { class: "store-card booked", "aria-label": t("visit.done"), "data-visit": booking.id },
    el("h2", {}, t("visit.done")),
    el("p", {}, text),
    el("p", { class: "quiet" }, named(near.address)),
    el("p", { class: "answers" }, el("button", { class: "primary", type: "button", onclick: () => share({ audience: "store", visit: booking }) }, t("handoff.guide")), el("button", { class: "secondary", type: "button", onclick: another }, t("visit.another")), el("a", { href: toAccount }, t("visit.mine"))),
  );
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
