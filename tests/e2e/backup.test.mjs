// One shopper, two devices: what one remembers the other knows, and the shop's server has bytes that it cannot read.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { catalogue } from "./catalogue.mjs";
import { allow, front, look, member, signIn } from "./members.mjs";
import { shop, visitor } from "./shop.mjs";

/** @typedef {import("playwright-core").Page} Page */

const PASSPHRASE = "a cup of cold tea";

/** What the device remembers to have viewed, newest last. @param {Page} page @returns {Promise<string[]>} */
const viewed = (page) =>
  page.evaluate(async () => {
    const till = await import(/** @type {any} */ ("/till.js"));
    return till.portrait().recent.map((/** @type {{ id: string }} */ { id }) => id).sort();
  });

/** Waits for what a device knows. @param {Page} page @param {string[]} ids */
async function knows(page, ids) {
  const wanted = [...ids].sort();
  for (let tries = 0; tries < 100; tries++) {
    const known = await viewed(page);
    if (wanted.every((id) => known.includes(id))) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.deepEqual(await viewed(page), wanted);
}

/** The account page anew. @param {Page} page @param {string} url */
async function account(page, url) {
  await page.goto(`${url}/#/`);
  await page.locator("main .hero").waitFor();
  await page.goto(`${url}/#/account`);
  await page.locator("#devices-on").waitFor();
}

/** @param {Page} page @param {string} passphrase */
async function turnOn(page, passphrase) {
  if (await page.locator("#devices-form").isHidden()) await page.locator("#devices-on").click();
  await page.locator("#devices-secret").fill(passphrase);
  await page.locator("#devices-form button").click();
}

/** Brings a device up to date, by its button. @param {Page} page @param {string} url */
async function sync(page, url) {
  await account(page, url);
  const read = page.waitForResponse((response) => response.url().endsWith("/me/backup") && response.request().method() === "GET" && response.ok());
  await page.locator("#devices-sync").click();
  await read;
  await page.locator("#devices-last[data-last]").waitFor();
}

/** Rows of backups. @param {string} data */
const rows = (data) => {
  const script = "import sqlite3,sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM backups').fetchone()[0])";
  return Number(execFileSync("python3", ["-c", script, join(data, "crm.sqlite")], { encoding: "utf8" }));
};

/** Every byte that the CRM has on the disk. @param {string} data */
async function stored(data) {
  const files = (await readdir(data)).filter((name) => name.startsWith("crm.sqlite"));
  return Buffer.concat(await Promise.all(files.map((name) => readFile(join(data, name)))));
}

test("what a member looked at on one device is in the lists of the other, and the server can read none of it", { timeout: 300_000 }, async (t) => {
  const server = await shop(t, { args: ["--crm-time-travel"] });
  const items = (await catalogue()).filter(({ out, category }) => !out && category.startsWith("Kitchen > "));
  const ids = [...new Map(items.map((item) => [item.group || item.id, item.id])).values()].slice(0, 4);
  const [one, two, three, four] = /** @type {[string, string, string, string]} */ (ids);
  const [a, b] = [await visitor(server), await visitor(server)];
  const { url } = a;
  for (const { page } of [a, b]) await page.clock.install();
  await member(a.page, url, "Ning");
  for (const id of [one, two, three]) await look(a.page, url, id);
  await account(a.page, url);
  await turnOn(a.page, PASSPHRASE);
  await a.page.locator("#devices-last[data-last]").waitFor();

  // The other device: a wrong passphrase changes nothing, neither there nor on the server.
  await allow(b.page, url);
  await signIn(b.page, url, "Ning");
  await look(b.page, url, four);
  await account(b.page, url);
  await turnOn(b.page, "a cup of hot coffee");
  await b.page.locator('[data-trouble="backup_secret"]').waitFor();
  assert.match((await b.page.locator('[data-trouble="backup_secret"]').textContent()) ?? "", /another one/);
  assert.deepEqual(await viewed(b.page), [four]);
  await turnOn(b.page, PASSPHRASE);
  await b.page.locator("#devices-last[data-last]").waitFor();
  await knows(b.page, [one, two, three, four]);
  const first = await front(b.page, url);
  assert.ok(first.length > 0);
  const recent = await b.page.evaluate(async () => (await import(/** @type {any} */ ("/till.js"))).recommend({ placement: "recent", limit: 8 }).items.map((/** @type {{ id: string }} */ { id }) => id));
  for (const id of [one, two, three]) assert.ok(recent.includes(id), `${id} in ${recent}`);

  // And the other way round; the device has its key after a reload.
  await a.page.reload();
  await sync(a.page, url);
  await knows(a.page, [one, two, three, four]);

  const bytes = await stored(server.data);
  assert.ok(bytes.includes("TILB"), "the backup is there");
  for (const word of [...ids, "Kitchen", PASSPHRASE, "cup of"]) assert.ok(!bytes.includes(word), word);
  assert.equal(rows(server.data), 1);

  // Who withdraws on one device wants it kept nowhere.
  await a.page.goto(`${url}/#/privacy`);
  const gone = a.page.waitForResponse((response) => response.url().endsWith("/me/backup") && response.request().method() === "DELETE");
  await a.page.locator("#allow-personalisation").click();
  assert.equal((await gone).status(), 200);
  assert.equal(rows(server.data), 0);
  const databases = await a.page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
  assert.ok(!databases.includes("tillside-backup"), `${databases}`);
  const unexpected = [...a.heard, ...b.heard].filter((text) => !/\/crm\/v1\/me\/(coupons|backup)/.test(text));
  assert.deepEqual(unexpected, []);
});

test("the backup goes with the account, and with the shopper who is forgotten", { timeout: 300_000 }, async (t) => {
  const server = await shop(t, { args: ["--crm-time-travel"] });
  const { page, url } = await visitor(server);
  await page.clock.install();
  await member(page, url, "Ming");
  await account(page, url);
  await turnOn(page, PASSPHRASE);
  await page.locator("#devices-last[data-last]").waitFor();
  assert.equal(rows(server.data), 1);
  await page.goto(`${url}/#/privacy`);
  await page.locator("#forget").click();
  const gone = page.waitForResponse((response) => response.url().endsWith("/me/backup") && response.request().method() === "DELETE");
  await page.locator("#forget-sure").click();
  assert.equal((await gone).status(), 200);
  assert.equal(rows(server.data), 0);

  await account(page, url);
  await turnOn(page, PASSPHRASE);
  await page.locator("#devices-last[data-last]").waitFor();
  assert.equal(rows(server.data), 1);
  page.once("dialog", (dialog) => dialog.accept());
  await page.locator("#erase").click();
  await page.locator("#register").waitFor();
  assert.equal(rows(server.data), 0);
});
