// Prints what a page downloads of pkg/: every file raw, with gzip -9 and with brotli, and what a page loads of them
// together: one of the three modules, the second where its model has an encoder, the third where its shop wants all. Then the
// scripts that a page may have beside it, and the forms with the module inside.

import { readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const pkg = new URL("../../pkg/", import.meta.url);
const [script, usual, other, full] = ["dist/index.js", "dist/tillside_bg.wasm", "dist/tillside_encoder_bg.wasm", "dist/tillside_full_bg.wasm"];

/** @param {string} file */
function measured(file) {
  const bytes = readFileSync(new URL(file, pkg));
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  return { file, raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotli.length };
}
const rows = [script, usual, other, full].map(measured);
/** @param {string} file @param {string} module */
const sum = (file, module) => {
  const both = rows.filter((row) => row.file === script || row.file === module);
  /** @param {"raw" | "gzip" | "brotli"} column */
  const total = (column) => both.reduce((total, row) => total + row[column], 0);
  return { file, raw: total("raw"), gzip: total("gzip"), brotli: total("brotli") };
};
const beside = ["features", "interleave", "shelf", "element", "widgets", "react", "vue", "datalayer", "shopify", "inline", "classic"].map((name) => `dist/${name}.js`);
rows.push(sum("a page", usual), sum("a page, encoder", other), sum("a page, full edition", full), ...beside.map(measured));

/** @param {(string | number)[]} cells */
const line = (...cells) => console.log(cells.map((cell, i) => (i ? String(cell).padStart(9) : String(cell).padEnd(30))).join(""));
if (process.argv.includes("--json")) {
  console.log(JSON.stringify(rows));
} else {
  line("bytes", "raw", "gzip -9", "brotli");
  for (const row of rows) line(row.file, row.raw, row.gzip, row.brotli);
}
