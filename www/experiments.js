/**
 * The shop's two experiments. Two rankers draft the shelf of suggestions in turn, so that every visitor compares them; and reasons are
 * worded in two ways, of which a visitor sees one. A developer may override both in the console.
 */

import { interleave } from "/pkg/dist/interleave.js";

/** @import { Reason, Request, Shelf, Tillside } from "../pkg/index.js" */

/** The experiment of the shelf of suggestions, and what its rankers are called. */
export const FRONT = "front-ranker";
export const RANKERS = /** @type {const} */ (["plain", "varied"]);

/** The experiment of the wording of reasons, and its variations. */
export const REASON = "reason-text";
export const WORDINGS = /** @type {const} */ (["short", "full"]);

/** As GrowthBook's API would answer. */
export const features = {
  features: { [REASON]: { defaultValue: "full", rules: [{ key: REASON, variations: WORDINGS, meta: WORDINGS.map((key) => ({ key })), hashVersion: 2, weights: [0.5, 0.5] }] } },
};

/** Where the tab keeps what a developer chose, until it is closed. An address cannot choose. */
const PLACE = "shop.experiments";

/** @typedef {{ ranker: typeof RANKERS[number] | null, wording: typeof WORDINGS[number] | null }} Chosen */

/** What a developer chose to see. @type {Readonly<Chosen>} */
export let chosen = read();

/** @returns {Chosen} */
function read() {
  try {
    const { ranker, wording } = JSON.parse(sessionStorage.getItem(PLACE) ?? "{}");
    return { ranker: RANKERS.find((name) => name === ranker) ?? null, wording: WORDINGS.find((name) => name === wording) ?? null };
  } catch {
    // The tab keeps nothing.
    return { ranker: null, wording: null };
  }
}

/** @param {Partial<Chosen>} what `null` leaves it to chance */
export function choose(what) {
  chosen = { ...chosen, ...what };
  try {
    if (chosen.ranker ?? chosen.wording) sessionStorage.setItem(PLACE, JSON.stringify(chosen));
    else sessionStorage.removeItem(PLACE);
  } catch {
    // It holds for this page then.
  }
}

/** Overrides as the engine takes them. @returns {Record<string, number>} */
export const overrides = () => (chosen.wording ? { [REASON]: WORDINGS.indexOf(chosen.wording) } : {});

/** The shelf of suggestions. @param {Tillside} till @param {Request} request @returns {Shelf} */
export function front(till, request) {
  const varied = { ...request, diversity: 0.5 };
  if (chosen.ranker) return till.recommend(chosen.ranker === "varied" ? varied : request);
  return interleave(till, { experiment: FRONT, rankers: { plain: request, varied }, limit: request.limit });
}

/** Reasons that have a short wording, which does not name what they are about. */
const SHORT = /** @type {const} */ ({ viewed: "reason.viewed", bought: "reason.bought", similar: "reason.similar" });

/** The short wording of a reason, if it has one. @param {Reason} reason */
export const short = ({ code, because }) => (because === undefined ? undefined : SHORT[/** @type {keyof typeof SHORT} */ (code)]);
