// Buying together: a group is started on a product's page, joined by its link from another device, and its price taken at the
// checkout; in both languages, wide and on a telephone. Groups are the CRM's, ends by its clock.

import assert from "node:assert/strict";
import test from "node:test";
import { said, settled, shop, visitor } from "./shop.mjs";
import { HOUR, member, open as visit, product } from "./members.mjs";

/** Of the demo's settings: two members, 15 % off, within a day. */
const KETTLE = "norhaven-skerry-electric-kettle-1-7-l-white";
const PRICE = 269;
const TOGETHER = "228.65";

const WORDS = {
  en: { start: "Start a group", join: "Join", order: "Order at the group price", invited: "You were invited", signIn: "Sign in to start a group", closed: "full or over", waits: "1 of 2 members", complete: "Your group is complete" },
  zh: { start: "我来开团", join: "参团", order: "按团购价下单", invited: "您受邀", signIn: "登录后即可", closed: "已满或已结束", waits: "1/2", complete: "拼团成功" },
};

/** @typedef {import("playwright-core").Page} Page */

/** @param {Page} page */
const box = (page) => page.locator("main .group-buy");

/** @param {Page} page @param {string} state */
const reached = (page, state) => page.locator(`main .group-buy[data-state="${state}"]`).waitFor();

for (const [language, words, width] of /** @type {const} */ ([["en", WORDS.en, 1280], ["zh", WORDS.zh, 390]])) {
  test(`two members meet in a group and each orders one for less (${language}, ${width} px)`, { timeout: 300_000 }, async (t) => {
    const served = await shop(t);
    const options = { locale: language === "zh" ? "zh-CN" : "en-GB", viewport: { width, height: 900 } };
    const [guest, first, second, third] = await Promise.all([0, 1, 2, 3].map(() => visitor(served, options)));
    assert.ok(guest && first && second && third);
    const { url } = served;
    for (const { page } of [guest, first, second, third]) page.setDefaultTimeout(60_000);

    // A guest sees the terms and whom they are for.
    await guest.page.goto(`${url}/${product(KETTLE)}`);
    await reached(guest.page, "guest");
    assert.match((await said(box(guest.page))).replaceAll(",", ""), new RegExp(`${TOGETHER}[^]*${PRICE}|${PRICE}[^]*${TOGETHER}`));
    await box(guest.page).getByText(words.signIn).waitFor();

    await member(first.page, url, "Anna");
    await visit(first.page, url, product(KETTLE));
    await box(first.page).getByRole("button", { name: words.start }).click();
    await reached(first.page, "open");
    assert.match(await said(box(first.page)), new RegExp(words.waits));
    assert.match(await box(first.page).getByRole("timer").innerText(), /^(23:59:\d\d|24:00:00)$/);
    const link = await box(first.page).locator("#group-link").inputValue();

    await member(second.page, url, "Bo");
    await second.page.goto(`${url}/#/c`);
    await second.page.goto(link);
    await reached(second.page, "none");
    assert.match(await said(box(second.page).locator("[data-invited]")), new RegExp(words.invited));
    await box(second.page).locator("[data-invited]").getByRole("button").click();
    await reached(second.page, "complete");
    assert.ok(await second.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing scrolls sideways");

    // Whoever comes by the link after that is told.
    await member(third.page, url, "Cy");
    await third.page.goto(`${url}/#/c`);
    await third.page.goto(link);
    await reached(third.page, "none");
    await box(third.page).getByText(words.closed).waitFor();

    // Both order at the group's price, once.
    await visit(first.page, url, product(KETTLE));
    for (const { page } of [first, second]) {
      await reached(page, "complete");
      await box(page).getByText(words.complete).waitFor();
      await box(page).getByRole("button", { name: words.order }).click();
      await page.locator("#place-order").waitFor();
      assert.match(await page.locator(".sum").innerText(), new RegExp(TOGETHER.replace(".", "\\.")));
      await page.locator("#place-order").click();
      await page.waitForURL(/#\/order\//);
      await visit(page, url, product(KETTLE));
      await reached(page, "none");
      await page.goto(`${url}/#/account`);
      await page.locator('#account-groups [data-group]').waitFor();
      assert.match(await page.locator("#account-orders .price").first().innerText(), new RegExp(TOGETHER.replace(".", "\\.")));
    }
    const rows = await settled(served, (rows) => rows.filter(({ event }) => event === "Order Completed").length === 2);
    const events = rows.filter(({ event }) => event?.startsWith("Group Buy"));
    assert.deepEqual(events.map(({ event, message }) => [event, message.properties.product_id]).sort(), [["Group Buy Joined", KETTLE], ["Group Buy Started", KETTLE]]);
    for (const { message } of rows.filter(({ event }) => event === "Order Completed")) assert.equal(message.properties.total, Number(TOGETHER));
    assert.deepEqual([guest, first, second, third].flatMap(({ heard }) => heard), []);
  });
}

test("a group that nobody joins in time is over, by the server's clock, and another may be started", { timeout: 180_000 }, async (t) => {
  const served = await shop(t, { args: ["--crm-time-travel"] });
  const { page, heard, url } = await visitor(served);
  page.setDefaultTimeout(60_000);
  await page.clock.install({ time: Date.now() });
  await member(page, url, "Di");
  await visit(page, url, product(KETTLE));
  await box(page).getByRole("button", { name: WORDS.en.start }).click();
  await reached(page, "open");
  // A reload moves no end.
  await page.clock.fastForward(23 * HOUR);
  await visit(page, url, product(KETTLE));
  assert.match(await box(page).getByRole("timer").innerText(), /^(00:59|01:00):\d\d$/);
  await page.clock.fastForward(HOUR);
  await reached(page, "none");
  await box(page).getByRole("button", { name: WORDS.en.start }).click();
  await reached(page, "open");
  await page.goto(`${url}/#/account`);
  await page.locator("#account-groups .over").waitFor();
  assert.equal(await page.locator("#account-groups [data-group]").count(), 2);
  assert.deepEqual(heard, []);
});
