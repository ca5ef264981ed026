// The main job, end to end: a visitor's clicks change the shelves in their own page and arrive in the database, once each.

import assert from "node:assert/strict";
import test from "node:test";
import { given } from "../support/surroundings.mjs";
import { ids, shop, stored, visitor } from "./shop.mjs";

const PHONES = "Phones > Smartphones";

test("a visit from the first page to the rows in the database", async (t) => {
  const open = await shop(t, { site: given("TILLSIDE_SITE") });
  const { page, heard, url, context } = await visitor(open);

  await page.goto(url);
  const popular = await ids(page, "home");
  assert.equal(await page.locator('main [data-placement="home"]').first().getAttribute("data-fallback"), "popularity");
  assert.deepEqual(await stored(page), { databases: [], local: {}, session: {}, cookies: "" }, "nothing is kept before consent");

  await page.locator('[data-consent="all"]').click();
  await page.locator('[data-consent="all"]').waitFor({ state: "detached" });
  assert.deepEqual(await ids(page, "home"), popular, "consent alone changes nothing");

  await page.goto(`${url}#/c/${encodeURIComponent(PHONES)}`);
  await page.locator("main h1", { hasText: "Smartphones" }).waitFor();
  const phones = (await ids(page, "category")).slice(0, 3);
  assert.equal(phones.length, 3);
  for (const phone of phones) {
    await page.locator(`main [data-placement="category"] [data-id="${phone}"] a`).click();
    await page.locator(`main .product[data-id="${phone}"]`).waitFor();
    assert.ok(!(await ids(page, "product")).includes(phone), "like the phone, not the phone");
    await page.goBack();
    await page.locator("main h1", { hasText: "Smartphones" }).waitFor();
  }

  await page.goto(`${url}#/`);
  const personal = await ids(page, "home");
  assert.notDeepEqual(personal.slice(0, 6), popular.slice(0, 6), "three phones moved the shelf");
  const reasons = await page.locator('main [data-placement="home"] [data-code="viewed"]').allTextContents();
  assert.ok(reasons.length >= 3 && reasons.every((text) => text.startsWith("Because you viewed ")), `it says why: ${reasons}`);
  assert.deepEqual(new Set((await ids(page, "recent")).slice(0, 3)), new Set(phones));
  await page.locator('main [data-placement="home"]').first().scrollIntoViewIfNeeded();
  await page.waitForTimeout(500);

  const [phone = ""] = phones;
  await page.goto(`${url}#/p/${encodeURIComponent(phone)}`);
  await page.locator(`main .product[data-id="${phone}"] button[data-add="${phone}"]`).click();
  await page.goto(`${url}#/cart`);
  const complements = await ids(page, "cart");
  assert.ok(complements.length > 0 && !complements.includes(phone), "what goes with the phone, not the phone");

  await page.reload();
  await page.goto(`${url}#/`);
  assert.deepEqual(new Set((await ids(page, "recent")).slice(0, 3)), new Set(phones), "still remembered after a reload");
  await page.goto(`${url}#/cart`);
  await page.locator(`main [data-line="${phone}"]`).waitFor();

  // A page that is left sends what waits.
  await page.close();
  await context.close();
  const rows = await settled(open, (rows) => rows.some(({ event }) => event === "Cart Viewed"));
  const names = rows.map(({ event }) => event);
  assert.equal(new Set(rows.map(({ message_id }) => message_id)).size, rows.length);
  const viewed = rows.filter(({ event }) => event === "Product Viewed").map(({ message }) => message.properties.product_id);
  for (const each of phones) assert.ok(viewed.includes(each), `${each} was reported as viewed`);
  assert.equal(names.filter((name) => name === "Product Added").length, 1, "the phone was added once, and reported once");
  const shelf = rows.find(({ message }) => message.properties.list_id === "rec:home");
  assert.ok(shelf?.message.properties.request_id && shelf.message.properties.model_version, "a shelf that was seen names its model and list");
  assert.equal(new Set(rows.map(({ anonymous_id }) => anonymous_id)).size, 1);
  assert.deepEqual(heard, [], "nothing went wrong on the page");
});

test("the computers' page begins with what works with the phone and the watch that were looked at", async (t) => {
  const open = await shop(t, { site: given("TILLSIDE_SITE") });
  const { page, heard, url } = await visitor(open);
  await page.goto(url);
  await page.locator('[data-consent="all"]').click();
  for (const path of [PHONES, "Watches > Smartwatches"]) {
    await page.goto(`${url}#/c/${encodeURIComponent(path)}`);
    await page.locator('main [data-placement="category"] a[href*="lumero"]').first().click();
    await page.locator("main .product").waitFor();
  }
  await page.goto(`${url}#/c/Computers`);
  const shelf = page.locator("main section.shelf", { hasText: "Works with what you have" });
  await shelf.waitFor();
  assert.ok(await shelf.locator("[data-id]").count() > 2);
  const text = await shelf.innerText();
  assert.ok(text.includes("Lumero") && !text.includes("Vantro"), text);
  assert.deepEqual(heard, []);
});

/** Rows once they are as expected. @param {Awaited<ReturnType<typeof shop>>} open @param {(rows: ReturnType<typeof open.rows>) => boolean} ready */
async function settled(open, ready) {
  for (let tries = 0; tries < 50; tries++) {
    const rows = open.rows();
    if (ready(rows)) return rows;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return open.rows();
}
