// GrowthBook's own cases, evaluation specification 0.12.0, through the module of the full edition as a page asks it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import * as engine from "../../pkg/dist/tillside.js";
import { root } from "../support/surroundings.mjs";

const cases = JSON.parse(await readFile(join(root, "tests/vectors/growthbook/cases.json"), "utf8"));
engine.initSync({ module: new WebAssembly.Module(await readFile(join(root, "pkg/dist/tillside_full_bg.wasm"))) });
const page = engine.open("", "en");
engine.grant(page, 2, 2, 1);

/** @param {string} what @param {object} request @returns {any} */
const ask = (what, request) => JSON.parse(engine.take(engine.ask(page, what, JSON.stringify(request))) || "null");

/** A feature for somebody who was never here. @param {any} context @param {string} key */
function feature(context, key) {
  engine.forget(page);
  const { remoteGroupIds, attributes, forcedVariations = {} } = context;
  // The device's own id stands in for a missing one; nobody has none.
  const who = { id: null, ...attributes, ...(remoteGroupIds && { __gb_remoteGroupIds: remoteGroupIds }) };
  const taken = ask("features", { payload: { features: {}, ...context }, attributes: who, overrides: forcedVariations });
  assert.equal(taken.ok, true);
  return ask("feature", { key });
}

/** What only a caller of GrowthBook's SDK can say: by name. @param {any} context */
const foreign = (context) => ["url", "enabled", "qaMode"].filter((name) => name in context);

test("conditions pass whom GrowthBook passes", () => {
  const all = [...cases.evalCondition, ...cases.savedGroupReferencesV2.evalCondition, ...cases.savedGroupReferencesRemote.evalCondition];
  assert.equal(all.length, 583 + 56 + 15);
  for (const [name, condition, attributes, passes, savedGroups = {}] of all) {
    const features = { f: { defaultValue: false, rules: [{ condition, force: true }] } };
    assert.equal(feature({ features, savedGroups, attributes }, "f").value, passes, name);
  }
});

test("features and bandits have GrowthBook's values", () => {
  let left = 0;
  const all = [...cases.feature, ...cases.contextualBandit, ...cases.savedGroupReferencesV2.feature, ...cases.savedGroupReferencesRemote.feature];
  for (const [name, context, key, expected] of all) {
    if (foreign(context).length > 0) left++;
    else assert.deepEqual(feature(context, key), expected, name);
  }
  assert.deepEqual([all.length, left], [61 + 35 + 4 + 3, 4]);
});

test("experiments put everybody where GrowthBook puts them", () => {
  let left = 0;
  const all = [...cases.run, ...cases.savedGroupReferencesV2.run];
  for (const [name, context, experiment, value, inside, hashed] of all) {
    if (foreign(context).length > 0 || "force" in experiment || "active" in experiment) {
      left++;
      continue;
    }
    const { parentConditions, ...rule } = experiment;
    const features = { ...context.features, f: { defaultValue: experiment.variations[0], rules: [{ parentConditions, ...rule }] } };
    const result = feature({ ...context, features }, "f");
    assert.deepEqual([result.value, "experimentResult" in result, result.experimentResult?.hashUsed ?? false], [value, inside, hashed], name);
  }
  assert.deepEqual([all.length, left], [92, 11]);
});
