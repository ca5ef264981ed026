/** One product on a shelf: picture, title, why it is there, price, and a way into the cart. */

import { announce, el } from "./dom.js";
import { icon } from "./icons.js";
import { REASON, short } from "./experiments.js";
import { brand, t, title } from "./i18n.js";
import { toProduct } from "./links.js";
import { isReduced } from "./preferences.js";
import { price } from "./price.js";
import { picture } from "./shop.js";
import * as cart from "./cart.js";
import * as till from "./till.js";

/** @import { Reason, ShelfItem } from "../pkg/index.js" */
/** @import { Good } from "./types.js" */

/** Reasons that the heading of the list gives already. */
const IN_HEADING = new Set(["recent", "search", "host"]);
/** Reasons that go without saying in the list of a category or of search results. */
const IN_LIST = new Set([...IN_HEADING, "popular", "category"]);

/** What of a product the rules of a list lift, which are the shopper's own habits here; see preferences.js. @param {Good} good */
const habits = (good) => (good.a?.organic === "yes" ? t("reason.organic") : isReduced(good) ? t("reason.reduced") : "");

/** A reason in the reader's words, as the visitor's variation words it: a model knows a brand by the name that the feed gives it.
 * @param {Reason} reason @param {Good | undefined} good */
export function sentence(reason, good) {
  const { code, text } = reason;
  const habit = code === "boosted" && good && habits(good);
  if (habit) return habit;
  if (code === "brand" && good?.b) return text.replace(good.b, brand(good) ?? good.b);
  const key = short(reason);
  // Asking is using: only where the variations differ.
  return key && till.feature(REASON).value === "short" ? t(key) : text;
}

/**
 * @param {Good} good
 * @param {{ item: ShelfItem, plain: boolean, shared?: Reason | undefined, chosen: () => void, added: () => void }} options `shared`: the reason that the
 * shelf gives for all
 */
export function card(good, { item, plain, shared, chosen, added }) {
  const name = title(good);
  const reason = item.reasons[0];
  const isHabit = reason?.code === "boosted" && habits(good) !== "";
  const telling = reason && reason.text !== shared?.text && (isHabit || !(plain ? IN_LIST : IN_HEADING).has(reason.code));
  return el(
    "li",
    { class: "card", "data-id": good.id, "data-source": item.source },
    el(
      "a",
      // The middle button opens a new tab and gives no `click`.
      { href: toProduct(good.id), onclick: chosen, onauxclick: (/** @type {MouseEvent} */ event) => event.button === 1 && chosen() },
      el("span", { class: "picture" }, image(good, item.position)),
      el("span", { class: "brand" }, brand(good) ?? "", good.n ? el("span", { class: "badge" }, t("card.new")) : ""),
      el("span", { class: "name" }, name),
    ),
    till.remembers() && refuse(good),
    telling && el("p", { class: "reason", "data-code": reason.code }, sentence(reason, good)),
    el(
      "div",
      { class: "buy" },
      price(good),
      good.o
        ? el("span", { class: "sold-out" }, t("product.soldOut"))
        : addButton(good, () => {
            chosen();
            added();
          }),
    ),
  );
}

/** A way to say that this is not wanted: it goes from the whole page at once, and is not suggested again. @param {Good} good */
function refuse(good) {
  const button = el("button", { class: "round refuse", type: "button", "aria-label": t("card.refuse", { name: title(good) }), title: t("card.refuseShort") }, icon("close"));
  button.addEventListener("click", () => {
    till.notForMe(good.id);
    for (const card of document.querySelectorAll(`main .card[data-id="${CSS.escape(good.id)}"]`)) {
      const next = card.nextElementSibling?.querySelector("a");
      if (card.contains(button) && next instanceof HTMLElement) next.focus({ preventScroll: true });
      card.remove();
    }
    announce(t("card.refused", { name: title(good) }));
  });
  return button;
}

/** @param {Good} good @param {number} position */
function image(good, position) {
  return el("img", { src: picture(good), alt: "", width: 400, height: 400, loading: position <= 6 ? "eager" : "lazy", decoding: "async" });
}

/** @param {Good} good @param {() => void} added */
function addButton(good, added) {
  const button = el("button", { class: "round add", type: "button", "aria-label": t("card.add", { name: title(good) }), "data-add": good.id }, icon("plus"));
  button.addEventListener("click", () => {
    cart.add(good.id);
    announce(t("cart.added", { name: title(good), count: cart.count() }));
    confirm(button);
    added();
  });
  return button;
}

/** Shows for a moment that the button did its work. @param {HTMLElement} button */
function confirm(button) {
  button.replaceChildren(icon("check"));
  button.classList.add("done");
  setTimeout(() => {
    button.replaceChildren(icon("plus"));
    button.classList.remove("done");
  }, 1500);
}
