// The model as it comes to a page: newer prices and stock, parts of a large catalogue, and the last version that worked.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { encode } from "../support/encoder.mjs";
import { given, root } from "../support/surroundings.mjs";
import { shop, visitor } from "./shop.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").BrowserContext} Context */
/** @typedef {import("../../pkg/index.js").Options} Options */

const exec = promisify(execFile);
const PHONES = "Phones > Smartphones";
const BARE = ["--site", `/bare=${join(root, "tests/wasm")}`];
const ALL = { personalisation: true, measurement: true };

/** A folder that is gone when the test ends. @param {import("node:test").TestContext} t */
async function folder(t) {
  const path = await mkdtemp(join(tmpdir(), "tillside-"));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

/** @param {string} model @returns {Promise<any>} */
const manifest = async (model) => JSON.parse(await readFile(join(model, "manifest.json"), "utf8"));

/** A page with nothing on it but the package, opened. @param {string} url @param {Context} context @param {Options} [options] */
async function bare(url, context, options) {
  const page = await context.newPage();
  await page.goto(`${url}/bare/blank.html`);
  await page.evaluate(
    async ([path, options]) => {
      const { Tillside } = await import(/** @type {string} */ (path));
      Object.assign(globalThis, { till: await Tillside.open({ model: "/model/manifest.json", timeout: 30_000, .../** @type {any} */ (options) }) });
    },
    /** @type {const} */ (["/pkg/dist/index.js", options ?? {}]),
  );
  return page;
}

/** What the page's `till` says to a call. @param {Page} page @param {string} method @param {any[]} given */
const ask = (page, method, ...given) => page.evaluate(([method, given]) => /** @type {any} */ (globalThis).till[method](...given), /** @type {const} */ ([method, given]));

/** @param {Page} page @param {any} request @returns {Promise<string[]>} */
const ids = async (page, request) => (await ask(page, "recommend", { limit: 100, ...request })).items.map((/** @type {any} */ { id }) => id);

/** @param {Page} page @returns {Promise<string[]>} */
const problems = async (page) => (await ask(page, "status")).problems.map((/** @type {any} */ { code }) => code);

test("what is patched holds from the next list on", async (t) => {
  const { url, browser } = await shop(t, { args: BARE });
  const { context } = await visitor(/** @type {any} */ ({ url, browser }));
  const page = await bare(url, context);
  const phones = { placement: "category", category: PHONES };
  const [first = "", second = ""] = await ids(page, phones);
  const patched = await ask(page, "patch", [{ id: first, availability: "out_of_stock" }, { id: second, price: "9.90 CNY", availability: "in stock" }]);
  assert.deepEqual(patched, { ok: true, applied: 2, unknown: 0, refused: 0 });
  const left = await ids(page, phones);
  assert.ok(!left.includes(first));
  assert.ok(left.indexOf(second) <= 1, "another colour of what is sold out may stand in its place");
  const mixed = await ask(page, "patch", [{ id: first, availability: "in_stock", price: 0.1 + 0.2 }, { id: "none", price: 1 }, { id: second, price: -1, availability: "out_of_stock" }, { id: second }, null]);
  assert.deepEqual(mixed, { ok: false, applied: 1, unknown: 1, refused: 3 });
  assert.deepEqual((await ids(page, phones)).slice(0, 2), [first, second]);
  const many = await page.evaluate((id) => /** @type {any} */ (globalThis).till.patch(Array.from({ length: 20_000 }, () => ({ id, price: 1 }))), first);
  assert.deepEqual(many, { ok: false, applied: 10_000, unknown: 0, refused: 1 });
  assert.deepEqual(await ask(page, "patch", "nothing"), { ok: false, applied: 0, unknown: 0, refused: 0 });
});

test("a newer feed costs a page its own part only, and a broken one costs nothing", async (t) => {
  const model = join(await folder(t), "model");
  await cp(given("TILLSIDE_MODEL"), model, { recursive: true });
  const feed = join(given("TILLSIDE_SHOP"), "catalog.jsonl");
  const lines = (await readFile(feed, "utf8")).trim().split("\n");
  const { popular } = (await manifest(model)).fallback;
  const now = join(model, "../now.jsonl");
  const sold = lines.map((line) => (JSON.parse(line).id === popular[0] ? JSON.stringify({ ...JSON.parse(line), availability: "out_of_stock" }) : line));
  const { url, browser } = await shop(t, { model, args: BARE });
  const { context } = await visitor(/** @type {any} */ ({ url, browser }));
  let page = await bare(url, context);
  assert.equal((await ids(page, { placement: "home" }))[0], popular[0]);
  await page.close();

  await writeFile(now, sold.join("\n"));
  await exec(given("TILLSIDE"), ["refresh", "--model", model, "--catalog", now]);
  page = await bare(url, context);
  assert.equal((await ids(page, { placement: "home" })).includes(popular[0]), false);
  assert.deepEqual(await problems(page), []);
  const fetched = await page.evaluate(() => {
    const entries = /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType("resource"));
    return entries.filter(({ name, transferSize }) => name.endsWith(".safetensors") && transferSize > 0).map(({ name }) => name.replace(/.*\/(\w+)-.*/, "$1"));
  });
  assert.deepEqual(fetched, ["live"], "the rest is in the browser's cache");
  await page.close();

  const fresh = await browser.newContext();
  await fresh.route("**/live-*.safetensors", (route) => route.fulfill({ body: "broken" }));
  page = await bare(url, fresh);
  assert.deepEqual(await problems(page), ["live.hash"]);
  assert.equal((await ids(page, { placement: "home" }))[0], popular[0], "as it was trained");
});

test("of a large catalogue a page has the head, and the categories that it enters", async (t) => {
  const model = join(await folder(t), "model");
  const catalog = join(given("TILLSIDE_SHOP"), "catalog.jsonl");
  await exec(given("TILLSIDE"), ["train", "--catalog", catalog, "--out", model, "--head", "50"]);
  await exec(given("TILLSIDE"), ["refresh", "--model", model, "--catalog", catalog]);
  const { parts } = await manifest(model);
  assert.ok(parts.filter((/** @type {any} */ { name }) => name === "shard").length > 2);
  const { url, browser } = await shop(t, { model, args: BARE });
  const { context } = await visitor(/** @type {any} */ ({ url, browser }));
  const page = await bare(url, context, { consent: ALL });
  const phones = { placement: "category", category: PHONES };
  assert.equal((await ask(page, "status")).model.items, 50);
  const few = await ids(page, phones);
  assert.equal(await ask(page, "enter", PHONES), true);
  const inside = await ids(page, phones);
  assert.ok(inside.length > few.length, `${inside.length} > ${few.length}`);
  assert.equal(await ask(page, "enter", PHONES), true);
  assert.equal(await ask(page, "enter", "no such category"), true, "what is open serves every page");

  // What was done and what was patched there is known wherever the item is.
  const last = inside.at(-1) ?? "";
  assert.equal((await ask(page, "track", "Product Viewed", { product_id: last })).ok, true);
  assert.equal((await ask(page, "patch", [{ id: inside[0], availability: "out_of_stock" }])).applied, 1);
  const category = parts.find((/** @type {any} */ part) => part.category && part.category !== "Phones").category;
  const shelf = await ask(page, "recommend", phones);
  assert.equal(await ask(page, "enter", category), true);
  assert.equal((await ask(page, "explain", shelf.status.decision)).gone, true);
  assert.equal((await ids(page, phones)).includes(last), false);
  // The last one asked for is the one that is there.
  const both = await page.evaluate((paths) => Promise.all(paths.map((path) => /** @type {any} */ (globalThis).till.enter(path))), [PHONES, category, PHONES]);
  assert.equal(both[2], true);
  assert.equal((await ids(page, phones)).includes(inside[0] ?? ""), false);
  assert.equal((await ids(page, phones)).includes(last), true);
  assert.equal((await ids(page, { placement: "recent" }))[0], last);
  assert.deepEqual(await problems(page), []);

  // One that cannot be had leaves what is there.
  await context.route("**/shard-*.safetensors", (route) => route.fulfill({ status: 404 }));
  const third = parts.find((/** @type {any} */ part) => part.category && ![category, "Phones"].includes(part.category)).category;
  assert.equal(await ask(page, "enter", third), false);
  assert.deepEqual(await problems(page), ["model.unavailable"]);
  assert.equal((await ids(page, phones)).includes(last), true);
  await context.unrouteAll();
  const direct = await bare(url, context, { category: PHONES });
  assert.equal((await ids(direct, phones)).includes(last), true);
});

test("a new model that cannot be used: the last one that could goes on", async (t) => {
  const { url, browser } = await shop(t, { args: BARE });
  const { context } = await visitor(/** @type {any} */ ({ url, browser }));
  const good = await manifest(given("TILLSIDE_MODEL"));
  const part = { ...good.parts[0], url: "model-000000000000.safetensors" };
  await context.route("**/model-000000000000.safetensors", (route) => route.fulfill({ body: "broken" }));
  /** @type {[string, object | string][]} */
  const troubles = [
    ["model.hash", { ...good, parts: [part] }],
    ["manifest.version", { ...good, format: 2 }],
    ["manifest.unavailable", "<!doctype html>"],
  ];
  // Without consent nothing is remembered.
  await (await bare(url, context)).close();
  for (const [code, json] of troubles) {
    await context.route("**/manifest.json", (route) => route.fulfill(typeof json === "string" ? { body: json } : { json }));
    const page = await bare(url, context);
    assert.equal((await ask(page, "status")).model, null, code);
    assert.deepEqual(await problems(page), [code]);
    await page.close();
    await context.unroute("**/manifest.json");
  }
  const before = await bare(url, context);
  await ask(before, "consent", ALL);
  await ask(before, "close");
  await before.close();
  for (const [code, json] of troubles) {
    await context.route("**/manifest.json", (route) => route.fulfill(typeof json === "string" ? { body: json } : { json }));
    const page = await bare(url, context);
    assert.equal((await ask(page, "status")).model?.id, good.model, code);
    assert.deepEqual(await problems(page), [code]);
    assert.equal((await ids(page, { placement: "category", category: PHONES })).length > 0, true);
    await page.close();
    await context.unroute("**/manifest.json");
  }
});

test("a model with an encoder brings the module that reads it, and no other model does", async (t) => {
  const model = await folder(t);
  encode(given("TILLSIDE_MODEL"), model);
  const { url, browser } = await shop(t, { model, args: BARE });
  const described = await manifest(model);
  const viewed = described.fallback.popular.slice(5, 8);
  /** @param {(context: Context) => Promise<unknown>} [prepare] @param {Options} [options] */
  const visit = async (prepare, options) => {
    const context = await browser.newContext();
    await prepare?.(context);
    /** @type {string[]} */
    const modules = [];
    context.on("response", (response) => {
      const name = response.url().replace(/.*\//, "");
      if (response.ok() && name.endsWith(".wasm")) modules.push(name);
    });
    const page = await bare(url, context, { consent: ALL, ...options });
    for (const product_id of viewed) await ask(page, "track", "Product Viewed", { product_id });
    const found = { modules: modules.sort(), list: await ids(page, { placement: "home" }), problems: await problems(page) };
    await context.close();
    return found;
  };
  const [usual, other] = ["tillside_bg.wasm", "tillside_encoder_bg.wasm"];
  const plain = await visit((context) => context.route("**/manifest.json", (route) => route.fulfill({ json: { ...described, encoder: undefined } })));
  assert.deepEqual([plain.modules, plain.problems], [[usual], []]);
  const foreseen = await visit();
  assert.deepEqual([foreseen.modules, foreseen.problems], [[other], []], "one, not both");
  assert.notDeepEqual(foreseen.list, plain.list);
  const named = await visit(undefined, { wasm: `${url}/pkg/dist/${other}` });
  assert.deepEqual(named, { modules: [other], list: foreseen.list, problems: [] });
  const missed = await visit((context) => context.route(`**/${other}`, (route) => route.fulfill({ status: 404 })));
  assert.deepEqual(missed, { modules: [usual], list: plain.list, problems: ["encoder.unavailable"] });
});
