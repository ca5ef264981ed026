/** A guide, an article, or what else of the shop's content has a page of its own. */

import { contentShelf, day, shown, stars } from "../content.js";
import { crumbs } from "../crumbs.js";
import { el } from "../dom.js";
import { pick, short, t } from "../i18n.js";
import { toProduct } from "../links.js";
import { price } from "../price.js";
import { slot } from "../shelf.js";
import { goods, picture, pieces } from "../shop.js";
import * as till from "../till.js";
import { view as missing } from "./missing.js";

/** @import { Good, Route, View } from "../types.js" */

const MORE = 6;

/** @param {Route} route @returns {Promise<View>} */
export async function view({ key: id }) {
  const piece = (await pieces([id])).get(id);
  if (!piece) return missing();
  const { p = [], c: [path] = [] } = piece;
  const products = [...(await goods(p)).values()];
  const shelf = path && !products.length ? slot({ placement: "category", category: path, limit: 12 }, { title: t("content.about") }) : undefined;
  // On the same subject: a page about watches leads to others about watches, or nowhere.
  const near = path ? till.recommend({ placement: "category", category: path, limit: 12 }).items.map(({ id }) => id) : [];
  const more = await related([...p, ...near], id);
  return {
    title: pick(piece.t),
    nodes: [
      ...(path ? [crumbs(path)] : []),
      el(
        "article",
        { class: "read", "data-id": id },
        el("div", { class: "picture" }, el("img", { src: shown(piece), alt: "", width: 400, height: 400 })),
        el("div", {}, el("p", { class: "kind" }, t(/** @type {any} */ (`content.${piece.y}`)), " · ", el("time", { datetime: piece.d }, day(piece.d))), el("h1", {}, pick(piece.t)), piece.r ? stars(piece.r) : null, el("p", { class: "description" }, pick(piece.x))),
      ),
      ...(products.length ? [list(products)] : []),
      ...(shelf ? [shelf.place] : []),
      ...(more ? [more] : []),
    ],
  };
}

/** Texts about the first of these products that others are about, too: of a new product the engine knows no relation, and would answer with what is
 * popular. @param {string[]} products @param {string} id of the text that is open */
async function related(products, id) {
  for (const item of products) {
    /** @type {import("../../pkg/content.js").ContentRequest} */
    const request = { types: ["guide", "article", "theme"], limit: MORE, exclude: [id], item };
    const { items } = till.content({ ...request, limit: 1 });
    if (items[0]?.about) return contentShelf(request, { title: t("content.more") });
  }
  return null;
}

/** The products that a text names. @param {Good[]} products */
const list = (products) =>
  el(
    "section",
    { class: "shelf", "aria-labelledby": "read-products" },
    el("div", { class: "shelf-head" }, el("h2", { id: "read-products" }, t("content.about"))),
    el("ul", { class: "live-products", role: "list" }, ...products.map((good) => el("li", { "data-id": good.id }, el("a", { href: toProduct(good.id) }, el("img", { src: picture(good), alt: "", width: 72, height: 72, loading: "lazy" })), el("div", {}, el("a", { href: toProduct(good.id) }, short(good)), price(good))))),
  );
