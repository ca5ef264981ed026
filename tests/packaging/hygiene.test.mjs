// The package as the checkers of the trade see it: publint reads its manifest and files, arethetypeswrong resolves its types
// as each kind of tool does.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { root } from "../support/surroundings.mjs";
import { pack } from "./package.mjs";

test("publint finds nothing to say", async () => {
  const { messages, pkg } = await publint({ pkgDir: join(root, "pkg"), strict: true });
  assert.deepEqual(messages.map((message) => formatMessage(message, pkg)), []);
});

test("every entry has types that fit what is loaded, however a tool resolves it", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "tillside-types-"));
  t.after(() => rm(folder, { recursive: true }));
  const { tarball } = await pack(folder);
  const result = await checkPackage(createPackageFromTarballData(new Uint8Array(await readFile(tarball))));
  assert.ok(result.types, "the package has types");
  const found = result.problems.map((problem) => [problem.kind, "entrypoint" in problem ? problem.entrypoint : "", "resolutionKind" in problem ? problem.resolutionKind : ""].join(" "));
  // Without `exports`, a resolver of before 2022 knows the main entry only. The shelves are modules: `require` gets them as such.
  const known = found.filter((line) => /\bnode10$/.test(line) && !/ \. /.test(line) || /^CJSResolvesToESM \.\/(shelf|element|datalayer|shopify|widgets|react|vue|interleave|openfeature|stores|handoff|qr|content|prices|benefits|offers|backup) /.test(line) || /\.wasm /.test(line) || /classic\.js /.test(line));
  assert.deepEqual(found.filter((line) => !known.includes(line)), []);
});
