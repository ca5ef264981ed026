// `<till-bundle item="sku-1">`: what makes a set with a product, its price, and one button for all of it. `lines` gives another set, such as
// the usual basket.
// @ts-check

import { follow, seen } from "../shelf.js";
import { Widget, settings } from "./base.js";
import { address, button, el, slot } from "./dom.js";
import { linked, priced, product, products } from "./products.js";

/** @typedef {import("../../types/widgets.js").Line} Line */
/** @typedef {{ id: string, quantity: number, product: import("../../types/widgets.js").Product }} Row */

export class Bundle extends Widget {
  static observedAttributes = ["lang", "item", "limit", "price-cap", "cart"];
  static properties = ["lines"];

  // A set that the engine makes is asked for again by `follow`.
  /** @param {import("../../index.js").Notice} notice */
  heard(notice) {
    if (this.given.lines) super.heard(notice);
  }

  /** @param {import("./base.js").Till} till @param {() => boolean} stale */
  async view(till, stale) {
    /** @type {Line[] | undefined} */
    const lines = this.given.lines;
    if (lines) {
      const found = await products(lines.map(({ id }) => id));
      const rows = lines.flatMap(({ id, quantity = 1 }) => {
        const one = found.get(id);
        return one ? [{ id, quantity, product: one }] : [];
      });
      return rows.length ? [this.#set(rows)] : null;
    }
    const item = this.getAttribute("item");
    const { load } = settings;
    if (!item || !load) return null;
    this.#follow(till, item, load, stale);
    return undefined;
  }

  /** Asks for the set, with the product itself at its head so that all come in one batch, and again when the cart changes.
   * @param {import("./base.js").Till} till @param {string} item @param {(ids: string[]) => any} load @param {() => boolean} stale */
  #follow(till, item, load, stale) {
    const given = (/** @type {string} */ name) => Number(this.getAttribute(name)) || undefined;
    const [limit, priceCap] = [given("limit"), given("price-cap")];
    /** @type {() => void} */
    let unseen = () => {};
    const engine = {
      ready: till.ready,
      portrait: () => till.portrait(),
      watch: till.watch.bind(till),
      say: async (/** @type {any} */ reason) => (reason ? till.say(reason) : ""),
      impression: till.impression.bind(till),
      click: till.click.bind(till),
      recommend: () => {
        const set = till.bundle({ item, ...(limit && { limit }), ...(priceCap && { priceCap }) });
        return { ...set, items: set.items.length ? [{ id: item, position: 0, reasons: [] }, ...set.items] : [] };
      },
    };
    const stop = follow({ placement: "complements" }, { till: /** @type {any} */ (engine), load, onError: (error) => settings.onError?.(error) }, async ({ shelf, items, error }) => {
      unseen();
      if (stale() || error) return;
      const rows = items.map((one) => ({ id: one.item.id, quantity: 1, product: product(one.product) }));
      // A set is of this product and something else.
      if (rows.length < 2 || rows[0]?.id !== item) return this.put(null);
      const set = { ...shelf, items: shelf.items.slice(1) };
      const why = shelf.reason && (await till.say(shelf.reason));
      if (stale()) return;
      this.put([this.#set(rows, why, (id) => id !== item && till.click(set, id), stop)]);
      unseen = seen(this, set, till);
    });
    this.until(() => (stop(), unseen()));
  }

  /** @param {Row[]} rows @param {string} [why] @param {(id: string) => void} [chosen] @param {() => void} [added] */
  #set(rows, why, chosen, added) {
    const count = rows.reduce((sum, { quantity }) => sum + quantity, 0);
    const prices = rows.map(({ product: { price }, quantity }) => (price == null ? NaN : price * quantity));
    const all = prices.reduce((sum, price) => sum + price, 0);
    const note = el("p", { part: "note", role: "status" });
    const cart = address(this.getAttribute("cart"));
    const add = () => {
      // The set stays as it is now: what is in the cart is in no set.
      added?.();
      for (const { id } of rows) chosen?.(id);
      if (!this.tell("add", { lines: rows.map(({ id, quantity }) => ({ id, quantity })) })) return;
      note.replaceChildren(this.t("bundle.added"), " ", cart ? el("a", { part: "cart", href: cart }, this.t("bundle.cart")) : slot("cart"));
    };
    return el(
      "section",
      { part: "bundle", "aria-label": this.titled(this.t("bundle.title")) },
      el("div", { part: "head" }, slot("title", el("h2", { part: "title" }, this.t("bundle.title"))), slot("why", ...(why ? [el("p", { part: "why" }, why)] : []))),
      el(
        "div",
        { part: "set" },
        el("ul", { part: "items", role: "list" }, ...rows.map(({ id, quantity, product }) => el("li", { part: "item", "data-id": id }, linked(product, () => chosen?.(id)), priced(this, product, quantity)))),
        el("div", { part: "sum" }, Number.isFinite(all) && el("p", { part: "total" }, this.t("bundle.total", { price: this.money(all), count })), button("add", add, this.t("bundle.add")), note),
      ),
    );
  }
}
