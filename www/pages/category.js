/** A category: where it is in the tree, and its products in the order that suits this shopper. */

import { crumbs } from "../crumbs.js";
import { el } from "../dom.js";
import { product } from "../events.js";
import { named, t } from "../i18n.js";
import { toCategory } from "../links.js";
import { listing } from "../listing.js";
import { draw, modelled, stock } from "../shelf.js";
import { category, children } from "../shop.js";
import * as till from "../till.js";
import { view as missing } from "./missing.js";

/** @import { Route, View } from "../types.js" */

/** Products named in the report of a list. */
const REPORTED = 24;
const FITTING = 12;

/** @param {Route} route @returns {Promise<View>} */
export async function view({ key: path, query, again }) {
  const here = category(path);
  if (!here) return missing();
  const { count, list, filters, sorting, shelf, shown } = await listing({ placement: "category", category: path }, query);
  if (!again) {
    const products = shelf.items.slice(0, REPORTED).map(({ id, position }) => ({ ...product(id), position }));
    till.track("Product List Viewed", { list_id: path, category: path, products });
  }
  return {
    title: named(here.name),
    shown,
    nodes: [
      crumbs(path, { last: true }),
      el("div", { class: "list-head" }, el("h1", {}, named(here.name)), count, sorting),
      ...(await fitting(path)),
      el("div", { class: "with-rail" }, el("aside", { class: "rail", "aria-label": t("category.narrow") }, tree(path), filters), list),
    ],
  };
}

/** Of the category what works with the shopper's things, where there is such. @param {string} path */
async function fitting(path) {
  if (!modelled()) return [];
  const { shelf, goods } = await stock({ placement: "category", category: path, compatible: true, limit: FITTING });
  const items = shelf.items.filter(({ reasons }) => reasons.some(({ code }) => code === "fits" || code === "fits_viewed"));
  // Only of who owns something may it be said that it works with what they have.
  const owns = items.some(({ reasons }) => reasons.some(({ code }) => code === "fits"));
  return [draw({ shelf: { ...shelf, items }, goods }, { title: t(owns ? "shelf.fits" : "shelf.fitsViewed") })].flatMap((section) => section ?? []);
}

/** The way down to a category and what lies directly below it. @param {string} path */
function tree(path) {
  const below = children(path);
  const parent = path.includes(" > ") ? path.slice(0, path.lastIndexOf(" > ")) : undefined;
  const shown = below.length ? below : children(parent);
  const head = (below.length ? category(path) : parent && category(parent)) || undefined;
  return el(
    "nav",
    { class: "tree", "aria-label": t("category.tree") },
    head ? el("p", {}, el("a", { href: toCategory(head.path) }, named(head.name))) : null,
    el(
      "ul",
      { role: "list" },
      ...shown.map((child) => el("li", {}, el("a", { href: toCategory(child.path), "aria-current": child.path === path ? "page" : null }, named(child.name)))),
    ),
  );
}
