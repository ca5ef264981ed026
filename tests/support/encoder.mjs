// A model with a sequence encoder whose numbers are drawn: what it foresees means nothing, but takes as long as if it did.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const WIDTH = 64;
const CODES = 16;

/** Writes what a folder's model is with an encoder into another folder. @param {string} model @param {string} folder */
export function encode(model, folder) {
  const manifest = JSON.parse(readFileSync(join(model, "manifest.json"), "utf8"));
  const bytes = withEncoder(readFileSync(join(model, manifest.parts[0].url)));
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const part = { name: "model", url: `model-${sha256.slice(0, 12)}.safetensors`, bytes: bytes.length, sha256 };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, part.url), bytes);
  writeFileSync(join(folder, "manifest.json"), JSON.stringify({ ...manifest, encoder: true, parts: [part] }));
}

/** @param {Buffer} model a safetensors file @returns {Buffer} */
function withEncoder(model) {
  const length = Number(model.readBigUInt64LE(0));
  const header = JSON.parse(model.toString("utf8", 8, 8 + length));
  const items = Number(header.__metadata__.items);
  const parts = [model.subarray(8 + length)];
  let end = parts[0]?.length ?? 0;
  let at = 1;
  const draw = () => (at = (Math.imul(at, 1664525) + 1013904223) | 0) >>> 24;
  /** @param {string} name @param {string} dtype @param {number} elements @param {Buffer} bytes */
  const add = (name, dtype, elements, bytes) => {
    header[name] = { dtype, shape: [elements], data_offsets: [end, end + bytes.length] };
    parts.push(bytes);
    end += bytes.length;
  };
  const bytes = (/** @type {number} */ many) => Buffer.from(Array.from({ length: many }, draw));
  const floats = (/** @type {number[]} */ numbers) => Buffer.from(new Float32Array(numbers).buffer);
  add("encoder.bias", "F32", 3 * WIDTH, floats(Array.from({ length: 3 * WIDTH }, () => draw() / 256 - 0.5)));
  add("encoder.scale", "F32", 5, floats([0.0017, 0.002, 0.002, 14, 0.7]));
  add("encoder.code", "U8", items * CODES, bytes(items * CODES));
  add("encoder.centroid", "U8", 256 * WIDTH, bytes(256 * WIDTH));
  add("encoder.weight", "U8", 6 * WIDTH * WIDTH, bytes(6 * WIDTH * WIDTH));
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([size, text, ...parts]);
}
