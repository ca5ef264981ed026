/** The cart: lines, quantities, the sum, and what else goes with them. */

import { strip } from "../actions.js";
import { announce, el } from "../dom.js";
import { icon } from "../icons.js";
import { money, t, title } from "../i18n.js";
import { toCheckout, toHome, toProduct } from "../links.js";
import { benefit } from "../offers.js";
import { modelled, slot } from "../shelf.js";
import { description, goods, picture } from "../shop.js";
import * as cart from "../cart.js";

/** @import { Good, Line, Route, View } from "../types.js" */

/** After the last change of a quantity. */
const SETTLED_MS = 400;

/** @param {Route} route @returns {Promise<View>} */
export async function view({ again }) {
  const found = await goods(cart.lines().map(({ id }) => id));
  if (!again) cart.viewed();
  const place = el("div", { class: "cart" });
  const shelf = el("div", { class: "slot" });
  const offered = el("div", { class: "slot" });
  const heading = el("h1", {}, t("cart.title"));

  const draw = () => {
    const lines = cart.lines();
    place.replaceChildren(...(lines.length ? [table(lines), summary()] : [el("p", { class: "none" }, t("cart.empty"), " ", el("a", { href: toHome }, t("cart.browse")))]));
    // Whoever has chosen one is not offered others of its kind.
    const chosen = [...found.values()].map(({ c }) => ({ where: { category: c }, bury: true }));
    const front = () => slot({ placement: "home", limit: 6, ...(chosen.length && modelled() ? { rules: chosen } : {}) }, { grid: true, added });
    const first = lines.length ? slot({ placement: "cart", limit: 12 }, { added }) : front();
    first.filled
      // Not everything goes with something.
      .then(({ shelf }) => (shelf.items.length ? first : front()))
      .then(({ place, filled }) => filled.then(() => shelf.replaceChildren(place)))
      .catch(() => shelf.replaceChildren());
    offer();
  };
  /** A card of the shelf went into the cart: a new line, and another shelf. @param {string} id */
  const added = async (id) => {
    for (const [key, good] of await goods([id])) found.set(key, good);
    draw();
    /** @type {HTMLElement | null} */ (place.querySelector(`[data-line="${CSS.escape(id)}"] input`))?.focus();
  };

  let asked = 0;
  /** What the cart's sum brings, asked again when it has come to rest. */
  const offer = async () => {
    const turn = ++asked;
    await new Promise((resolve) => setTimeout(resolve, turn === 1 ? 0 : SETTLED_MS));
    if (turn !== asked) return;
    const node = await benefit(added).catch(() => null);
    if (turn === asked) offered.replaceChildren(...(node ? [node] : []));
  };

  const total = el("output", { class: "price", "data-total": true });
  /** @param {Line[]} lines */
  const table = (lines) => el("ul", { class: "lines", role: "list" }, ...lines.map((line) => row(line)));
  const summary = () => {
    total.textContent = money(cart.total(), description().currency);
    return el("section", { class: "summary", "aria-label": t("cart.summary") }, el("p", {}, t("cart.total"), " ", total), el("a", { class: "primary", href: toCheckout }, t("cart.checkout")), el("p", { class: "quiet" }, t("cart.note")));
  };

  /** @param {Line} line */
  const row = ({ id, quantity }) => {
    const good = found.get(id);
    const name = good ? title(good) : id;
    const amount = el("input", { type: "number", inputmode: "numeric", min: 1, max: cart.MOST, value: quantity, "aria-label": t("cart.quantityOf", { name }) });
    const sum = el("span", { class: "price" }, good ? money(good.p * quantity, description().currency) : "");
    /** @param {number} to */
    const set = (to) => {
      const wanted = Math.min(Math.max(Math.round(to) || 1, 1), cart.MOST);
      cart.set(id, wanted);
      amount.value = String(wanted);
      if (good) sum.textContent = money(good.p * wanted, description().currency);
      total.textContent = money(cart.total(), description().currency);
      announce(t("cart.changed", { name, count: wanted, total: total.textContent }));
      offer();
    };
    amount.addEventListener("change", () => set(amount.valueAsNumber));
    const away = el("button", { class: "quiet-button", type: "button", "aria-label": t("cart.removeOf", { name }) }, t("cart.remove"));
    away.addEventListener("click", () => {
      cart.remove(id);
      draw();
      announce(t("cart.removed", { name }));
      heading.focus();
    });
    return el(
      "li",
      { class: "line", "data-line": id },
      el("a", { class: "picture", href: toProduct(id), tabindex: -1, "aria-hidden": "true" }, good && el("img", { src: picture(good), alt: "", width: 400, height: 400 })),
      el("div", { class: "what" }, el("a", { href: toProduct(id) }, name), good && el("span", { class: "quiet" }, money(good.p, description().currency)), away),
      el(
        "div",
        { class: "stepper" },
        el("button", { class: "round", type: "button", "aria-label": t("cart.less", { name }), onclick: () => set(amount.valueAsNumber - 1) }, icon("minus")),
        amount,
        el("button", { class: "round", type: "button", "aria-label": t("cart.more", { name }), onclick: () => set(amount.valueAsNumber + 1) }, icon("plus")),
      ),
      sum,
    );
  };

  draw();
  return { title: t("cart.title"), nodes: [heading, await strip("cart"), place, offered, shelf] };
}
