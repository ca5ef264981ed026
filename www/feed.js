/** The feed at the foot of the front page: goes on for as long as the reader asks, and shows nothing twice. */

import { cards as contentCards } from "./content.js";
import { announce, el } from "./dom.js";
import { t } from "./i18n.js";
import { cards, draw, modelled, observed, onPage } from "./shelf.js";
import { goods, pieces } from "./shop.js";
import * as till from "./till.js";

/** @import { ContentShelf } from "../pkg/content.js" */
/** @import { Piece } from "./types.js" */

/** Items a time, and reviews or guides among them. */
const STEP = 12;
const PIECES = 2;
/** Products before each of those. */
const APART = 5;

/** A place for the feed, filled below the shelves that are on the page now; empty where there is nothing more. */
export async function feed() {
  const place = el("div", { class: "feed" });
  if (!modelled()) return place;
  const viewed = till.remembers() ? till.portrait().recent.map(({ id }) => id) : [];
  const shown = onPage().flatMap(({ items }) => items.map(({ id }) => id));
  // Reasons call the viewed by their titles.
  await goods(viewed);
  const page = till.page({ surface: "home", slots: [], exclude: [...shown, ...viewed] });
  const step = till.mixed(page, PIECES, shown);
  const next = async () => {
    const { shelf, content } = step(STEP);
    const found = await pieces(content.items.map(({ id }) => id));
    const about = [...found.values()].flatMap(({ p }) => p ?? []);
    return { shelf, goods: await goods([...shelf.items.map(({ id }) => id), ...about]), content, found };
  };
  const stocked = await next();
  const first = draw(stocked, { title: t("shelf.feed"), grid: true });
  if (!first) return place;
  mix(/** @type {HTMLElement} */ (first.querySelector("ul")), stocked);
  const more = el("button", { class: "secondary more", type: "button" }, t("list.more"));
  more.addEventListener("click", async () => {
    const stocked = await next();
    const count = stocked.shelf.items.length;
    if (count) {
      const list = cards(stocked, count);
      list.classList.add("grid");
      mix(list, stocked);
      more.before(observed(el("div", {}, list), stocked.shelf));
      list.querySelector("a")?.focus();
      announce(t("list.count", { count }));
    }
    if (count < STEP) more.remove();
  });
  place.append(first, more);
  return place;
}

/** Puts reviews and guides between the products. @param {HTMLElement} list @param {{ content: ContentShelf, found: Map<string, Piece> }} stocked */
function mix(list, { content, found }) {
  const all = contentCards(content, found, true);
  if (all.length) till.impression(content);
  all.forEach((card, n) => list.insertBefore(card, list.children[(n + 1) * (APART + 1) - 1] ?? null));
}
