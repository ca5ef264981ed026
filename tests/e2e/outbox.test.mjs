// A mail to a member who came back after long and did not order: from the rule in the page to the shop's sender, by a real receiver.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import test from "node:test";
import { listen } from "../support/listen.mjs";
import { root } from "../support/surroundings.mjs";
import { catalogue } from "./catalogue.mjs";
import { DAY, HOUR, later, member, open, order, shown, signIn } from "./members.mjs";
import { shop, visitor } from "./shop.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{ headers: import("node:http").IncomingHttpHeaders, body: string }} Post */

const SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/** The shop's sender. @param {import("node:test").TestContext} t */
async function receiver(t) {
  /** @type {Post[]} */
  const posts = [];
  const url = await listen(t, async (request, response) => {
    posts.push({ headers: request.headers, body: await text(request) });
    response.writeHead(200).end();
  });
  return { posts, url: `${url}/hook` };
}

/** The demo's settings with a receiver. @param {import("node:test").TestContext} t @param {string} url */
async function settings(t, url) {
  const folder = await mkdtemp(join(tmpdir(), "tillside-outbox-"));
  t.after(() => rm(folder, { recursive: true }));
  const demo = JSON.parse(await readFile(join(root, "backend/src/serve/crm/demo.json"), "utf8"));
  demo.outbox = { url, secret: SECRET, key: "an operator's long key" };
  const path = join(folder, "crm.json");
  await writeFile(path, JSON.stringify(demo));
  return path;
}

/** Moves the day on to noon by UTC, which is day wherever the test runs. @param {Page} page @param {number} days */
async function noonIn(page, days) {
  const now = await page.evaluate(() => Date.now());
  await later(page, Math.floor(now / DAY) * DAY + days * DAY + 12 * HOUR - now);
}

/** Waits until the engine has heard which channels are allowed. @param {Page} page @param {string} channels */
async function told(page, channels) {
  const heard = () =>
    page.evaluate(async () => {
      const till = await import(/** @type {any} */ ("/till.js"));
      return till.ask("portrait").attributes.facts.find((/** @type {{ name: string }} */ { name }) => name === "channels")?.value;
    });
  for (let tries = 0; tries < 150 && (await heard()) !== channels; tries++) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(await heard(), channels);
}

/** Presses the switch of the mail. @param {Page} page @param {string} url @param {boolean} allowed what it says then */
async function press(page, url, allowed) {
  await page.goto(`${url}/#/account`);
  await page.locator("#channel-mail").click();
  await told(page, allowed ? "mail" : "none");
}

/** What became of the member's messages, the newest first. @param {Page} page @returns {Promise<{ rule: string, state: string, reason?: string }[]>} */
const messages = (page) =>
  page.evaluate(async () => {
    const response = await fetch("/crm/v1/me/messages", { headers: { "Tillside-Now": String(Date.now()) } });
    return response.json();
  });

/** @param {Page} page @param {(all: Awaited<ReturnType<typeof messages>>) => boolean} ready */
async function settled(page, ready) {
  for (let tries = 0; tries < 150; tries++) {
    const all = await messages(page);
    if (ready(all)) return all;
    // Reports leave by a timer, and a clock that was moved ahead runs only when it is told to.
    await page.clock.runFor(500);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return assert.fail(`${JSON.stringify(await messages(page))}`);
}

test("S-26: who comes back after forty days and does not order gets one mail by day, and none without leave", { timeout: 300_000 }, async (t) => {
  const { posts, url: hook } = await receiver(t);
  const server = await shop(t, { args: [await settings(t, hook), "--crm-time-travel"] });
  const { page, url, heard } = await visitor(server, { timezoneId: "UTC" });
  const items = (await catalogue()).filter(({ out, category }) => !out && category.startsWith("Kitchen > "));
  assert.ok(items[0]);
  await page.clock.install();
  await member(page, url, "Mei");
  await order(page, url, items[0].id);

  // Without leave for the channel nothing is asked for.
  await noonIn(page, 40);
  await signIn(page, url, "Mei");
  await told(page, "none");
  await open(page, url, "#/");
  assert.deepEqual(await messages(page), []);

  await press(page, url, true);
  await open(page, url, "#/");
  assert.ok(!(await shown(page)).includes("win-back-mail"), "a mail is no action of the page");
  const [waiting] = await settled(page, (all) => all.length === 1);
  assert.deepEqual([waiting?.rule, waiting?.state], ["win-back-mail", "pending"]);
  // The same decision again, in this page and after a reload, is the same message.
  await page.reload();
  await open(page, url, "#/");
  assert.equal((await messages(page)).length, 1);
  assert.equal(posts.length, 0, "four hours later, not now");

  await page.clock.fastForward(5 * HOUR);
  await settled(page, ([message]) => message?.state === "delivered");
  const [post, ...more] = posts;
  assert.ok(post && !more.length);
  const { headers, body } = post;
  const signature = createHmac("sha256", Buffer.from(SECRET, "base64")).update(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`).digest("base64");
  assert.equal(headers["webhook-signature"], `v1,${signature}`);
  const message = JSON.parse(body);
  assert.deepEqual([message.type, message.event, message.messageId], ["track", "Message Requested", headers["webhook-id"]]);
  const { rule, channel, template, locale } = message.properties;
  assert.deepEqual({ rule, channel, template, locale }, { rule: "win-back-mail", channel: "mail", template: "win-back", locale: "en" });
  for (const absent of ["Mei", "mei", items[0].id]) assert.ok(!body.includes(absent), absent);
  // Of what the collector has, nothing joins the device to the member by it.
  const rows = server.rows().filter(({ event }) => event === "Message Requested");
  assert.equal(rows.length, 1);
  const kept = rows[0]?.message;
  assert.equal(kept.anonymousId, undefined);
  assert.ok(!JSON.stringify(kept).includes(message.userId));
  // The account tells what was sent, in either language.
  await page.goto(`${url}/#/account`);
  await page.locator(`.messages [data-state="delivered"]`).waitFor({ state: "attached" });
  assert.deepEqual(heard.filter((text) => !text.includes("/crm/v1/me/coupons")), []);
});

test("a permission that is withdrawn, and an order, hold a mail that waits", { timeout: 300_000 }, async (t) => {
  const { posts, url: hook } = await receiver(t);
  const { page, url } = await visitor(await shop(t, { args: [await settings(t, hook), "--crm-time-travel"] }), { timezoneId: "UTC" });
  const items = (await catalogue()).filter(({ out, category }) => !out && category.startsWith("Kitchen > "));
  assert.ok(items[0] && items[1]);
  await page.clock.install();
  await member(page, url, "Bo");
  await order(page, url, items[0].id);
  await press(page, url, true);
  await noonIn(page, 40);
  await signIn(page, url, "Bo");
  await told(page, "mail");
  await open(page, url, "#/");
  await settled(page, (all) => all.length === 1);
  await press(page, url, false);
  await settled(page, ([message]) => message?.state === "suppressed" && message.reason === "no_permission");

  await press(page, url, true);
  await noonIn(page, 40);
  await signIn(page, url, "Bo");
  await told(page, "mail");
  await open(page, url, "#/");
  await settled(page, (all) => all.length === 2 && all[0]?.state === "pending");
  await order(page, url, items[1].id);
  await page.clock.fastForward(5 * HOUR);
  await settled(page, ([message]) => message?.reason === "ordered");
  assert.deepEqual(posts, []);
});
