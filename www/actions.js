/** What the shop's rules show here and now: a strip above the shelves, with a coupon from the CRM where it is an offer. */

import { gallery, stock } from "./content.js";
import { countdown } from "./countdown.js";
import { announce, el } from "./dom.js";
import { money, named, t, title } from "./i18n.js";
import { kept } from "./keep.js";
import { toAccount, toCart, toProduct, toQuiz, toSurvey } from "./links.js";
import { description, good, picture } from "./shop.js";
import * as crm from "./crm.js";
import * as till from "./till.js";

/** @import { Action } from "../pkg/index.js" */

/** More at once would be a wall. */
const MOST = 2;
/** Pictures beside one. */
const PICTURES = 4;

/** A coupon that lasts no longer than this is shown wherever its member goes, by its end. */
const TIMED_MS = 48 * 3_600_000;

/** @param {string} surface @param {Record<string, unknown>} [page] what the page knows and the engine does not */
export async function strip(surface, page = {}) {
  const place = el("div", { class: "actions", "data-surface": surface });
  const cards = (await Promise.all(till.actions({ surface, page }).slice(0, MOST).map(card))).filter((card) => card !== null);
  if (!cards.some(({ dataset }) => dataset.coupon)) {
    const coupon = await running().catch(() => null);
    if (coupon) cards.push(coupon);
  }
  place.append(...cards);
  return place;
}

/** @param {Action} action */
async function card(action) {
  const coupon = action.campaign && (await crm.me()) ? await crm.mint(action.campaign).catch(() => null) : null;
  // An offer without a coupon promises what nobody holds.
  if (action.campaign && !(coupon && usable(coupon))) return null;
  till.respond(action, "shown");
  const about = action.item ? await good(action.item) : undefined;
  const pictures = await buyers(action);
  const node = el(
    "section",
    { class: `action ${action.type}`, "data-rule": action.rule, "data-coupon": coupon?.code ?? null, "aria-label": named(action.title) },
    about ? el("a", { href: toProduct(about.id), class: "action-item" }, el("img", { src: picture(about), alt: title(about), width: 56, height: 56 })) : null,
    el("div", {}, el("strong", {}, named(action.title)), el("p", {}, named(action.text)), ...(coupon ? [terms(coupon), ends(coupon, () => node.remove())] : []), pictures),
    coupon ? el("a", { class: "secondary", href: toCart, onclick: () => till.respond(action, "accepted") }, t("action.use")) : null,
    action.type === "survey" ? el("a", { class: "secondary", href: toSurvey(action.rule) }, t("action.answer")) : null,
    action.rule === "welcome" ? el("a", { class: "secondary", href: toQuiz, onclick: () => till.respond(action, "accepted") }, t("quiz.start")) : null,
    away(() => {
      till.respond(action, "dismissed");
      node.remove();
    }),
  );
  return node;
}

/** The content that an action promises, itself. @param {Action} action */
async function buyers({ content, item, ...action }) {
  if (content !== "photos" || !item) return null;
  const { shelf, found } = await stock({ item, exact: true, types: ["photo", "video"], limit: PICTURES });
  if (!found.size) return null;
  till.impression(shelf);
  // Who looks closer has accepted.
  return gallery([...found.values()], { href: toProduct(item), chosen: () => till.respond(action, "accepted") });
}

/** @param {() => void} put */
function away(put) {
  const done = () => {
    put();
    announce(t("action.dismissed"));
  };
  return el("button", { class: "round", type: "button", "aria-label": t("action.dismiss"), onclick: done }, "×");
}

/** @param {crm.Coupon} coupon */
const usable = ({ redeemed, expires }) => !redeemed && expires > crm.now();

/** The timed coupon that the member holds, whichever device brought it; gone once they have ordered since. */
async function running() {
  if (!(crm.isKnown() || kept("member")) || !(await crm.me())) return null;
  const coupon = (await crm.coupons()).find((coupon) => usable(coupon) && coupon.expires - coupon.minted <= TIMED_MS);
  if (!coupon) return null;
  const [orders, campaigns] = await Promise.all([crm.orders(), crm.campaigns()]);
  const since = orders.some(({ placed, state }) => placed >= coupon.minted && (state === "placed" || state === "delivered"));
  const campaign = campaigns.find(({ id }) => id === coupon.campaign);
  if (since || !campaign) return null;
  const node = el(
    "section",
    { class: "action offer", "data-rule": "coupon", "data-coupon": coupon.code, "aria-label": named(campaign.name) },
    el("div", {}, el("strong", {}, named(campaign.name)), terms(coupon), ends(coupon, () => node.remove())),
    el("a", { class: "secondary", href: toCart }, t("action.use")),
    away(() => node.remove()),
  );
  return node;
}

/** The end is the coupon's own, the same on every device. @param {crm.Coupon} coupon @param {() => void} over */
const ends = ({ expires }, over) => countdown(expires, crm.now, over);

/** @param {crm.Coupon} coupon */
function terms(coupon) {
  const { currency } = description();
  return el("p", { class: "quiet" }, coupon.threshold ? t("account.couponFrom", { amount: money(crm.major(coupon.threshold), currency) }) : t("account.couponAny"), " · ", el("a", { href: toAccount }, t("account.coupons")));
}
