// A visit to the demo in one of the engines: the real server with its real database, a network before it, a device.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { collector } from "../clients/collector.mjs";
import { network } from "../support/network.mjs";
import { given, root } from "../support/surroundings.mjs";

/** @typedef {import("node:test").TestContext} Test */
/** @typedef {import("../support/engines/index.mjs").Browser} Browser */
/** @typedef {import("../support/engines/index.mjs").Tab} Tab */

/** Where a failure leaves what was to be seen. */
const PICTURES = join(root, "target/pictures");

/** Tabs that a test has open. @type {WeakMap<Test, Tab[]>} */
const open = new WeakMap();

/** Keeps a picture of each open tab where the work fails. @param {Test} t @param {() => Promise<void>} work */
export async function keepPictures(t, work) {
  try {
    await work();
  } catch (error) {
    for (const [n, tab] of (open.get(t) ?? []).entries()) {
      const file = join(PICTURES, `${t.name.replace(/\W+/g, "-")}-${n + 1}.png`);
      const picture = await tab.picture().catch(() => undefined);
      if (!picture) continue;
      mkdirSync(PICTURES, { recursive: true });
      writeFileSync(file, picture);
      t.diagnostic(`what was to be seen: ${file}`);
    }
    throw error;
  }
}

/**
 * A shop and a visitor of it, both gone when the test ends. The pages are what a shop would publish.
 * @param {Test} t @param {Browser} browser
 */
export async function visit(t, browser) {
  const sites = [given("TILLSIDE_SITE"), `/pkg=${join(root, "pkg")}`, `/shop=${given("TILLSIDE_SHOP")}`, `/bare=${join(root, "tests/engines")}`];
  const server = await collector(t, ...sites.flatMap((site) => ["--site", site]), "--model", given("TILLSIDE_MODEL"), "--crm");
  const net = await network(t, server.url);
  const device = await browser.device();
  t.after(() => device.close());
  /** @type {Tab[]} */
  const tabs = [];
  open.set(t, tabs);
  const tab = async () => {
    const opened = await device.tab();
    tabs.push(opened);
    return opened;
  };
  return {
    rows: server.rows,
    net,
    url: `${net.url}/`,
    tab,
    /** A tab with nothing on it but the package, opened as `till`, everything allowed. @param {string} [query] of the address */
    async bare(query = "") {
      const opened = await tab();
      await begin(opened, `${net.url}/bare/blank.html${query}`);
      return opened;
    },
    /** That no page complained of anything. */
    quiet: () => assert.deepEqual([...device.heard, ...net.heard], []),
  };
}

/** Goes to a page with nothing on it and opens the package there. @param {Tab} tab @param {string} url */
export async function begin(tab, url) {
  await tab.goto(url);
  await tab.evaluate(async (path) => {
    const { Tillside } = await import(new URL(path, location.href).href);
    const till = await Tillside.open({
      model: "/model/manifest.json",
      collector: { url: "/v1/batch", writeKey: "bare" },
      consent: { personalisation: true, measurement: true },
      automated: false,
    });
    Object.assign(globalThis, { till });
  }, "/pkg/dist/index.js");
}

/** @param {Tab} tab @returns {Promise<import("../../pkg/index.js").Status>} */
export const status = (tab) => tab.evaluate(() => /** @type {any} */ (globalThis).till.status());

/** @param {Tab} tab @returns {Promise<number>} */
export const flush = (tab) => tab.evaluate(() => /** @type {any} */ (globalThis).till.flush());

/** @param {Tab} tab @param {string[]} products */
export const view = (tab, ...products) =>
  tab.evaluate((products) => {
    for (const product_id of products) {
      const tracked = /** @type {any} */ (globalThis).till.track("Product Viewed", { product_id });
      if (!tracked.ok) throw new Error(`${product_id}: ${tracked.reason}`);
    }
  }, products);

/** The products that rows say were viewed. @param {import("../clients/collector.mjs").Row[]} rows @returns {string[]} */
export const viewed = (rows) => rows.filter(({ event }) => event === "Product Viewed").map(({ message }) => message.properties.product_id);

/** The ids on a shelf, in order, once it is there. @param {Tab} tab @param {string} placement */
export async function ids(tab, placement) {
  // Not those of the feed below the shelves.
  const cards = `main [data-placement="${placement}"]:not(.feed *) [data-id]`;
  await tab.there(cards);
  return tab.texts(cards, "data-id");
}

/** Answers the question of consent. @param {Tab} tab */
export async function allow(tab) {
  await tab.click('[data-consent="all"]');
  await tab.gone('[data-consent="all"]');
}

/** Everything that the page has on the device. @param {Tab} tab */
export const stored = (tab) =>
  tab.evaluate(async () => {
    const databases = await indexedDB.databases();
    return { databases: databases.map(({ name }) => name), local: { ...localStorage }, session: { ...sessionStorage }, cookies: document.cookie };
  });

export const NOTHING = { databases: [], local: {}, session: {}, cookies: "" };
