// The package inside a test harness, in Node: assigns a million ids, checks the split, assigns a part of them again as another
// process would, writes what they did as a collector would have it, and leaves the read-out to `tillside lab analyse`.
//
//   npm install && node main.js [ids] [messages.jsonl]
//   tillside lab analyse --events messages.jsonl --control plain

import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { Tillside } from "tillside";

const IDS = Number(process.argv[2] ?? 1_000_000);
const OUT = process.argv[3] ?? "messages.jsonl";
/** What the second variation of each experiment does to the share of visitors who order: +20 %, and nothing. */
const BASE = 0.1;
const LIFTS = /** @type {Record<string, number>} */ ({ blend: 0.2 });
/** Visitors whose messages are written. */
const WRITTEN = 100_000;
const START = Date.UTC(2026, 9, 1);
const DAY = 86_400_000;

const features = JSON.parse(await readFile(new URL("features.json", import.meta.url), "utf8"));
// Nothing is sent: the harness reports in its own way. Taking part is the harness's own leave here.
const open = (/** @type {string} */ name) => Tillside.open({ name, edition: "full", features, consent: { experiment: true }, timeout: 60_000 });
const till = await open("harness");

/** Numbers between 0 and 1, the same in every run (mulberry32). @param {number} seed */
function chance(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @param {string} experiment @param {string} id @returns {string} */
const assign = (experiment, id, by = till) => by.variation(experiment, { id })?.key ?? "-";

const out = createWriteStream(OUT);
const random = chance(20261130);
/** @type {Record<string, Record<string, number>>} */
const counts = { ranker: {}, badge: {} };
/** What the ids whose messages are written were assigned to. @type {string[]} */
const assigned = [];
const began = performance.now();
for (let n = 0; n < IDS; n++) {
  const id = `visitor-${n}`;
  const ranker = assign("ranker", id);
  const badge = assign("badge", id);
  counts.ranker[ranker] = (counts.ranker[ranker] ?? 0) + 1;
  counts.badge[badge] = (counts.badge[badge] ?? 0) + 1;
  if (n >= WRITTEN) continue;
  assigned.push(`${ranker} ${badge}`);
  const time = START + Math.floor(random() * 20 * DAY);
  /** @param {string} event @param {number} after @param {object} properties */
  const write = (event, after, properties) =>
    out.write(`${JSON.stringify({ type: "track", event, anonymousId: id, messageId: `${id}-${after}`, timestamp: new Date(time + after).toISOString(), properties })}\n`);
  write("Experiment Viewed", 0, { experiment_id: "ranker", variation_id: ranker });
  write("Experiment Viewed", 1, { experiment_id: "badge", variation_id: badge });
  if (random() < BASE * (1 + (LIFTS[ranker] ?? 0))) write("Order Completed", 60_000, { order_id: id, revenue: Math.round(20_00 + random() * 80_00) / 100 });
  if (out.writableNeedDrain) await once(out, "drain");
}
out.end();
await once(out, "finish");
const seconds = (performance.now() - began) / 1000;
await till.close();

// Another process, on another day: nothing is remembered, and every id is assigned as it was.
const other = await open("replay");
const replayed = assigned.filter((before, n) => before === `${assign("ranker", `visitor-${n}`, other)} ${assign("badge", `visitor-${n}`, other)}`).length;
await other.close();

/** χ² of counts against shares. @param {Record<string, number>} counts @param {Record<string, number>} shares */
const square = (counts, shares) => Object.entries(shares).reduce((sum, [name, share]) => sum + ((counts[name] ?? 0) - IDS * share) ** 2 / (IDS * share), 0);
const split = { ranker: square(counts.ranker, { plain: 0.5, blend: 0.5 }), badge: square(counts.badge, { off: 0.8, on: 0.2 }) };
console.log(JSON.stringify({ ids: IDS, counts, chiSquare: split, replayed: `${replayed} of ${assigned.length}`, perSecond: Math.round((2 * IDS) / seconds), messages: OUT }));
// One degree of freedom: above 10.83 chance has less than one in a thousand.
if (Object.values(split).some((square) => square > 10.83) || replayed < assigned.length) process.exitCode = 1;
