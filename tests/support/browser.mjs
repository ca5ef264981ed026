// A browser that calls nobody by itself, with a fresh profile.

import { chromium } from "playwright-core";
import { given } from "./surroundings.mjs";

export const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // The shopper of a test is a person.
  "--disable-blink-features=AutomationControlled",
  "--user-agent=Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36",
];

/** With the back/forward cache, which browsers have on and the test driver off. */
export const launch = () => chromium.launch({ executablePath: given("CHROMIUM"), headless: true, args: QUIET, ignoreDefaultArgs: ["--disable-back-forward-cache"] });

/**
 * What goes wrong on a page, in a list that grows.
 * @param {import("playwright-core").Page} page
 */
export function complaints(page) {
  /** @type {string[]} */
  const heard = [];
  page.on("pageerror", (error) => heard.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") heard.push(`${message.text()} (${message.location().url})`);
  });
  return heard;
}
