// The package in the tools that shops use: for each a project as small as it can be, installed from the tarball, built or
// served by the tool, and opened in a browser before the real server. Each must come to an engine, a shelf and a delivered
// event. What a tool needs for that is a row of docs/bundlers.md (table.mjs).

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import test, { after } from "node:test";
import { collector } from "../clients/collector.mjs";
import { launch } from "../support/browser.mjs";
import { listen, pass, together } from "../support/listen.mjs";
import { given, root } from "../support/surroundings.mjs";
import { exec, project } from "./package.mjs";
import { learn } from "./table.mjs";

const ALL = Boolean(process.env.TILLSIDE_PACKAGING);

/** Where a tool is: those of every run beside the other development dependencies, the rest in a folder of their own. @param {boolean} often */
const home = (often) => join(root, often ? "tests" : "tests/packaging/tools");

const ICON = `<svg xmlns="http://www.w3.org/2000/svg"/>`;
const HTML = `<!doctype html><html lang="en"><title>shop</title><link rel="icon" href="/icon.svg"><output></output><script type="module" src="./main.js"></script></html>`;

/** The page's script, the same in every tool. @param {string} entry @param {string} [said] */
export const shop = (entry, said = `document.querySelector("output").textContent = said`) => `
  import { Tillside } from "${entry}";
  (async () => {
    const till = await Tillside.open({
      model: "/model/manifest.json",
      collector: { url: "/v1/batch", writeKey: "matrix" },
      consent: { personalisation: true, measurement: true },
      // A busy machine is slow.
      timeout: 60_000,
    });
    till.track("Product Viewed", { product_id: "sku-1" });
    const shelf = till.recommend({ placement: "home", limit: 4 });
    await till.flush();
    const { engine, problems, queue } = till.status();
    const said = JSON.stringify({ engine, problems, shelf: shelf.items.length, sent: queue.sent });
    ${said};
  })();
`;
/**
 * @typedef {object} Tool
 * @property {string} name
 * @property {string} package whose version is said
 * @property {boolean} [often] in every run
 * @property {boolean} [bare] that package is the project's own
 * @property {string} [page] the page's script, where the shop's runs in a worker of its own
 * @property {(path: (module: string) => string, entry: string) => Record<string, string>} [files] beside the page and its script
 * @property {boolean} [inside] the project finds the tool among its own packages
 * @property {string} [out] where the built pages are, if not in `dist`; they are opened under no policy, having scripts in them
 * @property {(path: (module: string) => string) => string[]} build what Node runs in the project
 * @property {boolean} [serves] the build is a development server that says its address
 * @property {string} [carry] what makes it carry the module's file, where it does not by itself
 * @property {Record<string, string>} [config] does that
 * @property {string} [carryInline] the same for `tillside/inline`
 * @property {Record<string, string>} [configInline]
 * @property {(folder: string) => Promise<unknown>} [copy] or this, after the build
 */

const ENTRIES = ["tillside", "tillside/inline"];

/** @type {ReturnType<typeof launch> | undefined} */
let browser;
after(async () => (await browser)?.close());

/** What the page at an address comes to. @param {string} url */
async function comes(url) {
  const page = await (await (browser ??= launch())).newPage();
  page.setDefaultTimeout(240_000);
  /** @type {string[]} */
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  // A page that has failed says nothing more.
  const failed = new Promise((_, reject) => page.once("pageerror", reject));
  failed.catch(() => {});
  await page.goto(url);
  const output = page.locator("output:not(:empty)");
  await Promise.race([output.waitFor({ state: "attached" }), failed]);
  const told = JSON.parse((await output.textContent()) ?? "");
  await page.close();
  assert.deepEqual(errors, []);
  return told;
}

/** Starts a development server and finds out where it listens. @param {import("node:test").TestContext} t @param {string[]} command @param {string} folder */
async function developing(t, command, folder) {
  const server = spawn(process.execPath, command, { cwd: folder, env: { ...process.env, NO_COLOR: "1" }, stdio: ["ignore", "pipe", "inherit"] });
  t.after(async () => {
    server.kill();
    if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
  });
  for await (const line of createInterface(server.stdout)) {
    const url = line.match(/http:\S+/)?.[0];
    if (url) return url;
  }
  throw new Error("the development server stopped before it listened");
}

/** @param {string} message */
const failing = (message) => {
  throw new Error(message);
};

/** Builds a tool's project. @param {Tool} tool @param {string} folder @param {(module: string) => string} path */
async function built({ out, build, copy }, folder, path, inline = false) {
  const env = { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", NUXT_TELEMETRY_DISABLED: "1" };
  await exec(process.execPath, build(path), { cwd: folder, env }).catch((error) => failing(`${error.stdout}${error.stderr}`));
  if (!out) await writeFile(join(folder, "dist/index.html"), await readFile(join(folder, "dist/index.html"), "utf8").catch(() => HTML));
  if (!inline) await copy?.(folder);
  return join(folder, out ?? "dist");
}

/** @param {import("node:test").TestContext} t @param {Tool} tool @param {string} entry */
async function check(t, tool, entry) {
  const { name, package: named, often = false, page, files, inside, out, build, serves, carry, config, carryInline, configInline, bare } = tool;
  const inline = entry !== "tillside";
  const { resolve } = createRequire(join(home(often), "package.json"));
  const common = { "index.html": HTML, "public/icon.svg": ICON, "icon.svg": ICON, "main.js": page ?? shop(entry), "worker.js": shop(entry, "postMessage(said)") };
  const folder = await project(t, { "package.json": `{ "type": "module" }`, ...common, ...files?.(resolve, entry), ...(inline ? configInline : config) }, inside ? home(often) : undefined);
  const { version } = JSON.parse(await readFile(join(bare ? folder : home(often), "node_modules", named, "package.json"), "utf8"));
  let url;
  let rows;
  if (serves) {
    const server = await collector(t, "--model", given("TILLSIDE_MODEL"));
    const pages = await developing(t, build(resolve), folder);
    url = await listen(t, (request, response) => together(pages, server.url, request, response));
    rows = server.rows;
  } else {
    ({ url, rows } = await collector(t, "--site", await built(tool, folder, resolve, inline), "--model", given("TILLSIDE_MODEL")));
    if (page || out) {
      const own = url;
      url = await listen(t, (request, response) => pass(own, request, response, ["content-security-policy"]));
    }
  }
  assert.deepEqual(await comes(url), { engine: "wasm", problems: [], shelf: 4, sent: 1 });
  assert.deepEqual(rows().map(({ event, message }) => [event, message.properties.product_id]), [["Product Viewed", "sku-1"]]);
  learn(name, inline ? 2 : 1, (inline ? carryInline : carry) || "as it is", version);
}

/** A test of each tool with each entry of the package. @param {Tool[]} tools */
export function matrix(tools) {
  for (const tool of tools) {
    for (const entry of ENTRIES) {
      test(`${tool.name}: a page with ${entry} comes to an engine, a shelf and a delivered event`, { skip: !tool.often && !ALL && "run with --packaging" }, (t) => check(t, tool, entry));
    }
  }
}
