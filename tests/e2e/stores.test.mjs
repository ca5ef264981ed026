// A8: who looks at an air conditioner near a store with a demonstration unit is invited, books, and shows the guide a code. In a real
// browser with a real service, from near, from far away and with the place denied, in both languages.

import assert from "node:assert/strict";
import test from "node:test";
import jsqr from "jsqr";
import { said, settled, shop, stored, visitor } from "./shop.mjs";

const decode = jsqr.default;

/** @typedef {import("playwright-core").Page} Page */

const AC = "norhaven-fjord-inverter-air-conditioner-1-5-hp";
/** In Nanjing, more exactly than anybody needs to know; in Stockholm. */
const NEAR = { latitude: 32.0447193, longitude: 118.7912468 };
const FAR = { latitude: 59.3293235, longitude: 18.0685808 };
/** Noon and eleven at night in Nanjing, a Tuesday. */
const NOON = Date.UTC(2026, 11, 1, 4, 0);
const NIGHT = Date.UTC(2026, 11, 1, 15, 0);

/** A visitor in China by their clock, on a given day. @param {Awaited<ReturnType<typeof shop>>} open
 * @param {{ at?: number, place?: { latitude: number, longitude: number } | null } & import("playwright-core").BrowserContextOptions} [options] */
async function somebody(open, { at = NOON, place = NEAR, ...options } = {}) {
  const someone = await visitor(open, { timezoneId: "Asia/Shanghai", ...(place ? { geolocation: place, permissions: ["geolocation"] } : {}), ...options });
  someone.page.setDefaultTimeout(60_000);
  await someone.page.clock.setSystemTime(at);
  /** @type {string[]} */
  const sent = [];
  someone.page.on("request", (request) => sent.push(`${request.method()} ${request.url()} ${request.postData() ?? ""}`));
  return { ...someone, sent };
}

/** Waits for the engine, which takes its time on a busy machine. @param {Page} page */
const started = (page) =>
  page.waitForFunction(async () => {
    const till = await import(`${"/till.js"}`);
    await till.opened;
    return till.status().engine === "wasm";
  });

/** @param {Page} page @param {string} url */
async function product(page, url) {
  await page.goto(`${url}/#/c`);
  await page.goto(`${url}/#/p/${AC}`);
  await page.locator(`main .product[data-id="${AC}"]`).waitFor();
}

/** @param {Page} page @param {string} url @param {{ allow: string, name: string, login: string, secret: string, register: string, hello: string }} words */
async function member(page, url, words) {
  await page.goto(`${url}/#/`);
  await started(page);
  await page.getByRole("button", { name: words.allow }).click();
  await page.locator("#consent button").first().waitFor({ state: "hidden" });
  await page.goto(`${url}/#/account`);
  const form = page.locator("#register");
  await form.getByLabel(words.name).fill("Lan");
  await form.getByLabel(words.login).fill(`lan-${Math.random().toString(36).slice(2)}`);
  await form.getByLabel(words.secret).fill("correct horse");
  await form.getByRole("button", { name: words.register }).click();
  await page.getByRole("heading", { level: 1, name: words.hello }).waitFor();
}

const ENGLISH = { allow: "Allow personalisation and measurement", name: "What shall we call you?", login: "Login", secret: "Password", register: "Register", hello: "Hello, Lan" };
const CHINESE = { allow: "允许个性化和统计", name: "怎么称呼您", login: "登录名", secret: "密码", register: "注册", hello: "您好，Lan" };

const card = (/** @type {Page} */ page) => page.locator("main .store-card");

test("who says where they are is invited to the open store nearby that shows and has it; the place is kept and sent nowhere", { timeout: 300_000 }, async (t) => {
  const open = await shop(t, { args: ["--crm-time-travel"] });
  const { page, heard, url, sent } = await somebody(open);
  await member(page, url, ENGLISH);
  await product(page, url);
  await card(page).getByRole("button", { name: "Find a store near me" }).click();
  await card(page).getByText("Nanjing Xinjiekou").waitFor();
  assert.equal(await card(page).getAttribute("data-rule"), "visit-store");
  assert.match(await said(card(page)), /about a kilometre away.*open until 10:00\sPM/);

  // Another product in the same visit: the leave holds, the place was not kept.
  await page.goto(`${url}/#/p/brisoa-zephyr-inverter-air-conditioner-1-5-hp`);
  await card(page).locator("strong").getByText("Nanjing").waitFor();

  await page.evaluate(() => /** @type {any} */ (window).dispatchEvent(new Event("pagehide")));
  const held = JSON.stringify(await stored(page)) + (await rows(page));
  for (const text of [...sent, held]) for (const part of ["32.04", "118.79", "32.0447", "118.7912"]) assert.ok(!text.includes(part), `${part} in ${text.slice(0, 300)}`);
  assert.ok(sent.some((text) => text.includes("/v1/batch")), "something was reported at all");
  assert.deepEqual(heard, []);
});

/** All that the page's databases hold, as text, with every eight bytes as the number they may be. @param {Page} page */
const rows = (page) =>
  page.evaluate(async () => {
    let text = "";
    for (const { name = "" } of await indexedDB.databases()) {
      /** @type {IDBDatabase} */
      const database = await new Promise((resolve, reject) => Object.assign(indexedDB.open(name), { onsuccess: (/** @type {any} */ event) => resolve(event.target.result), onerror: reject }));
      for (const store of database.objectStoreNames) {
        /** @type {any[]} */
        const all = await new Promise((resolve) => (database.transaction(store).objectStore(store).getAll().onsuccess = (/** @type {any} */ event) => resolve(event.target.result)));
        for (const row of all) {
          const bytes = row instanceof Uint8Array ? row : row instanceof ArrayBuffer ? new Uint8Array(row) : new TextEncoder().encode(JSON.stringify(row));
          text += new TextDecoder("latin1").decode(bytes);
          const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
          for (let at = 0; at + 8 <= bytes.byteLength; at++) {
            const number = view.getFloat64(at, true);
            if (Math.abs(number) > 1 && Math.abs(number) < 181) text += ` ${number}`;
          }
        }
      }
      database.close();
    }
    return text;
  });

test("far from every store nobody is invited, at night neither, and who denies their place sees a store of their region", { timeout: 300_000 }, async (t) => {
  const open = await shop(t, { args: ["--crm-time-travel"] });
  for (const { options, expected } of [
    { options: { place: FAR }, expected: /No store within 30 km has it on show/ },
    { options: { at: NIGHT }, expected: /Nanjing Xinjiekou.*closed now, opens .*10:00/ },
    { options: { place: null }, expected: /Nanjing Xinjiekou.*open until 10:00\sPM.*a store of your region/s },
  ]) {
    const { context, page, heard, url } = await somebody(open, options);
    await member(page, url, ENGLISH);
    await product(page, url);
    await card(page).getByRole("button", { name: "Find a store near me" }).click();
    await card(page).getByRole("button", { name: "Find a store near me" }).waitFor({ state: "detached" });
    const text = await said(card(page));
    assert.match(text, expected);
    const invited = await card(page).getAttribute("data-rule");
    assert.equal(invited, options.place === null ? "visit-store" : null, text);
    if (options.place === null) assert.doesNotMatch(text, /kilomet|km/);
    assert.deepEqual(heard, []);
    await context.close();
  }
});

test("the store card takes its place from the start: nothing moves when the answer comes, wide and on a telephone", { timeout: 300_000 }, async (t) => {
  const open = await shop(t, { args: ["--crm-time-travel"] });
  for (const [width, locale] of /** @type {const} */ ([[1280, "en-GB"], [390, "en-GB"], [1280, "zh-CN"], [390, "zh-CN"]])) {
    const chinese = locale === "zh-CN";
    // Without a place the card says one thing more.
    const { context, page, url } = await somebody(open, { locale, viewport: { width, height: 844 }, ...(width === 390 && { place: null }) });
    await member(page, url, chinese ? CHINESE : ENGLISH);
    await product(page, url);
    const before = await card(page).boundingBox();
    await card(page).getByRole("button").click();
    await card(page).getByText(chinese ? "南京新街口店" : "Nanjing Xinjiekou").waitFor();
    const after = await card(page).boundingBox();
    assert.equal(after?.height, before?.height);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing scrolls sideways");
    await context.close();
  }
});

/** What a camera reads off the screen. @param {Page} page */
async function scanned(page) {
  const seen = await page.locator("dialog svg.qr").screenshot();
  const { bits, width, height } = await page.evaluate(async (png) => {
    const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.drawImage(image, 0, 0);
    const { data, width, height } = context.getImageData(0, 0, image.width, image.height);
    let bits = "";
    for (let at = 0; at < data.length; at += 4) bits += (data[at] ?? 0) < 128 ? "0" : "1";
    return { bits, width, height };
  }, seen.toString("base64"));
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let at = 0; at < bits.length; at++) if (bits[at] === "0") pixels.fill(0, at * 4, at * 4 + 3);
  return decode(pixels, width, height)?.data ?? "";
}

const WORDS = {
  en: { ...ENGLISH, find: "Find a store near me", store: "Nanjing Xinjiekou", title: "See it before you buy it", book: "Book a visit", another: "Choose another time", done: "Your visit is booked", code: "Show my code to the guide", yes: "Yes, this once", product: "Norhaven Fjord Inverter Air Conditioner", wants: "Wants", looked: "Looked at it", visit: "Visit booked: Nanjing Xinjiekou", not: "Do not mention", disliked: "Brisoa Monsoon Fresh-air Air Conditioner", expired: "has expired", forged: "not signed by this shop", large: "too large", damaged: "missing or was read wrongly", open: "Open", paste: "Code or link" },
  zh: { ...CHINESE, find: "查找附近门店", store: "南京新街口店", title: "到店体验，先看后买", book: "预约到店", another: "另选时间", done: "预约成功", code: "向导购出示我的码", yes: "同意，仅此一次", product: "诺海 峡湾变频空调", wants: "需求", looked: "看过", visit: "已预约到店：南京新街口店", not: "请勿提及", disliked: "沁风 季风新风空调", expired: "已过期", forged: "没有本店的有效签名", large: "过大", damaged: "不完整或读取有误", open: "打开", paste: "码或链接" },
};

for (const [language, words] of Object.entries(WORDS)) {
  test(`A8: who looks at an air conditioner near a store with a demonstration unit is invited, books, and shows the guide a code (${language})`, { timeout: 400_000 }, async (t) => {
    const open = await shop(t, { args: ["--crm-time-travel"] });
    const locale = language === "zh" ? "zh-CN" : "en-GB";
    const { page, heard, url, sent } = await somebody(open, { locale, deviceScaleFactor: 3 });
    await member(page, url, words);
    await page.evaluate(async () => /** @type {any} */ (await import(`${"/till.js"}`)).notForMe("brisoa-monsoon-fresh-air-air-1-5-hp-white"));

    // The invitation.
    await product(page, url);
    await card(page).getByRole("button", { name: words.find }).click();
    await card(page).getByRole("heading", { name: words.title }).waitFor();
    assert.match(await said(card(page)), new RegExp(words.store));

    // The booking, which is one booking however often it is made.
    const dialog = page.locator("dialog[open]");
    for (let n = 0; n < 2; n++) {
      // Who has a visit is told of it, and may come at another time.
      await card(page).getByRole("button", { name: n ? words.another : words.book }).click();
      const first = await dialog.locator("option").first().getAttribute("value");
      assert.ok(Number(first) >= NOON + 3_600_000, "an hour's notice");
      await dialog.locator("select").selectOption({ index: 1 });
      await dialog.getByRole("button", { name: words.book }).click();
      await dialog.getByRole("heading", { name: words.done }).waitFor();
      if (n === 0) await page.keyboard.press("Escape");
      await page.locator("main .store-card.booked").waitFor({ state: "attached" });
      assert.match(await page.locator("main .store-card.booked").innerText(), new RegExp(words.store));
    }
    const booked = await settled(open, (rows) => rows.some(({ event }) => event === "Store Visit Booked"));
    const event = booked.find(({ event }) => event === "Store Visit Booked");
    assert.equal(event?.message.properties.store_id, "nanjing-xinjiekou");

    // The code, with leave for this once.
    await dialog.getByRole("button", { name: words.code }).click();
    assert.equal(await page.locator("dialog svg.qr").count(), 0, "nothing is shown before the leave");
    await dialog.getByRole("button", { name: words.yes }).click();
    await page.locator("dialog svg.qr").waitFor();
    const link = await scanned(page);
    const code = link.split("#/guide/")[1] ?? "";
    assert.ok(link.startsWith(url) && code.length > 100 && code.length <= 1024, `${code.length} characters`);
    assert.ok(!sent.some((text) => text.includes(code.slice(0, 60))), "the code went to no server");
    await page.keyboard.press("Escape");

    // The account has the visit, once, and makes another code for it.
    await page.goto(`${url}/#/account`);
    const visits = page.locator("#account-visits [data-visit]");
    await visits.first().waitFor();
    assert.equal(await visits.count(), 1);
    assert.match((await visits.textContent()) ?? "", new RegExp(words.store));
    // A minute later it is another code: of the same moment and content it would be the same.
    await page.clock.setSystemTime(NOON + 60_000);
    await visits.getByRole("button", { name: words.code }).click();
    await dialog.getByRole("button", { name: words.yes }).click();
    await page.locator("dialog svg.qr").waitFor();
    const other = (await scanned(page)).split("#/guide/")[1] ?? "";

    // The guide's device.
    const guide = await somebody(open, { locale, place: null });
    await guide.page.goto(url);
    await started(guide.page);
    await guide.page.goto(link);
    const main = guide.page.locator("main .guide");
    await main.getByRole("heading", { name: words.wants, exact: true }).waitFor();
    const read = (await main.textContent()) ?? "";
    for (const part of [words.product, words.looked, words.visit, words.not, words.disliked]) assert.ok(read.includes(part), `${part}: ${read}`);
    assert.doesNotMatch(read, /Lan\b|brisoa-|norhaven-/, "no name and no id");
    assert.equal(new URL(guide.page.url()).hash, "#/guide", "the code is out of the address");
    assert.ok(!guide.sent.some((text) => text.includes(code.slice(0, 60))), "and went to no server");

    // Codes that are not to be trusted.
    const [payload = "", kid = "", signature = ""] = code.split(".");
    const [, , another = ""] = other.split(".");
    assert.notEqual(signature, another);
    for (const [text, told] of [
      [`${payload}.${kid}.${another}`, words.forged],
      [payload, words.forged],
      [`${payload}.${"0".repeat(16)}.${signature}`, words.forged],
      // The first half: a few letters less in the middle may by chance still read as another snapshot.
      [`${payload.slice(0, 4 * Math.floor(payload.length / 8))}.${kid}.${signature}`, words.damaged],
      ["A".repeat(9000), words.large],
    ]) {
      // The answer to this code, and not that to the one before: the form is drawn anew with it.
      await main.getByRole("alert").evaluateAll((alerts) => alerts.forEach((alert) => alert.setAttribute("data-before", "")));
      await guide.page.getByLabel(words.paste).fill(text ?? "");
      await guide.page.getByRole("button", { name: words.open }).click();
      await main.locator("[role=alert]:not([data-before])").getByText(told ?? "").waitFor();
      assert.equal(await guide.page.getByRole("heading", { name: words.wants, exact: true }).count(), 0);
    }
    await guide.page.clock.setSystemTime(NOON + 20 * 60_000);
    await guide.page.getByLabel(words.paste).fill(link);
    await guide.page.getByRole("button", { name: words.open }).click();
    await main.getByRole("alert").getByText(words.expired).waitFor();
    assert.deepEqual([...heard, ...guide.heard], []);
  });
}
