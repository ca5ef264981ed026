// The shop of `tests/vectors/recommend.json` as a model file, after docs/model-format.md. `tests/vectors.rs` packs the same
// with the engine's own writer: only where both make the same bytes do the vectors say anything of one engine and the other.

/** @typedef {{ key: string, category: string, brand: string, price: number, popularity: number, outOfStock?: boolean, repeatable?: boolean }} Item */
/** @typedef {[item: string, neighbour: string, weight: number][]} Neighbours */
/** @typedef {{ metadata: [string, string][], items: Item[], view: Neighbours, buy: Neighbours, content: Neighbours, terms: Record<string, string[]> }} Shop */
/** @typedef {{ width: number, codes: number, seed: number, scale: number[] }} Encoder */
/** @typedef {{ name: string, dtype: "U8" | "U16" | "F32", elements: number, bytes: Buffer }} Tensor */

/** "None" where a category, brand or parent is a number. */
const NONE = 0xffff;
/** Eighths of an octave, as floats of 32 bits. */
const OCTAVE = [1, 1.0905077, 1.1892071, 1.2968396, Math.SQRT2, 1.5422108, 1.6817929, 1.834008].map(Math.fround);

/** @param {string} one @param {string} other */
const byBytes = (one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other));

/** @param {Shop} shop @param {Encoder} [encoder] @returns {Buffer} */
export function pack(shop, encoder) {
  const { items } = shop;
  const keys = items.map((item) => item.key);
  const number = (/** @type {string} */ key) => keys.indexOf(key);
  /** @type {Tensor[]} */
  const tensors = [];
  const u8s = (/** @type {string} */ name, /** @type {ArrayLike<number>} */ values) => tensors.push({ name, dtype: "U8", elements: values.length, bytes: Buffer.from(Uint8Array.from(values)) });
  const u16s = (/** @type {string} */ name, /** @type {number[]} */ values) => tensors.push({ name, dtype: "U16", elements: values.length, bytes: Buffer.from(new Uint16Array(values).buffer) });
  const f32s = (/** @type {string} */ name, /** @type {number[]} */ values) => tensors.push({ name, dtype: "F32", elements: values.length, bytes: Buffer.from(new Float32Array(values).buffer) });
  const texts = (/** @type {string} */ name, /** @type {string[]} */ list) => {
    u8s(`${name}.length`, list.map((text) => Buffer.byteLength(text)));
    u8s(`${name}.bytes`, Buffer.from(list.join("")));
  };
  const rows = (/** @type {string} */ name, /** @type {number[][]} */ list) => {
    u16s(`${name}.length`, list.map((row) => row.length));
    u8s(`${name}.data`, list.flat());
  };

  texts("item.key", keys);
  u16s("item.key.order", [...keys].sort(byBytes).map(number));
  u8s("item.popularity", items.map((item) => item.popularity));
  f32s("item.price", items.map((item) => item.price));
  u8s("item.flags", items.map(({ outOfStock = false, repeatable = false }) => Number(outOfStock) + 2 * Number(repeatable)));

  // Numbered as they are come to, a parent before what is below it.
  /** @type {{ path: string, name: string, parent: number }[]} */
  const categories = [];
  const leaves = items.map(({ category }) => {
    let [parent, path] = [NONE, ""];
    for (const name of category.split(" > ").filter(Boolean)) {
      path += `>${name}`;
      const known = categories.findIndex((category) => category.path === path);
      parent = known < 0 ? categories.push({ path, name, parent }) - 1 : known;
    }
    return parent;
  });
  texts("category.name", categories.map(({ name }) => name));
  u16s("category.parent", categories.map(({ parent }) => parent));
  u16s("item.category", leaves);
  const brands = [...new Set(items.map(({ brand }) => brand).filter(Boolean))].sort(byBytes);
  texts("brand.name", brands);
  u16s("item.brand", items.map(({ brand }) => (brand ? brands.indexOf(brand) : NONE)));

  for (const name of /** @type {const} */ (["view", "buy", "content"])) {
    const own = (/** @type {string} */ key) => shop[name].filter(([item]) => item === key);
    rows(name, keys.map((key) => neighbours(own(key).map(([, to, weight]) => [number(to), Math.fround(weight)]))));
  }
  const terms = Object.keys(shop.terms).sort(byBytes);
  texts("term.text", terms);
  rows("term.items", terms.map((term) => rising((shop.terms[term] ?? []).map(number).sort((one, other) => one - other))));
  if (encoder) {
    let at = encoder.seed;
    const draw = (/** @type {number} */ many) => Array.from({ length: many }, () => (at = (Math.imul(at, 1664525) + 1013904223) >>> 0) >>> 24);
    const { width, codes, scale } = encoder;
    f32s("encoder.bias", draw(3 * width).map((byte) => byte / 128 - 1));
    f32s("encoder.scale", scale);
    u8s("encoder.code", draw(codes * items.length));
    u8s("encoder.centroid", draw(256 * width));
    u8s("encoder.weight", draw(6 * width * width));
  }
  return file([["format", "tillside.model"], ["version", "1"], ["items", `${items.length}`], ...shop.metadata], tensors);
}

/** @param {number} value an unsigned LEB128 of it */
const uint = (value) => {
  const bytes = [];
  for (; value >= 0x80; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
};

/** Item numbers by their differences. @param {number[]} numbers */
const rising = (numbers) => numbers.flatMap((number, n) => uint(number - (numbers[n - 1] ?? -1) - 1));

/** The number that a byte of scale stands for. @param {number} byte */
const scaleOf = (byte) => Math.fround(2 ** (Math.floor(byte / 8) - 20) * (OCTAVE[byte % 8] ?? 0));

/** A row of neighbours. Every step rounds to 32 bits, as the engine's does. @param {[item: number, weight: number][]} list */
function neighbours(list) {
  if (list.length === 0) return [];
  list.sort(([one], [other]) => one - other);
  const strongest = Math.max(...list.map(([, weight]) => weight));
  let byte = 0;
  while (byte < 255 && scaleOf(byte) < strongest) byte++;
  const nibbles = list.map(([, weight]) => {
    const root = Math.fround(Math.sqrt(Math.fround(weight / scaleOf(byte))));
    return Math.min(Math.max(Math.round(Math.fround(15 * root)), 1), 15);
  });
  const weights = nibbles.flatMap((nibble, n) => (n % 2 === 0 ? [nibble | ((nibbles[n + 1] ?? 0) << 4)] : []));
  return [...uint(list.length), byte, ...rising(list.map(([item]) => item)), ...weights];
}

/** The container. @param {[string, string][]} metadata @param {Tensor[]} tensors */
function file(metadata, tensors) {
  const wide = (/** @type {Tensor} */ { dtype }) => ({ U8: 1, U16: 2, F32: 4 })[dtype];
  tensors.sort((one, other) => wide(other) - wide(one) || byBytes(one.name, other.name));
  let end = 0;
  const entries = tensors.map(({ name, dtype, elements, bytes }) => {
    const begin = end;
    end += bytes.length;
    return `${quoted(name)}:{"dtype":"${dtype}","shape":[${elements}],"data_offsets":[${begin},${end}]}`;
  });
  const pairs = metadata.map(([key, value]) => `${quoted(key)}:${quoted(value)}`);
  const text = Buffer.from(`{"__metadata__":{${pairs.join(",")}},${entries.join(",")}}`);
  const header = Buffer.concat([text, Buffer.from(" ".repeat(-text.length & 7))]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, ...tensors.map(({ bytes }) => bytes)]);
}

/** Unlike JSON.stringify it has one way to write a control character. @param {string} text */
function quoted(text) {
  const escaped = text.replace(/["\\]/g, "\\$&").replace(/[\0-\x1f]/g, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `"${escaped}"`;
}
