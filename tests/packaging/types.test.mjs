// The types, as a TypeScript project sees them.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { root } from "../support/surroundings.mjs";
import { exec, project, tool } from "./package.mjs";

/** Of what a server has, too: no page around, and no index taken for granted. */
const SHOP = `
  import { Tillside, tillside, type Shelf, type Tracked } from "tillside";
  import { Tillside as Inline } from "tillside/inline";
  import wasm from "tillside/tillside.wasm";
  import encoder from "tillside/encoder.wasm";
  import full from "tillside/full.wasm";
  const till: Tillside = await Tillside.open({ model: "/model/manifest.json", consent: { personalisation: true }, wasm, events: { View: "Product Viewed" } });
  await Inline.open({ wasm: [encoder, full][0] });
  const shelf: Shelf = till.recommend({ placement: "home", limit: 12 });
  export const texts: string[] = shelf.items.map((item) => item.reasons[0].text);
  export const personal: boolean = shelf.status.personal && till.status().personal;
  const early: Tillside = tillside();
  export const tracked: Tracked = early.track("Product Viewed", { product_id: "sku-1" });
  await early.ready;
  // @ts-expect-error: a placement that does not exist
  till.recommend({ placement: "attic" });
`;

const SHELVES = `
  import { shelf } from "tillside/shelf";
  import { define } from "tillside/element";
  import { define as widgets } from "tillside/widgets";
  interface Product { id: string; title: string }
  const load = async (ids: string[]): Promise<Product[]> => ids.map((id) => ({ id, title: id }));
  const end: () => void = shelf(document.body, { placement: "home" }, { load, draw: (product, item, text) => document.createTextNode(product.title + item.position + text) });
  end();
  define({ load });
  widgets({ load, product: ({ title }: Product) => ({ title }), currency: "EUR", mint: async () => ({ code: "A", expires: 0 }) }, { only: ["coupon", "bundle"] });
  const set = document.createElement("till-bundle");
  set.lines = [{ id: "sku-1", quantity: 2 }];
  set.addEventListener("till-add", ({ detail }) => detail.lines.map(({ id, quantity }) => id.repeat(quantity)));
  // @ts-expect-error: an element that there is not
  widgets({}, { only: ["cuopon"] });
  // @ts-expect-error: without a way to products
  shelf(document.body, { placement: "home" }, { draw: () => document.body });
`;

const ELSEWHERE = [
  ["Node", "nodenext", "nodenext"],
  ["a bundler", "esnext", "bundler"],
];

/** @param {import("node:test").TestContext} t @param {string} script @param {string[]} how */
async function compiles(t, script, [, module = "", resolution = ""], lib = "es2022,dom") {
  const folder = await project(t, { "package.json": `{ "type": "module" }`, "main.ts": script });
  const flags = ["--noEmit", "--strict", "--noUncheckedIndexedAccess", "--types", "", "--target", "es2022", "--lib", lib, "--module", module, "--moduleResolution", resolution];
  await exec(process.execPath, [tool("typescript/bin/tsc"), ...flags, "main.ts"], { cwd: folder }).catch((error) => {
    throw new Error(error.stdout || error.message);
  });
}

for (const how of ELSEWHERE) {
  test(`a TypeScript project without the DOM's types resolves the types as ${how[0]} does`, (t) => compiles(t, SHOP, how, "es2022"));
  test(`a TypeScript project with shelves resolves the types as ${how[0]} does`, (t) => compiles(t, SHELVES, how));
}

test("the lines of the package's README compile under strict", async (t) => {
  const readme = await readFile(join(root, "pkg/README.md"), "utf8");
  const [, first = ""] = readme.match(/```js\n([^]*?)```/) ?? [];
  await compiles(t, `${first}\nexport {};`, ELSEWHERE[0] ?? []);
});
