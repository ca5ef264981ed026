/**
 * A long list of products, in the engine's order, with chips to narrow it by attributes. Used by categories and by search. What is seen
 * first is fetched first; the attributes of the whole list are known a moment later.
 */

import { announce, el } from "./dom.js";
import { facetsOf } from "./facets.js";
import { attributes, brand, money, t } from "./i18n.js";
import { cards, modelled, observed, stock } from "./shelf.js";
import { description, goods } from "./shop.js";

/** @import { Request } from "../pkg/index.js" */
/** @import { Attribute, Good, Stocked } from "./types.js" */

const LIMIT = 100;
/** Cards drawn at once. */
const STEP = 24;

/** Parts of an address that are not attributes of the feed. */
const NOT_ATTRIBUTES = new Set(["q", "sort", "brand", "price"]);

/** Orders of a list; the first is the engine's. @type {Record<"best" | "cheap" | "dear" | "new", ((one: Good, other: Good) => number) | undefined>} */
const ORDERS = { best: undefined, cheap: (one, other) => one.p - other.p, dear: (one, other) => other.p - one.p, new: (one, other) => (other.n ?? 0) - (one.n ?? 0) };

/** Brands and bands of price offered. */
const MOST_BRANDS = 10;
const BANDS = 3;

/**
 * @param {Request} request without `where` and `limit`
 * @param {URLSearchParams} query the address's, which keeps the choice of attributes
 */
export async function listing(request, query) {
  const where = Object.fromEntries([...query].filter(([name]) => !NOT_ATTRIBUTES.has(name)));
  /** @param {Record<string, string>} where */
  const ask = (where) => stock({ ...request, ...(Object.keys(where).length ? { where: { ...where } } : {}), limit: LIMIT }, STEP);
  const everything = await ask({});
  const found = Object.keys(where).length ? await ask(where) : everything;

  // What the page narrows and sorts by itself, within what the engine found.
  const own = { sort: query.get("sort") ?? "best", brand: query.get("brand") ?? "", price: query.get("price") ?? "" };
  const count = el("p", { class: "amount" });
  const select = el("select", { "aria-label": t("list.sort") }, .../** @type {(keyof typeof ORDERS)[]} */ (Object.keys(ORDERS)).map((name) => el("option", { value: name, selected: own.sort === name }, t(`list.${name}`))));
  const sorting = el("label", { class: "sorting" }, t("list.sort"), " ", select);

  /** @param {Stocked} stocked @returns {Promise<Stocked>} */
  const arranged = async (stocked) => {
    const order = ORDERS[/** @type {keyof typeof ORDERS} */ (own.sort)];
    if (!order && !own.brand && !own.price) return stocked;
    const all = await goods(stocked.shelf.items.map(({ id }) => id));
    const [from = 0, to = Infinity] = own.price.split("-").map((bound) => (bound === "" ? undefined : Number(bound)));
    const fits = (/** @type {Good | undefined} */ good) => good && (!own.brand || good.b === own.brand) && good.p >= from && good.p <= (to ?? Infinity);
    const items = stocked.shelf.items.filter(({ id }) => fits(all.get(id)));
    if (order) items.sort((one, other) => order(/** @type {Good} */ (all.get(one.id)), /** @type {Good} */ (all.get(other.id))));
    return { shelf: { ...stocked.shelf, items }, goods: all };
  };

  const list = el("div", { class: "list" });
  const filters = el("div", { class: "filters" });

  /** @param {Stocked} stocked */
  const fill = (stocked) => {
    const total = stocked.shelf.items.length;
    count.textContent = total >= LIMIT ? t("list.first", { count: LIMIT }) : t("list.count", { count: total });
    const none = t(Object.keys(where).length || own.brand || own.price ? "list.noneWith" : "list.none");
    list.replaceChildren(total ? observed(el("div", {}, ...pages(stocked)), stocked.shelf) : el("p", { class: "none" }, none));
  };

  const narrow = async () => {
    const kept = Object.entries(own).filter(([name, value]) => value && !(name === "sort" && value === "best"));
    const address = new URLSearchParams([...query].filter(([name]) => name === "q").concat(kept, Object.entries(where)));
    // Not a new page: the address keeps the choice, the reader keeps the place.
    history.replaceState(history.state, "", location.hash.split("?")[0] + (address.size ? `?${address}` : ""));
    fill(await arranged(await ask(where)));
    announce(count.textContent ?? "");
  };

  /** Offers the attributes of the whole list. */
  const offer = async () => {
    const all = await goods(everything.shelf.items.map(({ id }) => id));
    const facets = modelled() ? facetsOf([...all.values()]) : [];
    for (const chosen of attributes({ a: where })) {
      const values = facets.find((values) => values[0]?.name === chosen.name);
      if (!values) facets.push([chosen]);
      else if (!values.some(({ value }) => value === chosen.value)) values.push(chosen);
    }
    filters.replaceChildren(...bands([...all.values()]), ...brands([...all.values()]), ...facets.map((values) => group(values, where, narrow)));
  };

  /** @param {Good[]} all */
  const brands = (all) => {
    /** @type {Map<string, { text: string, count: number }>} */
    const counts = new Map();
    for (const good of all) if (good.b) counts.set(good.b, { text: brand(good) ?? good.b, count: (counts.get(good.b)?.count ?? 0) + 1 });
    const common = [...counts].sort(([, one], [, other]) => other.count - one.count).slice(0, MOST_BRANDS);
    return common.length > 1 ? [group(common.map(([value, { text }]) => ({ name: "brand", value, label: t("list.brand"), text })), own, narrow)] : [];
  };

  /** Bands of price with about as many products each. @param {Good[]} all */
  const bands = (all) => {
    const prices = all.map(({ p }) => p).sort((one, other) => one - other);
    const cuts = [...new Set(Array.from({ length: BANDS - 1 }, (_, n) => rounded(prices[Math.floor(((n + 1) * prices.length) / BANDS)] ?? 0)))].filter((cut) => cut > (prices[0] ?? 0));
    if (!cuts.length) return [];
    const written = (/** @type {number} */ price) => money(price, description().currency);
    const values = [...cuts, Infinity].map((to, n) => {
      const from = cuts[n - 1];
      const text = from === undefined ? t("list.upTo", { price: written(to) }) : to === Infinity ? t("list.from", { price: written(from) }) : `${written(from)} – ${written(to)}`;
      return { name: "price", value: `${from ?? ""}-${to === Infinity ? "" : to}`, label: t("list.price"), text };
    });
    return [group(values, own, narrow)];
  };

  select.addEventListener("change", () => {
    own.sort = select.value;
    narrow();
  });

  fill(await arranged(found));
  return { count, sorting, list, filters: modelled() && everything.shelf.items.length ? folded(filters) : null, shelf: found.shelf, shown: offer };
}

/** A price with one figure that counts, or two. @param {number} price */
function rounded(price) {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(price, 1))) - 1) * 5;
  return Math.max(step, Math.round(price / step) * step);
}

/** The first cards and a button for the others. @param {Stocked} stocked */
function pages({ shelf, goods: first }) {
  const list = cards({ shelf, goods: first }, STEP, { plain: true });
  list.classList.add("grid");
  let drawn = STEP;
  const more = el("button", { class: "secondary more", type: "button" }, t("list.more"));
  more.addEventListener("click", async () => {
    const ids = shelf.items.slice(drawn, drawn + STEP).map(({ id }) => id);
    const next = cards({ shelf, goods: await goods(ids) }, drawn + STEP, { from: drawn, plain: true });
    drawn += STEP;
    const link = next.querySelector("a");
    list.append(...next.childNodes);
    link?.focus();
    if (drawn >= shelf.items.length) more.remove();
  });
  return shelf.items.length > STEP ? [list, more] : [list];
}

/** On a narrow window the attributes are folded away, so that the list does not move when they come. @param {HTMLElement} filters */
const folded = (filters) => el("details", { class: "folded", open: matchMedia("(min-width: 861px)").matches }, el("summary", {}, t("list.filter")), filters);

/**
 * The values of one attribute, of which one may be chosen.
 * @param {Attribute[]} values
 * @param {Record<string, string>} where what is chosen; changed in place
 * @param {() => void} changed
 */
function group(values, where, changed) {
  /** @param {Attribute} attribute */
  const chip = ({ name, value, text }) => {
    const button = el("button", { class: "chip", type: "button", "aria-pressed": String(where[name] === value), "data-where": `${name}=${value}` }, text);
    button.addEventListener("click", () => {
      if (where[name] === value) delete where[name];
      else where[name] = value;
      for (const other of button.parentElement?.querySelectorAll("button") ?? []) other.setAttribute("aria-pressed", String(other === button && where[name] === value));
      changed();
    });
    return button;
  };
  return el("fieldset", {}, el("legend", {}, values[0]?.label), el("div", { class: "chips" }, ...values.map(chip)));
}
