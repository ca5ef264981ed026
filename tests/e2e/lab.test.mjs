// The page of running experiments, `/lab`, over a real collector's database.

import assert from "node:assert/strict";
import test from "node:test";
import { collector } from "../clients/collector.mjs";
import { complaints, launch } from "../support/browser.mjs";

/** Messages of one request. */
const MOST = 100;

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const SAFARI = "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15";

/** Delivers messages of a unit each. @param {string} url @param {{ event: string, unit: string, properties: object }[]} messages @param {string} [agent] */
async function deliver(url, messages, agent = FIREFOX) {
  for (let at = 0; at < messages.length; at += MOST) {
    const batch = messages.slice(at, at + MOST).map(({ event, unit, properties }, n) => ({
      type: "track",
      event,
      anonymousId: unit,
      messageId: `${unit}-${event.length}-${at + n}`,
      timestamp: new Date(Date.now() - 3_600_000 + at + n).toISOString(),
      properties,
    }));
    /** @type {Record<string, string>} */
    const headers = { Authorization: `Basic ${btoa("lab:")}`, "Content-Type": "application/json", "User-Agent": agent };
    const response = await fetch(`${url}/v1/batch`, { method: "POST", headers, body: JSON.stringify({ batch, sentAt: new Date().toISOString() }) });
    assert.equal(response.status, 200, await response.text());
  }
}

/** @param {string} experiment @param {Record<string, number>} arms */
const exposures = (experiment, arms) =>
  Object.entries(arms).flatMap(([variation_id, count]) => Array.from({ length: count }, (_, n) => ({ event: "Experiment Viewed", unit: `${experiment}-${variation_id}-${n}`, properties: { experiment_id: experiment, variation_id } })));

test("the page of running experiments says which can be trusted, in either language", async (t) => {
  const { url, rows } = await collector(t, "--lab", "--keep-browser");
  const sound = exposures("ranker", { plain: 400, blend: 396 });
  // Two of three exposures of one variation never came, and lists name a variation of which no exposure came.
  const skewed = exposures("badge", { off: 300, on: 100 });
  const orders = sound.filter((_, n) => n % 10 === 0).map(({ unit }) => ({ event: "Order Completed", unit, properties: { order_id: unit, revenue: 20 } }));
  const lists = Array.from({ length: 200 }, (_, n) => ({ event: "Product List Viewed", unit: `badge-on-${n}`, properties: { list_id: "rec:home", variants: "badge=on", products: [{ product_id: "sku-1", position: 1 }] } }));
  await deliver(url, [...sound, ...skewed, ...orders, ...lists]);
  // Exposures are lost in one browser only, which the whole does not show.
  const [firefox, safari] = [exposures("leave", { stay: 400, go: 399 }), exposures("leave", { stay: 100, go: 40 })];
  await deliver(url, firefox);
  await deliver(url, safari.map((message) => ({ ...message, unit: `safari-${message.unit}` })), SAFARI);
  assert.equal(rows().length, 796 + 400 + 80 + 200 + 799 + 140);

  const browser = await launch();
  t.after(() => browser.close());
  for (const { locale, heading, trusted, refused, other, kinds, width } of [
    { locale: "en-GB", heading: "Health", trusted: "sound", refused: "do not read", other: "健康状况", kinds: ["by day", "by browser", "by entry page"], width: 1280 },
    { locale: "zh-CN", heading: "健康状况", trusted: "正常", refused: "不可解读", other: "Health", kinds: ["按日期", "按浏览器", "按入口页面"], width: 390 },
  ]) {
    const context = await browser.newContext({ locale, viewport: { width, height: 800 } });
    const page = await context.newPage();
    const heard = complaints(page);
    await page.goto(`${url}/lab`);
    await page.locator("h2:visible", { hasText: heading }).waitFor();
    assert.equal(await page.locator("h2:visible").getByText(other, { exact: true }).filter({ visible: true }).count(), 0, "one language at a time");
    const table = page.locator("table").first();
    /** @param {string} experiment */
    const row = async (experiment) => {
      const cells = table.locator("tr", { has: page.locator("td:first-child", { hasText: experiment }) }).locator("td");
      return cells.evaluateAll((cells) => cells.map((cell) => /** @type {HTMLElement} */ (cell).innerText.trim()));
    };
    const [, ranker, units, ratio, dropped, lost] = await row("ranker");
    assert.deepEqual([ranker, units, dropped, lost], [trusted, "796", "0", "0 / 0"]);
    assert.ok(Number.parseFloat(ratio ?? "") > 0.5, ratio);
    const [, badge, , skew, , gone, looks] = await row("badge");
    assert.equal(badge, refused);
    assert.ok(Number.parseFloat(skew ?? "") < 0.001, skew);
    assert.equal(gone, "100 / 200");
    assert.ok(Number(looks) >= 1, "it counts how often it was looked at");
    // Nothing is compared where the counts are not as planned.
    const [, leave, , whole] = await row("leave");
    assert.equal(leave, refused);
    assert.ok(Number.parseFloat(whole ?? "") > 0.001, whole);
    const reason = page.locator(".reason").filter({ visible: true });
    assert.equal(await reason.count(), 1);
    assert.match(await reason.innerText(), /Safari.*40 : 100/);
    const tests = await page.locator("table.split").first().locator("tr").allInnerTexts();
    assert.deepEqual(tests.slice(2).map((text) => text.split(/\s*\t\s*/)[0]?.trim()), kinds);
    const sections = await page.locator("h2").allInnerTexts();
    // In the order in which they began, which here the time of delivery decides.
    assert.deepEqual(sections.slice(1).map((text) => text.trim()).sort(), ["badge", "leave", "ranker"]);
    assert.equal(await page.locator(".verdict.stop").filter({ visible: true }).count(), 4);
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    assert.equal(sideways, false, "only its tables scroll");
    if (process.env.TILLSIDE_SCREENSHOT) await page.screenshot({ path: `${process.env.TILLSIDE_SCREENSHOT}-lab-${locale}.png`, fullPage: true });
    // The other language is a press away.
    await page.getByRole("button").click();
    await page.locator("h2:visible", { hasText: other }).waitFor();
    // A browser asks for an icon by itself.
    assert.deepEqual(heard.filter((text) => !text.includes("/favicon.ico")), []);
    await context.close();
  }
});

test("nobody sees experiments where the server was not asked to show them", async (t) => {
  const { url } = await collector(t);
  const response = await fetch(`${url}/lab`);
  assert.equal(response.status, 404);
});
