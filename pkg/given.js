// What a page hands over, read once into plain values that cannot throw later, in the middle of the engine's work.
// @ts-check

import { has, own } from "./globals.js";

/** @typedef {import("./index.d.ts").Request} Request */
/** @typedef {import("./index.d.ts").Shelf} Shelf */
/** A request with its rules as lines, its diversity as a number, below 0 for determinants, and the most that a bundle may cost.
 * @typedef {Omit<Request, "rules" | "diversity"> & { rules?: string, diversity?: number, bundle?: number }} Asked */

/** @param {string} name @param {unknown} value @param {string} type */
function expect(name, value, type) {
  if (value !== undefined && typeof value !== type) {
    throw new TypeError(`Tillside.open: options.${name} must be a ${type}, got ${value === null ? "null" : typeof value}`);
  }
}

/** What each option must be; empty where that is not one type. @type {Record<keyof import("./index.d.ts").Options, string>} */
const OPTIONS = { actions: "", attributes: "object", automated: "boolean", model: "string", category: "string", collector: "object", consent: "object", edition: "string", events: "object", featureAttributes: "object", features: "", locale: "string", name: "string", overrides: "object", timeout: "number", rules: "", staff: "boolean", tags: "object", title: "function", wasm: "", onWarning: "function" };
/** @type {Record<keyof import("./index.d.ts").Consent, string>} */
const PURPOSES = { personalisation: "boolean", measurement: "boolean", experiment: "boolean" };

/** A misspelt name would be a wish that nobody hears. @param {string} name @param {any} given @param {Record<string, string>} types */
function all(name, given, types) {
  for (const key of Object.keys(given ?? {})) {
    if (!has(types, key)) throw new TypeError(`Tillside.open: options.${name}${key} is no option; there are ${Object.keys(types).join(" ")}`);
  }
  for (const [key, type] of Object.entries(types)) {
    if (type) expect(name + key, given?.[key], type);
  }
}

/** The options, in objects that inherit nothing: a name that a script has put on every object is no option.
 * @param {any} given @returns {import("./index.d.ts").Options & { consent: import("./index.d.ts").Consent }} */
export function check(given) {
  expect("", given, "object");
  const options = own(given);
  all("", options, OPTIONS);
  options.consent = own(options.consent);
  all("consent.", options.consent, PURPOSES);
  if (!["recommender", "full", undefined].includes(options?.edition)) {
    throw new TypeError(`Tillside.open: options.edition must be "recommender" or "full", got "${options.edition}"`);
  }
  expect("rules.length", (options.rules ?? []).length ?? null, "number");
  if (options.collector) {
    options.collector = own(options.collector);
    expect("collector.url", options.collector.url ?? null, "string");
    expect("collector.writeKey", options.collector.writeKey ?? null, "string");
  }
  return options;
}

/** @param {unknown} value */
export const word = (value) => (typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined);

/** @param {unknown} value */
export const texts = (value) => (Array.isArray(value) ? value.flatMap((one) => word(one) ?? []) : undefined);

/** From 0 to `most`; 0 for what is no number. @param {unknown} value @param {number} most */
const within = (value, most) => Math.min(Math.max(Number(value ?? 0) || 0, 0), most);

/** Texts as one, each on a line of its own. @param {readonly string[]} texts */
export const lines = (texts) => texts.map((text) => text.replaceAll("\n", " ")).join("\n");

/** @param {[string, unknown]} condition */
const condition = ([name, values]) => [`?${name}`, ...[values].flat().map((value) => `=${word(value) ?? ""}`)];

/** Rules as the lines that the engine reads: see src/recommend/rules.rs. @param {unknown} rules */
export function ruling(rules) {
  try {
    const all = /** @type {any[]} */ (Array.isArray(rules) ? rules : []);
    return lines(all.map(own).flatMap(({ where, boost, bury }) => [`*${bury === true ? 0 : Math.max(Number(boost), 1e-3)}`, ...Object.entries(Object(where)).flatMap(condition)]));
  } catch {
    // A getter that throws.
    return "";
  }
}

/** What is asked for, read once into values that cannot throw later, in the middle of the engine's work.
 * What is of a wrong type counts as not given. The names are those of what a list holds out, how long it is and what fills it.
 * @param {any} request @returns {Asked} */
export function plain(request, ids = "exclude", count = "limit", others = "fallback") {
  try {
    const { placement, item, category, query, where, diversity, spread, discovery, pins, rules, priceCap, compatible, skus, departments, personal, [ids]: exclude, [count]: limit, [others]: fallback } = own(request);
    const { brand, category: leaf } = own(spread);
    const { by, strength } = own(diversity);
    const pinned = Array.isArray(pins) ? pins : [];
    const attributes = Object.entries(Object(where)).flatMap(([name, value]) => {
      const text = word(value);
      return text === undefined ? [] : [[name, text]];
    });
    return /** @type {Asked} */ ({
      placement: word(placement),
      limit: limit === undefined ? undefined : Number(limit),
      item: word(item),
      category: word(category),
      query: word(query),
      where: Object.fromEntries(attributes),
      exclude: texts(exclude),
      fallback: texts(fallback),
      diversity: by === "dpp" ? -within(strength, 1) : within(diversity, 1),
      spread: { brand: within(brand, 255), category: within(leaf, 255) },
      discovery: within(discovery, 0.5),
      pins: pinned.flatMap((pin) => {
        const id = word(pin?.id);
        return id === undefined ? [] : [{ id, position: Math.trunc(within(pin.position, 1e6)) }];
      }),
      rules: ruling(rules),
      personal: personal !== false,
      compatible: compatible === true,
      skus: skus === true,
      departments: departments === true,
      bundle: within(priceCap, 1e9) || Infinity,
    });
  } catch {
    // A getter that throws, or a limit that is no number at all.
    return own({});
  }
}

/** Id, price and availability of each row of a feed, on lines that are empty where it does not say; none for what is no list.
 * @param {any} feed @param {number} most @returns {string[]} */
export function changes(feed, most) {
  /** @param {unknown} value */
  const cell = (value) => (typeof value === "number" ? value.toPrecision(9) : (word(value ?? "") ?? "?"));
  try {
    // Without an id it counts as refused: a row that throws, and all that are too many together.
    return !Array.isArray(feed) ? [] : feed.slice(0, most + 1).map((row, n) => {
      try {
        const { id, price, sale_price: sale, availability } = own(n < most && row);
        return lines([word(id) ?? "", cell(sale || price).replace(/ ?[A-Z]{3} ?/, ""), cell(availability)]);
      } catch {
        return "\n\n";
      }
    });
  } catch {
    return [];
  }
}

/** What reports name of a shelf, read once like a request; undefined for what is no shelf. @param {Shelf} shelf */
export function reported(shelf) {
  try {
    const { decision, model, policy = "", fallback, experiment = "" } = shelf.status;
    const items = shelf.items.map(({ id, position, propensity, ranker, reasons }) => ({
      id: `${id}`,
      position: Number(position),
      // What is empty is not said.
      line: lines([[reasons?.[0]?.code, propensity < 1 ? propensity : "", ranker, id].join(" ")]),
    }));
    const head = [shelf.placement, decision, model, policy, fallback === "none" ? "" : fallback, experiment];
    return { decision: `${decision}`, head: lines(head.map(String)), items };
  } catch {
    return undefined;
  }
}

/** @param {unknown} limit */
export function wanted(limit) {
  return limit === undefined ? 12 : Math.max(0, Math.min(0xffff, Math.trunc(Number(limit)) || 0));
}
