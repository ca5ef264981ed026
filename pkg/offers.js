// Campaigns of offers for the full edition: what `tillside lab offers` wrote, handed to the engine, which decides by it.
// @ts-check

/** @typedef {import("./types/offers.d.ts").Till} Till */

/** @param {Till} till @param {unknown} file @returns {import("./types/offers.d.ts").Taken} */
export function takeOffers(till, file) {
  return till.ask("offers", file) ?? { ok: false, code: "no_engine", remedy: 'open with `edition: "full"`, and wait for `ready`' };
}

const request = globalThis.fetch?.bind(globalThis);

/** @param {Till} till @param {string} url @returns {Promise<import("./types/offers.d.ts").Taken>} */
export async function fetchOffers(till, url) {
  try {
    const response = await request(url, { credentials: "omit" });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const file = await response.json();
    await till.ready;
    return takeOffers(till, file);
  } catch (error) {
    return { ok: false, code: "offers_unavailable", remedy: `${url}: ${error instanceof Error ? error.message : error}` };
  }
}

/** @param {Till} till @param {import("./types/offers.d.ts").TopUpRequest} request @returns {import("./types/offers.d.ts").TopUp[]} */
export const topUp = (till, request) => till.ask("top_up", request)?.items ?? [];
