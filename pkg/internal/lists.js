// One question for a list: what the page asks → the engine's arguments, its words → a shelf. Which items, in which order, is
// the engine's to say; what is shown where it has none is in fallback.js.
// @ts-check

import * as engine from "../dist/tillside.js";
import { lines, wanted } from "../given.js";
import { common, decode, parts, PLACEMENTS } from "../shelf.js";

/** @typedef {import("../given.js").Asked} Asked */
/** @typedef {import("../index.d.ts").Shelf} Shelf */

/** A factor as the engine holds it; 0 buries. @param {number} factor */
const bounded = (factor) => factor && Math.min(Math.max(factor, 0.2), 5);

/** The number of a placement; a page's misspelt one is the first. @param {Asked["placement"]} placement */
const numberOf = (placement) => Math.max(PLACEMENTS.indexOf(placement), 0);

/** A list, and what it is made of, which is taken apart only for who asks: the words are kept and not the items, which are many objects.
 * @param {number} page @param {Asked} request @param {string} rules those of the shop and of the request @param {string} model
 * @param {import("../shelf.js").Names} names @returns {[Shelf, () => import("../index.d.ts").Explained]} */
export function ranked(page, request, rules, model, names) {
  const { item = "", category = "", query = "", where = {}, exclude = [], diversity = 0, spread = {}, discovery = 0, pins = [] } = request;
  const attributes = Object.entries(where);
  const number = numberOf(request.placement);
  const words = engine.recommend(
    page,
    number,
    wanted(request.limit),
    lines([item, category, query, ...attributes.flat(), ...pins.flatMap(({ id, position }) => [id, `${position}`]), ...exclude]),
    attributes.length,
    pins.length,
    diversity,
    spread.brand ?? 0,
    spread.category ?? 0,
    discovery,
    rules,
    request.bundle ?? 0,
    [request.compatible, request.skus, request.departments, request.personal === false].reduce((flags, on, n) => flags + (on ? 1 << n : 0), 0),
  );
  const { items, status, decision, price } = decode(words, names);
  if (!PLACEMENTS.includes(request.placement)) status.warnings.push("unknown_placement");
  const time = Date.now();
  const placement = /** @type {import("../index.d.ts").Placement} */ (PLACEMENTS[number]);
  const reason = common(items);
  const corrected = status.warnings.includes("query_corrected") && { corrected: /** @type {string} */ (engine.take(engine.name(page, 4, 0))) };
  return [
    { placement, items, ...(reason && { reason }), ...corrected, ...(price && { price }), status: { decision, model, ...status, personal: false, microseconds: 0 } },
    () => {
      const { items, starts } = decode(words, names);
      const factors = rules.split("\n").flatMap((line) => (line[0] === "*" ? bounded(Number(line.slice(1))) : []));
      const taken = items.map((item, n) => ({ ...item, ...parts(words, starts[n] ?? 0, names, factors) }));
      return { decision, time, model, placement, items: taken };
    },
  ];
}

/** Ids in another order, the first of them, and those that are pinned, in their places. @param {number} page @param {Asked} asked @param {string} rules @returns {string[]} */
export function reranked(page, { placement, item = "", exclude: ids = [], limit: visible = 0, fallback: pinned = [] }, rules) {
  const stays = new Uint8Array(ids.length).fill(1, 0, visible);
  pinned.forEach((id) => ids.includes(id) && (stays[ids.indexOf(id)] = 1));
  return [...engine.rerank(page, numberOf(placement), lines([item, ...ids]), stays, rules)].map((n) => /** @type {string} */ (ids[n]));
}
