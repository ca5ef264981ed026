// The shop's products as a widget shows them: what `load` gives, in the fields of a Merchant feed, or through the page's own `product`.
// @ts-check

import { settings } from "./base.js";
import { address, el } from "./dom.js";

/** @typedef {import("../../types/widgets.js").Product} Product */

/** A price as a feed writes it: 12.5, or "12.50 CNY". @param {unknown} value */
const amount = (value) => {
  const number = typeof value === "number" ? value : Number.parseFloat(`${value ?? ""}`);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
};

/** @param {any} raw @returns {Product} */
export function product(raw) {
  if (settings.product) return settings.product(raw);
  const usual = amount(raw.price);
  const sale = amount(raw.sale_price);
  return { title: raw.title ?? raw.name, link: raw.link, image: raw.image ?? raw.image_link, price: sale ?? usual, ...(sale !== undefined && { list: usual }) };
}

/** Whatever form `load` gives products in, by id. @param {string[]} ids @returns {Promise<Map<string, Product>>} */
export async function products(ids) {
  const found = ids.length ? ((await settings.load?.(ids)) ?? []) : [];
  const entries = found instanceof Map ? [...found] : Array.isArray(found) ? found.map((one, n) => [one?.id ?? ids[n], one]) : Object.entries(found);
  return new Map(entries.filter(([, one]) => one != null).map(([id, one]) => [`${id}`, product(one)]));
}

/** @param {import("./base.js").Widget} widget @param {Product} product @param {number} [quantity] */
export function priced(widget, { price, list }, quantity = 1) {
  if (price == null) return null;
  const isOffer = list != null && list > price;
  return el(
    "span",
    { part: isOffer ? "price offer" : "price" },
    `${widget.money(price)}${quantity > 1 ? ` × ${quantity}` : ""}`,
    isOffer && " ",
    isOffer && el("s", { part: "before", "aria-label": widget.t("bundle.before", { price: widget.money(list) }) }, widget.money(list)),
  );
}

/** @param {Product} product @param {(event: any) => void} [onclick] */
export function linked({ title, link, image }, onclick) {
  const href = address(link);
  const src = address(image);
  const content = [src && el("img", { part: "image", src, alt: "", width: 130, height: 130, loading: "lazy", decoding: "async" }), el("span", { part: "name" }, `${title ?? ""}`)];
  return href ? el("a", { part: "link", href, ...(onclick && { onclick }) }, ...content) : el("span", { part: "link" }, ...content);
}
