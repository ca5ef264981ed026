// QR codes of `tillside/qr`, read back by a decoder that somebody else wrote.

import assert from "node:assert/strict";
import test from "node:test";
import jsqr from "jsqr";
import { path, qr } from "../../pkg/qr.js";

const decode = jsqr.default;

/** As a camera would have it: four pixels a module, with the quiet zone. @param {NonNullable<ReturnType<typeof qr>>} code */
function seen({ size, dark }) {
  const side = (size + 8) * 4;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [column, row] = [Math.floor(x / 4) - 4, Math.floor(y / 4) - 4];
      const inside = column >= 0 && row >= 0 && column < size && row < size;
      if (inside && dark(column, row)) pixels.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3);
    }
  }
  return decode(pixels, side, side)?.data;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
/** @param {number} length */
const text = (length) => Array.from({ length }, (_, n) => LETTERS[(n * n * 7 + n * 13) % LETTERS.length]).join("");

// Not version 23: the decoder has one of its alignment patterns at 74 instead of 78.
test("codes of every size are read back by another decoder, at both levels", () => {
  /** @type {Set<number>} */
  const versions = new Set();
  for (const level of /** @type {const} */ (["L", "M"])) {
    for (const length of [1, 17, 60, 106, 154, 230, 321, 425, 520, 644, 792, 1000, 1100, 1300, 1700, 2100, 2331]) {
      const code = qr(text(length), { level });
      assert.ok(code, `${length}`);
      versions.add(code.version);
      assert.equal(seen(code), text(length), `${level}, ${length} bytes, version ${code.version}`);
    }
  }
  assert.ok(versions.size > 20, `${[...versions]}`);
});

test("a link with a code of a kilobyte, and a text in Chinese, are read back", () => {
  for (const said of [`https://shop.example/#/guide/${text(1024)}`, "到店看看：空调"]) assert.equal(seen(/** @type {any} */ (qr(said))), said);
});

test("what no code holds is none, and the path draws every dark module", () => {
  assert.equal(qr("x".repeat(2332)), null);
  assert.equal(qr("x".repeat(2953), { level: "L" })?.version, 40);
  const code = /** @type {NonNullable<ReturnType<typeof qr>>} */ (qr("tillside"));
  const { size, d } = path(code);
  assert.equal(size, code.size + 8);
  let dark = 0;
  for (const [, run] of d.matchAll(/h(\d+)v1/g)) dark += Number(run);
  let expected = 0;
  for (let y = 0; y < code.size; y++) for (let x = 0; x < code.size; x++) expected += Number(code.dark(x, y));
  assert.equal(dark, expected);
});
