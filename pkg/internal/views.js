// The engine's texts and rows → the objects that a page sees of them: receipts, the status, the portrait. The lists are in
// ../shelf.js. Nothing here asks the engine; the order of fields is that of src/web/page.rs.
// @ts-check

/** @typedef {import("../index.d.ts").Status} Status */
/** @typedef {import("../index.d.ts").Tracked} Tracked */

/** A receipt is `!reason`, or the message id (36 characters) and the session; none is without an engine.
 * @param {string | undefined} receipt @returns {Tracked} */
export function tracked(receipt = "!no_engine") {
  return receipt.startsWith("!")
    ? { ok: false, reason: receipt.slice(1) }
    : { ok: true, id: receipt.slice(0, 36), session: receipt.slice(36) };
}

/** Purposes, from the third of the engine's counts. @param {number[]} counts */
export function allowed([, , purposes = 0]) {
  return { personalisation: (purposes & 1) > 0, measurement: (purposes & 2) > 0, experiment: (purposes & 4) > 0 };
}

/** What an engine that has seen nothing would say of itself. */
const NOTHING = "\n0 0 0 0 0 0 0 0 0 0 0 0 0";

/** @param {string | undefined} words session, numbers, and refusals, a line each; undefined without an engine
 * @param {string} model @param {boolean | undefined} disk whether the device takes what is to be kept
 * @param {import("../index.d.ts").Consent} consent what the page says, which holds without an engine
 * @param {readonly import("../index.d.ts").Problem[]} problems @returns {Status} */
export function statusOf(words, model, disk, consent, problems) {
  const [session = "", line = "", ...refused] = (words ?? NOTHING).split("\n");
  const numbers = line.split(" ").map(Number);
  const [items, size, purposes, memory, waiting, bytes, sent, dropped, next, accepted, unknown, personal, invalid] = /** @type {any[]} */ (numbers);
  const own = allowed(numbers);
  const open = words !== undefined && model !== "";
  return {
    engine: words === undefined ? "fallback" : "wasm",
    model: open ? { id: model, items, bytes: size } : null,
    consent: words === undefined ? { ...own, ...consent } : own,
    gpc: Boolean(/** @type {any} */ (globalThis.navigator)?.globalPrivacyControl),
    storage: purposes > 0 && disk ? "disk" : "memory",
    session,
    personal: open && own.personalisation,
    memory,
    queue: { waiting, bytes, sent, dropped, nextTry: next || null },
    intake: { accepted, refused: Object.fromEntries(refused.map((line) => line.split(" ")).map(([reason, count]) => [reason, Number(count)])), dropped: { unknown, personal, invalid } },
    problems: [...problems],
  };
}

/** Rows of the engine's portrait, an empty one without. @param {any} [rows] @returns {import("../index.d.ts").Portrait} */
export function portrayed([[recent, cart, bought, categories, brands, names], events] = [[[], [], [], [], [], []], 0]) {
  /** @param {any[]} interests */
  const named = (interests) => interests.map(([name, short, long, evidence]) => ({ name, short, long, evidence }));
  return {
    recent: recent.map((/** @type {any[]} */ [id, time]) => ({ id, time })),
    cart: cart.map((/** @type {any[]} */ [id, , quantity]) => ({ id, quantity })),
    bought: bought.map((/** @type {any[]} */ [id, time, count]) => ({ id, time, count })),
    categories: named(categories),
    brands: named(brands),
    names: Object.fromEntries(names.map((/** @type {any[]} */ [line]) => line.split("\n", 2))),
    events,
  };
}
