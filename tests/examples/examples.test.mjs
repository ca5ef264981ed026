// Every folder of examples/, installed from the tarball, built as its package.json says and opened in a browser: the shelf is
// there, with the shop's own products, and the collector hears of it.

import assert from "node:assert/strict";
import { copyFile, readFile, readdir } from "node:fs/promises";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import test, { after } from "node:test";
import { collector } from "../clients/collector.mjs";
import { exec, project, tool } from "../packaging/package.mjs";
import { complaints, launch } from "../support/browser.mjs";
import { listen, together } from "../support/listen.mjs";
import { given, root } from "../support/surroundings.mjs";

const ICON = `<svg xmlns="http://www.w3.org/2000/svg"/>`;

/** @type {ReturnType<typeof launch> | undefined} */
let browser;
after(async () => (await browser)?.close());

/** The files of an example, without what npm would fetch. @param {string} name */
async function files(name) {
  const folder = join(root, "examples", name);
  /** @type {Record<string, string>} */
  const found = { "package.json": `{ "type": "module" }`, "public/icon.svg": ICON, "icon.svg": ICON };
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && entry.name !== "package.json") found[path.slice(folder.length + 1)] = await readFile(path, "utf8");
  }
  return found;
}

/** The shop's products before the real server, and the pages of another where they have one. @param {import("node:test").TestContext} t @param {string} server @param {string} [pages] */
async function shop(t, server, pages = server) {
  const catalogue = (await readFile(join(given("TILLSIDE_SHOP"), "catalog.jsonl"), "utf8")).trim().split("\n");
  const titles = new Map(catalogue.map((line) => JSON.parse(line)).map(({ id, title }) => [id, title]));
  const url = await listen(t, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", server);
    if (pathname !== "/products") return together(pages, server, request, response);
    const ids = searchParams.get("ids")?.split(",") ?? [];
    response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(ids.map((id) => ({ id, title: titles.get(id), link: `#p/${id}` }))));
  });
  return { url: `${url}/`, titles };
}

/** @param {import("node:test").TestContext} t @param {string} pages a folder of them, or the address of a server @param {string} [script] of the page before its own */
async function opened(t, pages, script) {
  const served = pages.startsWith("http:");
  const { url: server, rows } = await collector(t, ...(served ? [] : ["--site", pages]), "--model", given("TILLSIDE_MODEL"));
  const { url, titles } = await shop(t, server, served ? pages : undefined);
  const context = await (await (browser ??= launch())).newContext();
  t.after(() => context.close());
  context.setDefaultTimeout(240_000);
  const page = await context.newPage();
  const heard = complaints(page);
  if (script) await page.addInitScript(script);
  await page.goto(url);
  /** What the collector has, once it has so many of an event. @param {string} event @param {number} [least] */
  const reported = async (event, least = 1) => {
    for (let tries = 0; tries < 150; tries++) {
      const found = rows().filter((row) => row.event === event);
      if (found.length >= least) return found;
      await page.waitForTimeout(200);
    }
    return rows().filter((row) => row.event === event);
  };
  return { url, page, heard, titles, rows, reported };
}

/** @param {import("node:test").TestContext} t @param {string} name */
async function vite(t, name) {
  const folder = await project(t, await files(name), join(root, "tests"));
  await exec(process.execPath, [tool("vite/bin/vite.js"), "build"], { cwd: folder }).catch((error) => {
    throw new Error(`${error.stdout}${error.stderr}`);
  });
  return opened(t, join(folder, "dist"));
}

for (const name of ["react-vite", "vue-vite"]) {
  test(`examples/${name}: a shelf with the shop's products is drawn, seen once and chosen from`, async (t) => {
    const { page, heard, titles, reported } = await vite(t, name);
    await page.locator("li[data-id]").nth(5).waitFor();
    const cards = await page.locator("li[data-id]").evaluateAll((list) => list.map((card) => [/** @type {HTMLElement} */ (card).dataset.id, card.querySelector("a")?.textContent]));
    for (const [id, title] of cards) assert.equal(title, titles.get(id));
    const seen = await reported("Product List Viewed");
    assert.deepEqual(seen.map(({ message }) => message.properties.products.map((/** @type {any} */ { product_id }) => product_id)), [cards.map(([id]) => id)]);
    await page.locator("li a").nth(1).click();
    assert.deepEqual((await reported("Product Clicked")).map(({ message }) => message.properties.product_id), [cards[1]?.[0]]);
    assert.deepEqual(heard, []);
  });
}

test("examples/plain: nothing is kept before the banner is answered; then reasons name what was viewed", async (t) => {
  const { page, heard, titles, rows, reported } = await vite(t, "plain");
  await page.locator("till-shelf li a").nth(5).waitFor();
  await page.locator("#consent").waitFor();
  await page.waitForTimeout(2500);
  assert.deepEqual(rows(), []);
  await page.getByRole("button", { name: "Yes" }).click();
  await page.locator("#consent").waitFor({ state: "hidden" });
  const link = page.locator("till-shelf li a").first();
  const [title, id] = [await link.textContent(), (await link.getAttribute("href"))?.slice(3)];
  await link.click();
  assert.deepEqual((await reported("Product Viewed")).map(({ message }) => message.properties.product_id), [id]);
  await page.reload();
  await page.locator("till-shelf li small", { hasText: "Because you viewed" }).first().waitFor();
  const texts = await page.locator("till-shelf li small").allTextContents();
  assert.ok(texts.includes(`Because you viewed ${title}`), `${texts}`);
  assert.ok(texts.every((text) => ![...titles.keys()].some((known) => text.includes(known))), "no reason says an id");
  assert.equal(await page.locator("#consent").isVisible(), false);
  assert.deepEqual(heard, []);
});

test("examples/ab-harness: ids are assigned as planned, again as they were, and the read-out finds what was planted", async (t) => {
  const folder = await project(t, await files("ab-harness"));
  const { stdout } = await exec(process.execPath, ["main.js", "60000"], { cwd: folder });
  const { ids, counts, chiSquare, replayed, messages } = JSON.parse(stdout);
  assert.equal(ids, 60_000);
  assert.equal(replayed, "60000 of 60000");
  for (const [name, square] of Object.entries(chiSquare)) assert.ok(square < 10.83, `${name}: ${JSON.stringify(counts[name])}`);
  /** @param {string[]} args */
  const readOut = async (...args) => JSON.parse((await exec(given("TILLSIDE"), ["lab", "analyse", "--events", join(folder, messages), "--metrics", "conversion", "--json", ...args])).stdout);
  for (const [experiment, args, verdict] of /** @type {const} */ ([["ranker", ["--control", "plain"], "better"], ["badge", ["--control", "off", "--weights", "off=.8,on=.2"], "open"]])) {
    const [found] = (await readOut("--experiment", experiment, ...args)).experiments;
    assert.deepEqual([found.experiment, found.units, found.dropped, found.verdict], [experiment, 60_000, 0, verdict]);
  }
});

test("examples/tag-manager: the dataLayer is read from its beginning, and consent is waited for", async (t) => {
  const folder = await project(t, await files("tag-manager"));
  for (const script of ["classic.js", "datalayer.classic.js"]) await copyFile(join(folder, "node_modules/tillside/dist", script), join(folder, script));
  const { page, heard, titles, rows, reported } = await opened(t, folder);
  await page.locator("#for-you li[data-id]").nth(3).waitFor();
  assert.ok([...titles.values()].includes(await page.locator("#for-you li").first().textContent()));
  await page.waitForTimeout(2500);
  assert.deepEqual(rows(), []);
  await page.locator("#add").click();
  const added = await reported("Product Added");
  assert.deepEqual(added.map(({ message: { properties } }) => [properties.product_id ?? properties.products?.[0]?.product_id]), [["sku-1"]]);
  assert.deepEqual(heard, []);
});

/** Remembers the list that the server sent, and how it was. */
const SENT = `addEventListener("DOMContentLoaded", () => {
  globalThis.sent = document.querySelector("ul");
  globalThis.sentAs = globalThis.sent?.outerHTML;
});`;

test("examples/next: the browser takes over the list that the server rendered, and then it is the shopper's", { skip: !process.env.TILLSIDE_PACKAGING && "run with --packaging" }, async (t) => {
  const tools = join(root, "tests/packaging/tools");
  const folder = await project(t, await files("next"), tools);
  const next = join(tools, "node_modules/next/dist/bin/next");
  const env = { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" };
  await exec(process.execPath, [next, "build"], { cwd: folder, env }).catch((error) => {
    throw new Error(`${error.stdout}${error.stderr}`);
  });
  const server = spawn(process.execPath, [next, "start", "--port", "0", "--hostname", "127.0.0.1"], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
  t.after(async () => {
    server.kill();
    if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
  });
  /** @type {string} */
  const pages = await new Promise((resolve, reject) => {
    server.once("exit", () => reject(new Error("Next stopped before it listened")));
    createInterface(server.stdout).on("line", (line) => {
      const address = line.match(/http:\S+/)?.[0];
      if (address) resolve(address);
    });
  });
  const { url, page, heard, titles, reported } = await opened(t, pages, SENT);
  const html = await (await fetch(url)).text();
  await page.locator("li[data-id]").nth(5).waitFor();
  const { sent, same, now } = await page.evaluate(() => {
    const { sent, sentAs } = /** @type {any} */ (globalThis);
    return { sent: sentAs, same: sent === document.querySelector("ul"), now: [...document.querySelectorAll("li[data-id]")].map((card) => [/** @type {HTMLElement} */ (card).dataset.id, card.querySelector("a")?.textContent]) };
  });
  assert.equal((sent.match(/<li/g) ?? []).length, 6, sent);
  assert.ok(html.includes(sent), "the page begins as the server wrote it");
  assert.ok(same, "hydration keeps the server's element");
  for (const [id, title] of now) assert.equal(title, titles.get(id));
  assert.equal((await reported("Product List Viewed")).length, 1);
  // A difference between both renderings is an error on the console.
  assert.deepEqual(heard, []);
});
