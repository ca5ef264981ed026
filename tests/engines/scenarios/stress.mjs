// Everything that goes wrong between a page and its collector, at once and at random: what was tracked is what the database
// holds, no more and no less. `TILLSIDE_EVENTS` and `TILLSIDE_SEED` set how many events and which random order; the order in
// which an engine gets round to things is its own, so a seed makes a failure likely to come again, not certain.

import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { settled } from "../../e2e/shop.mjs";
import { begin, flush, status, viewed, visit } from "../visit.mjs";

/** @typedef {import("../visit.mjs").Tab} Tab */

const EVENTS = Number(process.env.TILLSIDE_EVENTS ?? 600);
const SEED = Number(process.env.TILLSIDE_SEED ?? 1);
/** Of one turn at most. */
const BURST = 20;
const TABS = 2;

/** Mulberry32: a number in [0, 1), the next at each call. @param {number} seed */
function chance(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What a network does that is at its worst. @param {() => number} random @returns {import("../../support/network.mjs").Fate} */
function misfortune(random) {
  const way = random();
  const long = Math.floor(random() * 1500);
  if (way < 0.2) return { lost: true, there: long / 4 };
  if (way < 0.4) return { unanswered: true, back: long / 4 };
  if (way < 0.55) return { there: long };
  if (way < 0.7) return { back: long };
  if (way < 0.8) return { instead: { status: 503, headers: { "retry-after": "1" } } };
  return {};
}

/** Tracks products in one task of the page, and perhaps leaves right after it.
 * @param {Tab} tab @param {string[]} products @param {"" | "reload" | "elsewhere"} leave */
const burst = (tab, products, leave) =>
  tab.evaluate(
    (products, leave) => {
      const till = /** @type {any} */ (globalThis).till;
      // The next page of this tab can say it where the answer does not leave before this page does.
      sessionStorage.tracked = "";
      for (const product_id of products) {
        const { ok, reason } = till.track("Product Viewed", { product_id });
        sessionStorage.tracked += `${ok ? "" : reason}${product_id} `;
      }
      if (leave) setTimeout(() => (leave === "reload" ? location.reload() : location.assign("?elsewhere")));
    },
    products,
    leave,
  );

/** What a burst tracked. @param {Tab} tab @returns {Promise<string[]>} */
const taken = (tab) => tab.evaluate(() => sessionStorage.tracked.split(" ").filter(Boolean));

/** Waits until the page that the package was opened on has gone, and the next is there. @param {Tab} tab */
async function away(tab) {
  // A page on its way out does not answer.
  while (!(await tab.evaluate(() => !("till" in globalThis) && location.protocol === "http:" && document.readyState === "complete").catch(() => false))) await wait(50);
}

/** @type {Record<string, import("./index.mjs").Scenario>} */
export const scenarios = {
  async [`${EVENTS} events with leaving, loading again, slow and lost answers in ${TABS} tabs are ${EVENTS} rows`](t, browser) {
    t.diagnostic(`TILLSIDE_SEED=${SEED}`);
    const shop = await visit(t, browser);
    const dice = chance(SEED);
    shop.net.fate = () => misfortune(dice);
    const page = `${shop.url}bare/blank.html`;
    /** Product → what was done with the page after it. @type {Map<string, string>} */
    const tracked = new Map();

    /** One tab's share of the events. @param {number} number */
    const shopper = async (number) => {
      const random = chance(SEED + 1000 * (number + 1));
      let tab = await shop.bare();
      for (let done = 0, turn = 0; done < EVENTS / TABS; turn++) {
        const many = Math.min(1 + Math.floor(random() * BURST), EVENTS / TABS - done);
        const products = Array.from({ length: many }, (_, n) => `${number}-${turn}-${n}`);
        done += many;
        const way = random();
        const leaves = way < 0.15 ? "reload" : way < 0.3 ? "elsewhere" : "";
        const asked = burst(tab, products, leaves);
        // A driver may lose the answer of a page that goes.
        await (leaves ? asked.catch(() => undefined) : asked);
        const then = leaves || (way < 0.45 ? "close" : way < 0.6 ? "goto" : way < 0.8 ? "flush" : "wait");
        if (leaves) await away(tab);
        const took = await taken(tab);
        // Firefox ends the script of a page that is navigated away from, wherever it is.
        assert.deepEqual(took, leaves ? products.slice(0, took.length) : products);
        for (const product of took) tracked.set(product, `turn ${turn} of tab ${number}, then ${then}`);
        if (leaves) {
          await begin(tab, page);
        } else if (then === "close") {
          await tab.close();
          tab = await shop.bare();
        } else if (then === "goto") {
          await begin(tab, `${page}?${turn}`);
        } else if (then === "flush") {
          await flush(tab);
        } else {
          await wait(random() * 500);
        }
        // Which would drop the oldest, as it says it does: that is not what this is about.
        while ((await status(tab)).queue.waiting > 400) await flush(tab);
      }
      await tab.close();
    };
    await Promise.all(Array.from({ length: TABS }, (_, number) => shopper(number)));

    shop.net.fate = () => ({});
    const last = await shop.bare();
    while ((await flush(last)) > 0) await wait(200);
    const rows = viewed(await settled(shop, (rows) => rows.length >= tracked.size));
    const missing = [...tracked].filter(([product]) => !rows.includes(product)).map((lost) => lost.join(": "));
    assert.deepEqual(missing, [], "tracked, and in no row");
    assert.deepEqual(rows.toSorted(), [...tracked.keys()].toSorted(), "each once");
    assert.equal((await status(last)).queue.dropped, 0);
    assert.deepEqual(shop.net.heard, []);
  },
};
