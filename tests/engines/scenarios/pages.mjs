// The demo's pages, in both languages: they come up without an error, with their shelves filled.

import assert from "node:assert/strict";
import { allow, ids, visit } from "../visit.mjs";

const PHONES = "Phones > Smartphones";

/** @type {Record<string, import("./index.mjs").Scenario>} */
export const scenarios = {
  async "every page of the demo comes up in both languages, without an error and with its shelves"(t, browser) {
    const shop = await visit(t, browser);
    const tab = await shop.tab();
    await tab.goto(shop.url);
    await allow(tab);
    await tab.goto(`${shop.url}#/c/${encodeURIComponent(PHONES)}`);
    await tab.there("main h1", "Smartphones");
    const [phone = ""] = await ids(tab, "category");
    await tab.goto(`${shop.url}#/p/${encodeURIComponent(phone)}`);
    await tab.click(`main .product[data-id="${phone}"] button[data-add="${phone}"]`);

    for (const language of ["en", "zh-CN"]) {
      if (language !== "en") {
        await tab.click("#language");
        await tab.until((language) => document.documentElement.lang === language, language);
      }
      const chinese = language !== "en";
      /** Address, what must be there, and the placement of a shelf on it. @type {[string, string, string][]} */
      const pages = [
        ["#/", "main .hero h1", "home"],
        [`#/c/${encodeURIComponent(PHONES)}`, "main .list [data-id]", "category"],
        [`#/p/${encodeURIComponent(phone)}`, `main .product[data-id="${phone}"]`, "product"],
        [`#/search?q=${encodeURIComponent(chinese ? "手机" : "phone")}`, 'main [data-placement="search"] [data-id]', "search"],
        ["#/cart", `main [data-line="${phone}"]`, "cart"],
        ["#/privacy", "main .privacy h1", ""],
      ];
      for (const [address, what, placement] of pages) {
        await tab.goto(`${shop.url}${address}`);
        await tab.there(what);
        if (placement) assert.ok((await ids(tab, placement)).length > 0, `${language} ${address} has its shelf`);
        const heading = (await tab.texts("main h1")).join();
        assert.equal(/\p{Script=Han}/u.test(heading), chinese, `${language} ${address}: ${heading}`);
        assert.deepEqual(await tab.evaluate(() => [document.documentElement.lang, document.querySelectorAll("#notice .notice").length]), [language, 0], address);
        const unread = await tab.evaluate(async () => {
          const images = [...document.querySelectorAll("main img")].slice(0, 12);
          for (const image of /** @type {HTMLImageElement[]} */ (images)) image.loading = "eager";
          const fates = images.map((image) => /** @type {HTMLImageElement} */ (image).decode().then(() => "", () => /** @type {HTMLImageElement} */ (image).currentSrc));
          return (await Promise.all(fates)).filter(Boolean);
        });
        assert.deepEqual(unread, [], `the pictures of ${language} ${address}`);
      }
    }
    shop.quiet();
  },
};
