// What a page shows where the engine has nothing: no WebAssembly, no model, or an empty list. The page's own items, or the
// manifest's popular ones, in the form of a list. It ranks nothing and knows nothing of the shopper.
// @ts-check

import { texts, wanted } from "../given.js";
import { has, own } from "../globals.js";
import { PLACEMENTS } from "../shelf.js";

/** @typedef {import("../given.js").Asked} Asked */
/** @typedef {import("../index.d.ts").Shelf} Shelf */
/** The manifest's popular items, of the shop and of its categories. @typedef {{ popular: string[], categories: Record<string, string[]> }} Popular */

/** Items of one list at most. */
const MAX_LIMIT = 100;

/** Sentences of the one reason that exists without an engine. */
const HOST_REASON = { en: "Popular with other shoppers", zh: "大家都在买" };

/** As a manifest has them, of which nothing is certain. @param {unknown} fallback @returns {Popular} */
export function popularOf(fallback) {
  const { popular, categories } = own(fallback);
  return { popular: texts(popular) ?? [], categories: own(categories) };
}

/** What the page itself gives, or the manifest where no model is open. @param {Asked} request @param {Popular | undefined} known @returns {string[]} */
export function unranked(request, known) {
  const excluded = new Set(request.exclude);
  if (request.item !== undefined) excluded.add(request.item);
  /** @type {readonly string[] | undefined} */
  let ids = request.fallback;
  if (!ids && known) {
    const { category = "", placement } = request;
    // Only these may be filled with what is popular: nothing goes with an item by being popular.
    if (placement === "home" || placement === "product") ids = known.popular;
    if (placement === "category" && has(known.categories, category)) ids = texts(known.categories[category]);
  }
  return (ids ?? []).filter((id) => !excluded.has(id)).slice(0, Math.max(1, Math.min(wanted(request.limit), MAX_LIMIT)));
}

/** Items as a list; what the engine has said of its empty one stays said.
 * @param {Asked} request @param {string[]} ids @param {"en" | "zh"} language @param {Shelf | undefined} before @param {() => string} decision names the list where nothing was before
 * @returns {Shelf} */
export function listed(request, ids, language, before, decision) {
  const items = ids.map((id, n) => ({
    id,
    score: 0,
    source: /** @type {const} */ ("host"),
    position: n + 1,
    placed: /** @type {const} */ ("ranked"),
    propensity: 1,
    reasons: /** @type {[import("../index.d.ts").Reason]} */ ([{ code: "host", text: HOST_REASON[language] }]),
  }));
  return {
    placement: PLACEMENTS.includes(request.placement) ? request.placement : "home",
    items,
    status: {
      decision: before ? "" : decision(),
      model: "",
      filtered: { outOfStock: 0, inCart: 0, bought: 0, excluded: 0 },
      warnings: [],
      ...before?.status,
      fallback: items.length > 0 ? "host" : "empty",
      personal: false,
      blend: items.length > 0 ? { host: 1 } : {},
      microseconds: 0,
    },
  };
}
