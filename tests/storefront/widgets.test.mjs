// `tillside/widgets` on a page: every element draws from the real engine or real data, in both languages, in the room that a server's
// placeholder kept for it, by keyboard, and styled by its parts.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { given, root } from "../support/surroundings.mjs";
import { opened } from "./page.mjs";

/** @typedef {import("playwright-core").Page} Page */

const HOUR = 3_600_000;

/** What pages begin with: events are collected, products have prices, the shop's rule offers ten. */
const WIDGETS = `
  import { define } from "tillside/widgets";
  window.events = [];
  window.errors = [];
  for (const name of ["end", "claim", "dismiss", "add", "answer", "book", "consent", "erase"])
    addEventListener("till-" + name, ({ detail, target }) => window.events.push([name, target.localName, JSON.parse(JSON.stringify(detail))]));
  const rules = [{ id: "ten", do: { type: "offer", campaign: "ten", title: { en: "Ten off", zh: "立减十元" }, text: { en: "Today only", zh: "仅限今天" } }, surfaces: ["home"], value: 10, caps: { total: 1 } }];
  const full = { ...options, edition: "full", actions: rules };
  const priced = async (ids) => (await load(ids)).map((product) => ({ ...product, price: "20.00 CNY", sale_price: product.id === ids[0] ? "15 CNY" : undefined }));
  const coupon = { code: "TEN-1", threshold: 9900, expires: Date.now() + 7_200_000 };
  const member = async () => ({
    tiers: [{ id: "silver", name: { en: "Silver", zh: "银卡" }, growth: 0, benefits: [{ en: "Points", zh: "积分" }] }, { id: "gold", name: { en: "Gold", zh: "金卡" }, growth: 1000 }],
    badges: [{ id: "all", name: { en: "Friend", zh: "老朋友" }, if: {} }],
    member: { growth: [{ at: Date.now() - 86_400_000, amount: 88_000 }], points: [] },
  });
  const settings = { load: priced, currency: "CNY", mint: async () => coupon, member, onError: (error) => window.errors.push(String(error)) };
  /** A product that makes a set with others. */
  const inSets = (till) => till.recommend({ placement: "home", limit: 50 }).items.map(({ id }) => id).find((id) => till.bundle({ item: id, limit: 2 }).items.length === 2);
`;
const ALL = `${WIDGETS}
  window.till = tillside({ ...full, locale: document.documentElement.lang });
  define(settings);
  window.till.ready.then((till) => document.querySelector("till-bundle")?.setAttribute("item", window.item = inSets(till)));
`;
/** As a server writes them, each with something of its size. */
const SERVED = `
  <till-countdown until="2999-12-01T18:00:00Z"><p class="line">until 18:00</p></till-countdown>
  <till-coupon surface="home" href="#cart"><p class="small">…</p></till-coupon>
  <till-tier><p class="middle">…</p></till-tier>
  <till-bundle limit="2" cart="#cart"><p class="large">…</p></till-bundle>
  <p id="below">below</p>`;
const STYLE = `p { margin: 0 } .line { height: 30px } .small { height: 120px } .middle { height: 200px } .large { height: 560px }
  till-coupon::part(title) { color: rgb(1, 2, 3) } till-coupon::part(time) { color: rgb(4, 5, 6) } till-countdown::part(label) { color: rgb(7, 8, 9) }
  till-tier::part(missing) { color: rgb(10, 11, 12) } till-bundle::part(button) { color: rgb(13, 14, 15) }`;

/** Waits until every widget has drawn. @param {Page} page @param {string} [selector] */
const drawn = (page, selector = "till-countdown, till-coupon, till-tier, till-bundle") =>
  page.waitForFunction((selector) => [...document.querySelectorAll(selector)].every((widget) => /** @type {HTMLElement} */ (widget).dataset.state), selector);

/** All that a widget says, its own tree and what it is made of. @param {Page} page @param {string} selector @returns {Promise<string>} */
const text = (page, selector) =>
  page.locator(selector).evaluate((widget) => {
    /** @param {ParentNode} root @returns {string} */
    const all = (root) => [...root.childNodes].map((node) => (node instanceof Text ? node.data : node instanceof Element ? all(node.shadowRoot ?? node) : "")).join("");
    return all(widget.shadowRoot ?? widget);
  });

/** @param {Page} page @param {string} name */
const told = (page, name) => page.evaluate((name) => /** @type {any} */ (window).events.filter((/** @type {any[]} */ [one]) => one === name), name);

for (const [lang, words] of /** @type {const} */ ([
  ["en", { ends: /^Ends in [\d,]+ days$/, offer: /Ten off.*Today only.*On orders from ¥99.*Ends in 0[12]:\d\d:\d\d.*Use it/s, tier: /Silver.*¥120 more, and you are Gold\..*One order as usual would do, by .*Points.*Friend/s, bundle: /Buy together.*Product .*¥15.*Product .*¥20.*¥55 for all 3.*Add all to the cart/s, added: "All of it is in your cart. Go to cart" }],
  ["zh-CN", { ends: /^剩余时间 \d+ 天$/, offer: /立减十元.*仅限今天.*满¥99可用.*剩余时间 0[12]:\d\d:\d\d.*去使用/s, tier: /银卡.*再消费¥120即可升级为金卡。.*按平时的金额再下一单即可.*积分.*老朋友/s, bundle: /一起买.*¥15.*¥20.*3 件共 ¥55.*全部加入购物车/s, added: "已全部加入购物车。 去购物车" }],
])) {
  test(`countdown, coupon, tier and bundle draw from the engine in the room of the server's placeholder (${lang})`, async (t) => {
    const { page, heard } = await opened(t, ALL, SERVED, { style: STYLE, lang, height: 1200 });
    const before = await page.locator("#below").boundingBox();
    await drawn(page);
    assert.match(await text(page, "till-countdown >> nth=0"), words.ends);
    assert.match(await text(page, "till-coupon"), words.offer);
    assert.match(await text(page, "till-tier"), words.tier);
    assert.match(await text(page, "till-bundle"), words.bundle);
    // Nothing has moved, and what stands below is where it was.
    assert.equal(await page.evaluate(() => /** @type {any} */ (window).shifts), 0);
    assert.deepEqual(await page.locator("#below").boundingBox(), before);
    const bar = page.getByRole("progressbar");
    assert.deepEqual([await bar.getAttribute("value"), await bar.getAttribute("max")], ["880", "1000"]);
    await page.locator("till-bundle").getByRole("button").click();
    await page.waitForFunction((added) => document.querySelector("till-bundle")?.shadowRoot?.querySelector('[role="status"]')?.textContent === added, words.added);
    assert.deepEqual([await page.evaluate(() => /** @type {any} */ (window).errors), heard], [[], []]);
  });
}

test("each styled piece is a part, of what a widget is made of, too", async (t) => {
  const { page } = await opened(t, ALL, SERVED, { style: STYLE });
  await drawn(page);
  /** @param {string} widget @param {string} part */
  const colour = (widget, part) => page.locator(`${widget} [part~="${part}"]`).first().evaluate((node) => getComputedStyle(node).color);
  assert.equal(await colour("till-coupon", "title"), "rgb(1, 2, 3)");
  assert.equal(await colour("till-coupon", "time"), "rgb(4, 5, 6)");
  assert.equal(await colour("body > till-countdown", "label"), "rgb(7, 8, 9)");
  assert.equal(await colour("till-tier", "missing"), "rgb(10, 11, 12)");
  assert.equal(await colour("till-bundle", "button"), "rgb(13, 14, 15)");
});

test("the keyboard alone claims an offer, puts a set into the cart and puts an offer away; the engine hears of it", async (t) => {
  const { page, sent, reported } = await opened(t, ALL, SERVED, { style: STYLE, height: 1400 });
  await drawn(page);
  /** The innermost element with the focus. */
  const focused = () =>
    page.evaluate(() => {
      let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      return at?.getAttribute("part") ?? "";
    });
  /** @param {string} part */
  const tabTo = async (part) => {
    for (let presses = 0; presses < 20; presses++) {
      await page.keyboard.press("Tab");
      if ((await focused()) === part) return;
    }
    assert.fail(`Tab leads to ${part}`);
  };
  await tabTo("button claim");
  await page.keyboard.press("Enter");
  assert.equal(new URL(page.url()).hash, "#cart");
  const [[, widget, detail]] = await told(page, "claim");
  assert.deepEqual([widget, detail.action.rule, detail.coupon.code], ["till-coupon", "ten", "TEN-1"]);
  await tabTo("button add");
  await page.keyboard.press("Enter");
  const [[, , { lines }]] = await told(page, "add");
  const item = await page.evaluate(() => /** @type {any} */ (window).item);
  assert.deepEqual([lines.length, lines[0], lines.every((/** @type {any} */ { quantity }) => quantity === 1)], [3, { id: item, quantity: 1 }, true]);
  // The set was seen, and what was chosen of it was.
  await sent();
  const ids = lines.slice(1).map((/** @type {any} */ { id }) => id);
  assert.deepEqual(reported("Product List Viewed").map(({ message }) => message.properties.products.map((/** @type {any} */ { product_id }) => product_id)), [ids]);
  assert.deepEqual(reported("Product Clicked").map(({ message }) => message.properties.product_id), ids);
  await page.keyboard.press("Shift+Tab");
  for (let presses = 0; presses < 20 && (await focused()) !== "dismiss"; presses++) await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await page.locator("till-coupon").waitFor({ state: "hidden" });
  assert.equal((await told(page, "dismiss")).length, 1);
  // Shown once in all, as the rule says: the engine counted it.
  const why = await page.evaluate(() => /** @type {any} */ (window).till.whyNot({ action: "ten", surface: "home" }));
  assert.equal(why?.code, "cap");
});

test("a countdown goes on where it was after a reload, and says once that it has ended", async (t) => {
  const until = Date.now() + 2 * HOUR;
  const { page, heard } = await opened(t, `${WIDGETS} define();`, `<till-countdown until="${new Date(until).toISOString()}" label="Over in"><p class="line">soon</p></till-countdown>`, { style: STYLE });
  await page.clock.install({ time: until - HOUR });
  await page.reload();
  await drawn(page, "till-countdown");
  assert.match(await text(page, "till-countdown"), /^Over in (01:00:00|00:59:\d\d)$/);
  assert.equal(await page.getByRole("timer").getAttribute("datetime"), new Date(until).toISOString());
  await page.clock.setSystemTime(until - 30 * 60_000);
  await page.reload();
  await drawn(page, "till-countdown");
  assert.match(await text(page, "till-countdown"), /^Over in (00:30:00|00:29:\d\d)$/);
  await page.clock.setSystemTime(until + 1);
  await page.waitForFunction(() => /** @type {HTMLElement} */ (document.querySelector("till-countdown")).dataset.state === "empty");
  assert.deepEqual(await told(page, "end"), [["end", "till-countdown", { until }]]);
  assert.equal(await text(page, "till-countdown"), "");
  assert.deepEqual(heard, []);
});

test("another language of the document is that of its widgets, and the page's own words go before theirs", async (t) => {
  const script = `${WIDGETS} define({ texts: { en: { "countdown.ends": "Only until" } } });`;
  const { page } = await opened(t, script, `<till-countdown until="2999-12-01T18:00:00Z"></till-countdown><till-countdown lang="zh" until="2999-12-01T18:00:00Z"></till-countdown>`);
  await drawn(page, "till-countdown");
  assert.match(await text(page, "till-countdown >> nth=0"), /^Only until /);
  assert.match(await text(page, "till-countdown >> nth=1"), /^剩余时间 /);
  await page.evaluate(() => (document.documentElement.lang = "zh-CN"));
  await page.waitForFunction(() => document.querySelector("till-countdown")?.shadowRoot?.textContent?.startsWith("剩余时间"));
});

test("what is set before the element is defined holds, and a coupon that ended, was used or was not minted is not shown", async (t) => {
  const script = `${WIDGETS}
    window.till = tillside(full);
    const set = (id, given) => Object.assign(document.querySelector(id), given);
    set("#good", { coupon: { ...coupon, name: "Given before" } });
    set("#used", { coupon: { ...coupon, redeemed: 1 } });
    set("#over", { coupon: { ...coupon, expires: Date.now() - 1 } });
    set("#basket", { lines: [{ id: "a", quantity: 2 }, { id: "b" }] });
    set("#cart", { request: { arms: [{ id: "none" }, { id: "five", amount: 500, successes: 1e6 }], cart: [{ amount: 10_000, headroom: 90 }], key: "k" } });
    define({ ...settings, mint: async () => null });`;
  const body = `<till-coupon id="good"></till-coupon><till-coupon id="used"></till-coupon><till-coupon id="over"></till-coupon><till-coupon id="none" surface="home"><p slot="none">No offers</p></till-coupon><till-coupon id="cart"></till-coupon><till-bundle id="basket"><h2 slot="title">The usual</h2></till-bundle>`;
  const { page, heard } = await opened(t, script, body);
  await drawn(page, "till-coupon, till-bundle");
  assert.match(await text(page, "#good"), /^Given before/);
  for (const id of ["#used", "#over"]) await page.locator(id).waitFor({ state: "hidden" });
  await page.getByText("No offers").waitFor();
  assert.match(await text(page, "#cart"), /¥5 off this cart/);
  await page.getByRole("heading", { name: "The usual" }).waitFor();
  assert.match(await text(page, "#basket"), /¥15 × 2.*¥20.*¥50 for all 3/s);
  assert.deepEqual([await page.evaluate(() => /** @type {any} */ (window).errors), heard], [[], []]);
});

/** A store that is always open, and the page's leave to be asked. */
const STORES = `
  import { Stores } from "tillside/stores";
  const items = (till) => till.recommend({ placement: "home", limit: 2 }).items.map(({ id }) => id);
  const list = (till) => [{ id: "nanjing", name: { en: "Nanjing store", zh: "南京店" }, address: { en: "1 Road", zh: "一号路" }, latitude: 32.04, longitude: 118.79, region: "CN", zone: "Asia/Shanghai", clock: "CST-8", hours: "Mo-Su 00:00-24:00", stock: items(till), demo: items(till) }];
  const place = { ok: true, place: { latitude: 32.05, longitude: 118.8 } };
`;

for (const [lang, words] of /** @type {const} */ ([
  ["en", { survey: /How was it\?.*The goods.*1 of 5/s, room: /LIVE.*Phones and watches, live.*with Ning/s, consent: /May this shop get to know you\?.*Only personalisation.*No/s, find: /See it in a store.*Find a store near me/s, found: /See it before you buy it.*Nanjing store.*about (a kilometre|\d km) away.*Book a visit/s, knows: /What this shop knows.*Categories you look at/s }],
  ["zh-CN", { survey: /您还满意吗.*商品.*1 分/s, room: /直播中.*数码直播间.*主播：小宁/s, consent: /可以让这家店了解您吗.*只允许个性化.*不允许/s, find: /到店看看.*查找附近门店/s, found: /到店体验，先看后买.*南京店.*约 \d 公里.*预约到店/s, knows: /本店了解的内容.*感兴趣的分类/s }],
])) {
  test(`survey, store, live rooms, consent and what the shop knows draw in the room of the server's placeholder (${lang})`, async (t) => {
    const rooms = JSON.parse(await readFile(join(given("TILLSIDE_SHOP"), "live.json"), "utf8")).map((/** @type {any} */ { id, name, host }) => ({ id, name: { en: name[0], zh: name[1] }, host: { en: host[0], zh: host[1] }, link: `#${id}` }));
    const script = `${WIDGETS} ${STORES}
      window.till = tillside({ ...full, actions: "default", consent: {}, locale: document.documentElement.lang });
      // The question of consent comes first, and then what is known.
      const own = new Proxy(window.till, { get: (till, name) => (name === "status" ? () => ({ ...till.status(), consent: window.asked ? till.status().consent : {} }) : typeof till[name] === "function" ? till[name].bind(till) : till[name]) });
      window.till.ready.then(async (till) => {
        await till.consent({ personalisation: true, measurement: true });
        await till.identify({ member: "a".repeat(32), facts: { deliveredOrder: "o-1", deliveredDays: 4 } });
        for (const product_id of items(till)) till.track("Product Viewed", { product_id });
        define({ ...settings, till: own, stores: new Stores(till, list(till)), locate: () => place, rooms: () => ${JSON.stringify(rooms)} });
        document.querySelector("till-store").setAttribute("item", window.item = items(till)[0]);
      });`;
    const served = ["survey", "store", "live", "knowledge", "consent"].map((name) => `<till-${name}><p class="large">…</p></till-${name}>`).join("");
    const { page, heard } = await opened(t, script, `${served}<p id="below">below</p>`, { style: "p { margin: 0 } .large { height: 900px }", lang, height: 5000 });
    const before = await page.locator("#below").boundingBox();
    await drawn(page, "till-survey, till-live, till-knowledge, till-consent, till-store[item]");
    assert.match(await text(page, "till-survey"), words.survey);
    assert.match(await text(page, "till-live"), words.room);
    assert.equal(await page.locator('[data-room="gadgets"]').getAttribute("href"), "#gadgets");
    assert.match(await text(page, "till-consent"), words.consent);
    assert.match(await text(page, "till-knowledge"), words.knows);
    assert.match(await text(page, "till-store"), words.find);
    await page.locator("till-store").getByRole("button").click();
    await page.locator("till-store[data-rule]").waitFor();
    assert.match(await text(page, "till-store"), words.found);
    await page.locator("till-store").getByRole("button").first().click();
    const [[, , booked]] = await told(page, "book");
    assert.deepEqual([booked.item, booked.store.id, booked.invitation.rule], [await page.evaluate(() => /** @type {any} */ (window).item), "nanjing", "visit-store"]);
    assert.equal(await page.evaluate(() => /** @type {any} */ (window).shifts), 0);
    assert.deepEqual(await page.locator("#below").boundingBox(), before);
    assert.deepEqual([await page.evaluate(() => /** @type {any} */ (window).errors), heard], [[], []]);
  });
}

test("a survey is answered by keyboard, and the engine takes the answers; what is not due is not asked", async (t) => {
  const script = `${WIDGETS}
    window.till = tillside(full);
    window.till.ready.then(async (till) => {
      await till.identify({ member: "a".repeat(32), facts: { deliveredOrder: "o-1", deliveredDays: 4 } });
      define(settings);
    });`;
  const { page, heard, sent, reported } = await opened(t, script, `<till-survey rule="delivered-survey"><p slot="none">Nothing to answer</p></till-survey>`);
  await drawn(page, "till-survey");
  for (const mark of [5, 4, 3]) {
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    for (let n = 1; n < mark; n++) await page.keyboard.press("ArrowRight");
  }
  await page.keyboard.press("Enter");
  const thanks = page.locator("till-survey").getByRole("status");
  await thanks.waitFor();
  assert.equal(await thanks.evaluate((node) => /** @type {ShadowRoot} */ (node.getRootNode()).activeElement === node), true, "reading goes on there");
  const [[, , { survey, answers }]] = await told(page, "answer");
  assert.deepEqual([survey.about, answers], ["o-1", { rating: 5, rating_delivery: 4, rating_service: 3 }]);
  const { sentiment } = await page.evaluate(() => /** @type {any} */ (window).till.portrait());
  assert.deepEqual([sentiment.product, sentiment.delivery, sentiment.service], [5, 4, 3]);
  await sent();
  assert.deepEqual(reported("Survey Answered").map(({ message }) => message.properties.order_id), ["o-1"]);
  await page.evaluate(() => /** @type {any} */ (document.querySelector("till-survey")).refresh());
  await page.getByText("Nothing to answer").waitFor();
  assert.deepEqual(heard, []);
});

test("the question of consent stands until it is answered; each answer takes effect, and a refusal holds for the page", async (t) => {
  for (const [answer, expected] of /** @type {const} */ ([["all", [true, true, true]], ["personalisation", [true, false, false]], ["none", [false, false, false]]])) {
    const { page, heard } = await opened(t, `${WIDGETS} window.till = tillside({ ...full, consent: undefined }); define(settings);`, `<p>shop</p><till-consent></till-consent>`);
    await drawn(page, "till-consent");
    const buttons = page.locator("till-consent").getByRole("button");
    const widths = await buttons.evaluateAll((all) => all.map((one) => getComputedStyle(one).fontSize + getComputedStyle(one).fontWeight + getComputedStyle(one).color));
    assert.equal(new Set(widths).size, 1, "answers of equal weight");
    for (let presses = 0; presses < 5 && (await page.evaluate(() => /** @type {any} */ (document.activeElement?.shadowRoot?.activeElement)?.dataset.consent)) !== answer; presses++) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator("till-consent").waitFor({ state: "hidden" });
    const held = () => page.evaluate(() => Object.values(/** @type {any} */ (window).till.status().consent));
    await page.waitForFunction((expected) => JSON.stringify(Object.values(/** @type {any} */ (window).till.status().consent)) === expected, JSON.stringify(expected));
    assert.deepEqual(await held(), expected);
    await page.evaluate(() => document.body.append(document.createElement("till-consent")));
    await drawn(page, "till-consent");
    assert.equal(await page.locator("till-consent").last().isVisible(), false);
    assert.deepEqual(heard, []);
  }
});

test("what the shop knows is told with its reasons and deleted by keyboard for good", async (t) => {
  const script = `${WIDGETS}
    window.till = tillside(full);
    window.till.ready.then((till) => {
      for (const { id } of till.recommend({ placement: "home", limit: 3 }).items) till.track("Product Viewed", { product_id: id });
      define({ ...settings, name: (kind, id) => (kind === "category" ? id.split(" > ").at(-1) : undefined) });
    });`;
  const { page, heard } = await opened(t, script, `<till-knowledge></till-knowledge>`, { height: 2000 });
  await drawn(page, "till-knowledge");
  const kind = (/** @type {string} */ kind) => page.locator(`till-knowledge [data-kind="${kind}"]`);
  const seen = await kind("item").locator('[part="what"]').allTextContents();
  assert.ok(seen.length >= 3 && seen.every((name) => name.startsWith("Product ")), `${seen}`);
  await kind("item").first().locator("summary").press("Enter");
  await kind("item").first().getByText(/^You looked at it on /).waitFor();
  const [first] = await page.evaluate(() => /** @type {any} */ (window).till.portrait().recent);
  await kind("item").first().getByRole("button").press("Enter");
  await page.getByText(`Product ${first.id} was deleted.`).waitFor();
  assert.ok(!(await page.evaluate(() => /** @type {any} */ (window).till.portrait().recent)).some((/** @type {any} */ { id }) => id === first.id));
  assert.equal(await page.evaluate(() => document.activeElement?.localName), "till-knowledge", "the focus stays in the list");
  assert.deepEqual(await told(page, "erase"), [["erase", "till-knowledge", { kind: "item", name: first.id }]]);
  await page.evaluate(() => /** @type {any} */ (window).till.consent({ personalisation: false }));
  await page.getByText("Nothing: personalisation is not allowed.").waitFor();
  assert.deepEqual(heard, []);
});

test("nothing throws: wrong attributes, a shop that cannot answer, markup in texts", async (t) => {
  const script = `${WIDGETS}
    window.till = tillside(full);
    const broken = async () => { throw new Error("no shop") };
    define({ ...settings, load: broken, mint: broken, member: broken });
    const mean = document.querySelector("#mean");
    mean.coupon = { ...coupon, name: "<img src=x onerror=alert(1)>" };
    window.till.ready.then((till) => document.querySelector("till-bundle").setAttribute("item", inSets(till)));`;
  const wrong = ["soon", "", "2026-12-01T18:00", "1e9", "-5", "99999999999999999999"].map((until) => `<till-countdown until="${until}"></till-countdown>`).join("");
  const body = `${wrong}<till-countdown></till-countdown><till-bundle limit="many" price-cap="x"><p>set</p></till-bundle><till-coupon surface="home"><p>offer</p></till-coupon><till-tier><p>tier</p></till-tier><till-coupon id="mean" href="javascript:alert(1)"></till-coupon>`;
  const { page, heard } = await opened(t, script, body);
  await page.waitForFunction(() => /** @type {any} */ (window).errors.length >= 3 && /** @type {HTMLElement} */ (document.querySelector("#mean")).dataset.state === "ready");
  for (const countdown of await page.locator("till-countdown:not(till-coupon *)").all()) assert.equal(await countdown.isVisible(), false);
  for (const placeholder of ["set", "offer", "tier"]) await page.getByText(placeholder, { exact: true }).waitFor();
  assert.match(await text(page, "#mean"), /^<img src=x onerror=alert\(1\)>/);
  assert.equal(await page.locator("#mean a").count(), 0, "no script from an attribute");
  assert.deepEqual(heard, []);
});

test("settings and widgets that there are not are refused by name, and a server imports the package", async () => {
  const { define } = await import(pathToFileURL(join(root, "pkg/dist/widgets.js")).href);
  define({ currency: "CNY" });
  assert.throws(() => define({ curency: "CNY" }), /setting "curency" is unknown; available: till, load, /);
  assert.throws(() => define({}, { only: ["cuopon"] }), /widget "cuopon" is unknown; available: countdown, coupon, /);
});

test("every part is named in the documentation", async () => {
  const folder = join(root, "pkg/storefront/widgets");
  const sources = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")));
  const named = [...sources.join("\n").matchAll(/part: (?:\w+ \? )?"([^"]+)"|button\("(\w+)"/g)].flatMap(([, parts, button]) => (parts ?? button ?? "").split(" "));
  const page = await readFile(join(root, "docs/widgets.md"), "utf8");
  assert.ok(named.length > 60, `${named.length} are found`);
  assert.deepEqual([...new Set(named)].filter((part) => !page.includes(`\`${part}\``)), []);
});
