// What is kept and sent, and when: nothing before the shopper has said yes, nothing after they have taken it back.

import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { settled } from "../../e2e/shop.mjs";
import { allow, flush, ids, NOTHING, status, stored, view, viewed, visit } from "../visit.mjs";

/** Longer than events wait for company before they are sent. */
const A_WHILE_MS = 2500;

/** Opens a product's page and puts it into the cart. @param {import("../visit.mjs").Tab} tab @param {string} url @param {string} product */
async function buy(tab, url, product) {
  await tab.goto(`${url}#/p/${encodeURIComponent(product)}`);
  await tab.click(`main .product[data-id="${product}"] button[data-add="${product}"]`);
  await tab.goto(`${url}#/cart`);
  await tab.there(`main [data-line="${product}"]`);
  await tab.goto(`${url}#/`);
  await ids(tab, "home");
}

/** @type {Record<string, import("./index.mjs").Scenario>} */
export const scenarios = {
  async "before consent a whole visit keeps nothing and sends nothing"(t, browser) {
    const shop = await visit(t, browser);
    const tab = await shop.tab();
    await tab.goto(shop.url);
    const [product = ""] = await ids(tab, "home");
    await buy(tab, shop.url, product);
    await tab.click('[data-consent="none"]');
    await tab.gone("[data-consent]");
    assert.deepEqual(await stored(tab), NOTHING);
    await wait(A_WHILE_MS);
    await tab.reload();
    await ids(tab, "home");
    assert.deepEqual(await stored(tab), NOTHING);
    await tab.close();
    await wait(A_WHILE_MS);
    assert.equal(shop.net.deliveries, 0);
    shop.quiet();
  },

  async "consent withdrawn leaves nothing on the device and nothing on its way"(t, browser) {
    const shop = await visit(t, browser);
    const tab = await shop.tab();
    await tab.goto(shop.url);
    await allow(tab);
    const [product = ""] = await ids(tab, "home");
    await buy(tab, shop.url, product);
    assert.deepEqual((await stored(tab)).databases, ["tillside"]);

    await tab.goto(`${shop.url}#/privacy`);
    await tab.click("#allow-measurement:checked");
    await tab.there("#allow-measurement:not(:checked)");
    await tab.click("#allow-experiment:checked");
    await tab.there("#allow-experiment:not(:checked)");
    await tab.click("#allow-personalisation:checked");
    await tab.until(async () => (await indexedDB.databases()).length === 0);
    assert.deepEqual(await stored(tab), NOTHING);

    const before = shop.net.deliveries;
    await buy(tab, shop.url, product);
    await tab.reload();
    await ids(tab, "home");
    assert.deepEqual(await tab.texts('main [data-placement="recent"]'), []);
    assert.deepEqual(await stored(tab), NOTHING);
    await tab.close();
    await wait(A_WHILE_MS);
    assert.equal(shop.net.deliveries, before);
    shop.quiet();
  },

  async "consent withdrawn in one tab holds in the other"(t, browser) {
    const shop = await visit(t, browser);
    const one = await shop.bare();
    const two = await shop.bare();
    await view(one, "a");
    await view(two, "b");
    await flush(one);
    await flush(two);
    await one.evaluate(() => /** @type {any} */ (globalThis).till.consent({ personalisation: false, measurement: false }));
    await two.until(() => !(/** @type {any} */ (globalThis).till.status().consent.measurement));
    const tracked = await two.evaluate(() => /** @type {any} */ (globalThis).till.track("Product Viewed", { product_id: "c" }));
    assert.deepEqual(tracked, { ok: false, reason: "no_consent" });
    await flush(two);
    assert.deepEqual((await stored(two)).databases, []);
    assert.deepEqual(viewed(await settled(shop, (rows) => rows.length >= 2)).sort(), ["a", "b"]);
    assert.deepEqual((await status(one)).consent, { personalisation: false, measurement: false, experiment: false });
    shop.quiet();
  },
};
