// Prices, stock and flash sales: what the shop's feed says now, by the server's clock, and what of it a shopper is told, once.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { given } from "../support/surroundings.mjs";
import { DAY, HOUR, allow, front, later, look, member, open, order, product, shown, signIn } from "./members.mjs";
import { shop, visitor } from "./shop.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("../../pkg/types/prices.d.ts").Row} Row */
/** @typedef {{ id: string, price: number, category: string }} Item */

const MINUTE = 60_000;

/** What can be bought at its usual price, by the catalogue. @returns {Promise<Item[]>} */
async function goods() {
  const lines = (await readFile(join(given("TILLSIDE_SHOP"), "catalog.jsonl"), "utf8")).trim().split("\n").map((line) => JSON.parse(line));
  const usual = lines.filter(({ availability, sale_price: sale }) => availability === "in_stock" && !sale);
  // One of each product.
  const ones = new Map(usual.map((line) => [line.item_group_id, line]));
  return [...ones.values()].map(({ id, price, product_type: category }) => ({ id, price: Number.parseFloat(price), category }));
}

/** A shop whose feed a test writes. @param {import("node:test").TestContext} t @param {string[]} [args] */
async function priced(t, args = []) {
  const folder = await mkdtemp(join(tmpdir(), "tillside-feed-"));
  t.after(() => rm(folder, { recursive: true }));
  let version = 0;
  /** @param {Row[]} rows @param {object} [about] */
  const feed = (rows, about = {}) => writeFile(join(folder, "feed.json"), JSON.stringify({ version: ++version, currency: "CNY", counted: Date.now(), rows, ...about }));
  await feed([]);
  return { feed, ...(await shop(t, { args: ["--site", `/shop/live=${folder}`, ...args] })) };
}

/** The price on the page of a product. @param {Page} page */
const price = async (page) => ((await page.locator("main .product .facts .price").first().textContent()) ?? "").replaceAll(",", "").match(/[\d.]+/)?.[0];

test("B17: a flash sale is live until its end by the server's clock, whatever the device's says, and after a reload", { timeout: 240_000 }, async (t) => {
  const open_ = await priced(t);
  const [on, over, none] = (await goods()).filter(({ price }) => price > 50);
  assert.ok(on && over && none);
  const start = Date.now();
  const until = start + 40 * MINUTE;
  const cheap = (/** @type {Item} */ { price }) => Math.round(price / 2);
  const rows = (/** @type {number} */ until) =>
    open_.feed([
      { id: on.id, price: on.price, flash: { price: cheap(on), from: start - HOUR, until, left: 7 } },
      { id: over.id, price: over.price, flash: { price: cheap(over), from: start - HOUR, until: start - 5 * MINUTE } },
      { id: none.id, price: none.price, flash: { price: cheap(none), from: start - HOUR, until, left: 0 } },
    ]);
  for (const skew of [-10, 10]) {
    await rows(until);
    const { page, url, heard, context } = await visitor(open_);
    await page.clock.install({ time: Date.now() + skew * MINUTE });
    await page.goto(`${url}/${product(on.id)}`);
    const flash = page.locator("main .flash.live");
    await flash.waitFor();
    assert.equal(await price(page), String(cheap(on)));
    /** Milliseconds left, as the page counts them, beside what is left in truth. */
    const off = async () => {
      const [hours = 0, minutes = 0, seconds = 0] = ((await flash.locator("time").textContent()) ?? "").split(":").map(Number);
      const elapsed = (await page.evaluate(() => Date.now())) - skew * MINUTE;
      return Math.abs(((hours * 60 + minutes) * 60 + seconds) * 1000 - (until - elapsed));
    };
    assert.ok((await off()) < 5_000, `the countdown is off by ${await off()} ms, ${skew} minutes`);
    assert.equal(await flash.locator("time").getAttribute("datetime"), new Date(until).toISOString());
    await page.reload();
    await flash.waitFor();
    assert.ok((await off()) < 5_000, "after a reload");
    for (const { id, price: usual } of [over, none]) {
      await page.goto(`${url}/${product(id)}`);
      await page.locator(`main .product[data-id="${id}"]`).waitFor();
      assert.equal(await page.locator("main .flash.live").count(), 0, `${id}, ${skew} minutes`);
      assert.equal(await price(page), String(usual));
    }
    await page.goto(`${url}/#/`);
    await page.locator(".sales [data-id]").first().waitFor();
    assert.deepEqual(await page.locator(".sales [data-id]").evaluateAll((all) => all.map((one) => one.getAttribute("data-id"))), [on.id]);
    // At its end, by the server's clock, the page says so by itself.
    await rows(Date.now() + 25_000);
    await page.goto(`${url}/${product(on.id)}`);
    await page.reload();
    await flash.waitFor();
    await flash.waitFor({ state: "detached", timeout: 60_000 });
    await page.waitForFunction((usual) => document.querySelector("main .product .facts .price")?.textContent?.replaceAll(",", "").includes(usual), String(on.price));
    assert.deepEqual(heard, []);
    await context.close();
  }
});

test("B17: few pieces are spoken of only where they were counted a moment ago", { timeout: 120_000 }, async (t) => {
  const open_ = await priced(t);
  const [item] = await goods();
  assert.ok(item);
  const { page, url, heard } = await visitor(open_);
  await open_.feed([{ id: item.id, stock: 3 }]);
  await page.goto(`${url}/${product(item.id)}`);
  await page.locator("main .few").waitFor();
  assert.equal(await page.locator("main .few").textContent(), "Only 3 left");
  await open_.feed([{ id: item.id, stock: 3 }], { counted: Date.now() - 2 * MINUTE });
  await page.reload();
  await page.locator(`main .product[data-id="${item.id}"]`).waitFor();
  assert.equal(await page.locator("main .few").count(), 0);
  await open_.feed([{ id: item.id, stock: 0 }]);
  await page.reload();
  await page.locator("main .product .sold-out").waitFor();
  assert.deepEqual(heard, []);
});

/** What the shopper is told: type and item. @param {Page} page */
const told = (page) => page.locator(".news [data-alert]").evaluateAll((all) => all.map((one) => `${one.getAttribute("data-alert")} ${one.getAttribute("data-id")}`));

test("B17: who watches a product is told of a drop once, of a further one again, and when it is back", { timeout: 240_000 }, async (t) => {
  const open_ = await priced(t);
  const [dear, gone] = (await goods()).filter(({ price }) => price > 50);
  assert.ok(dear && gone);
  await open_.feed([{ id: gone.id, availability: "out_of_stock" }]);
  const { page, url, heard } = await visitor(open_);
  await page.clock.install();
  await allow(page, url);
  for (const { id } of [dear, gone]) {
    await look(page, url, id);
    await page.locator(`[data-watch="${id}"]`).click();
    await page.locator(`[data-watch="${id}"][aria-pressed="true"]`).waitFor();
  }
  /** @param {Row[]} rows */
  const home = async (rows) => {
    await open_.feed(rows);
    await later(page, MINUTE);
    await front(page, url);
    await page.locator(".news [data-watched]").first().waitFor({ state: "attached" });
    return told(page);
  };
  const at = (/** @type {number} */ part, /** @type {Row["availability"]} */ availability = "out_of_stock") => [{ id: dear.id, price: Math.round(dear.price * part) }, { id: gone.id, availability }];
  assert.deepEqual(await home(at(0.98)), [], "a drop of 2 % is none");
  assert.deepEqual(await home(at(0.8)), [`drop ${dear.id}`]);
  assert.match((await page.locator(".news [data-alert]").textContent()) ?? "", /, 20 % less/);
  assert.deepEqual(await home(at(0.8)), [], "told once");
  assert.deepEqual(await home(at(0.6, "in_stock")), [`drop ${dear.id}`, `restock ${gone.id}`]);
  assert.deepEqual(await home(at(0.6, "in_stock")), []);
  await look(page, url, dear.id);
  await page.locator(`[data-watch="${dear.id}"]`).click();
  await page.locator(`[data-watch="${dear.id}"][aria-pressed="false"]`).waitFor();
  await home(at(0.6, "in_stock"));
  assert.equal(await page.locator(`.news [data-watched="${dear.id}"]`).count(), 0, "watched no more");
  assert.deepEqual(heard, []);
});

/** Whether the console warns that the shopper is leaving. @param {Page} page @param {string} url */
async function warned(page, url) {
  await page.goto(`${url}/?console#/`);
  await page.locator("#tab-shopper").click();
  const cycle = page.locator("#console-panel .cycle");
  await cycle.waitFor();
  const warning = await cycle.getAttribute("data-warning");
  await page.goto(`${url}/#/`);
  await page.locator('main [data-placement="home"]').first().waitFor();
  return warning !== null;
}

test("A6: who stays away 30 days is warned of, told of a price drop in a category once liked, and then won back by a coupon", { timeout: 300_000 }, async (t) => {
  const open_ = await priced(t, ["--crm-time-travel"]);
  const all = await goods();
  /** @type {Map<string, Item[]>} */
  const byCategory = new Map();
  for (const one of all.filter(({ price }) => price > 150)) byCategory.set(one.category, [...(byCategory.get(one.category) ?? []), one]);
  const liked = [...byCategory.values()].find((some) => some.length >= 4);
  const other = all.find(({ category, price }) => !liked?.some((one) => one.category === category) && price > 40);
  assert.ok(liked && other);
  const [first, second, third, unseen] = liked;
  assert.ok(first && second && third && unseen);
  const { page, url, heard } = await visitor(open_);
  await page.clock.install();
  await member(page, url, "Fei");
  await order(page, url, other.id);
  for (const { id } of [first, second, third, first]) await look(page, url, id);
  assert.equal(await warned(page, url), false);
  await later(page, 29 * DAY);
  assert.equal(await warned(page, url), false, "29 days are none too many");
  await look(page, url, first.id);
  await later(page, 30 * DAY);
  const drop = (/** @type {Item} */ { id, price }) => ({ id, price: Math.round(price * 0.7) });
  await open_.feed([drop(first), drop(unseen), drop(other)]);
  await page.reload();
  await open(page, url, "#/");
  await page.locator(".news [data-alert]").first().waitFor();
  assert.ok((await shown(page)).includes("win-back-price-drop"), `${await shown(page)}`);
  assert.ok(!(await shown(page)).includes("win-back-coupon"), "the coupon comes last");
  const drops = await told(page);
  assert.ok(drops.includes(`drop ${first.id}`), `what was looked at: ${drops}`);
  assert.ok(drops.includes(`drop ${unseen.id}`), `what was not, in a category that was: ${drops}`);
  assert.ok(!drops.includes(`drop ${other.id}`), "and nothing of what was bought");
  assert.equal(await warned(page, url), true);

  await later(page, DAY);
  await open(page, url, "#/");
  assert.deepEqual((await shown(page)).filter((rule) => rule?.startsWith("win-back")), [], "a day later neither");
  await later(page, 3 * DAY);
  // The session has run out meanwhile; what the device knows has not.
  await signIn(page, url, "Fei");
  await open(page, url, "#/");
  const coupon = page.locator('[data-rule="win-back-coupon"]');
  await coupon.waitFor();
  assert.ok((await coupon.getAttribute("data-coupon"))?.length, "it is a coupon of the shop's CRM");
  // An order wins them back, and ends it.
  await order(page, url, second.id);
  await open(page, url, "#/");
  assert.deepEqual((await shown(page)).filter((rule) => rule?.startsWith("win-back")), []);
  assert.deepEqual(heard, []);
});

test("A6: who comes half as often as before is warned of, too", { timeout: 240_000 }, async (t) => {
  const open_ = await priced(t);
  const [item] = await goods();
  assert.ok(item);
  const { page, url, heard } = await visitor(open_);
  await page.clock.install();
  await allow(page, url);
  // A visit a week, for a quarter.
  for (let visit = 0; visit < 13; visit++) {
    await look(page, url, item.id);
    await later(page, 7 * DAY);
  }
  await look(page, url, item.id);
  assert.equal(await warned(page, url), false, "as often as ever");
  await later(page, 29 * DAY);
  await look(page, url, item.id);
  assert.equal(await warned(page, url), true);
  assert.deepEqual(heard, []);
});
