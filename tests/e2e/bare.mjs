// A page with nothing on it but the package, for what the demo does not do. `till` on it is open.

import { join } from "node:path";
import { root } from "../support/surroundings.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").BrowserContext} Context */
/** @typedef {import("../../pkg/index.js").Options} Options */

/** For a shop that has the bare page. */
export const BARE = { args: ["--site", `/bare=${join(root, "tests/wasm")}`] };
export const ALL = { personalisation: true, measurement: true };

/** What `open` came to. @typedef {{ engine: string, model?: string, storage: string, problems: string[], ms: number } | string} Opened */

/** Opens the package on a page that is there; what became of it within `patience`. @param {Page} page @param {Options} [options] @returns {Promise<Opened>} */
export const open = (page, options, patience = 9000) =>
  page.evaluate(
    async ([path, options, patience]) => {
      const began = performance.now();
      const { Tillside } = await import(/** @type {string} */ (path));
      const opening = Tillside.open({ model: "/model/manifest.json", collector: { url: "/v1/batch", writeKey: "bare" }, consent: { personalisation: true, measurement: true }, automated: false, .../** @type {any} */ (options) });
      return Promise.race([
        opening.then(
          (/** @type {any} */ till) => {
            Object.assign(globalThis, { till, Tillside });
            const { engine, model, storage, problems } = till.status();
            return { engine, model: model?.id, storage, problems: problems.map((/** @type {any} */ { code }) => code), ms: performance.now() - began };
          },
          (/** @type {any} */ error) => `rejected: ${error}`,
        ),
        new Promise((resolve) => setTimeout(resolve, patience, "open never settled")),
      ]);
    },
    /** @type {const} */ (["/pkg/dist/index.js", options ?? {}, patience]),
  );

/** How long a page of a test may take to open, in milliseconds: what is asked is another thing than how fast a busy machine is. */
const TIMEOUT = 30_000;

/** A new page, opened. @param {string} url @param {Context} context @param {Options} [options] */
export async function bare(url, context, options) {
  const page = await context.newPage();
  await page.goto(`${url}/bare/blank.html`);
  await open(page, { timeout: TIMEOUT, ...options }, TIMEOUT + 9000);
  return page;
}

/** What the page's `till` answers. @param {Page} page @param {string} method @param {any[]} given @returns {Promise<any>} */
export const ask = (page, method, ...given) => page.evaluate(([method, given]) => /** @type {any} */ (globalThis).till[method](...given), /** @type {const} */ ([method, given]));

/** @param {Page} page @param {string[]} products */
export async function view(page, ...products) {
  for (const product_id of products) {
    const tracked = await ask(page, "track", "Product Viewed", { product_id });
    if (!tracked.ok) throw new Error(`${product_id}: ${tracked.reason}`);
  }
}

/** The items that the portrait remembers, newest first. @param {Page} page @returns {Promise<string[]>} */
export const recent = async (page) => (await ask(page, "portrait")).recent.map((/** @type {any} */ { id }) => id);

/** @param {Page} page @returns {Promise<string[]>} */
export const problems = async (page) => (await ask(page, "status")).problems.map((/** @type {any} */ { code }) => code);

/** The keys on the device, without what follows a slash. @param {Page} page @returns {Promise<string[]>} */
export const keys = (page) =>
  page.evaluate(
    () =>
      new Promise((done) => {
        indexedDB.open("tillside").onsuccess = (/** @type {any} */ { target: { result } }) => {
          result.transaction("rows").objectStore("rows").getAllKeys().onsuccess = (/** @type {any} */ { target }) => {
            result.close();
            done(target.result.map((/** @type {unknown} */ key) => String(key).replace(/\/.*/, "/")));
          };
        };
      }),
  );
