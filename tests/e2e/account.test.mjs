// A member of the demo shop: registers, orders, sees what it brought, cancels, and has the account deleted.

import assert from "node:assert/strict";
import test from "node:test";
import { ids, shop, visitor } from "./shop.mjs";

/** @param {import("playwright-core").Page} page @param {string} name */
async function register(page, name) {
  await page.getByLabel("What shall we call you?").fill(name);
  await page.locator("#register").getByLabel("Login").fill(name.toLowerCase());
  await page.locator("#register").getByLabel("Password").fill("correct horse");
  await page.locator("#register").getByRole("button", { name: "Register" }).click();
  await page.getByRole("heading", { level: 1, name: `Hello, ${name}` }).waitFor();
}

test("a member registers, orders, sees tier, points and order, and a cancelled order takes its points back", { timeout: 90_000 }, async (t) => {
  const open = await shop(t);
  const { page, heard, url } = await visitor(open);
  await page.goto(`${url}/#/account`);
  await register(page, "Lin");
  await page.locator("#account-standing").getByRole("progressbar").waitFor();
  assert.match((await page.locator("#account-points").textContent()) ?? "", /Points: 0/);

  await page.goto(`${url}/#/`);
  const [first = ""] = await ids(page, "home");
  await page.goto(`${url}/#/p/${encodeURIComponent(first)}`);
  await page.getByRole("button", { name: "Add to cart" }).first().click();
  await page.goto(`${url}/#/checkout`);
  await page.locator("#place-order").click();
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForURL(/#\/order\//);

  await page.goto(`${url}/#/account`);
  const orders = page.locator("#account-orders");
  await orders.getByText("on its way").waitFor();
  assert.doesNotMatch((await page.locator("#account-points h2").textContent()) ?? "", /Points: 0$/);
  await orders.getByRole("button", { name: "Cancel the order" }).click();
  await orders.getByText("cancelled").waitFor();
  await page.getByRole("heading", { name: "Points: 0" }).waitFor();

  page.once("dialog", (dialog) => dialog.accept());
  await page.locator("#erase").click();
  await page.getByRole("heading", { name: "Register" }).waitFor();
  assert.deepEqual(heard, []);
});

test("the account speaks Chinese to who does, and fits a telephone", { timeout: 60_000 }, async (t) => {
  const open = await shop(t);
  const { page, heard, url } = await visitor(open, { locale: "zh-CN", viewport: { width: 390, height: 844 } });
  await page.goto(`${url}/#/account`);
  await page.getByRole("heading", { level: 1, name: "我的账户" }).waitFor();
  const text = (await page.locator("main").textContent()) ?? "";
  assert.doesNotMatch(text, /[a-z]{2,} [a-z]{2,}/i);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing scrolls sideways");
  assert.deepEqual(heard, []);
});
