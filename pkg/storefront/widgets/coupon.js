// `<till-coupon surface="home">`: what the shop's rules offer here and now, with the coupon that its CRM minted, its terms and its end. An
// offer without a coupon promises what nobody holds, and is not shown.
// @ts-check

import { Widget, settings } from "./base.js";
import { address, button, el, slot } from "./dom.js";

/** @typedef {import("../../types/widgets.js").Coupon} Minted */
/** @typedef {import("../../index.js").Action} Action */

export class Coupon extends Widget {
  static observedAttributes = ["lang", "surface", "types", "href", "button"];
  static properties = ["action", "coupon", "request", "page", "now"];

  /** The rule whose card was said to be shown. @type {string | undefined} */
  #told;
  /** Put away by the shopper. @type {string | undefined} */
  #away;

  /** @param {import("./base.js").Till} till @param {() => boolean} stale */
  async view(till, stale) {
    const action = this.given.action ?? this.#chosen(till);
    const coupon = this.given.coupon ?? (action?.campaign && (await settings.mint?.(action.campaign, action)));
    const benefit = this.given.request ? till.offer(this.given.request) : undefined;
    if (stale()) return undefined;
    const now = this.#now();
    const usable = coupon && !coupon.redeemed && !(coupon.expires <= now());
    if ((action?.campaign || this.given.coupon) && !usable) return null;
    if (!action && !coupon && !benefit?.arm) return null;
    const rule = action?.rule ?? coupon?.code ?? benefit?.arm;
    if (rule === this.#away) return null;
    this.dataset.rule = rule;
    this.dataset.type = action?.type ?? "offer";
    if (coupon) this.dataset.coupon = coupon.code;
    if (action && this.#told !== rule) till.respond(action, "shown");
    this.#told = rule;
    return [this.#card(till, action, usable ? coupon : undefined, benefit)];
  }

  /** The best of the rules' actions of the wanted types. @param {import("./base.js").Till} till @returns {Action | undefined} */
  #chosen(till) {
    const surface = this.getAttribute("surface");
    if (!surface) return undefined;
    const types = (this.getAttribute("types") ?? "offer").split(/\s+/);
    return till.actions({ surface, ...(this.given.page && { page: this.given.page }) }).find(({ type }) => types.includes(type));
  }

  /** @returns {() => number} */
  #now() {
    return this.given.now ?? settings.now ?? Date.now;
  }

  /** @param {import("./base.js").Till} till @param {Action | undefined} action @param {Minted | undefined} coupon @param {import("../../index.js").Offer | undefined} benefit */
  #card(till, action, coupon, benefit) {
    const title = this.named(action?.title ?? coupon?.name) || this.t("coupon.title");
    const text = this.named(action?.text);
    const detail = { action, coupon, offer: benefit };
    const dismiss = () => {
      this.#away = this.dataset.rule;
      if (action) till.respond(action, "dismissed");
      this.put(null, true);
      this.tell("dismiss", detail);
    };
    const ends = coupon?.expires ?? (action?.type === "offer" ? action.until : null);
    return el(
      "section",
      { part: "card", "aria-label": title },
      slot("media"),
      el(
        "div",
        { part: "body" },
        el("strong", { part: "title" }, title),
        text && el("p", { part: "text" }, text),
        ...this.#terms(coupon, benefit),
        ends != null && this.#ends(ends),
        slot("more"),
      ),
      this.#claim(till, action, coupon ?? benefit?.arm, detail),
      el("button", { part: "dismiss", type: "button", "aria-label": this.t("coupon.dismiss"), onclick: dismiss }, "×"),
    );
  }

  /** @param {Minted | undefined} coupon @param {import("../../index.js").Offer | undefined} benefit */
  #terms(coupon, benefit) {
    const major = (/** @type {number} */ minor) => this.money(minor / (settings.minorUnits ?? 100));
    const lines = [];
    if (coupon) lines.push(coupon.threshold ? this.t("coupon.least", { amount: major(coupon.threshold) }) : this.t("coupon.any"));
    if (benefit?.arm && benefit.discount) lines.push(this.t("coupon.saves", { amount: major(benefit.discount) }));
    // Where the law wants it, beside the price: the portrait decided.
    if (benefit?.arm && benefit.disclosure) lines.push(this.t("coupon.personal"));
    if (benefit?.arm && benefit.next) lines.push(this.t("coupon.next", { amount: major(benefit.next.missing) }));
    return lines.map((line, n) => el("p", { part: "terms quiet" }, line, n || !coupon ? null : slot("terms")));
  }

  /** @param {number} until */
  #ends(until) {
    const ends = el(/** @type {any} */ ("till-countdown"), { part: "ends", exportparts: "time, label", until: Math.round(until), lang: this.locale });
    ends.now = this.#now();
    ends.addEventListener("till-end", () => this.put(null));
    return ends;
  }

  /** What takes it: a link or a button; nothing where there is neither an address nor something to use.
   * @param {import("./base.js").Till} till @param {Action | undefined} action @param {unknown} usable @param {object} detail */
  #claim(till, action, usable, detail) {
    const href = address(this.getAttribute("href"));
    const label = this.getAttribute("button") ?? this.t("coupon.use");
    /** @param {Event} event */
    const claim = (event) => {
      // A survey is accepted by its answers.
      if (action && action.type !== "survey") till.respond(action, "accepted");
      if (!this.tell("claim", detail)) event.preventDefault();
    };
    if (!href && !usable) return slot("claim");
    return slot("claim", href ? el("a", { part: "button claim", href, onclick: claim }, label) : button("claim", claim, label));
  }
}
