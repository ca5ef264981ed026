// The first lines that anybody tries: the README's own, in a project of a shop, against the real server.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { exec, project, tool } from "../packaging/package.mjs";
import { collector } from "../clients/collector.mjs";
import { complaints, launch } from "../support/browser.mjs";
import { given, root } from "../support/surroundings.mjs";
import { settled } from "./shop.mjs";

test("the README's ten lines show a shelf with reasons, and the shop hears of it", async (t) => {
  const [, lines] = (await readFile(join(root, "README.md"), "utf8")).match(/^## Ten lines in a shop\n+```js\n(.*?)^```$/ms) ?? [];
  assert.ok(lines, "README.md has the lines");
  const folder = await project(t, {
    "package.json": `{ "type": "module" }`,
    "index.html": `<!doctype html><html lang="en"><title>shop</title><link rel="icon" href="/icon.svg"><script type="module" src="/main.js"></script></html>`,
    // Of its own, as the server's policy allows no picture that is part of the page.
    "public/icon.svg": `<svg xmlns="http://www.w3.org/2000/svg"/>`,
    "main.js": lines,
  });
  await exec(process.execPath, [tool("vite/bin/vite.js"), "build"], { cwd: folder });
  const server = await collector(t, "--site", join(folder, "dist"), "--model", given("TILLSIDE_MODEL"));
  const browser = await launch();
  t.after(() => browser.close());
  const page = await browser.newPage();
  const heard = complaints(page);
  /** @type {string[]} */
  const logged = [];
  page.on("console", (message) => message.type() === "log" && logged.push(message.text()));
  await page.goto(server.url);
  for (let tries = 0; tries < 100 && logged.length < 12; tries++) await page.waitForTimeout(100);

  const catalogue = (await readFile(join(given("TILLSIDE_SHOP"), "catalog.jsonl"), "utf8")).trim().split("\n");
  const known = new Set(catalogue.map((line) => JSON.parse(line).id));
  const shelf = logged.map((line) => line.split(" ", 1)[0] ?? "");
  assert.equal(new Set(shelf).size, 12, `${logged}`);
  for (const line of logged) assert.match(line, /^\S+ [A-Z][a-z]+ [a-z]+/, "an id, and a reason in words");
  assert.deepEqual(shelf.filter((id) => !known.has(id)), [], "what the shop has");

  // A page that is left sends what waits. Left for another, as a busy machine may close one without a word to its scripts.
  await page.goto("about:blank");
  const rows = await settled(server, (rows) => rows.length >= 2);
  const { model } = JSON.parse(await readFile(join(given("TILLSIDE_MODEL"), "manifest.json"), "utf8"));
  assert.deepEqual(
    rows.map(({ write_key, event, message: { properties } }) => [write_key, event, properties.product_id ?? properties.products.map((/** @type {any} */ { product_id }) => product_id)]),
    [["demo", "Product Viewed", "sku-1"], ["demo", "Product List Viewed", shelf]],
  );
  const { list_id, model_version } = rows[1]?.message.properties;
  assert.deepEqual([list_id, model_version], ["rec:home", model]);
  assert.deepEqual(heard, [], "nothing went wrong on the page");
});
