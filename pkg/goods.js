// Which part of the model this page has open, what is newer of it, and what to fall back to: fetches, and hands to the engine.
// @ts-check

import * as engine from "./dist/tillside.js";
import { changes } from "./given.js";
import { has, parse } from "./globals.js";
import { bytes, partOf, problem } from "./load.js";

/** @typedef {import("./index.d.ts").Problem} Problem */
/** @typedef {import("./host.js").Held} Held */

/** Rows of one patch, and rows that are remembered. */
const MAX_PATCHED = 10_000;

/** The manifest that the device remembers, "" for none. @param {Held} held */
export async function remembered(held) {
  const { keys, values } = await held;
  return new TextDecoder().decode(values[keys.indexOf("manifest")]);
}

export class Goods {
  #base;
  #use;
  #warn;
  #opened;
  /** The manifest in use, its part that is open, and the one that was asked for last. @type {any} */ #manifest;
  /** @type {any} */ #part;
  /** @type {any} */ #wanted;
  #open = false;
  /** Rows that were no mistake, for the next part that is opened; the oldest first. @type {Set<string>} */ #patched = new Set();

  /** `use` runs on the engine while there is one; `opened` hears which model is open now, "" for none.
   * @param {string} base of the parts @param {(work: (page: number) => any) => any} use @param {(problem: Problem) => void} warn
   * @param {(model: string) => void} opened */
  constructor(base, use, warn, opened) {
    this.#base = base;
    this.#use = use;
    this.#warn = warn;
    this.#opened = opened;
  }

  /** The part of a category, or else the one for every page, and what is newer of it. @param {any} manifest @param {string} [category] */
  async fetch(manifest, category) {
    const part = partOf(manifest, category ?? "") ?? partOf(manifest);
    const live = manifest.parts.find((/** @type {any} */ live) => live?.name === "live" && live.category === part.category);
    const [content, fresh] = await Promise.all([part, live].map((part) => part && bytes(this.#base, part)));
    return { manifest, part, content, fresh };
  }

  /** @param {Awaited<ReturnType<Goods["fetch"]>>} files */
  adopt({ manifest, part, content, fresh }) {
    for (const one of [content, fresh]) if (has(one, "code")) this.#warn(one);
    if (has(content, "code")) return;
    this.#use((page) => {
      // First, so that memory never holds two.
      engine.close_model(page);
      const [code = "", message] = engine.take(engine.open_model(page, content, !fresh || has(fresh, "code") ? new Uint8Array() : fresh)).split("\n");
      if (message) this.#warn(problem(code, message));
      const model = engine.take(engine.model(page));
      this.#open = model !== "";
      if (this.#open) {
        this.#manifest = manifest;
        this.#part = part;
        engine.patch(page, [...this.#patched].join("\n"));
      }
      this.#opened(model);
    });
  }

  /** Remembers a model that could be opened; where none could, goes back to the last one.
   * @param {any} manifest the newest, or a problem @param {Held} held @param {string} [category] */
  async settle(manifest, held, category) {
    const text = JSON.stringify({ ...manifest, fallback: undefined });
    try {
      const kept = await remembered(held);
      if (kept === text) return;
      if (this.#open) this.#use((page) => engine.keep(page, text));
      else if (kept) this.adopt(await this.fetch(parse(kept), category));
    } catch {
      // Nothing can be kept here, or what was kept is no manifest.
    }
  }

  /** Opens the part with a category's own items, if there is one. Whether they are there now. @param {string} category */
  async enter(category) {
    const part = this.#manifest && partOf(this.#manifest, category);
    if (part) {
      this.#wanted = part;
      const before = this.#part;
      if (part !== before) {
        const files = await this.fetch(this.#manifest, category);
        // The page has gone elsewhere meanwhile.
        if (this.#wanted !== part) return false;
        this.adopt(files);
        if (!this.#open) this.adopt(await this.fetch(this.#manifest, before.category));
      }
    }
    return this.#open && (!part || this.#part === part);
  }

  /** @param {unknown} feed @returns {import("./index.d.ts").Patched} */
  patch(feed) {
    const rows = changes(feed, MAX_PATCHED);
    const outcomes = this.#open && this.#use((page) => engine.patch(page, rows.join("\n")));
    const counts = [0, 0, 0];
    rows.forEach((row, n) => {
      const outcome = outcomes?.[n] ?? 2;
      counts[outcome]++;
      if (outcome < 2) {
        this.#patched.delete(row);
        this.#patched.add(row);
        const [oldest = ""] = this.#patched;
        if (this.#patched.size > MAX_PATCHED) this.#patched.delete(oldest);
      }
    });
    const [applied = 0, unknown = 0, refused = 0] = counts;
    return { ok: refused === 0 && rows.length > 0, applied, unknown, refused };
  }
}
