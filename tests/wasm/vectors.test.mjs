// The golden vectors that the native tests run, inside WebAssembly, in Node. In browsers: tests/engines.

import test from "node:test";
import * as replays from "./replay.js";
import { repository, runs, unplayed } from "./vectors.mjs";

for (const { name, run } of runs) {
  test(`${name} in Node`, async (t) => {
    const { url, messages } = await repository(t);
    // Another address is another module, with an engine of its own.
    const entry = new URL(`../../pkg/dist/index.js?${encodeURIComponent(name)}`, import.meta.url).href;
    const { Tillside } = await import(entry);
    const call = (/** @type {"replay" | "recommend" | "offers"} */ name, /** @type {any[]} */ ...given) => /** @type {any} */ (replays)[name](Tillside, ...given);
    await run(t, { url, call }, messages);
  });
}

for (const file of unplayed) test(`${file} in WebAssembly`, (t) => t.skip("natively only: no replay of it"));
