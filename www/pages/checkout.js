/** Checkout. The shop is a demonstration: it takes no money, no name and no address. */

import { el } from "../dom.js";
import { products } from "../events.js";
import { money, t, title } from "../i18n.js";
import { toCart, toOrder } from "../links.js";
import { go } from "../router.js";
import { description, goods } from "../shop.js";
import * as cart from "../cart.js";
import * as till from "../till.js";

/** @import { Route, View } from "../types.js" */

/** @param {Route} route @returns {Promise<View>} */
export async function view({ again }) {
  const lines = cart.lines();
  const found = await goods(lines.map(({ id }) => id));
  const { currency } = description();
  if (!lines.length) {
    return { title: t("checkout.title"), nodes: [el("div", { class: "plain" }, el("h1", {}, t("checkout.title")), el("p", {}, el("a", { href: toCart }, t("cart.empty"))))] };
  }
  const number = crypto.randomUUID().slice(0, 8).toUpperCase();
  const order = () => ({ order_id: number, value: cart.total(), total: cart.total(), currency, products: products(cart.lines()) });
  if (!again) till.track("Checkout Started", order());
  const place = () => {
    till.track("Order Completed", order());
    cart.clear();
    go(toOrder(number));
  };
  return {
    title: t("checkout.title"),
    nodes: [
      el(
        "div",
        { class: "plain checkout" },
        el("h1", {}, t("checkout.title")),
        el("p", {}, t("checkout.text")),
        el(
          "ul",
          { class: "receipt", role: "list" },
          ...lines.map(({ id, quantity }) => {
            const good = found.get(id);
            return el("li", {}, el("span", {}, `${good ? title(good) : id} × ${quantity}`), el("span", { class: "price" }, good ? money(good.p * quantity, currency) : ""));
          }),
        ),
        el("p", { class: "sum" }, el("span", {}, t("cart.total")), el("span", { class: "price" }, money(cart.total(), currency))),
        el("p", { class: "answers" }, el("button", { class: "primary", type: "button", id: "place-order", onclick: place }, t("checkout.place")), el("a", { class: "secondary", href: toCart }, t("checkout.back"))),
      ),
    ],
  };
}
