// Segment's own client for Python delivers to the collector.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { given } from "../support/surroundings.mjs";
import { collector, lossy } from "./collector.mjs";

const DELIVER = fileURLToPath(new URL("deliver.py", import.meta.url));

/**
 * @param {string} url
 * @param {"gzip" | "plain"} compression
 * @param {number} count
 * @returns {Promise<string[]>} the ids of the events
 */
async function deliver(url, compression, count) {
  const env = { ...process.env, PYTHONPATH: given("PYTHONPATH") };
  const { stdout } = await promisify(execFile)("python3", [DELIVER, url, compression, String(count)], { env });
  return JSON.parse(stdout);
}

for (const compression of /** @type {const} */ (["gzip", "plain"])) {
  test(`${compression} deliveries are rows with what was said`, async (t) => {
    const { url, rows } = await collector(t, "--write-key", "shop");
    const ids = await deliver(url, compression, 150);
    const stored = rows();
    const tracks = stored.filter((row) => row.type === "track");
    assert.deepEqual(tracks.map((row) => row.message_id).sort(), ids.sort());
    const rest = stored.filter((row) => row.type !== "track");
    assert.deepEqual(rest.map((row) => row.type), ["identify", "page", "group", "alias"]);
    assert.deepEqual(tracks[0]?.message.properties, { product_id: "手机-1", price: 1999.5 });
    assert.equal(stored[1]?.message.category, "手机");
    for (const row of tracks) {
      const age = row.received_at_ms - row.timestamp_ms;
      assert.ok(age >= 60_000, `a minute old when it was sent, ${age} ms when it was received`);
    }
  });
}

test("answers that are lost on the way make no event twice", async (t) => {
  const { url, rows } = await collector(t);
  const network = await lossy(t, url, 2);
  const ids = await deliver(network.url, "gzip", 150);
  const tracks = rows().filter((row) => row.type === "track");
  assert.deepEqual(tracks.map((row) => row.message_id).sort(), ids.sort());
});
