/** What the shop's rules show here and now: a strip above the shelves, with a coupon from the CRM where it is an offer. */

import { gallery, stock } from "./content.js";
import { announce, el } from "./dom.js";
import { money, named, t } from "./i18n.js";
import { toAccount, toCart, toProduct, toQuiz, toSurvey } from "./links.js";
import { description, good, picture } from "./shop.js";
import { title } from "./i18n.js";
import * as crm from "./crm.js";
import * as till from "./till.js";

/** @import { Action } from "../pkg/index.js" */

/** More at once would be a wall. */
const MOST = 2;
/** Pictures beside one. */
const PICTURES = 4;

/** @param {string} surface @param {Record<string, unknown>} [page] what the page knows and the engine does not */
export async function strip(surface, page = {}) {
  const place = el("div", { class: "actions", "data-surface": surface });
  const cards = await Promise.all(till.actions({ surface, page }).slice(0, MOST).map(card));
  place.append(...cards.filter((card) => card !== null));
  return place;
}

/** @param {Action} action */
async function card(action) {
  const coupon = action.campaign ? await crm.mint(action.campaign).catch(() => null) : null;
  // An offer without a coupon promises what nobody holds.
  if (action.campaign && (!coupon || coupon.redeemed || coupon.expires <= Date.now())) return null;
  till.respond(action, "shown");
  const until = coupon ? Math.min(coupon.expires, action.until ?? Infinity) : action.until;
  const about = action.item ? await good(action.item) : undefined;
  const pictures = await buyers(action);
  const node = el(
    "section",
    { class: `action ${action.type}`, "data-rule": action.rule, "aria-label": named(action.title) },
    about ? el("a", { href: toProduct(about.id), class: "action-item" }, el("img", { src: picture(about), alt: title(about), width: 56, height: 56 })) : null,
    el("div", {}, el("strong", {}, named(action.title)), el("p", {}, named(action.text)), coupon ? terms(coupon) : null, coupon && until ? countdown(until) : null, pictures),
    coupon ? el("a", { class: "secondary", href: toCart, onclick: () => till.respond(action, "accepted") }, t("action.use")) : null,
    action.type === "survey" ? el("a", { class: "secondary", href: toSurvey(action.rule) }, t("action.answer")) : null,
    action.rule === "welcome" ? el("a", { class: "secondary", href: toQuiz, onclick: () => till.respond(action, "accepted") }, t("quiz.start")) : null,
    el("button", {
      class: "round",
      type: "button",
      "aria-label": t("action.dismiss"),
      onclick: () => {
        till.respond(action, "dismissed");
        node.remove();
        announce(t("action.dismissed"));
      },
    }, "×"),
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

/** @param {crm.Coupon} coupon */
function terms(coupon) {
  const { currency } = description();
  return el("p", { class: "quiet" }, coupon.threshold ? t("account.couponFrom", { amount: money(crm.major(coupon.threshold), currency) }) : t("account.couponAny"), " · ", el("a", { href: toAccount }, t("account.coupons")));
}

/** Time left to an absolute end: a reload goes on where it was. @param {number} until */
function countdown(until) {
  const time = el("time", { datetime: new Date(until).toISOString(), class: "countdown" });
  const node = el("p", {}, t("action.ends"), " ", time);
  const tick = () => {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    const days = Math.floor(left / 86400);
    const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
    time.textContent = days >= 2 ? t("action.days", { count: days }) : `${two(Math.floor(left / 3600))}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
    if (left === 0) node.closest(".action")?.remove();
    else if (node.isConnected || left === first) setTimeout(tick, 1000);
  };
  const first = Math.max(0, Math.ceil((until - Date.now()) / 1000));
  tick();
  return node;
}
