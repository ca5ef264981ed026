// What repeats, what follows a purchase, and what a shopper is known to prefer, as the front page shows it on the day.

import assert from "node:assert/strict";
import test from "node:test";
import { catalogue } from "./catalogue.mjs";
import { DAY, allow, front, later, listing, look, member, open, order, shown } from "./members.mjs";
import { shop, visitor } from "./shop.mjs";

/** @typedef {import("playwright-core").Page} Page */

const FRUIT = "Fresh > Fruit";

/** The whole front page: its shelves below the first come a moment later. @param {Page} page @param {string} url */
async function whole(page, url) {
  const first = await front(page, url);
  // What comes a moment later waits for the page's clock, which may stand still after a leap.
  for (let tries = 0; tries < 100 && (await page.locator("main .feed").count()) === 0; tries++) await page.clock.runFor(200);
  await page.locator("main .feed").waitFor({ state: "attached" });
  return first;
}

/** The ids of what an element holds. @param {Page} page @param {string} selector */
const held = (page, selector) => page.locator(`${selector} [data-id]`).evaluateAll((all) => all.map((one) => one.getAttribute("data-id") ?? ""));

test("A2: who buys fruit on four Fridays finds it on Friday and not on Tuesday, organic and on offer as they like it", { timeout: 300_000 }, async (t) => {
  const all = new Map((await catalogue()).map((item) => [item.id, item]));
  const isOrganic = (/** @type {string} */ id) => all.get(id)?.details.organic === "yes";
  const fruit = [...all.values()].filter(({ category, sale, out, details }) => category === FRUIT && sale && !out && details.organic === "yes");
  const [item] = fruit;
  assert.ok(item);
  const { page, url, heard } = await visitor(await shop(t), { timezoneId: "Europe/London" });
  // A Friday.
  await page.clock.install({ time: new Date("2026-12-04T10:00:00Z") });
  await allow(page, url);
  const due = page.locator(`[data-due="${FRUIT}"]`);
  for (let week = 0; week < 4; week++) {
    if (week) await later(page, 7 * DAY);
    await order(page, url, item.id);
  }
  // The Tuesday between.
  await later(page, 4 * DAY);
  await whole(page, url);
  assert.equal(await page.locator("[data-due]").count(), 0, "nothing is due on a Tuesday");
  assert.equal(await page.locator('[data-set="usual"]').count(), 0);
  // The fifth Friday.
  await later(page, 3 * DAY);
  await whole(page, url);
  await due.locator("[data-id]").first().waitFor();
  const shelf = await held(page, `[data-due="${FRUIT}"]`);
  assert.ok(shelf.length >= 6 && shelf.every((id) => all.get(id)?.category === FRUIT), `${shelf}`);
  /** Of the first six, how many are organic, and how many that or on offer. @param {string[]} list */
  const liked = (list) => [isOrganic, (/** @type {string} */ id) => isOrganic(id) || (all.get(id)?.sale ?? false)].map((test) => list.slice(0, 6).filter(test).length);
  const [organic = 0, either = 0] = liked(shelf);
  assert.ok(organic >= 4 && either >= 5, `organic or on offer first: ${shelf.slice(0, 6)}`);
  const usual = page.locator('[data-set="usual"]');
  await usual.waitFor();
  assert.deepEqual(await held(page, '[data-set="usual"]'), [item.id]);
  await usual.getByRole("button").click();
  await usual.getByRole("link", { name: "Go to cart" }).waitFor();
  assert.equal(await page.evaluate(() => document.querySelector("#bag")?.textContent?.includes("1")), true);
  // Of all customers the shopper is most like those who order often, and may know why the shop thinks so.
  await page.goto(`${url}#/privacy`);
  const alike = page.locator('#know [data-kind="orders"]', { hasText: "You buy like these customers" });
  await alike.locator("summary").click();
  assert.match(await alike.innerText(), /order often[\s\S]* % of customers are in it/);
  assert.deepEqual(heard, []);

  // A stranger's fruit is whatever sells.
  const other = await visitor(await shop(t), { timezoneId: "Europe/London" });
  const plain = await listing(other.page, other.url, FRUIT);
  const [organicThere = 0, eitherThere = 0] = liked(plain);
  assert.ok(organicThere < organic && eitherThere < either, `${plain.slice(0, 6)}`);
});

test("A4: running shoes bring a set of sportswear until day 90, none on day 91, and none once it was bought", { timeout: 300_000 }, async (t) => {
  const all = new Map((await catalogue()).map((item) => [item.id, item]));
  const isWear = (/** @type {string} */ id) => all.get(id)?.category.startsWith("Sports > Sportswear") ?? false;
  const shoes = [...all.values()].find(({ category, out }) => category === "Sports > Running Shoes" && !out);
  assert.ok(shoes);
  const server = await shop(t);
  const set = '[data-set="sequence"]';
  for (const buys of [false, true]) {
    const { page, url, heard, context } = await visitor(server);
    await page.clock.install({ time: new Date("2026-03-02T10:00:00Z") });
    await allow(page, url);
    await order(page, url, shoes.id);
    let day = 0;
    for (const next of buys ? [30] : [1, 45, 90]) {
      await later(page, (next - day) * DAY - (day === 0 ? 60_000 : 0));
      day = next;
      await whole(page, url);
      await page.locator(set).waitFor();
      const wear = await held(page, set);
      assert.ok(wear.length >= 2 && wear.every(isWear), `day ${day}: ${wear}`);
    }
    if (buys) {
      // All that would come.
      for (let wear = await held(page, set), sets = 0; wear.some(isWear) && sets < 4; wear = await held(page, set), sets++) {
        await order(page, url, ...wear.filter(isWear));
        await whole(page, url);
      }
    } else {
      await later(page, DAY);
      await whole(page, url);
    }
    assert.deepEqual((await held(page, set)).filter(isWear), [], buys ? "bought" : "day 91");
    if (!buys) assert.equal(await page.locator('main [data-code="bought"]').count(), 0, "nothing is there because of the order any more");
    assert.deepEqual(heard, []);
    await context.close();
  }
});

test("A5: a quality-of-life seeker sees goods at their full price, and no coupons", { timeout: 300_000 }, async (t) => {
  const all = new Map((await catalogue()).map((item) => [item.id, item]));
  /** The dearest of a department, one of each product. @param {string} name */
  const dearest = (name) => {
    const own = [...all.values()].filter(({ category, out, sale }) => category.startsWith(`${name} >`) && !out && !sale);
    return [...new Map(own.sort((a, b) => a.price - b.price).map((item) => [item.group, item])).values()].sort((a, b) => b.price - a.price);
  };
  const isReduced = (/** @type {string} */ id) => all.get(id)?.sale ?? false;
  const server = await shop(t, { args: ["--crm-time-travel"] });
  const { page, url, heard } = await visitor(server);
  await page.clock.install();
  await member(page, url, "Qi");
  const tags = () => page.evaluate(async () => (await import(/** @type {any} */ ("/till.js"))).portrait().attributes.tags.map((/** @type {any} */ { name }) => name));
  for (const { id } of [...dearest("Kitchen").slice(0, 3), ...dearest("Imported Food").slice(0, 3)]) await look(page, url, id);
  assert.deepEqual(await tags(), ["quality-of-life"]);
  const home = await front(page, url);
  assert.equal(home.length, 12);
  assert.deepEqual(home.filter(isReduced), [], "goods at their full price");
  // Who never ordered would get the first-order coupon, and who comes back to a product three times another one.
  await open(page, url, "#/");
  assert.ok(!(await shown(page)).includes("first-order"), `${await shown(page)}`);
  const [dear] = dearest("Kitchen");
  assert.ok(dear);
  await order(page, url, dear.id);
  await later(page, 2 * DAY);
  const [, other] = dearest("Kitchen");
  assert.ok(other);
  for (let n = 0; n < 5; n++) await look(page, url, other.id);
  assert.equal(await page.locator("main .action[data-coupon]").count(), 0, "no coupon");
  assert.ok((await tags()).includes("quality-of-life"));
  assert.deepEqual(heard, []);
});
