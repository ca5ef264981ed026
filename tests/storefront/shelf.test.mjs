// `tillside/shelf` on a page: from the question to the click, without the page moving under the shopper's eyes.

import assert from "node:assert/strict";
import test from "node:test";
import { opened } from "./page.mjs";

const SHELF = `
  import { shelf } from "tillside/shelf";
  const make = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
  window.drawn = [];
  const draw = ({ id, title }, item, text) => {
    const card = make("li", title + ": " + text);
    card.dataset.id = id;
    return card;
  };
  const onDraw = ({ items, status }) => window.drawn.push([items.map(({ id }) => id), status.decision, status.fallback]);
  const put = (selector, request, more) => shelf(document.querySelector(selector), request, { load, draw, placeholder: () => make("li", "…"), onDraw, ...more });
`;
/** What a server would have put in the place of the shelf. */
const SERVED = `<ul id="one">${"<li>…</li>".repeat(6)}</ul>`;
const LATER = `window.till = tillside(options);`;

/** @param {import("playwright-core").Page} page @param {string} selector */
const cards = (page, selector) => page.locator(`${selector} > li[data-id]`).evaluateAll((list) => list.map((card) => /** @type {HTMLElement} */ (card).dataset.id));

test("a shelf is asked before the engine is there, drawn in order, and moves nothing", async (t) => {
  const { page, heard } = await opened(t, `${SHELF} put("#one", { placement: "home", limit: 6 }); ${LATER}`, `${SERVED}<p>below</p>`);
  await page.locator("#one > li[data-id]").first().waitFor();
  const [[ids]] = await page.evaluate(() => /** @type {any} */ (window).drawn);
  assert.equal(ids.length, 6);
  assert.deepEqual(await cards(page, "#one"), ids);
  assert.equal(await page.evaluate(() => /** @type {any} */ (window).shifts), 0);
  assert.equal(await page.locator("#one").getAttribute("aria-busy"), null);
  assert.deepEqual(heard, []);
});

test("the shelves of a page load their products with one call, and each product once", async (t) => {
  const script = `${SHELF} put("#one", { placement: "home", limit: 6 }); put("#two", { placement: "home", limit: 9 }); ${LATER}
    window.third = () => put("#three", { placement: "home", limit: 4 });`;
  const { page } = await opened(t, script, `<ul id="one"></ul><ul id="two"></ul><ul id="three"></ul>`);
  await page.locator("#one > li[data-id]").first().waitFor();
  await page.locator("#two > li[data-id]").first().waitFor();
  const loads = await page.evaluate(() => /** @type {any} */ (window).loads);
  assert.deepEqual(loads.map((/** @type {string[]} */ ids) => [ids.length, new Set(ids).size]), [[9, 9]]);
  await page.evaluate(() => /** @type {any} */ (window).third());
  await page.locator("#three > li[data-id]").first().waitFor();
  assert.equal((await page.evaluate(() => /** @type {any} */ (window).loads)).length, 1, "from what was loaded before");
});

test("a list is seen when half of it showed for a second, once, and a click on a card is a click on its item", async (t) => {
  const script = `${SHELF} put("#one", { placement: "home", limit: 6 }); ${LATER}`;
  const { page, sent, reported } = await opened(t, script, `<div class="tall"></div><ul id="one"></ul><div class="tall"></div>`);
  await page.locator("#one > li[data-id]").first().waitFor();
  await page.waitForTimeout(1500);
  await sent();
  assert.equal(reported("Product List Viewed").length, 0, "below the window");
  const scroll = (/** @type {number} */ y) => page.evaluate((y) => scrollTo(0, y), y);
  // A glance.
  await scroll(2800);
  await page.waitForTimeout(300);
  await scroll(0);
  await page.waitForTimeout(1200);
  await sent();
  assert.equal(reported("Product List Viewed").length, 0, "too short a look");
  for (const y of [2800, 0, 2800]) {
    await scroll(y);
    await page.waitForTimeout(1400);
  }
  await page.locator("#one > li").nth(2).click();
  await sent();
  const [[ids, decision]] = await page.evaluate(() => /** @type {any} */ (window).drawn);
  const seen = reported("Product List Viewed");
  assert.deepEqual(seen.map(({ message }) => message.properties.products.map((/** @type {any} */ { product_id }) => product_id)), [ids]);
  const clicked = reported("Product Clicked");
  assert.deepEqual(clicked.map(({ message }) => [message.properties.product_id, message.properties.position]), [[ids[2], 3]]);
  assert.ok(JSON.stringify(clicked).includes(decision));
});

test("a cart that changed asks again without a page view, and what is in the cart is not on the list", async (t) => {
  const script = `${SHELF} put("#one", { placement: "home", limit: 6 }); ${LATER}`;
  const { page } = await opened(t, script, `${SERVED}<p>below</p>`);
  await page.locator("#one > li[data-id]").first().waitFor();
  const [first] = await cards(page, "#one");
  await page.evaluate((id) => /** @type {any} */ (window).till.track("Product Viewed", { product_id: id }), first);
  await page.waitForTimeout(300);
  assert.equal((await page.evaluate(() => /** @type {any} */ (window).drawn)).length, 1, "a view changes nothing under the reader's eyes");
  await page.evaluate((id) => /** @type {any} */ (window).till.track("add_to_cart", { items: [{ item_id: id }] }), first);
  await page.waitForFunction(() => /** @type {any} */ (window).drawn.length === 2);
  assert.ok(!(await cards(page, "#one")).includes(first));
  assert.equal(await page.evaluate(() => /** @type {any} */ (window).shifts), 0);
});

test("withdrawn consent takes the personal list off the page, in another tab too", async (t) => {
  const { page } = await opened(t, `${SHELF} put("#one", { placement: "home", limit: 6 }); ${LATER}`, `<ul id="one"></ul>`);
  await page.locator("#one > li[data-id]").first().waitFor();
  const [first] = await cards(page, "#one");
  await page.evaluate((id) => /** @type {any} */ (window).till.track("Product Viewed", { product_id: id }), first);
  await page.reload();
  await page.waitForFunction(() => document.querySelector("#one")?.getAttribute("data-personal") === "true");
  const other = await page.context().newPage();
  await other.goto(page.url());
  await other.waitForFunction(() => document.querySelector("#one")?.getAttribute("data-personal") === "true");
  await other.evaluate(() => /** @type {any} */ (window).till.consent({ personalisation: false, measurement: false }));
  for (const tab of [other, page]) await tab.waitForFunction(() => document.querySelector("#one")?.getAttribute("data-personal") === "false");
});

test("where products cannot be loaded the page keeps what it had, and hears why", async (t) => {
  const script = `${SHELF} window.errors = []; put("#one", { placement: "home", limit: 3 }, { load: async () => { throw new Error("no shop") }, onError: ({ message }) => window.errors.push(message) }); ${LATER}`;
  const { page, heard } = await opened(t, script, `<ul id="one"><li>what the server wrote</li></ul>`);
  await page.waitForFunction(() => /** @type {any} */ (window).errors.length === 1);
  assert.equal(await page.locator("#one").textContent(), "what the server wrote");
  assert.deepEqual(heard, []);
});

test("no reason calls an item by its id; by its name as soon as somebody knows it", async (t) => {
  const script = `${SHELF} put("#one", { placement: "home", limit: 6 }); window.till = tillside({ ...options, locale: "en", title: window.name ? async (id) => "The " + id.length : undefined });`;
  const { page } = await opened(t, script, `<ul id="one"></ul>`);
  await page.locator("#one > li[data-id]").first().waitFor();
  const [first = ""] = await cards(page, "#one");
  await page.evaluate((id) => /** @type {any} */ (window).till.track("Product Viewed", { product_id: id }), first);
  await page.reload();
  await page.locator("#one > li[data-id]").first().waitFor();
  const texts = await page.locator("#one > li").allTextContents();
  assert.ok(texts.some((text) => text.endsWith(": Because of what you viewed")), `${texts}`);
  assert.ok(texts.every((text) => !text.split(": ")[1]?.includes(first)), `${texts}`);
  await page.evaluate(() => (window.name = "names"));
  await page.reload();
  await page.locator("#one > li[data-id]").first().waitFor();
  const named = await page.locator("#one > li").allTextContents();
  assert.ok(named.some((text) => text.endsWith(`: Because you viewed The ${first.length}`)), `${named}`);
});
