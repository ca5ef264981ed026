// Exposures of visitors who leave at once: every one arrives, so that the counts of the variations can be trusted.

import assert from "node:assert/strict";
import test from "node:test";
import { launch } from "../support/browser.mjs";
import { site } from "../support/site.mjs";
import { root } from "../support/surroundings.mjs";

/** More by the environment, for a night. */
const VISITS = Number(process.env.TILLSIDE_VISITS ?? 120);
/** χ² of one degree of freedom at p = 0.001. */
const LIMIT = 10.83;

test("no exposure is lost by visitors who are sent on in the moment of first use", { timeout: 300_000 }, async (t) => {
  /** @type {Map<string, string>} variations by visitor, as the collector has them */
  const received = new Map();
  let messages = 0;
  const server = await site(root, {}, (body) => {
    for (const { event, messageId, properties } of JSON.parse(body).batch) {
      messages++;
      if (event === "Experiment Viewed") received.set(messageId, properties.variation_id);
    }
  });
  t.after(() => server.close());
  const browser = await launch();
  t.after(() => browser.close());
  /** Variations as the pages saw them. @type {Record<string, number>} */
  const seen = {};
  const page = await (await browser.newContext()).newPage();
  for (let visit = 0; visit < VISITS; visit++) {
    await page.goto(`${server.url}tests/wasm/blank.html?visit=${visit}`, { waitUntil: "commit" });
    const left = page.evaluate(
      async ([url, name]) => {
        const { Tillside } = await import("../../pkg/dist/index.js");
        const till = await Tillside.open({
          // A device of its own, which nobody will ever see again.
          name,
          edition: "full",
          collector: { url: `${url}v1/batch`, writeKey: "test" },
          consent: { measurement: true, experiment: true },
          features: { features: { hero: { rules: [{ key: "hero", variations: ["a", "b"], hashVersion: 2 }] } } },
        });
        location.href = `${url}tests/wasm/blank.html?saw=${till.variation("hero")?.key}`;
      },
      [server.url, `visit-${visit}`],
    );
    // The page that was to answer may be gone before it does; the next need not be there.
    await left.catch(() => {});
    await page.waitForURL(/saw=/, { waitUntil: "commit" });
    const key = new URL(page.url()).searchParams.get("saw") ?? "";
    seen[key] = (seen[key] ?? 0) + 1;
  }
  const arrived = () => [...received.values()].reduce((counts, key) => ({ ...counts, [key]: (counts[key] ?? 0) + 1 }), /** @type {Record<string, number>} */ ({}));
  for (let tries = 0; tries < 50 && received.size < VISITS; tries++) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual(arrived(), seen);
  assert.deepEqual([Object.keys(seen).sort(), messages], [["0", "1"], VISITS]);
  const half = VISITS / 2;
  const square = Object.values(seen).reduce((sum, count) => sum + (count - half) ** 2 / half, 0);
  assert.ok(square < LIMIT, JSON.stringify(seen));
});
