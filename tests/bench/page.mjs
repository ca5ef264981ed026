// What the engine costs a page: time of a call, bytes, and the start of the demo, in Chromium and in Node, each beside a
// baseline of the same run, since machines differ and are shared.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { launch } from "../support/browser.mjs";
import * as devtools from "../support/devtools.mjs";
import { given, root } from "../support/surroundings.mjs";
import { measure } from "./calls.js";

/** The demo's shop, its range five times over: some ten thousand items. */
const TIMES = 5;
const RELOADS = 25;
/** A page is left alone for this long: asking whether it is there yet would slow it. */
const SETTLE_MS = 500;

const tillside = (/** @type {string[]} */ ...args) => execFileSync(given("TILLSIDE"), args, { stdio: ["ignore", "ignore", "inherit"] });

/** Makes the large shop and its model, once. */
function large() {
  const folder = join(root, "target/bench/large");
  const model = join(folder, "model");
  if (existsSync(join(model, "manifest.json"))) return model;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const lines = readFileSync(join(given("TILLSIDE_SHOP"), "catalog.jsonl"), "utf8").trim().split("\n");
  const rows = Array.from({ length: TIMES }, (_, copy) => lines.map((line) => ({ ...JSON.parse(line), id: `${JSON.parse(line).id}-${copy}` })));
  writeFileSync(join(folder, "catalog.jsonl"), rows.flat().map((row) => `${JSON.stringify(row)}\n`).join(""));
  const events = join(folder, "events.jsonl");
  tillside("lab", "simulate", "--shop", folder, "--out", events, "--shoppers", "20000");
  tillside("train", "--catalog", join(folder, "catalog.jsonl"), "--events", events, "--out", model);
  return model;
}

/** @param {string[]} args */
async function serve(...args) {
  const data = mkdtempSync(join(tmpdir(), "tillside-"));
  const child = spawn(given("TILLSIDE"), ["serve", "--port", "0", "--data", data, ...args], { stdio: ["ignore", "pipe", "ignore"] });
  const [line] = await once(createInterface(child.stdout), "line");
  const stop = async () => {
    child.kill("SIGTERM");
    await once(child, "exit");
    rmSync(data, { recursive: true });
  };
  return { url: String(line).replace("listening on ", ""), stop };
}

/** @param {number[]} values @param {number} share */
const quantile = (values, share) => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? NaN;

/** @param {(string | number)[]} cells */
const line = (...cells) => console.log(cells.map((cell, i) => (i ? String(cell).padStart(12) : String(cell).padEnd(46))).join(""));
const round = (/** @type {number} */ value) => (value >= 10 ? value.toFixed(0) : value.toFixed(1));

const model = large();
const manifest = JSON.parse(readFileSync(join(model, "manifest.json"), "utf8"));
const bytes = readFileSync(join(model, "model.safetensors"));
line("model", "items", "raw", "gzip -9");
line(`${TIMES} × the demo's range`, manifest.items, bytes.length, gzipSync(bytes, { level: 9 }).length);

const browser = await launch();
try {
  const bench = await serve("--site", join(root, "tests/bench"), "--site", `/pkg=${join(root, "pkg")}`, "--model", model);
  const page = await browser.newPage();
  await page.goto(`${bench.url}/blank.html`);
  const inChromium = await page.evaluate(async () => {
    // A place on the server, not on the disk.
    const engine = "/pkg/dist/index.js";
    const [{ measure }, { Tillside }] = await Promise.all([import("./calls.js"), import(engine)]);
    return measure(Tillside, "/model/manifest.json");
  });
  const { Tillside } = await import("../../pkg/dist/index.js");
  const inNode = await measure(Tillside, `${bench.url}/model/manifest.json`);
  await bench.stop();
  console.log();
  line("microseconds a call, and × the baseline", "p50", "p99", "× baseline");
  for (const [where, figures] of /** @type {const} */ ([["Chromium", inChromium], ["Node", inNode]])) {
    const base = quantile(figures.baseline, 0.5);
    for (const [what, values] of Object.entries(figures)) {
      line(`${what === "baseline" ? "baseline: read the model's bytes once in JS" : what}, ${where}`, round(quantile(values, 0.5)), round(quantile(values, 0.99)), (quantile(values, 0.5) / base).toFixed(2));
    }
  }

  const sites = [given("TILLSIDE_SITE"), `/pkg=${join(root, "pkg")}`, `/shop=${given("TILLSIDE_SHOP")}`, `/bench=${join(root, "tests/bench")}`];
  const demo = await serve(...sites.flatMap((site) => ["--site", site]), "--model", given("TILLSIDE_MODEL"));
  const visit = await devtools.page();
  await visit.goto(demo.url);
  const click = async (/** @type {string} */ selector) => {
    await visit.until(`document.querySelector('${selector}') !== null`);
    await visit.evaluate(`document.querySelector('${selector}').click()`);
  };
  await click('[data-consent="personalisation"]');
  await click("main [data-id] a");
  await visit.until('document.querySelector("main .product") !== null');
  const first = [];
  const bare = [];
  for (let n = 0; n < RELOADS; n++) {
    await visit.goto(`${demo.url}/?n=${n}#/`);
    await wait(SETTLE_MS);
    await visit.until('performance.getEntriesByName("till:first-shelf").length > 0');
    first.push(await visit.evaluate('performance.getEntriesByName("till:first-shelf")[0].startTime'));
    await visit.goto(`${demo.url}/bench/blank.html?n=${n}`);
    await wait(SETTLE_MS);
    bare.push(await visit.evaluate('performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd'));
  }
  await visit.close();
  await demo.stop();
  console.log();
  line("milliseconds from navigation, warm", "p50", "min", "× baseline");
  line("first personalised shelf of the demo", round(quantile(first, 0.5)), round(quantile(first, 0)), (quantile(first, 0.5) / quantile(bare, 0.5)).toFixed(2));
  line("baseline: an empty page", round(quantile(bare, 0.5)), round(quantile(bare, 0)), "1.00");
} finally {
  await browser.close();
}
