// The backup of a portrait: what is sent is unreadable, what comes back is checked, and devices that write at once lose nothing.

import assert from "node:assert/strict";
import test from "node:test";
import { backup } from "../../pkg/backup.js";

/** @typedef {import("../../pkg/types/backup.js").Options} Options */

/** A server as the reference CRM is one. */
function server() {
  /** @type {{ bytes: Uint8Array | null, tag: number, puts: number, before: (() => Promise<void>) | null, down: boolean }} */
  const state = { bytes: null, tag: 0, puts: 0, before: null, down: false };
  /** @type {typeof fetch} */
  const by = async (_url, { method = "GET", body, headers } = {}) => {
    if (state.down) throw new TypeError("network");
    const said = new Headers(headers);
    const tag = `"${state.tag}"`;
    if (method === "DELETE") state.bytes = null;
    if (method === "GET") return state.bytes ? new Response(new Uint8Array(state.bytes), { headers: { etag: tag } }) : new Response("{}", { status: 404 });
    if (method === "PUT") {
      const before = state.before;
      state.before = null;
      await before?.();
      const holds = state.bytes ? said.get("If-Match") === `"${state.tag}"` : said.get("If-None-Match") === "*";
      if (!holds) return new Response("{}", { status: 412 });
      state.bytes = new Uint8Array(/** @type {Uint8Array} */ (body));
      state.tag++;
      state.puts++;
    }
    return new Response("{}", { headers: { "tillside-changed": "1800000000000" } });
  };
  return { state, by };
}

/** A device that knows some words; to join is to know both. @param {...string} known */
function device(...known) {
  const words = new Set(known);
  const consent = { personalisation: true };
  const digits = (/** @type {string} */ text) => Buffer.from(text, "utf8").toString("hex");
  const ask = (/** @type {string} */ what, /** @type {any} */ request) => {
    if (what === "backup") return { ok: true, bytes: digits([...words].sort().join("\n")) };
    const before = words.size;
    for (const word of Buffer.from(request.bytes, "hex").toString("utf8").split("\n")) words.add(word);
    return { ok: true, changed: words.size > before };
  };
  const till = /** @type {import("../../pkg/types/backup.js").Till} */ (/** @type {unknown} */ ({ ask, status: () => ({ consent }) }));
  return { words, consent, till };
}

const SECRET = "correct horse battery";

/** @param {ReturnType<typeof server>} server @param {Partial<Options>} [more] @returns {Options} */
const options = ({ by }, more) => ({ url: "http://shop/backup", member: "member-0123456789", consent: true, secret: SECRET, fetch: by, ...more });

/** @param {Promise<unknown>} work @param {string} code */
const refused = (work, code) => assert.rejects(work, (/** @type {any} */ error) => error.code === code && error.remedy.length > 10);

test("what one device knows the other has, both ways, and the server sees nothing of it", async () => {
  const shop = server();
  const [a, b] = [device("kettle", "tea"), device("lamp")];
  const one = await backup(a.till, options(shop));
  const two = await backup(b.till, options(shop));
  assert.deepEqual(await one.sync(), { changed: false, at: 1_800_000_000_000 });
  assert.equal((await two.sync()).changed, true);
  assert.equal((await one.sync()).changed, true);
  assert.deepEqual([...a.words].sort(), ["kettle", "lamp", "tea"]);
  assert.deepEqual([...b.words].sort(), ["kettle", "lamp", "tea"]);
  const bytes = Buffer.from(/** @type {Uint8Array} */ (shop.state.bytes));
  for (const word of [...a.words, SECRET, "member-0123456789"]) assert.ok(!bytes.includes(word), word);
  // As long whether little is known or more.
  const length = bytes.length;
  a.words.add("clock");
  await one.sync();
  assert.equal(shop.state.bytes?.length, length);
});

test("a device that writes at the same time is merged, not overwritten", async () => {
  const shop = server();
  const [a, b] = [device("kettle"), device("lamp")];
  const one = await backup(a.till, options(shop));
  const two = await backup(b.till, options(shop));
  shop.state.before = async () => void (await two.sync());
  await one.sync();
  assert.deepEqual([...a.words].sort(), ["kettle", "lamp"]);
  await two.sync();
  assert.deepEqual([...b.words].sort(), ["kettle", "lamp"]);
  assert.equal(shop.state.puts, 2, "what the others know is not written again");
});

test("a wrong secret, another member and a key instead of a passphrase are told apart, and nothing is lost", async () => {
  const shop = server();
  await (await backup(device("kettle").till, options(shop))).sync();
  const before = Buffer.from(/** @type {Uint8Array} */ (shop.state.bytes));
  const b = device("lamp");
  await refused((await backup(b.till, options(shop, { secret: "another secret" }))).sync(), "backup_secret");
  await refused((await backup(b.till, options(shop, { member: "member-9876543210" }))).sync(), "backup_damaged");
  assert.deepEqual([...b.words], ["lamp"]);
  assert.ok(before.equals(/** @type {Uint8Array} */ (shop.state.bytes)));
  // Typed otherwise, the same.
  const composed = server();
  await (await backup(device("kettle").till, options(composed, { secret: "caf\u00e9 au lait" }))).sync();
  assert.equal((await (await backup(b.till, options(composed, { secret: "cafe\u0301 au lait" }))).sync()).changed, true);
  const raw = server();
  const key = crypto.getRandomValues(new Uint8Array(32));
  await (await backup(device("kettle").till, options(raw, { secret: key }))).sync();
  assert.equal((await (await backup(device().till, options(raw, { secret: key }))).sync()).changed, true);
  await refused((await backup(b.till, options(raw))).sync(), "backup_secret");
  await refused((await backup(b.till, options(shop, { secret: key }))).sync(), "backup_secret");
});

test("bytes that were changed, cut short or are of a later version are named, and change nothing", async () => {
  const shop = server();
  await (await backup(device("kettle").till, options(shop))).sync();
  const whole = Uint8Array.from(/** @type {Uint8Array} */ (shop.state.bytes));
  const b = device("lamp");
  const two = await backup(b.till, options(shop));
  /** @param {number} at @param {number} [to] */
  const changed = (at, to = (whole[at] ?? 0) ^ 1) => Uint8Array.from(whole, (byte, n) => (n === at ? to : byte));
  for (const [bytes, code] of /** @type {[Uint8Array, string][]} */ ([
    [changed(0), "backup_damaged"],
    [changed(4, 2), "backup_version"],
    [changed(12), "backup_damaged"],
    [changed(30), "backup_damaged"],
    [changed(100), "backup_damaged"],
    [changed(whole.length - 1), "backup_damaged"],
    [Uint8Array.from([...whole, 0]), "backup_damaged"],
    [whole.slice(0, -1), "backup_truncated"],
    [whole.slice(0, 40), "backup_truncated"],
    [whole.slice(0, 3), "backup_truncated"],
    [new Uint8Array(), "backup_truncated"],
  ])) {
    shop.state.bytes = bytes;
    await refused(two.sync(), code);
  }
  assert.deepEqual([...b.words], ["lamp"]);
  shop.state.bytes = whole;
  assert.equal((await two.sync()).changed, true);
});

test("nothing is begun without leave, and what is stopped is deleted", async () => {
  const shop = server();
  const a = device("kettle");
  await refused(backup(a.till, /** @type {any} */ (options(shop, { consent: /** @type {any} */ (undefined) }))), "backup_consent");
  await refused(backup(a.till, options(shop, { secret: "short" })), "backup_weak");
  await refused(backup(a.till, options(shop, { secret: new Uint8Array(16) })), "backup_weak");
  await refused(backup(a.till, options(shop, { member: "" })), "backup_member");
  await refused(backup(a.till, options(shop, { secret: undefined })), "backup_locked");
  const one = await backup(a.till, options(shop));
  shop.state.down = true;
  await refused(one.sync(), "backup_network");
  shop.state.down = false;
  await one.sync();
  a.consent.personalisation = false;
  await refused(one.sync(), "backup_consent");
  shop.state.down = true;
  await refused(one.stop(), "backup_network");
  shop.state.down = false;
  await one.stop();
  assert.equal(shop.state.bytes, null);
  await refused(one.sync(), "backup_consent");
});
