// Random features and users: the full edition decides as GrowthBook's own SDK for Python does. TILLSIDE_CASES says how many;
// the seed is that of the day's run where TILLSIDE_SEED gives one.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import test from "node:test";
import { fileURLToPath } from "node:url";
import * as engine from "../../pkg/dist/tillside.js";
import { given, root } from "../support/surroundings.mjs";

const CASES = process.env.TILLSIDE_CASES ?? "5000";
const SEED = process.env.TILLSIDE_SEED ?? "1";

test("random payloads and users are decided as GrowthBook's SDK for Python decides them", async () => {
  engine.initSync({ module: new WebAssembly.Module(await readFile(join(root, "pkg/dist/tillside_full_bg.wasm"))) });
  const page = engine.open("", "en");
  engine.grant(page, 2, 2, 1);
  /** @param {string} what @param {object} request @returns {any} */
  const ask = (what, request) => JSON.parse(engine.take(engine.ask(page, what, JSON.stringify(request))) || "null");

  const script = fileURLToPath(new URL("growthbook_cases.py", import.meta.url));
  const python = spawn("python3", [script, SEED, CASES], { env: { ...process.env, PYTHONPATH: given("PYTHONPATH") }, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(python, "exit");
  let cases = 0;
  let inside = 0;
  for await (const line of createInterface(python.stdout)) {
    const { features, attributes, savedGroups, expected } = JSON.parse(line);
    engine.forget(page);
    // The device's own id stands in for a missing one; nobody has none.
    const taken = ask("features", { payload: { features, savedGroups }, attributes: { id: null, ...attributes } });
    assert.equal(taken.ok, true, line);
    for (const [key, { value, source, variation, inside: isInside }] of Object.entries(expected)) {
      const { experimentResult: run, ...decided } = ask("feature", { key });
      assert.deepEqual(
        [decided.value, decided.source, run?.variationId ?? null, run?.inExperiment ?? null],
        [value, source, variation, isInside],
        `${key} of ${line}`,
      );
      inside += Number(isInside === true);
    }
    cases++;
  }
  assert.deepEqual(await ended, [0, null]);
  assert.equal(cases, Number(CASES));
  assert.ok(inside > cases / 10, `${inside} assignments`);
});
