// What a member of the demo shop has: tier, progress, points and what they buy, early access, badges.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { catalogue } from "./catalogue.mjs";
import { DAY, HOUR, later, member, open, product, shown, signIn } from "./members.mjs";
import { ids, said, shop, visitor } from "./shop.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** Orders at the shop's CRM, as another channel would. @param {Page} page @param {{ item: string, quantity: number, price: number }[]} lines in minor units */
const orders = (page, lines) =>
  page.evaluate(async (lines) => {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID(), "Tillside-Now": String(Date.now()) };
    const response = await fetch("/crm/v1/me/orders", { method: "POST", headers, body: JSON.stringify({ lines }) });
    if (!response.ok) throw new Error(await response.text());
  }, lines);

/** The account as it is now. @param {Page} page @param {string} url */
async function account(page, url) {
  await page.goto(`${url}/#/`);
  await page.reload();
  await page.goto(`${url}/#/account`);
  await page.locator("#account-standing[data-tier]").waitFor();
  return page.locator("#account-standing").getAttribute("data-tier");
}

test("A10: a gold member 120 short of diamond sees progress, early access and what points buy; a silver member does not see the early-access item", { timeout: 300_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "tillside-feed-"));
  t.after(() => rm(folder, { recursive: true }));
  // A product without variants, of which another might stand in a list.
  const all = await catalogue();
  const early = all.find(({ out, sale, group, category }) => !out && !sale && category.startsWith("Kitchen > ") && all.filter((other) => other.group === group).length === 1);
  assert.ok(early);
  let version = 0;
  const feed = (/** @type {number} */ open) => writeFile(join(folder, "feed.json"), JSON.stringify({ version: ++version, currency: "CNY", counted: Date.now(), rows: [{ id: early.id, early: { public: open, tiers: { gold: 24, diamond: 48 } } }] }));
  await feed(Date.now() + 12 * HOUR);
  const server = await shop(t, { args: ["--crm-time-travel", "--site", `/shop/live=${folder}`] });
  const gold = await visitor(server);
  const silver = await visitor(server);
  const { page, url } = gold;
  await page.clock.install();
  await member(page, url, "Jin");
  await orders(page, [{ item: early.id, quantity: 1, price: 488_000 }]);
  assert.equal(await account(page, url), "gold");
  const standing = page.locator("#account-standing");
  assert.match((await standing.locator("[data-next]").textContent()) ?? "", /¥120\D.*Diamond|Diamond.*¥120\D/);
  const [value, max] = await standing.getByRole("progressbar").evaluate((bar) => [Number(bar.getAttribute("value")), Number(bar.getAttribute("max"))]);
  assert.deepEqual([value, max], [4880, 5000]);
  assert.match(await said(standing), /One order as usual would do, by /);
  assert.match((await page.locator("#account-points").textContent()) ?? "", /Points: 4,880/);
  const rewards = page.locator("#account-points [data-reward]");
  assert.deepEqual(await rewards.evaluateAll((all) => all.map((one) => one.getAttribute("data-reward"))), ["tote", "delivery", "tasting"]);
  assert.equal(await rewards.getByRole("button", { name: "Redeem", disabled: false }).count(), 3);
  await page.locator(`#account-early [data-early="${early.id}"]`).waitFor();
  assert.ok((await shown(page)).includes("early-access"), `${await shown(page)}`);

  // A silver member: nothing of it in any list, and its page does not sell it yet.
  await silver.page.clock.install();
  await member(silver.page, url, "Yin");
  assert.equal(await account(silver.page, url), "silver");
  assert.equal(await silver.page.locator("#account-early").count(), 0);
  const category = `#/c/${encodeURIComponent(early.category)}`;
  const search = `#/search?q=${encodeURIComponent(early.id.split("-").slice(0, 3).join(" "))}`;
  /** In which lists somebody finds it. @param {Page} page */
  const finds = async (page) => {
    const found = [];
    for (const [hash, placement] of /** @type {const} */ ([[category, "category"], [search, "search"]])) {
      await page.goto(`${url}/#/`);
      await page.goto(`${url}/${hash}`);
      await page.locator("main .hero").waitFor({ state: "detached" });
      if ((await ids(page, placement)).includes(early.id)) found.push(placement);
    }
    return found;
  };
  assert.deepEqual(await finds(silver.page), []);
  await silver.page.goto(`${url}/${product(early.id)}`);
  await silver.page.locator(`[data-closed="${early.id}"]`).waitFor();
  assert.equal(await silver.page.locator(`main .product button[data-add="${early.id}"]`).count(), 0);
  assert.deepEqual(await finds(page), ["category", "search"], "the gold member finds it");
  await page.goto(`${url}/${product(early.id)}`);
  await page.locator(`main .product button[data-add="${early.id}"]`).waitFor();
  await open(page, url, "#/");
  await page.locator(`.early [data-early="${early.id}"]`).waitFor();

  // At its hour it is everybody's.
  await feed(Date.now() - 1000);
  await silver.page.reload();
  assert.deepEqual(await finds(silver.page), ["category", "search"]);

  // Points are spent, and never shown after their expiry; the tier ends with what made it.
  await account(page, url);
  await rewards.first().getByRole("button").click();
  await page.getByRole("heading", { name: "Points: 4,580" }).waitFor();
  await later(page, 366 * DAY);
  await signIn(page, url, "Jin");
  assert.equal(await account(page, url), "silver");
  await page.getByRole("heading", { name: "Points: 0" }).waitFor();
  assert.deepEqual([...gold.heard, ...silver.heard].filter((text) => !text.includes("/crm/v1/me/coupons")), []);
});

test("B20: three organic products bring the badge for it, two do not, and a guest is told of no tier", { timeout: 180_000 }, async (t) => {
  const organic = (await catalogue()).filter(({ details, out }) => details.organic === "yes" && !out).slice(0, 3);
  const { page, url, heard } = await visitor(await shop(t, { args: ["--crm-time-travel"] }));
  await member(page, url, "Lu");
  const badge = page.locator('[data-badge="eco"]');
  await orders(page, organic.slice(0, 2).map(({ id }) => ({ item: id, quantity: 1, price: 2000 })));
  await account(page, url);
  assert.equal(await badge.count(), 0);
  await orders(page, organic.slice(2).map(({ id }) => ({ item: id, quantity: 1, price: 2000 })));
  await account(page, url);
  await badge.waitFor();
  await page.locator("#sign-out").click();
  await page.locator("#register").waitFor();
  assert.equal(await page.locator("[data-tier], [data-badge], .standing").count(), 0);
  // An order in another channel is told a moment later: the coupon for the first one is refused until then.
  assert.deepEqual(heard.filter((text) => !text.includes("/crm/v1/me/coupons")), []);
});
