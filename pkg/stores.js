// The shop's stores for a page of the full edition: which of them show an item nearby, and when one may come. The place of a
// shopper is asked for in one call, rounded before anything else sees it, and kept nowhere.
// @ts-check

/** @typedef {import("./index.js").Tillside} Tillside */
/** @typedef {import("./types/stores.js").Place} Place */

/** Parts of a degree that a place is rounded to: 1.1 km. */
const PARTS = 100;
const PATIENCE_MS = 8000;
/** How old a place may be that the browser still knows. */
const AGE_MS = 300_000;

/** Reasons by the numbers of GeolocationPositionError. */
const REASONS = /** @type {const} */ (["unavailable", "denied", "unavailable", "timeout"]);

/** @param {number} degrees */
const round = (degrees) => Math.floor(degrees * PARTS + 0.5) / PARTS;

/** Asks the browser where the shopper is, roughly. Only with leave for this one call; what is known is forgotten with the answer.
 * @param {{ consent: boolean, timeout?: number }} asked @returns {Promise<import("./types/stores.js").Located>} */
export function locate({ consent, timeout = PATIENCE_MS }) {
  if (consent !== true) return Promise.resolve({ ok: false, reason: "no_consent" });
  const { geolocation } = globalThis.navigator ?? {};
  if (!geolocation) return Promise.resolve({ ok: false, reason: "unsupported" });
  return new Promise((resolve) => {
    try {
      geolocation.getCurrentPosition(
        ({ coords }) => resolve({ ok: true, place: { latitude: round(coords.latitude), longitude: round(coords.longitude) } }),
        ({ code }) => resolve({ ok: false, reason: REASONS[code] ?? "unavailable" }),
        { enableHighAccuracy: false, timeout, maximumAge: AGE_MS },
      );
    } catch {
      resolve({ ok: false, reason: "unavailable" });
    }
  });
}

export class Stores {
  #till;
  /** What was refused of the list. @type {import("./types/stores.js").StoreProblem[]} */ problems;

  /** @param {Tillside} till opened with `edition: "full"` @param {unknown} list */
  constructor(till, list) {
    this.#till = till;
    this.problems = till.ask("stores", { stores: list })?.problems ?? [];
  }

  /** Takes the list at an address, or as it is. Rejects where it cannot be fetched. @param {Tillside} till @param {string | readonly unknown[]} source */
  static async open(till, source) {
    if (typeof source !== "string") return new Stores(till, source);
    const response = await fetch(source);
    if (!response.ok) throw new Error(`stores.fetch: GET ${source} answered ${response.status}`);
    return new Stores(till, await response.json());
  }

  /** @param {import("./types/stores.js").Wish} wish @returns {import("./types/stores.js").Found} */
  nearby(wish) {
    return this.#till.ask("nearby", wish) ?? { by: "region", stores: [] };
  }

  /** What the shop's rules make of it here: an invitation to a store, or none.
   * @param {import("./types/stores.js").Occasion} occasion @returns {import("./types/stores.js").Invitation | undefined} */
  invitation({ item, place, surface = "product", page = {} }) {
    const actions = this.#till.ask("actions", { surface, hour: new Date().getHours(), page: { ...page, item }, place });
    return actions?.find((/** @type {any} */ { type, store }) => type === "store" && store);
  }

  /** Times at which a visit may begin, in Unix milliseconds. @param {string} store @param {number} [days] @returns {number[]} */
  visits(store, days) {
    return this.#till.ask("visits", { store, days }) ?? [];
  }
}
