// Plain Node: server rendering and test benches import the package as it is.

import assert from "node:assert/strict";
import test from "node:test";
import { exec, project } from "./package.mjs";

test("a Node project opens the engine, with no page around it", async (t) => {
  const folder = await project(t, {
    "package.json": `{ "type": "module" }`,
    "main.js": `
      import { Tillside } from "tillside";
      const warnings = [];
      const till = await Tillside.open({ onWarning: (warning) => warnings.push(warning) });
      const shelf = till.recommend({ placement: "home", fallback: ["a", "b"] });
      console.log(JSON.stringify({ engine: till.status().engine, shelf: shelf.items.map((item) => item.id), warnings }));
      await till.close();
    `,
  });
  const { stdout } = await exec(process.execPath, ["main.js"], { cwd: folder, timeout: 60_000 });
  assert.deepEqual(JSON.parse(stdout), { engine: "wasm", shelf: ["a", "b"], warnings: [] });
});

test("importing alone touches nothing of a browser and does not keep the process alive", async (t) => {
  const folder = await project(t, { "package.json": `{ "type": "module" }` });
  const script = `
    for (const name of ["window", "document", "localStorage", "indexedDB", "navigator"])
      Object.defineProperty(globalThis, name, { get() { throw new Error("import touches " + name); } });
    const { Tillside } = await import("tillside");
    console.log(typeof Tillside.open);
  `;
  const { stdout } = await exec(process.execPath, ["--input-type=module", "--eval", script], { cwd: folder, timeout: 60_000 });
  assert.equal(stdout.trim(), "function");
});

test("the module can be had by its name, for who brings it in another way", async (t) => {
  const folder = await project(t, {
    "package.json": `{ "type": "module" }`,
    "main.js": `
      import { readFile } from "node:fs/promises";
      import { fileURLToPath } from "node:url";
      import { Tillside } from "tillside";
      const bytes = await readFile(fileURLToPath(import.meta.resolve("tillside/tillside.wasm")));
      const till = await Tillside.open({ wasm: bytes });
      console.log(till.status().engine);
      await till.close();
    `,
  });
  const { stdout } = await exec(process.execPath, ["main.js"], { cwd: folder, timeout: 60_000 });
  assert.equal(stdout.trim(), "wasm");
});
