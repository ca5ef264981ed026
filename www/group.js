/**
 * Buying together: a box on the page of a product that the shop sells to groups. Groups are the CRM's: it says who may join, until when,
 * and at what price; ends are by its clock. What comes of it is the engine's to know only as two events, without the group.
 */

import { announce, el } from "./dom.js";
import { product } from "./events.js";
import { money, t, title } from "./i18n.js";
import { toAccount, toCheckout, toGroup, toProduct } from "./links.js";
import { closed } from "./prices.js";
import { go } from "./router.js";
import { description, goods } from "./shop.js";
import { countdown, widgets } from "./widgets.js";
import * as cart from "./cart.js";
import * as crm from "./crm.js";
import * as till from "./till.js";

/** @import { Good } from "./types.js" */

/** How often a member's own group is asked after while they wait on its page. */
const LOOK_MS = 15_000;

/** @type {Record<string, "group.closed" | "group.held">} */
const REFUSALS = { "crm.group_closed": "group.closed", "crm.group_held": "group.held" };

/** Nothing for a product that is not sold to groups. @param {Good} good @param {string | null} invited the group whose link was followed */
export async function box(good, invited) {
  // A shop without a CRM has no stores and no groups; only the first is asked for.
  if (good.o || closed(good.id) || !(await till.stores())) return null;
  const terms = (await crm.groupBuys()).find(({ item }) => item === good.id);
  if (!terms) return null;
  await widgets();
  const place = el("section", { class: "group-buy", "aria-labelledby": "group-title", "data-item": good.id });
  await draw(place, { good, terms, invited });
  return place;
}

/** @typedef {{ good: Good, terms: crm.GroupBuy, invited: string | null }} About */

/** @param {number} price in minor units */
const written = (price) => money(crm.major(price), description().currency);

/** @param {Good} good @param {number} percent */
function reduced({ p }, percent) {
  const price = crm.minor(p);
  return written(price - crm.percentOff(price, percent));
}

/** @param {HTMLElement} place @param {About} about @param {string} [told] */
async function draw(place, about, told = "") {
  const { good, terms } = about;
  const [member, open] = await Promise.all([crm.me(), crm.openGroups(good.id).catch(() => /** @type {crm.Group[]} */ ([]))]);
  const own = member ? (await crm.groups().catch(() => [])).find(({ item, state, order }) => item === good.id && state !== "over" && !order) : undefined;
  const said = el("p", { class: "told", role: "alert" }, told);
  const head = [el("h2", { id: "group-title" }, t("group.title")), el("p", {}, t("group.terms", { size: terms.size, price: reduced(good, terms.percent), before: money(good.p, description().currency) }))];
  const note = el("p", { class: "quiet" }, t("group.how"));
  place.dataset.state = own?.state ?? (member ? "none" : "guest");
  if (own) place.replaceChildren(...head, ...(own.state === "complete" ? complete(place, about, own) : waiting(place, about, own)), said);
  else place.replaceChildren(...head, others(place, about, open, !!member), ...(member ? [el("p", { class: "answers" }, entering(place, about, "Group Buy Started", () => crm.startGroup(good.id), "group.start"))] : [el("p", {}, el("a", { href: toAccount }, t("group.signIn")))]), note, said);
}

/** A button that starts a group or joins one. @param {HTMLElement} place @param {About} about @param {"Group Buy Started" | "Group Buy Joined"} event
 * @param {() => Promise<crm.Group>} enter @param {"group.start" | "group.join"} text @param {string} [label] */
function entering(place, about, event, enter, text, label) {
  const button = el("button", { class: text === "group.start" ? "secondary" : "primary", type: "button", "aria-label": label }, t(text));
  button.addEventListener("click", async () => {
    button.disabled = true;
    let told = "";
    try {
      await enter();
      till.track(event, product(about.good.id));
    } catch (error) {
      told = t((error instanceof crm.Refused && REFUSALS[error.code]) || "account.failed");
    }
    await draw(place, about, told);
    const now = place.querySelector(".now");
    if (now) announce(now.textContent ?? "");
  });
  return button;
}

/** Groups that may be joined, the one that the link was of before the others. @param {HTMLElement} place @param {About} about @param {crm.Group[]} open @param {boolean} member */
function others(place, about, open, member) {
  if (!open.length) return el("p", { class: "quiet" }, t(about.invited ? "group.closed" : "group.none"));
  const all = [...open].sort((a, b) => Number(b.id === about.invited) - Number(a.id === about.invited));
  return el(
    "ul",
    { role: "list" },
    ...all.map(({ id, joined, size, ends }) => {
      const counts = { joined, size };
      const isInvited = id === about.invited;
      return el(
        "li",
        { "data-group": id, "data-invited": isInvited },
        el("span", {}, isInvited ? `${t("group.invited")} · ` : "", t("group.open", counts)),
        countdown(ends, crm.now, () => again(place, about)),
        member ? entering(place, about, "Group Buy Joined", () => crm.joinGroup(id), "group.join", t("group.joinOf", counts)) : null,
      );
    }),
  );
}

/** The member's own group while it waits for others. @param {HTMLElement} place @param {About} about @param {crm.Group} own */
function waiting(place, about, { id, joined, size, ends }) {
  const address = new URL(toGroup(about.good.id, id), location.href).href;
  const copied = el("span", { class: "quiet", role: "status" });
  const copy = async () => {
    await navigator.clipboard?.writeText(address).then(() => (copied.textContent = t("group.copied")), () => link.select());
  };
  const link = el("input", { id: "group-link", readonly: true, value: address });
  setTimeout(() => again(place, about), LOOK_MS);
  return [
    el("p", { class: "now" }, el("strong", {}, t("group.waits", { joined, size, missing: size - joined }))),
    countdown(ends, crm.now, () => again(place, about), t("group.left")),
    el("p", { class: "field" }, el("label", { for: "group-link" }, t("group.link")), link),
    el("p", { class: "answers" }, el("button", { class: "secondary", type: "button", onclick: copy }, t("group.copy")), copied),
  ];
}

/** The member's own group once it is complete. @param {HTMLElement} place @param {About} about @param {crm.Group} own */
function complete(place, about, { percent, ends }) {
  const { good } = about;
  const order = () => {
    if (!cart.lines().some(({ id }) => id === good.id)) cart.add(good.id);
    go(toCheckout);
  };
  return [
    el("p", { class: "now" }, el("strong", {}, t("group.complete", { price: reduced(good, percent) }))),
    countdown(ends, crm.now, () => again(place, about), t("group.until")),
    el("p", { class: "answers" }, el("button", { class: "primary", type: "button", onclick: order }, t("group.order"))),
  ];
}

/** Looks again, unless the reader has gone elsewhere or is typing in the box. @param {HTMLElement} place @param {About} about */
function again(place, about) {
  if (!place.isConnected) return;
  if (document.visibilityState === "visible" && !place.contains(document.activeElement)) draw(place, about).catch(() => {});
  else setTimeout(() => again(place, about), LOOK_MS);
}

/** A member's groups on their account, and what else may be bought together; nothing in a shop that sells nothing so. */
export async function mine() {
  const [all, offered] = await Promise.all([crm.groups().catch(() => /** @type {crm.Group[]} */ ([])), crm.groupBuys()]);
  const held = all.filter(({ state, order }) => state !== "over" && !order).map(({ item }) => item);
  const others = offered.filter(({ item }) => !held.includes(item));
  if (!all.length && !others.length) return null;
  const found = await goods([...all, ...others].map(({ item }) => item));
  const own = all.flatMap((group) => {
    const good = found.get(group.item);
    const over = group.order || group.state === "over";
    return good ? [el("li", { class: over ? "coupon over" : "coupon", "data-group": group.id }, el("a", { href: toProduct(good.id) }, title(good)), el("span", {}, stage(group, good)))] : [];
  });
  const open = others.flatMap(({ item, size, percent }) => {
    const good = found.get(item);
    return good && !good.o ? [el("li", { "data-together": item }, el("a", { href: toProduct(item) }, title(good)), " · ", t("group.terms", { size, price: reduced(good, percent), before: money(good.p, description().currency) }))] : [];
  });
  return el("div", {}, own.length ? el("ul", { class: "wallet", role: "list" }, ...own) : null, open.length ? el("p", { class: "quiet" }, t("group.offered")) : null, el("ul", { class: "together", role: "list" }, ...open));
}

/** How far a group is. @param {crm.Group} group @param {Good} good */
function stage({ state, order, joined, size, percent }, good) {
  if (order) return t("group.used");
  if (state === "over") return t("group.over");
  return state === "complete" ? t("group.complete", { price: reduced(good, percent) }) : t("group.waits", { joined, size, missing: size - joined });
}
