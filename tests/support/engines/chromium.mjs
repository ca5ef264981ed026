// Chromium, by Playwright.

import { launch } from "../browser.mjs";

/** @returns {Promise<import("./index.mjs").Driver>} */
export async function chromium() {
  const browser = await launch();
  return {
    async device() {
      const context = await browser.newContext({ locale: "en-GB" });
      /** @type {string[]} */
      const heard = [];
      context.on("weberror", (error) => heard.push(String(error.error())));
      context.on("console", (message) => {
        if (message.type() === "error") heard.push(`${message.text()} (${message.location().url})`);
      });
      return {
        heard,
        async tab() {
          const page = await context.newPage();
          return {
            goto: (url) => page.goto(url),
            reload: () => page.reload(),
            back: () => page.goBack(),
            run: (expression) => page.evaluate(expression),
            click: (selector) => page.locator(selector).first().click(),
            picture: () => page.screenshot(),
            close: () => page.close(),
          };
        },
        close: () => context.close(),
      };
    },
    close: () => browser.close(),
  };
}
