// Triggers as a new member meets them: the welcome series and the first-order coupon. Timed coupons are in `offers.test.mjs`.

import assert from "node:assert/strict";
import test from "node:test";
import { ids, shop, visitor } from "./shop.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** @param {Page} page @param {string} url @param {string} name */
async function member(page, url, name) {
  await page.goto(`${url}/#/`);
  await page.getByRole("button", { name: "Allow personalisation and measurement" }).click();
  await page.locator("#consent button").first().waitFor({ state: "hidden" });
  await page.goto(`${url}/#/account`);
  await page.getByLabel("What shall we call you?").fill(name);
  await page.locator("#register").getByLabel("Login").fill(name.toLowerCase());
  await page.locator("#register").getByLabel("Password").fill("correct horse");
  await page.locator("#register").getByRole("button", { name: "Register" }).click();
  await page.getByRole("heading", { level: 1, name: `Hello, ${name}` }).waitFor();
}

/** The rules whose actions are on the page. @param {Page} page */
const shown = (page) => page.locator("main .action").evaluateAll((nodes) => nodes.map((node) => node.getAttribute("data-rule")));

/** Opens a page of the shop anew, as a visit to it would. @param {Page} page @param {string} url @param {string} hash */
async function open(page, url, hash) {
  await page.goto(`${url}/#/c`);
  await page.goto(`${url}/${hash}`);
  await page.locator("main .actions").waitFor({ state: "attached" });
}

/** @param {Page} page @param {string} url */
async function order(page, url) {
  await page.goto(`${url}/#/checkout`);
  await page.locator("#place-order").click();
  await page.waitForURL(/#\/order\//);
}

test("A9: who registers is welcomed, gets the first-order coupon, and never again after the first order", { timeout: 120_000 }, async (t) => {
  const open_ = await shop(t);
  const { page, heard, url } = await visitor(open_);
  await member(page, url, "Mei");
  await open(page, url, "#/");
  await page.locator('[data-rule="welcome"]').waitFor();
  await open(page, url, "#/");
  await page.locator('[data-rule="first-order"]').waitFor();
  await page.goto(`${url}/#/account`);
  await page.locator("#account-coupons .coupon").first().waitFor();

  // Enough for the coupon's threshold.
  await page.goto(`${url}/#/`);
  for (const id of (await ids(page, "home")).slice(0, 4)) {
    await page.goto(`${url}/#/p/${encodeURIComponent(id)}`);
    await page.locator(`main .product[data-id="${id}"]`).waitFor();
    await page.getByRole("button", { name: "Add to cart" }).first().click();
    await page.waitForTimeout(1100);
  }
  await order(page, url);
  await page.goto(`${url}/#/account`);
  await page.locator("#account-orders").getByText("on its way").waitFor();
  for (const hash of ["#/", "#/account", "#/"]) {
    await page.goto(`${url}/#/c`);
    await page.goto(`${url}/${hash}`);
    await page.locator("main .actions").waitFor({ state: "attached" });
    assert.ok(!(await shown(page)).includes("first-order"), hash);
  }
  assert.deepEqual(heard, []);
});
