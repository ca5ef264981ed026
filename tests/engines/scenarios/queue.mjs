// What was tracked reaches the database once, whatever the network, and whenever the page goes.

import assert from "node:assert/strict";
import { settled } from "../../e2e/shop.mjs";
import { begin, flush, status, view, viewed, visit } from "../visit.mjs";

/** @typedef {import("../visit.mjs").Tab} Tab */

/** Ways of leaving a page. @type {Record<string, (tab: Tab, url: string) => Promise<unknown>>} */
const WAYS = {
  "closing it": (tab) => tab.close(),
  "going elsewhere": (tab, url) => tab.goto(`${url}bare/blank.html?elsewhere`),
  "loading it again": (tab) => tab.reload(),
};

/** @type {Record<string, import("./index.mjs").Scenario>} */
export const scenarios = {
  async "a collector that asks for patience gets it, and then everything once"(t, browser) {
    const shop = await visit(t, browser);
    shop.net.fate = (number) => (number < 2 ? { instead: { status: 503, headers: { "retry-after": "1" } } } : {});
    const tab = await shop.bare();
    await view(tab, "a", "b", "c");
    assert.equal(await flush(tab), 3);
    assert.equal(await flush(tab), 3);
    assert.equal(shop.net.deliveries, 1, "asking again at once does not shorten the wait");
    assert.deepEqual(viewed(await settled(shop, (rows) => rows.length >= 3)), ["a", "b", "c"]);
    assert.deepEqual((await status(tab)).problems.map(({ code }) => code), ["collector.unavailable"]);
  },

  async "without a network reports wait on the device, over pages, and go out once when it is back"(t, browser) {
    const shop = await visit(t, browser);
    shop.net.fate = () => ({ lost: true });
    const first = await shop.bare();
    await view(first, "a", "b");
    assert.equal(await flush(first), 2);
    await first.close();
    const tab = await shop.bare();
    await view(tab, "c");
    assert.equal(await flush(tab), 3, "what an earlier page could not send waits on the device");
    shop.net.fate = () => ({});
    await tab.evaluate(() => dispatchEvent(new Event("online")));
    assert.deepEqual(viewed(await settled(shop, (rows) => rows.length >= 3)), ["a", "b", "c"]);
    await tab.until(() => /** @type {any} */ (globalThis).till.status().queue.waiting === 0);
    const { queue } = await status(tab);
    assert.deepEqual([queue.sent, queue.dropped], [3, 0]);
  },

  async "an answer that is lost costs no row and makes no second one"(t, browser) {
    const shop = await visit(t, browser);
    shop.net.fate = (number) => ({ unanswered: number === 0 });
    const tab = await shop.bare();
    await view(tab, "a", "b");
    assert.equal(await flush(tab), 2);
    assert.equal(await flush(tab), 0);
    assert.deepEqual(viewed(await settled(shop, (rows) => rows.length >= 2)), ["a", "b"]);
  },

  async "two tabs send each event once and remember both"(t, browser) {
    const shop = await visit(t, browser);
    const one = await shop.bare();
    const two = await shop.bare();
    await view(one, "a1", "a2");
    await view(two, "b1", "b2");
    await view(one, "a3");
    await Promise.all([flush(one), flush(two)]);
    await view(two, "b3");
    await Promise.all([one.close(), two.close()]);
    const next = await shop.bare();
    const all = ["a1", "a2", "a3", "b1", "b2", "b3"];
    const portrait = await next.evaluate(() => /** @type {any} */ (globalThis).till.portrait());
    assert.deepEqual(portrait.recent.map((/** @type {any} */ { id }) => id).sort(), all);
    await flush(next);
    assert.deepEqual(viewed(await settled(shop, (rows) => rows.length >= 6)).sort(), all);
    shop.quiet();
  },

  ...Object.fromEntries(
    Object.entries(WAYS).map(([way, leave]) => [
      `leaving a page by ${way} sends what waits`,
      async (/** @type {import("node:test").TestContext} */ t, /** @type {import("../visit.mjs").Browser} */ browser) => {
        const shop = await visit(t, browser);
        const tab = await shop.tab();
        await begin(tab, `${shop.url}bare/blank.html`);
        await view(tab, "a", "b");
        await leave(tab, shop.url);
        // Nobody opens the package again: it is the page that was left that sends.
        assert.deepEqual(viewed(await settled(shop, (rows) => rows.length >= 2)), ["a", "b"]);
        assert.equal(shop.net.deliveries, 1);
        shop.quiet();
      },
    ]),
  ),
};
