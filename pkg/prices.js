// Prices, stock and flash sales of the full edition: the shop's feed as of now, what of it is news for this shopper, and ends by the
// server's clock.
// @ts-check

/** @typedef {import("./types/prices.d.ts").Till} Till */

/** @param {Till} till @param {object} patch @returns {import("./types/prices.d.ts").Taken} */
export function take(till, patch) {
  return till.ask("feed", patch) ?? { ok: false, code: "no_engine", remedy: 'open with `edition: "full"`, and wait for `ready`' };
}

const request = globalThis.fetch?.bind(globalThis);

/** Fetches the feed and hands it over, with the server's time: that of the answer, to the middle of its second.
 * @param {Till} till @param {string} url @returns {Promise<import("./types/prices.d.ts").Taken>} */
export async function fetchFeed(till, url) {
  try {
    const response = await request(url, { cache: "no-store", credentials: "omit" });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const [date, changed] = ["date", "last-modified"].map((name) => Date.parse(response.headers.get(name) ?? ""));
    const answered = performance.now();
    const patch = await response.json();
    await till.ready;
    const served = date && { served: date + 500 + performance.now() - answered };
    // Of a file that does not say when its stock was counted, that is when it was written, or never.
    return take(till, { counted: changed || 0, ...patch, ...served });
  } catch (error) {
    return { ok: false, code: "feed.unavailable", remedy: `${url}: ${error instanceof Error ? error.message : error}` };
  }
}

/** @param {Till} till @param {readonly string[]} ids @param {{ few?: number }} [wish] */
export const live = (till, ids, wish) => /** @type {(import("./types/prices.d.ts").Live | null)[]} */ (till.ask("live", { ...wish, ids }) ?? ids.map(() => null));

/** @param {Till} till */
export const flashes = (till) => /** @type {import("./types/prices.d.ts").Live[]} */ (till.ask("live", { flash: true }) ?? []);

/** @param {Till} till @param {import("./types/prices.d.ts").Wish} [wish] */
export const alerts = (till, wish) => /** @type {import("./types/prices.d.ts").Alert[]} */ (till.ask("alerts", wish ?? {}) ?? []);

/** @param {Till} till @param {import("./types/prices.d.ts").Alert} alert @param {import("./types/prices.d.ts").Wish} [wish] */
export const told = (till, { id, type }, wish) => /** @type {boolean} */ (till.ask("told", { ...wish, id, type })?.ok ?? false);

/** @param {Till} till */
export const watches = (till) => /** @type {import("./types/prices.d.ts").Watched[]} */ (till.ask("watches") ?? []);
