// Times the kernels' module: as many calls a round as take a while, the shortest round counting, since the machine is shared.
// @ts-check

import { instantiate } from "../../tests/support/kernels.js";

const ROUNDS = 20;

/** Microseconds of a call. @param {() => void} work @param {number} calls */
export function shortest(work, calls) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    for (let n = 0; n < calls; n++) work();
    best = Math.min(best, ((performance.now() - began) * 1000) / calls);
  }
  return best;
}

/** @param {BufferSource} module @param {[number, number][]} shapes rows and width */
export async function scans(module, shapes) {
  const { kernels, fill } = await instantiate(module);
  const figures = [];
  for (const [rows, width] of shapes) {
    const matrix = new Uint8Array(rows * width);
    for (let n = 0, at = 1; n < matrix.length; n++) matrix[n] = (at = (Math.imul(at, 1664525) + 1013904223) | 0) >>> 24;
    fill(matrix);
    const calls = Math.max(1, Math.round(4e6 / matrix.length));
    const read = shortest(() => kernels.read?.(), calls);
    const scan = shortest(() => kernels.scan?.(width), calls);
    const signed = new Int8Array(matrix.buffer);
    const script = shortest(() => inScript(signed, width), Math.ceil(calls / 20));
    // Four bits for each of 16 parts: eight bytes a row.
    fill(matrix.subarray(0, rows * 8));
    const coded = shortest(() => kernels.fast_scan?.(16), calls * 4);
    figures.push({ rows, width, read, scan, coded, script });
  }
  return figures;
}

/** The same scan in plain JavaScript. @param {Int8Array} matrix @param {number} width */
function inScript(matrix, width) {
  const query = matrix.slice(0, width);
  /** @type {[number, number][]} */
  const best = [];
  let bar = Number.NEGATIVE_INFINITY;
  for (let row = 0, at = 0; at < matrix.length; row++) {
    let sum = 0;
    for (let n = 0; n < width; n++) sum += (matrix[at++] ?? 0) * (query[n] ?? 0);
    if (sum <= bar) continue;
    const place = best.findIndex(([other]) => other < sum);
    best.splice(place < 0 ? best.length : place, 0, [sum, row]);
    if (best.length > 20) best.pop();
    if (best.length === 20) bar = best[19]?.[0] ?? bar;
  }
  return best;
}

/**
 * The bare sums of a session's rows, E; and a plain copy of the model into the module's memory.
 * @param {BufferSource} module @param {Uint8Array} model @param {string[]} session
 */
export async function baselines(module, model, session) {
  const { kernels, fill } = await instantiate(module);
  const copy = shortest(() => fill(model), 20);
  if (!kernels.open?.()) throw new Error("the model is refused");
  fill(new TextEncoder().encode(session.join("\n")));
  if (kernels.session?.() !== session.length) throw new Error("an item is unknown");
  // So many that a round takes many steps of the clock.
  const TIMES = 2000;
  const sums = shortest(() => kernels.accumulate?.(TIMES), 1) / TIMES;
  const three = shortest(() => kernels.three?.(1, 2, 3), 10_000);
  return { copy, sums, three };
}
