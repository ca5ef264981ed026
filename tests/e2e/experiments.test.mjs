// The shop's two experiments, and the developer's panel of them in the console.

import assert from "node:assert/strict";
import test from "node:test";
import { settled, shop, visitor } from "./shop.mjs";

const LANGUAGES = [
  { locale: "en-GB", size: { width: 1280, height: 900 }, tab: "Experiments", none: "Experiments are not allowed", both: "both, in turn", forced: "You chose it here", short: /^(Because of|Similar to) what you (viewed|bought)$/ },
  { locale: "zh-CN", size: { width: 390, height: 844 }, tab: "实验", none: "未允许实验", both: "两种轮流", forced: "您在这里手动指定", short: /^(根据您(浏览|购买)过的商品|与您浏览过的商品相似)$/ },
];

/** Waits until the shelf is drawn anew with all its reasons in one wording. @param {import("playwright-core").Locator} reasons @param {RegExp} wording */
async function worded(reasons, wording) {
  /** @type {string[]} */
  let texts = [];
  for (let tries = 0; tries < 100; tries++) {
    texts = await reasons.allTextContents();
    if (texts.length > 0 && texts.every((text) => wording.test(text))) return;
    await reasons.page().waitForTimeout(200);
  }
  assert.fail(`reasons in another wording: ${texts.filter((text) => !wording.test(text)).join(" | ") || "none"}`);
}

/** Views two products of the front page; the reasons that name them. @param {import("playwright-core").Page} page @param {string} url */
async function viewed(page, url) {
  const ids = await page.locator('main [data-placement="home"] [data-id]').evaluateAll((cards) => cards.slice(0, 2).map((card) => card.getAttribute("data-id")));
  for (const id of ids) {
    await page.goto(`${url}#/p/${id}`);
    await page.locator(`main .product[data-id="${id}"]`).waitFor();
  }
  await page.goto(`${url}#/`);
  const reasons = page.locator('main [data-placement="home"] :is([data-code="viewed"], [data-code="similar"])');
  await reasons.first().waitFor();
  return reasons;
}

for (const { locale, size, tab, none, both, forced, short } of LANGUAGES) {
  test(`a developer sees both experiments, why, and overrides them (${locale}, ${size.width} px)`, async (t) => {
    const there = await shop(t);
    const { page, heard, url } = await visitor(there, { locale, viewport: size });
    await page.goto(url);
    await page.locator('main [data-placement="home"]').first().waitFor();
    await page.locator("#console-button").click();
    await page.locator("#tab-experiments").click();
    assert.equal(await page.locator("#tab-experiments").textContent(), tab);
    // Before consent nobody is in anything.
    await page.getByText(none).waitFor();

    await page.locator('[data-consent="all"]').click();
    const front = page.locator('[data-experiment="front-ranker"]');
    const wording = page.locator('[data-experiment="reason-text"]');
    await front.getByText(both).first().waitFor();
    assert.equal(await page.getByText(none).count(), 0);

    // What was viewed gives reasons of both wordings.
    const reasons = await viewed(page, url);
    await wording.locator("dd", { hasText: { "en-GB": /^(short|in full)$/, "zh-CN": /^(简短|完整)$/ }[locale] ?? / / }).waitFor();

    // A list that comes a moment later makes it an answer about other lists: then it is asked again.
    /** @type {string | null | undefined} */
    let counts;
    for (let tries = 0; !counts && tries < 60; tries++) {
      await page.locator("#replay").click();
      counts = await page.locator("#replayed", { hasText: /\d/ }).textContent({ timeout: 1000 }).catch(() => undefined);
    }
    const [one, other] = (counts?.match(/\d+/g) ?? []).map(Number);
    assert.ok(one !== undefined && one === other && one > 0, counts ?? "");

    await page.locator("#override-ranker").selectOption("2");
    await front.getByText(forced).waitFor();
    await page.locator("#override-wording").focus();
    await page.locator("#override-wording").selectOption("1");
    await wording.getByText(forced).waitFor();
    // The keyboard stays where it was.
    await page.waitForFunction(() => document.activeElement?.id === "override-wording");
    await worded(reasons, short);
    if (process.env.TILLSIDE_SCREENSHOT) await page.screenshot({ path: `${process.env.TILLSIDE_SCREENSHOT}-${locale}.png` });
    const { wide, room } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, room: document.documentElement.clientWidth }));
    assert.ok(wide <= room, "nothing scrolls sideways");

    // It lasts as long as the tab, and is nothing of the address's.
    await page.goto(`${url}?front-ranker=0&reason-text=1#/`);
    await worded(reasons, short);
    assert.deepEqual(heard, []);
  });
}

test("reports say which ranker put an item there, and which wording the reader has", async (t) => {
  const there = await shop(t);
  const { page, heard, url } = await visitor(there);
  await page.goto(url);
  await page.locator('[data-consent="all"]').click();
  await page.locator(".consent").waitFor({ state: "detached" });
  await viewed(page, url);
  await page.locator('main [data-placement="home"] [data-id] a').first().click();
  await page.locator("main .product").waitFor();
  await page.close();
  const rows = await settled(there, (rows) => rows.some(({ event }) => event === "Product Clicked"));
  const of = (/** @type {string} */ kind) => rows.filter(({ event }) => event === kind).map(({ message }) => message.properties);
  const exposures = of("Experiment Viewed");
  assert.deepEqual(exposures.map(({ experiment_id }) => experiment_id), ["reason-text"], "once a visit");
  const [{ variation_id }] = exposures;
  const [clicked] = of("Product Clicked");
  assert.deepEqual([clicked.policy, clicked.experiment_id, clicked.variants], ["interleaved", "front-ranker", `reason-text=${variation_id}`]);
  const list = of("Product List Viewed").find(({ request_id }) => request_id === clicked.request_id);
  assert.deepEqual([list.policy, list.experiment_id], ["interleaved", "front-ranker"]);
  for (const { reason, ranker } of list.products) {
    assert.ok(reason);
    assert.ok(ranker === undefined || ranker === "plain" || ranker === "varied");
  }
  assert.deepEqual(heard, []);
});
