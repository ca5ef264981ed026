// Numbers cross between the engine and the scripts, and each side has the names that they stand for: the same ones, in the same
// order, and in the types that a page is written against. Limits that both sides know are the same, too.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { root } from "../support/surroundings.mjs";
import { FALLBACKS, PLACED, PLACEMENTS, SOURCES, WARNINGS } from "../../pkg/shelf.js";

const read = (/** @type {string} */ path) => readFile(join(root, path), "utf8");

/** All that is quoted. @param {string} text */
const quoted = (text) => [...text.matchAll(/"([^"]*)"/g)].map(([, name = ""]) => name);

/** What stands between two texts, of which the first is there once. @param {string} text @param {string} from @param {string} to */
function between(text, from, to) {
  const [, rest, ...more] = text.split(from);
  assert.ok(rest !== undefined && more.length === 0, `once: ${from}`);
  return rest.slice(0, rest.indexOf(to));
}

/** `NAMES` of a Rust type. @param {string} source @param {string} type */
const names = (source, type) => quoted(between(between(source, `\nimpl ${type} {`, "\n}\n"), "const NAMES:", "];"));

/** Variants of a Rust enumeration, in the order of their numbers, as names of the wire. @param {string} source @param {string} type */
function variants(source, type) {
  const lines = between(source, `pub enum ${type} {\n`, "\n}\n").split("\n");
  const found = lines.flatMap((line) => /^ {4}([A-Z]\w*)/.exec(line)?.[1] ?? []);
  return found.map((name) => name.replace(/(?!^)[A-Z]/g, "_$&").toLowerCase());
}

/** Names of a union of the types. @param {string} types @param {string} from what stands before it */
const union = (types, from) => quoted(between(types, from, ";"));

test("what the engine numbers has the same names in the scripts, in the same order", async () => {
  const answer = await read("src/recommend/answer.rs");
  const request = await read("src/recommend/request.rs");
  assert.deepEqual(PLACEMENTS, names(request, "Placement"));
  assert.deepEqual(PLACEMENTS, variants(request, "Placement"));
  assert.deepEqual(SOURCES, names(answer, "Source"));
  assert.deepEqual(SOURCES, variants(answer, "Source"));
  assert.deepEqual(FALLBACKS, names(answer, "Fallback"));
  assert.deepEqual(FALLBACKS, variants(answer, "Fallback"));
  assert.deepEqual(WARNINGS, names(answer, "Warning"));
  // One of them has a longer name in the source.
  assert.deepEqual(WARNINGS, variants(answer, "Warning").map((name) => (name === "rule_out_of_range" ? "rule_range" : name)));
  assert.deepEqual(PLACED, variants(answer, "Placed"));
});

test("the types of the package know the same names", async () => {
  const types = await read("pkg/index.d.ts");
  assert.deepEqual(union(types, "export type Placement ="), PLACEMENTS);
  // What the page itself brings has no number.
  assert.deepEqual(union(types, "export type Source ="), [...SOURCES, "host"]);
  assert.deepEqual(union(between(types, "export interface ShelfItem {", "\n}\n"), "  placed:"), PLACED);
  assert.deepEqual(union(between(types, "export interface ShelfStatus {", "\n}\n"), "  fallback:").toSorted(), [...FALLBACKS, "host"].sort());
  // Reasons cross with their codes as text: what the engine can say, and what is said without it.
  const reasons = between(await read("src/recommend/answer.rs"), "pub enum Code {\n", "\n}\n");
  const codes = variants(`pub enum Code {\n${reasons}\n}\n`, "Code");
  assert.deepEqual(union(between(types, "export interface Reason {", "\n}\n"), "  code:").toSorted(), [...codes, "host"].sort());
});

test("limits that the scripts know are those of the engine", async () => {
  /** A constant of either language. @param {string} source @param {string} name */
  const constant = (source, name) => {
    const found = new RegExp(`\\bconst ${name}(?:: \\w+)? = ([\\d.]+);`).exec(source);
    assert.ok(found, name);
    return Number(found[1]);
  };
  const mod = await read("src/recommend/mod.rs");
  assert.equal(constant(await read("pkg/internal/fallback.js"), "MAX_LIMIT"), constant(mod, "MAX_LIMIT"));
  // What a rule may be stands in the clamp of the script and in the sentence of its problem.
  const rules = await read("src/recommend/rules.rs");
  const [least, most] = [constant(rules, "LEAST"), constant(rules, "MOST")];
  const said = /of ([\d.]+) to ([\d.]+) or .* there may be (\d+)\./.exec(await read("pkg/internal/setup.js"));
  assert.deepEqual(said?.slice(1).map(Number), [least, most, constant(rules, "MAX_RULES")]);
  const clamp = /Math\.min\(Math\.max\(factor, ([\d.]+)\), ([\d.]+)\)/.exec(await read("pkg/internal/lists.js"));
  assert.deepEqual(clamp?.slice(1).map(Number), [least, most]);
});
