// What the demo's pages say of themselves: an article leads to others on its subject, what is called similar is, and a product that a
// shopper's habits lift says so.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { given } from "../support/surroundings.mjs";
import { ids, shop, visitor } from "./shop.mjs";
import { allow, product } from "./members.mjs";

/** @type {{ id: string, type: string, about_categories?: string[] }[]} */
const content = readFileSync(join(given("TILLSIDE_SHOP"), "content.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line));
/** @type {{ id: string, product_type: string, availability: string, product_detail?: { attribute_name: string, attribute_value: string }[] }[]} */
const catalogue = readFileSync(join(given("TILLSIDE_SHOP"), "catalog.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line));

test("more to read after an article is about the same department, whichever the article is", { timeout: 240_000 }, async (t) => {
  const open = await shop(t);
  const departments = new Map(content.map(({ id, about_categories: [path] = [] }) => [id, path?.split(" > ")[0]]));
  const { page, heard, url } = await visitor(open);
  page.setDefaultTimeout(60_000);
  await allow(page, url);
  // Whoever eats oranges is not led to them from watches.
  await page.goto(`${url}/${product(catalogue.find(({ product_type }) => product_type === "Fresh > Fruit")?.id ?? "")}`);
  await page.locator("main .product").waitFor();
  let led = 0;
  for (const { id } of content.filter(({ type }) => type === "article" || type === "guide").filter((_, n) => n % 9 === 0).concat(content.filter(({ type }) => type === "article"))) {
    await page.goto(`${url}/#/read/${encodeURIComponent(id)}`);
    await page.locator(`main .read[data-id="${id}"]`).waitFor();
    const more = await page.locator('main [data-placement="content"] [data-id]').evaluateAll((cards) => cards.map((card) => card.getAttribute("data-id") ?? ""));
    assert.ok(!more.includes(id));
    assert.deepEqual([...new Set(more.map((one) => departments.get(one)))], more.length ? [departments.get(id)] : [], `${id}: ${more.join(" ")}`);
    led += Number(more.length > 0);
  }
  assert.ok(led >= 10, `${led} articles lead on`);
  assert.deepEqual(heard, []);
});

test("what is called similar to a product is of its kind, where the shop has others of it", { timeout: 120_000 }, async (t) => {
  const open = await shop(t);
  const { page, heard, url } = await visitor(open);
  page.setDefaultTimeout(60_000);
  const kinds = new Map(catalogue.map(({ id, product_type }) => [id, product_type]));
  for (const path of ["Kitchen > Kettles", "Computers > Tablets"]) {
    const [one] = catalogue.filter(({ product_type, availability }) => product_type === path && availability === "in_stock");
    await page.goto(`${url}/${product(one?.id ?? "")}`);
    await page.locator(`main .product[data-id="${one?.id}"]`).waitFor();
    const similar = await ids(page, "product");
    assert.ok(similar.length >= 4, similar.join(" "));
    assert.deepEqual([...new Set(similar.map((id) => kinds.get(id)))], [path]);
  }
  assert.deepEqual(heard, []);
});

test("a product that a shopper's habit lifts says which habit, not that the shop favours it", { timeout: 120_000 }, async (t) => {
  const open = await shop(t);
  for (const [locale, words] of /** @type {const} */ ([["en-GB", "Organic, as you often choose"], ["zh-CN", "您常选购有机商品"]])) {
    const { page, heard, url, context } = await visitor(open, { locale });
    page.setDefaultTimeout(60_000);
    await allow(page, url);
    const fruit = catalogue.filter(({ product_type, availability }) => product_type === "Fresh > Fruit" && availability === "in_stock");
    const organic = fruit.filter(({ product_detail = [] }) => product_detail.some(({ attribute_name, attribute_value }) => attribute_name === "organic" && attribute_value === "yes"));
    assert.ok(organic.length > 0);
    // The engine's own answer under a rule that decides the place, on the shop's own card.
    const said = await page.evaluate(async () => {
      const [till, shop, { card }] = await Promise.all([import(/** @type {any} */ ("/till.js")), import(/** @type {any} */ ("/shop.js")), import(/** @type {any} */ ("/card.js"))]);
      const { items } = till.recommend({ placement: "category", category: "Fresh > Fruit", limit: 24, rules: [{ where: { organic: "yes" }, boost: 4 }] });
      const goods = await shop.goods(items.map((/** @type {any} */ { id }) => id));
      return items.map((/** @type {any} */ item) => {
        const node = card(goods.get(item.id), { item, plain: false, chosen() {}, added() {} });
        return { id: item.id, code: item.reasons[0].code, text: node.querySelector(".reason")?.textContent ?? "" };
      });
    });
    const lifted = said.filter((/** @type {any} */ { code }) => code === "boosted");
    assert.ok(lifted.length > 0, "the rule lifted something");
    for (const { id, text } of lifted) {
      assert.ok(organic.some((one) => one.id === id), id);
      assert.equal(text, words);
    }
    assert.deepEqual(heard, []);
    await context.close();
  }
});

test("what the shop knows names brands in the language of the page", { timeout: 120_000 }, async (t) => {
  const open = await shop(t);
  const { page, heard, url } = await visitor(open, { locale: "zh-CN" });
  page.setDefaultTimeout(60_000);
  await allow(page, url);
  await page.goto(`${url}/${product("lumero-halo-14-5g-phone-256-gb-sky")}`);
  await page.locator("main .product").waitFor();
  await page.goto(`${url}/#/privacy`);
  const brand = page.locator('till-knowledge [data-kind="brand"] [part=what]').first();
  await brand.waitFor();
  assert.equal((await brand.innerText()).trim(), "鹿鸣");
  assert.deepEqual(heard, []);
});
