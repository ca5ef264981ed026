// Lists of a page made again: in another page, and natively by `tillside lab decisions`.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { site } from "../support/site.mjs";
import { given, root } from "../support/surroundings.mjs";
import { Tillside } from "../../pkg/dist/index.js";
import { interleave } from "../../pkg/dist/interleave.js";
import { pack } from "./pack.mjs";

/** The toy shop's model in a folder, as `tillside train` would leave it. @param {import("node:test").TestContext} t */
async function model(t) {
  const folder = await mkdtemp(join(tmpdir(), "tillside-decisions-"));
  t.after(() => rm(folder, { recursive: true }));
  const { model } = JSON.parse(await readFile(join(root, "tests/vectors/recommend.json"), "utf8"));
  const bytes = pack(model);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const part = { name: "model", url: `model-${sha256.slice(0, 12)}.safetensors`, bytes: bytes.length, sha256 };
  await writeFile(join(folder, part.url), bytes);
  await writeFile(join(folder, "manifest.json"), JSON.stringify({ format: 1, model: "toy", items: model.items.length, parts: [part] }));
  return { folder, items: model.items.map((/** @type {any} */ item) => item.key) };
}

test("lists are made again, and natively the same to the last bit", async (t) => {
  const { folder, items } = await model(t);
  const server = await site(folder);
  t.after(() => server.close());
  const features = { features: { wording: { rules: [{ key: "wording", variations: ["short", "full"], hashVersion: 2 }] } } };
  const options = { timeout: 60_000, edition: /** @type {const} */ ("full"), model: `${server.url}manifest.json`, features, consent: { personalisation: true, measurement: true, experiment: true } };
  const till = await Tillside.open(options);
  assert.deepEqual(till.status().problems, []);
  for (const [n, item] of items.slice(0, 5).entries()) {
    till.track("Product Viewed", { product_id: item });
    if (n === 2) till.variation("wording");
    till.recommend({ placement: "home", limit: 5, discovery: 0.4, diversity: 0.3 });
    till.recommend({ placement: "product", item, limit: 3, pins: [{ id: items.at(-1), position: 2 }] });
  }
  const rankers = { plain: { placement: /** @type {const} */ ("home") }, varied: { placement: /** @type {const} */ ("home"), diversity: 1 } };
  const shelf = interleave(till, { experiment: "front", rankers, limit: 4 });
  assert.equal(shelf.status.policy, "interleaved");
  assert.deepEqual(shelf.items.map(({ position }) => position), [1, 2, 3, 4]);
  assert.equal(new Set(shelf.items.map(({ id }) => id)).size, 4);
  const next = interleave(till, { experiment: "front", rankers, limit: 2, after: shelf.items.map(({ id }) => id) });
  assert.ok(next.items.every(({ id }) => !shelf.items.some((before) => before.id === id)));

  const records = till.ask("decisions") ?? [];
  assert.equal(records.length, 14);
  assert.match(records.at(-1)?.variants ?? "", /^wording=[01]$/);
  assert.deepEqual(records[0]?.made.items.length, 5);
  const other = await Tillside.open({ ...options, name: "other" });
  other.track("Product Viewed", { product_id: items[7] });
  for (const record of JSON.parse(JSON.stringify(records))) assert.equal(other.ask("replay", record)?.same, true, record.decision);
  await other.close();
  await till.close();

  const file = join(folder, "decisions.json");
  await writeFile(file, JSON.stringify(records));
  const { stdout } = await promisify(execFile)(given("TILLSIDE"), ["lab", "decisions", "--model", folder, "--records", file]);
  assert.match(stdout, /14 of 14 lists are made the same/);
});

test("reports of shelves say why and which variations, and every event where its visit came from", async (t) => {
  const { folder, items } = await model(t);
  const server = await site(folder);
  t.after(() => server.close());
  const features = { features: { wording: { rules: [{ key: "wording", variations: ["short", "full"], meta: [{ key: "short" }, { key: "full" }], hashVersion: 2 }] } } };
  const consent = { personalisation: true, measurement: true, experiment: true };
  const till = await Tillside.open({ name: "reports", timeout: 60_000, edition: "full", model: `${server.url}manifest.json`, features, consent, collector: { url: "http://127.0.0.1:9/none", writeKey: "x" } });
  /** @returns {Promise<any[]>} */
  const waiting = async () => /** @type {any} */ (await till.export()).queue;
  /** @param {string} kind */
  const newest = async (kind) => (await waiting()).findLast(({ event }) => event === kind)?.properties;

  assert.ok(till.track("Page Viewed", { channel: "email", campaign: "autumn", referrer_class: "direct" }).ok);
  till.track("Product Viewed", { product_id: items[0] });
  const viewed = await newest("Product Viewed");
  assert.deepEqual([viewed.channel, viewed.campaign, viewed.referrer_class], ["email", "autumn", "direct"]);

  const before = till.recommend({ placement: "home", limit: 3 });
  till.impression(before);
  assert.equal((await newest("Product List Viewed")).variants, undefined);
  const variation = till.variation("wording")?.key ?? "";
  assert.equal(till.variation("wording")?.key, variation);
  assert.equal((await waiting()).filter(({ event }) => event === "Experiment Viewed").length, 1, "once a session");
  assert.equal((await newest("Experiment Viewed")).campaign, "autumn");

  const drawn = till.recommend({ placement: "home", limit: 4, discovery: 0.5 });
  till.impression(drawn);
  const said = await newest("Product List Viewed");
  assert.deepEqual([said.policy, said.variants, said.channel], ["personal", `wording=${variation}`, "email"]);
  for (const [n, product] of said.products.entries()) {
    const { reasons, propensity } = /** @type {any} */ (drawn.items[n]);
    assert.deepEqual([product.position, product.reason], [n + 1, reasons[0].code]);
    if (propensity < 1) assert.ok(Math.abs(product.propensity - propensity) < 1e-5);
    else assert.equal(product.propensity, undefined);
  }
  const mixed = interleave(till, { experiment: "front page", rankers: { plain: { placement: "home" }, varied: { placement: "home", diversity: 1 } }, limit: 4 });
  const competitive = mixed.items.find(({ ranker }) => ranker);
  till.impression(mixed);
  till.click(mixed, competitive?.id ?? mixed.items[0]?.id ?? "");
  const clicked = await newest("Product Clicked");
  assert.deepEqual([clicked.policy, clicked.experiment_id, clicked.ranker], ["interleaved", "front_page", competitive?.ranker]);

  await till.consent({ experiment: false });
  assert.equal((await waiting()).filter(({ event }) => event === "Experiment Viewed").length, 0);
  assert.equal((await newest("Product List Viewed")).variants, undefined, "what waits no longer says it");
  assert.equal(till.variation("wording"), undefined);
  assert.equal(interleave(till, { experiment: "front", rankers: { a: { placement: "home" }, b: { placement: "home" } } }).status.policy, undefined);
  await till.close();
});

test("a control without history is one line, and its reports say so", async (t) => {
  const { folder, items } = await model(t);
  const server = await site(folder);
  t.after(() => server.close());
  const features = { features: { ranker: { defaultValue: {}, rules: [{ key: "ranker", variations: [{ personal: false }, {}], hashVersion: 2 }] } } };
  const consent = { personalisation: true, measurement: true, experiment: true };
  const of = async (/** @type {number} */ variation) => {
    const till = await Tillside.open({ name: `control-${variation}`, timeout: 60_000, edition: "full", model: `${server.url}manifest.json`, features, overrides: { ranker: variation }, consent, collector: { url: "http://127.0.0.1:9/none", writeKey: "x" } });
    const ask = () => till.recommend({ placement: "home", limit: 5, .../** @type {object} */ (till.feature("ranker").value) });
    const stranger = ask().items.map(({ id }) => id);
    for (const item of items.slice(2, 6)) till.track("Product Viewed", { product_id: item });
    const shelf = ask();
    till.impression(shelf);
    const { queue } = /** @type {any} */ (await till.export());
    const { policy } = queue.findLast((/** @type {any} */ { event }) => event === "Product List Viewed").properties;
    await till.close();
    return { stranger, known: shelf.items.map(({ id }) => id), personal: shelf.status.personal, policy };
  };
  const control = await of(0);
  assert.deepEqual([control.known, control.personal, control.policy], [control.stranger, false, "common"]);
  const treatment = await of(1);
  assert.deepEqual(treatment.stranger, control.stranger);
  assert.notDeepEqual(treatment.known, treatment.stranger);
  assert.deepEqual([treatment.personal, treatment.policy], [true, "personal"]);
});
