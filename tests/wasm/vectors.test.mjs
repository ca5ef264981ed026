// The golden vectors that the native tests run, inside WebAssembly: in Node, and in a browser.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { Tillside } from "../../pkg/dist/index.js";
import { complaints, launch } from "../support/browser.mjs";
import { site } from "../support/site.mjs";
import { root } from "../support/surroundings.mjs";
import { pack } from "./pack.mjs";
import { recommend, replay } from "./replay.js";

/** @typedef {{ name: string, track: [string, object], event?: string, properties?: object, reason?: string }} Case */

/** @type {{ cases: Case[] }} */
const { cases } = JSON.parse(await readFile(join(root, "tests/vectors/intake.json"), "utf8"));

/** @typedef {{ bytes: number, sha256: string }} Packed */
/** @typedef {Awaited<ReturnType<typeof recommend>>} Lists */

/** @type {{ now: number, model: import("./pack.mjs").Shop, encoder: import("./pack.mjs").Encoder, packed: { plain: Packed, encoder: Packed }, cases: (import("./replay.js").Visit & { expected: Lists[number] })[] }} */
const shop = JSON.parse(await readFile(join(root, "tests/vectors/recommend.json"), "utf8"));

/** Of the package's two modules each page has one. That for encoders reads every model, once such a model has asked for it. */
const modules = [
  { name: "the usual module", visits: shop.cases.filter(({ encoder }) => !encoder) },
  { name: "the module for encoders", visits: [...shop.cases].sort((one, other) => Number(other.encoder ?? false) - Number(one.encoder ?? false)) },
];

/** The repository over HTTP, and what was posted to it, by message id. @param {import("node:test").TestContext} t */
async function repository(t) {
  /** @type {Map<string, { event: string, properties: object }>} */
  const messages = new Map();
  const server = await site(root, {}, (body) => {
    for (const message of JSON.parse(body).batch) messages.set(message.messageId, message);
  });
  t.after(() => server.close());
  return { url: server.url, messages };
}

/**
 * @param {Awaited<ReturnType<typeof replay>>} outcomes
 * @param {Map<string, { event: string, properties: object }>} messages
 */
function compare(outcomes, messages) {
  assert.equal(outcomes.length, cases.length);
  for (const [number, expected] of cases.entries()) {
    const outcome = outcomes[number];
    if (expected.reason !== undefined) {
      assert.deepEqual(outcome, { reason: expected.reason }, expected.name);
      continue;
    }
    assert.ok("id" in outcome, `${expected.name}: ${JSON.stringify(outcome)}`);
    const message = messages.get(outcome.id);
    const { event, properties } = expected;
    assert.deepEqual({ event: message?.event, properties: message?.properties }, { event, properties }, expected.name);
  }
}

test("in Node", async (t) => {
  const { url, messages } = await repository(t);
  compare(await replay(Tillside, cases, `${url}v1/batch`), messages);
});

test("in Chromium", async (t) => {
  const { url, messages } = await repository(t);
  const browser = await launch();
  t.after(() => browser.close());
  const page = await browser.newPage();
  const heard = complaints(page);
  await page.goto(`${url}tests/wasm/blank.html`);
  // Relative to the page, which lies beside this file.
  const outcomes = await page.evaluate(async (cases) => {
    const [engine, { replay }] = await Promise.all([import("../../pkg/dist/index.js"), import("./replay.js")]);
    return replay(engine.Tillside, cases, "/v1/batch");
  }, cases);
  assert.deepEqual(heard, []);
  compare(outcomes, messages);
});

/** The shop's models over HTTP, with and without an encoder, by their manifests. @param {import("node:test").TestContext} t */
async function goods(t) {
  const folder = await mkdtemp(join(tmpdir(), "tillside-vectors-"));
  t.after(() => rm(folder, { recursive: true }));
  for (const name of /** @type {const} */ (["plain", "encoder"])) {
    const bytes = pack(shop.model, name === "encoder" ? shop.encoder : undefined);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    assert.deepEqual({ bytes: bytes.length, sha256 }, shop.packed[name]);
    const part = { name: "model", url: `model-${sha256.slice(0, 12)}.safetensors`, ...shop.packed[name] };
    await writeFile(join(folder, part.url), bytes);
    await writeFile(join(folder, `${name}.json`), JSON.stringify({ format: 1, encoder: name === "encoder", parts: [part] }));
  }
  const server = await site(folder, { "access-control-allow-origin": "*" });
  t.after(() => server.close());
  return { plain: `${server.url}plain.json`, encoder: `${server.url}encoder.json` };
}

/** Numbers as floats of 32 bits: what the file has are the shortest decimals that name them. @param {unknown} value @returns {unknown} */
function singles(value) {
  if (typeof value === "number") return Math.fround(value);
  if (Array.isArray(value)) return value.map(singles);
  return value instanceof Object ? Object.fromEntries(Object.entries(value).map(([key, value]) => [key, singles(value)])) : value;
}

/** @param {Lists} lists @param {typeof shop.cases} visits */
function same(lists, visits) {
  assert.equal(lists.length, visits.length);
  for (const [n, { name, expected }] of visits.entries()) {
    for (const { id, score, from = {} } of lists[n]?.items ?? []) {
      const sum = Object.values(from).reduce((sum, given) => sum + given, 0);
      assert.ok(Math.abs(sum - score) <= 1e-6, `${name}: ${id} ${sum} ${score}`);
    }
    assert.deepEqual(lists[n], singles(expected), name);
  }
}

for (const { name, visits } of modules) {
  test(`recommendations of ${name} in Node`, async (t) => {
    // Another address is another module, with an engine of its own.
    const entry = new URL(`../../pkg/dist/index.js?${encodeURIComponent(name)}`, import.meta.url).href;
    const { Tillside } = await import(entry);
    same(await recommend(Tillside, visits, await goods(t), shop.now), visits);
  });

  test(`recommendations of ${name} in Chromium`, async (t) => {
    const [{ url }, models, browser] = await Promise.all([repository(t), goods(t), launch()]);
    t.after(() => browser.close());
    const page = await browser.newPage();
    const heard = complaints(page);
    await page.goto(`${url}tests/wasm/blank.html`);
    const lists = await page.evaluate(
      async ([visits, models, now]) => {
        const [engine, { recommend }] = await Promise.all([import("../../pkg/dist/index.js"), import("./replay.js")]);
        return recommend(engine.Tillside, visits, models, now);
      },
      /** @type {const} */ ([visits, models, shop.now]),
    );
    assert.deepEqual(heard, []);
    same(lists, visits);
  });
}
