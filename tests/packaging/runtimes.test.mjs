// The package outside of bundlers: required, as one classic script, and in the runtimes that serve pages.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import test from "node:test";
import { collector } from "../clients/collector.mjs";
import { complaints, launch } from "../support/browser.mjs";
import { given, root } from "../support/surroundings.mjs";
import { exec, project } from "./package.mjs";
import { learn, table } from "./table.mjs";

const skip = !process.env.TILLSIDE_PACKAGING && "run with --packaging";
const tools = createRequire(join(root, "tests/packaging/tools/package.json"));

/** What a program does, by the address of a server. */
const SERVER = `
  const run = async (Tillside, url, more) => {
    const till = await Tillside.open({ model: url + "/model/manifest.json", collector: { url: url + "/v1/batch", writeKey: "server" }, consent: { personalisation: true, measurement: true }, timeout: 60_000, ...more });
    till.track("Product Viewed", { product_id: "sku-1" });
    const shelf = till.recommend({ placement: "home", limit: 4 });
    await till.flush();
    const { engine, problems, queue } = till.status();
    return JSON.stringify({ engine, problems, shelf: shelf.items.length, sent: queue.sent });
  };
`;
/** What a row says of Node's version is the oldest. */
const { engines } = JSON.parse(await readFile(join(root, "pkg/package.json"), "utf8"));
const { devDependencies: versions } = JSON.parse(await readFile(join(root, "tests/packaging/tools/package.json"), "utf8"));
const NODE = engines.node.replace(">=", "") + " and newer";

const WORKERD = "workerd, as Cloudflare's workers";
const CLASSIC = "a page with one classic script";
const GOOD = { engine: "wasm", problems: [], shelf: 4, sent: 1 };

/** @type {[name: string, file: string, script: string, command: () => string[], often: boolean, version: string, needs: string][]} */
const PROGRAMS = [
  ["Node, import", "main.mjs", `import { Tillside } from "tillside"; ${SERVER} console.log(await run(Tillside, process.argv[2]));`, () => [process.execPath], true, NODE, '`import … from "tillside"`'],
  ["Node, import of tillside/inline", "main.mjs", `import { Tillside } from "tillside/inline"; ${SERVER} console.log(await run(Tillside, process.argv[2]));`, () => [process.execPath], true, NODE, '`import … from "tillside/inline"`'],
  ["Node, require", "main.cjs", `const { Tillside } = require("tillside"); ${SERVER} run(Tillside, process.argv[2]).then(console.log);`, () => [process.execPath], true, NODE, '`require("tillside")`'],
  ["Bun", "main.mjs", `import { Tillside } from "tillside"; ${SERVER} console.log(await run(Tillside, process.argv[2]));`, () => [tools.resolve("bun/bin/bun.exe")], false, versions.bun, '`import … from "tillside"`'],
  ["Deno", "main.mjs", `import { Tillside } from "tillside"; ${SERVER} console.log(await run(Tillside, process.argv[2]));`, () => [join(root, "tests/packaging/tools/node_modules/.bin/deno"), "run", "-A"], false, versions.deno, '`import … from "tillside"`, and leave to read and to connect'],
];

for (const [name, file, script, command, often, version, needs] of PROGRAMS) {
  test(`${name}: a program comes to an engine, a shelf and a delivered event`, { skip: !often && skip }, async (t) => {
    const folder = await project(t, { "package.json": "{}", [file]: script });
    const { url, rows } = await collector(t, "--model", given("TILLSIDE_MODEL"));
    const [program = "", ...args] = command();
    const { stdout } = await exec(program, [...args, file, url], { cwd: folder, timeout: 240_000, env: { ...process.env, NO_COLOR: "1" } });
    assert.deepEqual(JSON.parse(stdout), GOOD);
    assert.deepEqual(rows().map(({ event }) => event), ["Product Viewed"]);
    learn(name, 1, needs, version);
  });
}

test("workerd: a worker that bundles tillside comes to an engine, a shelf and a delivered event", { skip }, async (t) => {
  const { url, rows } = await collector(t, "--model", given("TILLSIDE_MODEL"));
  const script = `import { Tillside } from "tillside"; import wasm from "tillside/encoder.wasm"; ${SERVER}
    export default { fetch: async (request, { SHOP }) => new Response(await run(Tillside, SHOP, { wasm })) };`;
  const folder = await project(t, { "package.json": `{ "type": "module" }`, "main.js": script });
  const { build } = await import("esbuild");
  await build({ entryPoints: [join(folder, "main.js")], bundle: true, format: "esm", outfile: join(folder, "worker.js"), external: ["*.wasm"], logLevel: "error" });
  await copyFile(join(folder, "node_modules/tillside/dist/tillside_encoder_bg.wasm"), join(folder, "encoder.wasm"));
  await writeFile(join(folder, "config.capnp"), `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker", esModule = embed "worker.js"), (name = "tillside/encoder.wasm", wasm = embed "encoder.wasm")],
      compatibilityDate = "2026-01-01",
      bindings = [(name = "SHOP", text = "${url}")],
      globalOutbound = "network"
    )),
    (name = "network", network = (allow = ["public", "private", "local"]))
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
`);
  const server = spawn(join(root, "tests/packaging/tools/node_modules/.bin/workerd"), ["serve", "config.capnp", "--control-fd=1"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => server.kill());
  const port = await new Promise((resolve, reject) => {
    server.once("exit", () => reject(new Error("workerd stopped")));
    createInterface(server.stdout).on("line", (line) => {
      const said = JSON.parse(line);
      if (said.event === "listen") resolve(said.port);
    });
  });
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  assert.deepEqual(JSON.parse(await answer.text()), GOOD);
  assert.deepEqual(rows().map(({ event }) => event), ["Product Viewed"]);
  learn(WORKERD, 1, '`import wasm from "tillside/encoder.wasm"`, and `open({ wasm })`', versions.workerd);
});

test("one classic script, as tag managers put it on a page, comes to an engine, a shelf and a delivered event", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "tillside-classic-"));
  t.after(() => rm(folder, { recursive: true }));
  await copyFile(join(root, "pkg/dist/classic.js"), join(folder, "classic.js"));
  await writeFile(join(folder, "icon.svg"), `<svg xmlns="http://www.w3.org/2000/svg"/>`);
  await writeFile(join(folder, "shop.js"), `${SERVER} run(tillside.Tillside, "").then((said) => (document.querySelector("output").textContent = said));`);
  await writeFile(join(folder, "index.html"), `<!doctype html><html lang="en"><title>shop</title><link rel="icon" href="icon.svg"><output></output><script src="classic.js"></script><script src="shop.js"></script>`);
  const { url, rows } = await collector(t, "--site", folder, "--model", given("TILLSIDE_MODEL"));
  const browser = await launch();
  t.after(() => browser.close());
  const page = await browser.newPage();
  page.setDefaultTimeout(240_000);
  const heard = complaints(page);
  await page.goto(url);
  await page.locator("output:not(:empty)").waitFor({ state: "attached" });
  assert.deepEqual([JSON.parse((await page.locator("output").textContent()) ?? ""), heard], [GOOD, []]);
  assert.deepEqual(rows().map(({ event }) => event), ["Product Viewed"]);
  learn(CLASSIC, 1, '`<script src="…/dist/classic.js">`, and the global `tillside`', "any");
});

test("a classic script leaves one name on the page", async () => {
  const script = await readFile(join(root, "pkg/dist/classic.js"), "utf8");
  assert.match(script, /^var tillside=/);
});

table([...PROGRAMS.map(([name]) => name), WORKERD, CLASSIC]);
