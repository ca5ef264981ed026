// What the shop knows of its shopper, as the shopper sees it: a tag and why, a deletion that lasts, a copy, and the way out.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { given } from "../support/surroundings.mjs";
import { ids, said, shop, stored, visitor } from "./shop.mjs";

/** @typedef {import("playwright-core").Page} Page */

const DAY = 86_400_000;

/** Ids of a department, the dearest of their kind first. @param {string} department */
async function dearest(department) {
  const lines = (await readFile(join(given("TILLSIDE_SHOP"), "catalog.jsonl"), "utf8")).trim().split("\n");
  const all = lines.map((line) => JSON.parse(line));
  const price = (/** @type {any} */ item) => parseFloat(item.sale_price || item.price);
  const mine = all.filter(({ product_type, availability }) => product_type.startsWith(`${department} > `) && availability !== "out_of_stock");
  const place = (/** @type {any} */ item) => {
    const kind = mine.filter(({ product_type }) => product_type === item.product_type);
    return kind.length > 2 ? kind.filter((other) => price(other) < price(item)).length / (kind.length - 1) : 0;
  };
  return mine.sort((a, b) => place(b) - place(a)).map(({ id }) => String(id));
}

/** @param {Page} page @param {string} url @param {string} id */
async function look(page, url, id) {
  await page.goto(`${url}#/p/${encodeURIComponent(id)}`);
  await page.locator(`main .product[data-id="${id}"]`).waitFor();
}

/** @param {Page} page @param {string} url */
async function privacy(page, url) {
  await page.goto(`${url}#/privacy`);
  await page.locator("#know [part=group], #know [part~=nothing]").first().waitFor();
}

/** What is told under a kind. @param {Page} page @param {string} kind */
const told = (page, kind) => page.locator(`#know [data-kind="${kind}"] [part=what]`).allTextContents();

test("premium kitchen and imported food make a tag that its shopper sees, understands and deletes for good", async (t) => {
  const open = await shop(t);
  const { page, heard, url } = await visitor(open);
  await page.goto(url);
  await page.locator('[data-consent="all"]').click();
  await page.locator('[data-consent="all"]').waitFor({ state: "detached" });
  const kitchen = (await dearest("Kitchen")).slice(0, 3);
  const imported = (await dearest("Imported Food")).slice(0, 3);
  for (const id of kitchen) await look(page, url, id);
  await privacy(page, url);
  assert.deepEqual(await told(page, "tag"), [], "the kitchen alone is no tag");
  for (const id of imported) await look(page, url, id);
  await privacy(page, url);
  assert.deepEqual(await told(page, "tag"), ["Quality-of-life seeker"]);

  const fact = page.locator('#know [data-kind="tag"]');
  await fact.locator("summary").click();
  const why = await fact.locator("details p").allTextContents();
  assert.ok(why.some((line) => /in Kitchen is dearer than (6[5-9]|[7-9]\d|100) % of its kind/.test(line)), why.join("\n"));
  assert.ok(why.some((line) => line.includes("Imported Food")), why.join("\n"));
  assert.ok(!/[{}[\]"]|[0-9a-f]{12}/.test(await said(page.locator("#know"))), "words, and no data");

  await fact.getByRole("button", { name: "Delete Quality-of-life seeker" }).click();
  await fact.waitFor({ state: "detached" });
  // It stays away on later pages and days, whatever its rule says.
  for (const days of [1, 179]) {
    await page.clock.setFixedTime(Date.now() + days * DAY);
    await page.reload();
    await look(page, url, kitchen[0] ?? "");
    await privacy(page, url);
    assert.deepEqual(await told(page, "tag").then((tags) => tags.filter((tag) => tag.startsWith("Quality"))), [], `${days} days later`);
  }
  assert.deepEqual(heard, []);
});

test("a shopper turns personalisation off, asks for a copy and is forgotten", async (t) => {
  const open = await shop(t);
  const { page, heard, url } = await visitor(open);
  await page.goto(url);
  const popular = await ids(page, "home");
  await page.locator('[data-consent="all"]').click();
  await page.locator('[data-consent="all"]').waitFor({ state: "detached" });
  const [first = "", second = ""] = await dearest("Kitchen");
  await look(page, url, first);
  await look(page, url, second);
  await privacy(page, url);
  assert.equal((await told(page, "item")).length, 2);
  const [category = ""] = await told(page, "category");

  await page.locator('#know [data-kind="category"]').first().getByRole("button").click();
  await page.waitForFunction((category) => ![...(document.querySelector("#know")?.shadowRoot?.querySelectorAll('[data-kind="category"] [part=what]') ?? [])].some((node) => node.textContent === category), category);
  await page.reload();
  await page.locator("#know [part=group]").first().waitFor();
  assert.ok(!(await told(page, "category")).includes(category), "what was deleted stays deleted on the next page");

  await page.locator("#export").click();
  const copy = JSON.parse((await page.locator(".privacy pre").textContent()) ?? "");
  assert.deepEqual(copy.portrait.recent.map((/** @type {any} */ viewed) => viewed.id), [second, first]);
  assert.ok(copy.portrait.behaviour.visits >= 1 && copy.portrait.transactions.orders === 0);

  await page.locator("#allow-personalisation").uncheck();
  await page.locator("#know [part~=nothing]").waitFor();
  assert.match(await said(page.locator("#know")), /personalisation is not allowed/);
  await page.goto(`${url}#/`);
  assert.deepEqual(await ids(page, "home"), popular, "the lists are full, and everybody's");

  await privacy(page, url);
  await page.locator("#forget").click();
  await page.locator("#forget-sure").click();
  await page.locator("#forget").waitFor();
  await page.locator("#allow-measurement").uncheck();
  await page.locator("#allow-experiment").uncheck();
  await page.waitForFunction(async () => (await indexedDB.databases()).length === 0);
  assert.deepEqual(Object.keys((await stored(page)).local), [], "nothing is left");
  assert.deepEqual(heard, []);
});

test("who comes back to a product a third time gets a word on it, and none once it is bought", async (t) => {
  const open = await shop(t);
  const { page, heard, url } = await visitor(open);
  await page.goto(url);
  await page.locator('[data-consent="all"]').click();
  await page.locator('[data-consent="all"]').waitFor({ state: "detached" });
  const [id = "", other = ""] = await dearest("Kitchen");
  const notes = [];
  for (let n = 0; n < 3; n++) {
    await look(page, url, id);
    // A note, or the action that says it in its place.
    notes.push(await page.locator('.hesitant, main .action[data-rule^="hesitation"]').count());
    await look(page, url, other);
    // What happens again within a second counts once.
    await page.waitForTimeout(1100);
  }
  assert.deepEqual(notes, [0, 0, 1]);
  await look(page, url, id);
  await page.locator(`button[data-add="${id}"]`).click();
  await page.goto(`${url}#/checkout`);
  await page.locator("#place-order").click();
  await page.locator("main h1", { hasText: "Thank you" }).waitFor();
  await look(page, url, id);
  assert.equal(await page.locator(".hesitant").count(), 0);
  assert.deepEqual(heard, []);
});

test("the console shows the shopper as a person wants to look at it, in either language and on a telephone", async (t) => {
  const open = await shop(t);
  for (const [locale, width] of /** @type {const} */ ([["en-GB", 1280], ["zh-CN", 390]])) {
    const { page, heard, url, context } = await visitor(open, { locale, viewport: { width, height: 844 } });
    await page.goto(`${url}?console`);
    await page.locator('[data-consent="all"]').click();
    await page.locator('[data-consent="all"]').waitFor({ state: "detached" });
    for (const id of (await dearest("Kitchen")).slice(0, 3)) await look(page, `${url}?console`, id);
    await page.locator("#tab-shopper").click();
    const panel = page.locator("#console-panel");
    await panel.locator(".timeline .mark").first().waitFor();
    const text = await panel.innerText();
    assert.match(text, locale === "zh-CN" ? /意图[\s\S]*厨房/ : /Intent[\s\S]*Kitchen/);
    assert.ok(!/[{}[\]"]|[0-9a-f]{12}|undefined|NaN/.test(text), text);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "nothing is cut off");
    assert.deepEqual(heard, []);
    await context.close();
  }
});
