// What is published, and what is not.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { gzipSync } from "node:zlib";
import { root } from "../support/surroundings.mjs";
import { pack } from "./package.mjs";

// What it is, so that it does not grow unseen. The aims are 66,000, 69,000 and 120,000: products of variants, pages, forgiving
// search and what holds after a purchase took 8,600 bytes of the first, the usual calling convention 2,300, and the names of what was
// viewed 600; visits that end with their campaign and the filter of robots and staff 2,800. Offers took 7,500 of the last, segments 1,500.
/** Bytes of the script and the usual module with gzip -9. */
const MOST = 82_400;
/** The same of the module for encoders. */
const MOST_ENCODER = 85_300;
/** The same of the full edition. */
const MOST_FULL = 280_400;

/** The most that each script of the package is with gzip -9. A module inside a script counts there, in base64. */
const SCRIPTS = {
  "dist/index.js": 16_896,
  "dist/inline.js": 103_424,
  "dist/inline.cjs": 103_424,
  "dist/classic.js": 103_424,
  "dist/features.js": 1024,
  "dist/interleave.js": 1024,
  "dist/shelf.js": 3072,
  "dist/element.js": 1536,
  "dist/react.js": 1536,
  "dist/vue.js": 1536,
  "dist/widgets.js": 13_312,
  "dist/datalayer.js": 1024,
  "dist/datalayer.classic.js": 1024,
  "dist/shopify.js": 1536,
  "backup.js": 5632,
  "benefits.js": 512,
  "prices.js": 1536,
  "openfeature.js": 1536,
  "handoff.js": 2560,
  "qr.js": 4096,
  "stores.js": 2048,
  "content.js": 3072,
  "offers.js": 1024,
};

test("the tarball holds each module once, the scripts, the OpenFeature provider, the types, the licences and the README, and nothing else", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "tillside-pack-"));
  t.after(() => rm(folder, { recursive: true }));
  const { files } = await pack(folder);
  const scripts = ["classic.js", "datalayer.classic.js", "datalayer.js", "element.js", "features.js", "index.d.cts", "index.js", "inline.cjs", "inline.js", "interleave.js", "react.js", "shelf.js", "shopify.js"];
  const modules = ["tillside_bg.wasm", "tillside_encoder_bg.wasm", "tillside_full_bg.wasm"];
  const types = ["backup", "benefits", "classic", "datalayer.classic", "datalayer", "element", "handoff", "interleave", "offers", "prices", "qr", "react", "shelf", "shopify", "stores", "vue", "wasm", "widgets"].map((name) => `types/${name}.d.ts`);
  const expected = ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "backup.js", "benefits.js", "content.d.ts", "content.js", ...[...scripts, ...modules, "vue.js", "widgets.js"].map((name) => `dist/${name}`), "handoff.js", "index.d.ts", "offers.js", "openfeature.d.ts", "openfeature.js", "package.json", "prices.js", "qr.js", "stores.js", ...types];
  assert.deepEqual(files, expected);
});

test("the package depends on nothing and runs nothing when installed", async () => {
  const manifest = JSON.parse(await readFile(join(root, "pkg/package.json"), "utf8"));
  for (const key of ["dependencies", "optionalDependencies", "scripts"]) assert.equal(manifest[key], undefined, key);
  // A framework is used where the page has it, and never brought.
  const { peerDependencies, peerDependenciesMeta } = manifest;
  assert.deepEqual(Object.keys(peerDependencies), ["react", "vue"]);
  for (const name of Object.keys(peerDependencies)) assert.deepEqual(peerDependenciesMeta[name], { optional: true });
});

test("what a page downloads is as small as the README promises, with any module", async () => {
  /** @param {string} file */
  const packed = async (file) => gzipSync(await readFile(join(root, "pkg/dist", file)), { level: 9 }).length;
  const script = await packed("index.js");
  const usual = script + (await packed("tillside_bg.wasm"));
  const encoder = script + (await packed("tillside_encoder_bg.wasm"));
  assert.ok(usual <= MOST, `index.js with tillside_bg.wasm is ${usual} bytes, and ${MOST} are the most`);
  assert.ok(encoder <= MOST_ENCODER, `index.js with tillside_encoder_bg.wasm is ${encoder} bytes, and ${MOST_ENCODER} are the most`);
  const full = script + (await packed("tillside_full_bg.wasm"));
  assert.ok(full <= MOST_FULL, `index.js with tillside_full_bg.wasm is ${full} bytes, and ${MOST_FULL} are the most`);
});

test("no script of the package grows unseen, and none is without a bound", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "tillside-pack-"));
  t.after(() => rm(folder, { recursive: true }));
  const { files } = await pack(folder);
  assert.deepEqual(Object.keys(SCRIPTS).sort(), files.filter((file) => /\.c?js$/.test(file)));
  for (const [name, most] of Object.entries(SCRIPTS)) {
    const size = gzipSync(await readFile(join(root, "pkg", name)), { level: 9 }).length;
    assert.ok(size <= most, `${name} is ${size} bytes, and ${most} are the most`);
  }
});
