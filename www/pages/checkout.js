/** Checkout. The shop is a demonstration: it takes no money, no name and no address. */

import { el } from "../dom.js";
import { products } from "../events.js";
import { money, named, t, title } from "../i18n.js";
import { toCart, toOrder } from "../links.js";
import { go } from "../router.js";
import { description, goods } from "../shop.js";
import * as cart from "../cart.js";
import * as crm from "../crm.js";
import { renew } from "../member.js";
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
  const member = await crm.me();
  const coupons = member ? await usable() : [];
  const told = el("p", { class: "told", role: "alert" });
  const choice = el("select", { id: "coupon" }, el("option", { value: "" }, t("checkout.noCoupon")), ...coupons.map(({ code, name, value }) => el("option", { value: code }, t("checkout.couponOff", { name, amount: money(crm.major(value), currency) }))));
  // What a member has is used unless they say otherwise.
  choice.value = coupons[0]?.code ?? "";
  const place = async () => {
    if (member) {
      const bought = cart.lines().map(({ id, quantity }) => ({ item: id, quantity, price: crm.minor(found.get(id)?.p ?? 0) }));
      try {
        const placed = await crm.place(bought, choice.value || undefined);
        await renew();
        till.track("Order Completed", { ...order(), order_id: placed.id, total: crm.major(placed.total), discount: crm.major(placed.discount), ...(choice.value && { coupon: choice.value }) });
      } catch (error) {
        told.textContent = error instanceof crm.Refused && error.code.startsWith("crm.coupon") ? t("checkout.refused") : t("account.failed");
        return;
      }
    } else {
      till.track("Order Completed", order());
    }
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
        coupons.length ? el("p", { class: "field" }, el("label", { for: "coupon" }, t("checkout.coupon")), choice) : null,
        told,
        el("p", { class: "sum" }, el("span", {}, t("cart.total")), el("span", { class: "price" }, money(cart.total(), currency))),
        el("p", { class: "answers" }, el("button", { class: "primary", type: "button", id: "place-order", onclick: place }, t("checkout.place")), el("a", { class: "secondary", href: toCart }, t("checkout.back"))),
      ),
    ],
  };
}

/** Coupons that hold for the cart, the one that takes off most first. */
async function usable() {
  const subtotal = crm.minor(cart.total());
  const [coupons, campaigns] = await Promise.all([crm.coupons(), crm.campaigns()]).catch(() => /** @type {[crm.Coupon[], crm.Campaign[]]} */ ([[], []]));
  return coupons
    .filter(({ redeemed, expires, threshold }) => !redeemed && expires > crm.now() && threshold <= subtotal)
    .sort((a, b) => b.value - a.value)
    .map((coupon) => ({ ...coupon, name: named(campaigns.find(({ id }) => id === coupon.campaign)?.name ?? { en: coupon.campaign, zh: coupon.campaign }) }));
}
