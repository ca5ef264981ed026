// The golden vectors that the native tests run, for wherever the package runs: Node, or a page of any engine.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { site } from "../support/site.mjs";
import { root } from "../support/surroundings.mjs";
import { pack } from "./pack.mjs";

/** @typedef {import("node:test").TestContext} Test */

/**
 * Where the package runs. `call` gives a function of replay.js the package, opened by nobody before, and the arguments.
 * @typedef {object} Place
 * @property {string} url where the repository is, over HTTP, in which messages may be posted
 * @property {(name: "replay" | "recommend" | "offers", ...given: any[]) => Promise<any>} call
 */

const FOLDER = join(root, "tests/vectors");

/** @param {string} name @returns {Promise<any>} */
const read = async (name) => JSON.parse(await readFile(join(FOLDER, `${name}.json`), "utf8"));

/** @typedef {{ name: string, track: [string, object], event?: string, properties?: object, reason?: string }} Case */
/** @typedef {Map<string, { event: string, properties: object }>} Messages */

/** The repository over HTTP, and what was posted to it, by message id. @param {Test} t */
export async function repository(t) {
  /** @type {Messages} */
  const messages = new Map();
  const server = await site(root, {}, (body) => {
    for (const message of JSON.parse(body).batch) messages.set(message.messageId, message);
  });
  t.after(() => server.close());
  return { url: server.url, messages };
}

/** @param {Test} t @param {Place} place @param {Messages} messages */
async function intake(t, { url, call }, messages) {
  /** @type {{ cases: Case[] }} */
  const { cases } = await read("intake");
  const outcomes = await call("replay", cases, `${url}v1/batch`);
  assert.equal(outcomes.length, cases.length);
  for (const [number, expected] of cases.entries()) {
    const outcome = outcomes[number];
    if (expected.reason !== undefined) {
      assert.deepEqual(outcome, { reason: expected.reason }, expected.name);
      continue;
    }
    assert.ok("id" in outcome, `${expected.name}: ${JSON.stringify(outcome)}`);
    const message = messages.get(outcome.id);
    const { event, properties } = expected;
    assert.deepEqual({ event: message?.event, properties: message?.properties }, { event, properties }, expected.name);
  }
}

/** @typedef {{ bytes: number, sha256: string }} Packed */
/** @typedef {Awaited<ReturnType<typeof import("./replay.js").recommend>>} Lists */
/** @typedef {import("./replay.js").Visit & { expected: Lists[number] }} Visit */
/** @typedef {{ now: number, model: import("./pack.mjs").Shop, encoder: import("./pack.mjs").Encoder, packed: { plain: Packed, encoder: Packed }, cases: Visit[] }} Shop */

/** The shop's models over HTTP, with and without an encoder, by their manifests. @param {Test} t @param {Shop} shop */
async function goods(t, shop) {
  const folder = await mkdtemp(join(tmpdir(), "tillside-vectors-"));
  t.after(() => rm(folder, { recursive: true }));
  for (const name of /** @type {const} */ (["plain", "encoder"])) {
    const bytes = pack(shop.model, name === "encoder" ? shop.encoder : undefined);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    assert.deepEqual({ bytes: bytes.length, sha256 }, shop.packed[name]);
    const part = { name: "model", url: `model-${sha256.slice(0, 12)}.safetensors`, ...shop.packed[name] };
    await writeFile(join(folder, part.url), bytes);
    await writeFile(join(folder, `${name}.json`), JSON.stringify({ format: 1, encoder: name === "encoder", parts: [part] }));
  }
  const server = await site(folder, { "access-control-allow-origin": "*" });
  t.after(() => server.close());
  return { plain: `${server.url}plain.json`, encoder: `${server.url}encoder.json` };
}

/** Numbers as floats of 32 bits: what the file has are the shortest decimals that name them. @param {unknown} value @returns {unknown} */
function singles(value) {
  if (typeof value === "number") return Math.fround(value);
  if (Array.isArray(value)) return value.map(singles);
  return value instanceof Object ? Object.fromEntries(Object.entries(value).map(([key, value]) => [key, singles(value)])) : value;
}

/** @param {(cases: Visit[]) => Visit[]} choose */
const recommend = (choose) => async (/** @type {Test} */ t, /** @type {Place} */ { call }) => {
  /** @type {Shop} */
  const shop = await read("recommend");
  const visits = choose(shop.cases);
  /** @type {Lists} */
  const lists = await call("recommend", visits, await goods(t, shop), shop.now);
  assert.equal(lists.length, visits.length);
  for (const [n, { name, expected }] of visits.entries()) {
    for (const { id, score, from = {} } of lists[n]?.items ?? []) {
      const sum = Object.values(from).reduce((sum, given) => sum + given, 0);
      assert.ok(Math.abs(sum - score) <= 1e-6, `${name}: ${id} ${sum} ${score}`);
    }
    assert.deepEqual(lists[n], singles(expected), name);
  }
};

/** @param {Test} t @param {Place} place */
async function offers(t, { call }) {
  const { now, offers, cases } = await read("offers");
  const answers = await call("offers", cases, offers, now);
  for (const [n, { name, expected }] of cases.entries()) assert.deepEqual(answers[n], expected, name);
}

/**
 * Each file's runs. Of the package's two modules each page has one; that for encoders reads every model, once such a model has asked
 * for it.
 * @type {{ file: string, name: string, run: (t: Test, place: Place, messages: Messages) => Promise<void> }[]}
 */
const RUNS = [
  { file: "intake", name: "intake", run: intake },
  { file: "offers", name: "offers", run: offers },
  { file: "recommend", name: "recommendations of the usual module", run: recommend((cases) => cases.filter(({ encoder }) => !encoder)) },
  {
    file: "recommend",
    name: "recommendations of the module for encoders",
    run: recommend((cases) => [...cases].sort((one, other) => Number(other.encoder ?? false) - Number(one.encoder ?? false))),
  },
];

/** Files of vectors that no run here replays, so far. */
export const unplayed = (await readdir(FOLDER)).filter((file) => !RUNS.some((run) => `${run.file}.json` === file));

export const runs = RUNS;
