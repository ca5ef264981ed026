// What the engine costs a page: time of a call, bytes, and the start of the demo, in Chromium and in Node, each beside a
// baseline of the same run, since machines differ and are shared.

import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { launch } from "../../tests/support/browser.mjs";
import * as devtools from "../../tests/support/devtools.mjs";
import { encode } from "../../tests/support/encoder.mjs";
import { given, root } from "../../tests/support/surroundings.mjs";
import { acting, crossing, HOME, knowing, measure, opening } from "./calls.js";
import { events, starts } from "./cost.mjs";
import { scans } from "./kernels.js";
import { deep } from "../../tests/support/engines/deep.mjs";

/** As bench/definitions/page.toml has it. @type {{ times: number, shoppers: number, sizes: number[], shapes: [number, number][], reloads: number }} */
const definition = JSON.parse(process.argv[2] ?? "{}");
const { times: TIMES, sizes: SIZES, shapes: SHAPES, reloads: RELOADS } = definition;
/** A page is left alone for this long: asking whether it is there yet would slow it. */
const SETTLE_MS = 500;

const tillside = (/** @type {string[]} */ ...args) => execFileSync(given("TILLSIDE"), args, { stdio: ["ignore", "ignore", "inherit"] });

/** Which trainer this is: what another one made is made again. */
const trainer = createHash("sha256").update(readFileSync(given("TILLSIDE"))).digest("hex");

/** A model in a folder of its own, made once by a trainer. @param {string} name @param {(folder: string, model: string) => void} make */
function made(name, make) {
  const folder = join(root, "target/bench", name);
  const model = join(folder, "model");
  const stamp = join(folder, "trainer");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === trainer) return model;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  make(folder, model);
  writeFileSync(stamp, trainer);
  return model;
}

/** The large shop and its model. */
const large = () => made("large", (folder, model) => {
  const lines = readFileSync(join(given("TILLSIDE_SHOP"), "catalog.jsonl"), "utf8").trim().split("\n");
  const rows = Array.from({ length: TIMES }, (_, copy) => lines.map((line) => ({ ...JSON.parse(line), id: `${JSON.parse(line).id}-${copy}` })));
  writeFileSync(join(folder, "catalog.jsonl"), rows.flat().map((row) => `${JSON.stringify(row)}\n`).join(""));
  const events = join(folder, "events.jsonl");
  tillside("lab", "simulate", "--shop", folder, "--out", events, "--shoppers", `${definition.shoppers}`);
  tillside("train", "--catalog", join(folder, "catalog.jsonl"), "--events", events, "--out", model);
});

/** A model of bare sessions over so many items. @param {number} items */
const walks = (items) => made(`bare-${items}`, (folder, model) => {
  // Walks among numbers that are near: some forty neighbours an item.
  let at = 1;
  const draw = () => (at = (Math.imul(at, 1664525) + 1013904223) | 0) >>> 8;
  const walk = () => {
    const from = draw() % items;
    return Array.from({ length: 5 }, () => `sku-${(from + (draw() % 40)) % items}`).join(" ");
  };
  const sessions = join(folder, "sessions.csv");
  writeFileSync(sessions, "session,items\n");
  for (let n = 0; n < items * 2; n += items / 10) {
    const rows = Array.from({ length: items / 10 }, (_, i) => `${n + i},${walk()}\n`);
    appendFileSync(sessions, rows.join(""));
  }
  tillside("train", "--sessions", sessions, "--out", model, "--neighbours", "20");
});

/** The model with an encoder. @param {string} model */
function encoded(model) {
  const folder = join(root, "target/bench/encoder");
  rmSync(folder, { recursive: true, force: true });
  encode(model, folder);
  return folder;
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

/** What is kept of the run. @type {{ title: string, columns: string[], rows: string[][] }[]} */
const tables = [];
/** @param {string[]} cells */
const print = (...cells) => console.log(cells.map((cell, i) => (i ? cell.padStart(13) : cell.padEnd(62))).join(""));
/** Begins a table. @param {string} title @param {string[]} columns */
const table = (title, ...columns) => {
  if (tables.length) console.log();
  tables.push({ title, columns, rows: [] });
  print(title, ...columns);
};
/** A row of the table begun last. @param {(string | number)[]} cells */
const line = (...cells) => {
  tables.at(-1)?.rows.push(cells.map(String));
  print(...cells.map(String));
};
const round = (/** @type {number} */ value) => (value >= 10 ? value.toFixed(0) : value.toFixed(1));

const model = large();
const manifest = JSON.parse(readFileSync(join(model, "manifest.json"), "utf8"));
const bytes = readFileSync(join(model, "model.safetensors"));
table("model", "items", "raw", "gzip -9");
line(`${TIMES} × the demo's range`, manifest.items, bytes.length, gzipSync(bytes, { level: 9 }).length);

const least = (/** @type {number[]} */ values) => quantile(values, 0);
const browser = await launch();
try {
  const kernels = readFileSync(given("TILLSIDE_KERNELS"));
  const module = readFileSync(join(root, "pkg/dist/tillside_encoder_bg.wasm"));
  /** @type {(readonly [name: string, folder: string, bare?: number])[]} */
  const folders = [
    [`demo ×${TIMES}`, model],
    ["the same with an encoder", encoded(model)],
    ...SIZES.map((items) => /** @type {const} */ ([`${items} items, bare`, walks(items), items])),
  ];
  const previous = existsSync(join(root, "target/bench/previous/dist/index.js"));
  const glue = await import(join(root, "pkg/dist/tillside.js"));
  table("microseconds of a call, Chromium and Node", "least", "p50", "× E", "× before");
  /** @type {[string, string, { open: number, copy: number, used: number }, number, number, number | undefined][]} */
  const loads = [];
  /** @type {[string, string, { length: number, engine: number, words: number, flat: number }, number, number][]} */
  const outs = [];
  /** For the plots of the documentation. @type {{ items: number, place: string, recommend: number, rerank: number }[]} */
  const medians = [];
  for (const [name, folder, bare] of folders) {
    // The bare models differ from these in nothing that could grow.
    const patient = !bare;
    const sites = [join(root, "bench/page"), `/tests/support=${join(root, "tests/support")}`, `/pkg=${join(root, "pkg")}`, `/kernels=${join(given("TILLSIDE_KERNELS"), "..")}`];
    if (previous) sites.push(`/previous=${join(root, "target/bench/previous")}`);
    const bench = await serve(...sites.flatMap((site) => ["--site", site]), "--model", folder);
    const page = await browser.newPage();
    await page.goto(`${bench.url}/blank.html`);
    const inChromium = (/** @type {string} */ build, /** @type {boolean} */ patient) =>
      page.evaluate(
        async ([build, patient]) => {
          const bytes = async (/** @type {string} */ url) => (await fetch(url)).arrayBuffer();
          const [{ crossing, measure, opening }, { Tillside }] = await Promise.all([import("./calls.js"), import(build)]);
          const figures = await measure(Tillside, "/model/manifest.json", await bytes("/kernels/tillside_kernels.wasm"), patient);
          // Only of this build: the glue of another may be another.
          const glue = await import(build.replace(/.*/, "/pkg/dist/tillside.js"));
          const module = await bytes("/pkg/dist/tillside_encoder_bg.wasm");
          const load = await opening(glue, module, "/model/manifest.json");
          return { ...figures, load, out: await crossing(glue, module, "/model/manifest.json") };
        },
        /** @type {const} */ ([build, patient]),
      );
    const now = await inChromium("/pkg/dist/index.js", patient);
    const then = previous ? await inChromium("/previous/dist/index.js", false) : undefined;
    const address = `${bench.url}/model/manifest.json`;
    // One of its own, as a page has: which module it loads is the model's to say.
    const { Tillside } = await import(`../../pkg/dist/index.js?${encodeURIComponent(name)}`);
    const node = {
      ...(await measure(Tillside, address, kernels, patient)),
      load: await opening(glue, module, address),
      out: await crossing(glue, module, address),
    };
    for (const [where, figures] of /** @type {const} */ ([["Chromium", now], ["Node", node]])) {
      for (const [what, values] of Object.entries(figures.calls)) {
        const before = where === "Chromium" && then ? (least(values) / least(then.calls[what] ?? [])).toFixed(2) : "";
        line(`${name}, ${where}: ${what}`, round(least(values)), round(quantile(values, 0.5)), (least(values) / figures.sums).toFixed(1), before);
      }
      line(`${name}, ${where}: E, the bare sums of the rows`, figures.sums.toFixed(2), "", "1.0");
      line(`${name}, ${where}: a call with three numbers`, figures.three.toFixed(4), "", "");
      loads.push([name, where, figures.load, figures.bytes, figures.memory, figures.grown]);
      outs.push([name, where, figures.out, least(figures.calls[HOME] ?? []), figures.sums]);
      const median = (/** @type {string} */ call) => quantile(Object.entries(figures.calls).find(([what]) => what.startsWith(call))?.[1] ?? [], 0.5);
      if (bare) medians.push({ items: bare, place: where, recommend: median(HOME), rerank: median("rerank") });
    }
    if (folder === model) {
      const [inPage, without, known] = await page.evaluate(async () => {
        const [{ acting, knowing }, { Tillside }, full] = await Promise.all([import(/** @type {any} */ ("./calls.js")), import(/** @type {any} */ ("/pkg/dist/index.js")), import(/** @type {any} */ ("/pkg/dist/index.js?full"))]);
        const where = "/model/manifest.json";
        /** @typedef {{ track: number[], recommend: number[] }} Known */
        return /** @type {[number[], Known, Known]} */ ([await acting(full.Tillside), await knowing(Tillside, where, "recommender"), await knowing(full.Tillside, where, "full")]);
      });
      for (const what of /** @type {const} */ (["track", "recommend"])) {
        const [values, base] = [known[what], least(without[what])];
        line(`full edition, Chromium: ${what}, whole portrait (× recommender)`, round(least(values)), round(quantile(values, 0.5)), (least(values) / base).toFixed(2), "");
      }
      // @ts-ignore Another address is another module.
      const { Tillside } = await import("../../pkg/dist/index.js?full");
      for (const [where, values] of /** @type {const} */ ([["Chromium", inPage], ["Node", await acting(Tillside)]])) line(`full edition, ${where}: actions of 200 rules`, round(least(values)), round(quantile(values, 0.5)), "", "");
    }
    await page.close();
    await bench.stop();
  }
  table("opening a model", "µs", "plain copy", "×", "model, KB", "memory, KB", "of the bound", "again, KB", "grown by");
  for (const [name, where, { open, copy, used }, bytes, memory, grown] of loads) {
    line(`${name}, ${where}`, round(open), round(copy), copy > 0 ? (open / copy).toFixed(1) : "", round(bytes / 1024), round(memory / 1024), (memory / (1.15 * bytes + 1.5 * 1024 * 1024)).toFixed(2), round(used / 1024), grown ?? "");
  }
  table("20 results out of the module, µs, least", "their words", "copied", "20 numbers", "×", "whole call", "× E", "× by 20", "with objects", "×");
  for (const [name, where, { length, engine, words, flat }, objects, sums] of outs) {
    line(`${name}, ${where}`, length, words.toFixed(3), flat.toFixed(3), (words / flat).toFixed(2), round(engine), (engine / sums).toFixed(1), (engine / (engine - words + flat)).toFixed(2), round(objects), (objects / engine).toFixed(2));
  }
  table("the best 20 of all rows, µs, least, Node", "read once, R", "int8 scan", "× R", "4 bits × 16", "JavaScript", "× R");
  for (const { rows, width, read, scan, coded, script } of await scans(kernels, SHAPES)) {
    line(`${rows} × ${width}`, round(read), round(scan), (scan / read).toFixed(2), round(coded), round(script), (script / read).toFixed(0));
  }

  const sites = [given("TILLSIDE_SITE"), `/pkg=${join(root, "pkg")}`, `/shop=${given("TILLSIDE_SHOP")}`, `/bench=${join(root, "bench/page")}`];
  const demo = await serve(...sites.flatMap((site) => ["--site", site]), "--model", given("TILLSIDE_MODEL"));
  const visit = await devtools.page();
  await visit.goto(demo.url);
  const click = async (/** @type {string} */ selector) => {
    await visit.until(`(${deep})('${selector}').length > 0`);
    await visit.evaluate(`(${deep})('${selector}')[0].click()`);
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
  table("milliseconds from navigation, warm", "p50", "min", "× baseline");
  line("first personalised shelf of the demo", round(quantile(first, 0.5)), round(quantile(first, 0)), (quantile(first, 0.5) / quantile(bare, 0.5)).toFixed(2));
  line("baseline: an empty page", round(quantile(bare, 0.5)), round(quantile(bare, 0)), "1.00");

  const shop = await serve(...sites.flatMap((site) => ["--site", site]), "--model", given("TILLSIDE_MODEL"));
  table("milliseconds of work on the main thread", "in all", "in the call");
  for (const [what, all, call] of await events(shop.url)) line(what, all.toFixed(2), call.toFixed(2));
  for (const [what, all] of await starts(shop.url)) line(what, all.toFixed(1), "");
  await shop.stop();
  // Read by bench/src/page.rs.
  writeFileSync(join(root, "target/bench/page.json"), JSON.stringify({ tables, medians }));
} finally {
  await browser.close();
}
