// The main job, end to end: a visitor's clicks change the shelves in their own page and arrive in the database, once each.

import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { settled } from "../../e2e/shop.mjs";
import { allow, ids, NOTHING, stored, visit } from "../visit.mjs";

/** @typedef {import("../visit.mjs").Tab} Tab */

const PHONES = "Phones > Smartphones";

/** @type {Record<string, import("./index.mjs").Scenario>} */
export const scenarios = {
  async "a visit from the first page to the rows in the database"(t, browser) {
    const shop = await visit(t, browser);
    const { url } = shop;
    const tab = await shop.tab();
    await tab.goto(url);
    const popular = await ids(tab, "home");
    assert.equal((await tab.texts('main [data-placement="home"]', "data-fallback"))[0], "popularity");
    assert.deepEqual(await stored(tab), NOTHING, "nothing is kept before consent");
    await allow(tab);
    assert.deepEqual(await ids(tab, "home"), popular, "consent alone changes nothing");

    await tab.goto(`${url}#/c/${encodeURIComponent(PHONES)}`);
    await tab.there("main h1", "Smartphones");
    /** @type {string[]} */
    const phones = [];
    const lists = [await listed(tab)];
    while (phones.length < 3) {
      // A list shows one of a product's variants, and after a view perhaps another one.
      const phone = (await ids(tab, "category")).find((id) => !phones.some((viewed) => model(viewed) === model(id))) ?? "";
      phones.push(phone);
      await tab.click(`main [data-placement="category"] [data-id="${phone}"] a`);
      await tab.there(`main .product[data-id="${phone}"]`);
      assert.ok(!(await ids(tab, "product")).includes(phone), "like the phone, not the phone");
      await tab.back();
      await tab.there("main h1", "Smartphones");
      lists.push(await listed(tab));
    }

    await tab.goto(`${url}#/`);
    await tab.there('main [data-placement="home"] [data-code="viewed"]');
    const personal = await ids(tab, "home");
    assert.notDeepEqual(personal.slice(0, 6), popular.slice(0, 6), "three phones moved the shelf");
    const reasons = await tab.texts('main [data-placement="home"] [data-code="viewed"]');
    // The shelf says the reason of most, and cards what differs.
    // In the wording of the variation that the visitor is in.
    assert.ok(reasons.length > 0 && reasons.every((text) => /^Because (you viewed .+|of what you viewed)$/.test(text)), `it says why: ${reasons}`);
    assert.deepEqual(new Set((await ids(tab, "recent")).slice(0, 3)), new Set(phones));
    const seen = [await look(tab, "home")];
    // What happens again within a second counts once; the phone is about to be looked at for a second time.
    await wait(1100);

    const [phone = ""] = phones;
    await tab.goto(`${url}#/p/${encodeURIComponent(phone)}`);
    await tab.click(`main .product[data-id="${phone}"] button[data-add="${phone}"]`);
    await tab.goto(`${url}#/cart`);
    const complements = await ids(tab, "cart");
    assert.ok(complements.length > 0 && !complements.includes(phone), "what goes with the phone, not the phone");
    seen.push(await look(tab, "cart"));
    // So that the cart that is seen again is a second sight, however fast the machine is.
    await wait(1100);

    await tab.reload();
    await tab.there(`main [data-line="${phone}"]`);
    seen.push(await look(tab, "cart"));
    await tab.goto(`${url}#/`);
    assert.deepEqual(new Set((await ids(tab, "recent")).slice(0, 3)), new Set(phones), "still remembered after a reload");

    // A page that is left sends what waits.
    await tab.close();
    const last = seen.at(-1)?.decision;
    const rows = (await settled(shop, (rows) => rows.some(({ message }) => message.properties.request_id === last))).toSorted((one, other) => one.timestamp_ms - other.timestamp_ms);

    // A row has an id of its own in any case: that nothing came twice shows in what the rows say.
    const done = rows.filter(({ event }) => event !== "Product List Viewed" && event !== "Experiment Viewed").map(({ event, message }) => [event, message.properties.product_id ?? named(message)]);
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
    shop.quiet();
  },

  async "the computers' page begins with what works with the phone and the watch that were looked at"(t, browser) {
    const shop = await visit(t, browser);
    const tab = await shop.tab();
    await tab.goto(shop.url);
    await allow(tab);
    for (const path of [PHONES, "Watches > Smartwatches"]) {
      await tab.goto(`${shop.url}#/c/${encodeURIComponent(path)}`);
      await tab.there("main h1", path.split(" > ")[1]);
      await tab.click('main [data-placement="category"] a[href*="lumero"]');
      await tab.there("main .product");
    }
    await tab.goto(`${shop.url}#/c/Computers`);
    await tab.there("main section.shelf h2", "Works with what you viewed");
    const [shelf] = await tab.evaluate(() =>
      [...document.querySelectorAll("main section.shelf")]
        .filter((shelf) => shelf.querySelector("h2")?.textContent === "Works with what you viewed")
        .map((shelf) => ({ items: shelf.querySelectorAll("[data-id]").length, text: /** @type {HTMLElement} */ (shelf).innerText })),
    );
    assert.ok(shelf && shelf.items > 2);
    assert.ok(shelf.text.includes("Lumero") && !shelf.text.includes("Vantro"), shelf.text);
    shop.quiet();
  },
};

/** Brand, line and number of a phone, by its id. @param {string} id */
const model = (id) => id.split("-").slice(0, 3).join("-");

/** The list of a category as far as it is drawn. @param {Tab} tab */
const listed = (tab) => tab.texts("main .list [data-id]", "data-id");

/** Looks at a shelf until the page has had the time to notice, and says what it was. @param {Tab} tab @param {string} placement */
async function look(tab, placement) {
  const products = await ids(tab, placement);
  const shelf = `main section[data-placement="${placement}"]`;
  await tab.evaluate((shelf) => {
    document.querySelector(shelf)?.scrollIntoView({ block: "center", behavior: "instant" });
    return new Promise((noticed) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(noticed))));
  }, shelf);
  // A glance is none: a second, and what a busy machine takes to notice.
  await wait(1500);
  const [label = ""] = await tab.texts(shelf, "aria-labelledby");
  return { placement, decision: label.replace("shelf-", ""), products };
}

/** The products that a message names, in their order. @param {any} message @returns {string[]} */
const named = (message) => message.properties.products.map((/** @type {any} */ { product_id }) => product_id);
