// Lists of a page are made again, in the page and by the native program, as they were in the engine.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { given } from "../../support/surroundings.mjs";
import { visit } from "../visit.mjs";

/** @typedef {import("./index.mjs").Scenario} Scenario */

/** @type {Record<string, Scenario>} */
export const scenarios = {
  async "lists of a page are made again, and the same natively"(t, browser) {
    const shop = await visit(t, browser);
    const tab = await shop.tab();
    await tab.goto(`${shop.url}bare/blank.html`);
    const { same, records } = await tab.evaluate(async () => {
      const here = (/** @type {string} */ path) => import(new URL(path, location.href).href);
      const [{ Tillside }, { interleave }] = await Promise.all([here("/pkg/dist/index.js"), here("/pkg/dist/interleave.js")]);
      const till = await Tillside.open({
        edition: "full",
        automated: false,
        timeout: 60_000,
        model: "/model/manifest.json",
        features: { features: { wording: { rules: [{ key: "wording", variations: ["short", "full"], hashVersion: 2 }] } } },
        consent: { personalisation: true, measurement: true, experiment: true },
      });
      const popular = till.recommend({ placement: "home", limit: 12 }).items.map((/** @type {any} */ { id }) => id);
      for (const [n, product_id] of popular.slice(0, 4).entries()) {
        till.track("Product Viewed", { product_id });
        if (n === 1) till.variation("wording");
        if (n === 2) till.track("Product Added", { product_id });
        till.recommend({ placement: "product", item: product_id, limit: 6, discovery: 0.3 });
        till.recommend({ placement: "search", query: "phone", limit: 5, diversity: { by: "dpp", strength: 0.4 } });
        till.page({ surface: "home" });
      }
      const rankers = { plain: { placement: "home" }, varied: { placement: "home", diversity: 1 } };
      interleave(till, { experiment: "front", rankers, limit: 6 });
      const records = till.ask("decisions");
      const same = records.filter((/** @type {any} */ record) => till.ask("replay", record).same).length;
      return { same, records };
    });
    assert.ok(records.length > 15, `${records.length} lists`);
    assert.equal(same, records.length);
    assert.match(records.at(-1).variants, /^wording=[01]$/);

    const folder = await mkdtemp(join(tmpdir(), "tillside-decisions-"));
    t.after(() => rm(folder, { recursive: true }));
    const file = join(folder, "decisions.json");
    await writeFile(file, JSON.stringify(records));
    const { stdout } = await promisify(execFile)(given("TILLSIDE"), ["lab", "decisions", "--model", given("TILLSIDE_MODEL"), "--records", file]);
    assert.equal(stdout.trim(), `${records.length} of ${records.length} lists are made the same`);
    shop.quiet();
  },
};
