// What bundlers and runtimes stumble over in a package, seen in the package itself. Real ones build and run it elsewhere.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { site } from "../support/site.mjs";
import { given, root } from "../support/surroundings.mjs";
import { exec, project } from "./package.mjs";

test("a bundler for browsers finds no module of Node's in the package, hidden or not", async () => {
  const script = await readFile(join(root, "pkg/dist/index.js"), "utf8");
  // A method may be called so, and a script of the package's own is one that a bundler can carry.
  assert.doesNotMatch(script, /(?<!async |\.)\bimport\s*\((?!["'`]\.\/features\.js["'`]\))/, "no import that a bundler must follow or warn of");
  assert.doesNotMatch(script, /\bfrom\s*["'`]|\brequire\b/);
  assert.deepEqual(new Set(script.match(/new URL\([^)]*import\.meta\.url\)/g)).size, 3, "each module once, in the form that bundlers know");
});

test("who reads no `exports` finds the package by `main` and `module`", async () => {
  const { main, module, exports } = JSON.parse(await readFile(join(root, "pkg/package.json"), "utf8"));
  assert.deepEqual([main, module], [exports["."].require.default, exports["."].import.default]);
});

test("where fetch knows no caches and no cookies, as in workers at the edge, the model loads and events arrive", async (t) => {
  /** @type {string[]} */
  const posted = [];
  const model = await site(given("TILLSIDE_MODEL"), {}, (body) => posted.push(body));
  t.after(() => model.close());
  const folder = await project(t, {
    "package.json": `{ "type": "module" }`,
    "main.js": `
      const real = fetch;
      globalThis.fetch = (url, init = {}) => {
        for (const name of ["cache", "credentials", "mode", "keepalive"]) if (init[name] !== undefined) throw new TypeError("The '" + name + "' field on 'RequestInitializerDict' is not implemented.");
        if (init.redirect === "error") throw new TypeError("Invalid redirect value, must be one of \\"follow\\" or \\"manual\\".");
        return real(url, init);
      };
      const { readFile } = await import("node:fs/promises");
      const { fileURLToPath } = await import("node:url");
      const wasm = await WebAssembly.compile(await readFile(fileURLToPath(import.meta.resolve("tillside/tillside.wasm"))));
      const { Tillside } = await import("tillside");
      const till = await Tillside.open({ wasm, model: process.argv[2] + "manifest.json", collector: { url: process.argv[2] + "v1/batch", writeKey: "edge" }, consent: { personalisation: true, measurement: true } });
      till.track("Product Viewed", { product_id: "a" });
      const waiting = await till.flush();
      const { model, problems } = till.status();
      console.log(JSON.stringify({ model: model !== null, problems, waiting, items: till.recommend({ placement: "home", limit: 3 }).items.length }));
      await till.close();
    `,
  });
  const { stdout } = await exec(process.execPath, ["main.js", model.url], { cwd: folder, timeout: 60_000 });
  assert.deepEqual(JSON.parse(stdout), { model: true, problems: [], waiting: 0, items: 3 });
  assert.equal(posted.length, 1);
});
