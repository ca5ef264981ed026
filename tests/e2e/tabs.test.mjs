// One shopper on one device, in several tabs and several objects on one page: one device, one visit, one choice.

import assert from "node:assert/strict";
import test from "node:test";
import { ask, ALL, bare, BARE, keys, open, recent, view } from "./bare.mjs";
import { settled, shop, stored } from "./shop.mjs";

const DOWN = { collector: { url: "/nowhere", writeKey: "x" } };

for (const purpose of ["measurement", "personalisation"]) {
  test(`${purpose} withdrawn in one tab: the other stops at once, and nothing of it comes back`, async (t) => {
    const there = await shop(t, BARE);
    const context = await there.browser.newContext();
    const one = await bare(there.url, context, DOWN);
    const two = await bare(there.url, context, DOWN);
    await view(one, "before");
    await ask(two, "consent", { [purpose]: false });
    await one.waitForFunction((purpose) => /** @type {any} */ (globalThis).till.status().consent[purpose] === false, purpose);
    await ask(one, "track", "Product Viewed", { product_id: "after" });
    await ask(one, "flush");
    await one.close();
    await two.close();
    const mine = purpose === "measurement" ? ["queue/", "device"] : ["journal/", "portrait"];
    let next = await bare(there.url, context, { ...DOWN, consent: undefined });
    const { measurement, personalisation } = (await ask(next, "status")).consent;
    assert.deepEqual({ measurement, personalisation }, { ...ALL, [purpose]: false });
    assert.deepEqual((await keys(next)).filter((key) => mine.includes(key)), []);
    await ask(next, "consent", { [purpose]: true });
    await next.close();
    next = await bare(there.url, context, { ...DOWN, consent: undefined });
    const { portrait, queue } = await ask(next, "export");
    assert.deepEqual(purpose === "measurement" ? queue : portrait.recent, []);
  });
}

test("rows that another tab left behind after a withdrawal are deleted when they are seen", async (t) => {
  const there = await shop(t, BARE);
  const context = await there.browser.newContext();
  const page = await bare(there.url, context, DOWN);
  await view(page, "a");
  await ask(page, "flush");
  await page.evaluate(
    () =>
      new Promise((done) => {
        indexedDB.open("tillside").onsuccess = (/** @type {any} */ { target }) => {
          const change = target.result.transaction("rows", "readwrite");
          change.objectStore("rows").put(new Uint8Array([2]), "consent");
          change.oncomplete = done;
        };
      }),
  );
  await page.close();
  const next = await bare(there.url, context, { ...DOWN, consent: undefined });
  await ask(next, "flush");
  assert.deepEqual([...new Set(await keys(next))].filter((key) => /journal|portrait/.test(key)), []);
});

test("two tabs that open at once are one device in one visit", async (t) => {
  const there = await shop(t, BARE);
  const context = await there.browser.newContext();
  const [one, two] = await Promise.all([bare(there.url, context), bare(there.url, context)]);
  await view(one, "a");
  await view(two, "b");
  await one.waitForTimeout(200);
  await view(one, "c");
  await view(two, "d");
  await Promise.all([ask(one, "flush"), ask(two, "flush")]);
  const rows = await settled(there, (rows) => rows.length >= 4);
  assert.deepEqual(rows.map(({ message }) => message.properties.product_id).sort(), ["a", "b", "c", "d"]);
  assert.equal(new Set(rows.map(({ anonymous_id }) => anonymous_id)).size, 1);
  const later = rows.filter(({ message }) => ["c", "d"].includes(message.properties.product_id));
  assert.equal(new Set(later.map(({ message }) => message.context.sessionId)).size, 1);
  await two.close();
  assert.deepEqual((await recent(await bare(there.url, context))).sort(), ["a", "b", "c", "d"]);
});

test("a campaign in one tab begins a visit in all of them", async (t) => {
  const there = await shop(t, BARE);
  const context = await there.browser.newContext();
  const one = await bare(there.url, context);
  await view(one, "a");
  await ask(one, "flush");
  const two = await bare(there.url, context);
  await two.evaluate(async () => {
    const { origin } = await import(/** @type {any} */ ("/pkg/dist/index.js"));
    const { till } = /** @type {any} */ (globalThis);
    till.track("Page Viewed", { campaign: "spring" });
    till.track("Page Viewed", origin("https://shop.example/?utm_medium=email&utm_campaign=summer&gclid=x", "https://www.google.com/"));
  });
  await one.waitForTimeout(200);
  await view(one, "b");
  await Promise.all([ask(one, "flush"), ask(two, "flush")]);
  const rows = await settled(there, (rows) => rows.length >= 4);
  const visit = (/** @type {(properties: any) => boolean} */ is) => rows.filter(({ message }) => is(message.properties)).map(({ message }) => message.context.sessionId)[0];
  const [a, b, summer] = [visit(({ product_id }) => product_id === "a"), visit(({ product_id }) => product_id === "b"), visit(({ campaign, channel }) => campaign === "summer" && channel === "email")];
  assert.ok(a < summer, "another campaign is another visit");
  assert.equal(b, summer, "in the other tab too");
  assert.ok(!JSON.stringify(rows).includes("gclid"));
});

test("an address that somebody forged says by which way a visit came, and nothing else", async (t) => {
  const there = await shop(t, BARE);
  const page = await (await there.browser.newContext()).newPage();
  const forged = new URLSearchParams({
    utm_campaign: "x".repeat(5000),
    utm_medium: "<script>alert(1)</script>",
    event: "Order Completed",
    order_id: "1",
    product_id: "a",
    revenue: "9999",
    member: "somebody-else",
    tags: "vip",
    consent: "all",
    __proto__: "polluted",
  });
  await page.goto(`${there.url}/bare/blank.html?${forged}`);
  await open(page);
  await page.evaluate(async () => {
    const { origin } = await import(/** @type {any} */ ("/pkg/dist/index.js"));
    const { till } = /** @type {any} */ (globalThis);
    till.track("Page Viewed", origin());
    await till.flush();
  });
  const rows = await settled(there, (rows) => rows.length >= 1);
  assert.deepEqual(rows.map(({ event }) => event), ["Page Viewed"]);
  const { properties } = rows[0]?.message;
  assert.deepEqual([properties.channel, properties.campaign], ["<script>alert(1)</script>", undefined], "what is too long is left out");
  assert.deepEqual(Object.keys(properties).filter((name) => /order|product|revenue|member|tag|event/.test(name)), []);
  const { portrait } = await ask(page, "export");
  assert.ok(!/somebody-else|vip|9999|Order/.test(JSON.stringify(portrait)));
});

test("robots, staff and trials are counted, and neither learnt from nor reported", async (t) => {
  const there = await shop(t, BARE);
  const context = await there.browser.newContext();
  // As a driven browser says of itself, which the browser of these tests does not.
  await context.addInitScript(() => Object.defineProperty(navigator, "webdriver", { value: true }));
  for (const [options, reason] of /** @type {const} */ ([[{ staff: true }, "staff"], [{ automated: undefined }, "robot"]])) {
    const page = await bare(there.url, context, { ...options, name: reason });
    assert.equal((await ask(page, "track", "Product Viewed", { product_id: "a" })).reason, reason);
    await ask(page, "flush");
    const { intake } = await ask(page, "status");
    assert.deepEqual([intake.accepted, intake.refused], [0, { [reason]: 1 }]);
    assert.equal((await ask(page, "portrait")).events, 0);
    await page.close();
  }
  const page = await bare(there.url, context);
  const trial = await ask(page, "track", "Order Completed", { order_id: "TEST-1", products: [{ product_id: "a" }] });
  assert.equal(trial.reason, "test");
  await view(page, "b");
  await ask(page, "flush");
  const rows = await settled(there, (rows) => rows.length >= 1);
  assert.deepEqual(rows.map(({ message }) => message.properties.product_id), ["b"]);
});

test("a component that is mounted twice has one object, until both are closed", async (t) => {
  const there = await shop(t, BARE);
  const page = await (await there.browser.newContext()).newPage();
  await page.goto(`${there.url}/bare/blank.html`);
  await open(page);
  const found = await page.evaluate(async () => {
    const { till, Tillside } = /** @type {any} */ (globalThis);
    const options = { model: "/model/manifest.json", collector: { url: "/v1/batch", writeKey: "bare" }, consent: { personalisation: true, measurement: true }, automated: false };
    const [again, other] = await Promise.all([Tillside.open({ ...options, onWarning: () => {} }), Tillside.open({ ...options, collector: { url: "/v1/batch", writeKey: "other" } })]);
    const twice = [till.track("Product Viewed", { product_id: "a" }), again.track("Product Viewed", { product_id: "a" })];
    await again.close();
    till.track("Product Viewed", { product_id: "b" });
    other.track("Product Viewed", { product_id: "c" });
    await Promise.all([till.flush(), other.flush()]);
    return { same: again === till, differs: other !== till, twice: twice.map(({ reason }) => reason ?? "ok") };
  });
  assert.deepEqual(found, { same: true, differs: true, twice: ["ok", "duplicate"] });
  const rows = await settled(there, (rows) => rows.length >= 3);
  assert.deepEqual(rows.map(({ message }) => message.properties.product_id).sort(), ["a", "b", "c"]);
  assert.equal(new Set(rows.map(({ anonymous_id }) => anonymous_id)).size, 1, "one shopper");
});

test("a page that is only looked at, and a refusal, leave nothing behind", async (t) => {
  const there = await shop(t, BARE);
  const context = await there.browser.newContext();
  const page = await bare(there.url, context, { consent: { personalisation: false, measurement: false } });
  await ask(page, "track", "Product Viewed", { product_id: "a" });
  await ask(page, "flush");
  assert.deepEqual(await stored(page), { databases: [], local: {}, session: {}, cookies: "" });
});
