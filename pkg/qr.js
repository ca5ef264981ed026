// QR codes (ISO/IEC 18004:2015) of a text in byte mode, versions 1 to 40. For who shows a code; nothing else loads it.
// @ts-check

/** Codewords for error correction in each block, and blocks, by version from 1: level L, then level M. */
const EC = {
  L: ["7,10,15,20,26,18,20,24,30,18,20,24,26,30,22,24,28,30,28,28,28,28,30,30,26,28,30,30,30,30,30,30,30,30,30,30,30,30,30,30", "1,1,1,1,1,2,2,2,2,4,4,4,4,4,6,6,6,6,7,8,8,9,9,10,12,12,12,13,14,15,16,17,18,19,19,20,21,22,24,25"],
  M: ["10,16,26,18,24,16,18,22,22,26,30,22,22,24,24,28,28,26,26,26,26,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28,28", "1,1,1,2,2,4,4,4,5,5,5,8,9,9,10,10,11,13,14,16,17,17,18,20,21,23,25,26,28,29,31,33,35,37,38,40,43,45,47,49"],
};
/** Bits of a level in the format. */
const LEVEL_BITS = { L: 1, M: 0 };

/** @typedef {"L" | "M"} Level */

/** Modules for data and error correction. @param {number} version */
function room(version) {
  let modules = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const alignments = Math.floor(version / 7) + 2;
    modules -= (25 * alignments - 10) * alignments - 55;
    if (version >= 7) modules -= 36;
  }
  return modules;
}

/** @param {number} version @param {Level} level */
function blocks(version, level) {
  const [each, count] = EC[level].map((row) => Number(row.split(",")[version - 1]));
  const all = Math.floor(room(version) / 8);
  return { each: each ?? 0, count: count ?? 0, all, data: all - (each ?? 0) * (count ?? 0) };
}

/** Product in GF(2⁸) modulo x⁸ + x⁴ + x³ + x² + 1. @param {number} a @param {number} b */
function times(a, b) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((b >>> bit) & 1) * a;
  }
  return product;
}

/** @param {number} degree */
function divisor(degree) {
  const result = new Uint8Array(degree);
  result[degree - 1] = 1;
  let root = 1;
  for (let n = 0; n < degree; n++) {
    for (let at = 0; at < degree; at++) result[at] = times(result[at] ?? 0, root) ^ (result[at + 1] ?? 0);
    root = times(root, 2);
  }
  return result;
}

/** @param {Uint8Array} data @param {Uint8Array} divisor */
function remainder(data, divisor) {
  const result = new Uint8Array(divisor.length);
  for (const byte of data) {
    const factor = byte ^ (result[0] ?? 0);
    result.copyWithin(0, 1);
    result[result.length - 1] = 0;
    divisor.forEach((coefficient, at) => (result[at] = (result[at] ?? 0) ^ times(coefficient, factor)));
  }
  return result;
}

/** Data and error correction, interleaved. @param {Uint8Array} data @param {number} version @param {Level} level */
function interleaved(data, version, level) {
  const { each, count, all } = blocks(version, level);
  const short = Math.floor(all / count) - each;
  const longer = all % count;
  const by = divisor(each);
  /** @type {{ data: Uint8Array, check: Uint8Array }[]} */
  const parts = [];
  for (let n = 0, at = 0; n < count; n++) {
    const length = short + (n >= count - longer ? 1 : 0);
    const part = data.subarray(at, at + length);
    at += length;
    parts.push({ data: part, check: remainder(part, by) });
  }
  const out = [];
  for (let at = 0; at <= short; at++) for (const { data } of parts) if (at < data.length) out.push(data[at] ?? 0);
  for (let at = 0; at < each; at++) for (const { check } of parts) out.push(check[at] ?? 0);
  return out;
}

/** Mode, length, bytes, and padding. @param {Uint8Array} bytes @param {number} version @param {number} capacity */
function message(bytes, version, capacity) {
  /** @type {number[]} */
  const bits = [];
  /** @param {number} value @param {number} length */
  const put = (value, length) => {
    for (let bit = length - 1; bit >= 0; bit--) bits.push((value >>> bit) & 1);
  };
  put(4, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) put(byte, 8);
  put(0, Math.min(4, capacity * 8 - bits.length));
  put(0, (8 - (bits.length % 8)) % 8);
  const out = new Uint8Array(capacity);
  bits.forEach((bit, n) => (out[n >> 3] = (out[n >> 3] ?? 0) | (bit << (7 - (n & 7)))));
  for (let at = bits.length / 8, pad = 0xec; at < capacity; at++, pad ^= 0xec ^ 0x11) out[at] = pad;
  return out;
}

/** Where alignment patterns are. @param {number} version */
function alignments(version) {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = version === 32 ? 26 : Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
  const places = [6];
  for (let place = version * 4 + 10; places.length < count; place -= step) places.splice(1, 0, place);
  return places;
}

/** @type {((x: number, y: number) => boolean)[]} */
const MASKS = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

class Grid {
  /** @param {number} version */
  constructor(version) {
    this.version = version;
    this.size = version * 4 + 17;
    this.dark = new Uint8Array(this.size * this.size);
    /** Modules that no data and no mask touches. */
    this.fixed = new Uint8Array(this.size * this.size);
    this.#patterns();
  }

  /** @param {number} x @param {number} y */
  get(x, y) {
    return this.dark[y * this.size + x] === 1;
  }

  /** @param {number} x @param {number} y @param {boolean} dark */
  set(x, y, dark) {
    if (x < 0 || y < 0 || x >= this.size || y >= this.size) return;
    this.dark[y * this.size + x] = Number(dark);
    this.fixed[y * this.size + x] = 1;
  }

  #patterns() {
    const { size, version } = this;
    for (let n = 0; n < size; n++) {
      this.set(6, n, n % 2 === 0);
      this.set(n, 6, n % 2 === 0);
    }
    for (const [x, y] of /** @type {[number, number][]} */ ([[3, 3], [size - 4, 3], [3, size - 4]])) {
      for (let dy = -4; dy <= 4; dy++) {
        for (let dx = -4; dx <= 4; dx++) {
          const ring = Math.max(Math.abs(dx), Math.abs(dy));
          this.set(x + dx, y + dy, ring !== 2 && ring !== 4);
        }
      }
    }
    const places = alignments(version);
    const last = places.length - 1;
    places.forEach((x, i) => places.forEach((y, j) => {
      if ((i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0)) return;
      for (let dy = -2; dy <= 2; dy++) for (let dx = -2; dx <= 2; dx++) this.set(x + dx, y + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
    }));
    this.format("L", 0);
    if (version >= 7) {
      let rest = version;
      for (let n = 0; n < 12; n++) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
      const bits = (version << 12) | rest;
      for (let n = 0; n < 18; n++) {
        const [a, b, dark] = [size - 11 + (n % 3), Math.floor(n / 3), ((bits >>> n) & 1) === 1];
        this.set(a, b, dark);
        this.set(b, a, dark);
      }
    }
  }

  /** @param {Level} level @param {number} mask */
  format(level, mask) {
    const data = (LEVEL_BITS[level] << 3) | mask;
    let rest = data;
    for (let n = 0; n < 10; n++) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
    const bits = ((data << 10) | rest) ^ 0x5412;
    const bit = (/** @type {number} */ n) => ((bits >>> n) & 1) === 1;
    const { size } = this;
    for (let n = 0; n <= 5; n++) this.set(8, n, bit(n));
    this.set(8, 7, bit(6));
    this.set(8, 8, bit(7));
    this.set(7, 8, bit(8));
    for (let n = 9; n < 15; n++) this.set(14 - n, 8, bit(n));
    for (let n = 0; n < 8; n++) this.set(size - 1 - n, 8, bit(n));
    for (let n = 8; n < 15; n++) this.set(8, size - 15 + n, bit(n));
    this.set(8, size - 8, true);
  }

  /** @param {number[]} codewords */
  fill(codewords) {
    const { size } = this;
    let n = 0;
    for (let right = size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      for (let step = 0; step < size; step++) {
        for (const x of [right, right - 1]) {
          const upward = ((right + 1) & 2) === 0;
          const y = upward ? size - 1 - step : step;
          const at = y * size + x;
          if (this.fixed[at]) continue;
          if (n < codewords.length * 8) this.dark[at] = ((codewords[n >> 3] ?? 0) >>> (7 - (n & 7))) & 1;
          n++;
        }
      }
    }
  }

  /** @param {(x: number, y: number) => boolean} mask */
  flip(mask) {
    for (let y = 0; y < this.size; y++) {
      for (let x = 0; x < this.size; x++) {
        const at = y * this.size + x;
        if (!this.fixed[at] && mask(x, y)) this.dark[at] = (this.dark[at] ?? 0) ^ 1;
      }
    }
  }

  /** How hard it is to read: long runs, blocks, what looks like a finder, and more dark than light. */
  penalty() {
    const { size } = this;
    let penalty = 0;
    /** @param {(n: number) => boolean} at */
    const line = (at) => {
      let run = 0;
      let bits = 0;
      for (let n = 0; n < size; n++) {
        run = n > 0 && at(n) === at(n - 1) ? run + 1 : 1;
        if (run === 5) penalty += 3;
        else if (run > 5) penalty++;
        bits = ((bits << 1) & 0x7ff) | Number(at(n));
        if (n >= 10 && (bits === 0x5d0 || bits === 0x05d)) penalty += 40;
      }
    };
    for (let n = 0; n < size; n++) {
      line((x) => this.get(x, n));
      line((y) => this.get(n, y));
    }
    let dark = 0;
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const here = this.get(x, y);
        if (here) dark++;
        if (x + 1 < size && y + 1 < size && here === this.get(x + 1, y) && here === this.get(x, y + 1) && here === this.get(x + 1, y + 1)) penalty += 3;
      }
    }
    return penalty + 10 * Math.floor(Math.abs((dark * 20) / (size * size) - 10));
  }
}

/** @param {string} text @param {{ level?: Level }} [options] @returns {import("./types/qr.js").Code | null} */
export function qr(text, { level = "M" } = {}) {
  const bytes = new TextEncoder().encode(text);
  for (let version = 1; version <= 40; version++) {
    const { data } = blocks(version, level);
    if (4 + (version < 10 ? 8 : 16) + bytes.length * 8 > data * 8) continue;
    const codewords = interleaved(message(bytes, version, data), version, level);
    /** @type {Grid | undefined} */
    let best;
    let least = Infinity;
    MASKS.forEach((mask, number) => {
      const grid = new Grid(version);
      grid.fill(codewords);
      grid.flip(mask);
      grid.format(level, number);
      const penalty = grid.penalty();
      if (penalty < least) [best, least] = [grid, penalty];
    });
    const grid = /** @type {Grid} */ (/** @type {unknown} */ (best));
    return { version, size: grid.size, dark: (x, y) => grid.get(x, y) };
  }
  return null;
}

/** The dark modules as the path of an SVG with `viewBox="0 0 size size"`, four modules of quiet around it.
 * @param {import("./types/qr.js").Code} code */
export function path({ size, dark }) {
  let d = "";
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      let run = 0;
      while (x + run < size && dark(x + run, y)) run++;
      if (run) d += `M${x + 4} ${y + 4}h${run}v1h-${run}z`;
      x += run;
    }
  }
  return { size: size + 8, d };
}
