// Exposures of visitors who are gone in the moment of first use: each arrives once, so that the counts of the variations can be
// trusted. `TILLSIDE_VISITS` sets how many visitors.

import assert from "node:assert/strict";
import { settled } from "../../e2e/shop.mjs";
import { visit } from "../visit.mjs";

const VISITS = Number(process.env.TILLSIDE_VISITS ?? 60);
/** χ² of one degree of freedom at p = 0.001. */
const LIMIT = 10.83;

/** @param {Iterable<string>} keys */
function counts(keys) {
  const made = { 0: 0, 1: 0 };
  for (const key of keys) made[/** @type {"0" | "1"} */ (key)]++;
  return made;
}

/** @type {Record<string, import("./index.mjs").Scenario>} */
export const scenarios = {
  async "no exposure is lost by visitors who are sent on in the moment of first use"(t, browser) {
    const shop = await visit(t, browser);
    const tab = await shop.tab();
    // One page leads to the next by itself: a driver that asked would hold each open. A browser may wait for the last to have loaded.
    const led = tab.goto(`${shop.url}bare/sent-on.html?left=${VISITS}`).catch(() => {});
    let seen = "";
    for (let done = false, last = -1, idle = 0; !done && idle < 60; ) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      // The page that was to answer may be gone before it does.
      const page = await tab.evaluate(() => ({ done: document.title === "done", seen: new URLSearchParams(location.search).get("seen") ?? "" })).catch(() => undefined);
      if (!page) continue;
      ({ done, seen } = page);
      idle = seen.length === last ? idle + 1 : 0;
      last = seen.length;
    }
    await led;
    assert.equal(seen.length, VISITS, "every page sent its visitor on");
    const exposed = () => shop.rows().filter(({ event }) => event === "Experiment Viewed");
    await settled(shop, () => exposed().length >= VISITS);
    const arrived = counts(exposed().map(({ message }) => message.properties.variation_id));
    assert.deepEqual(arrived, counts(seen));
    assert.equal(new Set(exposed().map(({ message }) => message.anonymousId)).size, VISITS, "each visitor once");
    const half = VISITS / 2;
    const square = Object.values(arrived).reduce((sum, count) => sum + (count - half) ** 2 / half, 0);
    assert.ok(square < LIMIT, JSON.stringify(arrived));
    shop.quiet();
  },
};
