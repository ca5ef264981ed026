// The main job, end to end: a visitor's clicks change the shelves in their own page and arrive in the database, once each.

import assert from "node:assert/strict";
import test from "node:test";
import { given } from "../support/surroundings.mjs";
import { ids, settled, shop, stored, visitor } from "./shop.mjs";

/** @typedef {import("playwright-core").Page} Page */

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
  const lists = [await listed(page)];
  for (const phone of phones) {
    await page.locator(`main [data-placement="category"] [data-id="${phone}"] a`).click();
    await page.locator(`main .product[data-id="${phone}"]`).waitFor();
    assert.ok(!(await ids(page, "product")).includes(phone), "like the phone, not the phone");
    await page.goBack();
    await page.locator("main h1", { hasText: "Smartphones" }).waitFor();
    lists.push(await listed(page));
  }

  await page.goto(`${url}#/`);
  const personal = await ids(page, "home");
  assert.notDeepEqual(personal.slice(0, 6), popular.slice(0, 6), "three phones moved the shelf");
  const reasons = await page.locator('main [data-placement="home"] [data-code="viewed"]').allTextContents();
  assert.ok(reasons.length >= 3 && reasons.every((text) => text.startsWith("Because you viewed ")), `it says why: ${reasons}`);
  assert.deepEqual(new Set((await ids(page, "recent")).slice(0, 3)), new Set(phones));
  const seen = [await look(page, "home")];
  // What happens again within a second counts once; the phone is about to be looked at for a second time.
  await page.waitForTimeout(1100);

  const [phone = ""] = phones;
  await page.goto(`${url}#/p/${encodeURIComponent(phone)}`);
  await page.locator(`main .product[data-id="${phone}"] button[data-add="${phone}"]`).click();
  await page.goto(`${url}#/cart`);
  const complements = await ids(page, "cart");
  assert.ok(complements.length > 0 && !complements.includes(phone), "what goes with the phone, not the phone");
  seen.push(await look(page, "cart"));

  await page.reload();
  await page.locator(`main [data-line="${phone}"]`).waitFor();
  seen.push(await look(page, "cart"));
  await page.goto(`${url}#/`);
  assert.deepEqual(new Set((await ids(page, "recent")).slice(0, 3)), new Set(phones), "still remembered after a reload");

  // A page that is left sends what waits.
  await page.close();
  await context.close();
  const last = seen.at(-1)?.decision;
  const rows = (await settled(open, (rows) => rows.some(({ message }) => message.properties.request_id === last))).toSorted((one, other) => one.timestamp_ms - other.timestamp_ms);

  // A row has an id of its own in any case: that nothing came twice shows in what the rows say.
  const done = rows.filter(({ event }) => event !== "Product List Viewed").map(({ event, message }) => [event, message.properties.product_id ?? named(message)]);
  assert.deepEqual(done, [
    ...phones.flatMap((phone) => [["Product Clicked", phone], ["Product Viewed", phone]]),
    ["Product Viewed", phone],
    ["Product Added", phone],
    ["Cart Viewed", [phone]],
    ["Cart Viewed", [phone]],
  ]);
  const opened = rows.filter(({ message }) => message.properties.list_id === PHONES);
  assert.deepEqual(opened.map(({ message }) => named(message)), lists, "each time the category was opened, with what it showed");

  const impressions = rows.filter(({ event, message }) => event === "Product List Viewed" && message.properties.list_id.startsWith("rec:"));
  const decisions = impressions.map(({ message }) => message.properties.request_id);
  assert.deepEqual(decisions, [...new Set(decisions)], "a shelf is seen once");
  const shown = new Map(impressions.map(({ message }) => [message.properties.request_id, message]));
  for (const { placement, decision, products } of seen) {
    const message = shown.get(decision);
    assert.deepEqual(message && [message.properties.list_id, named(message)], [`rec:${placement}`, products], "a shelf that was seen is reported as it was");
    assert.ok(message.properties.model_version, "a shelf that was seen names its model");
  }
  for (const { message } of rows.filter(({ event }) => event === "Product Clicked")) {
    const { list_id, request_id, product_id } = message.properties;
    assert.equal(list_id, "rec:category");
    assert.ok(named(shown.get(request_id)).includes(product_id), "what was chosen stood on a list that was seen");
  }
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

/** The list of a category as far as it is drawn. @param {Page} page */
const listed = (page) => page.locator("main .list [data-id]").evaluateAll((cards) => cards.map((card) => card.getAttribute("data-id") ?? ""));

/** Looks at a shelf until the page has had the time to notice, and says what it was. @param {Page} page @param {string} placement */
async function look(page, placement) {
  const products = await ids(page, placement);
  const shelf = page.locator(`main section[data-placement="${placement}"]`).first();
  await shelf.scrollIntoViewIfNeeded();
  await page.evaluate(() => new Promise((noticed) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(noticed)))));
  const label = (await shelf.getAttribute("aria-labelledby")) ?? "";
  return { placement, decision: label.replace("shelf-", ""), products };
}

/** The products that a message names, in their order. @param {any} message @returns {string[]} */
const named = (message) => message.properties.products.map((/** @type {any} */ { product_id }) => product_id);
