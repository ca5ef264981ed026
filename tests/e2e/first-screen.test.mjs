// The first screen on a telephone: the question of consent leaves the shop in view and weighs each of its answers alike.

import assert from "node:assert/strict";
import test from "node:test";
import { shop, visitor } from "./shop.mjs";

/** Of the screen's height, at most. */
const PART = 0.3;

test("on a telephone the question of consent covers less than a third of the screen, says all it asks, and weighs its answers alike", { timeout: 120_000 }, async (t) => {
  const open = await shop(t);
  for (const locale of ["en-GB", "zh-CN"]) {
    const { context, page, heard, url } = await visitor(open, { locale, viewport: { width: 390, height: 844 } });
    await page.goto(`${url}/#/`);
    await page.locator("#consent [data-consent]").first().waitFor();
    const banner = await page.locator("#consent").boundingBox();
    assert.ok(banner && banner.height <= PART * 844, `${locale}: ${banner?.height} px`);
    const answers = await page.locator("#consent [data-consent]").evaluateAll((buttons) =>
      buttons.map((button) => {
        const { width, height } = button.getBoundingClientRect();
        const { color, backgroundColor, borderColor, fontSize, fontWeight } = getComputedStyle(button);
        const words = document.createRange();
        words.selectNodeContents(button);
        return { size: [Math.round(width), Math.round(height)], look: [color, backgroundColor, borderColor, fontSize, fontWeight].join(), cut: words.getBoundingClientRect().width > width, low: height < 24 };
      }),
    );
    assert.equal(answers.length, 3);
    for (const { size, look, cut, low } of answers) {
      assert.deepEqual({ size, look, cut, low }, { size: answers[0]?.size, look: answers[0]?.look, cut: false, low: false }, locale);
    }
    // Each purpose that is asked for is said, and nothing of it is hidden.
    const text = page.locator("#consent [part=text]");
    for (const purpose of locale === "zh-CN" ? ["个性化", "统计", "实验"] : ["Personalisation", "Measurement", "Experiments"]) assert.ok((await text.innerText()).includes(purpose));
    assert.ok(await text.evaluate((node) => node.scrollHeight <= node.clientHeight + 1));
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing scrolls sideways");
    assert.deepEqual(heard, []);
    await context.close();
  }
});
