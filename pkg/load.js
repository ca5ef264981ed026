// From addresses to the engine and a checked model; what cannot be had is a problem with its remedy, never a throw.
// @ts-check

import { initSync } from "./dist/tillside.js";

/** @typedef {import("./index.d.ts").Options} Options */
/** @typedef {import("./index.d.ts").Problem} Problem */

/** Everything that may go wrong while opening, as a code and a sentence with the remedy.
 * @param {string} code @param {string} message @returns {Problem} */
export const problem = (code, message) => ({ code, message });

/** @param {unknown} error */
export const text = (error) => (error instanceof Error ? error.message : String(error));

/** What a module can do: a bit each. */
const ENCODER = 1;
const FULL = 2;

/** Shared by every Tillside on the page: compiling twice would be waste. What the module can do, as far as is known.
 * @type {Promise<number> | undefined} */
let engine;

/** @param {NonNullable<Options["wasm"]>} source */
async function compile(source) {
  let from = await source;
  // Node's fetch does not read files.
  if (from instanceof URL && from.protocol === "file:") from = await readFile(from);
  if (typeof from === "string" || from instanceof URL || from instanceof Request) from = await fetch(from);
  if (from instanceof Response) {
    const response = from;
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return WebAssembly.compileStreaming(response).catch(async (error) => {
      // Where only its type was wrong the answer was not read, and its bytes may be right.
      if (response.bodyUsed) throw error;
      return WebAssembly.compile(await response.arrayBuffer());
    });
  }
  return from instanceof WebAssembly.Module ? from : WebAssembly.compile(/** @type {BufferSource} */ (from));
}

// Each is named once, or bundlers would ship it twice.
const usualModule = () => new URL("./dist/tillside_bg.wasm", import.meta.url);
const encoderModule = () => new URL("./dist/tillside_encoder_bg.wasm", import.meta.url);
const fullModule = () => new URL("./dist/tillside_full_bg.wasm", import.meta.url);

/** The module that most pages want is on its way before the manifest says which one this page wants; where the page itself
 * asks for the full edition, that one is.
 * @param {Options["wasm"]} source @param {Options["edition"]} edition @param {Promise<any> | undefined} found */
async function start(source, edition, found) {
  const full = edition === "full";
  const first = compile(source ?? (full ? fullModule() : usualModule()));
  // Whether it is waited for is known later.
  first.catch(() => {});
  if (source) return initSync({ module: await first }), ENCODER | FULL;
  const wanted = full ? undefined : await found;
  const whole = full || (edition ?? wanted?.edition) === "full";
  if (whole || wanted?.encoder) {
    const larger = full ? first : compile(whole ? fullModule() : encoderModule());
    const module = await larger.catch(() => undefined);
    if (module) return initSync({ module }), whole ? ENCODER | FULL : ENCODER;
  }
  initSync({ module: await (full ? compile(usualModule()) : first) });
  return 0;
}

/** @param {URL} url */
async function readFile(url) {
  // The name is hidden from bundlers, which would try to bring it into the page.
  const fs = "node:fs/promises";
  const { readFile } = await import(/* @vite-ignore */ /* webpackIgnore: true */ fs);
  return readFile(url);
}

/** What `found` resolves to says whether the model has an encoder, and which edition the shop wants.
 * @param {Pick<Options, "wasm" | "edition">} options @param {Promise<any> | undefined} found @param {(problem: Problem) => void} warn
 * @returns {Promise<Problem | undefined>} */
export async function load({ wasm, edition }, found, warn) {
  try {
    const able = await (engine ??= start(wasm, edition, found));
    const wanted = await found;
    if (!(able & FULL) && (edition ?? wanted?.edition) === "full") {
      warn(problem("edition.unavailable", "the module of the full edition did not load, or another was there first; what only it answers stays empty. Check that dist/tillside_full_bg.wasm is served."));
    }
    if (!(able & ENCODER) && wanted?.encoder) {
      warn(problem("encoder.unavailable", "the module that reads the model's encoder did not load, or another was there first; shelves go on without it. Check that dist/tillside_encoder_bg.wasm is served."));
    }
    return undefined;
  } catch (error) {
    engine = undefined;
    const refused = error instanceof WebAssembly.CompileError || /unsafe-eval|Content Security Policy/i.test(text(error));
    return refused
      ? problem("wasm.refused", `WebAssembly did not compile (${text(error)}). If a Content-Security-Policy forbids it, add 'wasm-unsafe-eval' to script-src.`)
      : problem("wasm.unavailable", `the engine did not load (${text(error)}). Check that dist/tillside_bg.wasm is served, or pass its place as options.wasm.`);
  }
}

/** @param {string} url @param {RequestCache} cache */
async function get(url, cache) {
  const response = await fetch(url, { cache, credentials: "same-origin" });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response;
}

/** @param {string} url @returns {Promise<any | Problem>} */
export async function manifest(url) {
  /** @type {any} */
  let found;
  try {
    found = await (await get(url, "no-cache").catch(() => get(url, "force-cache"))).json();
  } catch (error) {
    return problem("manifest.unavailable", `${url} could not be read (${text(error)}). Check options.model and that the file is served.`);
  }
  if (found?.format !== 1) {
    return problem("manifest.version", `${url} has format ${JSON.stringify(found?.format)}, this version reads 1. Train with, or upgrade to, a matching version.`);
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
    const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    if (found !== part.sha256) {
      return problem(`${kind}.hash`, `${url} has sha256 ${found}, the manifest says ${part.sha256}. Serve the manifest and the parts of one training.`);
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
