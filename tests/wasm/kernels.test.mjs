// Kernels on simd128 against the same on plain arrays, which the native tests hold against loops as anyone would write
// them. In browsers: tests/engines.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { differing } from "../support/kernels.js";
import { given } from "../support/surroundings.mjs";

const SEEDS = 500;

test("simd128 gives the bits of plain arrays in Node", async () => {
  assert.deepEqual(await differing(await readFile(given("TILLSIDE_KERNELS")), SEEDS), []);
});
