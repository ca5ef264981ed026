/** Checkout. The shop is a demonstration: it takes no money, no name and no address. */

import { el } from "../dom.js";
import { products } from "../events.js";
import { money, named, short, t, title } from "../i18n.js";
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
  const reductions = member ? [...(await usable()), ...(await together(lines, found))].sort((a, b) => b.value - a.value) : [];
  const told = el("p", { class: "told", role: "alert" });
  const choice = el("select", { id: "coupon" }, el("option", { value: "" }, t("checkout.noCoupon")), ...reductions.map(({ id, name, value }) => el("option", { value: id }, t("checkout.couponOff", { name, amount: money(crm.major(value), currency) }))));
  // What a member has is used unless they say otherwise.
  choice.value = reductions[0]?.id ?? "";
  const chosen = () => reductions.find(({ id }) => id === choice.value);
  const sum = el("output", { class: "price", for: "coupon" });
  const count = () => (sum.textContent = money(crm.major(crm.minor(cart.total()) - (chosen()?.value ?? 0)), currency));
  choice.addEventListener("change", count);
  count();
  const place = async () => {
    if (member) {
      const bought = cart.lines().map(({ id, quantity }) => ({ item: id, quantity, price: crm.minor(found.get(id)?.p ?? 0) }));
      try {
        const { coupon, group } = chosen() ?? {};
        const placed = await crm.place(bought, { ...(coupon && { coupon }), ...(group && { group }) });
        await renew();
        till.track("Order Completed", { ...order(), order_id: placed.id, total: crm.major(placed.total), discount: crm.major(placed.discount), ...(coupon && { coupon }) });
      } catch (error) {
        const code = error instanceof crm.Refused ? error.code : "";
        told.textContent = t(code.startsWith("crm.coupon") ? "checkout.refused" : code.startsWith("crm.group") ? "group.refused" : "account.failed");
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
        reductions.length ? el("p", { class: "field" }, el("label", { for: "coupon" }, t("checkout.coupon")), choice) : null,
        told,
        el("p", { class: "sum" }, el("span", {}, t("cart.total")), sum),
        el("p", { class: "answers" }, el("button", { class: "primary", type: "button", id: "place-order", onclick: place }, t("checkout.place")), el("a", { class: "secondary", href: toCart }, t("checkout.back"))),
      ),
    ],
  };
}

/** @typedef {{ id: string, name: string, value: number, coupon?: string, group?: string }} Reduction */

/** Coupons that hold for the cart. @returns {Promise<Reduction[]>} */
async function usable() {
  const subtotal = crm.minor(cart.total());
  const [coupons, campaigns] = await Promise.all([crm.coupons(), crm.campaigns()]).catch(() => /** @type {[crm.Coupon[], crm.Campaign[]]} */ ([[], []]));
  return coupons
    .filter(({ redeemed, expires, threshold }) => !redeemed && expires > crm.now() && threshold <= subtotal)
    .flatMap(({ code, campaign }) => {
      const found = campaigns.find(({ id }) => id === campaign);
      return found ? [{ id: code, coupon: code, value: taken(found, subtotal), name: named(found.name) }] : [];
    });
}

/** What a campaign's coupon takes off, as the CRM works it out. @param {crm.Campaign} campaign @param {number} subtotal */
const taken = ({ kind, value = 0, percent = 0, cap = 0 }, subtotal) => Math.min(kind === "percent" ? Math.min(crm.percentOff(subtotal, percent), cap) : value, subtotal);

/** Complete groups whose price holds for something in the cart. @param {readonly import("../types.js").Line[]} lines @param {Map<string, import("../types.js").Good>} found @returns {Promise<Reduction[]>} */
async function together(lines, found) {
  const groups = await crm.groups().catch(() => /** @type {crm.Group[]} */ ([]));
  return groups
    .filter(({ item, state, order }) => state === "complete" && !order && lines.some(({ id }) => id === item))
    .flatMap(({ id, item, percent }) => {
      const good = found.get(item);
      return good ? [{ id, group: id, value: crm.percentOff(crm.minor(good.p), percent), name: t("group.checkout", { name: short(good) }) }] : [];
    });
}
