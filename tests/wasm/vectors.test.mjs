// The golden vectors that the native tests run, inside WebAssembly: in Node, and in a browser.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { Tillside } from "../../pkg/dist/index.js";
import { complaints, launch } from "../support/browser.mjs";
import { site } from "../support/site.mjs";
import { root } from "../support/surroundings.mjs";
import { replay } from "./replay.js";

/** @typedef {{ name: string, track: [string, object], event?: string, properties?: object, reason?: string }} Case */

/** @type {{ cases: Case[] }} */
const { cases } = JSON.parse(await readFile(join(root, "tests/vectors/intake.json"), "utf8"));

/** The repository over HTTP, and what was posted to it, by message id. @param {import("node:test").TestContext} t */
async function repository(t) {
  /** @type {Map<string, { event: string, properties: object }>} */
  const messages = new Map();
  const server = await site(root, {}, (body) => {
    for (const message of JSON.parse(body).batch) messages.set(message.messageId, message);
  });
  t.after(() => server.close());
  return { url: server.url, messages };
}

/**
 * @param {Awaited<ReturnType<typeof replay>>} outcomes
 * @param {Map<string, { event: string, properties: object }>} messages
 */
function compare(outcomes, messages) {
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

test("in Node", async (t) => {
  const { url, messages } = await repository(t);
  compare(await replay(Tillside, cases, `${url}v1/batch`), messages);
});

test("in Chromium", async (t) => {
  const { url, messages } = await repository(t);
  const browser = await launch();
  t.after(() => browser.close());
  const page = await browser.newPage();
  const heard = complaints(page);
  await page.goto(`${url}tests/wasm/blank.html`);
  // Relative to the page, which lies beside this file.
  const outcomes = await page.evaluate(async (cases) => {
    const [engine, { replay }] = await Promise.all([import("../../pkg/dist/index.js"), import("./replay.js")]);
    return replay(engine.Tillside, cases, "/v1/batch");
  }, cases);
  assert.deepEqual(heard, []);
  compare(outcomes, messages);
});
