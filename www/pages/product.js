/** One product, what is like it, and what goes with it. */

import { strip } from "../actions.js";
import { crumbs } from "../crumbs.js";
import { announce, el } from "../dom.js";
import { product } from "../events.js";
import { attributes, pick, t, title } from "../i18n.js";
import { toCart, toSearch } from "../links.js";
import { price } from "../price.js";
import { slot } from "../shelf.js";
import { good as fetchGood, picture } from "../shop.js";
import * as cart from "../cart.js";
import * as till from "../till.js";
import { view as missing } from "./missing.js";

/** @import { Good, Route, View } from "../types.js" */

/** Seconds. */
const DWELL_S = 30;

/** @param {Route} route @returns {Promise<View>} */
export async function view({ key: id, again }) {
  const good = await fetchGood(id);
  if (!good) return missing();
  if (!again) {
    till.track("Product Viewed", product(id));
    dwell(id);
  }
  const shelves = [slot({ placement: "complements", item: id, limit: 12 }), slot({ placement: "product", item: id, limit: 12 }), slot({ placement: "recent", exclude: [id], limit: 12 })];
  return {
    title: title(good),
    nodes: [
      crumbs(good.c),
      await strip("product"),
      el(
        "article",
        { class: "product", "data-id": id },
        el("div", { class: "picture" }, el("img", { src: picture(good), alt: title(good), width: 400, height: 400, fetchpriority: "high" })),
        el("div", { class: "facts" }, el("h1", {}, title(good)), good.b && el("p", { class: "brand" }, el("a", { href: toSearch(good.b) }, good.b)), el("p", {}, price(good)), buying(good), hesitant(id), good.d && el("p", { class: "description" }, pick(good.d)), details(good)),
      ),
      ...shelves.map(({ place }) => place),
    ],
  };
}

/** A word to who keeps coming back to this product without buying it. @param {string} id */
function hesitant(id) {
  const { hesitating, item, reason } = till.intent();
  if (!hesitating || item !== id) return null;
  return el("p", { class: "hesitant", role: "note" }, t(reason ? `hesitant.${reason}` : "hesitant.text"));
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let staying;

/** Who stays half a minute has read something. @param {string} id */
function dwell(id) {
  clearTimeout(staying);
  staying = setTimeout(() => {
    const here = document.querySelector(`main .product[data-id="${CSS.escape(id)}"]`);
    if (here && document.visibilityState === "visible") till.track("Product Dwelled", { ...product(id), duration: DWELL_S });
  }, DWELL_S * 1000);
}

/** @param {Good} good */
function buying(good) {
  if (good.o) return el("p", { class: "sold-out" }, t("product.soldOut"));
  const amount = el("input", { id: "quantity", type: "number", inputmode: "numeric", min: 1, max: cart.MOST, value: 1 });
  const added = el("p", { class: "added" });
  const form = el(
    "form",
    { class: "buying" },
    el("label", { for: "quantity", class: "unseen" }, t("cart.quantity")),
    amount,
    el("button", { class: "primary", type: "submit", "data-add": good.id }, t("product.add")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    cart.add(good.id, amount.valueAsNumber || 1);
    announce(t("cart.added", { name: title(good), count: cart.count() }));
    added.replaceChildren(t("product.added"), " ", el("a", { href: toCart }, t("product.toCart")));
  });
  return el("div", {}, form, added);
}

/** @param {Good} good */
function details(good) {
  return el(
    "dl",
    { class: "details" },
    ...attributes(good).flatMap(({ label, text }) => [el("dt", {}, label), el("dd", {}, text)]),
    el("dt", {}, t("product.id")),
    el("dd", {}, good.id),
  );
}
