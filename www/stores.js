/**
 * The stores that show a product: who says where they are is invited to the nearest, who does not sees those of their region. The
 * card has its full size from the start, so nothing jumps when an answer comes. Where the shopper is, it forgets at once; that they
 * agreed to be asked, when the page is left.
 */

import { announce, el } from "./dom.js";
import { named, t, tag } from "./i18n.js";
import { book } from "./visit.js";
import * as till from "./till.js";

/** @import { Good } from "./types.js" */
/** @import { NearStore, Invitation } from "../pkg/types/stores.js" */

/** Anywhere on earth. */
const ANYWHERE = { place: { latitude: 0, longitude: 0 }, within: 20_100 };

/** Whether the shopper has agreed on this page to be asked where they are. */
let agreed = false;

/** @param {Good} good */
export async function card(good) {
  const stores = await till.stores();
  if (!stores || good.o || !stores.nearby({ item: good.id, demo: true, limit: 1, ...ANYWHERE }).stores.length) return null;
  const node = el("section", { class: "store-card", "aria-label": t("store.title") });
  if (agreed) {
    node.replaceChildren(...asking(() => find(node, good)));
    find(node, good);
  } else {
    node.replaceChildren(...asking(() => find(node, good)));
    // Who has forbidden it is not asked again.
    const permission = await navigator.permissions?.query({ name: "geolocation" }).catch(() => undefined);
    if (permission?.state === "denied") answer(node, good, stores, undefined, "denied");
  }
  return node;
}

/** @param {() => void} find */
const asking = (find) => [
  el("h2", {}, t("store.title")),
  el("p", {}, t("store.shown")),
  el("p", { class: "quiet" }, t("store.note")),
  el("p", { class: "answers" }, el("button", { class: "secondary", type: "button", onclick: find }, t("store.find"))),
];

/** @param {HTMLElement} node @param {Good} good */
async function find(node, good) {
  agreed = true;
  node.setAttribute("aria-busy", "true");
  for (const button of node.querySelectorAll("button")) button.disabled = true;
  const [stores, where] = await Promise.all([till.stores(), till.whereabouts()]);
  node.removeAttribute("aria-busy");
  if (stores) answer(node, good, stores, where.ok ? where.place : undefined, where.ok ? undefined : where.reason);
}

/** @param {HTMLElement} node @param {Good} good @param {NonNullable<Awaited<ReturnType<typeof till.stores>>>} stores
 * @param {import("../pkg/types/stores.js").Place | undefined} place @param {string} [reason] */
function answer(node, good, stores, place, reason) {
  const invitation = stores.invitation({ item: good.id, place });
  const note = reason ? t(reason === "denied" ? "store.denied" : "store.unknown") : "";
  if (invitation) {
    till.respond(invitation, "shown");
    node.replaceChildren(...invited(node, good, invitation, note));
    node.dataset.rule = invitation.rule;
    announce(`${named(invitation.title)} ${named(invitation.store.name)}`);
    return;
  }
  const [near] = stores.nearby({ item: good.id, demo: true, place, limit: 1 }).stores;
  if (!near) {
    node.replaceChildren(el("h2", {}, t("store.title")), el("p", {}, t(place ? "store.far" : "store.none")), el("p", { class: "quiet" }, note));
    announce(t(place ? "store.far" : "store.none"));
    return;
  }
  node.replaceChildren(el("h2", {}, t("store.title")), where(near), el("p", { class: "quiet" }, note || named(near.address)), el("p", { class: "answers" }, booking(good, near)));
}

/** @param {HTMLElement} node @param {Good} good @param {Invitation} invitation @param {string} note */
const invited = (node, good, invitation, note) => [
  el("h2", {}, named(invitation.title)),
  where(invitation.store),
  el("p", {}, named(invitation.text)),
  el("p", { class: "quiet" }, note || named(invitation.store.address)),
  el(
    "p",
    { class: "answers" },
    booking(good, invitation.store, invitation),
    el("button", {
      class: "secondary",
      type: "button",
      onclick: () => {
        till.respond(invitation, "dismissed");
        node.replaceChildren(el("p", { class: "quiet" }, t("action.dismissed")));
        announce(t("action.dismissed"));
      },
    }, t("action.dismiss")),
  ),
];

/** @param {NearStore} near */
function where({ name, km, open, closes, opens, zone }) {
  const when = open && closes ? t("store.until", { time: hour(closes, zone) }) : opens ? t("store.opens", { time: moment(opens, zone) }) : t("store.closed");
  return el("p", { class: "store-where" }, el("strong", {}, named(name)), km === null ? null : el("span", {}, km <= 1 ? t("store.close") : t("store.km", { km })), el("span", {}, when));
}

/** @param {Good} good @param {NearStore} near @param {Invitation} [invitation] */
const booking = (good, near, invitation) => el("button", { class: "primary", type: "button", onclick: () => book(good, near, invitation) }, t("visit.book"));

/** A time by the store's own clock. @param {number} time @param {string | undefined} zone @param {Intl.DateTimeFormatOptions} options */
function local(time, zone, options) {
  try {
    return new Date(time).toLocaleString(tag(), { ...options, ...(zone && { timeZone: zone }) });
  } catch {
    return new Date(time).toLocaleString(tag(), options);
  }
}

/** @param {number} time @param {string} zone */
export const hour = (time, zone) => local(time, zone, { hour: "numeric", minute: "2-digit" });

/** @param {number} time @param {string} zone */
export const day = (time, zone) => local(time, zone, { weekday: "long", month: "long", day: "numeric" });

/** @param {number} time @param {string | undefined} zone */
export const moment = (time, zone) => local(time, zone, { weekday: "short", month: "long", day: "numeric", hour: "numeric", minute: "2-digit" });
