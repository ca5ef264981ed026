/**
 * Shelves: asks the engine once for each view, draws the answer, and reports when it was seen and what was chosen. A shelf never changes
 * under the reader's eyes; it is asked again when a page is opened or when the reader does something that calls for it.
 */

import { seen } from "/pkg/dist/shelf.js";
import { el } from "./dom.js";
import { card, sentence } from "./card.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";
import { isReduced, preferences, ruling } from "./preferences.js";
import { children, find, goods, known, within } from "./shop.js";
import * as till from "./till.js";

/** @import { Request, Shelf } from "../pkg/index.js" */
/** @import { Preferences } from "./preferences.js" */
/** @import { Good, Stocked } from "./types.js" */

/** Lists that go by what the shopper prefers, and how often they are asked for anew. */
const PREFERRED = new Set(["home", "category"]);
const TURNS = 4;

/** Reasons that are not about an item: an item must be loaded before it can be called by its title. */
const ABOUT_OTHERS = new Set(["category", "brand", "search"]);

/** @type {Map<Element, { shelf: Shelf, end: () => void }>} */
const shelves = new Map();

let marked = false;

/** Says when the first shelf was there, for the start-up bench to read. */
export function markFirst() {
  const first = marked ? null : document.querySelector("main [data-placement]");
  if (!(first instanceof HTMLElement)) return;
  marked = true;
  performance.mark("till:first-shelf", { detail: { placement: first.dataset.placement, fallback: first.dataset.fallback } });
}

/** The shelves of the page in view, from top to bottom. */
export const onPage = () => [...document.querySelectorAll("main [data-placement]")].flatMap((element) => shelves.get(element)?.shelf ?? []);

/** Forgets the shelves of the page that was left. */
export function forgetLeft() {
  for (const [element, { end }] of shelves) {
    if (element.isConnected) continue;
    shelves.delete(element);
    end();
  }
}

/**
 * Asks for a shelf and fetches what is on it. Rejects when there are items and not one of them can be fetched.
 * @param {Request} request
 * @param {number} [first] how many of the items to fetch; all when left out
 * @returns {Promise<Stocked>}
 */
export async function stock(request, first) {
  // A front page spreads over what the shopper looks at, and over the shop's departments for a stranger.
  if (request.placement === "home") request = { spread: { category: 2 }, departments: true, ...request };
  // And a department over its categories: it is more than its bestseller.
  if (request.placement === "category" && children(request.category).length) request = { spread: { category: 1 }, ...request };
  const wanted = PREFERRED.has(request.placement) && modelled() ? await preferences() : undefined;
  if (wanted?.organic) request = { ...request, rules: ruling(wanted, []) };
  let shelf = till.recommend(request);
  if (!shelf.items.length && !modelled()) {
    request = { ...request, fallback: await own(request) };
    shelf = till.recommend(request);
  }
  const items = shelf.items.slice(0, first);
  const causes = items.flatMap(({ reasons }) => reasons.filter(({ code }) => !ABOUT_OTHERS.has(code)).flatMap(({ because }) => because ?? []));
  const nameless = causes.filter((id) => !known(id));
  const found = await goods([...items.map(({ id }) => id), ...causes]);
  if (wanted?.offers) return preferred(request, wanted, found, first);
  if (items.length && !items.some(({ id }) => found.has(id))) throw new Error(`none of the ${items.length} products could be read`);
  // Reasons call items by their titles: with the titles there, the same question has a readable answer.
  if (nameless.length) shelf = till.recommend(request);
  return { shelf, goods: found };
}

/** Asks again by what is on offer, until nothing more of that comes in. @param {Request} request @param {Preferences} wanted @param {Map<string, Good>} known @param {number} [first] @returns {Promise<Stocked>} */
async function preferred(request, wanted, known, first) {
  const all = new Map(known);
  for (let turn = 0; ; turn++) {
    const shelf = till.recommend({ ...request, rules: ruling(wanted, all.values()) });
    const more = shelf.items.slice(0, first).filter(({ id }) => !all.has(id));
    for (const [id, good] of await goods(more.map(({ id }) => id))) all.set(id, good);
    if (!more.some(({ id }) => { const good = all.get(id); return good && isReduced(good); }) || turn === TURNS) return { shelf, goods: all };
  }
}

/** Whether there is an engine and a model to ask. */
export function modelled() {
  const { engine, model } = till.status();
  return engine === "wasm" && model !== null;
}

/** What the shop shows when nothing can be computed. @param {Request} request @returns {Promise<string[]>} */
async function own({ placement, category, query = "", limit = 12 }) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  /** @type {Partial<Record<string, (good: Good) => boolean>>} */
  const fits = {
    home: () => true,
    category: (good) => within(good.c, category ?? ""),
    search: (good) => words.length > 0 && words.every((word) => good.t.join(" ").toLowerCase().includes(word)),
  };
  const test = fits[placement];
  return test ? find(test, limit) : [];
}

/** @param {Shelf} shelf */
function heading({ placement, status }) {
  if (placement !== "home") return t(`shelf.${placement}`);
  return status.fallback === "none" || status.fallback === "content" ? t("shelf.home") : t("shelf.popular");
}

/**
 * Draws a shelf, or nothing when it is empty.
 * @param {Stocked} stocked
 * @param {{ title?: string, grid?: boolean, added?: (id: string) => void }} [style]
 * @returns {HTMLElement | null}
 */
export function draw({ shelf, goods }, { title = heading(shelf), grid = false, added } = {}) {
  if (!shelf.items.length) return null;
  const id = `shelf-${shelf.status.decision}`;
  const list = cards({ shelf, goods }, shelf.items.length, { added });
  list.classList.add(grid ? "grid" : "row");
  const why = shared(shelf);
  const head = el("div", { class: "shelf-head" }, el("h2", { id }, title), why && el("p", { class: "why", "data-code": why.code }, sentence(why, [...goods.values()].find(({ b }) => b && why.text.includes(b)))), !grid && arrows(list));
  return observed(el("section", { class: "shelf", "aria-labelledby": id }, head, list), shelf);
}

/**
 * The cards of a shelf from `from` up to `to`.
 * @param {Stocked} stocked
 * @param {number} to
 * @param {{ from?: number, added?: (id: string) => void, plain?: boolean }} [options] `plain`: without reasons that go without saying in a list
 */
export function cards({ shelf, goods }, to, { from = 0, added, plain = false } = {}) {
  const list = el("ul", { class: "cards", role: "list" });
  for (const item of shelf.items.slice(from, to)) {
    const good = goods.get(item.id);
    if (good) list.append(card(good, { item, plain, shared: plain ? undefined : shelf.reason, chosen: () => till.click(shelf, item.id), added: () => added?.(item.id) }));
  }
  return list;
}

/** Reasons that go without saying under the heading of a shelf. */
const SAID = new Set(["recent", "search", "host", "category", "goes_with", "similar", "also_viewed", "again", "fits", "fits_viewed"]);

/** The reason that a shelf gives once for all its cards, where its heading does not say it. @param {Shelf} shelf */
function shared({ reason, placement }) {
  return reason && (placement === "home" ? reason.code !== "popular" : !SAID.has(reason.code)) ? reason : undefined;
}

/** Marks an element as the place of a shelf and watches for it to be seen. @template {HTMLElement} E @param {E} element @param {Shelf} shelf */
export function observed(element, shelf) {
  element.dataset.placement = shelf.placement;
  element.dataset.fallback = shelf.status.fallback;
  shelves.set(element, { shelf, end: seen(element, shelf, till) });
  return element;
}

/** Buttons that turn a row, there only when the row is longer than its place. @param {HTMLElement} list */
function arrows(list) {
  /** @param {number} way */
  const turn = (way) => list.scrollBy({ left: way * list.clientWidth * 0.9 });
  const buttons = el(
    "div",
    { class: "arrows", hidden: true },
    el("button", { class: "round", type: "button", "aria-label": t("shelf.back"), onclick: () => turn(-1) }, icon("back")),
    el("button", { class: "round", type: "button", "aria-label": t("shelf.forth"), onclick: () => turn(1) }, icon("forth")),
  );
  new ResizeObserver(() => (buttons.hidden = list.scrollWidth <= list.clientWidth)).observe(list);
  return buttons;
}

/**
 * A place for a shelf that is filled when its goods have come; it takes no room while empty.
 * @param {Request} request
 * @param {Parameters<typeof draw>[1]} [style]
 */
export function slot(request, style) {
  const place = el("div", { class: "slot" });
  const filled = stock(request).then((stocked) => {
    const shelf = draw(stocked, style);
    place.replaceChildren(...(shelf ? [shelf] : []));
    if (place.isConnected) markFirst();
    return stocked;
  });
  // A page that does not wait for a shelf does without it.
  filled.catch(() => {});
  return { place, filled };
}
