// What a page may ask of a list beside its best items: places, variety, something new, another order, and why.

import assert from "node:assert/strict";
import test from "node:test";
import { collector } from "../clients/collector.mjs";
import { given } from "../support/surroundings.mjs";
import { Tillside } from "../../pkg/dist/index.js";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** A visitor who has looked at phones. @param {import("node:test").TestContext} t */
async function visitor(t) {
  const { url } = await collector(t, "--model", given("TILLSIDE_MODEL"));
  const till = await Tillside.open({ model: `${url}/model/manifest.json`, consent: { personalisation: true }, locale: "en" });
  const phones = till.recommend({ placement: "category", category: "Phones > Smartphones", limit: 3 }).items;
  for (const { id } of phones) assert.ok(till.track("Product Viewed", { product_id: id }).ok);
  return till;
}

/** @param {{ items: { id: string }[] }} shelf */
const ids = ({ items }) => items.map(({ id }) => id);

test("a list keeps the places that the shop has given away", async (t) => {
  const till = await visitor(t);
  const plain = till.recommend({ placement: "home", limit: 8 });
  const [last = ""] = ids(till.recommend({ placement: "home", limit: 60 })).slice(-1);
  const shelf = till.recommend({ placement: "home", limit: 8, pins: [{ id: last, position: 2 }, { id: "nobody-knows", position: 3 }] });
  assert.deepEqual(ids(shelf), [ids(plain)[0], last, ...ids(plain).slice(1, 7)]);
  const { placed, reasons, propensity } = shelf.items[1] ?? {};
  assert.deepEqual([placed, reasons?.[0]?.text, propensity], ["pinned", "Chosen by the shop", 1]);
  assert.deepEqual(shelf.status.warnings, ["pin_unavailable"]);
});

test("variety and spread bring other kinds among the best", async (t) => {
  const till = await visitor(t);
  const lines = (await readFile(join(given("TILLSIDE_SHOP"), "catalog.jsonl"), "utf8")).trim().split("\n");
  const leaves = new Map(lines.map((line) => JSON.parse(line)).map(({ id, product_type }) => [id, product_type]));
  /** How many leaf categories twelve places hold. @param {object} wish */
  const categories = (wish) => {
    const { items } = till.recommend({ placement: "home", limit: 12, ...wish });
    assert.equal(new Set(items.map(({ id }) => id)).size, 12);
    return new Set(items.map(({ id }) => leaves.get(id))).size;
  };
  const plain = ids(till.recommend({ placement: "home" }));
  /** @param {any} diversity */
  const varied = (diversity) => ids(till.recommend({ placement: "home", diversity }));
  assert.notDeepEqual(varied(0.6), plain);
  assert.notDeepEqual(varied({ by: "dpp", strength: 0.6 }), plain);
  assert.notDeepEqual(varied({ by: "dpp", strength: 7 }), plain);
  for (const none of [{ by: "dpp", strength: 0 }, { by: "dpp", strength: "much" }, { by: "dpp" }, { by: "chance", strength: 0.6 }, { strength: 0.6 }]) {
    assert.deepEqual(varied(none), plain, JSON.stringify(none));
  }
  assert.ok(categories({ spread: { category: 1 } }) > categories({}));
});

test("something new has a share, a place that does not flicker, and a propensity", async (t) => {
  const till = await visitor(t);
  const request = /** @type {const} */ ({ placement: "home", limit: 20, discovery: 0.2 });
  const shelf = till.recommend(request);
  const drawn = shelf.items.filter(({ placed }) => placed === "discovered");
  assert.ok(drawn.length === 4 || drawn.length === 5, `${drawn.length}`);
  assert.ok(drawn.every(({ propensity, reasons }) => propensity > 0 && propensity < 1 && reasons[0]?.code === "discovery"));
  assert.deepEqual(ids(till.recommend(request)), ids(shelf));
  const usual = new Set(ids(till.recommend({ placement: "home", limit: 20 })));
  assert.ok(drawn.every(({ id }) => !usual.has(id)));
});

test("a list on screen is ordered again without what was seen moving", async (t) => {
  const till = await visitor(t);
  const best = ids(till.recommend({ placement: "home", limit: 6 }));
  const list = ["nobody-knows", ...best.toReversed()];
  assert.deepEqual(till.rerank({ placement: "home", ids: list }), [...best, "nobody-knows"]);
  const kept = till.rerank({ placement: "home", ids: list, visible: 2, pinned: [best[0] ?? ""] });
  assert.deepEqual([kept.slice(0, 2), kept.at(-1), new Set(kept)], [list.slice(0, 2), best[0], new Set(list)]);
  const nothing = /** @type {any} */ (undefined);
  assert.deepEqual([till.rerank(nothing), till.rerank({ placement: "home", ids: nothing })], [[], []]);
});

test("a decision can be taken apart to the items that caused it", async (t) => {
  const till = await visitor(t);
  const shelf = till.recommend({ placement: "home", limit: 5 });
  const why = till.explain(shelf.status.decision);
  assert.ok(!why.gone);
  assert.deepEqual([why.placement, why.model, ids(why)], ["home", shelf.status.model, ids(shelf)]);
  for (const { score, contributions, causes } of why.items) {
    const sum = (/** @type {number[]} */ parts) => parts.reduce((all, part) => all + part, 0);
    assert.ok(Math.abs(sum(Object.values(contributions)) - score) < 1e-6);
    const { sequence = 0, complement = 0, content = 0 } = contributions;
    assert.ok(Math.abs(sum(causes.map(({ given }) => given)) - sequence - complement - content) < 1e-6);
  }
  const viewed = till.portrait().recent.map(({ id }) => id);
  assert.ok(why.items[0]?.causes.every(({ because }) => viewed.includes(because)));
  for (let n = 0; n < 200; n++) till.recommend({ placement: "home" });
  assert.deepEqual(till.explain(shelf.status.decision), { decision: shelf.status.decision, gone: true });
});

test("a choice is reported as one, whatever has become of the shelf", async (t) => {
  const { url } = await collector(t, "--model", given("TILLSIDE_MODEL"));
  const till = await Tillside.open({ model: `${url}/model/manifest.json`, collector: { url: `${url}/v1/batch`, writeKey: "demo" }, consent: { measurement: true } });
  const shelf = till.recommend({ placement: "home", limit: 2 });
  const [first = { id: "" }] = shelf.items;
  // A page may have put it through its own store, and lost the position.
  const kept = /** @type {any} */ ({ ...shelf, items: [{ id: first.id }] });
  assert.ok(till.click(kept, first.id).ok);
  const { queue } = /** @type {any} */ (await till.export());
  const clicked = queue.map((/** @type {any} */ { event, properties }) => [event, properties.product_id]);
  // What was chosen was seen.
  assert.deepEqual(clicked, [["Product List Viewed", undefined], ["Product Clicked", first.id]]);
  await till.close();
});

test("the shop's rules and the page's raise and bury, and say so", async (t) => {
  const { url } = await collector(t, "--model", given("TILLSIDE_MODEL"));
  const rules = [{ where: { category: ["Fresh", "Nowhere"] }, bury: true }, { where: { brand: "Vantro" }, boost: 9 }, null];
  const till = await Tillside.open({ model: `${url}/model/manifest.json`, locale: "en", rules: /** @type {any} */ (rules) });
  assert.deepEqual(
    till.status().problems.map(({ code, message }) => [code, message.split(":")[0]]),
    [
      ["rules.unknown", "rules[0].where.category"],
      ["rules.range", "rules[1]"],
      ["rules.range", "rules[2]"],
    ],
  );
  const plain = till.recommend({ placement: "home", limit: 100 });
  assert.deepEqual(plain.status.warnings, ["rule_unknown", "rule_range"]);
  const why = till.explain(plain.status.decision);
  assert.ok(!why.gone);
  for (const { score, contributions, rules } of why.items) {
    const sum = Object.values(contributions).reduce((sum, part) => sum + part, 0);
    assert.ok(Math.abs(sum - score) <= 1e-6);
    assert.equal(score < 0, rules.some(({ factor }) => factor === 0));
  }
  assert.deepEqual(why.items[0]?.rules, [{ rule: 1, factor: 5 }]);
  assert.equal(plain.items[0]?.reasons[0]?.text, "Favoured by the shop");
  const [best = "", second = "", ...rest] = ids(plain);
  const shelf = till.recommend({ placement: "home", limit: 100, rules: [{ where: { id: best }, bury: true }] });
  assert.equal(ids(shelf)[0], second);
  const order = till.rerank({ placement: "home", ids: [best, second], rules: [{ where: { id: best }, bury: true }] });
  assert.deepEqual(order, [second, best]);
  await assert.rejects(Tillside.open({ rules: /** @type {any} */ ({}) }), TypeError);
  assert.ok(rest.length > 90);
});

test("a misspelt or missing option is named", async () => {
  for (const [options, said] of /** @type {[any, RegExp][]} */ ([
    [{ modle: "/model/manifest.json" }, /modle is no option.*model/],
    [{ consent: { personalization: true } }, /consent\.personalization is no option.*personalisation/],
    [{ collector: { url: "/v1/batch" } }, /collector\.writeKey must be a string, got null/],
  ])) {
    await assert.rejects(Tillside.open(options), { name: "TypeError", message: said });
  }
});

test("a bundle is of different kinds and keeps to its price", async (t) => {
  const till = await visitor(t);
  const { items } = till.recommend({ placement: "category", category: "Phones > Smartphones", limit: 40 });
  const bundles = items.map(({ id }) => till.bundle({ item: id }));
  const found = bundles.find((bundle) => bundle.items.length === 3);
  assert.ok(found?.price && found.reason);
  assert.equal(found.placement, "complements");
  assert.equal(found.reason.code, "goes_with");
  const item = found.reason.because ?? "";
  const cheaper = till.bundle({ item, priceCap: found.price - 1 });
  assert.ok((cheaper.price ?? 0) < found.price && cheaper.items.length <= 3);
  assert.deepEqual(till.bundle({ item: "nobody-knows", fallback: [item] }).items.map(({ source }) => source), ["host"]);
  assert.deepEqual(till.bundle(/** @type {any} */ (null)).items, []);
});

test("who has a phone and a watch of one maker sees what works with them", async (t) => {
  /** @type {Map<string, string>} */
  const ecosystems = new Map();
  for (const line of (await readFile(join(given("TILLSIDE_SHOP"), "catalog.jsonl"), "utf8")).trim().split("\n")) {
    const { id, product_detail = [] } = JSON.parse(line);
    const [own] = product_detail.filter((/** @type {any} */ { attribute_name }) => attribute_name === "ecosystem");
    ecosystems.set(id, own?.attribute_value ?? "none");
  }
  const { url } = await collector(t, "--model", given("TILLSIDE_MODEL"));
  const till = await Tillside.open({ model: `${url}/model/manifest.json`, consent: { personalisation: true }, locale: "en" });
  /** @param {string} category @param {object} [wish] */
  const list = (category, wish) => till.recommend({ placement: "category", category, limit: 100, ...wish }).items;
  /** @param {string} category */
  const lumero = (category) => list(category).find(({ id }) => ecosystems.get(id) === "Lumero")?.id ?? "";
  const [phone, watch] = [lumero("Phones > Smartphones"), lumero("Watches > Smartwatches")];
  till.track("Product Viewed", { product_id: phone });
  assert.equal(list("Computers", { compatible: true })[0]?.reasons.some(({ code }) => code === "fits_viewed"), false, "one phone is no choice");
  till.track("Product Viewed", { product_id: watch });
  const fitting = list("Computers", { compatible: true });
  const kinds = fitting.map(({ id }) => ecosystems.get(id));
  const first = kinds.findIndex((kind) => kind !== "Lumero");
  assert.ok(first > 2 && !kinds.slice(first).includes("Lumero"), `${kinds}`);
  assert.ok(!kinds.includes("Vantro") && kinds.includes("Open"));
  assert.deepEqual(fitting[0]?.reasons[0]?.text, "Works with what you viewed");
  assert.ok(list("Computers").some(({ id }) => ecosystems.get(id) === "Vantro"), "only where it is asked for");
  const phones = ids({ items: list("Phones > Smartphones") }).filter((id) => ecosystems.get(id) === "Lumero");
  const complements = phones.flatMap((item) => ids(till.recommend({ placement: "complements", item, limit: 100 })));
  assert.ok(complements.length > 30 && complements.every((id) => ecosystems.get(id) !== "Vantro"), `${complements}`);
});

test("a page shows no product twice, and its feed goes on without repeats", async (t) => {
  const till = await visitor(t);
  const page = till.page({ surface: "home" });
  assert.ok(page.shelves.length >= 2, `${page.shelves.length}`);
  /** A product by the most popular of its variants. @param {string} id */
  const product = (id) => till.variants(id)[0] ?? id;
  const all = [...page.shelves, page.more(), page.more()].flatMap(ids).map(product);
  assert.equal(new Set(all).size, all.length);
  assert.ok(all.length > 30, `${all.length}`);
  assert.deepEqual(till.page({ surface: "home" }).shelves.map(ids), page.shelves.map(ids));
});

test("a stranger's front page shows many departments", async (t) => {
  const { url } = await collector(t, "--model", given("TILLSIDE_MODEL"));
  const till = await Tillside.open({ model: `${url}/model/manifest.json`, locale: "en" });
  const [first] = till.page({ surface: "home" }).shelves;
  assert.equal(first?.items.length, 12);
  assert.notDeepEqual(ids(/** @type {any} */ (first)), ids(till.recommend({ placement: "home" })));
});

test("a search forgives, and says what it looked for", async (t) => {
  const till = await visitor(t);
  const plain = till.recommend({ placement: "search", query: "coffee machine" });
  const misspelt = till.recommend({ placement: "search", query: "coffe machien" });
  assert.equal(plain.corrected, undefined);
  assert.equal(misspelt.corrected, "coffee machine");
  assert.deepEqual(ids(misspelt), ids(plain));
  assert.ok(ids(till.recommend({ placement: "search", query: "shouji" })).length > 0);
});

test("what is not wanted is gone with all its variants, and a gift is as if it had not been bought", async (t) => {
  const till = await visitor(t);
  const [unwanted = ""] = ids(till.recommend({ placement: "home" }));
  assert.ok(till.notForMe(unwanted).ok);
  const variants = till.variants(unwanted);
  assert.ok(ids(till.recommend({ placement: "home", limit: 100 })).every((id) => !variants.includes(id)));
  const [bought = ""] = ids(till.recommend({ placement: "home" }));
  const before = ids(till.recommend({ placement: "home" }));
  till.track("Order Completed", { order_id: "o-1", products: [{ product_id: bought }] });
  assert.equal(till.portrait().bought.length, 1);
  assert.notDeepEqual(ids(till.recommend({ placement: "home" })), before);
  assert.ok(till.gift(bought).ok);
  assert.equal(till.portrait().bought.length, 0);
  assert.deepEqual(ids(till.recommend({ placement: "home" })), before);
});
