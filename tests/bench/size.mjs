// Prints what a page downloads of pkg/: every file raw, with gzip -9 and with brotli, and their sum.

import { existsSync, readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const pkg = new URL("../../pkg/", import.meta.url);
const files = ["dist/tillside_bg.wasm", "dist/index.js"].filter((file) => existsSync(new URL(file, pkg)));

const rows = files.map((file) => {
  const bytes = readFileSync(new URL(file, pkg));
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  return { file, raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotli.length };
});
/** @param {"raw" | "gzip" | "brotli"} column */
const sum = (column) => rows.reduce((total, row) => total + row[column], 0);
rows.push({ file: "all", raw: sum("raw"), gzip: sum("gzip"), brotli: sum("brotli") });

/** @param {(string | number)[]} cells */
const line = (...cells) => console.log(cells.map((cell, i) => (i ? String(cell).padStart(9) : String(cell).padEnd(22))).join(""));
line("bytes", "raw", "gzip -9", "brotli");
for (const row of rows) line(row.file, row.raw, row.gzip, row.brotli);
