/** The member's own page: tier and progress, coupons, points, orders. Guests register or sign in here. */

import { benefits } from "/pkg/benefits.js";
import { strip } from "../actions.js";
import { announce, el } from "../dom.js";
import { money, named, number, t, tag, title } from "../i18n.js";
import { toCart, toHome, toPrivacy, toProduct } from "../links.js";
import { refresh } from "../router.js";
import { share } from "../handoff.js";
import * as group from "../group.js";
import { description, goods, known } from "../shop.js";
import { moment as storeTime } from "../stores.js";
import { widgets } from "../widgets.js";
import * as crm from "../crm.js";
import { early } from "../prices.js";
import { renew } from "../member.js";
import * as till from "../till.js";
import { section as channels } from "./channels.js";
import { section as devices } from "./devices.js";
import { section as service } from "./service.js";

/** @import { Benefits } from "../../pkg/types/benefits.js" */
/** @import { View } from "../types.js" */

/** What the shop honours beside money. @type {{ id: string, name: crm.Text, if: object }[]} */
const BADGES = [
  { id: "eco", name: { en: "Eco: three organic products or more", zh: "环保达人：购买三件以上有机商品" }, if: { "facts.eco": { $gte: 3 } } },
  { id: "regular", name: { en: "Regular: five orders or more", zh: "老朋友：五单以上" }, if: { "facts.orders": { $gte: 5 } } },
];

/** @returns {Promise<View>} */
export async function view() {
  const me = await crm.me();
  if (me) return { title: t("account.title"), nodes: [await account(me)] };
  const nodes = (await crm.exists()) ? [welcome()] : [el("div", { class: "plain" }, el("h1", {}, t("account.title")), el("p", {}, t("account.none")), el("p", {}, el("a", { href: toHome }, t("missing.home"))))];
  return { title: t("account.title"), nodes };
}

/** A day, as people of the page's language write it. @param {number} time */
const day = (time) => new Date(time).toLocaleDateString(tag(), { year: "numeric", month: "long", day: "numeric" });

/** @param {number} time */
const moment = (time) => new Date(time).toLocaleString(tag(), { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" });

/** @param {number} minor */
const price = (minor) => money(crm.major(minor), description().currency);

const again = () => refresh({ again: true });

/** Runs a call of the CRM and says what became of it. @param {() => Promise<unknown>} work @param {HTMLElement} told */
async function run(work, told) {
  try {
    await work();
    await renew();
    await again();
  } catch (error) {
    const code = error instanceof crm.Refused ? error.code : "";
    told.textContent = refusals[code] ? t(/** @type {any} */ (refusals[code])) : t("account.failed");
    announce(told.textContent);
  }
}

/** @type {Record<string, string>} */
const refusals = {
  "crm.credentials": "account.wrong",
  "crm.login_taken": "account.taken",
  "crm.field": "account.field",
  "crm.points": "account.fewPoints",
  "crm.order_state": "account.late",
};

function welcome() {
  const told = el("p", { class: "told", role: "alert" });
  /** @param {string} name @param {string} label @param {Record<string, string | number | boolean>} [more] */
  const field = (name, label, more = {}) => el("p", { class: "field" }, el("label", { for: `account-${name}` }, label), el("input", { id: `account-${name}`, name, required: true, maxlength: 64, ...more }));
  const registering = el(
    "form",
    { id: "register" },
    el("h2", {}, t("account.register")),
    field("name", t("account.name"), { autocomplete: "nickname" }),
    field("login", t("account.login"), { autocomplete: "username" }),
    field("secret", t("account.secret"), { type: "password", minlength: 8, autocomplete: "new-password" }),
    el("p", { class: "field" }, el("label", { for: "account-birthday" }, t("account.birthday")), el("input", { id: "account-birthday", name: "birthday", placeholder: "09-21", pattern: "[0-1][0-9]-[0-3][0-9]", maxlength: 5, "aria-describedby": "birthday-note" }), el("span", { class: "quiet", id: "birthday-note" }, t("account.birthdayNote"))),
    el("button", { class: "primary", type: "submit" }, t("account.register")),
  );
  const signing = el(
    "form",
    { id: "sign-in" },
    el("h2", {}, t("account.signIn")),
    el("p", { class: "field" }, el("label", { for: "sign-login" }, t("account.login")), el("input", { id: "sign-login", name: "login", required: true, maxlength: 64, autocomplete: "username" })),
    el("p", { class: "field" }, el("label", { for: "sign-secret" }, t("account.secret")), el("input", { id: "sign-secret", name: "secret", type: "password", required: true, maxlength: 64, autocomplete: "current-password" })),
    el("button", { class: "secondary", type: "submit" }, t("account.signIn")),
  );
  /** @param {HTMLFormElement} form @param {(given: any) => Promise<void>} work */
  const submits = (form, work) =>
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const given = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
      run(() => work(given), told);
    });
  submits(registering, async (given) => {
    await crm.register(given);
    till.track("Signed Up", {});
  });
  submits(signing, crm.signIn);
  return el("div", { class: "plain account" }, el("h1", {}, t("account.title")), el("p", {}, t("account.why")), told, el("div", { class: "columns" }, registering, signing));
}

/** @param {crm.Me} me */
async function account(me) {
  const told = el("p", { class: "told", role: "alert" });
  await widgets();
  const [orders, coupons, points, campaigns, visits, contacts, stores, tiers] = await Promise.all([crm.orders(), crm.coupons(), crm.points(), crm.campaigns(), crm.bookings(), crm.contacts(), crm.stores(), crm.tiers()]);
  // What the tier opens is known from here on.
  await renew().catch(() => {});
  const { growth, points: lots, member } = me;
  const own = benefits(till, { tiers, rewards: points.rewards, badges: BADGES, windowDays: growth.windowDays, minorUnits: growth.minorUnits, now: crm.now(), member: { growth: growth.paid, points: lots.expiring, birthday: member.birthday ?? null } });
  const [first, joined] = await Promise.all([early(), group.mine()]);
  await goods([...orders.flatMap(({ lines }) => lines.map(({ item }) => item)), ...[...visits, ...contacts].flatMap(({ item }) => item ?? [])]);
  return el(
    "div",
    { class: "plain account" },
    el("h1", {}, t("account.hello", { name: me.member.name })),
    told,
    await strip("account"),
    standing(own, me),
    first && section("early", t("early.title"), first),
    section("coupons", t("account.coupons"), wallet(coupons, campaigns)),
    section("points", t("account.points", { count: number(me.points.balance) }), own.member ? redeemables(own, points.rewards, told) : rewards(me, points.rewards, told)),
    section("orders", t("account.orders"), history(orders, told)),
    joined && section("groups", t("group.mine"), joined),
    section("visits", t("visit.visits"), booked(visits, stores, told)),
    section("service", t("handoff.service"), el("div", {}, service(contacts, orders, (work) => run(work, told)), el("p", {}, t("handoff.serviceNote"), " ", el("button", { class: "secondary", type: "button", id: "hand-over", onclick: () => share({ audience: "agent" }) }, t("handoff.agent"))))),
    section("channels", t("channels.title"), await channels()),
    section("devices", t("devices.title"), await devices()),
    el(
      "p",
      { class: "answers" },
      el("button", { class: "secondary", type: "button", id: "sign-out", onclick: () => run(crm.signOut, told) }, t("account.signOut")),
      el("button", { class: "secondary", type: "button", id: "erase", onclick: () => confirm(t("account.eraseSure")) && run(crm.erase, told) }, t("account.erase")),
    ),
    el("p", { class: "quiet" }, t("account.eraseNote"), " ", el("a", { href: toPrivacy }, t("privacy.title"))),
  );
}

/** @param {string} id @param {string} heading @param {Node} content */
const section = (id, heading, content) => el("section", { id: `account-${id}`, "aria-labelledby": `heading-${id}` }, el("h2", { id: `heading-${id}` }, heading), content);

/** Visits to stores that are still to come. @param {crm.Booking[]} visits @param {Awaited<ReturnType<typeof crm.stores>>} stores @param {HTMLElement} told */
function booked(visits, stores, told) {
  if (!visits.length) return el("p", { class: "quiet" }, t("visit.none"));
  return el(
    "ul",
    { class: "wallet", role: "list" },
    ...visits.map((booking) => {
      const { id, store, item, visit } = booking;
      const place = stores.find((one) => one.id === store);
      const good = item ? known(item) : undefined;
      return el(
        "li",
        { class: "coupon", "data-visit": id },
        el("strong", {}, place ? named(place.name) : store),
        el("span", {}, storeTime(visit, place?.zone ?? "")),
        good ? el("a", { href: toProduct(good.id) }, title(good)) : null,
        el("span", { class: "answers" }, el("button", { class: "primary", type: "button", onclick: () => share({ audience: "store", visit: booking }) }, t("handoff.guide")), el("button", { class: "secondary", type: "button", onclick: () => run(() => crm.cancelVisit(id), told) }, t("visit.cancel"))),
      );
    }),
  );
}

/** A name as the shop's CRM has it. @param {unknown} name */
const textOf = (name) => named(/** @type {crm.Text} */ (name));

/** The tier, what is missing to the next, and what comes with it: by the engine, or without one by the CRM's own words.
 * @param {Benefits} own @param {crm.Me} me */
function standing(own, { standing: { tier, name, benefits, growth, next, until } }) {
  const node = el("till-tier", { class: "standing", id: "account-standing" });
  if (own.member) {
    node.dataset.tier = own.tier.id;
    node.benefits = own;
    return node;
  }
  const further = next ? { tier: { id: next.tier, name: next.name }, amount: next.missing, orders: null, deadline: null } : null;
  node.benefits = { member: true, tier: { id: tier, name }, perks: benefits, growth, next: further, keeps: null, points: 0, expiring: null, rewards: [], birthday: null, badges: [] };
  if (until) node.append(el("p", { slot: "more", class: "quiet" }, t("account.counts", { day: day(until) })));
  return node;
}

/** What points buy: what can be had now first. @param {Extract<Benefits, { member: true }>} own @param {crm.Reward[]} all @param {HTMLElement} told */
function redeemables({ rewards, expiring }, all, told) {
  const own = [...rewards].sort((a, b) => Number(a.missing > 0) - Number(b.missing > 0) || a.points - b.points);
  const others = all.filter(({ id }) => !rewards.some((one) => one.id === id));
  return el(
    "div",
    {},
    expiring ? el("p", { class: "quiet" }, t("account.expire", { count: number(expiring.amount), day: day(expiring.expires) })) : null,
    el(
      "ul",
      { class: "rewards", role: "list" },
      ...own.map(({ id, name, points, missing }) =>
        el(
          "li",
          { "data-reward": id },
          el("span", {}, textOf(name)),
          el("span", { class: "quiet" }, missing ? t("account.fewer", { count: number(missing) }) : t("account.costs", { count: number(points) })),
          el("button", { class: "secondary", type: "button", disabled: missing > 0, onclick: () => run(() => crm.redeem(id), told) }, t("account.redeem")),
        ),
      ),
    ),
    others.length ? el("p", { class: "quiet" }, t("account.higher", { names: others.map(({ name }) => named(name)).join(t("list.comma")) })) : null,
  );
}

/** @param {crm.Coupon[]} coupons @param {crm.Campaign[]} campaigns */
function wallet(coupons, campaigns) {
  if (!coupons.length) return el("p", { class: "quiet" }, t("account.noCoupons"));
  const now = crm.now();
  return el(
    "ul",
    { class: "wallet", role: "list" },
    ...coupons.map((coupon) => {
      const campaign = campaigns.find(({ id }) => id === coupon.campaign);
      const usable = !coupon.redeemed && coupon.expires > now;
      const state = coupon.redeemed ? t("account.couponUsed") : usable ? t("account.couponUntil", { moment: moment(coupon.expires) }) : t("account.couponOver");
      return el(
        "li",
        { class: usable ? "coupon" : "coupon over" },
        el("strong", {}, campaign ? named(campaign.name) : price(coupon.value)),
        el("span", {}, coupon.threshold ? t("account.couponFrom", { amount: price(coupon.threshold) }) : t("account.couponAny")),
        el("span", { class: "quiet" }, state),
        usable ? el("a", { href: toCart }, t("account.couponUse")) : null,
      );
    }),
  );
}

/** @param {crm.Me} me @param {crm.Reward[]} rewards @param {HTMLElement} told */
function rewards({ points: { balance, expiring } }, rewards, told) {
  const soon = expiring[0];
  return el(
    "div",
    {},
    soon ? el("p", { class: "quiet" }, t("account.expire", { count: number(soon.amount), day: day(soon.expires) })) : null,
    el(
      "ul",
      { class: "rewards", role: "list" },
      ...rewards.map((reward) =>
        el(
          "li",
          {},
          el("span", {}, named(reward.name)),
          el("span", { class: "quiet" }, t("account.costs", { count: number(reward.points) })),
          el("button", { class: "secondary", type: "button", disabled: balance < reward.points, onclick: () => run(() => crm.redeem(reward.id), told) }, t("account.redeem")),
        ),
      ),
    ),
  );
}

/** @param {crm.Order[]} orders @param {HTMLElement} told */
function history(orders, told) {
  if (!orders.length) return el("p", { class: "quiet" }, t("account.noOrders"));
  const states = /** @type {const} */ ({ placed: "account.placed", delivered: "account.delivered", cancelled: "account.cancelled", refunded: "account.refunded" });
  return el(
    "ul",
    { class: "orders", role: "list" },
    ...orders.map((order) =>
      el(
        "li",
        {},
        el("p", {}, el("strong", {}, day(order.placed)), " · ", t(states[order.state]), " · ", el("span", { class: "price" }, price(order.total))),
        el("ul", {}, ...order.lines.map(({ item, quantity }) => el("li", {}, el("a", { href: toProduct(item) }, called(item)), ` × ${quantity}`))),
        el(
          "p",
          { class: "answers" },
          order.state === "placed" ? changing(order, "cancel", "account.cancel", told) : null,
          order.state === "placed" ? changing(order, "deliver", "account.arrived", told) : null,
          order.state === "delivered" ? changing(order, "refund", "account.refund", told) : null,
        ),
      ),
    ),
  );
}

/** @param {crm.Order} order @param {"cancel" | "deliver" | "refund"} change @param {"account.cancel" | "account.arrived" | "account.refund"} text @param {HTMLElement} told */
function changing(order, change, text, told) {
  const act = async () => {
    await crm.change(order.id, change);
    // What an order taught is taken back with it.
    if (change === "cancel") till.track("Order Cancelled", { order_id: order.id });
    if (change === "refund") till.track("Order Refunded", { order_id: order.id, products: order.lines.map(({ item, quantity }) => ({ product_id: item, quantity })) });
  };
  return el("button", { class: "secondary", type: "button", onclick: () => run(act, told) }, t(text));
}

/** @param {string} id */
function called(id) {
  const good = known(id);
  return good ? title(good) : t("account.gone");
}
