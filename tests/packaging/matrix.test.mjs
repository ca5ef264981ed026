// The package in bundlers, their development servers, workers, and pages without a bundler. The tools that most shops use
// run every time, all of them with `cargo xtask test --packaging`.

import { join } from "node:path";
import { matrix, shop } from "./matrix.mjs";
import { exec } from "./package.mjs";
import { table } from "./table.mjs";

const copied = "copy `node_modules/tillside/dist/*.wasm` beside the built script";
/** @param {string} folder */
const copy = (folder) => exec("sh", ["-c", "cp node_modules/tillside/dist/*.wasm dist/"], { cwd: folder });
const script = () => ["build.mjs"];

/** A Vite project needs no configuration. @param {number} version @param {boolean} often @returns {import("./matrix.mjs").Tool[]} */
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

/** Where a page without a bundler has it. @param {string} entry */
const served = (entry) => (entry === "tillside" ? "./tillside/index.js" : "./tillside/inline.js");

/** @type {Pick<import("./matrix.mjs").Tool, "package" | "bare" | "often" | "build" | "carry" | "carryInline">} */
const unbundled = {
  package: "tillside",
  bare: true,
  often: true,
  build: () => ["--eval", `import("node:fs").then(({ cpSync }) => { for (const file of ["main.js", "worker.js", "icon.svg", "index.html"]) cpSync(file, "dist/" + file); cpSync("node_modules/tillside/dist", "dist/tillside", { recursive: true }); })`],
  carry: "serve `node_modules/tillside/dist/`, and import its `index.js`",
  carryInline: "the same, and its `inline.js`",
};

/** @type {import("./matrix.mjs").Tool[]} */
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
    name: "Rsbuild 2",
    package: "@rsbuild/core",
    inside: true,
    files: () => ({
      "index.html": `<!doctype html><html lang="en"><title>shop</title><link rel="icon" href="/icon.svg"><output></output></html>`,
      "build.mjs": `
        import { createRsbuild } from "@rsbuild/core";
        const rsbuild = await createRsbuild({ config: { source: { entry: { index: "./main.js" } }, html: { template: "./index.html" } } });
        await rsbuild.build();`,
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
    name: "no bundler, a module script",
    ...unbundled,
    files: (_, entry) => ({ "main.js": shop(served(entry)) }),
  },
  {
    name: "no bundler, a module worker",
    ...unbundled,
    page: `
      const worker = new Worker("./worker.js", { type: "module" });
      worker.onmessage = ({ data }) => (document.querySelector("output").textContent = data);
    `,
    files: (_, entry) => ({ "worker.js": shop(served(entry), "postMessage(said)") }),
  },
  {
    name: "Parcel 2",
    package: "parcel",
    // Its pages have a script of their own, an import map.
    out: "dist",
    build: (path) => [join(path("parcel/package.json"), "../lib/bin.js"), "build", "index.html", "--no-cache", "--no-source-maps"],
    carryInline: '`"@parcel/resolver-default": { "packageExports": true }` in `package.json`',
    configInline: { "package.json": `{ "type": "module", "@parcel/resolver-default": { "packageExports": true } }` },
  },
];

matrix(TOOLS);
table(TOOLS.map(({ name }) => name));
