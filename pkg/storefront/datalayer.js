// The shop's dataLayer, as Google Tag Manager and GA4 fill it: what was pushed before this script came, in its order, and what is
// pushed from then on. Events are passed on as they are, since `track` reads GA4's words.
// @ts-check

/** @typedef {import("../index.js").Tillside} Tillside */

/** Where a list of pushes remembers who reads it. */
const READER = Symbol.for("tillside.datalayer");

/** @param {Tillside} till @param {import("../types/datalayer.js").DataLayer} [options] @returns {() => void} */
export function dataLayer(till, { name = "dataLayer", purposes = {} } = {}) {
  /** @type {any} */
  const page = globalThis;
  const layer = (page[name] ??= []);
  if (layer[READER] === till) return () => {};
  layer[READER] = till;

  /** @param {Record<string, unknown>} said */
  const consent = (said) => {
    const chosen = Object.entries(purposes).filter(([, type]) => type in said).map(([purpose, type]) => [purpose, said[type] === "granted"]);
    if (chosen.length > 0) void till.consent(Object.fromEntries(chosen));
  };

  /** @param {any} entry */
  const take = (entry) => {
    try {
      // gtag() pushes its arguments, Tag Manager objects.
      const { 0: command, 1: what, 2: given, event } = entry;
      // What holds by default is no choice of the shopper's.
      if (command === "consent" && what === "update") consent(Object(given));
      else if (command === "event") till.track(what, given);
      else if (typeof event === "string" && !event.startsWith("gtm.")) till.track(event, entry);
    } catch {
      // What the shop pushes is its own business; it must not fail for want of being understood.
    }
  };

  layer.forEach(take);
  const { push } = layer;
  /** @param {unknown[]} entries */
  const heard = (...entries) => {
    if (layer[READER] === till) entries.forEach(take);
    return push.apply(layer, entries);
  };
  layer.push = heard;
  return () => {
    layer[READER] = undefined;
    // Whoever wrapped it since then goes on through this one, which hears nothing more.
    if (layer.push === heard) layer.push = push;
  };
}
