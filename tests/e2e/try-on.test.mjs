// Trying something on: over a drawn figure or a photo that never leaves the device; in both languages, wide and on a telephone.

import assert from "node:assert/strict";
import test from "node:test";
import { settled, shop, visitor } from "./shop.mjs";
import { allow, product } from "./members.mjs";

const GLASSES = "solvei-polarised-sunglasses-black";
const KETTLE = "norhaven-skerry-electric-kettle-1-7-l-white";

const WORDS = {
  en: { open: "Try it on", bad: "no picture", figure: "Drawn figure", close: "Close", add: "Add to cart" },
  zh: { open: "试穿试戴", bad: "无法显示这个文件", figure: "人形轮廓", close: "关闭", add: "加入购物车" },
};

/** A picture of one colour that nobody else has, as a photo would be. */
const MARK = "f4a1c37b";

/** A PNG from a canvas of the page's, whose bytes hold a mark. @param {import("playwright-core").Page} page */
async function photo(page) {
  const bytes = await page.evaluate(async (mark) => {
    const canvas = new OffscreenCanvas(60, 100);
    const context = canvas.getContext("2d");
    if (!context) throw new Error("no canvas");
    context.fillStyle = "#93c";
    context.fillRect(0, 0, 60, 100);
    const blob = await canvas.convertToBlob({ type: "image/png" });
    // After the picture's end: readers leave it alone.
    return [...new Uint8Array(await new Blob([blob, mark]).arrayBuffer())];
  }, MARK);
  return { name: "me.png", mimeType: "image/png", buffer: Buffer.from(bytes) };
}

for (const [language, words, width] of /** @type {const} */ ([["en", WORDS.en, 1280], ["zh", WORDS.zh, 390]])) {
  test(`something is tried on over a figure and over a photo that stays on the device (${language}, ${width} px)`, { timeout: 180_000 }, async (t) => {
    const served = await shop(t);
    const { context, page, heard, url } = await visitor(served, { locale: language === "zh" ? "zh-CN" : "en-GB", viewport: { width, height: 900 } });
    page.setDefaultTimeout(60_000);
    await allow(page, url);
    /** @type {string[]} */
    const sent = [];
    page.on("request", (request) => sent.push(`${request.method()} ${request.url()} ${request.postDataBuffer()?.toString("latin1") ?? ""}`));
    await page.goto(`${url}/${product(KETTLE)}`);
    await page.locator(`main .product[data-id="${KETTLE}"]`).waitFor();
    assert.equal(await page.locator("[data-try-on]").count(), 0, "nobody wears a kettle");
    await page.goto(`${url}/${product(GLASSES)}`);
    await page.getByRole("button", { name: words.open }).click();
    const dialog = page.locator("dialog.try-on-box");
    const piece = dialog.locator(".piece");
    await dialog.locator(`.piece[data-id="${GLASSES}"] svg path`).first().waitFor();
    assert.equal(await piece.locator("circle[opacity], ellipse[opacity]").count(), 0, "without what it stands on");

    // It sits on the figure's eyes, and moves by the keyboard.
    const at = async () => {
      const [stage, own] = await Promise.all([dialog.locator(".try-on-stage").boundingBox(), piece.boundingBox()]);
      assert.ok(stage && own);
      return [(own.x + own.width / 2 - stage.x) / stage.width, (own.y + own.height / 2 - stage.y) / stage.height].map((part) => part * 100);
    };
    const near = (/** @type {(number | undefined)[]} */ [x = 0, y = 0], /** @type {number} */ down) => assert.ok(Math.abs(x - 50) < 1 && Math.abs(y - down) < 1, `${x} ${y}`);
    near(await at(), 19.5);
    await dialog.locator("#try-on-down").focus();
    for (let n = 0; n < 10; n++) await page.keyboard.press("ArrowRight");
    near(await at(), 24.5);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing scrolls sideways");

    // What is no picture is refused, and the figure stays.
    await dialog.locator("#try-on-photo").setInputFiles({ name: "x.png", mimeType: "image/png", buffer: Buffer.from("no picture at all") });
    await dialog.getByText(words.bad).waitFor();
    assert.ok(await dialog.locator("svg.figure").isVisible());

    const picture = await photo(page);
    await dialog.locator("#try-on-photo").setInputFiles(picture);
    await dialog.locator("canvas.photo").waitFor();
    const painted = await dialog.locator("canvas.photo").evaluate((node) => {
      const canvas = /** @type {HTMLCanvasElement} */ (node);
      return [canvas.width, canvas.height, ...(canvas.getContext("2d")?.getImageData(30, 50, 1, 1).data ?? [])];
    });
    assert.deepEqual(painted, [60, 100, 153, 51, 204, 255]);
    // Another colour, which is another product tried on.
    await dialog.locator('.try-on-choice button[aria-pressed="false"]').first().click();
    const other = await dialog.locator('.try-on-choice button[aria-pressed="true"]').getAttribute("data-id");
    await dialog.getByRole("button", { name: words.figure }).click();
    await dialog.locator("svg.figure").waitFor();
    await dialog.locator("#try-on-photo").setInputFiles(picture);
    await dialog.locator("canvas.photo").waitFor();
    const canvas = await dialog.locator("canvas.photo").elementHandle();
    await dialog.getByRole("button", { name: words.add }).click();
    await dialog.getByRole("button", { name: words.close }).click();
    await dialog.waitFor({ state: "detached" });
    assert.equal(await canvas?.evaluate((node) => /** @type {HTMLCanvasElement} */ (node).width), 0, "the photo is gone with the dialog");

    // The events, and the photo nowhere: not sent, not stored.
    await page.evaluate(async () => (await import(/** @type {any} */ ("/till.js"))).flush());
    const rows = await settled(served, (rows) => rows.filter(({ event }) => event === "Product Tried On").length === 2);
    const tried = rows.filter(({ event }) => event === "Product Tried On").map(({ message }) => message.properties.product_id);
    assert.deepEqual(tried, [GLASSES, other]);
    const uploaded = sent.filter((text) => text.includes("PNG") || text.includes(MARK) || text.includes("me.png"));
    assert.deepEqual(uploaded, []);
    assert.ok(!JSON.stringify(rows).includes(MARK) && !JSON.stringify(await context.storageState({ indexedDB: true })).includes(MARK));
    assert.deepEqual(heard, []);
  });
}
