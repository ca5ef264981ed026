// Features: the payload, given inline or from an address, and the engine's answers as objects. Only a page that has features loads
// this file.
// @ts-check

/** What a fetch may take before the page goes on without features. */
const PATIENCE_MS = 3000;

/** A payload; rejects where there is none. From an address it is the one that the browser has, if it has one, so that a page
 * does not wait for the network; the answer of the server is there for the next page.
 * @param {string | object} source @param {typeof fetch} request @returns {Promise<any>} */
export async function features(source, request) {
  if (typeof source !== "string") return source ?? {};
  /** @param {RequestInit} how */
  const get = async (how) => {
    const response = await request(source, /** @type {any} */ ({ __proto__: null, ...how, credentials: "omit", signal: AbortSignal.timeout(PATIENCE_MS) }));
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return response.text();
  };
  try {
    const held = await get({ cache: "only-if-cached", mode: "same-origin" }).catch(() => undefined);
    const fresh = get({ cache: "no-cache" });
    // Only the next page needs it where there is an older one.
    if (held) fresh.catch(() => {});
    return JSON.parse(held ?? (await fresh));
  } catch (error) {
    throw new Error(`${source}: ${/** @type {any} */ (error).message}`);
  }
}

/** What is wrong with a payload, by the engine's answer to it. @param {any} answer @returns {import("./index.d.ts").Problem | undefined} */
export function refusal(answer) {
  if (!answer) return { code: "features.edition", message: 'options.features needs `edition: "full"`.' };
  if (!answer.ok) return { code: "features.refused", message: `the features were refused (${answer.code}): ${answer.remedy}.` };
  if (answer.unsupported.length === 0) return undefined;
  return { code: "features.unsupported", message: `not run here: ${answer.unsupported.join(", ")}; take GrowthBook's own SDK for it.` };
}

/** @param {any} answer @returns {import("./index.d.ts").Feature} */
export function answered(answer) {
  const { value, source = "unknownFeature", experimentResult } = answer ?? {};
  return { value: value ?? undefined, on: Boolean(value), source, ...(experimentResult && { variation: varied(experimentResult) }) };
}

/** What an experiment decided. @param {any} result @returns {import("./index.d.ts").Variation} */
const varied = ({ key, value, hashUsed, variationWeights, variationId }) => ({ key, value, forced: !hashUsed, ...(variationWeights && { propensity: variationWeights[variationId] }) });
