// Segment's own client for Node.js delivers to the collector.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Analytics } from "@segment/analytics-node";
import { collector, lossy } from "./collector.mjs";

/** @param {string} host */
function client(host) {
  const analytics = new Analytics({ writeKey: "shop", host, flushAt: 20, maxRetries: 5 });
  /** @type {unknown[]} */
  const errors = [];
  analytics.on("error", (error) => errors.push(error));
  return { analytics, errors };
}

test("every type of message is a row with what was said", async (t) => {
  const { url, rows } = await collector(t, "--write-key", "shop");
  const { analytics, errors } = client(url);
  const timestamp = new Date(Date.now() - 60_000);
  analytics.track({ anonymousId: "a-1", event: "Product Viewed", properties: { product_id: "手机-1", price: 1999.5 }, timestamp });
  analytics.identify({ userId: "u-1", traits: { tier: "gold" } });
  analytics.page({ anonymousId: "a-1", category: "Phones", name: "List", properties: { url: "https://shop.example/" } });
  analytics.screen({ anonymousId: "a-1", name: "Cart" });
  analytics.group({ userId: "u-1", groupId: "g-1", traits: { name: "family" } });
  analytics.alias({ userId: "u-1", previousId: "a-1" });
  await analytics.closeAndFlush();
  assert.deepEqual(errors, []);

  const stored = rows();
  assert.deepEqual(stored.map((row) => row.type).sort(), ["alias", "group", "identify", "page", "screen", "track"]);
  assert.ok(stored.every((row) => row.write_key === "shop" && row.message.context.library.name === "@segment/analytics-node"));
  const track = stored.find((row) => row.type === "track");
  assert.equal(track?.event, "Product Viewed");
  assert.equal(track.anonymous_id, "a-1");
  assert.deepEqual(track.message.properties, { product_id: "手机-1", price: 1999.5 });
  assert.equal(track.message.originalTimestamp, timestamp.toISOString());
  const age = /** @type {number} */ (track.sent_at_ms) - timestamp.getTime();
  assert.equal(track.received_at_ms - track.timestamp_ms, age, "it is as old as when it was sent");
  assert.equal(stored.find((row) => row.type === "identify")?.user_id, "u-1");
});

test("answers that are lost on the way make no event twice", async (t) => {
  const { url, rows } = await collector(t);
  const network = await lossy(t, url, 3);
  const { analytics, errors } = client(network.url);
  /** @type {string[]} */
  const ids = Array.from({ length: 250 }, (_, number) => `m-${number}`);
  for (const messageId of ids) analytics.track({ anonymousId: "a-1", event: "Product Viewed", messageId });
  await analytics.closeAndFlush();
  assert.deepEqual(errors, []);
  assert.ok(network.carried() >= 250 / 20 + 3, "the client delivered again what it got no answer for");
  assert.deepEqual(rows().map((row) => row.message_id).sort(), ids.sort());
});

test("a key that is not known is told to the client, and nothing is stored", async (t) => {
  const { url, rows } = await collector(t, "--write-key", "another");
  const { analytics, errors } = client(url);
  analytics.track({ anonymousId: "a-1", event: "Product Viewed" });
  await analytics.closeAndFlush();
  assert.equal(errors.length, 1);
  assert.match(String(/** @type {any} */ (errors[0]).reason), /401/);
  assert.deepEqual(rows(), []);
});
