/** What was searched for. */

import { el } from "../dom.js";
import { t } from "../i18n.js";
import { listing } from "../listing.js";
import { slot } from "../shelf.js";
import * as till from "../till.js";

/** @import { Route, View } from "../types.js" */

/** @param {Route} route @returns {Promise<View>} */
export async function view({ query, again }) {
  const words = (query.get("q") ?? "").trim();
  if (!words) return { title: t("search.label"), nodes: [el("h1", {}, t("search.label")), el("p", {}, t("search.empty"))] };
  if (!again) till.track("Products Searched", { query: words });
  const { count, list, filters, sorting, shelf, shown } = await listing({ placement: "search", query: words }, query);
  const title = t("search.for", { query: words });
  const note = shelf.corrected ? t("search.corrected", { query: shelf.corrected }) : shelf.items.length ? "" : t("search.nothing");
  /** @type {Node[]} */
  const nodes = [
    el("div", { class: "list-head" }, el("h1", {}, title), count, sorting),
    note && el("p", { class: "corrected", role: "status" }, note),
    filters ? el("div", { class: "with-rail" }, el("aside", { class: "rail", "aria-label": t("category.narrow") }, filters), list) : list,
  ].flatMap((node) => node || []);
  return { title, shown, nodes: shelf.items.length ? nodes : [...nodes, slot({ placement: "home", limit: 6 }, { grid: true }).place] };
}
