// After service: a contact is settled, the shopper is asked once how it was, and the answer reaches the report and the CRM. A bad one
// holds advertising back and is what an agent who is handed the shopper sees; in both languages, wide and on a telephone.

import assert from "node:assert/strict";
import test from "node:test";
import { settled, shop, visitor } from "./shop.mjs";
import { member, open as visit, shown } from "./members.mjs";

const WORDS = {
  en: { topic: "My parcel came open", send: "Send to customer service", settle: "It is settled", answer: "Answer", mark: (/** @type {number} */ n) => `${n} of 5`, submit: "Send", sorry: "We are sorry", noted: "Survey: goods 4, delivery 1, service 2 of 5", agent: "Hand over to customer service", yes: "Yes, this once" },
  zh: { topic: "包裹送到时已拆开", send: "发送给客服", settle: "已经解决", answer: "去回答", mark: (/** @type {number} */ n) => `${n} 分`, submit: "提交", sorry: "非常抱歉", noted: "问卷：商品 4 分，配送 1 分，服务 2 分", agent: "转给客服查看", yes: "同意，仅此一次" },
};

/** @typedef {import("playwright-core").Page} Page */

/** What the page's CRM answers. @param {Page} page @param {string} path @returns {Promise<any>} */
const crm = (page, path) => page.evaluate(async (path) => (await fetch(`/crm/v1${path}`)).json(), path);

/** Why an action is not shown at home. @param {Page} page @param {string} action @returns {Promise<any>} */
const whyNot = (page, action) => page.evaluate(async (action) => (await import(/** @type {any} */ ("/till.js"))).whyNot({ action, surface: "home" }), action);

for (const [language, words, width] of /** @type {const} */ ([["en", WORDS.en, 1280], ["zh", WORDS.zh, 390]])) {
  test(`whoever was served is asked once, and a bad answer holds advertising back and reaches the agent (${language}, ${width} px)`, { timeout: 300_000 }, async (t) => {
    const served = await shop(t);
    const options = { locale: language === "zh" ? "zh-CN" : "en-GB", viewport: { width, height: 900 } };
    const { page, heard, url } = await visitor(served, options);
    page.setDefaultTimeout(60_000);
    await member(page, url, "Mei");

    // While the contact is open nothing is advertised; once it is settled the shopper is asked.
    const form = page.locator("#service");
    await form.locator("#service-about").selectOption("delivery");
    await form.locator("#service-words").fill(words.topic);
    await form.getByRole("button", { name: words.send }).click();
    await page.locator("#account-service li[data-contact]", { hasText: words.topic }).waitFor();
    await page.locator('main .action[data-rule="apology"]').waitFor();
    await visit(page, url, "#/");
    assert.ok(!(await shown(page)).includes("first-order"));
    assert.equal((await whyNot(page, "first-order")).code, "complaint");
    await page.goto(`${url}/#/account`);
    await page.locator("#account-service").getByRole("button", { name: words.settle }).click();
    await page.locator("#account-service li.over").waitFor();
    await page.locator('main .action[data-rule="served-survey"]').waitFor();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing scrolls sideways");
    await visit(page, url, "#/");
    assert.notEqual((await whyNot(page, "first-order"))?.code, "complaint", "advertising is back");

    await page.locator('main .action[data-rule="served-survey"]').getByRole("link", { name: words.answer }).click();
    const fields = page.locator("till-survey fieldset");
    await fields.first().waitFor();
    assert.equal(await fields.count(), 3);
    for (const [n, mark] of [[0, 4], [1, 1], [2, 2]]) await fields.nth(/** @type {number} */ (n)).locator(`input[value="${mark}"]`).check();
    await page.locator("till-survey button[type=submit]").click();
    await page.locator('main .told[data-kept="true"]').getByText(words.sorry).waitFor();

    // The report, the CRM, and once.
    const rows = await settled(served, (rows) => rows.some(({ event }) => event === "Survey Answered"));
    const answers = rows.filter(({ event }) => event === "Survey Answered");
    assert.equal(answers.length, 1);
    const { rating, rating_delivery, rating_service, topic } = answers[0]?.message.properties ?? {};
    assert.deepEqual({ rating, rating_delivery, rating_service, topic }, { rating: 4, rating_delivery: 1, rating_service: 2, topic: "service" });
    assert.ok(!JSON.stringify(rows).includes(words.topic), "the words themselves are not reported");
    const [kept] = await crm(page, "/me/surveys");
    assert.deepEqual([kept.kind, kept.rating, kept.rating_delivery, kept.rating_service], ["service", 4, 1, 2]);
    const contacts = await crm(page, "/me/contacts");
    assert.equal(kept.about, contacts.find((/** @type {any} */ one) => one.topic === words.topic).id);
    assert.ok(contacts.some((/** @type {any} */ one) => one.id === kept.contact && !one.resolved));

    // Nothing is advertised, and nobody is asked again.
    await visit(page, url, "#/");
    const rules = await shown(page);
    assert.ok(!rules.includes("served-survey") && !rules.includes("first-order"), rules.join(" "));
    assert.equal((await whyNot(page, "first-order")).code, "complaint");
    await page.goto(`${url}/#/survey?rule=served-survey`);
    await page.locator("till-survey").waitFor();
    assert.equal(await page.locator("till-survey form").count(), 0);

    // The agent reads it, on another device.
    await page.goto(`${url}/#/account`);
    await page.locator("#account-service").getByRole("button", { name: words.agent }).click();
    await page.locator("dialog").getByRole("button", { name: words.yes }).click();
    const link = await page.locator("dialog #handoff-link").inputValue();
    const agent = await visitor(served, options);
    await agent.page.goto(`${url}/#/c`);
    await agent.page.goto(link);
    await agent.page.locator("main .guide .said").first().waitFor();
    const read = await agent.page.locator("main .guide").innerText();
    assert.ok(read.includes(words.noted) && read.includes(words.topic), read);
    assert.deepEqual([...heard, ...agent.heard], []);
  });
}
