/** Booking a visit to a store: a dialog with the times at which the store takes visitors. */

import { announce, el } from "./dom.js";
import { product } from "./events.js";
import { named, short, t } from "./i18n.js";
import { share } from "./handoff.js";
import { toAccount } from "./links.js";
import { day, moment } from "./stores.js";
import * as crm from "./crm.js";
import * as till from "./till.js";

/** @import { Good } from "./types.js" */
/** @import { NearStore, Invitation } from "../pkg/types/stores.js" */

/** A dialog that is gone when it is closed, and where one goes elsewhere. @param {string} label @param {...Node} content */
export function dialog(label, ...content) {
  const box = el("dialog", { class: "visit", "aria-label": label }, ...content);
  const gone = () => box.close();
  addEventListener("hashchange", gone, { once: true });
  box.addEventListener("close", () => {
    removeEventListener("hashchange", gone);
    box.remove();
  });
  document.body.append(box);
  box.showModal();
  return box;
}

/** @param {HTMLDialogElement} box */
export const closing = (box) => el("button", { class: "secondary", type: "button", onclick: () => box.close() }, t("visit.close"));

/** @param {Good} good @param {NearStore} near @param {Invitation} [invitation] @param {(booking: crm.Booking) => void} [done] */
export async function book(good, near, invitation, done) {
  const [me, stores] = await Promise.all([crm.me(), till.stores()]);
  const head = [el("h2", {}, t("visit.title", { store: named(near.name) })), el("p", {}, short(good)), el("p", { class: "quiet" }, named(near.address))];
  const box = dialog(t("visit.title", { store: named(near.name) }), ...head);
  if (!me) {
    box.append(el("p", {}, t("visit.guest")), el("p", { class: "answers" }, el("a", { class: "primary", href: toAccount }, t("account.signIn")), closing(box)));
    return;
  }
  const times = stores?.visits(near.id) ?? [];
  const told = el("p", { class: "told", role: "alert" });
  const send = el("button", { class: "primary", type: "submit", disabled: !times.length }, t("visit.book"));
  const select = el("select", { id: "visit-time", name: "visit", required: true }, ...days(times, near.zone));
  const form = el("form", {}, el("p", { class: "field" }, el("label", { for: "visit-time" }, t("visit.when")), times.length ? select : el("span", {}, t("visit.noTimes"))), told, el("p", { class: "answers" }, send, closing(box)));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.disabled = true;
    try {
      const booking = await crm.book(near.id, good.id, Number(select.value));
      till.track("Store Visit Booked", { store_id: near.id, products: [product(good.id)] });
      if (invitation) till.respond(invitation, "accepted");
      booked(box, booking, near);
      done?.(booking);
    } catch (error) {
      send.disabled = false;
      told.textContent = t(error instanceof crm.Refused && error.code === "crm.bookings" ? "visit.many" : "account.failed");
    }
  });
  box.append(form);
}

/** @param {number[]} times @param {string} zone */
function days(times, zone) {
  /** @type {Map<string, number[]>} */
  const groups = new Map();
  for (const time of times) groups.set(day(time, zone), [...(groups.get(day(time, zone)) ?? []), time]);
  return [...groups].map(([label, times]) => el("optgroup", { label }, ...times.map((time) => el("option", { value: time }, moment(time, zone)))));
}

/** @param {HTMLDialogElement} box @param {crm.Booking} booking @param {NearStore} near */
function booked(box, booking, near) {
  const text = t("visit.booked", { store: named(near.name), time: moment(booking.visit, near.zone) });
  const show = el("button", { class: "primary", type: "button", onclick: () => (box.close(), share({ audience: "store", visit: booking })) }, t("handoff.guide"));
  box.replaceChildren(el("h2", {}, t("visit.done")), el("p", {}, text), el("p", { class: "answers" }, show, el("a", { class: "secondary", href: toAccount }, t("visit.mine")), closing(box)));
  announce(text);
  show.focus();
}
