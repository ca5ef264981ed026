/** What the shop's rules show here and now: a strip above the shelves, with a coupon from the CRM where it is an offer. */

import { gallery, stock } from "./content.js";
import { announce, el } from "./dom.js";
import { t, title } from "./i18n.js";
import { kept } from "./keep.js";
import { toAccount, toCart, toProduct, toQuiz, toSurvey } from "./links.js";
import { good, picture } from "./shop.js";
import { widgets } from "./widgets.js";
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
  if (cards.length) await widgets();
  place.append(...cards);
  return place;
}

/** @param {Action} action */
async function card(action) {
  const coupon = action.campaign && (await crm.me()) ? await crm.mint(action.campaign).catch(() => null) : null;
  // An offer without a coupon promises what nobody holds.
  if (action.campaign && !(coupon && usable(coupon))) return null;
  const about = action.item ? await good(action.item) : undefined;
  const leads = coupon ? { href: toCart } : action.type === "survey" ? { href: toSurvey(action.rule), button: t("action.answer") } : action.rule === "welcome" ? { href: toQuiz, button: t("quiz.start") } : {};
  const node = put(
    { class: `action ${action.type}`, "data-rule": action.rule, "data-coupon": coupon?.code, ...leads },
    about ? el("a", { slot: "media", href: toProduct(about.id), class: "action-item" }, el("img", { src: picture(about), alt: title(about), width: 56, height: 56 })) : null,
    await buyers(action),
  );
  node.action = action;
  node.coupon = coupon ?? undefined;
  return node;
}

/** A card that is gone when its shopper puts it away, or its coupon ends. @param {Record<string, string | undefined>} attributes @param {...(Node | null)} content */
function put(attributes, ...content) {
  const wallet = el("span", { slot: "terms" }, " · ", el("a", { href: toAccount }, t("account.coupons")));
  const node = el("till-coupon", attributes, ...content, wallet);
  node.now = crm.now;
  node.addEventListener("till-end", () => node.remove());
  node.addEventListener("till-dismiss", () => {
    node.remove();
    announce(t("action.dismissed"));
  });
  return node;
}

/** The content that an action promises, itself. @param {Action} action */
async function buyers({ content, item, ...action }) {
  if (content !== "photos" || !item) return null;
  const { shelf, found } = await stock({ item, exact: true, types: ["photo", "video"], limit: PICTURES });
  if (!found.size) return null;
  till.impression(shelf);
  // Who looks closer has accepted.
  const pictures = gallery([...found.values()], { href: toProduct(item), chosen: () => till.respond(action, "accepted") });
  pictures.slot = "more";
  return pictures;
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
  const node = put({ class: "action offer", "data-rule": "coupon", "data-coupon": coupon.code, href: toCart });
  node.coupon = { ...coupon, name: campaign.name };
  return node;
}
