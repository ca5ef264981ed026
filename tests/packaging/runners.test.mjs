// A shop's own unit tests import the package, too: by the runners that most shops use, in what they take for a browser.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import test from "node:test";
import { root } from "../support/surroundings.mjs";
import { exec, project } from "./package.mjs";
import { learn, table } from "./table.mjs";

const { resolve } = createRequire(join(root, "tests/package.json"));
/** @type {{ devDependencies: Record<string, string> }} */
const { devDependencies: versions } = JSON.parse(await readFile(join(root, "tests/package.json"), "utf8"));
const JEST = "Jest with jsdom";
const VITEST = "Vitest";

/** What a shop would test of its page, in the words that both runners share. @param {string} load */
const about = (load) => `
  test("a shelf", async () => {
    ${load}
    const till = await Tillside.open({ consent: { personalisation: true } });
    expect(till.status().engine).toBe("wasm");
    expect(till.track("Product Viewed", { product_id: "a" }).ok).toBe(true);
    expect(till.recommend({ placement: "home", fallback: ["a", "b"] }).items.map(({ id }) => id)).toEqual(["a", "b"]);
    await till.close();
  });
`;

test("Jest with jsdom requires the package", async (t) => {
  const folder = await project(t, { "package.json": "{}", "shop.test.js": about(`const { Tillside } = require("tillside");`) });
  const args = ["--rootDir", folder, "--testEnvironment", resolve("jest-environment-jsdom"), "--watchman=false"];
  const { stderr } = await exec(process.execPath, [join(resolve("jest/package.json"), "../bin/jest.js"), ...args], { cwd: folder });
  assert.match(stderr, /Tests: +1 passed, 1 total/);
  learn(JEST, 1, '`require("tillside")`', versions.jest ?? "");
});

test("Vitest imports the package", async (t) => {
  const folder = await project(t, {
    "package.json": `{ "type": "module" }`,
    "shop.test.js": `import { Tillside } from "tillside";\n${about("")}`,
  });
  const { stdout } = await exec(process.execPath, [join(resolve("vitest/package.json"), "../vitest.mjs"), "run", "--globals", "--root", folder], { cwd: folder, env: { ...process.env, NO_COLOR: "1" } });
  assert.match(stdout, /Tests +1 passed \(1\)/);
  learn(VITEST, 1, '`import … from "tillside"`', versions.vitest ?? "");
});

table([JEST, VITEST]);
