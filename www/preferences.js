/**
 * What a shopper's habits ask of a list, as rules of the request: organic goods for who buys them, offers for who waits for offers, and
 * goods at their full price for who looks for quality. Rules raise and lower; they hide nothing, and no price follows from them.
 */

import { goods } from "./shop.js";
import * as till from "./till.js";

/** @import { Request } from "../pkg/index.js" */
/** @import { Good } from "./types.js" */

/** Purchases that a habit needs, and the share of them. */
const FEWEST = 3;
const SHARE = 0.5;
/** From here on reduced prices move a shopper. */
const SENSITIVE = 0.5;
/** The newest products bought that are looked at. */
const NEWEST = 20;

/** @typedef {{ organic: boolean, offers: "seek" | "avoid" | null }} Preferences */

/** Habits by what is known; nothing of a stranger. @returns {Promise<Preferences>} */
export async function preferences() {
  if (!till.remembers()) return { organic: false, offers: null };
  const portrait = till.portrait();
  const tagged = portrait.attributes?.tags.some(({ name }) => name === "quality-of-life") ?? false;
  const promotion = till.taste()?.promotion ?? null;
  const offers = tagged ? "avoid" : promotion && promotion.all >= SENSITIVE ? "seek" : null;
  const bought = portrait.bought.slice(0, NEWEST);
  const found = await goods(bought.map(({ id }) => id));
  const times = bought.map(({ id, count }) => ({ count, organic: found.get(id)?.a?.organic === "yes" }));
  const all = times.reduce((sum, { count }) => sum + count, 0);
  const organic = times.reduce((sum, { count, organic }) => sum + (organic ? count : 0), 0);
  return { organic: organic >= FEWEST && organic >= SHARE * all, offers };
}

/** Below its usual price now. @param {Good} good */
export const isReduced = ({ p, r }) => r !== undefined && r > p;

/**
 * The rules of a list that holds these goods. Which of a shop's goods are on offer only their pages know: what comes in because of
 * the rules is asked about again.
 * @param {Preferences} wanted @param {Iterable<Good>} goods @returns {NonNullable<Request["rules"]>}
 */
export function ruling({ organic, offers }, goods) {
  const reduced = [...goods].filter(isReduced).map(({ id }) => id);
  return [
    ...(organic ? [{ where: { organic: "yes" }, boost: 1.6 }] : []),
    ...(offers && reduced.length ? [{ where: { id: reduced }, ...(offers === "seek" ? { boost: 1.4 } : { bury: true }) }] : []),
  ];
}
