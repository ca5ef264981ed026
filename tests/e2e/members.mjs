// Members of the demo shop, as tests of scenarios begin with them.

import { ids } from "./shop.mjs";

/** @typedef {import("playwright-core").Page} Page */

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** Allows all that the shop asks for. @param {Page} page @param {string} url */
export async function allow(page, url) {
  await page.goto(`${url}/#/`);
  await page.locator('[data-consent="all"]').click();
  await page.locator('[data-consent="all"]').waitFor({ state: "detached" });
}

/** Allows all, and registers. @param {Page} page @param {string} url @param {string} name */
export async function member(page, url, name) {
  await allow(page, url);
  await page.goto(`${url}/#/account`);
  const form = page.locator("#register");
  await form.locator('[name="name"]').fill(name);
  await form.locator('[name="login"]').fill(name.toLowerCase());
  await form.locator('[name="secret"]').fill("correct horse");
  await form.locator("button").click();
  await page.locator("#account-standing").waitFor();
}

/** Signs in, on a device that allowed all. @param {Page} page @param {string} url @param {string} name */
export async function signIn(page, url, name) {
  await page.goto(`${url}/#/account`);
  const form = page.locator("#sign-in");
  await form.locator('[name="login"]').fill(name.toLowerCase());
  await form.locator('[name="secret"]').fill("correct horse");
  await form.locator("button").click();
  await page.locator("#account-standing").waitFor();
}

/** The rules whose actions are on the page. @param {Page} page */
export const shown = (page) => page.locator("main .action").evaluateAll((nodes) => nodes.map((node) => node.getAttribute("data-rule")));

/** Opens a page of the shop anew, as a visit to it would. @param {Page} page @param {string} url @param {string} hash */
export async function open(page, url, hash) {
  await page.goto(`${url}/#/c`);
  await page.locator("main .departments, main h1").first().waitFor();
  await page.goto(`${url}/${hash}`);
  await page.locator("main .actions").waitFor({ state: "attached" });
}

/** @param {string} id */
export const product = (id) => `#/p/${encodeURIComponent(id)}`;

/** Looks at a product; two looks within a second would count as one. @param {Page} page @param {string} url @param {string} id */
export async function look(page, url, id) {
  await page.clock.fastForward(2_000);
  await open(page, url, product(id));
  await page.locator(`main .product[data-id="${id}"]`).waitFor();
}

/** Puts products into the cart and orders them. @param {Page} page @param {string} url @param {...string} items */
export async function order(page, url, ...items) {
  for (const id of items) {
    await look(page, url, id);
    await page.locator(`main .product button[data-add="${id}"]`).click();
    await page.locator("main .product .added a").waitFor();
  }
  await page.clock.fastForward(2_000);
  await page.goto(`${url}/#/checkout`);
  await page.locator("#place-order").click();
  await page.waitForURL(/#\/order\//);
  await page.locator("main .ordered").waitFor();
}

/** A later day on this device: the page is loaded again. @param {Page} page @param {number} ms */
export async function later(page, ms) {
  // A product that stays open all that time would have been read.
  await page.evaluate(() => (location.hash = "#/c"));
  await page.locator("main .product").waitFor({ state: "detached" });
  await page.clock.fastForward(ms);
  await page.reload();
  await page.locator("main *").first().waitFor();
}

/** What a category lists. @param {Page} page @param {string} url @param {string} path */
export async function listing(page, url, path) {
  await page.goto(`${url}/#/c/${encodeURIComponent(path)}`);
  // The front page has shelves of categories, too.
  await page.locator("main .hero").waitFor({ state: "detached" });
  return ids(page, "category");
}

/** What the front page shows first. @param {Page} page @param {string} url */
export async function front(page, url) {
  await page.goto(`${url}/#/c`);
  await page.goto(`${url}/#/`);
  return ids(page, "home");
}
