// How many exposures arrive from visitors who leave right after a variation was first used, and whether what arrives still has the split
// that was drawn: this package beside npm's GrowthBook, once with its own tracking plugin and once with a `trackingCallback` that calls
// `fetch`. Each library has real pages in real browsers and a server that collects; the reports of this package go to `tillside serve`.

import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { collector } from "../../tests/clients/collector.mjs";
import { launch } from "../../tests/support/engines/index.mjs";
import { listen, pass } from "../../tests/support/listen.mjs";
import { root } from "../../tests/support/surroundings.mjs";

/** @typedef {{ unit: string, variation: string }} Exposure */

/** As bench/definitions/exposures.toml has it. @type {{ engines: ("chromium" | "firefox")[], visits: number, others: number, leaves: number[] }} */
const definition = JSON.parse(process.argv[2] ?? "{}");
const LIBRARIES = { tillside: "tillside", plugin: "GrowthBook, its tracking plugin", callback: "GrowthBook, callback with fetch" };
const COLUMNS = ["library", "engine", "leaves", "visits", "exposed", "arrived", "lost", "split drawn", "split arrived", "χ²"];
/** Until nothing arrives any more. */
const QUIET_MS = 5000;

const peer = join(root, "target/bench/peer");
const tests = createRequire(join(root, "tests/package.json"));

/** The page's copy of GrowthBook, from npm. */
async function bundle() {
  mkdirSync(peer, { recursive: true });
  const entry = `export { GrowthBook } from "@growthbook/growthbook"; export { growthbookTrackingPlugin } from "@growthbook/growthbook/plugins";`;
  const stdin = { contents: entry, resolveDir: join(root, "tests") };
  await tests("esbuild").build({ stdin, bundle: true, minify: true, format: "esm", outfile: join(peer, "growthbook.js") });
}

/** What a test runner gives a test: work to do at its end. */
function scope() {
  /** @type {(() => unknown)[]} */
  const ends = [];
  const test = /** @type {import("node:test").TestContext} */ (/** @type {unknown} */ ({ after: (/** @type {() => unknown} */ end) => ends.unshift(end) }));
  const over = async () => {
    for (const end of ends) await end();
  };
  return { test, over };
}

/** Before the server that has the pages: takes what the libraries of others report on the same origin, which asks less of them than another would. @param {import("node:test").TestContext} test @param {string} server */
async function front(test, server) {
  /** @type {Exposure[]} */
  const kept = [];
  const url = await listen(test, async (request, response) => {
    if (!request.url?.startsWith("/track")) return pass(server, request, response);
    let body = "";
    for await (const part of request.setEncoding("utf8")) body += part;
    response.writeHead(200).end("{}");
    for (const { device_id, properties_json } of JSON.parse(body)) kept.push({ unit: device_id, variation: String(properties_json.variationId) });
  });
  return { url, kept };
}

/** Sends the visitors through, one page after the other. @param {import("../../tests/support/engines/index.mjs").Tab} tab @param {string} url */
async function sent(tab, url) {
  const led = tab.goto(url).catch(() => {});
  for (let idle = 0, last = -1; ; ) {
    await wait(500);
    // The page that was to answer may be gone before it does.
    const page = await tab.evaluate(() => ({ done: document.title === "done", seen: new URLSearchParams(location.search).get("seen") ?? "" })).catch(() => undefined);
    if (!page) continue;
    if (page.done) return led.then(() => page.seen);
    idle = page.seen.length === last ? idle + 1 : 0;
    last = page.seen.length;
    if (idle > 60) throw new Error(`the pages stopped after ${last} visits`);
  }
}

/** @param {() => Exposure[]} arrived */
async function settled(arrived) {
  for (let last = -1; last !== arrived().length; await wait(QUIET_MS)) last = arrived().length;
  // The first of each unit, as a read-out takes it.
  return new Map(arrived().map(({ unit, variation }) => [unit, variation]));
}

/** @param {string[]} variations */
const split = (variations) => ["0", "1"].map((key) => variations.filter((variation) => variation === key).length);

/** Against equal parts, one degree of freedom. @param {number[]} counts */
function square(counts) {
  const half = counts.reduce((sum, count) => sum + count, 0) / 2;
  return counts.reduce((sum, count) => sum + (count - half) ** 2 / half, 0);
}

/** @param {keyof typeof LIBRARIES} library @param {"chromium" | "firefox"} engine @param {number} within */
async function row(library, engine, within) {
  const { test, over } = scope();
  try {
    const browser = await launch(engine);
    test.after(() => browser.close());
    const sites = [`/pkg=${join(root, "pkg")}`, `/peer=${peer}`, `/visitors=${join(root, "bench/exposures")}`];
    const own = await collector(test, ...sites.flatMap((site) => ["--site", site]));
    const { url, kept } = await front(test, own.url);
    const device = await browser.device();
    test.after(() => device.close());
    const visits = library === "tillside" ? definition.visits : definition.others;
    const query = new URLSearchParams({ library, within: `${within}`, left: `${visits}` });
    const seen = await sent(await device.tab(), `${url}/visitors/visitor.html?${query}`);
    const rows = () => own.rows().filter(({ event }) => event === "Experiment Viewed").map(({ message }) => ({ unit: message.anonymousId, variation: String(message.properties.variation_id) }));
    const arrived = await settled(library === "tillside" ? rows : () => kept);
    const [drawn, left] = [split([...seen]), split([...arrived.values()])];
    // A page that opened too late on a busy machine used no variation.
    const exposed = drawn.reduce((sum, count) => sum + count, 0);
    return [
      LIBRARIES[library], engine, within === 0 ? "at once" : `within ${within} ms`, `${seen.length}`, `${exposed}`, `${arrived.size}`,
      `${(((exposed - arrived.size) / exposed) * 100).toFixed(1)} %`, drawn.join(" : "), left.join(" : "), square(left).toFixed(2),
    ];
  } finally {
    await over();
  }
}

await bundle();
const rows = [];
for (const engine of definition.engines) {
  for (const within of definition.leaves) {
    for (const library of /** @type {(keyof typeof LIBRARIES)[]} */ (Object.keys(LIBRARIES))) {
      const made = await row(library, engine, within);
      console.log(COLUMNS.map((column, n) => `${column} ${made[n]}`).join(" · "));
      rows.push(made);
    }
  }
}
console.log("\nχ² above 10.83 (p < .001) would be a sample ratio mismatch.");
mkdirSync(join(root, "target/bench"), { recursive: true });
writeFileSync(join(root, "target/bench/exposures.json"), JSON.stringify({ columns: COLUMNS, rows }));
