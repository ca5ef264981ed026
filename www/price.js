/** What a product costs, and what it cost before it was on offer. */

import { el } from "./dom.js";
import { money, t } from "./i18n.js";
import { description } from "./shop.js";

/** @import { Good } from "./types.js" */

/** @param {Good} good */
export function price({ p: now, r: before, flash }) {
  const { currency } = description();
  const badge = flash?.state === "live" ? el("span", { class: "badge" }, t("flash.badge")) : "";
  if (before === undefined || before <= now) return el("span", { class: "price" }, money(now, currency));
  return el(
    "span",
    { class: "price offer" },
    el("span", { class: "unseen" }, t("price.now")),
    money(now, currency),
    " ",
    el("s", {}, el("span", { class: "unseen" }, t("price.before")), money(before, currency)),
    badge && " ",
    badge,
  );
}
