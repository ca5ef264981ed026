// The package in the tools that shops use: for each a project as small as it can be, installed from the tarball, built or
// served by the tool, and opened in a browser before the real server. Each must come to an engine, a shelf and a delivered
// event. The tools that most shops use run every time, all of them with `cargo xtask test --packaging`; what each needs is
// written to docs/bundlers.md from here (`--write`), and the page is held to be true.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, request as ask } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import test, { after } from "node:test";
import { collector } from "../clients/collector.mjs";
import { launch } from "../support/browser.mjs";
import { given, root } from "../support/surroundings.mjs";
import { exec, project } from "./package.mjs";

const ALL = Boolean(process.env.TILLSIDE_PACKAGING);
const PAGE = join(root, "docs/bundlers.md");

/** Tools of every run are beside the other development dependencies, the rest in a folder of their own. @param {boolean} often */
const tools = (often) => createRequire(join(root, often ? "tests" : "tests/packaging/tools", "package.json"));

const HTML = `<!doctype html><html lang="en"><title>shop</title><link rel="icon" href="/icon.svg"><output></output><script type="module" src="./main.js"></script></html>`;

/** The page's script, the same in every tool. @param {string} entry @param {string} [said] */
const shop = (entry, said = `document.querySelector("output").textContent = said`) => `
  import { Tillside } from "${entry}";
  (async () => {
    const till = await Tillside.open({
      model: "/model/manifest.json",
      collector: { url: "/v1/batch", writeKey: "matrix" },
      consent: { personalisation: true, measurement: true },
      // A busy machine is slow.
      timeout: 60_000,
    });
    till.track("Product Viewed", { product_id: "sku-1" });
    const shelf = till.recommend({ placement: "home", limit: 4 });
    await till.flush();
    const { engine, problems, queue } = till.status();
    const said = JSON.stringify({ engine, problems, shelf: shelf.items.length, sent: queue.sent });
    ${said};
  })();
`;
/**
 * @typedef {object} Tool
 * @property {string} name
 * @property {string} package whose version is said
 * @property {boolean} [often] in every run
 * @property {string} [page] the page's script, where the shop's runs in a worker of its own
 * @property {(path: (module: string) => string, entry: string) => Record<string, string>} [files] beside the page and its script
 * @property {boolean} [inside] the project finds the tool among its own packages
 * @property {string} [out] where the built pages are, if not in `dist`; they have scripts in them
 * @property {(path: (module: string) => string) => string[]} build what Node runs in the project
 * @property {boolean} [serves] the build is a development server that says its address
 * @property {string} [carry] what makes it carry the module's file, where it does not by itself
 * @property {Record<string, string>} [config] does that
 * @property {(folder: string) => Promise<unknown>} [copy] or this, after the build
 */

const copied = "copy `node_modules/tillside/dist/*.wasm` beside the built script";
/** @param {string} folder */
const copy = (folder) => exec("sh", ["-c", "cp node_modules/tillside/dist/*.wasm dist/"], { cwd: folder });
const script = () => ["build.mjs"];

/** A Vite project needs no configuration. @param {number} version @param {boolean} often @returns {Tool[]} */
const vite = (version, often) => {
  const name = often ? "vite" : `vite${version}`;
  const cli = (/** @type {(module: string) => string} */ path) => join(path(`${name}/package.json`), "../bin/vite.js");
  return [
    { name: `Vite ${version}, build`, package: name, often, build: (path) => [cli(path), "build"] },
    {
      name: `Vite ${version}, development server`,
      package: name,
      often,
      serves: true,
      build: (path) => [cli(path), "--host", "127.0.0.1", "--port", "0"],
      // Before 8 it moves packages, and not what they find beside themselves.
      ...(version < 8 && { carry: '`optimizeDeps: { exclude: ["tillside"] }` in `vite.config.js`', config: { "vite.config.js": `export default { optimizeDeps: { exclude: ["tillside"] } };` } }),
    },
  ];
};

/** The page's script for a framework that says when to begin. @param {string} entry */
const starting = (entry) => shop(entry).replace("(async () => {", "export const start = () => void (async () => {");

/** A Next project: a server component that opens the engine where the pages are made, and a client component.
 * @param {string} name @param {string[]} flags @returns {Tool} */
const next = (name, flags) => ({
  name,
  package: "next",
  inside: true,
  out: "out",
  build: (path) => [path("next/dist/bin/next"), "build", ...flags],
  carry: '`serverExternalPackages: ["tillside"]` in `next.config.mjs`, for server components',
  config: { "next.config.mjs": `export default { output: "export", serverExternalPackages: ["tillside"] };` },
  files: (_, entry) => ({
    "next.config.mjs": `export default { output: "export" };`,
    "app/layout.js": `export default ({ children }) => <html lang="en"><head><link rel="icon" href="/icon.svg" /></head><body>{children}</body></html>;`,
    "app/page.js": `
      import { Tillside } from "${entry}";
      import Shop from "./shop.js";
      export default async function Page() {
        const { engine, problems } = (await Tillside.open()).status();
        if (engine !== "wasm") throw new Error(JSON.stringify(problems));
        return <><output /><Shop /></>;
      }`,
    "app/shop.js": `"use client";
      import { useEffect } from "react";
      import { start } from "./start.js";
      export default function Shop() {
        useEffect(start, []);
        return null;
      }`,
    "app/start.js": starting(entry),
  }),
});

/** @type {Tool[]} */
const TOOLS = [
  ...vite(8, true),
  ...vite(7, false),
  ...vite(6, false),
  ...vite(5, false),
  {
    name: "webpack 5",
    package: "webpack",
    often: true,
    files: (path) => ({
      "build.mjs": `
        import webpack from "${path("webpack")}";
        webpack({ mode: "production", entry: "./main.js" }, (error, stats) => {
          if (error || stats.hasErrors()) throw error ?? new Error(stats.toString());
        });`,
    }),
    build: script,
  },
  {
    name: "Rspack 2",
    package: "@rspack/core",
    files: (path) => ({
      "build.mjs": `
        import { rspack } from "${path("@rspack/core")}";
        rspack({ mode: "production", entry: "./main.js" }, (error, stats) => {
          if (error || stats.hasErrors()) throw error ?? new Error(stats.toString());
        });`,
    }),
    build: script,
  },
  {
    name: "Rollup 4",
    package: "rollup",
    often: true,
    files: (path) => ({
      "build.mjs": `
        import { rollup } from "${path("rollup")}";
        import { nodeResolve } from "${path("@rollup/plugin-node-resolve")}";
        const bundle = await rollup({ input: "main.js", plugins: [nodeResolve({ browser: true })] });
        await bundle.write({ dir: "dist", format: "es" });`,
    }),
    build: script,
    carry: copied,
    copy,
  },
  {
    name: "esbuild",
    package: "esbuild",
    often: true,
    files: (path) => ({ "build.mjs": `import { build } from "${path("esbuild")}"; await build({ entryPoints: ["main.js"], bundle: true, format: "esm", outdir: "dist", logLevel: "error" });` }),
    build: script,
    carry: copied,
    copy,
  },
  {
    name: "webpack 5, a module worker",
    package: "webpack",
    often: true,
    page: `
      const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
      worker.onmessage = ({ data }) => (document.querySelector("output").textContent = data);
    `,
    files: (path) => ({
      "build.mjs": `
        import webpack from "${path("webpack")}";
        webpack({ mode: "production", entry: "./main.js" }, (error, stats) => {
          if (error || stats.hasErrors()) throw error ?? new Error(stats.toString());
        });`,
    }),
    build: script,
  },
  {
    name: "Parcel 2",
    package: "parcel",
    build: (path) => [join(path("parcel/package.json"), "../lib/bin.js"), "build", "index.html", "--no-cache", "--no-source-maps"],
  },
];

TOOLS.push(next("Next 16, Turbopack", []), next("Next 16, webpack", ["--webpack"]), {
  name: "SvelteKit 2",
  package: "@sveltejs/kit",
  inside: true,
  out: "build",
  build: (path) => [join(path("vite/package.json"), "../bin/vite.js"), "build"],
  files: (_, entry) => ({
    "vite.config.js": `import { sveltekit } from "@sveltejs/kit/vite"; export default { plugins: [sveltekit()] };`,
    "svelte.config.js": `import adapter from "@sveltejs/adapter-static"; export default { kit: { adapter: adapter() } };`,
    "src/app.html": `<!doctype html><html lang="en"><head><link rel="icon" href="/icon.svg" />%sveltekit.head%</head><body>%sveltekit.body%</body></html>`,
    "static/icon.svg": `<svg xmlns="http://www.w3.org/2000/svg"/>`,
    "src/routes/+page.js": "export const prerender = true;",
    "src/routes/+page.svelte": `<script>
      import { onMount } from "svelte";
      import { start } from "./start.js";
      onMount(start);
      </script><output></output>`,
    "src/routes/start.js": starting(entry),
  }),
});

const ENTRIES = ["tillside", "tillside/inline"];

/** @type {ReturnType<typeof launch> | undefined} */
let browser;
after(async () => (await browser)?.close());

/** What the page at an address comes to. @param {string} url */
async function comes(url) {
  const page = await (await (browser ??= launch())).newPage();
  page.setDefaultTimeout(240_000);
  /** @type {string[]} */
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(url);
  const output = page.locator("output:not(:empty)");
  await output.waitFor({ state: "attached" }).catch((error) => {
    throw new Error(`${error.message}: ${errors}`);
  });
  const told = JSON.parse((await output.textContent()) ?? "");
  await page.close();
  assert.deepEqual(errors, []);
  return told;
}

/** Both servers under one address: the collector and the model of the one, the pages of the other.
 * @param {import("node:test").TestContext} t @param {string} pages @param {string} server */
async function together(t, pages, server) {
  const relay = createServer((request, response) => {
    const path = request.url ?? "/";
    const onward = ask(new URL(path, /^\/(v1|model)\//.test(path) ? server : pages), { method: request.method, headers: request.headers }, (answer) => {
      // The server's own policy allows no worker that is made from a text, as tools make them.
      const { "content-security-policy": _, ...headers } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  relay.listen(0, "127.0.0.1");
  await once(relay, "listening");
  t.after(() => {
    relay.closeAllConnections();
    relay.close();
  });
  return `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (relay.address()).port}/`;
}

/** Starts a development server and finds out where it listens. @param {import("node:test").TestContext} t @param {string[]} command @param {string} folder */
async function developing(t, command, folder) {
  const server = spawn(process.execPath, command, { cwd: folder, env: { ...process.env, NO_COLOR: "1" }, stdio: ["ignore", "pipe", "inherit"] });
  t.after(async () => {
    server.kill();
    if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
  });
  for await (const line of createInterface(server.stdout)) {
    const url = line.match(/http:\S+/)?.[0];
    if (url) return url;
  }
  throw new Error("the development server stopped before it listened");
}

/** What docs/bundlers.md is to say, by tool. @type {Map<string, string[]>} */
const learnt = new Map();

for (const { name, package: named, often = false, page, files, inside, out, build, serves, carry, config, copy } of TOOLS) {
  for (const entry of ENTRIES) {
    test(`${name}: a page with ${entry} comes to an engine, a shelf and a delivered event`, { skip: !often && !ALL && "run with --packaging" }, async (t) => {
      const path = (/** @type {string} */ module) => tools(often).resolve(module);
      const folder = await project(t, {
        "package.json": `{ "type": "module" }`,
        "index.html": HTML,
        "public/icon.svg": `<svg xmlns="http://www.w3.org/2000/svg"/>`,
        "icon.svg": `<svg xmlns="http://www.w3.org/2000/svg"/>`,
        "main.js": page ?? shop(entry),
        "worker.js": shop(entry, "postMessage(said)"),
        ...files?.(path, entry),
        ...(entry === "tillside" && config),
      }, inside ? join(root, "tests/packaging/tools") : undefined);
      const version = JSON.parse(await readFile(path(`${named}/package.json`), "utf8")).version;
      const inline = entry !== "tillside";
      let url;
      let rows;
      if (serves) {
        const server = await collector(t, "--model", given("TILLSIDE_MODEL"));
        url = await together(t, await developing(t, build(path), folder), server.url);
        rows = server.rows;
      } else {
        await exec(process.execPath, build(path), { cwd: folder, env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" } }).catch((error) => {
          throw new Error(`${error.stdout}${error.stderr}`);
        });
        if (!out) await writeFile(join(folder, "dist/index.html"), await readFile(join(folder, "dist/index.html"), "utf8").catch(() => HTML));
        if (!inline) await copy?.(folder);
        ({ url, rows } = await collector(t, "--site", join(folder, out ?? "dist"), "--model", given("TILLSIDE_MODEL")));
        if (page || out) url = await together(t, url, url);
      }
      assert.deepEqual(await comes(url), { engine: "wasm", problems: [], shelf: 4, sent: 1 });
      assert.deepEqual(rows().map(({ event, message }) => [event, message.properties.product_id]), [["Product Viewed", "sku-1"]]);
      const row = learnt.get(name) ?? [name, version, "", ""];
      row[inline ? 3 : 2] = (!inline && carry) || "as it is";
      learnt.set(name, row);
    });
  }
}

test("docs/bundlers.md says of each tool what these tests found", async (t) => {
  const text = await readFile(PAGE, "utf8");
  if (process.env.TILLSIDE_WRITE) {
    // What did not run now is as it was.
    const before = new Map([...text.matchAll(/^\| (.+) \|$/gm)].map(([, cells = ""]) => [cells.split(" | ")[0], cells.split(" | ")]));
    const rows = TOOLS.flatMap(({ name }) => {
      const row = learnt.get(name) ?? before.get(name);
      return row ? [`| ${row.map((cell, n) => cell || before.get(name)?.[n] || "").join(" | ")} |`] : [];
    });
    const table = ["| tool | version | `tillside` | `tillside/inline` |", "| --- | --- | --- | --- |", ...rows].join("\n");
    await writeFile(PAGE, text.replace(/^\| tool [^]*?(?=\n\n)/m, () => table));
    return t.diagnostic("written");
  }
  const rows = [...learnt.values()].filter((row) => row[2] && row[3]).map((row) => `| ${row.join(" | ")} |`);
  for (const row of rows) assert.ok(text.includes(row), `docs/bundlers.md has no line ${row}; write it with \`cargo xtask test --packaging --write\``);
});
