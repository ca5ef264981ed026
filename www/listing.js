/** A long list of products, in the engine's order, with chips to narrow it by attributes. Used by categories and by search. */

import { announce, el } from "./dom.js";
import { attributes, t } from "./i18n.js";
import { cards, markFirst, modelled, observed, stock } from "./shelf.js";

/** @import { Request } from "../pkg/index.js" */
/** @import { Attribute, Good, Stocked } from "./types.js" */
/** @typedef {Map<string, Attribute[]>} Facets what may be chosen of each attribute */

const LIMIT = 100;
/** Cards drawn at once. */
const STEP = 24;
/** Attributes offered, and values of each. */
const MOST_ATTRIBUTES = 4;
const MOST_VALUES = 10;

/**
 * @param {Request} request without `where` and `limit`
 * @param {URLSearchParams} query the address's, which keeps the choice of attributes
 */
export async function listing(request, query) {
  const everything = await stock({ ...request, limit: LIMIT });
  /** @type {Facets} */
  const facets = modelled() ? facetsOf([...everything.goods.values()]) : new Map();
  /** @type {Record<string, string>} */
  const where = {};
  for (const [name, values] of facets) {
    const chosen = query.get(name);
    if (chosen !== null && values.some(({ value }) => value === chosen)) where[name] = chosen;
  }
  const narrowed = Object.keys(where).length ? await stock({ ...request, where, limit: LIMIT }) : everything;

  const count = el("p", { class: "amount" });
  const list = el("div", { class: "list" });
  /** @param {Stocked} stocked */
  const fill = (stocked) => {
    const total = drawable(stocked);
    count.textContent = total >= LIMIT ? t("list.first", { count: LIMIT }) : t("list.count", { count: total });
    list.replaceChildren(total ? observed(el("div", {}, ...pages(stocked)), stocked.shelf) : el("p", { class: "none" }, t(facets.size ? "list.noneWith" : "list.none")));
  };
  fill(narrowed);

  const choose = async () => {
    const address = new URLSearchParams(query);
    for (const name of facets.keys()) address.delete(name);
    for (const [name, value] of Object.entries(where)) address.set(name, value);
    // Not a new page: the address keeps the choice, the reader keeps the place.
    history.replaceState(history.state, "", location.hash.split("?")[0] + (address.size ? `?${address}` : ""));
    fill(Object.keys(where).length ? await stock({ ...request, where: { ...where }, limit: LIMIT }) : await stock({ ...request, limit: LIMIT }));
    announce(count.textContent ?? "");
    markFirst();
  };
  return { count, list, filters: filters(facets, where, choose), shelf: narrowed.shelf };
}

/** @param {Stocked} stocked */
const drawable = ({ shelf, goods }) => shelf.items.filter(({ id }) => goods.has(id)).length;

/** The first cards and a button for the others. @param {Stocked} stocked */
function pages(stocked) {
  const total = drawable(stocked);
  const list = cards(stocked, STEP, { plain: true });
  list.classList.add("grid");
  const more = el("button", { class: "secondary more", type: "button" }, t("list.more"));
  more.addEventListener("click", () => {
    const next = cards(stocked, list.childElementCount + STEP, { from: list.childElementCount, plain: true });
    const first = next.querySelector("a");
    list.append(...next.childNodes);
    first?.focus();
    if (list.childElementCount >= total) more.remove();
  });
  return total > STEP ? [list, more] : [list];
}

/**
 * Attributes that tell the goods apart, the most common first, with their values.
 * @param {readonly Good[]} goods
 * @returns {Facets}
 */
function facetsOf(goods) {
  /** @type {Map<string, Map<string, Attribute & { count: number }>>} */
  const counts = new Map();
  for (const attribute of goods.flatMap(attributes)) {
    const values = counts.get(attribute.name) ?? new Map();
    values.set(attribute.value, { ...attribute, count: (values.get(attribute.value)?.count ?? 0) + 1 });
    counts.set(attribute.name, values);
  }
  /** @param {Map<string, { count: number }>} values */
  const uses = (values) => [...values.values()].reduce((sum, { count }) => sum + count, 0);
  const useful = [...counts].filter(([, values]) => values.size > 1 && uses(values) >= goods.length / 5 && uses(values) / values.size >= 1.5);
  useful.sort(([, one], [, other]) => uses(other) - uses(one));
  return new Map(
    useful.slice(0, MOST_ATTRIBUTES).map(([name, values]) => {
      const common = [...values.values()].sort((one, other) => other.count - one.count).slice(0, MOST_VALUES);
      return [name, common.sort((one, other) => one.value.localeCompare(other.value, "en", { numeric: true }))];
    }),
  );
}

/**
 * @param {Facets} facets
 * @param {Record<string, string>} where what is chosen; changed in place
 * @param {() => void} changed
 */
function filters(facets, where, changed) {
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
  return el(
    "div",
    { class: "filters" },
    ...[...facets.values()].map((values) => el("fieldset", {}, el("legend", {}, values[0]?.label), el("div", { class: "chips" }, ...values.map(chip)))),
  );
}
