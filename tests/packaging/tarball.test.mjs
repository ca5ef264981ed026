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
// search and what holds after a purchase took 8,600 bytes of the first, and the usual calling convention 2,300.
/** Bytes of the script and the usual module with gzip -9. */
const MOST = 79_000;
/** The same of the module for encoders. */
const MOST_ENCODER = 82_000;
/** The same of the full edition. */
const MOST_FULL = 260_000;

/** Of the scripts beside the package, by what each says of itself. */
const APART = { "features.js": 1024, "interleave.js": 1024, "shelf.js": 3072, "element.js": 1536, "react.js": 1536, "vue.js": 1536 };

test("the tarball holds each module once, the scripts, the OpenFeature provider, the types, the licences and the README, and nothing else", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "tillside-pack-"));
  t.after(() => rm(folder, { recursive: true }));
  const { files } = await pack(folder);
  const scripts = ["classic.js", "element.js", "features.js", "index.d.cts", "index.js", "inline.cjs", "inline.js", "interleave.js", "react.js", "shelf.js"];
  const modules = ["tillside_bg.wasm", "tillside_encoder_bg.wasm", "tillside_full_bg.wasm"];
  const types = ["benefits", "classic", "element", "handoff", "interleave", "prices", "qr", "react", "shelf", "stores", "vue", "wasm"].map((name) => `types/${name}.d.ts`);
  const expected = ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "benefits.js", "content.d.ts", "content.js", ...[...scripts, ...modules, "vue.js"].map((name) => `dist/${name}`), "handoff.js", "index.d.ts", "openfeature.d.ts", "openfeature.js", "package.json", "prices.js", "qr.js", "stores.js", ...types];
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

test("what a page with shelves or experiments has beside it is small", async () => {
  for (const [name, most] of Object.entries(APART)) {
    const size = gzipSync(await readFile(join(root, "pkg/dist", name)), { level: 9 }).length;
    assert.ok(size <= most, `${name} is ${size} bytes, and ${most} are the most`);
  }
});
