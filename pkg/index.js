// Tillside's page API: loads the WebAssembly engine and the model, and turns flat results into objects.
// It decides nothing: what is ranked, kept and sent is the engine's business. Where the engine cannot run (WebAssembly
// refused, file missing), the same methods answer with the shop's popular items, and what was tracked waits for a page
// on which it can.
// @ts-check

import init, { Page } from "./dist/tillside.js";
import { Host } from "./host.js";
import { Store } from "./store.js";

/** @typedef {import("./index.d.ts").Options} Options */
/** @typedef {import("./index.d.ts").Problem} Problem */
/** @typedef {import("./index.d.ts").Request} Request */
/** @typedef {import("./index.d.ts").Shelf} Shelf */
/** @typedef {import("./index.d.ts").ShelfItem} ShelfItem */
/** @typedef {import("./index.d.ts").Status} Status */
/** @typedef {import("./index.d.ts").Tracked} Tracked */
/** @typedef {{ popular: string[], categories: Record<string, string[]> }} Popular */
/** @typedef {{ event: string, properties: object, time: number }} Call */

/** @type {readonly import("./index.d.ts").Placement[]} */
const PLACEMENTS = ["home", "product", "complements", "cart", "category", "search", "recent"];
/** @type {readonly import("./index.d.ts").Source[]} */
const SOURCES = ["sequence", "complement", "content", "affinity", "popularity", "search", "recent"];
/** @type {readonly import("./index.d.ts").ShelfStatus["fallback"][]} */
const FALLBACKS = ["none", "content", "popularity", "empty"];
const WARNINGS = ["limit_clamped", "unknown_item", "unknown_category", "unknown_attribute", "damaged_row", "spread_relaxed", "pin_unavailable", "pin_conflict"];
const PLACED = /** @type {const} */ (["ranked", "pinned", "discovered"]);

/** Items of one shelf at most. */
const MAX_LIMIT = 100;

/** Decisions that can be explained, the newest. */
const MAX_DECISIONS = 200;

/** Calls kept for a page on which the engine runs. */
const MAX_PENDING = 200;

/** Sentences of the one reason that exists without an engine. */
const HOST_REASON = { en: "Popular with other shoppers", zh: "大家都在买" };

const microseconds = () => performance.now() * 1000;

/** Everything that may go wrong while opening, as a code and a sentence with the remedy.
 * @param {string} code @param {string} message @returns {Problem} */
const problem = (code, message) => ({ code, message });

/** @param {unknown} error */
const text = (error) => (error instanceof Error ? error.message : String(error));

/** Shared by every Tillside on the page: compiling twice would be waste. @type {Promise<unknown> | undefined} */
let engine;

/** @param {Options["wasm"]} source */
async function start(source) {
  let from = source;
  if (from === undefined) {
    const url = new URL("./dist/tillside_bg.wasm", import.meta.url);
    // Node's fetch does not read files.
    from = url.protocol === "file:" ? await readFile(url) : url;
  }
  await init({ module_or_path: from });
}

/** @param {URL} url */
async function readFile(url) {
  // The name is hidden from bundlers, which would try to bring it into the page.
  const fs = "node:fs/promises";
  const { readFile } = await import(/* @vite-ignore */ /* webpackIgnore: true */ fs);
  return readFile(url);
}

/** @param {Options["wasm"]} source @returns {Promise<Problem | undefined>} */
async function load(source) {
  try {
    await (engine ??= start(source));
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
async function manifest(url) {
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
  const part = found.parts?.find?.((/** @type {any} */ part) => part?.name === "model");
  if (typeof part?.url !== "string" || typeof part.sha256 !== "string") {
    return problem("manifest.invalid", `${url} names no part "model" with url and sha256. Train again.`);
  }
  return found;
}

/** @param {string} base @param {any} manifest @returns {Promise<Uint8Array | Problem>} */
async function model(base, manifest) {
  const part = manifest.parts.find((/** @type {any} */ part) => part.name === "model");
  let url = part.url;
  /** @type {Uint8Array<ArrayBuffer>} */
  let bytes;
  try {
    url = new URL(url, new URL(base, globalThis.location?.href)).href;
    // The address holds the content's hash, so a cached copy is as good as a new one.
    bytes = new Uint8Array(await (await get(url, "force-cache")).arrayBuffer());
  } catch (error) {
    return problem("model.unavailable", `${url} could not be read (${text(error)}). Check that the manifest's parts are served beside it.`);
  }
  // Without a secure context there is no digest; the engine still checks the file's structure.
  if (globalThis.crypto?.subtle) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    if (found !== part.sha256) {
      return problem("model.hash", `${url} has sha256 ${found}, the manifest says ${part.sha256}. Serve the manifest and the model of one training.`);
    }
  }
  return bytes;
}

/** @param {string} name @param {unknown} value @param {string} type */
function expect(name, value, type) {
  if (value !== undefined && typeof value !== type) {
    throw new TypeError(`Tillside.open: options.${name} must be a ${type}, got ${value === null ? "null" : typeof value}`);
  }
}

/** @param {any} options */
function check(options) {
  expect("", options, "object");
  expect("model", options.model, "string");
  expect("locale", options.locale, "string");
  expect("name", options.name, "string");
  expect("title", options.title, "function");
  expect("onWarning", options.onWarning, "function");
  expect("consent", options.consent, "object");
  expect("consent.personalisation", options.consent?.personalisation, "boolean");
  expect("consent.measurement", options.consent?.measurement, "boolean");
  expect("collector", options.collector, "object");
  if (options.collector) {
    expect("collector.url", options.collector.url ?? 0, "string");
    expect("collector.writeKey", options.collector.writeKey ?? 0, "string");
  }
}

export class Tillside {
  /** @type {Options} */ #options;
  /** @type {Page | undefined} */ #page;
  /** @type {Host | undefined} */ #host;
  /** @type {"en" | "zh"} */ #language;
  /** @type {Popular} */ #popular = { popular: [], categories: {} };
  /** @type {Problem[]} */ #problems = [];
  /** @type {{ code: string, sentence: string }[]} */ #reasons = [];
  /** Keys and names by number, as the model has them. */
  /** @type {string[]} */ #keys = [];
  #model = "";
  /** @type {Set<string>} */ #seen = new Set();
  #shelves = 0;
  /** @type {Map<string, () => import("./index.d.ts").Explained>} */ #decisions = new Map();

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    const locale = options.locale ?? globalThis.document?.documentElement.lang ?? globalThis.navigator?.language ?? "en";
    this.#language = locale.toLowerCase().startsWith("zh") ? "zh" : "en";
  }

  /** @param {Options} [options] */
  static async open(options = {}) {
    check(options);
    const till = new Tillside(options);
    await till.#open();
    return till;
  }

  async #open() {
    const left = this.#left();
    // What the page says now goes before what was chosen on a page without an engine.
    const consent = { ...left.consent, ...this.#options.consent };
    this.#options = { ...this.#options, consent };
    const options = this.#options;
    const base = options.model;
    const loading = load(options.wasm);
    const found = base === undefined ? undefined : manifest(base);
    const bytes = found?.then((found) => ("code" in found ? found : model(/** @type {string} */ (base), found)));
    const store = new Store(this.#name());
    const held = store.load();
    // Who needs it asks for it, and hears of it then.
    held.catch(() => {});
    const missing = await loading;
    if (missing) {
      this.#warn(missing);
    } else {
      try {
        const page = new Page(options.collector?.writeKey ?? "", this.#language);
        const warn = (/** @type {string} */ code, /** @type {string} */ message) => this.#warn(problem(code, message));
        const host = new Host(page, store, held, options.collector?.url ?? "", warn);
        await host.start();
        page.grant(consent.personalisation, consent.measurement);
        this.#host = host;
        this.#page = page;
        this.#options.consent = allowed(page.counts());
        for (let code = 0; code < Page.reasons(); code++) {
          const [name, sentence] = page.reason(code).split("\n");
          this.#reasons.push({ code: /** @type {string} */ (name), sentence: /** @type {string} */ (sentence) });
        }
      } catch (error) {
        this.#failed(error);
      }
    }
    const description = await found;
    if (description && "code" in description) {
      this.#warn(description);
    } else if (description) {
      const { popular, categories } = description.fallback ?? {};
      this.#popular = { popular: texts(popular) ?? [], categories: categories ?? {} };
      const content = await /** @type {Promise<Uint8Array | Problem>} */ (bytes);
      if ("code" in content) this.#warn(content);
      else this.#adopt(content);
    }
    if (this.#page && (left.consent || left.calls.length > 0)) await this.#replay();
  }

  #name() {
    return this.#options.name ?? "tillside";
  }

  /** @param {Uint8Array} bytes */
  #adopt(bytes) {
    try {
      const refused = this.#page?.open_model(bytes);
      if (refused) {
        const [code, message] = refused.split("\n");
        this.#warn(problem(/** @type {string} */ (code), /** @type {string} */ (message)));
      } else if (this.#page) {
        this.#model = this.#page.model();
        this.#keys = [];
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  /** @param {Problem} problem */
  #warn(problem) {
    if (this.#problems.length < 100) this.#problems.push(problem);
    try {
      this.#options.onWarning?.(problem);
    } catch {
      // A shop's own logging must not stop the shop.
    }
  }

  /** An engine that trapped is in an unknown state: it is left alone from here on. @param {unknown} error */
  #failed(error) {
    this.#page = undefined;
    this.#host?.stop();
    this.#host = undefined;
    this.#warn(problem("engine.failed", `the engine stopped (${text(error)}); the popular items are shown until the page is loaded again. Please report this.`));
  }

  /** Runs on the engine; undefined when there is none. @template T @param {(page: Page) => T} work @returns {T | undefined} */
  #with(work) {
    if (!this.#page) return undefined;
    try {
      const result = work(this.#page);
      this.#host?.changed();
      return result;
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  /** @param {string} event @param {object} [properties] @returns {Tracked} */
  track(event, properties) {
    const given = properties ?? {};
    if (typeof event !== "string") return { ok: false, reason: "unknown_event" };
    const receipt = this.#with((page) => page.track(event, given, 0));
    return receipt === undefined ? this.#keep(event, given) : tracked(receipt);
  }

  /** Without an engine: the call waits on the device, if anything may be kept there at all.
   * @param {string} event @param {any} properties @returns {Tracked} */
  #keep(event, properties) {
    const consent = this.#options.consent;
    if (!consent?.personalisation && !consent?.measurement) return { ok: false, reason: "no_consent" };
    this.#leave([...this.#left().calls, { event, properties, time: Date.now() }]);
    return { ok: false, reason: "no_engine" };
  }

  #pendingName() {
    return `${this.#name()}.pending`;
  }

  /** What pages without an engine left: the choice made there, and calls with the time they happened.
   * @returns {{ consent?: import("./index.d.ts").Consent, calls: Call[] }} */
  #left() {
    try {
      const { consent, calls } = JSON.parse(localStorage.getItem(this.#pendingName()) ?? "{}");
      return { consent, calls: Array.isArray(calls) ? calls : [] };
    } catch {
      // Storage is refused or was tampered with: nothing was left.
      return { calls: [] };
    }
  }

  /** @param {Call[]} calls */
  #leave(calls) {
    try {
      const { consent } = this.#options;
      localStorage.setItem(this.#pendingName(), JSON.stringify({ consent, calls: calls.slice(-MAX_PENDING) }));
    } catch {
      // No storage either, or properties of no JSON type: there is nowhere to wait.
    }
  }

  /** Takes over what was left, one tab at a time; it stays where it is until the engine's own record is on the device. */
  async #replay() {
    const take = async () => {
      for (const call of this.#left().calls) this.#with((page) => page.track(String(call?.event), call?.properties, Number(call?.time)));
      await this.#host?.written();
      this.#unkeep();
    };
    const locks = globalThis.navigator?.locks;
    await (locks ? locks.request(this.#pendingName(), take) : take());
  }

  /** @param {Request} request @returns {Shelf} */
  recommend(request) {
    const began = microseconds();
    /** @type {Shelf | undefined} */
    let shelf;
    const asked = plain(request);
    if (this.#model) shelf = this.#with((page) => this.#ranked(page, asked));
    if (!shelf || shelf.items.length === 0) {
      const items = this.#unranked(asked);
      if (!shelf || items.length > 0) shelf = this.#listed(asked, items, shelf);
    }
    shelf.status.microseconds = microseconds() - began;
    return shelf;
  }

  /** @param {Page} page @param {Request} request @returns {Shelf} */
  #ranked(page, request) {
    const placement = PLACEMENTS.indexOf(request.placement);
    const { item, category, query = "", where = {}, exclude = [], diversity = 0, spread = {}, discovery = 0, pins = [] } = request;
    const attributes = Object.entries(where);
    const words = page.recommend(
      Math.max(placement, 0),
      wanted(request.limit),
      item,
      category,
      lines([query, ...attributes.flat(), ...pins.flatMap(({ id, position }) => [id, `${position}`]), ...exclude]),
      attributes.length,
      pins.length,
      diversity,
      spread.brand ?? 0,
      spread.category ?? 0,
      discovery,
    );
    const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
    /** @type {(at: number) => number} */
    const word = (at) => words[at] ?? 0;
    /** @type {ShelfItem[]} */
    const items = [];
    /** @type {number[]} */
    const starts = [];
    let at = 14;
    for (let position = 1; position <= word(0); position++) {
      const reasons = [];
      const count = word(at + 12);
      const first = at + 13;
      for (let n = 0; n < count; n++) {
        const code = /** @type {{ code: string, sentence: string }} */ (this.#reasons[word(first + n * 3)]);
        const kind = word(first + n * 3 + 1);
        const number = word(first + n * 3 + 2);
        /** @type {any} */
        const reason = { code: code.code };
        let name = "";
        if (kind === 1) {
          reason.because = this.#key(page, number);
          name = this.#title(reason.because);
        } else if (kind > 1) {
          reason.because = page.name(kind, number);
          name = this.#title(reason.because);
        }
        reason.text = code.sentence.replace("{}", () => name);
        reasons.push(reason);
      }
      items.push({
        id: this.#key(page, word(at)),
        score: floats[at + 1] ?? 0,
        source: SOURCES[word(at + 2)] ?? "popularity",
        position,
        placed: PLACED[word(at + 3)] ?? "ranked",
        propensity: floats[at + 4] ?? 1,
        reasons,
      });
      starts.push(at);
      const causes = first + count * 3;
      at = causes + 1 + word(causes) * 3;
    }
    /** @type {Partial<Record<import("./index.d.ts").Source, number>>} */
    const blend = {};
    SOURCES.forEach((source, n) => {
      const share = floats[7 + n] ?? 0;
      if (share > 0) blend[source] = share;
    });
    const warnings = WARNINGS.filter((_, n) => word(2) & (1 << n));
    if (placement < 0) warnings.push("unknown_placement");
    const decision = this.#decision(page);
    const time = Date.now();
    const model = this.#model;
    const place = PLACEMENTS[placement] ?? "home";
    // Taken apart only for who asks.
    this.#decisions.set(decision, () => {
      const parts = items.map((item, n) => ({ ...item, ...this.#parts(page, words, floats, starts[n] ?? 0) }));
      return { decision, time, model, placement: place, items: parts };
    });
    if (this.#decisions.size > MAX_DECISIONS) this.#decisions.delete(this.#decisions.keys().next().value ?? "");
    return {
      placement: place,
      items,
      status: {
        decision,
        model,
        fallback: FALLBACKS[word(1)] ?? "empty",
        blend,
        filtered: { outOfStock: word(3), inCart: word(4), bought: word(5), excluded: word(6) },
        warnings,
        microseconds: 0,
      },
    };
  }

  /** What a score is made of. @param {Page} page @param {Uint32Array} words @param {Float32Array} floats @param {number} at */
  #parts(page, words, floats, at) {
    /** @type {Partial<Record<import("./index.d.ts").Source, number>>} */
    const contributions = {};
    SOURCES.forEach((source, n) => {
      const given = floats[at + 5 + n];
      if (given) contributions[source] = given;
    });
    const causes = [];
    let cause = at + 13 + (words[at + 12] ?? 0) * 3;
    for (let left = words[cause++] ?? 0; left > 0; left--, cause += 3) {
      const { code } = /** @type {{ code: any }} */ (this.#reasons[words[cause] ?? 0]);
      causes.push({ code, because: this.#key(page, words[cause + 1] ?? 0), given: floats[cause + 2] ?? 0 });
    }
    causes.sort((one, other) => other.given - one.given);
    return { contributions, causes };
  }

  /** @param {string} decision @returns {import("./index.d.ts").Explanation} */
  explain(decision) {
    return this.#decisions.get(decision)?.() ?? { decision, gone: true };
  }

  /** @param {import("./index.d.ts").RerankRequest} request @returns {string[]} */
  rerank(request) {
    const { placement, item, exclude: ids = [], limit: visible = 0, fallback: pinned = [] } = plain(request, "ids", "visible", "pinned");
    const stays = new Uint8Array(ids.length).fill(1, 0, visible);
    pinned.forEach((id) => ids.includes(id) && (stays[ids.indexOf(id)] = 1));
    const order = ids.length > 0 && this.#model && this.#with((page) => page.rerank(Math.max(PLACEMENTS.indexOf(placement), 0), item, lines(ids), stays));
    return order ? Array.from(order, (n) => /** @type {string} */ (ids[n])) : [...ids];
  }

  /** @param {Page | undefined} page */
  #decision(page) {
    return page ? page.decision() : `host-${++this.#shelves}`;
  }

  /** @param {Page} page @param {number} item @returns {string} */
  #key(page, item) {
    return (this.#keys[item] ??= page.key(item));
  }

  /** @param {string} id */
  #title(id) {
    try {
      return String(this.#options.title?.(id) ?? id);
    } catch {
      return id;
    }
  }

  /** What the host or the manifest would show. @param {Request} request @returns {string[]} */
  #unranked(request) {
    const excluded = new Set(request.exclude);
    if (request.item !== undefined) excluded.add(request.item);
    /** @type {readonly string[] | undefined} */
    let ids = request.fallback;
    // Only these may be filled with what is popular: nothing goes with an item by being popular.
    if (!ids && !this.#model && (request.placement === "home" || request.placement === "product")) ids = this.#popular.popular;
    const { category = "" } = request;
    if (!ids && !this.#model && request.placement === "category" && Object.hasOwn(this.#popular.categories, category)) {
      ids = texts(this.#popular.categories[category]);
    }
    return (ids ?? []).filter((id) => !excluded.has(id)).slice(0, Math.max(1, Math.min(wanted(request.limit), MAX_LIMIT)));
  }

  /** @param {Request} request @param {string[]} ids @param {Shelf | undefined} before @returns {Shelf} */
  #listed(request, ids, before) {
    const items = ids.map((id, n) => ({
      id,
      score: 0,
      source: /** @type {const} */ ("host"),
      position: n + 1,
      placed: /** @type {const} */ ("ranked"),
      propensity: 1,
      reasons: [{ code: /** @type {const} */ ("host"), text: HOST_REASON[this.#language] }],
    }));
    return {
      placement: PLACEMENTS.includes(request.placement) ? request.placement : "home",
      items,
      status: {
        decision: before?.status.decision ?? this.#decision(this.#page),
        model: before?.status.model ?? "",
        fallback: items.length > 0 ? "host" : "empty",
        blend: items.length > 0 ? { host: 1 } : {},
        filtered: before?.status.filtered ?? { outOfStock: 0, inCart: 0, bought: 0, excluded: 0 },
        warnings: before?.status.warnings ?? [],
        microseconds: 0,
      },
    };
  }

  /** @param {Shelf} shelf @returns {Tracked} */
  impression(shelf) {
    const seen = reported(shelf);
    if (!seen) return { ok: false, reason: "not_a_shelf" };
    const { placement, decision, model, items } = seen;
    if (this.#seen.has(decision)) return { ok: false, reason: "duplicate" };
    if (items.length === 0) return { ok: false, reason: "empty_shelf" };
    this.#seen.add(decision);
    const receipt = this.#with((page) => page.shelf([placement, decision, model, ...items.map((item) => item.id)].join("\n"), 0));
    return receipt === undefined ? { ok: false, reason: "no_engine" } : tracked(receipt);
  }

  /** @param {Shelf} shelf @param {string} id @returns {Tracked} */
  click(shelf, id) {
    const seen = reported(shelf);
    if (!seen) return { ok: false, reason: "not_a_shelf" };
    const { placement, decision, model, items } = seen;
    const item = items.find((item) => item.id === id);
    if (!item) return { ok: false, reason: "not_on_shelf" };
    const receipt = this.#with((page) => page.shelf([placement, decision, model, item.id].join("\n"), item.position));
    return receipt === undefined ? { ok: false, reason: "no_engine" } : tracked(receipt);
  }

  /** @returns {import("./index.d.ts").Portrait} */
  portrait() {
    const [recent, cart, bought, categories, brands, events] = this.#with((page) => page.portrait()) ?? [[], [], [], [], [], 0];
    /** @param {any[]} interests */
    const named = (interests) => interests.map(([name, short, long, evidence]) => ({ name, short, long, evidence }));
    return {
      recent: recent.map((/** @type {any[]} */ [id, time]) => ({ id, time })),
      cart: cart.map((/** @type {any[]} */ [id, quantity]) => ({ id, quantity })),
      bought: bought.map((/** @type {any[]} */ [id, time, count]) => ({ id, time, count })),
      categories: named(categories),
      brands: named(brands),
      events,
    };
  }

  /** @param {import("./index.d.ts").Consent} consent */
  async consent(consent) {
    check({ consent });
    const chosen = { ...this.#options.consent, ...consent };
    this.#options = { ...this.#options, consent: chosen };
    if (this.#page) await this.#stored((page) => page.grant(consent.personalisation, consent.measurement));
    else if (chosen.personalisation || chosen.measurement) this.#leave(this.#left().calls);
    else await this.#erase();
    return this.status();
  }

  #unkeep() {
    try {
      localStorage.removeItem(this.#pendingName());
    } catch {
      // Nothing can have been kept.
    }
  }

  /** Without an engine: what this page left, and what earlier ones with an engine stored. */
  async #erase() {
    this.#unkeep();
    // Where storage is refused there is nothing to delete.
    await new Store(this.#name()).destroy().catch(() => {});
  }

  async export() {
    const messages = this.#with((page) => page.messages()) ?? [];
    return { portrait: this.portrait(), queue: messages.map((message) => JSON.parse(message)) };
  }

  async forget() {
    this.#seen.clear();
    if (this.#page) await this.#stored((page) => page.forget());
    else await this.#erase();
  }

  async flush() {
    // Whoever asks has a reason to think that the network is back.
    this.#with((page) => page.online());
    await this.#host?.send();
    return this.#with((page) => page.waiting()) ?? 0;
  }

  async close() {
    await this.#host?.close();
  }

  /** Resolves when what the work decided is on the device. @param {(page: Page) => void} work */
  async #stored(work) {
    this.#with(work);
    await this.#host?.written();
  }

  /** @returns {Status} */
  status() {
    const consent = { personalisation: false, measurement: false, ...this.#options.consent };
    /** @type {Status} */
    const status = {
      engine: "fallback",
      model: null,
      consent,
      gpc: Boolean(/** @type {any} */ (globalThis.navigator)?.globalPrivacyControl),
      storage: "memory",
      session: "",
      memory: 0,
      queue: { waiting: 0, bytes: 0, sent: 0, dropped: 0, nextTry: null },
      intake: { accepted: 0, refused: {} },
      problems: [...this.#problems],
    };
    this.#with((page) => {
      const counts = page.counts();
      const [items = 0, size = 0, purposes = 0, memory = 0, waiting = 0, bytes = 0, sent = 0, dropped = 0, next = 0, accepted = 0] = counts;
      status.engine = "wasm";
      if (this.#model) status.model = { id: this.#model, items, bytes: size };
      status.consent = allowed(counts);
      if (purposes > 0 && this.#host?.disk) status.storage = "disk";
      status.session = page.session();
      status.memory = memory;
      status.queue = { waiting, bytes, sent, dropped, nextTry: next || null };
      status.intake.accepted = accepted;
      const refused = page.refused();
      for (let n = 0; n < refused.length; n += 2) status.intake.refused[refused[n]] = refused[n + 1];
    });
    return status;
  }
}

/** Purposes, from the third of the engine's counts. @param {Float64Array} counts */
function allowed([, , purposes = 0]) {
  return { personalisation: (purposes & 1) > 0, measurement: (purposes & 2) > 0 };
}

/** @param {unknown} value */
const word = (value) => (typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined);

/** @param {unknown} value */
const texts = (value) => (Array.isArray(value) ? value.flatMap((one) => word(one) ?? []) : undefined);

/** From 0 to `most`; 0 for what is no number. @param {unknown} value @param {number} most */
const within = (value, most) => Math.min(Math.max(Number(value ?? 0) || 0, 0), most);

/** Texts as one, each on a line of its own. @param {readonly string[]} texts */
const lines = (texts) => texts.map((text) => text.replaceAll("\n", " ")).join("\n");

/** What is asked for, read once into values that cannot throw later, in the middle of the engine's work.
 * What is of a wrong type counts as not given. The names are those of what a list holds out, how long it is and what fills it.
 * @param {any} request @returns {Request} */
function plain(request, ids = "exclude", count = "limit", others = "fallback") {
  try {
    const { placement, item, category, query, where, diversity, spread, discovery, pins, [ids]: exclude, [count]: limit, [others]: fallback } = Object(request);
    const { brand, category: leaf } = Object(spread);
    const pinned = Array.isArray(pins) ? pins : [];
    const attributes = Object.entries(Object(where)).flatMap(([name, value]) => {
      const text = word(value);
      return text === undefined ? [] : [[name, text]];
    });
    return /** @type {Request} */ ({
      placement: word(placement),
      limit: limit === undefined ? undefined : Number(limit),
      item: word(item),
      category: word(category),
      query: word(query),
      where: Object.fromEntries(attributes),
      exclude: texts(exclude),
      fallback: texts(fallback),
      diversity: within(diversity, 1),
      spread: { brand: within(brand, 255), category: within(leaf, 255) },
      discovery: within(discovery, 0.5),
      pins: pinned.flatMap((pin) => {
        const id = word(pin?.id);
        return id === undefined ? [] : [{ id, position: Math.trunc(within(pin.position, 1e6)) }];
      }),
    });
  } catch {
    // A getter that throws, or a limit that is no number at all.
    return /** @type {any} */ ({});
  }
}

/** What reports name of a shelf, read once like a request; undefined for what is no shelf. @param {Shelf} shelf */
function reported(shelf) {
  try {
    const { decision, model } = shelf.status;
    const items = shelf.items.map(({ id, position }) => ({ id: String(id), position: Number(position) }));
    return { placement: String(shelf.placement), decision: String(decision), model: String(model), items };
  } catch {
    return undefined;
  }
}

/** @param {unknown} limit */
function wanted(limit) {
  return limit === undefined ? 12 : Math.max(0, Math.min(0xffff, Math.trunc(Number(limit)) || 0));
}

/** A receipt is `!reason`, or the message id (36 characters) and the session. @param {string} receipt @returns {Tracked} */
function tracked(receipt) {
  return receipt.startsWith("!")
    ? { ok: false, reason: receipt.slice(1) }
    : { ok: true, id: receipt.slice(0, 36), session: receipt.slice(36) };
}
