// `<till-tier>`: the tier that a member holds, what is missing to the next one and until when, and what comes with it, by the arithmetic of
// `tillside/benefits`. Nothing for a guest.
// @ts-check

import { Widget, settings } from "./base.js";
import { el, slot } from "./dom.js";

/** @typedef {Extract<import("../../types/benefits.js").Benefits, { member: true }>} Own */

export class Tier extends Widget {
  static properties = ["request", "benefits"];

  /** @param {import("./base.js").Till} till */
  async view(till) {
    const request = this.given.request ?? (await settings.member?.());
    /** @type {import("../../types/benefits.js").Benefits | undefined} */
    const own = this.given.benefits ?? (request && till.ask("benefits", request));
    if (!own?.member) return null;
    this.dataset.tier = own.tier.id;
    return [this.#standing(own)];
  }

  /** @param {Own} own */
  #standing(own) {
    const { tier, keeps, birthday, perks = [], badges = [] } = own;
    const name = this.named(tier.name);
    return el(
      "section",
      { part: "standing", "aria-labelledby": "title" },
      slot("title", el("h2", { part: "title", id: "title" }, name)),
      ...this.#next(own),
      keeps != null && el("p", { part: "quiet keeps" }, this.t("tier.keeps", { tier: name, day: this.date(keeps) })),
      birthday?.near ? el("p", { part: "birthday" }, this.t("tier.birthday")) : null,
      perks.length ? el("ul", { part: "perks" }, ...perks.map((perk) => el("li", { part: "perk" }, this.named(perk)))) : null,
      badges.length ? el("ul", { part: "badges", "aria-label": this.t("tier.badges") }, ...badges.map((badge) => el("li", { part: "badge", "data-badge": badge.id }, this.named(badge.name)))) : null,
      slot("more"),
    );
  }

  /** What is missing to the next tier. @param {Own} own */
  #next({ next, growth }) {
    if (!next) return [el("p", { part: "missing" }, this.t("tier.highest"))];
    const tier = this.named(next.tier.name);
    const { amount, orders, deadline } = next;
    return [
      el("p", { part: "missing", "data-next": true }, this.t("tier.missing", { amount: this.money(amount), tier })),
      el("progress", { part: "progress", max: growth + amount, value: growth, "aria-label": this.t("tier.progress", { tier }) }),
      ...(orders && deadline ? [el("p", { part: "quiet orders" }, this.t(orders === 1 ? "tier.order" : "tier.orders", { count: orders, day: this.date(deadline) }))] : []),
    ];
  }
}
