/** The feed at the foot of the front page: goes on for as long as the reader asks, and shows nothing twice. */

import { announce, el } from "./dom.js";
import { t } from "./i18n.js";
import { cards, draw, modelled, observed, onPage } from "./shelf.js";
import { goods } from "./shop.js";
import * as till from "./till.js";

/** Items a time. */
const STEP = 12;

/** A place for the feed, filled below the shelves that are on the page now; empty where there is nothing more. */
export async function feed() {
  const place = el("div", { class: "feed" });
  if (!modelled()) return place;
  const viewed = till.remembers() ? till.portrait().recent.map(({ id }) => id) : [];
  const shown = onPage().flatMap(({ items }) => items.map(({ id }) => id));
  // Reasons call the viewed by their titles.
  await goods(viewed);
  const page = till.page({ surface: "home", slots: [], exclude: [...shown, ...viewed] });
  const next = async () => {
    const shelf = page.more(STEP);
    return { shelf, goods: await goods(shelf.items.map(({ id }) => id)) };
  };
  const first = draw(await next(), { title: t("shelf.feed"), grid: true });
  if (!first) return place;
  const more = el("button", { class: "secondary more", type: "button" }, t("list.more"));
  more.addEventListener("click", async () => {
    const stocked = await next();
    const count = stocked.shelf.items.length;
    if (count) {
      const list = cards(stocked, count);
      list.classList.add("grid");
      more.before(observed(el("div", {}, list), stocked.shelf));
      list.querySelector("a")?.focus();
      announce(t("list.count", { count }));
    }
    if (count < STEP) more.remove();
  });
  place.append(first, more);
  return place;
}
