/**
 * The cart's benefit for members: a campaign of which the engine chooses an arm, with a probability that is reported, and the coupon of the
 * shop's CRM for it. Newcomers, who have a benefit of their own, holders of another coupon, and shoppers who look for quality rather than
 * price are not asked about. See docs/offers.md.
 */

import { takeOffers, topUp } from "/pkg/offers.js";
import { el } from "./dom.js";
import { money, named, t } from "./i18n.js";
import { toAccount, toCheckout } from "./links.js";
import { cards, observed } from "./shelf.js";
import { description, goods } from "./shop.js";
import { widgets } from "./widgets.js";
import * as cart from "./cart.js";
import * as crm from "./crm.js";
import * as till from "./till.js";

export const CAMPAIGN = "cart";

/** Each arm with a discount is a campaign of the CRM, `cart-five`, which mints its coupon. In minor units. */
const FILE = {
  format: /** @type {const} */ (1),
  campaigns: { [CAMPAIGN]: { arms: [{ id: "none" }, { id: "five", percent: 5, cap: 3000 }, { id: "twenty-five", amount: 2500, threshold: 29900 }], hours: 48 } },
};

/** The opening of the engine that was told of it: a page may open another. */
let told = 0;

/** Hands the engine the campaign; whether it has it. */
export function ready() {
  if (told !== till.openings() && takeOffers(till.engine(), FILE).ok) told = till.openings();
  return told === till.openings();
}

/** Percent by which items may be reduced, as the CRM says. @type {Map<string, number>} */
const headrooms = new Map();

/** @param {string} id */
async function headroom(id) {
  const percent = headrooms.get(id) ?? (await crm.headroom(id).catch(() => 0));
  headrooms.set(id, percent);
  return percent;
}

const quality = () => till.portrait()?.attributes?.tags.some(({ name }) => name === "quality-of-life") ?? false;

/** @param {crm.Coupon} coupon */
const usable = ({ redeemed, expires }) => !redeemed && expires > crm.now();

/** The cart's benefit: a coupon, and what is missing for it with the cheapest items that bring the cart there; null where there is none.
 * @param {(id: string) => void} added called when one of them went into the cart */
export async function benefit(added) {
  const [member, lines] = [await crm.me(), cart.lines()];
  if (!member || !lines.length || quality() || !ready()) return null;
  // A first order has a benefit of its own.
  if (!(await crm.orders()).length) return null;
  const held = (await crm.coupons()).filter(usable);
  const own = held.find(({ campaign }) => campaign.startsWith(`${CAMPAIGN}-`));
  if (held.length && !own) return null;
  const found = await goods(lines.map(({ id }) => id));
  const sums = await Promise.all(lines.map(async ({ id, quantity }) => ({ amount: crm.minor(found.get(id)?.p ?? 0) * quantity, headroom: await headroom(id) })));
  // One decision a member and month, by the clock of the CRM.
  const request = { campaign: CAMPAIGN, cart: sums, key: `${member.member.id}/${new Date(crm.now()).toISOString().slice(0, 7)}` };
  const offer = till.offer(request);
  if (!own && !(offer.arm && offer.discount)) return null;
  const [coupon, campaigns] = await Promise.all([own ?? crm.mint(`${CAMPAIGN}-${offer.arm}`), crm.campaigns()]);
  const name = campaigns.find(({ id }) => id === coupon.campaign)?.name;
  if (!name || !usable(coupon)) return null;
  await widgets();
  const node = el("till-coupon", { class: "action offer benefit", "data-coupon": coupon.code, href: toCheckout }, el("span", { slot: "terms" }, " · ", el("a", { href: toAccount }, t("account.coupons"))));
  node.now = crm.now;
  node.coupon = { ...coupon, name };
  // What it takes off, and whether the portrait chose it; on another device of the member another arm might have been chosen.
  if (offer.arm && coupon.campaign === `${CAMPAIGN}-${offer.arm}`) node.request = request;
  const missing = coupon.threshold - sums.reduce((sum, { amount }) => sum + amount, 0);
  // Nothing to use yet.
  if (missing > 0) node.append(el("span", { slot: "claim" }));
  return el("div", { class: "actions" }, node, ...(missing > 0 ? await reach(missing, named(name), added) : []));
}

/** @param {number} missing minor units @param {string} name of the coupon @param {(id: string) => void} added */
async function reach(missing, name, added) {
  const ids = topUp(till.engine(), { missing }).map(({ id }) => id);
  const text = el("p", { class: "missing", role: "status" }, t("cart.short", { amount: money(crm.major(missing), description().currency), name }));
  if (!ids.length) return [text];
  // As a list of the engine's, so that it is reported when it is seen and what is chosen of it.
  const shelf = till.recommend({ placement: "cart", limit: ids.length, pins: ids.map((id, place) => ({ id, position: place + 1 })) });
  const list = cards({ shelf, goods: await goods(ids) }, ids.length, { added });
  list.classList.add("row");
  return [text, el("p", { class: "quiet" }, t("cart.topUp")), observed(el("section", { class: "top-up", "aria-label": t("cart.topUp") }, list), shelf)];
}
