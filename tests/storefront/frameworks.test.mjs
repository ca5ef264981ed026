// Shelves in React, in Vue and as an element of the page, in Chromium.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { root } from "../support/surroundings.mjs";
import { bundled, opened } from "./page.mjs";

const REACT = `
  import { createElement as h, StrictMode } from "react";
  import { Shelf } from "tillside/react";
  const Placeholder = () => h("li", null, "…");
  const render = ({ id, title }, item, text) => h("li", { key: id, "data-id": id }, title, h("small", null, text));
  export const app = (load) => h(StrictMode, null, h("h2", null, "For you"), h(Shelf, { placement: "home", limit: 5, load, render, placeholder: Placeholder, as: "ul" }));
`;
const VUE = `
  import { createSSRApp, h } from "vue";
  import { Shelf } from "tillside/vue";
  export const app = (load) => createSSRApp({
    render: () => h("main", [h("h2", "For you"), h(Shelf, { request: { placement: "home", limit: 5 }, load, as: "ul" }, {
      default: ({ product, text }) => h("li", { key: product.id, "data-id": product.id }, [product.title, h("small", text)]),
      placeholder: () => h("li", "…"),
    })]),
  });
`;

/** What the server renders. @param {import("node:test").TestContext} t @param {string} script that exports it as \`html\` @returns {Promise<string>} */
async function served(t, script) {
  const folder = await mkdtemp(join(root, "tests/node_modules/.tillside-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "server.mjs");
  await bundled(script, file, { platform: "node", packages: "external", alias: { "tillside/react": join(root, "pkg/dist/react.js"), "tillside/vue": join(root, "pkg/dist/vue.js") } });
  return (await import(pathToFileURL(file).href)).html;
}

/** @param {Awaited<ReturnType<typeof opened>>} shop */
async function holds({ page, sent, reported, heard }) {
  await page.locator("li[data-id]").nth(4).waitFor();
  await page.waitForTimeout(2500);
  await page.locator("li[data-id]").nth(1).click();
  await sent();
  const ids = await page.locator("li").evaluateAll((list) => list.map((card) => /** @type {HTMLElement} */ (card).dataset.id));
  assert.equal(ids.length, 5);
  assert.deepEqual(reported("Product List Viewed").map(({ message }) => message.properties.products.map((/** @type {any} */ { product_id }) => product_id)), [ids], "one list, seen once");
  assert.deepEqual(reported("Product Clicked").map(({ message }) => message.properties.product_id), [ids[1]]);
  // Vue asks for a policy at import, which the server's pages allow nobody, and goes on without.
  const wrong = heard.filter((line) => !line.includes("TrustedTypePolicy named 'vue'"));
  assert.deepEqual([await page.evaluate(() => /** @type {any} */ (window).loads), await page.evaluate(() => /** @type {any} */ (window).shifts), wrong], [[ids], 0, []]);
}

test("React in StrictMode: the server's list is the first of the page, one list is asked for, and it is seen once", async (t) => {
  const html = await served(t, `${REACT} import { renderToString } from "react-dom/server"; export const html = renderToString(app(() => []));`);
  assert.equal(html.match(/<li>…<\/li>/g)?.length, 5);
  const script = `${REACT} import { hydrateRoot } from "react-dom/client";
    window.till = tillside(options);
    window.mismatches = [];
    window.before = document.querySelector("#root").innerHTML;
    let recommend = window.till.recommend.bind(window.till);
    window.asked = 0;
    window.till.recommend = (request) => (window.asked++, recommend(request));
    hydrateRoot(document.querySelector("#root"), app(load), { onRecoverableError: (error) => window.mismatches.push(String(error)) });`;
  const shop = await opened(t, script, `<div id="root">${html}</div>`);
  assert.equal(await shop.page.evaluate(() => /** @type {any} */ (window).before), html);
  await holds(shop);
  assert.deepEqual(await shop.page.evaluate(() => [/** @type {any} */ (window).mismatches, /** @type {any} */ (window).asked]), [[], 1]);
});

test("Vue: the server's list is the first of the page, and it is seen once", async (t) => {
  const html = await served(t, `${VUE} import { renderToString } from "vue/server-renderer"; export const html = await renderToString(app(() => []));`);
  assert.equal(html.match(/<li>…<\/li>/g)?.length, 5);
  const script = `${VUE} window.till = tillside(options);
    window.warnings = [];
    const warn = console.warn;
    console.warn = (...words) => (window.warnings.push(words.join(" ")), warn(...words));
    app(load).mount("#root");`;
  const shop = await opened(t, script, `<div id="root">${html}</div>`);
  await holds(shop);
  assert.deepEqual(await shop.page.evaluate(() => /** @type {any} */ (window).warnings), []);
});

test("<till-shelf> keeps the server's list until its own is there, and fills the page's template", async (t) => {
  const body = `<till-shelf placement="home" limit="5"><template><li><a data-href="link" data-text="title"></a><small data-text="reason"></small></li></template><ul>${"<li>…</li>".repeat(5)}</ul></till-shelf><p>below</p>`;
  const script = `import { define } from "tillside/element";
    window.till = tillside(options);
    define({ load: async (ids) => (await load(ids)).map((product) => ({ ...product, link: product.id === ids[0] ? "javascript:alert(1)" : product.link })) });
    document.querySelector("till-shelf").addEventListener("click", (event) => event.preventDefault());`;
  const { page, sent, reported, heard } = await opened(t, script, body);
  await page.locator("till-shelf li a").nth(4).waitFor();
  const links = await page.locator("till-shelf li a").evaluateAll((list) => list.map((link) => [link.getAttribute("href"), link.textContent]));
  const [ids] = await page.evaluate(() => /** @type {any} */ (window).loads);
  assert.deepEqual(links, ids.map((/** @type {string} */ id, /** @type {number} */ n) => [n ? `#${id}` : null, `Product ${id}`]), "a feed brings no script");
  await page.waitForTimeout(1500);
  await page.locator("till-shelf li a").nth(3).click();
  await sent();
  assert.equal(reported("Product List Viewed").length, 1);
  assert.deepEqual(reported("Product Clicked").map(({ message }) => message.properties.product_id), [ids[3]]);
  assert.deepEqual([await page.evaluate(() => /** @type {any} */ (window).shifts), heard], [0, []]);
});
