// The package in the frameworks that shops are written in: a page that is rendered where the shop is built, with the engine
// opened there where the framework renders, and taken up by the browser.

import { join } from "node:path";
import { matrix, shop } from "./matrix.mjs";
import { table } from "./table.mjs";

/** The page's script for a framework that says when to begin. @param {string} entry */
const starting = (entry) => shop(entry).replace("(async () => {", "export const start = () => void (async () => {");

/** A Next project: a server component that opens the engine where the pages are made, and a client component.
 * @param {string} name @param {string[]} flags @returns {import("./matrix.mjs").Tool} */
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

/** @type {import("./matrix.mjs").Tool} */
const SVELTE = {
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
};

/** @type {import("./matrix.mjs").Tool} */
const NUXT = {
  name: "Nuxt 4",
  package: "nuxt",
  inside: true,
  out: ".output/public",
  build: (path) => [join(path("nuxt/package.json"), "../bin/nuxt.mjs"), "generate"],
  files: (_, entry) => ({
    // What Nuxt keeps of a page under the key "/" its own storage refuses.
    "nuxt.config.mjs": `export default { compatibilityDate: "2026-01-01", telemetry: false, experimental: { payloadExtraction: false } };`,
    "app/app.vue": `<script setup>
      import { Tillside } from "${entry}";
      import { start } from "./start.js";
      if (import.meta.server) {
        const { engine, problems } = (await Tillside.open()).status();
        if (engine !== "wasm") throw new Error(JSON.stringify(problems));
      }
      onMounted(start);
      </script><template><output /></template>`,
    "app/start.js": starting(entry),
  }),
};

const TOOLS = [next("Next 16, Turbopack", []), next("Next 16, webpack", ["--webpack"]), SVELTE, NUXT];

matrix(TOOLS);
table(TOOLS.map(({ name }) => name));
