// The demo as a visitor has it: the real server with its real database, the shop and model of the demo, a real browser.

import { launch, complaints } from "../support/browser.mjs";
import { given, root } from "../support/surroundings.mjs";
import { collector } from "../clients/collector.mjs";
import { join } from "node:path";

/**
 * A shop that is closed when the test ends. Its pages are the sources, whose modules a test can import.
 * @param {import("node:test").TestContext} test
 * @param {{ site?: string, model?: string, args?: string[] }} [options]
 */
export async function shop(test, { site = join(root, "www"), model = given("TILLSIDE_MODEL"), args = [] } = {}) {
  const sites = [site, `/pkg=${join(root, "pkg")}`, `/shop=${given("TILLSIDE_SHOP")}`];
  const server = await collector(test, ...sites.flatMap((site) => ["--site", site]), "--model", model, "--crm", ...args);
  const browser = await launch();
  test.after(() => browser.close());
  return { ...server, browser };
}

/**
 * A visitor with a device of their own; `heard` collects what goes wrong on their pages.
 * @param {Awaited<ReturnType<typeof shop>>} shop
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
export async function visitor({ browser, url }, options = {}) {
  const context = await browser.newContext({ locale: "en-GB", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const heard = complaints(page);
  return { context, page, heard, url };
}

/** The ids on a shelf, in order. @param {import("playwright-core").Page} page @param {string} placement */
export async function ids(page, placement) {
  // Not those of the feed below the shelves.
  const cards = page.locator(`main [data-placement="${placement}"]:not(.feed *) [data-id]`);
  await cards.first().waitFor();
  return cards.evaluateAll((cards) => cards.map((card) => card.getAttribute("data-id") ?? ""));
}

/** @typedef {import("../clients/collector.mjs").Row} Row */

/**
 * Rows once they are as expected, and a moment longer for any that should not come.
 * @param {{ rows: () => Row[] }} collector
 * @param {(rows: Row[]) => boolean} ready
 */
export async function settled({ rows }, ready) {
  for (let tries = 0; tries < 50 && !ready(rows()); tries++) await new Promise((resolve) => setTimeout(resolve, 200));
  await new Promise((resolve) => setTimeout(resolve, 300));
  return rows();
}

/** Every key and value that the page has on the device. @param {import("playwright-core").Page} page */
export const stored = (page) =>
  page.evaluate(async () => {
    const databases = await indexedDB.databases();
    return { databases: databases.map(({ name }) => name), local: { ...localStorage }, session: { ...sessionStorage }, cookies: document.cookie };
  });

/** What an element says, with the trees of its own that widgets have. @param {import("playwright-core").Locator} locator @returns {Promise<string>} */
export const said = (locator) =>
  locator.evaluate((element) => {
    /** @param {Node} node @returns {string} */
    const text = (node) => {
      if (node instanceof Text) return node.data;
      const nodes = node instanceof HTMLSlotElement && node.assignedNodes().length ? node.assignedNodes() : ((node instanceof Element && node.shadowRoot) || node).childNodes;
      return [...nodes].map(text).join("");
    };
    return text(element);
  });
