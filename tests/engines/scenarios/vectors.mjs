// Numbers in a page: an engine's WebAssembly gives what the native program gives, to the bit.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { network } from "../../support/network.mjs";
import { given } from "../../support/surroundings.mjs";
import { repository, runs } from "../../wasm/vectors.mjs";

/** @typedef {import("./index.mjs").Scenario} Scenario */

const SEEDS = 500;

/** A page of the repository itself. @param {import("node:test").TestContext} t @param {import("../visit.mjs").Browser} browser */
async function page(t, browser) {
  const { url, messages } = await repository(t);
  const net = await network(t, url.replace(/\/$/, ""));
  const device = await browser.device();
  t.after(() => device.close());
  const tab = await device.tab();
  await tab.goto(`${net.url}/tests/wasm/blank.html`);
  return { tab, messages, url: `${net.url}/`, quiet: () => assert.deepEqual([...device.heard, ...net.heard], []) };
}

/** @type {Record<string, Scenario>} */
export const scenarios = {
  async "simd128 gives the bits of plain arrays"(t, browser) {
    const { tab, quiet } = await page(t, browser);
    const found = await tab.evaluate(
      async (module, seeds) => {
        // Relative to the page, which lies beside the tests in Node.
        const path = new URL("../support/kernels.js", location.href).href;
        const { differing } = await import(path);
        return differing(Uint8Array.from(atob(module), (char) => char.charCodeAt(0)), seeds);
      },
      (await readFile(given("TILLSIDE_KERNELS"))).toString("base64"),
      SEEDS,
    );
    assert.deepEqual(found, []);
    quiet();
  },

  ...Object.fromEntries(
    runs.map(({ name, run }) => [
      `golden vectors: ${name}`,
      /** @type {Scenario} */
      async (t, browser) => {
        const { tab, messages, url, quiet } = await page(t, browser);
        /** @type {import("../../wasm/vectors.mjs").Place["call"]} */
        const call = (name, ...given) =>
          tab.evaluate(
            async (name, given) => {
              const here = (/** @type {string} */ path) => import(new URL(path, location.href).href);
              const [{ Tillside }, replays] = await Promise.all([here("../../pkg/dist/index.js"), here("./replay.js")]);
              return replays[name](Tillside, ...given);
            },
            name,
            given,
          );
        await run(t, { url, call }, messages);
        quiet();
      },
    ]),
  ),
};
