// Kernels on simd128 against the same on plain arrays, which the native tests hold against loops as anyone would write them.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { launch } from "../support/browser.mjs";
import { differing } from "../support/kernels.js";
import { site } from "../support/site.mjs";
import { given, root } from "../support/surroundings.mjs";

const SEEDS = 500;

test("simd128 gives the bits of plain arrays in Node", async () => {
  assert.deepEqual(await differing(await readFile(given("TILLSIDE_KERNELS")), SEEDS), []);
});

test("simd128 gives the bits of plain arrays in Chromium", async (t) => {
  const server = await site(root);
  t.after(() => server.close());
  const browser = await launch();
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`${server.url}tests/wasm/blank.html`);
  const module = (await readFile(given("TILLSIDE_KERNELS"))).toString("base64");
  const found = await page.evaluate(
    async ([module, seeds]) => {
      // Relative to the page, which lies beside this file.
      const { differing } = await import("../support/kernels.js");
      return differing(Uint8Array.from(atob(module), (char) => char.charCodeAt(0)), seeds);
    },
    /** @type {const} */ ([module, SEEDS]),
  );
  assert.deepEqual(found, []);
});
