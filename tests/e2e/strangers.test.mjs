// A page that belongs to others: each of what the package needs of it missing, replaced, hostile or silent in turn.

import assert from "node:assert/strict";
import test from "node:test";
import { ask, bare, BARE, open, problems, recent, view } from "./bare.mjs";
import { settled, shop } from "./shop.mjs";

/** What scripts of a page did to it before the package came.
 * @type {Record<string, { cause: () => void, engine?: string, storage?: string, problems?: string[] }>} */
const PAGES = {
  "no WebAssembly": { cause: () => delete (/** @type {any} */ (globalThis).WebAssembly), engine: "fallback", problems: ["wasm.missing"] },
  "no Object.hasOwn": { cause: () => delete (/** @type {any} */ (Object).hasOwn) },
  "no crypto.randomUUID": { cause: () => delete (/** @type {any} */ (Crypto.prototype).randomUUID) },
  "no locks": { cause: () => Object.defineProperty(navigator, "locks", { value: undefined }) },
  "locks that never answer": { cause: () => (LockManager.prototype.request = () => new Promise(() => {})) },
  "no channels": { cause: () => delete (/** @type {any} */ (globalThis).BroadcastChannel) },
  "no IndexedDB": { cause: () => Object.defineProperty(globalThis, "indexedDB", { value: undefined }), storage: "memory", problems: ["storage.denied"] },
  "no list of databases": { cause: () => delete (/** @type {any} */ (IDBFactory.prototype).databases) },
  "no FinalizationRegistry": { cause: () => delete (/** @type {any} */ (globalThis).FinalizationRegistry) },
  "no streaming of modules": { cause: () => delete (/** @type {any} */ (WebAssembly).compileStreaming) },
  "an Array.from of an old library": {
    cause: () => {
      Array.from = (/** @type {any} */ list) => {
        const all = [];
        for (let n = 0; n < (list?.length ?? 0); n++) all.push(list[n]);
        return all;
      };
    },
  },
  "ordinary names on every object": {
    cause: () => {
      for (const name of ["code", "url", "encoder", "measurement", "item", "limit", "signal", "cache", "mode", "once", "durability", "success", "ok", "headers", "where", "version", "wasm", "title", "rules", "category"]) {
        /** @type {any} */ (Object.prototype)[name] = name === "code" ? 1 : "x";
      }
    },
  },
  "names on every list": {
    cause: () => {
      /** @type {any} */ (Array.prototype).last = () => "x";
    },
  },
  "a fetch that answers with what is no Response": {
    cause: () => {
      const real = fetch;
      globalThis.fetch = /** @type {any} */ (async (/** @type {any[]} */ ...given) => {
        const answer = await /** @type {any} */ (real)(...given);
        return { ok: answer.ok, status: answer.status, headers: answer.headers, url: answer.url, json: () => answer.json(), text: () => answer.text(), arrayBuffer: () => answer.arrayBuffer() };
      });
    },
  },
};

for (const [name, { cause, engine = "wasm", storage = "disk", problems: expected = [] }] of Object.entries(PAGES)) {
  test(`a page with ${name}: its shelves and events are as they should be`, async (t) => {
    const there = await shop(t, BARE);
    const context = await there.browser.newContext();
    await context.addInitScript(cause);
    const page = await context.newPage();
    await page.goto(`${there.url}/bare/blank.html`);
    const opened = await open(page);
    assert.ok(typeof opened === "object", String(opened));
    assert.deepEqual([opened.engine, opened.problems], [engine, expected]);
    const shelf = await ask(page, "recommend", { placement: "home", limit: 3 });
    assert.equal(shelf.items.length, 3);
    if (engine === "fallback") return assert.equal(shelf.items[0].source, "host");
    assert.equal(opened.storage, storage);
    await view(page, "a");
    assert.equal(await ask(page, "flush"), 0);
    assert.equal((await settled(there, (rows) => rows.length > 0)).length, 1);
    assert.deepEqual(await problems(page), expected);
  });
}

test("what every object has inherited is nobody's consent", async (t) => {
  const there = await shop(t, BARE);
  const context = await there.browser.newContext();
  await context.addInitScript(() => Object.assign(Object.prototype, { measurement: true, personalisation: true, experiment: true, consent: { measurement: true } }));
  const page = await context.newPage();
  await page.goto(`${there.url}/bare/blank.html`);
  const consent = await page.evaluate(async (path) => (await (await import(path)).Tillside.open({ model: "/model/manifest.json" })).status().consent, "/pkg/dist/index.js");
  assert.deepEqual(consent, { personalisation: false, measurement: false, experiment: false });
});

test("a module of another frame is a module", async (t) => {
  const there = await shop(t, BARE);
  const page = await (await there.browser.newContext()).newPage();
  await page.goto(`${there.url}/bare/blank.html`);
  const engine = await page.evaluate(async (path) => {
    const frame = document.createElement("iframe");
    document.body.append(frame);
    const other = /** @type {any} */ (frame.contentWindow);
    const module = await other.WebAssembly.compile(await (await fetch("/pkg/dist/tillside_bg.wasm")).arrayBuffer());
    const till = await (await import(path)).Tillside.open({ wasm: module });
    return [till.status().engine, till.status().problems];
  }, "/pkg/dist/index.js");
  assert.deepEqual(engine, ["wasm", []]);
});

/** What gives no answer. @type {Record<string, { route?: string, cause?: () => void, late: boolean }>} */
const SILENT = {
  manifest: { route: "**/manifest.json", late: true },
  model: { route: "**/*.safetensors", late: true },
  module: { route: "**/*.wasm", late: true },
  storage: { cause: () => (IDBFactory.prototype.open = /** @type {any} */ (() => ({}))), late: false },
};

for (const [what, { route, cause, late }] of Object.entries(SILENT)) {
  test(`the ${what} does not answer: the page opens all the same${late ? ", and takes it in when it comes" : ""}`, async (t) => {
    const there = await shop(t, BARE);
    const context = await there.browser.newContext();
    // There is something to go on from.
    await (await bare(there.url, context)).close();
    const page = await context.newPage();
    let answer = () => {};
    if (cause) await page.addInitScript(cause);
    if (route) await page.route(route, (route) => new Promise((done) => (answer = () => done(route.continue()))));
    await page.goto(`${there.url}/bare/blank.html`);
    const opened = await open(page, { timeout: 1000 });
    assert.ok(typeof opened === "object", String(opened));
    assert.ok(opened.problems.includes("open.late"), String(opened.problems));
    assert.ok(Array.isArray((await ask(page, "recommend", { placement: "home", fallback: ["x"] })).items));
    await ask(page, "track", "Product Viewed", { product_id: "a" });
    if (!late) return assert.deepEqual(await recent(page), ["a"]);
    answer();
    await page.waitForFunction(() => /** @type {any} */ (globalThis).till.status().model && /** @type {any} */ (globalThis).till.portrait().recent.length === 1);
    await ask(page, "flush");
    assert.equal((await settled(there, (rows) => rows.length > 0)).length, 1);
  });
}

test("another tab is in the middle of a write: the shelf first, the memory later", async (t) => {
  const there = await shop(t, BARE);
  const context = await there.browser.newContext();
  const other = await bare(there.url, context);
  await view(other, "before");
  await ask(other, "flush");
  await other.evaluate(
    () =>
      new Promise((done) => {
        indexedDB.open("tillside").onsuccess = (/** @type {any} */ { target }) => {
          const rows = target.result.transaction("rows", "readwrite").objectStore("rows");
          const on = () => /** @type {any} */ (globalThis).ended || (rows.get("x").onsuccess = on);
          on();
          done(undefined);
        };
      }),
  );
  const page = await context.newPage();
  await page.goto(`${there.url}/bare/blank.html`);
  const opened = await open(page, { timeout: 1000, consent: undefined });
  assert.ok(typeof opened === "object" && opened.model, JSON.stringify(opened));
  assert.deepEqual(opened.problems, ["open.late"]);
  assert.equal((await ask(page, "recommend", { placement: "home" })).items.length, 12);
  assert.deepEqual(await ask(page, "track", "Product Viewed", { product_id: "meanwhile" }), { ok: false, reason: "waiting" });
  await other.evaluate(() => Object.assign(globalThis, { ended: true }));
  await page.waitForFunction(() => /** @type {any} */ (globalThis).till.portrait().recent.length === 2);
  assert.deepEqual(await recent(page), ["meanwhile", "before"]);
  assert.equal((await ask(page, "status")).storage, "disk");
});

test("the browser closes the connection to the device: it is opened again", async (t) => {
  const there = await shop(t, BARE);
  const context = await there.browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(() => {
    /** @type {IDBDatabase[]} */
    const opened = [];
    Object.assign(globalThis, { opened });
    const connect = IDBFactory.prototype.open;
    IDBFactory.prototype.open = function (...given) {
      const request = connect.apply(this, given);
      request.addEventListener("success", () => opened.push(request.result));
      return request;
    };
  });
  await page.goto(`${there.url}/bare/blank.html`);
  await open(page);
  await view(page, "before");
  await ask(page, "flush");
  for (const event of [true, false]) {
    await page.evaluate((event) => {
      for (const database of /** @type {any} */ (globalThis).opened) {
        database.close();
        if (event) database.dispatchEvent(new Event("close"));
      }
    }, event);
    await view(page, event ? "after" : "later");
    await ask(page, "flush");
  }
  assert.deepEqual([(await ask(page, "status")).storage, await problems(page)], ["disk", []]);
  await page.close();
  const next = await bare(there.url, context, { consent: undefined });
  assert.deepEqual(await recent(next), ["later", "after", "before"]);
});

test("a page in the module's place is not taken for a policy", async (t) => {
  for (const contentType of ["text/html", "application/wasm"]) {
    const there = await shop(t, BARE);
    const context = await there.browser.newContext();
    await context.route("**/*.wasm", (route) => route.fulfill({ contentType, body: "<!doctype html>" }));
    const page = await bare(there.url, context);
    const [problem] = (await ask(page, "status")).problems;
    assert.equal(problem.code, "wasm.unavailable");
    assert.doesNotMatch(problem.message, /Content-Security-Policy/);
  }
});

test("a Chinese browser and a page that names no language: reasons in Chinese", async (t) => {
  const there = await shop(t, BARE);
  const page = await (await there.browser.newContext({ locale: "zh-CN" })).newPage();
  await page.goto(`${there.url}/bare/blank.html`);
  await page.evaluate(() => document.documentElement.removeAttribute("lang"));
  await open(page);
  const { items } = await ask(page, "recommend", { placement: "home", limit: 1 });
  assert.match(items[0].reasons[0].text, /\p{Script=Han}/u);
});
