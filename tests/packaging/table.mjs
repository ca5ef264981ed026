// The tables of docs/bundlers.md, which the tests write: each learns what a tool needs, and the last of a file holds the page to
// it, or with `--write` brings the page up to date.

import assert from "node:assert/strict";
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import test from "node:test";
import { root } from "../support/surroundings.mjs";

const PAGE = join(root, "docs/bundlers.md");

/** Cells of rows by their first. @type {Map<string, string[]>} */
const learnt = new Map();

/** @param {string} name @param {1 | 2} column behind the version @param {string} needs @param {string} version */
export function learn(name, column, needs, version) {
  const row = learnt.get(name) ?? [name, version];
  row[column + 1] = needs;
  learnt.set(name, row);
}

/** Other files of tests write the same page. @template T @param {() => T} work */
async function alone(work) {
  const lock = `${PAGE}.lock`;
  for (;;) {
    try {
      closeSync(openSync(lock, "wx"));
      break;
    } catch (error) {
      if (/** @type {any} */ (error).code !== "EEXIST") throw error;
      await setTimeout(50);
    }
  }
  try {
    return work();
  } finally {
    rmSync(lock);
  }
}

/** @param {string} line */
const cells = (line) => line.split("|").slice(1, -1).map((cell) => cell.trim());

/** Puts rows where the page has them, or behind the one that comes before them. @param {string} text @param {string[]} names in their order */
function updated(text, names) {
  const lines = text.split("\n");
  const find = (/** @type {string | undefined} */ name) => lines.findIndex((line) => line.startsWith("| ") && cells(line)[0] === name);
  names.forEach((name, n) => {
    const row = learnt.get(name);
    if (!row) return;
    const at = find(name);
    // What did not run now is as it was.
    const before = at < 0 ? [] : cells(lines[at] ?? "");
    const width = Math.max(row.length, before.length);
    const line = `| ${Array.from({ length: width }, (_, n) => row[n] ?? before[n] ?? "").join(" | ")} |`;
    const behind = names.slice(0, n).reverse().map(find).find((at) => at >= 0);
    if (at >= 0) lines[at] = line;
    else if (behind !== undefined) lines.splice(behind + 1, 0, line);
    else throw new Error(`docs/bundlers.md has no table for "${name}"; give it a row with that name`);
  });
  return lines.join("\n");
}

/** @param {string[]} names of the file's rows, in their order */
export function table(names) {
  test("docs/bundlers.md says of each tool what these tests found", async (t) => {
    if (process.env.TILLSIDE_WRITE) {
      await alone(() => writeFileSync(PAGE, updated(readFileSync(PAGE, "utf8"), names)));
      return t.diagnostic("written");
    }
    const text = readFileSync(PAGE, "utf8");
    for (const row of learnt.values()) {
      // Where only some of the tests ran, a part of the row.
      if (Array.from(row).includes(/** @type {any} */ (undefined))) continue;
      const line = `| ${row.join(" | ")} |`;
      assert.ok(text.includes(line), `docs/bundlers.md has no line ${line}; write it with \`cargo xtask test --packaging --write\``);
    }
  });
}
