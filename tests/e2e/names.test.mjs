// What the page once called a product, reasons say on every page after, also where no page tells them.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { given } from "../support/surroundings.mjs";
import { ask, bare, BARE } from "./bare.mjs";
import { shop } from "./shop.mjs";

/** Of the demo's products one that leads to others, and its texts. @param {import("playwright-core").Page} page */
async function leading(page) {
  const catalogue = (await readFile(join(given("TILLSIDE_SHOP"), "catalog.jsonl"), "utf8")).trim().split("\n").map((line) => JSON.parse(line));
  for (const { id } of catalogue.slice(0, 200)) {
    const { items } = await ask(page, "recommend", { placement: "product", item: id, limit: 4 });
    if (items.some((/** @type {any} */ { reasons }) => reasons.some((/** @type {any} */ { because }) => because === id))) return id;
  }
  throw new Error("no product of the demo leads to another");
}

/** Sentences of a list that go back to a product. @param {import("playwright-core").Page} page @param {string} id @returns {Promise<string[]>} */
async function sentences(page, id) {
  const { items } = await ask(page, "recommend", { placement: "home", limit: 50 });
  return items.flatMap((/** @type {any} */ { reasons }) => reasons.filter((/** @type {any} */ { because }) => because === id).map((/** @type {any} */ { text }) => text));
}

/** @param {string[]} texts @param {string} name */
const say = (texts, name) => texts.length > 0 && texts.every((text) => text.includes(name));

test("a reason names what was viewed by what the event called it, after a reload on another page and in both languages", async (t) => {
  const there = await shop(t, BARE);
  const context = await there.browser.newContext({ locale: "en-GB" });
  const page = await bare(there.url, context);
  const id = await leading(page);
  await ask(page, "track", "Product Viewed", { product_id: id });
  const nameless = await sentences(page, id);
  assert.ok(nameless.length > 0 && !nameless.some((text) => text.includes(id)), `${nameless}`);
  await ask(page, "track", "Product Viewed", { product_id: id, name: "Nova 红 & Blue" });
  assert.ok(say(await sentences(page, id), "Nova 红 & Blue"));
  await ask(page, "flush");
  await page.close();

  for (const [locale, begins] of /** @type {const} */ ([["en", "Because you viewed Nova 红 & Blue"], ["zh-CN", "因为您浏览过Nova 红 & Blue"]])) {
    const next = await bare(there.url, context, { locale, consent: {} });
    const texts = await sentences(next, id);
    assert.ok(texts.includes(begins), `${texts}`);
    assert.deepEqual((await ask(next, "portrait")).names, { [id]: "Nova 红 & Blue" });
    await next.close();
  }

  // What the page itself says goes before it.
  const titled = await bare(there.url, context, { consent: {} });
  await titled.evaluate(async () => {
    const { Tillside, till } = /** @type {any} */ (globalThis);
    await till.close();
    /** @type {any} */ (globalThis).till = await Tillside.open({ model: "/model/manifest.json", timeout: 30_000, title: () => "Ours" });
  });
  assert.ok(say(await sentences(titled, id), "Ours"));

  // It goes with the portrait.
  await ask(titled, "consent", { personalisation: false });
  await ask(titled, "consent", { personalisation: true });
  await ask(titled, "track", "Product Viewed", { product_id: id });
  assert.deepEqual((await ask(titled, "portrait")).names, {});
});

test("in the full edition a name goes with the product that is deleted", async (t) => {
  const there = await shop(t, BARE);
  const page = await bare(there.url, await there.browser.newContext(), { edition: "full" });
  await ask(page, "track", "Product Viewed", { product_id: "sku-1", name: "One" });
  await ask(page, "track", "Product Added", { product_id: "sku-2", name: "Two" });
  assert.deepEqual((await ask(page, "portrait")).names, { "sku-1": "One", "sku-2": "Two" });
  await ask(page, "erase", { kind: "item", name: "sku-1" });
  assert.deepEqual((await ask(page, "portrait")).names, { "sku-2": "Two" });
});

test("a model with titles names what no event named, in the language of the page", async (t) => {
  const catalogue = join(given("TILLSIDE_SHOP"), "catalog.jsonl");
  const model = await mkdtemp(join(tmpdir(), "titled-"));
  t.after(() => rm(model, { recursive: true, force: true }));
  await promisify(execFile)(given("TILLSIDE"), ["train", "--catalog", catalogue, "--titles", "--out", model]);
  const there = await shop(t, { ...BARE, model });
  const context = await there.browser.newContext({ locale: "en-GB" });
  const page = await bare(there.url, context);
  const id = await leading(page);
  const [row] = (await readFile(catalogue, "utf8")).trim().split("\n").map((line) => JSON.parse(line)).filter((row) => row.id === id);
  // What an event calls it is in one language; the model has both.
  await ask(page, "track", "Product Viewed", { product_id: id, name: "Something else" });
  assert.ok(say(await sentences(page, id), row.title), `${await sentences(page, id)}`);
  await ask(page, "flush");
  await page.close();
  const next = await bare(there.url, context, { locale: "zh-CN", consent: {} });
  assert.ok(say(await sentences(next, id), row.title_zh), `${await sentences(next, id)}`);
});
