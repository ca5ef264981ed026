// The demo's widgets: each takes its room from the start, so that nothing on the page moves when it is drawn.

import assert from "node:assert/strict";
import test from "node:test";
import { shop, visitor } from "./shop.mjs";

/** A product that makes a set, and one that stands in stores. */
const PAGES = /** @type {const} */ ([
  ["lumero-halo-14-5g-phone-256-gb-sky", "till-bundle"],
  ["norhaven-fjord-inverter-air-conditioner-1-5-hp", "till-store"],
]);

test("a set and a store card take their room before they are there, wide and on a telephone, in both languages", { timeout: 240_000 }, async (t) => {
  const open = await shop(t);
  for (const [locale, width] of /** @type {const} */ ([["en-GB", 1280], ["zh-CN", 1280], ["en-GB", 390], ["zh-CN", 390]])) {
    // So high that all of a page is in view.
    const { context, page, heard, url } = await visitor(open, { locale, viewport: { width, height: 3600 }, timezoneId: "Asia/Shanghai" });
    page.setDefaultTimeout(60_000);
    await page.addInitScript(() => {
      const moved = /** @type {string[]} */ (/** @type {any} */ (window).moved = []);
      // What is below the shelves moves as they come; what stands in the page does not.
      const inMain = (/** @type {Node | null} */ node) => node?.parentElement?.closest("main");
      new PerformanceObserver((list) =>
        list.getEntries().forEach((entry) => /** @type {any} */ (entry).sources.forEach((/** @type {any} */ { node, previousRect, currentRect }) => inMain(node) && moved.push(`${node.nodeName} ${previousRect.y} → ${currentRect.y}`))),
      ).observe({ type: "layout-shift", buffered: true });
    });
    for (const [id, widget] of PAGES) {
      await page.goto(`${url}/?${id}#/p/${id}`);
      await page.locator(`${widget}[data-state="ready"]`).waitFor();
      await page.locator('main [data-placement="product"] [data-id]').first().waitFor();
      // Two frames: what moved was painted, and told.
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)))));
      assert.deepEqual(await page.evaluate(() => /** @type {any} */ (window).moved), [], `${id}, ${locale}, ${width}`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing scrolls sideways");
    }
    assert.deepEqual(heard, []);
    await context.close();
  }
});
