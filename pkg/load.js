// From addresses to the engine and a checked model; what cannot be had is a problem with its remedy, never a throw.
// @ts-check

import { initSync } from "./dist/tillside.js";
import { classOf, has, inPage, parse, request } from "./globals.js";

/** @typedef {import("./index.d.ts").Options} Options */
/** @typedef {import("./index.d.ts").Problem} Problem */

/** Everything that may go wrong while opening, as a code and a sentence with the remedy.
 * @param {string} code @param {string} message @returns {Problem} */
export const problem = (code, message) => ({ code, message });

/** @param {unknown} error */
export const text = (error) => (has(error, "message") || classOf(error) === "Error" ? String(/** @type {any} */ (error).message) : String(error));

/** What a module can do: a bit each. */
const ENCODER = 1;
const FULL = 2;

/** Shared by every Tillside on the page: compiling twice would be waste. What the module can do, as far as is known.
 * @type {Promise<number> | undefined} */
let engine;

// Each is named once, and in just this form, or bundlers would not find it, or ship it twice.
const usualModule = () => new URL("./dist/tillside_bg.wasm", import.meta.url);
const encoderModule = () => new URL("./dist/tillside_encoder_bg.wasm", import.meta.url);
const fullModule = () => new URL("./dist/tillside_full_bg.wasm", import.meta.url);

/** The least that is a WebAssembly module. */
const NOTHING = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);

/** @param {NonNullable<Options["wasm"]>} source */
async function compile(source) {
  /** @type {any} */
  let from = await source;
  let kind = classOf(from);
  if (kind === "WebAssembly.Module") return from;
  if (kind === "URL" && from.protocol === "file:") return WebAssembly.compile(await readFile(from));
  if (typeof from === "string" || kind === "URL" || kind === "Request") {
    // Whatever a wrapped `fetch` answers with is taken for an answer.
    from = await request(from);
    kind = "Response";
  }
  if (kind === "Response") {
    const answer = from;
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    try {
      return await WebAssembly.compileStreaming(answer);
    } catch (error) {
      // Where only its type was wrong the answer was not read, and its bytes may be right.
      if (answer.bodyUsed) throw error;
    }
    from = await answer.arrayBuffer();
    if (new Uint8Array(from)[0] !== NOTHING[0]) throw new Error(`${answer.url} is ${answer.headers?.get?.("Content-Type")}, no WebAssembly`);
  }
  return WebAssembly.compile(from);
}

/** What a page needs of its module. @param {Options["edition"]} edition @param {any} manifest */
const needs = (edition, manifest) => ((edition ?? manifest?.edition) === "full" ? ENCODER | FULL : manifest?.encoder ? ENCODER : 0);

/** @param {number} able */
const place = (able) => (able & FULL ? fullModule() : able ? encoderModule() : usualModule());

/** One module, on its way as soon as anything says which.
 * @param {Options["wasm"]} source @param {Options["edition"]} edition @param {Promise<any>} kept what may say so sooner
 * @param {Promise<any>} wanted what says so in the end */
async function start(source, edition, kept, wanted) {
  if (source) return initSync({ module: await compile(source) }), ENCODER | FULL;
  let able = needs(edition, edition === "full" || (await Promise.race([kept, wanted])));
  let coming = compile(place(able));
  // Whether it is waited for is known later.
  coming.catch(() => {});
  const needed = needs(edition, edition === "full" || (await wanted));
  if (needed & ~able) coming = compile(place((able = needed)));
  // The next that does less: a model with an encoder keeps it where only the full edition is missing.
  /** @param {unknown} error */
  const next = (error) => {
    if (!able) throw error;
    return compile(place((able = able & FULL ? ENCODER : 0)));
  };
  const module = await coming.catch(next).catch(next);
  initSync({ module });
  return able;
}

/** Node's fetch reads no files. A bundler that saw an import here would try to bring it into the page. @param {URL} url */
function readFile(url) {
  /** @type {any} */
  const fs = /** @type {any} */ (globalThis).process?.getBuiltinModule?.("node:fs/promises");
  if (!fs) throw new Error("needs Node 20.16");
  return fs.readFile(url);
}

/** Whether this page may compile nothing at all. */
const isForbidden = () => WebAssembly.compile(NOTHING).then(() => false, () => true);

/** What `found` resolves to says whether the model has an encoder, and which edition the shop wants; `wanted` is the same, or
 * nothing where that takes too long, and `kept` the manifest of before.
 * @param {Pick<Options, "wasm" | "edition">} options @param {Promise<any> | undefined} found @param {Promise<any>} kept @param {Promise<any>} wanted
 * @param {(problem: Problem) => void} warn @returns {Promise<Problem | undefined>} */
export async function load({ wasm, edition }, found, kept, wanted, warn) {
  try {
    const able = await (engine ??= start(wasm, edition, kept, wanted));
    Promise.resolve(found).then((found) => {
      const missing = needs(edition, found) & ~able;
      /** @param {string} what @param {string} file */
      const lacks = (what, file) => warn(problem(`${what}.unavailable`, `the ${what} did not load, or another was there first. Check that dist/tillside_${file}_bg.wasm is served.`));
      if (missing & FULL) lacks("edition", "full");
      if (missing & ENCODER && found?.encoder) lacks("encoder", "encoder");
    });
    return undefined;
  } catch (error) {
    engine = undefined;
    if (typeof WebAssembly === "undefined") {
      return problem("wasm.missing", "this browser has no WebAssembly.");
    }
    return (await isForbidden())
      ? problem("wasm.refused", `WebAssembly did not compile (${text(error)}). If a Content-Security-Policy forbids it, add 'wasm-unsafe-eval' to script-src.`)
      : problem("wasm.unavailable", `the engine did not load (${text(error)}). Check that dist/tillside_bg.wasm is served, or pass options.wasm.`);
  }
}

/** @param {string} url @param {RequestCache} cache */
async function get(url, cache) {
  // Outside of pages there is no cache, and some do not know the word.
  const response = await request(url, inPage() ? /** @type {any} */ ({ __proto__: null, cache, credentials: "same-origin" }) : undefined);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response;
}

/** @param {string} url @returns {Promise<any | Problem>} */
export async function manifest(url) {
  /** @type {any} */
  let found;
  try {
    found = parse(await (await get(url, "no-cache").catch(() => get(url, "force-cache"))).text());
  } catch (error) {
    return problem("manifest.unavailable", `${url} could not be read (${text(error)}). Check options.model and that the file is served.`);
  }
  if (found?.format !== 1) {
    return problem("manifest.version", `${url} has format ${JSON.stringify(found?.format)}, this version reads 1. Train or upgrade to match.`);
  }
  const part = Array.isArray(found.parts) && partOf(found);
  if (typeof part?.url !== "string" || typeof part.sha256 !== "string") {
    return problem("manifest.invalid", `${url} names no part "model" with url and sha256. Train again.`);
  }
  return found;
}

/** @param {string} base @param {any} part of the manifest @returns {Promise<Uint8Array | Problem>} */
export async function bytes(base, part) {
  const kind = part.name === "live" ? "live" : "model";
  let url = part.url;
  /** @type {Uint8Array<ArrayBuffer>} */
  let bytes;
  try {
    url = new URL(url, new URL(base, globalThis.location?.href)).href;
    // The address holds the content's hash, so a cached copy is as good as a new one.
    bytes = new Uint8Array(await (await get(url, "force-cache")).arrayBuffer());
  } catch (error) {
    return problem(`${kind}.unavailable`, `${url} could not be read (${text(error)}). Check that the manifest's parts are served beside it.`);
  }
  // Without a secure context there is no digest; the engine still checks the file's structure.
  if (globalThis.crypto?.subtle) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    let found = "";
    for (const byte of digest) found += byte.toString(16).padStart(2, "0");
    if (found !== part.sha256) {
      return problem(`${kind}.hash`, `${url} has sha256 ${found}, the manifest says ${part.sha256}. Serve both from one training.`);
    }
  }
  return bytes;
}

/** The part with a category's own items, undefined where none is; without a category the part for every page.
 * @param {any} manifest @param {string} [category] */
export function partOf({ parts }, category) {
  const root = category?.split(">", 1)[0]?.trim();
  return parts.find((/** @type {any} */ part) => (root === undefined ? part?.name === "model" : part?.name === "shard" && part.category === root));
}
