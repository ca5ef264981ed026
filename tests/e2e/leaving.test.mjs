// A page that is left: what waits and what is under way arrives, once, and the next page goes on.

import assert from "node:assert/strict";
import test from "node:test";
import { front } from "../support/front.mjs";
import { ask, bare, BARE, open, problems, view } from "./bare.mjs";
import { settled, shop } from "./shop.mjs";

/** @typedef {ReturnType<Awaited<ReturnType<typeof shop>>["rows"]>} Rows */

const wait = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));
/** @param {Rows} rows */
const said = (rows) => rows.map(({ event, message }) => `${event} ${message.properties.product_id ?? message.properties.order_id}`).sort();
const NO_STORAGE = () => Object.defineProperty(globalThis, "indexedDB", { value: undefined });
const ORDER = { order_id: "o-1", products: [{ product_id: "a", quantity: 1 }] };

for (const memory of [false, true]) {
  test(`a shopper who leaves while a delivery is under way: the shop has the order${memory ? ", on a device that keeps nothing too" : ""}`, async (t) => {
    const there = await shop(t, BARE);
    const { url, net } = await front(t, there.url);
    const context = await there.browser.newContext();
    if (memory) await context.addInitScript(NO_STORAGE);
    const page = await bare(url, context);
    let release = () => {};
    net.hold = new Promise((done) => (release = () => done(undefined)));
    await ask(page, "track", "Order Completed", ORDER);
    while (net.seen.length === 0) await wait(50);
    await view(page, "b");
    await page.goto("about:blank");
    await wait(700);
    release();
    const rows = await settled(there, (rows) => rows.length >= 2);
    assert.deepEqual(said(rows), ["Order Completed o-1", "Product Viewed b"]);
    const arrived = net.seen.filter(({ lost }) => !lost).flatMap(({ ids }) => ids);
    assert.equal(arrived.length, 2, "once each in what outlives the page");
  });
}

test("what a leaving page sends keeps to what browsers take, and the rest goes at the next visit", async (t) => {
  const there = await shop(t, BARE);
  const { url, net } = await front(t, there.url);
  const context = await there.browser.newContext();
  const page = await bare(url, context);
  net.hold = wait(1500);
  const names = Array.from({ length: 60 }, (_, n) => `p${n}`);
  await page.evaluate((names) => {
    for (const product_id of names) /** @type {any} */ (globalThis).till.track("Product Viewed", { product_id, name: "长".repeat(85), category: "类".repeat(85), brand: "牌".repeat(85), variant: "v".repeat(250), sku: "s".repeat(250) });
  }, names);
  await wait(300);
  await page.goto("about:blank");
  await wait(1500);
  const next = await bare(url, context);
  await ask(next, "flush");
  const rows = await settled(there, (rows) => rows.length >= 60);
  assert.deepEqual(said(rows), names.map((name) => `Product Viewed ${name}`).sort());
});

test("what an earlier page in the back/forward cache could not send, the next page sends", async (t) => {
  const there = await shop(t, BARE);
  const { url, net } = await front(t, there.url);
  const page = await (await there.browser.newContext()).newPage();
  await page.goto(`${url}/bare/blank.html?1`);
  await open(page);
  net.status = 503;
  await ask(page, "track", "Order Completed", ORDER);
  await ask(page, "flush");
  await page.goto(`${url}/bare/blank.html?2`);
  net.status = 0;
  await open(page, { consent: {} });
  const rows = await settled(there, (rows) => rows.length > 0);
  assert.deepEqual(said(rows), ["Order Completed o-1"]);
  assert.equal((await ask(page, "status")).queue.waiting, 0);
});

test("a page comes out of the back/forward cache and knows what was done and chosen meanwhile", async (t) => {
  const there = await shop(t, BARE);
  const context = await there.browser.newContext();
  const page = await context.newPage();
  await page.goto(`${there.url}/bare/blank.html?1`);
  await open(page);
  await view(page, "before");
  await page.evaluate(() => addEventListener("pageshow", ({ persisted }) => Object.assign(globalThis, { persisted })));
  await page.goto(`${there.url}/bare/blank.html?2`);
  await open(page, { consent: {} });
  await view(page, "meanwhile");
  await ask(page, "flush");
  // Nothing is loaded that would be waited for.
  await page.goBack({ waitUntil: "commit" });
  await page.waitForFunction(() => /** @type {any} */ (globalThis).persisted === true);
  await page.waitForFunction(() => /** @type {any} */ (globalThis).till.portrait().recent.length === 2);
  await page.goForward({ waitUntil: "commit" });
  await page.waitForFunction(() => /** @type {any} */ (globalThis).till);
  await ask(page, "consent", { measurement: false });
  await page.goBack({ waitUntil: "commit" });
  await page.waitForFunction(() => /** @type {any} */ (globalThis).till.status().consent.measurement === false);
});

test("a page that is left before the database took the event, without a network: the next page has it, once", async (t) => {
  const there = await shop(t, BARE);
  const { url, net } = await front(t, there.url);
  const context = await there.browser.newContext();
  net.status = 503;
  const page = await context.newPage();
  await page.goto(`${url}/bare/blank.html`);
  // Made for the first time on a busy device, a database may take longer than the page is there.
  await page.evaluate(() => {
    const { open } = IDBFactory.prototype;
    IDBFactory.prototype.open = function (...given) {
      const opening = open.apply(this, given);
      Object.defineProperty(opening, "onsuccess", { set: () => {} });
      return opening;
    };
  });
  await open(page);
  await view(page, "a");
  await page.goto("about:blank");
  net.status = 0;
  const next = await bare(url, context);
  await ask(next, "flush");
  assert.deepEqual(said(await settled(there, (rows) => rows.length > 0)), ["Product Viewed a"]);
  assert.equal(await next.evaluate(() => localStorage.length), 0, "and nothing waits there any more");
});

test("what was tracked and not yet kept waits nowhere once consent is withdrawn", async (t) => {
  const there = await shop(t, BARE);
  const context = await there.browser.newContext();
  const page = await bare(there.url, context);
  await page.evaluate(() => {
    const { till } = /** @type {any} */ (globalThis);
    till.track("Product Viewed", { product_id: "a" });
    till.consent({ personalisation: false, measurement: false });
    dispatchEvent(new PageTransitionEvent("pagehide"));
  });
  assert.equal(await page.evaluate(() => localStorage.length), 0);
});

/** @type {[string, { status: number, headers: Record<string, string>, body: string }][]} */
const OTHERS = [
  ["a login page that answers yes", { status: 200, headers: { "content-type": "text/html" }, body: "<!doctype html><title>Welcome to the airport</title>" }],
  ["a proxy that answers yes to anything", { status: 200, headers: {}, body: "" }],
  ["a redirect to a page", { status: 302, headers: { location: "/bare/blank.html" }, body: "" }],
  ["a shop's own page that says not found", { status: 404, headers: { "content-type": "text/html" }, body: "<!doctype html><title>Not found</title>" }],
];

for (const [name, answer] of OTHERS) {
  test(`${name} is no collector: nothing is lost`, async (t) => {
    const there = await shop(t, BARE);
    const { url, net } = await front(t, there.url);
    const context = await there.browser.newContext();
    const page = await bare(url, context);
    Object.assign(net, answer);
    await view(page, "a");
    assert.equal(await ask(page, "flush"), 1);
    const { queue } = await ask(page, "status");
    assert.deepEqual([queue.sent, queue.dropped, queue.waiting], [0, 0, 1]);
    assert.deepEqual(await problems(page), ["collector.unavailable"]);
    net.status = 0;
    await page.close();
    await bare(url, context).then((next) => ask(next, "flush"));
    assert.deepEqual(said(await settled(there, (rows) => rows.length > 0)), ["Product Viewed a"]);
  });
}

test("the path of a report is that of its moment, in a shop of one page", async (t) => {
  const there = await shop(t, BARE);
  const page = await bare(there.url, await there.browser.newContext());
  await view(page, "a");
  await page.evaluate(() => history.pushState({}, "", "/p/b?token=1"));
  await view(page, "b");
  await ask(page, "flush");
  const rows = await settled(there, (rows) => rows.length >= 2);
  const paths = Object.fromEntries(rows.map(({ message }) => [message.properties.product_id, message.context.page.path]));
  assert.deepEqual(paths, { a: "/bare/blank.html", b: "/p/b" });
});

test("a page that is made ahead counts from when it is looked at", async (t) => {
  const there = await shop(t, BARE);
  const context = await there.browser.newContext();
  // What a browser says of such a page, and how it says that it is shown.
  await context.addInitScript(() => Object.defineProperty(document, "prerendering", { configurable: true, value: true }));
  const page = await bare(there.url, context);
  assert.deepEqual(await ask(page, "track", "Product Viewed", { product_id: "a" }), { ok: false, reason: "waiting" });
  await wait(2500);
  assert.deepEqual([there.rows(), (await page.evaluate(() => indexedDB.databases())).length], [[], 0], "nobody has looked");
  await page.evaluate(() => {
    Object.defineProperty(document, "prerendering", { value: false });
    document.dispatchEvent(new Event("prerenderingchange"));
  });
  assert.equal((await ask(page, "status")).intake.accepted, 1);
  await ask(page, "flush");
  assert.deepEqual(said(await settled(there, (rows) => rows.length > 0)), ["Product Viewed a"]);
});
