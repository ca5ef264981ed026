// Offers as a member meets them: a coupon of the CRM with an end that nothing moves, the same on every device.

import assert from "node:assert/strict";
import test from "node:test";
import { DAY, HOUR, allow, front, look, member, open, order, product, shown, signIn } from "./members.mjs";
import { shop, visitor } from "./shop.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** The coupon on the page: its code and its end. @param {Page} page */
async function coupon(page) {
  const card = page.locator("main .action[data-coupon]");
  await card.locator("time").waitFor();
  return { code: await card.getAttribute("data-coupon"), ends: await card.locator("time").getAttribute("datetime") };
}

/** A member who has ordered, two days later: nothing else is on offer then. @param {import("node:test").TestContext} t @param {string} name */
async function hesitant(t, name) {
  const open_ = await shop(t, { args: ["--crm-time-travel"] });
  const visit = await visitor(open_);
  const { page, url } = visit;
  await page.clock.install();
  await member(page, url, name);
  const [first = "", second = ""] = await front(page, url);
  await order(page, url, second);
  await page.clock.fastForward(2 * DAY);
  await page.reload();
  return { ...visit, open: open_, item: first };
}

test("A3: who views an item three times without ordering gets a timed coupon that cannot be re-rolled, ends on time and stops at the purchase", { timeout: 300_000 }, async (t) => {
  const { page, url, heard, item, open: server, context } = await hesitant(t, "Bo");
  for (let n = 1; n <= 2; n++) {
    await look(page, url, item);
    assert.deepEqual(await shown(page), [], `look ${n}`);
  }
  // Reassurance comes first, and the coupon where that was not enough.
  await look(page, url, item);
  assert.deepEqual(await shown(page), ["hesitation-reassure"]);
  await open(page, url, product(item));
  await page.locator('[data-rule="hesitation-coupon"]').waitFor();
  const first = await coupon(page);
  const minted = await page.evaluate(() => Date.now());
  const lasts = Date.parse(first.ends ?? "") - minted;
  assert.ok(lasts > 2 * HOUR - 60_000 && lasts <= 2 * HOUR, `it lasts two hours, not ${lasts} ms`);

  // A reload, another tab and another device of the member: the same coupon, the same end.
  await page.clock.fastForward(HOUR / 2);
  await page.reload();
  assert.deepEqual(await coupon(page), first);
  const left = (await page.locator("main .countdown").textContent()) ?? "";
  assert.match(left, /^01:(2\d:\d\d|30:00)$/, "the countdown goes on where it was");
  const tab = await context.newPage();
  await tab.clock.install({ time: await page.evaluate(() => Date.now()) });
  await tab.goto(`${url}/${product(item)}`);
  assert.deepEqual(await coupon(tab), first);
  await tab.close();
  const other = await visitor(server);
  await other.page.clock.install({ time: await page.evaluate(() => Date.now()) });
  await allow(other.page, url);
  await signIn(other.page, url, "Bo");
  for (const hash of [product(item), "#/cart", "#/"]) {
    await open(other.page, url, hash);
    assert.deepEqual(await coupon(other.page), first, hash);
  }

  // More looks bring no second coupon.
  await look(page, url, item);
  assert.deepEqual(await coupon(page), first);
  const wallet = () => page.evaluate(async () => (await (await fetch("/crm/v1/me/coupons")).json()).map((/** @type {any} */ { campaign }) => campaign));
  assert.equal((await wallet()).filter((/** @type {string} */ campaign) => campaign === "hesitation").length, 1);

  // The purchase uses it, and ends the offer everywhere.
  await page.clock.fastForward(2_000);
  await page.locator(`main .product button[data-add="${item}"]`).click();
  await page.locator("main .product .added a").waitFor();
  await page.goto(`${url}/#/checkout`);
  await page.locator("#place-order").click();
  await page.waitForURL(/#\/order\//);
  for (const hash of [product(item), "#/cart", "#/"]) {
    await open(page, url, hash);
    assert.equal(await page.locator("main .action.offer").count(), 0, hash);
  }
  await other.page.reload();
  await open(other.page, url, product(item));
  assert.equal(await other.page.locator("main .action.offer").count(), 0, "on the other device");
  assert.deepEqual([...heard, ...other.heard], []);
});

test("A3: the coupon is gone at its end, on a page that stays open and on one that is loaded again", { timeout: 300_000 }, async (t) => {
  const { page, url, heard, item } = await hesitant(t, "Ai");
  for (let n = 1; n <= 4; n++) await look(page, url, item);
  const first = await coupon(page);
  const left = Date.parse(first.ends ?? "") - (await page.evaluate(() => Date.now()));
  await page.clock.fastForward(left - 5_000);
  assert.deepEqual(await coupon(page), first, "five seconds before its end");
  await page.clock.runFor(7_000);
  await page.locator("main .action[data-coupon]").waitFor({ state: "detached" });
  await page.reload();
  await open(page, url, product(item));
  assert.equal(await page.locator("main .action[data-coupon]").count(), 0);
  // No further look brings another.
  for (let n = 1; n <= 3; n++) await look(page, url, item);
  assert.equal(await page.locator("main .action[data-coupon]").count(), 0);
  assert.deepEqual(heard, []);
});
