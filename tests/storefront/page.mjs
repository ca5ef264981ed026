// A page of a shop that has shelves, built from the package as it is published, before a real server, and what Chromium
// makes of it. Products are the demo's ids with a name each; what the page loads is counted.

import { cp, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { build } from "esbuild";
import { collector } from "../clients/collector.mjs";
import { complaints, launch } from "../support/browser.mjs";
import { given, root } from "../support/surroundings.mjs";

const dist = join(root, "pkg/dist");

/** One for all the tests of a file. @type {ReturnType<typeof launch> | undefined} */
let browser;
after(async () => (await browser)?.close());

/** A script with what it imports, the package's scripts as they are published. @param {string} script @param {string} outfile
 * @param {import("esbuild").BuildOptions} [options] */
export const bundled = (script, outfile, options) =>
  build({
    stdin: { contents: script, resolveDir: join(root, "tests"), loader: "jsx" },
    outfile,
    bundle: true,
    format: "esm",
    logLevel: "error",
    define: { "process.env.NODE_ENV": '"development"', __VUE_OPTIONS_API__: "true", __VUE_PROD_DEVTOOLS__: "false", __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "true" },
    alias: Object.fromEntries([["tillside", "index.js"], ...["shelf", "react", "vue", "element", "widgets"].map((name) => [`tillside/${name}`, `${name}.js`])].map(([name, file]) => [name, join(dist, file)]).concat([["tillside/stores", join(root, "pkg/stores.js")]])),
    nodePaths: [join(root, "tests/node_modules")],
    ...options,
  });

/** What every page begins with: the object, the way to products, and what was asked of it. */
export const SHOP = `
  import { Tillside, tillside } from "tillside";
  window.loads = [];
  export const load = async (ids) => {
    window.loads.push(ids);
    await new Promise((resolve) => setTimeout(resolve, 50));
    return ids.map((id) => ({ id, title: "Product " + id, link: "#" + id }));
  };
  const options = { model: "/model/manifest.json", collector: { url: "/v1/batch", writeKey: "shelves" }, consent: { personalisation: true, measurement: true }, timeout: 60_000 };
`;

/** Opens the page. @param {import("node:test").TestContext} t @param {string} script @param {string} body @param {{ height?: number, style?: string, lang?: string }} [window] */
export async function opened(t, script, body, { height = 800, style = "", lang = "en" } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "tillside-shelves-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await bundled(SHOP + script, join(folder, "main.js"));
  for (const name of await readdir(dist)) if (name.endsWith(".wasm")) await cp(join(dist, name), join(folder, name));
  // In files: the server's policy allows neither styles nor pictures in the page itself.
  await writeFile(join(folder, "icon.svg"), `<svg xmlns="http://www.w3.org/2000/svg"/>`);
  await writeFile(join(folder, "style.css"), "body, ul { margin: 0; padding: 0 } li { display: block; height: 40px; overflow: hidden } .tall { height: 3000px }\n" + style);
  await writeFile(join(folder, "index.html"), `<!doctype html><html lang="${lang}"><meta charset="utf-8"><title>shop</title><link rel="icon" href="icon.svg"><link rel="stylesheet" href="style.css"><body>${body}<script type="module" src="main.js"></script></body></html>`);
  const { url, rows } = await collector(t, "--site", folder, "--model", given("TILLSIDE_MODEL"));
  const context = await (await (browser ??= launch())).newContext({ viewport: { width: 800, height } });
  t.after(() => context.close());
  // A busy machine is slow.
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const heard = complaints(page);
  await page.addInitScript(() => {
    const found = /** @type {any} */ (window);
    found.shifts = 0;
    // What moved without the shopper having asked for it.
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => (found.shifts += /** @type {any} */ (entry).hadRecentInput ? 0 : /** @type {any} */ (entry).value))).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(url);
  /** @param {string} event */
  const reported = (event) => rows().filter((row) => row.event === event);
  const sent = () => page.evaluate(() => /** @type {any} */ (window).till.flush());
  return { page, heard, reported, sent };
}
