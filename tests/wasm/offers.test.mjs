// `tillside/offers`: campaigns over HTTP, what is refused, and what is reported of a decision.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { site } from "../support/site.mjs";
import { root } from "../support/surroundings.mjs";
import { Tillside } from "../../pkg/dist/index.js";
import { fetchOffers } from "../../pkg/offers.js";

test("campaigns are fetched, wrong ones are refused by their path, and a decision is reported once with its propensity", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "tillside-offers-"));
  t.after(() => rm(folder, { recursive: true }));
  const { offers } = JSON.parse(await readFile(join(root, "tests/vectors/offers.json"), "utf8"));
  await writeFile(join(folder, "offers.json"), JSON.stringify(offers));
  const wrong = structuredClone(offers);
  wrong.campaigns.spring.arms[1].percent = 150;
  await writeFile(join(folder, "wrong.json"), JSON.stringify(wrong));
  const server = await site(folder);
  t.after(() => server.close());

  const consent = { personalisation: true, measurement: true, experiment: true };
  const till = await Tillside.open({ edition: "full", timeout: 60_000, consent, collector: { url: "http://127.0.0.1:9/none", writeKey: "x" } });
  assert.deepEqual(till.status().problems, []);
  const cart = [{ amount: 12900, headroom: 30 }];
  assert.deepEqual(till.offer({ campaign: "spring", cart, key: "s/2026-12" }), { arm: null, code: "offer_campaign" });
  const missing = await fetchOffers(till, `${server.url}nothing.json`);
  assert.equal(missing.ok === false && missing.code, "offers_unavailable");
  assert.deepEqual(await fetchOffers(till, `${server.url}offers.json`), { ok: true, campaigns: 2 });
  const refused = await fetchOffers(till, `${server.url}wrong.json`);
  assert.ok(!refused.ok);
  assert.deepEqual([refused.code, refused.path], ["offers_arm", "campaigns.spring.arms[1].percent"]);

  const offer = till.offer({ campaign: "spring", cart, key: "s/2026-12" });
  assert.ok(offer.arm !== null && offer.policy === "golden-1" && offer.disclosure);
  for (let n = 0; n < 3; n++) till.track("Product Viewed", { product_id: `p${n}` });
  assert.deepEqual(till.offer({ campaign: "spring", cart, key: "s/2026-12" }), offer);
  const { queue } = /** @type {{ queue: any[] }} */ (await till.export());
  const told = queue.filter(({ properties }) => properties.experiment_id === "offer:spring");
  assert.deepEqual(told.map(({ event, properties: { variation_id, propensity, subtotal, discount, policy } }) => [event, variation_id, propensity, subtotal, discount, policy]), [
    ["Experiment Viewed", offer.arm, offer.propensity, 129, offer.discount / 100, "golden-1"],
  ]);
  // @ts-expect-error Nothing of it throws on a page.
  assert.deepEqual(till.offer(undefined), { arm: null, code: "offer_none" });
  await till.forget();
  await till.close();
});
