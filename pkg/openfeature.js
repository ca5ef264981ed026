// An OpenFeature web provider over Tillside's features: any OpenFeature client asks, the device answers, without a request.
// @ts-check

/** @typedef {import("./index.js").Tillside} Tillside */

/** OpenFeature's words for where a value comes from. @type {Record<string, string>} */
const REASONS = { experiment: "SPLIT", force: "TARGETING_MATCH", override: "STATIC", defaultValue: "DEFAULT", prerequisite: "DISABLED" };

export class TillsideProvider {
  metadata = { name: "tillside" };
  runsOn = /** @type {const} */ ("client");
  #till;

  /** @param {Tillside} till opened with `edition: "full"` and `features` */
  constructor(till) {
    this.#till = till;
  }

  /** @param {string} key @param {any} fallback @param {any} context @param {string} type */
  #resolve(key, fallback, context, type) {
    /** @param {string} errorCode @param {string} errorMessage */
    const failed = (errorCode, errorMessage) => ({ value: fallback, reason: "ERROR", errorCode, errorMessage });
    const { targetingKey, ...attributes } = context ?? {};
    const { value, source, variation } = this.#till.feature(key, targetingKey === undefined ? attributes : { ...attributes, id: targetingKey });
    if (source === "unknownFeature") return failed("FLAG_NOT_FOUND", `there is no feature "${key}" in the payload`);
    if (source === "cyclicPrerequisite") return failed("PARSE_ERROR", `the prerequisites of "${key}" lead back to it`);
    // A feature without a value leaves it to whoever asks.
    if (value === undefined) return { value: fallback, reason: REASONS[source] ?? "DEFAULT" };
    if (typeof value !== type) return failed("TYPE_MISMATCH", `"${key}" is a ${typeof value}, asked for as a ${type}`);
    return { value, reason: REASONS[source] ?? "UNKNOWN", ...(variation && { variant: variation.key }) };
  }

  /** @param {string} key @param {boolean} fallback @param {object} context */
  resolveBooleanEvaluation(key, fallback, context) {
    return this.#resolve(key, fallback, context, "boolean");
  }

  /** @param {string} key @param {string} fallback @param {object} context */
  resolveStringEvaluation(key, fallback, context) {
    return this.#resolve(key, fallback, context, "string");
  }

  /** @param {string} key @param {number} fallback @param {object} context */
  resolveNumberEvaluation(key, fallback, context) {
    return this.#resolve(key, fallback, context, "number");
  }

  /** @param {string} key @param {any} fallback @param {object} context */
  resolveObjectEvaluation(key, fallback, context) {
    return this.#resolve(key, fallback, context, "object");
  }

  /** What a client tracks is an event of the shop. @param {string} name @param {any} _context @param {any} details */
  track(name, _context, details) {
    this.#till.track(name, details);
  }
}
