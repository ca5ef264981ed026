// What a shop on the open web meets: refused, missing, broken and hostile things. Each time the page goes on, says once
// what is the matter, and nothing that the visitor did is lost.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { given, root } from "../support/surroundings.mjs";
import { ids, settled, shop, stored, visitor } from "./shop.mjs";

/** @typedef {Awaited<ReturnType<typeof shop>>} Shop */
/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").BrowserContext} Context */

const BATCH = "**/v1/batch";
const PHONES = "Phones > Smartphones";

/** @returns {Promise<any>} */
const manifest = async () => JSON.parse(await readFile(join(given("TILLSIDE_MODEL"), "manifest.json"), "utf8"));

async function halfOfTheModel() {
  const name = (await readdir(given("TILLSIDE_MODEL"))).find((name) => /^model-\w{12}\.safetensors$/.test(name)) ?? "";
  const model = await readFile(join(given("TILLSIDE_MODEL"), name));
  return model.subarray(0, model.length / 2);
}

/** The demo's own engine. @param {Page} page @returns {Promise<import("../../pkg/index.js").Status>} */
const status = (page) => page.evaluate(async (till) => (await import(till)).status(), "/till.js");
/** @param {Page} page @returns {Promise<import("../../pkg/index.js").Portrait>} */
const portrait = (page) => page.evaluate(async (till) => (await import(till)).portrait(), "/till.js");

/** @param {Page} page */
async function allow(page) {
  await page.locator('[data-consent="all"]').click();
  await page.locator('[data-consent="all"]').waitFor({ state: "detached" });
}

/** @param {ReturnType<Shop["rows"]>} rows */
const viewed = (rows) => rows.filter(({ event }) => event === "Product Viewed").map(({ message }) => message.properties.product_id);

/** Errors that nothing on the page caught. @param {Page} page */
function uncaught(page) {
  /** @type {string[]} */
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  return errors;
}

/** @type {{ name: string, code: RegExp, engine: "wasm" | "fallback", popular: boolean, cause: (context: Context) => Promise<unknown> }[]} */
const TROUBLES = [
  {
    name: "a content security policy that refuses WebAssembly",
    code: /^wasm\.refused$/,
    engine: "fallback",
    popular: true,
    cause: (context) =>
      context.route(
        ({ pathname }) => pathname === "/",
        async (route) => {
          const response = await route.fetch();
          const policy = response.headers()["content-security-policy"] ?? "";
          assert.match(policy, / 'wasm-unsafe-eval'/);
          await route.fulfill({ response, headers: { ...response.headers(), "content-security-policy": policy.replace(" 'wasm-unsafe-eval'", "") } });
        },
      ),
  },
  {
    name: "a missing module",
    code: /^wasm\.unavailable$/,
    engine: "fallback",
    popular: true,
    cause: (context) => context.route("**/*.wasm", (route) => route.fulfill({ status: 404, body: "not here" })),
  },
  {
    name: "a missing manifest",
    code: /^manifest\.unavailable$/,
    engine: "wasm",
    popular: false,
    cause: (context) => context.route("**/manifest.json", (route) => route.fulfill({ status: 404, body: "not here" })),
  },
  {
    name: "a manifest of a later format",
    code: /^manifest\.version$/,
    engine: "wasm",
    popular: false,
    cause: async (context) => {
      const json = { ...(await manifest()), format: 2 };
      await context.route("**/manifest.json", (route) => route.fulfill({ json }));
    },
  },
  {
    name: "a manifest with nothing in its place",
    code: /^model\.unavailable$/,
    engine: "wasm",
    popular: false,
    cause: async (context) => {
      const { parts, ...rest } = await manifest();
      const json = { ...rest, parts: [{ ...parts[0], url: "http://[" }], fallback: { popular: "all", categories: [null] } };
      await context.route("**/manifest.json", (route) => route.fulfill({ json }));
    },
  },
  {
    name: "a model that was cut short",
    code: /^model\.hash$/,
    engine: "wasm",
    popular: true,
    cause: async (context) => {
      const body = await halfOfTheModel();
      await context.route("**/*.safetensors", (route) => route.fulfill({ body }));
    },
  },
  {
    name: "a model that was cut short before its manifest was written",
    code: /^model\.(?!hash|unavailable)/,
    engine: "wasm",
    popular: true,
    cause: async (context) => {
      const body = await halfOfTheModel();
      const { parts, ...rest } = await manifest();
      const sha256 = createHash("sha256").update(body).digest("hex");
      const json = { ...rest, parts: [{ ...parts[0], bytes: body.length, sha256 }] };
      await context.route("**/*.safetensors", (route) => route.fulfill({ body }));
      await context.route("**/manifest.json", (route) => route.fulfill({ json }));
    },
  },
];

for (const { name, code, engine, popular, cause } of TROUBLES) {
  test(`${name}: the shop's own shelves, one message, and nothing lost`, async (t) => {
    const open = await shop(t);
    const { context, page, url } = await visitor(open);
    const errors = uncaught(page);
    await cause(context);

    await page.goto(url);
    const home = await ids(page, "home");
    assert.equal(home.length, 12);
    if (popular) assert.deepEqual(home, (await manifest()).fallback.popular.slice(0, 12), "the shelf that the manifest brings");
    const before = await status(page);
    assert.equal(before.engine, engine);
    assert.equal(before.model, null);
    assert.equal(before.problems.length, 1, JSON.stringify(before.problems));
    assert.match(before.problems[0]?.code ?? "", code);
    const notice = page.locator("#notice .notice");
    await notice.waitFor();
    assert.equal(await notice.count(), 1);
    assert.equal(await notice.locator("code").textContent(), before.problems[0]?.code);
    assert.deepEqual(await stored(page), { databases: [], local: {}, session: {}, cookies: "" }, "nothing is kept before consent");

    await allow(page);
    await page.goto(`${url}#/c/${encodeURIComponent(PHONES)}`);
    await page.locator("main h1", { hasText: "Smartphones" }).waitFor();
    const [phone = ""] = await ids(page, "category");
    await page.goto(`${url}#/search?q=phone`);
    await page.locator('main [data-placement="search"] [data-id]').first().waitFor();
    await page.goto(`${url}#/p/${encodeURIComponent(phone)}`);
    await page.locator(`main .product[data-id="${phone}"] button[data-add="${phone}"]`).click();
    await page.goto(`${url}#/cart`);
    await page.locator(`main [data-line="${phone}"]`).waitFor();
    assert.equal((await status(page)).problems.length, 1, "it is said once");

    // The same trouble on the next page: the choice and what was done still wait.
    await page.reload();
    await page.locator(`#notice .notice`).waitFor();
    assert.deepEqual((await status(page)).consent, { personalisation: true, measurement: true, experiment: true });
    assert.equal(await page.locator("[data-consent]").count(), 0, "nobody is asked twice");

    await context.unrouteAll();
    await page.goto(url);
    await page.locator('main [data-placement="recent"]').waitFor();
    await page.reload();
    await page.locator('main [data-placement="recent"]').waitFor();
    const after = await status(page);
    assert.deepEqual([after.engine, after.problems, after.consent], ["wasm", [], { personalisation: true, measurement: true, experiment: true }]);
    const { recent, cart } = await portrait(page);
    assert.deepEqual(recent.map(({ id }) => id), [phone]);
    assert.deepEqual(cart, [{ id: phone, quantity: 1 }]);
    assert.deepEqual(Object.keys((await stored(page)).local).filter((key) => key.startsWith("tillside")), []);
    await page.close();
    const rows = await settled(open, (rows) => viewed(rows).length > 0);
    assert.deepEqual(viewed(rows), [phone], "once");
    assert.equal(rows.filter(({ event }) => event === "Product Added").length, 1);
    assert.deepEqual(errors, []);
  });
}

/** @type {Record<string, () => void>} */
const DENIALS = {
  "IndexedDB that throws": () => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("denied by the user", "SecurityError");
    };
  },
  "no IndexedDB": () => {
    Object.defineProperty(globalThis, "indexedDB", { value: undefined });
  },
  "an IndexedDB that may not be touched": () => {
    Object.defineProperty(globalThis, "indexedDB", {
      get() {
        throw new DOMException("denied by the user", "SecurityError");
      },
    });
  },
  "a full device": () => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  },
};

for (const [name, deny] of Object.entries(DENIALS)) {
  test(`${name}: personal all the same for as long as the page is open`, async (t) => {
    const open = await shop(t);
    const { context, page, heard, url } = await visitor(open);
    await context.addInitScript(deny);
    await page.goto(url);
    const popular = await ids(page, "home");
    await allow(page);
    await page.goto(`${url}#/c/${encodeURIComponent(PHONES)}`);
    await page.locator("main h1", { hasText: "Smartphones" }).waitFor();
    const phones = (await ids(page, "category")).slice(0, 3);
    for (const phone of phones) {
      await page.goto(`${url}#/p/${encodeURIComponent(phone)}`);
      await page.locator(`main .product[data-id="${phone}"]`).waitFor();
    }
    await page.goto(`${url}#/`);
    await page.locator('main [data-placement="home"] [data-code="viewed"]').first().waitFor();
    assert.notDeepEqual(await ids(page, "home"), popular);
    const { storage, problems } = await status(page);
    assert.equal(storage, "memory");
    assert.deepEqual(problems.map(({ code }) => code), ["storage.denied"]);
    assert.equal(await page.locator("#notice .notice code").textContent(), "storage.denied");
    await page.close();
    const rows = await settled(open, (rows) => viewed(rows).length >= 3);
    assert.deepEqual(viewed(rows), phones, "reported, once each and in order");
    assert.deepEqual(heard, []);
  });
}

/**
 * A page with nothing on it but the package, for what the demo does not do. `till` on it is open and may do everything.
 * @param {Shop} open
 * @param {Context} context
 */
async function bare({ url }, context) {
  const page = await context.newPage();
  await page.goto(`${url}/bare/blank.html`);
  await page.evaluate(async (path) => {
    const { Tillside } = await import(path);
    const till = await Tillside.open({
      model: "/model/manifest.json",
      collector: { url: "/v1/batch", writeKey: "bare" },
      consent: { personalisation: true, measurement: true },
      // How fast a busy machine is, is not asked here.
      timeout: 30_000,
    });
    Object.assign(globalThis, { Tillside, till });
  }, "/pkg/dist/index.js");
  return page;
}

const BARE = { args: ["--site", `/bare=${join(root, "tests/wasm")}`] };

/** @param {Page} page @returns {Promise<import("../../pkg/index.js").Status>} */
const bareStatus = (page) => page.evaluate(() => /** @type {any} */ (globalThis).till.status());
/** @param {Page} page @returns {Promise<number>} */
const flush = (page) => page.evaluate(() => /** @type {any} */ (globalThis).till.flush());
/** @param {Page} page @param {string[]} products */
const view = (page, ...products) =>
  page.evaluate((products) => {
    for (const product_id of products) {
      const tracked = /** @type {any} */ (globalThis).till.track("Product Viewed", { product_id });
      if (!tracked.ok) throw new Error(`${product_id}: ${tracked.reason}`);
    }
  }, products);

test("a collector that does not answer: said once, delivered once when it is back", async (t) => {
  const open = await shop(t, BARE);
  const { context } = await visitor(open);
  await context.route(BATCH, (route) => route.abort());
  let page = await bare(open, context);
  const errors = uncaught(page);
  await view(page, "a", "b");
  for (let tries = 0; tries < 4; tries++) assert.equal(await flush(page), 2);
  assert.deepEqual((await bareStatus(page)).problems.map(({ code }) => code), ["collector.unavailable"]);
  await page.close();

  page = await bare(open, context);
  await view(page, "c");
  assert.equal(await flush(page), 3, "what an earlier page could not send waits on the device");
  await context.unroute(BATCH);
  await page.evaluate(() => dispatchEvent(new Event("online")));
  const rows = await settled(open, (rows) => rows.length >= 3);
  assert.deepEqual(viewed(rows), ["a", "b", "c"]);
  const { queue } = await bareStatus(page);
  assert.deepEqual([queue.waiting, queue.sent, queue.dropped], [0, 3, 0]);
  assert.deepEqual(errors, []);
});

test("a collector that asks for patience gets it, and then everything once", async (t) => {
  const open = await shop(t, BARE);
  const { context } = await visitor(open);
  let asked = 0;
  await context.route(BATCH, (route) => (++asked < 3 ? route.fulfill({ status: 503, headers: { "Retry-After": "1" } }) : route.continue()));
  const page = await bare(open, context);
  await view(page, "a", "b", "c");
  assert.equal(await flush(page), 3);
  assert.equal(await flush(page), 3);
  assert.equal(asked, 1, "asking again at once does not shorten the wait");
  const rows = await settled(open, (rows) => rows.length >= 3);
  assert.deepEqual(viewed(rows), ["a", "b", "c"]);
  assert.deepEqual((await bareStatus(page)).problems.map(({ code }) => code), ["collector.unavailable"]);
});

test("a collector that takes small requests only gets small requests", async (t) => {
  const open = await shop(t, BARE);
  const { context } = await visitor(open);
  await context.route(BATCH, (route) => ((route.request().postData()?.length ?? 0) > 4000 ? route.fulfill({ status: 413 }) : route.continue()));
  const page = await bare(open, context);
  const products = Array.from({ length: 40 }, (_, n) => `p${n}`);
  await view(page, ...products);
  assert.equal(await flush(page), 0);
  assert.deepEqual(viewed(open.rows()), products);
  const { problems, queue } = await bareStatus(page);
  assert.deepEqual([problems, queue.sent, queue.dropped], [[], 40, 0], "nothing was lost, so nothing is said");
});

test("what a collector refuses for good is counted and said, and does not stand in the way", async (t) => {
  const open = await shop(t, BARE);
  const { context } = await visitor(open);
  await context.route(BATCH, (route) => route.fulfill({ status: 400 }));
  const page = await bare(open, context);
  await view(page, "a", "b");
  assert.equal(await flush(page), 0);
  const { problems, queue } = await bareStatus(page);
  assert.deepEqual([problems.map(({ code }) => code), queue.dropped], [["collector.refused"], 2]);
  await context.unroute(BATCH);
  await view(page, "c");
  assert.equal(await flush(page), 0);
  assert.deepEqual(viewed(open.rows()), ["c"]);
});

test("a title with markup in it is text", async (t) => {
  const open = await shop(t);
  const { page, heard, url } = await visitor(open);
  let dialogs = 0;
  page.on("dialog", (dialog) => (dialogs++, dialog.dismiss()));
  await page.goto(`${url}#/search?q=${encodeURIComponent("Bug Hunter")}`);
  const card = page.locator('main [data-placement="search"] [data-id]', { hasText: "<img src=x onerror=alert(1)> Bug Hunter T-shirt" });
  await card.first().waitFor();
  await allow(page);
  await card.first().locator("a").click();
  await page.locator("main .product h1", { hasText: "<img src=x onerror=alert(1)>" }).waitFor();
  await page.locator("main .product button[data-add]").click();
  await page.goto(`${url}?console#/cart`);
  await page.locator("main [data-line]", { hasText: "<img src=x" }).waitFor();
  await page.goto(`${url}?console#/`);
  await page.locator("#console a", { hasText: "<img src=x" }).first().waitFor();
  await page.goto(`${url}#/search?q=${encodeURIComponent(`"><img src=x onerror=alert(1)>`)}`);
  await page.locator("main h1", { hasText: "<img src=x onerror=alert(1)>" }).waitFor();
  assert.equal(await page.locator('img[src="x"]').count(), 0);
  assert.equal(dialogs, 0);
  assert.deepEqual(heard, []);
});

test("two tabs of one shop: both are remembered, each event is a row", async (t) => {
  const open = await shop(t, BARE);
  const { context } = await visitor(open);
  const one = await bare(open, context);
  const two = await bare(open, context);
  await view(one, "a1", "a2");
  await view(two, "b1", "b2");
  await view(one, "a3");
  await Promise.all([flush(one), flush(two)]);
  await view(two, "b3");
  await Promise.all([one.close(), two.close()]);
  const next = await bare(open, context);
  const portrait = await next.evaluate(() => /** @type {any} */ (globalThis).till.portrait());
  const all = ["a1", "a2", "a3", "b1", "b2", "b3"];
  assert.deepEqual(portrait.recent.map((/** @type {any} */ { id }) => id).sort(), all);
  await flush(next);
  const rows = await settled(open, (rows) => rows.length >= 6);
  assert.deepEqual(viewed(rows).sort(), all);
});

test("consent withdrawn in one tab holds in the other", async (t) => {
  const open = await shop(t, BARE);
  const { context } = await visitor(open);
  const one = await bare(open, context);
  const two = await bare(open, context);
  await view(one, "a");
  await view(two, "b");
  await Promise.all([flush(one), flush(two)]);
  await one.evaluate(() => /** @type {any} */ (globalThis).till.consent({ personalisation: false, measurement: false }));
  await two.waitForFunction(() => !(/** @type {any} */ (globalThis).till.status().consent.measurement));
  const tracked = await two.evaluate(() => /** @type {any} */ (globalThis).till.track("Product Viewed", { product_id: "c" }));
  assert.deepEqual(tracked, { ok: false, reason: "no_consent" });
  await two.evaluate(() => /** @type {any} */ (globalThis).till.flush());
  assert.deepEqual((await stored(two)).databases, []);
  assert.deepEqual(viewed(open.rows()).sort(), ["a", "b"]);
});

test("consent withdrawn leaves nothing on the device and nothing on its way", async (t) => {
  const open = await shop(t);
  const { context, page, heard, url } = await visitor(open);
  await page.goto(url);
  await allow(page);
  const [first = ""] = await ids(page, "home");
  await page.goto(`${url}#/p/${encodeURIComponent(first)}`);
  await page.locator(`main .product[data-id="${first}"]`).waitFor();
  await page.goto(`${url}#/`);
  await page.locator('main [data-placement="recent"]').waitFor();
  assert.deepEqual((await stored(page)).databases, ["tillside"]);

  await page.goto(`${url}#/privacy`);
  await page.locator("#allow-measurement").uncheck();
  await page.locator("#allow-measurement:not(:checked)").waitFor();
  await page.locator("#allow-experiment").uncheck();
  await page.locator("#allow-experiment:not(:checked)").waitFor();
  await page.locator("#allow-personalisation").uncheck();
  // The database goes when its connections have closed, and then what the shop itself kept.
  await page.waitForFunction(async () => (await indexedDB.databases()).length + localStorage.length === 0);
  assert.deepEqual(await stored(page), { databases: [], local: {}, session: {}, cookies: "" });

  /** @type {string[]} */
  const requests = [];
  context.on("request", (request) => request.method() === "POST" && requests.push(request.url()));
  await page.goto(`${url}#/p/${encodeURIComponent(first)}`);
  await page.locator(`main .product[data-id="${first}"] button[data-add="${first}"]`).click();
  await page.goto(`${url}#/`);
  await ids(page, "home");
  assert.deepEqual(await stored(page), { databases: [], local: {}, session: {}, cookies: "" });
  await page.reload();
  await ids(page, "home");
  assert.equal(await page.locator('main [data-placement="recent"]').count(), 0);
  await page.close();
  assert.deepEqual(requests, []);
  assert.deepEqual(heard, []);
});

test("forgetting leaves the choice and nothing else", async (t) => {
  const open = await shop(t, BARE);
  const { context } = await visitor(open);
  await context.route(BATCH, (route) => route.abort());
  const page = await bare(open, context);
  await view(page, "a", "b");
  await flush(page);
  const left = await page.evaluate(async () => {
    const till = /** @type {any} */ (globalThis).till;
    await till.forget();
    const database = await new Promise((resolve) => (indexedDB.open("tillside").onsuccess = ({ target }) => resolve(/** @type {any} */ (target).result)));
    const keys = await new Promise((resolve) => (database.transaction("rows").objectStore("rows").getAllKeys().onsuccess = (/** @type {any} */ { target }) => resolve(target.result)));
    database.close();
    return { keys, ...(await till.export()) };
  });
  assert.deepEqual(left, { keys: ["consent", "device"], queue: [], portrait: { recent: [], cart: [], bought: [], categories: [], brands: [], names: {}, events: 0 } });
  await context.unroute(BATCH);
  await flush(page);
  assert.deepEqual(open.rows(), []);
});

test("without an engine, what earlier pages stored can still be forgotten and consent withdrawn", async (t) => {
  for (const way of ["forget", "withdraw"]) {
    const open = await shop(t, BARE);
    const { context } = await visitor(open);
    let page = await bare(open, context);
    await view(page, "a");
    await flush(page);
    await page.close();
    await context.route("**/*.wasm", (route) => route.fulfill({ status: 404 }));
    page = await bare(open, context);
    assert.equal((await bareStatus(page)).engine, "fallback");
    await page.evaluate((way) => {
      const till = /** @type {any} */ (globalThis).till;
      till.track("Product Viewed", { product_id: "b" });
      return way === "forget" ? till.forget() : till.consent({ personalisation: false, measurement: false, experiment: false });
    }, way);
    assert.deepEqual(await stored(page), { databases: [], local: {}, session: {}, cookies: "" }, way);
  }
});

for (const engine of ["wasm", "fallback"]) {
  test(`whatever a page hands over, nothing throws and the engine lives on (${engine})`, async (t) => {
    const open = await shop(t, BARE);
    const { context } = await visitor(open);
    if (engine === "fallback") await context.route("**/*.wasm", (route) => route.fulfill({ status: 404 }));
    const page = await bare(open, context);
    const errors = uncaught(page);
    const found = await page.evaluate(() => {
      const till = /** @type {any} */ (globalThis).till;
      const thrower = () => {
        throw new Error("from the page");
      };
      /** @type {any} */
      const cycle = { product_id: "c" };
      cycle.self = cycle.products = [cycle];
      const nothing = Object.create(null);
      const revoked = Proxy.revocable([], {});
      revoked.revoke();
      const hostile = [
        undefined, null, 0, NaN, -1, 1e9, 10n, true, "", "\ud800", "x".repeat(1e5), Symbol("s"), () => 1, nothing, [], [[]], document, globalThis,
        new Date(NaN), new Map([[1, 2]]), cycle, { toString: thrower, valueOf: thrower }, new Proxy({}, { get: thrower, ownKeys: thrower }),
        new Proxy([], { get: thrower }), Object.defineProperty([1], 0, { get: thrower }), revoked.proxy, new Proxy([], { getPrototypeOf: thrower }),
        new Proxy([], { get: (list, name) => (name === "length" ? 2 ** 53 : undefined) }),
        { status: {}, items: [null] },
        JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}'),
      ];
      /** @type {[string, () => unknown][]} */
      const calls = hostile.flatMap((value, n) => [
        [`track(${n})`, () => till.track(value)],
        [`track(…, ${n})`, () => till.track("Product Viewed", value)],
        [`track product_id ${n}`, () => till.track("Product Viewed", { product_id: value, price: value, category: value })],
        [`track products ${n}`, () => till.track("Cart Viewed", { products: value })],
        [`track products [${n}]`, () => till.track("Cart Viewed", { products: [value, { product_id: value, quantity: value }] })],
        [`recommend(${n})`, () => till.recommend(value)],
        [`impression(${n})`, () => till.impression(value)],
        [`click(${n})`, () => till.click(value, value)],
        [`click(…, ${n})`, () => till.click(till.recommend({ placement: "home" }), value)],
        ...["placement", "limit", "item", "category", "query", "where", "exclude", "fallback"].flatMap((name) =>
          ["home", "product", "category", "search"].map((placement) => /** @type {[string, () => unknown]} */ ([`recommend ${placement} ${name} ${n}`, () => till.recommend({ placement, [name]: value })])),
        ),
        ["where", () => till.recommend({ placement: "home", where: { colour: value } })],
        ["exclude", () => till.recommend({ placement: "home", exclude: [value] })],
        ...["diversity", "discovery", "spread", "pins"].map((name) => /** @type {[string, () => unknown]} */ ([`recommend ${name} ${n}`, () => till.recommend({ placement: "home", [name]: value })])),
        ["diversity by", () => till.recommend({ placement: "home", diversity: { by: value, strength: value } })],
        ["diversity strength", () => till.recommend({ placement: "home", diversity: { by: "dpp", strength: value } })],
        ["pins", () => till.recommend({ placement: "home", pins: [value, { id: value, position: value }] })],
        ["spread", () => till.recommend({ placement: "home", spread: { brand: value, category: value } })],
        ["rerank", () => ({ items: till.rerank(value).map((/** @type {string} */ id) => ({ id })) })],
        ["rerank ids", () => ({ items: till.rerank({ placement: value, ids: [value, "x"], visible: value, pinned: value }).map((/** @type {string} */ id) => ({ id })) })],
        ["explain", () => ({ items: [{ id: String(till.explain(value).gone) }] })],
        ["fallback", () => till.recommend({ placement: "cart", fallback: [value] })],
        [`patch(${n})`, () => ({ ...till.patch(value), reason: "" })],
        [`patch([${n}])`, () => ({ ...till.patch([value, { id: value, price: value, sale_price: value, availability: value }]), reason: "" })],
        [`enter(${n})`, () => (till.enter(value), { items: [] })],
      ]);
      calls.push(
        ["getter", () => till.track("Product Viewed", { get product_id() { return thrower(); } })],
        ["getter of a request", () => till.recommend({ get placement() { return thrower(); } })],
        ["cart", () => till.track("Cart Viewed", { products: Array.from({ length: 10_000 }, (_, n) => ({ product_id: `p${n}`, quantity: 1 })) })],
        ["constructor", () => till.recommend({ placement: "category", category: "constructor" })],
        ["__proto__", () => till.recommend({ placement: "category", category: "__proto__" })],
      );
      /** @type {string[]} */
      const faults = [];
      for (const [name, call] of calls) {
        try {
          const answer = /** @type {any} */ (call());
          const tracked = typeof answer?.ok === "boolean" && (answer.ok || typeof answer.reason === "string");
          const shelf = Array.isArray(answer?.items) && answer.items.length <= 100 && answer.items.every((/** @type {any} */ { id }) => typeof id === "string");
          if (!tracked && !shelf) faults.push(`${name} answered ${JSON.stringify(answer)?.slice(0, 200)}`);
        } catch (error) {
          faults.push(`${name} threw ${error}`);
        }
        if (till.status().problems.some((/** @type {any} */ { code }) => code === "engine.failed")) {
          faults.push(`${name} stopped the engine`);
          break;
        }
      }
      const limits = [NaN, -1, 0, 1, 1e9].map((limit) => till.recommend({ placement: "home", limit }).items.length);
      return { faults, limits, polluted: /** @type {any} */ ({}).polluted, engine: till.status().engine };
    });
    assert.deepEqual(found, { faults: [], limits: [1, 1, 1, 1, 100], polluted: undefined, engine });
    assert.deepEqual(errors, []);
    assert.deepEqual((await bareStatus(page)).problems.map(({ code }) => code), engine === "wasm" ? [] : ["wasm.unavailable"]);
  });
}

test("a choice of a wrong type is refused, not taken for a yes", async (t) => {
  const open = await shop(t, BARE);
  const { context } = await visitor(open);
  const page = await bare(open, context);
  const refused = await page.evaluate(async () => {
    const till = /** @type {any} */ (globalThis).till;
    await till.consent({ personalisation: false, measurement: false, experiment: false });
    return till.consent({ personalisation: "false" }).then(() => "taken", (/** @type {any} */ error) => error.name);
  });
  assert.equal(refused, "TypeError");
  assert.deepEqual((await bareStatus(page)).consent, { personalisation: false, measurement: false, experiment: false });
});
