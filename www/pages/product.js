/** One product, what is like it, and what goes with it. */

import { strip } from "../actions.js";
import { opinions } from "../content.js";
import { crumbs } from "../crumbs.js";
import { announce, el } from "../dom.js";
import { product } from "../events.js";
import { attributes, brand, pick, short, t, title } from "../i18n.js";
import * as group from "../group.js";
import { toCart, toProduct, toSearch } from "../links.js";
import * as prices from "../prices.js";
import { price } from "../price.js";
import { modelled, slot } from "../shelf.js";
import { goods, good as fetchGood, picture } from "../shop.js";
import { card as storeCard } from "../stores.js";
import { button as tryOn } from "../tryon.js";
import { bundle as bundled, widgets } from "../widgets.js";
import * as cart from "../cart.js";
import * as till from "../till.js";
import { view as missing } from "./missing.js";

/** @import { Request } from "../../pkg/index.js" */
/** @import { Good, Route, View } from "../types.js" */

/** Seconds. */
const DWELL_S = 30;

/** Cards that a row needs: fewer of what is truly similar are better than more of what is not. */
const FEWEST = 4;

/** @param {Route} route @returns {Promise<View>} */
export async function view({ key: id, query, again }) {
  await Promise.all([prices.fresh(), widgets()]);
  const good = await fetchGood(id);
  if (!good) return missing();
  if (!again) {
    till.track("Product Viewed", product(id));
    dwell(id);
  }
  const choice = await variants(id);
  const set = bundle(good);
  const [offered, together, store] = await Promise.all([strip("product"), group.box(good, query.get("group")), storeCard(good)]);
  const shelves = [slot({ placement: "complements", item: id, limit: 12 }), slot(similar(good)), slot({ placement: "recent", exclude: [id], limit: 12 })];
  return {
    title: title(good),
    nodes: [
      crumbs(good.c),
      offered,
      el(
        "article",
        { class: "product", "data-id": id },
        el("div", { class: "picture" }, el("img", { src: picture(good), alt: title(good), width: 400, height: 400, fetchpriority: "high" })),
        el("div", { class: "facts" }, el("h1", {}, title(good)), good.b && el("p", { class: "brand" }, el("a", { href: toSearch(good.b) }, brand(good))), el("p", {}, price(good)), prices.sale(good), prices.few(good), choice, buying(good), together, tryOn(good), prices.watching(good), hesitant(id, offered), store, good.d && el("p", { class: "description" }, pick(good.d)), details(good)),
      ),
      ...(set ? [set] : []),
      ...[await opinions(id)].flatMap((section) => section ?? []),
      ...shelves.map(({ place }) => place),
    ],
  };
}

/** What else there is of the product's own category, and where that is little, what others viewed with it. @param {Good} good @returns {Request} */
function similar({ id, c }) {
  /** @type {Request} */
  const request = { placement: "product", item: id, limit: 12 };
  const narrow = { ...request, category: c };
  return modelled() && till.recommend(narrow).items.length >= FEWEST ? narrow : request;
}

/** A word to who keeps coming back to this product without buying it; an action above says it better. @param {string} id @param {HTMLElement} offered */
function hesitant(id, offered) {
  const { hesitating, item, reason } = till.intent();
  if (!hesitating || item !== id || offered.childElementCount) return null;
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

/** The variants of a product as a choice of each attribute that tells them apart. @param {string} id */
async function variants(id) {
  const ids = modelled() ? till.variants(id) : [];
  if (ids.length < 2) return null;
  const all = [...(await goods(ids)).values()];
  const own = all.find((good) => good.id === id);
  if (!own) return null;
  const tells = attributes(own).filter(({ name }) => new Set(all.map(({ a }) => a?.[name])).size > 1);
  /** The variant with one attribute changed and as much as may be left as it is. @param {string} name @param {string | undefined} value */
  const nearest = (name, value) => {
    const alike = (/** @type {Good} */ good) => tells.filter((other) => other.name !== name && good.a?.[other.name] === own.a?.[other.name]).length;
    return all.filter(({ a }) => a?.[name] === value).sort((one, other) => Number(one.o ?? 0) - Number(other.o ?? 0) || alike(other) - alike(one))[0];
  };
  const groups = tells.map(({ name, label }) => {
    const values = [...new Map(all.map((good) => [good.a?.[name], good])).keys()].filter((value) => value !== undefined);
    const chips = values.sort((one, other) => String(one).localeCompare(String(other), "en", { numeric: true })).flatMap((value) => {
      const good = nearest(name, value);
      const text = good && attributes(good).find((attribute) => attribute.name === name)?.text;
      const chosen = value === own.a?.[name];
      return good ? [el("a", { class: good.o ? "chip gone" : "chip", href: toProduct(good.id), "aria-current": chosen ? "true" : null }, text ?? "")] : [];
    });
    return el("div", { role: "group", "aria-label": label }, el("p", { class: "quiet" }, label), el("div", { class: "chips" }, ...chips));
  });
  return el("div", { class: "variants" }, ...groups);
}

/** What makes a set with the product, and its price. @param {Good} good */
function bundle(good) {
  if (!modelled() || good.o || !till.bundle({ item: good.id, limit: 2 }).items.length) return null;
  return bundled({ item: good.id, limit: 2 });
}

/** @param {Good} good */
function buying(good) {
  const closed = prices.closed(good.id);
  if (closed) return closed;
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
