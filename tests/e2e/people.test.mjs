// The demo for the people it is for: in their own language, on a telephone, by keyboard alone, and for whoever asks why.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { isDeepStrictEqual } from "node:util";
import { given } from "../support/surroundings.mjs";
import { ids, settled, shop, visitor } from "./shop.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").Locator} Locator */

const PHONES = "Phones > Smartphones";
const PHONES_PAGE = `#/c/${encodeURIComponent(PHONES)}`;
const TELEPHONE = { width: 390, height: 844 };

const HAN = /\p{Script=Han}/u;
/** Two words in a row: a lone one may be a brand or a unit in any language. */
const ENGLISH = /[a-z]{2,} [a-z]{2,}/i;

/** @param {import("node:test").TestContext} t */
const built = (t) => shop(t, { site: given("TILLSIDE_SITE") });

/** Reads until what is read fits, for ten seconds, and gives what was read last. @template T @param {() => Promise<T>} read @param {(value: T) => boolean} fits */
async function reading(read, fits) {
  let value = await read();
  for (let tries = 0; tries < 100 && !fits(value); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    value = await read();
  }
  return value;
}

/** Waits until what is read is as it should be. @template T @param {() => Promise<T>} read @param {T} expected @param {string} [message] */
async function becomes(read, expected, message) {
  assert.deepEqual(await reading(read, (value) => isDeepStrictEqual(value, expected)), expected, message);
}

/** Waits for a condition of what is read, and gives it. @template T @param {() => Promise<T>} read @param {(value: T) => boolean} fits */
async function until(read, fits) {
  const value = await reading(read, fits);
  assert.ok(fits(value), JSON.stringify(value));
  return value;
}

/** @param {Page} page @param {string} text */
const heading = (page, text) => page.getByRole("heading", { level: 1, name: text, exact: true }).waitFor();

/** The shop's name, which leads to the front page in any language. @param {Page} page */
const front = (page) => page.getByRole("banner").getByRole("link").first();

/** Opens what stands first on a list, and says what it is called. @param {Page} page @param {string} placement */
async function openFirst(page, placement) {
  const card = page.locator(`main [data-placement="${placement}"] [data-id]`).first();
  const id = (await card.getAttribute("data-id")) ?? "";
  await card.getByRole("link").click();
  const name = (await page.locator(`main .product[data-id="${id}"] h1`).textContent()) ?? "";
  return { id, name };
}

/** Every text on the page and everything that only a screen reader says. @param {Page} page @returns {Promise<string[]>} */
const written = (page) =>
  page.evaluate(() => {
    /** @type {Set<string>} */
    const all = new Set([document.title]);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    // What was announced last has been said already, in the language of that moment.
    while (walker.nextNode()) if (!walker.currentNode.parentElement?.closest("#live")) all.add(walker.currentNode.nodeValue?.trim() ?? "");
    for (const element of document.body.querySelectorAll("*")) {
      for (const name of ["aria-label", "title", "alt", "placeholder"]) all.add(element.getAttribute(name) ?? "");
    }
    return [...all];
  });

/** Role and name, as a screen reader gives them, of everything on the page that can be used. @param {Page} page */
async function usable(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  await session.detach();
  return nodes.flatMap(({ ignored, role, name, properties }) => {
    const takesFocus = properties?.some(({ name, value }) => name === "focusable" && value.value);
    // The main region takes the focus from the link that skips to it, and is nothing to use.
    return !ignored && takesFocus && role?.value !== "main" ? [{ role: String(role?.value), name: String(name?.value ?? "").trim() }] : [];
  });
}

/** @param {Page} page @param {string} where */
async function allNamed(page, where) {
  const found = await usable(page);
  assert.ok(found.length > 5, where);
  assert.deepEqual(found.filter(({ name }) => !name), [], `${where}: everything that can be used has a name`);
}

test("who reads Chinese has the whole shop in Chinese, and in English when they say so", async (t) => {
  const brands = new Set(["Global Privacy Control"]);
  for (const line of (await readFile(join(given("TILLSIDE_SHOP"), "catalog.jsonl"), "utf8")).trim().split("\n")) brands.add(JSON.parse(line).brand);
  const open = await built(t);
  const { page, heard, url } = await visitor(open, { locale: "zh-CN" });
  const html = page.locator("html");

  /** @param {string} where */
  const chinese = async (where) => {
    assert.equal(await html.getAttribute("lang"), "zh-CN", where);
    const headings = await page.getByRole("heading").allTextContents();
    assert.ok(headings.length > 0, where);
    assert.deepEqual(headings.filter((text) => !HAN.test(text)), [], `${where}: headings`);
    const buttons = (await usable(page)).filter(({ role }) => role === "button");
    // Those that narrow a list by a number say the number.
    assert.deepEqual(buttons.map(({ name }) => name).filter((name) => !HAN.test(name) && !/^[¥\d]/.test(name)), ["English"], `${where}: buttons`);
    assert.deepEqual((await written(page)).filter((text) => ENGLISH.test(text) && !brands.has(text)), [], `${where}: texts`);
    await allNamed(page, where);
  };
  const reasons = page.locator('main [data-placement="home"] [data-code="viewed"]');
  // In the wording that says a name.
  await page.addInitScript(() => sessionStorage.setItem("shop.experiments", JSON.stringify({ wording: "full" })));
  let name = "";
  /** The product is what counts, without its colour and storage. */
  const becauseOfIt = async () => {
    for (const text of await reasons.allTextContents()) {
      const [, cause = ""] = text.split("因为您浏览过");
      assert.ok(cause.length > 2 && name.startsWith(cause), `${text}, of ${name}`);
    }
  };

  await page.goto(url);
  await page.locator('main [data-placement="category"]').first().waitFor();
  await page.getByRole("region", { name: "可以让这家店了解您吗？" }).waitFor();
  await chinese("home");
  await page.getByRole("button", { name: "允许个性化和统计" }).click();
  await page.getByRole("navigation", { name: "全部分类" }).getByRole("link", { name: "手机通讯" }).click();
  await heading(page, "手机通讯");
  await page.getByRole("navigation", { name: "分类", exact: true }).getByRole("link", { name: "智能手机" }).click();
  await heading(page, "智能手机");
  await page.getByRole("group", { name: "品牌" }).waitFor();
  await chinese("category");
  name = (await openFirst(page, "category")).name;
  assert.match(name, HAN);
  await page.locator('main [data-placement="product"]').waitFor();
  await chinese("product");
  await page.getByRole("button", { name: "加入购物车", exact: true }).click();
  await page.getByRole("link", { name: "去购物车" }).click();
  await page.locator('main [data-placement="cart"]').waitFor();
  await chinese("cart");
  await page.getByRole("link", { name: "去结算" }).click();
  await heading(page, "确认订单");
  await chinese("checkout");
  await page.getByRole("search").getByRole("combobox").fill("手机");
  await page.keyboard.press("Enter");
  await heading(page, "“手机”的搜索结果");
  await page.getByRole("group", { name: "品牌" }).waitFor();
  await chinese("search");
  await page.getByRole("contentinfo").getByRole("link", { name: "隐私" }).click();
  await heading(page, "隐私");
  await chinese("privacy");
  await front(page).click();
  await reasons.first().waitFor();
  await becauseOfIt();
  await page.getByRole("button", { name: "控制台：看货架如何产生" }).click();
  const tabs = page.getByRole("tab");
  await becomes(() => tabs.allTextContents(), ["画像", "顾客", "货架", "实验", "队列", "事件", "模型"]);
  for (const tab of ["队列", "模型", "货架", "画像"]) {
    await page.getByRole("tab", { name: tab }).click();
    await page.getByRole("tabpanel", { name: tab }).locator("*").first().waitFor();
    await chinese(tab);
  }

  const other = page.getByRole("button", { name: "English", exact: true });
  await other.click();
  await page.locator('html[lang="en"]').waitFor();
  await heading(page, "Shelves that follow your eye");
  await page.getByText("Because you viewed ").first().waitFor();
  await page.locator('main [data-placement="category"]').first().waitFor();
  await becomes(() => tabs.allTextContents(), ["Portrait", "Shopper", "Shelves", "Experiments", "Queue", "Events", "Model"]);
  await becomes(async () => (await written(page)).filter((text) => HAN.test(text)), ["中文"], "nothing is left in Chinese but the way back");
  const english = await reasons.allTextContents();
  assert.ok(english.length > 0 && english.every((text) => text.startsWith("Because you viewed ")), `${english}`);
  assert.equal(await page.getByRole("button", { name: "中文" }).evaluate((button) => button === document.activeElement), true, "the focus stays where it was");
  const said = await page.locator("#live").textContent();

  await page.reload();
  await heading(page, "Shelves that follow your eye");
  await page.getByRole("button", { name: "中文" }).click();
  await heading(page, "逛着逛着，货架就懂您");
  await reasons.first().waitFor();
  await becauseOfIt();
  await page.locator('main [data-placement="category"]').first().waitFor();
  await chinese("home again");
  assert.deepEqual(heard, []);
  assert.doesNotMatch(said ?? "", HAN, "what a screen reader finds at the end of the English page is no Chinese");
});

test("reasons call a brand as the shop does in Chinese", async (t) => {
  const { page, url } = await visitor(await built(t), { locale: "zh-CN" });
  await page.goto(url);
  await page.locator('[data-consent="all"]').click();
  await page.locator(".consent").waitFor({ state: "detached" });
  const ids = await page.evaluate(async () => {
    const goods = await Promise.all(Array.from({ length: 32 }, async (_, n) => (await fetch(`/shop/products/${n}.json`)).json()));
    return goods.flatMap((some) => Object.entries(some)).filter(([, { b, o }]) => b === "Pacerra" && !o).map(([id]) => id);
  });
  for (const id of ids.slice(0, 4)) {
    await page.goto(`${url}#/p/${id}`);
    await page.locator(`main .product[data-id="${id}"]`).waitFor();
  }
  await front(page).click();
  const reasons = page.locator('main [data-code="brand"]');
  await reasons.first().waitFor();
  for (const text of await reasons.allTextContents()) assert.match(text, /^来自您关注的品牌\p{Script=Han}+$/u);
});

test("on a telephone no page scrolls sideways", async (t) => {
  const open = await built(t);
  const { page, heard, url } = await visitor(open, { viewport: TELEPHONE });
  /** @type {Record<string, number>} */
  const tooWide = {};
  /** @param {string} name @param {Locator} there what comes last on the page */
  const measure = async (name, there) => {
    await there.first().waitFor({ state: "attached" });
    const { wide, room, moved } = await page.evaluate(() => {
      scrollTo({ left: 1000, behavior: "instant" });
      const { scrollWidth: wide, clientWidth: room } = document.documentElement;
      const moved = scrollX;
      scrollTo({ left: 0, behavior: "instant" });
      return { wide, room, moved };
    });
    if (wide > room || moved) tooWide[name] = wide;
  };
  /** @param {string} placement */
  const shelf = (placement) => page.locator(`main section[data-placement="${placement}"] [data-id]`);
  const chips = page.locator("main .filters button");

  await page.goto(url);
  await page.locator(".consent").waitFor();
  await measure("home with the question of consent", shelf("category"));
  const overflows = await page.locator(".wordmark").evaluate(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth);
  assert.ok(!overflows, "the shop's name runs into the button beside it");
  await page.locator('[data-consent="all"]').click();
  await page.goto(`${url}#/c`);
  await measure("departments", page.locator("main .directory"));
  await page.goto(`${url}${PHONES_PAGE}`);
  await measure("category", chips);
  await page.getByText("Filter", { exact: true }).click();
  await measure("category with its filters", chips);
  await page.goto(`${url}#/search?q=phone`);
  await measure("search", chips);
  await openFirst(page, "search");
  await measure("product", shelf("product"));
  await page.getByRole("button", { name: "Add to cart", exact: true }).click();
  await page.goto(`${url}#/cart`);
  await measure("cart", shelf("cart"));
  await page.goto(`${url}#/checkout`);
  await measure("checkout", page.locator("#place-order"));
  await page.goto(`${url}#/privacy`);
  await measure("privacy", page.locator("#forget"));
  await page.goto(`${url}#/`);
  await measure("home of a visitor who is known", shelf("category"));
  await page.locator("#console-button").click();
  for (const tab of await page.getByRole("tab").all()) {
    await tab.click();
    await measure(`console, ${await tab.textContent()}`, page.locator("#console-panel > *"));
  }
  const word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
  await page.goto(`${url}#/search?q=${encodeURIComponent(word)}`);
  await measure("search for a long word", page.locator("main h1", { hasText: word }));
  assert.deepEqual(tooWide, {});
  assert.deepEqual(heard, []);
});

/** What has the focus: whether that can be seen, and whether any of it is in view. @param {Page} page */
const focused = (page) =>
  page.evaluate(() => {
    // A widget has a tree of its own.
    let element = document.activeElement ?? document.body;
    while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    const at = (/** @type {number} */ x, /** @type {number} */ y) => /** @type {Document | ShadowRoot} */ (element.getRootNode()).elementFromPoint(x, y);
    const { left, top, width, height } = element.getBoundingClientRect();
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    let uncovered = false;
    for (let right = 0.05; right < 1 && !uncovered; right += 0.1) {
      for (let down = 0.05; down < 1 && !uncovered; down += 0.1) uncovered = element.contains(at(left + right * width, top + down * height));
    }
    return {
      what: `${element.tagName} ${element.getAttribute("aria-label") ?? element.textContent?.trim().slice(0, 60)}`,
      nothing: element === document.body,
      ring: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
      uncovered,
    };
  });

/** Presses Tab until the focus is where it should be; each time it must be to be seen. @param {Page} page @param {Locator} there */
async function tabTo(page, there) {
  await there.waitFor();
  for (let presses = 0; presses < 200; presses++) {
    await page.keyboard.press("Tab");
    const { what, nothing, ring } = await focused(page);
    assert.ok(!nothing && ring, `the focus is to be seen on ${what}`);
    if (await there.evaluate((element) => element === /** @type {Document | ShadowRoot} */ (element.getRootNode()).activeElement)) return;
  }
  assert.fail(`Tab does not lead to ${there}`);
}

test("the keyboard alone is enough to find a product, put it in the cart and allow what the shop asks", async (t) => {
  const open = await built(t);
  const { page, heard, url } = await visitor(open, { reducedMotion: "reduce" });
  /** What was announced, and that the focus is where reading goes on. @param {string} text @param {Locator} at */
  const announced = async (text, at) => {
    await becomes(() => page.locator("#live").textContent(), text);
    assert.equal(await at.evaluate((element) => element === document.activeElement), true, `after “${text}” the focus is there`);
  };
  await page.goto(url);
  await page.locator(".consent").waitFor();
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to content" });
  assert.equal(await skip.evaluate((link) => link === document.activeElement), true);
  assert.deepEqual(await focused(page), { what: "A Skip to content", nothing: false, ring: true, uncovered: true });
  await page.keyboard.press("Enter");
  assert.equal(await page.getByRole("main").evaluate((main) => main === document.activeElement), true);

  const card = page.locator('main [data-placement="home"] [data-id]').nth(1);
  const name = (await card.locator(".name").textContent()) ?? "";
  await tabTo(page, card.getByRole("link"));
  await page.keyboard.press("Enter");
  await announced(name, page.getByRole("heading", { level: 1, name }));
  assert.match(await page.title(), new RegExp(`^${name.replace(/[^\w ]/g, "\\$&")}`));
  const add = page.getByRole("button", { name: "Add to cart", exact: true });
  await tabTo(page, add);
  await page.keyboard.press("Enter");
  await announced(`${name} is in your cart. 1 in total.`, add);
  await tabTo(page, page.getByRole("link", { name: "Go to cart" }));
  await page.keyboard.press("Enter");
  await announced("Cart", page.getByRole("heading", { level: 1, name: "Cart", exact: true }));
  const more = page.getByRole("button", { name: `One ${name} more` });
  await tabTo(page, more);
  await page.keyboard.press("Enter");
  const total = await page.locator("output").textContent();
  await announced(`${name}: 2. Total ${total}.`, more);

  await tabTo(page, page.getByRole("button", { name: "Only personalisation" }));
  await page.keyboard.press("Enter");
  await announced("Your choice is in effect.", page.getByRole("main"));
  await page.keyboard.press("`");
  const tab = page.getByRole("tab", { name: "Portrait" });
  await becomes(() => tab.evaluate((tab) => tab === document.activeElement), true);
  await page.keyboard.press("ArrowRight");
  const next = page.getByRole("tab", { name: "Shopper", selected: true });
  assert.equal(await next.evaluate((tab) => tab === document.activeElement), true);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#console-button").evaluate((button) => button === document.activeElement), true);
  assert.deepEqual(heard, []);
});

test("the question of consent never covers all of what has the focus", async (t) => {
  const open = await built(t);
  /** @type {string[]} */
  const covered = [];
  for (const viewport of [{ width: 1280, height: 640 }, TELEPHONE]) {
    const { page, context, url } = await visitor(open, { viewport, reducedMotion: "reduce" });
    await page.goto(`${url}${PHONES_PAGE}`);
    await page.locator(".consent").waitFor();
    await openFirst(page, "category");
    await page.locator('main [data-placement="product"]').waitFor();
    const first = page.getByRole("link", { name: "Skip to content" });
    const last = page.getByRole("button", { name: "No", exact: true });
    for (const [key, from, end] of /** @type {const} */ ([["Tab", first, "BUTTON No"], ["Shift+Tab", last, "A Skip to content"]])) {
      await from.focus();
      for (let presses = 0, at = ""; at !== end; presses++) {
        assert.ok(presses < 200, `${key} leads through the page`);
        await page.keyboard.press(key);
        const { what, uncovered } = await focused(page);
        if (!uncovered) covered.push(`${viewport.width} × ${viewport.height}: ${what}`);
        at = what;
      }
    }
    await context.close();
  }
  assert.deepEqual(covered, []);
});

test("the console shows what the shop knows, why each item is there and what is sent, while it happens", async (t) => {
  const open = await built(t);
  const { page, context, heard, url } = await visitor(open);
  const drawer = page.getByRole("complementary", { name: "Console" });
  /** @param {string} name */
  const block = (name) => drawer.locator("section", { has: page.getByRole("heading", { name, exact: true }) });
  /** What a block says of each name. @param {string} name @returns {Promise<Record<string, string>>} */
  const facts = (name) =>
    block(name).evaluate((block) => Object.fromEntries([...block.querySelectorAll("dt")].map((term) => [term.textContent ?? "", term.nextElementSibling?.textContent ?? ""])));
  /** @param {string} name */
  const choose = async (name) => {
    await drawer.getByRole("tab", { name }).click();
    await drawer.getByRole("tabpanel", { name }).locator("> *").first().waitFor();
  };
  /** Numbers as the console writes them. @param {string | undefined} text */
  const number = (text) => Number(text?.replaceAll(",", "") || NaN);

  // What is sent waits until there was time to see it wait.
  /** @type {(value?: unknown) => void} */
  let release = () => {};
  const released = new Promise((resolve) => (release = resolve));
  await context.route("**/v1/batch", async (route) => {
    await released;
    await route.continue();
  });

  await page.goto(`${url}${PHONES_PAGE}`);
  await page.locator('[data-consent="all"]').click();
  await page.locator(".consent").waitFor({ state: "detached" });
  const one = await openFirst(page, "category");
  await page.goBack();
  await heading(page, "Smartphones");
  const other = page.locator(`main .list [data-id]:not([data-id="${one.id}"])`).first();
  const [otherId, otherName] = [await other.getAttribute("data-id"), await other.locator(".name").textContent()];
  await other.getByRole("link").click();
  await page.locator(`main .product[data-id="${otherId}"]`).waitFor();
  await front(page).click();
  await page.locator('main [data-placement="recent"]').waitFor();
  await page.getByRole("button", { name: "Console: see how the shelves are made" }).click();

  // The portrait.
  const viewed = () => block("Viewed last").getByRole("link").allTextContents();
  await becomes(viewed, [otherName ?? "", one.name]);
  const interests = block("Categories").getByRole("row").filter({ hasText: "Smartphones" }).locator("td");
  for (const text of await interests.allTextContents()) assert.ok(number(text) > 0, text);
  assert.equal(await interests.count(), 2, "of late, and lasting");
  const brand = JSON.stringify((await block("Brands").getByRole("rowheader").allTextContents()).sort());
  assert.ok(one.name.split(" ").some((word) => brand.includes(`"${word}"`)), brand);
  const remembered = async () => number((await drawer.getByText("Kept on this device.").textContent())?.match(/remembered: ([\d,]+)\./)?.[1]);
  const before = await remembered();

  // It follows what is done, without being opened again.
  const next = await openFirst(page, "home");
  await becomes(viewed, [next.name, otherName ?? "", one.name]);
  assert.ok((await remembered()) > before);
  await page.getByRole("button", { name: "Add to cart", exact: true }).click();
  await becomes(() => block("Cart").getByRole("listitem").allTextContents(), [`${next.name}× 1`]);

  // Each shelf in view, and what its scores are made of.
  const shelves = drawer.locator("details[data-shelf]");
  /** @param {Locator} locator */
  const placements = (locator) => locator.evaluateAll((all) => all.map((one) => one.getAttribute("data-shelf") ?? one.getAttribute("data-placement")));
  await choose("Shelves");
  await becomes(() => placements(shelves), await placements(page.locator("main [data-placement]")));
  await front(page).click();
  await page.locator('main [data-placement="recent"]').waitFor();
  await page.locator('main [data-placement="category"]').nth(1).waitFor();
  const both = async () => [await placements(shelves), await placements(page.locator("main [data-placement]"))];
  await until(both, ([drawn = [], there = []]) => there.length > 3 && isDeepStrictEqual(drawn, there));
  const home = shelves.first();
  const summary = (await home.locator("> summary").textContent()) ?? "";
  assert.match(summary, /^home 12 items · [\d,.]+ µs · fallback none · \w+$/);
  for (const text of await shelves.locator("> summary").allTextContents()) assert.match(text, / · [\d,.]+ µs · /);
  const shares = await home.getByRole("list", { name: "Share of each source" }).getByRole("listitem").allTextContents();
  const whole = shares.reduce((sum, text) => sum + number(text.match(/ ([\d,]+) %/)?.[1]), 0);
  assert.ok(Math.abs(whole - 100) <= shares.length, `${shares}`);
  await home.locator("tbody summary", { hasText: "What the score is made of" }).first().click();
  await home.locator("tbody details[open] li").first().waitFor();
  const rows = await home.locator("> table > tbody > tr").evaluateAll((rows) =>
    rows.map((row) => {
      /** @param {string} selector */
      const texts = (selector) => [...row.querySelectorAll(selector)].map(({ textContent }) => textContent ?? "");
      const [position = "", name = "", score = "", source = ""] = texts(":scope > td");
      return { position, name, score, source, reasons: texts(":scope > td > div > ul > li"), parts: texts(".parts .source"), causes: texts(".parts li a") };
    }),
  );
  const cards = page.locator('main section[data-placement="home"]').first().locator("[data-id]");
  assert.deepEqual(rows.map(({ name }) => name), await cards.locator(".name").allTextContents());
  assert.deepEqual(rows.map(({ source }) => source), await cards.evaluateAll((cards) => cards.map((card) => card.getAttribute("data-source"))));
  assert.deepEqual(rows.map(({ position }) => position), rows.map((_, n) => `${n + 1}`));
  assert.ok(rows.some(({ reasons }) => reasons[0]?.startsWith("Because you viewed ")));
  for (const { name, score, source, reasons, parts, causes } of rows) {
    assert.ok(reasons.length > 0, `${name} says why it is there`);
    assert.ok(parts.some((part) => part.startsWith(`${source} `)), `${name}: ${source} is among ${parts}`);
    const sum = parts.reduce((sum, part) => sum + number(part.split(" ")[1]), 0);
    // Each is written with four digits.
    assert.ok(Math.abs(sum - number(score)) < 0.00006 * (parts.length + 1), `${name}: ${parts} sum to ${score}`);
    for (const cause of causes) assert.ok([next.name, otherName, one.name].includes(cause), `${cause} was viewed`);
  }

  // What was called, newest first.
  await choose("Events");
  const calls = () => drawer.getByRole("row").evaluateAll((rows) => rows.slice(1).map((row) => [...row.querySelectorAll("td")].slice(1).map(({ textContent }) => textContent ?? "")));
  const looked = await until(calls, (calls) => calls.some(([event]) => event === "Product Added"));
  assert.deepEqual(looked.filter(([event]) => event === "Product Viewed").map(([, item, answer]) => [item, answer]), [[next.id, "ok"], [otherId, "ok"], [one.id, "ok"]]);

  // What waits, its size, and that it goes.
  await choose("Queue");
  const waits = await facts("Queue");
  assert.ok(number(waits.Waiting) > 5 && waits.Sent === "0", JSON.stringify(waits));
  assert.match(waits.Size ?? "", /^[1-9][\d.]* k?B$/);
  const accepted = async () => number((await facts("Taken in")).Accepted);
  const taken = await accepted();
  const last = await openFirst(page, "home");
  await until(accepted, (now) => now > taken);
  assert.ok(number((await facts("Queue")).Waiting) > number(waits.Waiting));
  release();
  await drawer.getByRole("button", { name: "Send now" }).click();
  const sent = await until(() => facts("Queue"), ({ Waiting, Sent }) => Waiting === "0" && number(Sent) > 5);
  assert.deepEqual([sent.Size, sent.Dropped], ["0 B", "0"]);
  const stored = await settled(open, (rows) => rows.length >= number(sent.Sent));
  assert.equal(stored.filter(({ message }) => message.event === "Product Viewed" && message.properties.product_id === last.id).length, 1);

  // The model and the engine.
  await choose("Model");
  const { model, parts } = JSON.parse(await readFile(join(given("TILLSIDE_MODEL"), "manifest.json"), "utf8"));
  const shown = await facts("Model");
  assert.deepEqual([shown.Id, shown.Size], [model, `${(parts[0].bytes / 1000).toLocaleString("en", { maximumFractionDigits: 1 })} kB`]);
  assert.ok(number(shown.Items) > 100);
  const engine = await facts("Engine");
  assert.equal(engine.Engine, "wasm");
  assert.match(engine.Memory ?? "", /^[\d.]+ MB$/);
  assert.match(engine["First shelf after"] ?? "", /^[\d,.]+ ms$/);
  const choices = await facts("What you allow");
  assert.deepEqual([choices.Personalisation, choices.Measurement], ["allowed", "allowed"]);
  assert.deepEqual(heard, []);
});
