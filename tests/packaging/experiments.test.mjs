// Experiments as a user of the package runs them: in Node, with the full edition, and behind an OpenFeature client.

import assert from "node:assert/strict";
import test from "node:test";
import { exec, project, tool } from "./package.mjs";

const FEATURES = {
  features: {
    reason: { defaultValue: "short", rules: [{ key: "reason", variations: ["short", "long"], hashVersion: 2 }] },
    flash: { defaultValue: false, rules: [{ condition: { tier: { $regex: "^g.ld$" } }, force: true }] },
    limit: { defaultValue: 12 },
    layout: { defaultValue: { columns: 3 } },
  },
};

test("features answer, sticky and by consent, and what cannot be read is a problem with a code", async (t) => {
  const folder = await project(t, {
    "package.json": `{ "type": "module" }`,
    "main.js": `
      import { Tillside } from "tillside";
      const features = ${JSON.stringify(FEATURES)};
      const out = {};
      const denied = await Tillside.open({ timeout: 60_000, edition: "full", features });
      out.denied = denied.feature("reason");
      const till = await Tillside.open({ timeout: 60_000, edition: "full", features, consent: { experiment: true }, featureAttributes: { tier: "gold" } });
      out.consent = till.status().consent;
      out.reason = [1, 2, 3].map(() => till.feature("reason").value);
      out.variation = till.variation("reason");
      out.flash = [till.feature("flash").value, till.feature("flash", { tier: "silver" }).value];
      out.unknown = till.feature("nothing");
      const forced = await Tillside.open({ timeout: 60_000, edition: "full", features, consent: { experiment: true }, overrides: { reason: 1 } });
      out.forced = forced.variation("reason");
      const codes = [];
      for (const features of [{ features: [] }, { features: {}, encryptedFeatures: "a.b" }, { features: {}, experiments: [{ key: "moved" }] }, "http://127.0.0.1:9/none"]) {
        const other = await Tillside.open({ timeout: 60_000, edition: "full", features, onWarning: ({ code }) => codes.push(code) });
        await other.close();
      }
      out.codes = codes;
      console.log(JSON.stringify(out));
    `,
  });
  const { stdout } = await exec(process.execPath, ["main.js"], { cwd: folder, timeout: 60_000 });
  const out = JSON.parse(stdout);
  assert.deepEqual(out.denied, { value: "short", on: true, source: "defaultValue" });
  assert.deepEqual(out.consent, { personalisation: false, measurement: false, experiment: true });
  assert.equal(new Set(out.reason).size, 1);
  assert.deepEqual(out.variation, { key: out.reason[0] === "long" ? "1" : "0", value: out.reason[0], forced: false });
  assert.deepEqual(out.flash, [true, false]);
  assert.deepEqual(out.unknown, { on: false, source: "unknownFeature" });
  assert.deepEqual(out.forced, { key: "1", value: "long", forced: true });
  assert.deepEqual(out.codes, ["features.refused", "features.refused", "features.unsupported", "features.unavailable"]);
});

test("an OpenFeature client gets values, variants and errors in its own words", async (t) => {
  const sdk = JSON.stringify(new URL(`file://${tool("@openfeature/web-sdk/dist/esm/index.js")}`).href);
  const folder = await project(t, {
    "package.json": `{ "type": "module" }`,
    "main.js": `
      import { OpenFeature } from ${sdk};
      import { Tillside } from "tillside";
      import { TillsideProvider } from "tillside/openfeature";
      const till = await Tillside.open({ timeout: 60_000, edition: "full", features: ${JSON.stringify(FEATURES)}, consent: { experiment: true } });
      await OpenFeature.setContext({ targetingKey: "visitor-1", tier: "gold" });
      await OpenFeature.setProviderAndWait(new TillsideProvider(till));
      const client = OpenFeature.getClient();
      const of = ({ value, reason, variant, errorCode }) => [value, reason, variant, errorCode];
      console.log(JSON.stringify([
        OpenFeature.providerMetadata.name,
        of(client.getStringDetails("reason", "none")),
        of(client.getBooleanDetails("flash", false)),
        of(client.getNumberDetails("limit", 1)),
        of(client.getObjectDetails("layout", {})),
        of(client.getBooleanDetails("limit", true)),
        of(client.getBooleanDetails("nothing", true)),
      ]));
    `,
  });
  const { stdout } = await exec(process.execPath, ["main.js"], { cwd: folder, timeout: 60_000 });
  const [name, reason, ...others] = JSON.parse(stdout);
  assert.equal(name, "tillside");
  assert.equal(reason[1], "SPLIT");
  assert.equal(reason[2], reason[0] === "long" ? "1" : "0");
  assert.deepEqual(others, [
    [true, "TARGETING_MATCH", null, null],
    [12, "DEFAULT", null, null],
    [{ columns: 3 }, "DEFAULT", null, null],
    [true, "ERROR", null, "TYPE_MISMATCH"],
    [true, "ERROR", null, "FLAG_NOT_FOUND"],
  ]);
});
