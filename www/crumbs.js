/** The way from the front of the shop to a category. */

import { el } from "./dom.js";
import { named, t } from "./i18n.js";
import { toCategory, toHome } from "./links.js";
import { lineage } from "./shop.js";

/** @param {string} path @param {{ last?: boolean }} [options] `last`: the category itself is the page in view */
export function crumbs(path, { last = false } = {}) {
  const all = lineage(path);
  return el(
    "nav",
    { class: "crumbs", "aria-label": t("crumbs") },
    el(
      "ol",
      { role: "list" },
      el("li", {}, el("a", { href: toHome }, t("home.title"))),
      ...all.map((category, index) =>
        el("li", {}, el("a", { href: toCategory(category.path), "aria-current": last && index === all.length - 1 ? "page" : null }, named(category.name))),
      ),
    ),
  );
}
