/**
 * A long list of products, in the engine's order, with chips to narrow it by attributes. Used by categories and by search. What is seen
 * first is fetched first; the attributes of the whole list are known a moment later.
 */

import { announce, el } from "./dom.js";
import { facetsOf } from "./facets.js";
import { attributes, t } from "./i18n.js";
import { cards, modelled, observed, stock } from "./shelf.js";
import { goods } from "./shop.js";

/** @import { Request } from "../pkg/index.js" */
/** @import { Attribute, Stocked } from "./types.js" */

const LIMIT = 100;
/** Cards drawn at once. */
const STEP = 24;

/** Parts of an address that are not attributes. */
const NOT_ATTRIBUTES = new Set(["q"]);

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

  const count = el("p", { class: "amount" });
  const list = el("div", { class: "list" });
  const filters = el("div", { class: "filters" });

  /** @param {Stocked} stocked */
  const fill = (stocked) => {
    const total = stocked.shelf.items.length;
    count.textContent = total >= LIMIT ? t("list.first", { count: LIMIT }) : t("list.count", { count: total });
    const none = t(Object.keys(where).length ? "list.noneWith" : "list.none");
    list.replaceChildren(total ? observed(el("div", {}, ...pages(stocked)), stocked.shelf) : el("p", { class: "none" }, none));
  };

  const narrow = async () => {
    const address = new URLSearchParams([...query].filter(([name]) => NOT_ATTRIBUTES.has(name)).concat(Object.entries(where)));
    // Not a new page: the address keeps the choice, the reader keeps the place.
    history.replaceState(history.state, "", location.hash.split("?")[0] + (address.size ? `?${address}` : ""));
    fill(await ask(where));
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
    filters.replaceChildren(...facets.map((values) => group(values, where, narrow)));
  };

  fill(found);
  return { count, list, filters: modelled() && everything.shelf.items.length ? folded(filters) : null, shelf: found.shelf, shown: offer };
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
