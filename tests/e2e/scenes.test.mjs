// The same shop at the same moment in other places: season and festivals raise and lower goods, and nothing of it is about the shopper.

import assert from "node:assert/strict";
import test from "node:test";
import { catalogue } from "./catalogue.mjs";
import { allow, front, listing, look } from "./members.mjs";
import { shop, visitor } from "./shop.mjs";

/** @typedef {import("playwright-core").Page} Page */

const WINTER = ["Fashion > Coats & Down", "Fashion > Boots", "Fashion > Scarves & Gloves", "Fashion > Knitwear", "Appliances > Heaters"];
const SUMMER = ["Fashion > Swimwear", "Fashion > Sandals", "Fashion > Sunglasses", "Beauty > Sunscreen", "Appliances > Fans", "Appliances > Air Conditioners"];
const ELECTRONICS = ["Phones", "Watches", "Computers", "Audio"];

/** As the front page asks. */
const HOME = { placement: "home", limit: 12, spread: { category: 2 }, departments: true };

/** Somebody at a place and a time. @param {Awaited<ReturnType<typeof shop>>} server @param {string} locale @param {string} timezoneId @param {string} time */
async function at(server, locale, timezoneId, time) {
  const visit = await visitor(server, { locale, timezoneId });
  await visit.page.clock.install({ time: new Date(time) });
  return visit;
}

/** What the scene gives each item of a list. @param {Page} page @param {object} request @returns {Promise<Record<string, { part: number, factor: number }>>} */
const scenes = (page, request) =>
  page.evaluate(async (request) => {
    const till = await import(/** @type {any} */ ("/till.js"));
    const shelf = till.recommend(request);
    return Object.fromEntries(till.explain(shelf.status.decision).items.map((/** @type {any} */ { id, contributions, score }) => {
      const sum = Object.values(contributions).reduce((a, b) => a + Number(b), 0);
      if (Math.abs(sum - score) > 1e-4 * Math.max(score, 1)) throw new Error(`${id}: ${sum} of ${score}`);
      const part = contributions.scene ?? 0;
      return [id, { part, factor: score / (score - part) }];
    }));
  }, request);

test("A11: midwinter in Stockholm is midsummer in Sydney", { timeout: 180_000 }, async (t) => {
  const all = new Map((await catalogue()).map((item) => [item.id, item.category]));
  const server = await shop(t);
  const of = (/** @type {string[]} */ list, /** @type {string[]} */ some) => list.filter((id) => some.includes(all.get(id) ?? "")).length;
  const found = [];
  for (const [locale, zone] of /** @type {const} */ ([["sv-SE", "Europe/Stockholm"], ["en-AU", "Australia/Sydney"]])) {
    const { page, url, heard } = await at(server, locale, zone, "2026-12-21T11:00:00Z");
    const home = await front(page, url);
    const given = await scenes(page, HOME);
    const fashion = (await listing(page, url, "Fashion")).slice(0, 12);
    found.push({ home: [of(home, WINTER), of(home, SUMMER)], fashion: [of(fashion, WINTER), of(fashion, SUMMER)] });
    assert.ok(Object.values(given).some(({ part }) => part > 0), "the scene is among what the list is made of");
    assert.deepEqual(heard, []);
  }
  const [stockholm, sydney] = found;
  assert.ok(stockholm && sydney);
  for (const place of /** @type {const} */ (["home", "fashion"])) {
    const told = `${place}: Stockholm ${stockholm[place]}, Sydney ${sydney[place]}`;
    assert.ok((stockholm[place][0] ?? 0) > (stockholm[place][1] ?? 0), told);
    assert.ok((sydney[place][1] ?? 0) > (sydney[place][0] ?? 0), told);
  }
});

test("A11: Black Friday in the United States brings electronics, before it and in China nothing of the kind", { timeout: 180_000 }, async (t) => {
  const all = new Map((await catalogue()).map((item) => [item.id, item.category.split(" > ")[0] ?? ""]));
  const server = await shop(t);
  /** Electronics among the first, and what the scene gave them. @param {string} locale @param {string} zone @param {string} time */
  const electronics = async (locale, zone, time) => {
    const { page, url } = await at(server, locale, zone, time);
    const home = await front(page, url);
    const given = await scenes(page, HOME);
    const own = home.filter((id) => ELECTRONICS.includes(all.get(id) ?? ""));
    // By how much the scene multiplies them, in the mean.
    const lift = own.reduce((sum, id) => sum + (given[id]?.factor ?? 1), 0) / own.length;
    return { count: own.length, lift };
  };
  const friday = await electronics("en-US", "America/New_York", "2026-11-27T15:00:00Z");
  const before = await electronics("en-US", "America/New_York", "2026-11-06T15:00:00Z");
  const china = await electronics("zh-CN", "Asia/Shanghai", "2026-11-27T04:00:00Z");
  const told = JSON.stringify({ friday, before, china });
  // Of Fridays alike.
  assert.ok(friday.count > 0 && friday.lift > 1.3 * before.lift && friday.lift > 1.3 * china.lift, told);
});

test("A11: Ramadan raises halal goods in Indonesia, and no religion is stored anywhere", { timeout: 180_000 }, async (t) => {
  const items = await catalogue();
  const halal = new Set(items.filter(({ details }) => details.certification === "halal").map(({ id }) => id));
  assert.ok(halal.size >= 4);
  const server = await shop(t);
  const MEAT = "Fresh > Meat & Poultry";
  /** The mean place of halal goods among meat. @param {Page} page @param {string} url */
  const place = async (page, url) => {
    const list = await listing(page, url, MEAT);
    const places = list.flatMap((id, n) => (halal.has(id) ? [n] : []));
    return places.reduce((sum, n) => sum + n, 0) / places.length;
  };
  const indonesia = await at(server, "id-ID", "Asia/Jakarta", "2026-03-01T05:00:00Z");
  const japan = await at(server, "ja-JP", "Asia/Tokyo", "2026-03-01T05:00:00Z");
  const { page, url } = indonesia;
  await allow(page, url);
  const [own, other] = [await place(page, url), await place(japan.page, url)];
  assert.ok(own < other, `${own} in Indonesia, ${other} in Japan`);
  const given = await scenes(page, { placement: "category", category: MEAT, limit: 12 });
  for (const [id, { factor }] of Object.entries(given)) assert.equal(factor > 1.3, halal.has(id), `${id}: ${factor}`);
  // What such a shopper leaves on the device says nothing of what they believe.
  for (const id of [...halal].slice(0, 2)) await look(page, url, id);
  await page.evaluate(async () => (await import(/** @type {any} */ ("/till.js"))).flush());
  const stored = await page.evaluate(async () => {
    // The goods on the front page are kept as the shop's files have them.
    const { "shop.front": _, ...local } = { ...localStorage };
    const texts = [JSON.stringify(local), JSON.stringify({ ...sessionStorage }), document.cookie];
    for (const { name = "" } of await indexedDB.databases()) {
      const database = await new Promise((resolve, reject) => {
        const open = indexedDB.open(name);
        open.onsuccess = () => resolve(open.result);
        open.onerror = () => reject(open.error);
      });
      for (const store of database.objectStoreNames) {
        const rows = database.transaction(store).objectStore(store);
        for (const what of ["getAll", "getAllKeys"]) {
          const all = await new Promise((resolve) => (rows[what]().onsuccess = (/** @type {any} */ event) => resolve(event.target.result)));
          for (const one of /** @type {any[]} */ (all)) texts.push(one instanceof Uint8Array || one instanceof ArrayBuffer ? new TextDecoder().decode(one) : JSON.stringify(one, (_, value) => (value instanceof Uint8Array ? new TextDecoder().decode(value) : value)));
        }
      }
      database.close();
    }
    return texts.join("\n");
  });
  assert.ok(stored.includes([...halal][0] ?? "?"), "it is what was looked at that is stored");
  const rows = JSON.stringify(server.rows().map(({ message }) => message));
  for (const text of [stored, rows]) assert.doesNotMatch(text, /ramadan|halal|muslim|islam|religio|斋月|清真/i);
  assert.deepEqual([...indonesia.heard, ...japan.heard], []);
});
