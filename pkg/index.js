// Tillside's page API: loads the WebAssembly engine and the model, and turns flat results into objects.
// It decides nothing: what is ranked, kept and sent is the engine's business. Where the engine cannot run (WebAssembly
// refused, file missing), the same methods answer with the shop's popular items, and what was tracked waits for a page
// on which it can.
// @ts-check

import * as engine from "./dist/tillside.js";
import { check, lines, plain, reported, ruling, texts, wanted, word } from "./given.js";
import { after, clearTimer, has, inPage, isAhead, own, parse, request as fetched, within } from "./globals.js";
import { Goods, remembered } from "./goods.js";
import { bit, counts, Host } from "./host.js";
import { load, manifest, problem, text } from "./load.js";
import { compose } from "./page.js";
export { origin } from "./origin.js";
import { common, decode, parts } from "./shelf.js";
import { Store } from "./store.js";

/** @typedef {import("./index.d.ts").Options} Options */
/** @typedef {import("./index.d.ts").Problem} Problem */
/** @typedef {import("./index.d.ts").Request} Request */
/** @typedef {import("./given.js").Asked} Asked */
/** @typedef {import("./index.d.ts").Shelf} Shelf */
/** @typedef {import("./index.d.ts").Status} Status */
/** @typedef {import("./index.d.ts").Tracked} Tracked */
/** @typedef {{ popular: string[], categories: Record<string, string[]> }} Popular */
/** @typedef {import("./host.js").Call} Call */

/** @type {readonly import("./index.d.ts").Placement[]} */
const PLACEMENTS = ["home", "product", "complements", "cart", "category", "search", "recent", "again"];
/** Items of one shelf at most. */
const MAX_LIMIT = 100;

/** Decisions that can be explained, the newest. */
const MAX_DECISIONS = 200;

/** Calls kept for a page on which the engine runs. */
const MAX_PENDING = 200;

/** How long `open` waits for what does not answer, unless the page says. */
const PATIENCE_MS = 4000;
/** How much longer a device may take to answer, and when one that refused is asked once more. */
const DEVICE_MS = 60_000;
const AGAIN_MS = 5000;

/** Sentences of the one reason that exists without an engine. */
const HOST_REASON = { en: "Popular with other shoppers", zh: "大家都在买" };

/** A moment as the engine takes it, with the hour of the shopper's day. @param {any} moment */
const at = (moment) => ({ surface: word(Object(moment).surface) ?? "", page: Object(moment).page, hour: new Date().getHours() });

const microseconds = () => performance.now() * 1000;

/** What the page's surroundings say of the scene. */
function here() {
  const { language = "" } = globalThis.navigator ?? {};
  return { zone: -new Date().getTimezoneOffset(), zoneName: Intl.DateTimeFormat().resolvedOptions().timeZone, locale: language };
}

/** Where a shelf of the page finds the object that was opened last. */
const PAGE = Symbol.for("tillside");

/** How long a name that the page has to fetch is waited for. */
const NAMING_MS = 1000;

/** Objects of this page by what they were opened with, and how many hold each. @type {Map<string, { till: Tillside, held: number }>} */
const mounted = new Map();

/** What two objects are the same in, if they are; what is no data makes no difference. @param {Options} options */
function sameness(options) {
  try {
    const { wasm } = options;
    return inPage() ? JSON.stringify([options, typeof wasm === "string" ? wasm : has(options, "wasm")]) : "";
  } catch {
    return "";
  }
}

/** The id of a message that is not the engine's: a UUID of version 7, so that it sorts by time. @param {number} time */
function uuid(time) {
  /** @param {number} number @param {number} size */
  const hex = (number, size) => Math.floor(number).toString(16).padStart(size, "0");
  /** @param {number} size */
  const random = (size) => hex(Math.random() * 16 ** size, size);
  const start = hex(time, 12);
  return `${start.slice(0, 8)}-${start.slice(8)}-7${random(3)}-8${random(3)}-${random(12)}`;
}

/** A working object at once; what it is told waits, in order, until it is open. @param {Options} [options] */
export const tillside = (options = {}) => Tillside.mount(options, true);

export class Tillside {
  /** Resolves with this object when it is open. @type {Promise<Tillside>} */ ready = /** @type {any} */ (0);
  /** @type {Options & { consent: import("./index.d.ts").Consent }} */ #options;
  /** What it was opened with. */
  #same = "";
  /** The engine's number for this object; 0 where there is none. */
  #page = 0;
  /** @type {Host | undefined} */ #host;
  /** @type {"en" | "zh"} */ #language;
  /** @type {Popular} */ #popular = { popular: [], categories: {} };
  /** @type {Problem[]} */ #problems = [];
  /** What items, categories and brands are called. @type {Map<number, string>} */ #called = new Map();
  /** @type {import("./shelf.js").Names} */
  #names = { reasons: [], name: (kind, number) => this.#nameOf(kind, number), title: (id) => this.#title(id), called: (number) => engine.take(engine.name(this.#page, 5, number)) || undefined };
  #model = "";
  /** @type {Goods} */ #goods;
  /** The shop's rules, as lines. */
  #rules;
  /** @type {Set<string>} */ #seen = new Set();
  #shelves = 0;
  /** Calls until the engine, the device or the page's own activation is there; undefined when all are.
   * @type {(Call | (() => void))[] | undefined} */
  #early;
  /** Whether other calls than events wait with them. */
  #opening = false;
  /** @type {Set<(change: import("./index.d.ts").Notice) => void>} */ #watchers = new Set();
  /** What has not answered yet. @type {Set<string>} */ #awaited = new Set();
  /** What reads features; only pages that have some load it. @type {typeof import("./features.js") | undefined} */ #reader;
  /** Whether it is settled what this device is called and holds: before, chance decides nothing. */
  #settled = false;
  /** @type {Map<string, () => import("./index.d.ts").Explained>} */ #decisions = new Map();

  /** @param {ReturnType<typeof check>} options */
  constructor(options) {
    this.#options = options;
    this.#rules = ruling(options.rules);
    const locale = options.locale || globalThis.document?.documentElement?.lang || globalThis.navigator?.language || "en";
    this.#language = locale.toLowerCase().startsWith("zh") ? "zh" : "en";
    this.#goods = new Goods(options.model ?? "", (work) => this.#with(work), (problem) => this.#warn(problem), (model) => {
      this.#model = model;
      // They are told by numbers of the model before.
      this.#called.clear();
      this.#decisions.clear();
      if (model && this.#rules) this.#inspect(engine.odd_rules(this.#page, this.#rules));
      this.#tell({ kind: "model" });
    });
  }

  /** @param {Options} [options] */
  static async open(options = {}) {
    return this.mount(options, false).ready;
  }

  /** For this file alone: the page's object for these options, on its way. @param {Options} options @param {boolean} atOnce */
  static mount(options, atOnce) {
    const given = check(options);
    const same = sameness(given);
    const there = same ? mounted.get(same) : undefined;
    if (there) {
      there.held++;
      const { till } = there;
      Object.assign(till.#options, given.title && { title: given.title }, given.onWarning && { onWarning: given.onWarning });
      if (options.consent) till.ready = till.ready.then(() => till.consent(given.consent)).then(() => till);
      return till;
    }
    const till = new Tillside(given);
    till.#same = same;
    if (atOnce) {
      till.#opening = true;
      till.#wait(() => {});
    }
    till.ready = till.#open().then(() => till);
    if (same) mounted.set(same, { till, held: 1 });
    /** @type {any} */ (globalThis)[PAGE] = till;
    return till;
  }

  /** Takes in what comes when it comes, and waits for all of it, but not for ever. */
  async #open() {
    const left = this.#left();
    // What the page says now goes before what was chosen on a page without an engine.
    this.#options.consent = Object.assign(own(left.consent), this.#options.consent);
    const { model, category, timeout = PATIENCE_MS } = this.#options;
    if (isAhead()) {
      this.#wait(() => {});
      document.addEventListener("prerenderingchange", () => this.#resume());
    }
    /** @type {() => void} */
    let tire = () => {};
    /** @type {Promise<void>} */
    const tired = new Promise((resolve) => (tire = resolve));
    const timer = after(tire, timeout);

    const found = model === undefined ? undefined : this.#await("manifest", manifest(model));
    const store = new Store(this.#name());
    const held = this.#await("storage", store.load());
    // Who needs it asks for it, and hears of it then.
    held.catch(() => {});
    // The model last in use says which module sooner than the manifest.
    /** @type {Promise<any>} */
    const kept = new Promise((resolve) => remembered(held).then((text) => text && resolve(parse(text))).catch(() => {}));
    const wanted = Promise.race([found, tired]);
    const started = this.#await("module", load(this.#options, found, kept, wanted, (problem) => this.#warn(problem)).then((missing) => (missing ? this.#warn(missing) : this.#start(store))));
    const whole = Promise.all([this.#remember(started, wanted, tired, held, store), this.#adopt(started, found, held, category), this.#await("features", this.#offered(started))]);
    const settled = whole.then(() => (this.#page && (left.consent || left.calls.length > 0) ? this.#replay() : undefined)).then(() => clearTimer(timer));
    await Promise.race([settled, tired]);
    if (this.#opening) this.#tire();
    if (this.#awaited.size > 0) {
      this.#warn(problem("open.late", `no answer within ${timeout} ms: ${[...this.#awaited].join(", ")}; taken in when it comes.`));
    }
  }

  /** @template T @param {string} name @param {Promise<T>} answer */
  #await(name, answer) {
    this.#awaited.add(name);
    const there = () => this.#awaited.delete(name);
    answer.then(there, there);
    return answer;
  }

  /** The engine is there. @param {Store} store */
  #start(store) {
    try {
      const { collector, staff = false, automated } = this.#options;
      const page = engine.open(collector?.writeKey ?? "", this.#language);
      const { webdriver, userAgent } = /** @type {any} */ ((inPage() && globalThis.navigator) ?? {});
      engine.meet(page, staff, bit(automated ?? (inPage() ? undefined : false)), webdriver === true, `${userAgent ?? ""}`);
      unused?.register(this, page);
      const host = new Host(page, store, collector?.url ?? "", {
        warn: (code, message) => this.#warn(problem(code, message)),
        keep: (calls) => this.#leave([...this.#left().calls, ...calls], {}),
        chosen: () => this.#chosen(true),
        failed: (error) => this.#failed(error),
      });
      this.#names.reasons = engine.take(engine.reasons(this.#language === "zh" ? 1 : 0)).match(/.+\n.+/g).map((/** @type {string} */ reason) => reason.split(/\n|{}|\|/));
      this.#host = host;
      this.#page = page;
    } catch (error) {
      this.#failed(error);
    }
  }

  /** What the device holds: waited for until the page is tired of it, and taken in if it comes later.
   * @param {Promise<unknown>} started @param {Promise<any>} wanted @param {Promise<void>} tired @param {import("./host.js").Held} held @param {Store} store */
  async #remember(started, wanted, tired, held, store) {
    const late = tired.then(() => (this.#opening ? this.#tire() : this.#wait()));
    await started;
    const host = this.#host;
    if (!host) return this.#resume();
    const described = await wanted;
    // Before what was kept is learned again.
    this.#with((page) => this.#define(page, { ...described, ...this.#options }));
    this.#with(() => host.listen());
    // In a page storage is missed; a program without pages may have none.
    const missed = inPage() || typeof indexedDB !== "undefined";
    let there = !missed;
    /** @param {import("./host.js").Held} held @param {boolean} again */
    const take = async (held, again) => {
      /** @type {Awaited<import("./host.js").Held> | undefined} */
      let rows;
      try {
        rows = missed ? await held : undefined;
        if (!missed) host.without();
      } catch (error) {
        if (again) host.without();
        else host.refused(error);
        if (!again) after(() => take(store.load(), true), AGAIN_MS);
      }
      this.#with((page) => (rows ? host.restore(rows, this.#options.consent) : grant(page, this.#options.consent)));
      there = this.#settled = true;
      this.#chosen(false);
      this.#ask("scene", here());
      this.#resume();
    };
    const taken = take(held, false);
    await Promise.race([taken, late]);
    if (there) return;
    // What the page itself says holds meanwhile.
    this.#with((page) => grant(page, this.#options.consent));
    await Promise.race([taken, new Promise((resolve) => after(() => resolve(undefined), DEVICE_MS))]);
    if (!there) host.refused("it does not answer"), host.without(), (this.#settled = true);
  }

  /** The engine's record of what is allowed is the one that counts; the shopper chose here or in another tab. @param {boolean} elsewhere */
  #chosen(elsewhere) {
    this.#with((page) => {
      const chosen = JSON.stringify(this.#options.consent);
      this.#options.consent = own(allowed(counts(page)));
      if (elsewhere) this.#tell({ kind: "consent" });
      else if (chosen !== "{}") this.#host?.chose();
    });
  }

  /** @param {Promise<unknown>} started @param {Promise<any> | undefined} found @param {import("./host.js").Held} held @param {string | undefined} category */
  async #adopt(started, found, held, category) {
    const description = await found;
    if (!description) return;
    const broken = has(description, "code");
    if (broken) this.#warn(description);
    else {
      const { popular, categories } = own(description.fallback);
      this.#popular = { popular: texts(popular) ?? [], categories: own(categories) };
    }
    // On its way while the engine compiles.
    const files = broken ? undefined : this.#await("model", this.#goods.fetch(description, category));
    await started;
    if (files) this.#goods.adopt(await files);
    if (this.#page) await this.#goods.settle(description, held, category);
  }

  /** Holds calls back from here on. @param {() => void} [until] */
  #wait(until) {
    if (this.#early || !(until || this.#isIncomplete())) return;
    // Where the page's own choice allows it, what happens counts at once.
    if (!until && this.#counts()) return;
    this.#early = [];
    until?.();
    if (inPage()) addEventListener("pagehide", () => this.#early?.length && this.#keepAll(events(this.#early)));
  }

  /** Whether there is an engine, and the page says that it may learn or report. */
  #counts() {
    return this.#page > 0 && this.#isAllowed();
  }

  #isAllowed() {
    const { personalisation, measurement } = this.#options.consent;
    return personalisation || measurement;
  }

  /** What was said before it was open holds from here on, whatever has not answered. */
  #tire() {
    this.#opening = false;
    const early = this.#early ?? [];
    const said = early.filter((call) => typeof call === "function");
    if (this.#counts() || (this.#page && said.length > 0)) return this.#resume(true);
    if (isAhead()) return;
    if (this.#early) this.#early = events(early);
    for (const call of said) call();
  }

  /** Does what the page asks for, after all that it asked for before the object was open. @template T
   * @param {() => Promise<T>} work that never throws at once @returns {Promise<T>} */
  async #inTurn(work) {
    const early = this.#opening && this.#early;
    return early ? new Promise((resolve) => early.push(() => resolve(work()))) : work();
  }

  /** @param {import("./index.d.ts").Notice} change */
  #tell(change) {
    for (const watcher of this.#watchers) {
      try {
        watcher(change);
      } catch {
        // A page's own work must not stop the shop.
      }
    }
  }

  /** @param {(change: import("./index.d.ts").Notice) => void} watcher */
  watch(watcher) {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Whether the engine, or what it goes on from, has yet to come. */
  #isIncomplete() {
    return this.#awaited.has("module") || (this.#page > 0 && this.#awaited.has("storage"));
  }

  /** Lets go of the calls that were held back, in their order; `anyway` whatever is missing. */
  #resume(anyway = false) {
    const early = this.#early;
    if (!early || isAhead() || (this.#isIncomplete() && !anyway)) return;
    this.#early = undefined;
    this.#opening = false;
    for (const call of early) {
      if (typeof call === "function") call();
      else if (!this.#page) this.#keepAll([call]);
      else this.#repeat(call, true);
    }
  }

  #name() {
    return this.#options.name ?? "tillside";
  }

  /** Says which of the shop's rules do not hold as they are. @param {Uint32Array} odd lines of them */
  #inspect(odd) {
    let [rule, path] = [-1, ""];
    this.#rules.split("\n").forEach((line, n) => {
      const text = line.slice(1);
      if (line[0] === "*") path = `rules[${++rule}]`;
      else if (line[0] === "?") path = `rules[${rule}].where.${text}`;
      if (!odd.includes(n)) return;
      if (line[0] === "*") this.#warn(problem("rules.range", `${path}: a rule needs a \`where\`, and a \`boost\` of 0.2 to 5 or \`bury: true\`, and there may be 31.`));
      else this.#warn(problem("rules.unknown", `${path}: no item has "${text}"; check its spelling in the feed, or take it out.`));
    });
  }

  /** The shop's rules and those of a request. @param {Asked} request */
  #ruling({ rules }) {
    return [this.#rules, rules].filter(Boolean).join("\n");
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
    this.#page = 0;
    mounted.delete(this.#same);
    this.#host?.stop();
    this.#host = undefined;
    this.#warn(problem("engine.failed", `the engine stopped (${text(error)}); popular items are shown until the page is loaded again.`));
  }

  /** Runs on the engine; undefined when there is none. @template T @param {(page: number) => T} work @returns {T | undefined} */
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
    const { events } = this.#options;
    const name = has(events, event) ? `${/** @type {any} */ (events)[event]}` : event;
    if (this.#early) return this.#later(this.#call(name, given));
    const receipt = this.#with((page) => engine.take(engine.track(page, name, given, 0, "")));
    if (receipt === undefined) return this.#keep(name, given);
    const answer = tracked(receipt);
    if (answer.ok) this.#host?.young(this.#call(name, given, answer.id));
    this.#tell({ kind: "event", event: name });
    return answer;
  }

  /** @param {string} event @param {any} properties @param {string} [id] @returns {Call} */
  #call(event, properties, id) {
    const time = Date.now();
    return { event, properties, time, path: globalThis.location?.pathname, id: id ?? uuid(time) };
  }

  /** @param {Call | (() => void)} call @returns {Tracked} */
  #later(call) {
    const early = this.#early ?? [];
    if (typeof call !== "function") {
      // The page may use its object again.
      try {
        call = parse(JSON.stringify(call));
      } catch {
        // No JSON: as it is then.
      }
    }
    if (early.push(call) > MAX_PENDING) early.shift();
    return { ok: false, reason: "waiting" };
  }

  /** A call of before; of this page's, what it did ahead of being looked at counts from then. @param {any} call */
  #repeat(call, here = false) {
    const { event, properties, time, path = "", id } = own(call);
    const known = `${path}`.replaceAll("\n", "") + "\n" + (/^[\w-]{36}$/.test(id) ? id : "");
    const since = /** @type {any} */ (globalThis.performance?.getEntriesByType?.("navigation")?.[0])?.activationStart;
    const activated = here && since > 0 ? performance.timeOrigin + since : 0;
    this.#with((page) => engine.take(engine.track(page, String(event), properties, Math.max(Number(time), activated), known)));
    this.#tell({ kind: "event", event: String(event) });
  }

  /** Without an engine: the call waits on the device, if anything may be kept there at all.
   * @param {string} event @param {any} properties @returns {Tracked} */
  #keep(event, properties) {
    return { ok: false, reason: this.#keepAll([this.#call(event, properties)]) ? "no_engine" : "no_consent" };
  }

  /** @param {Call[]} calls */
  #keepAll(calls) {
    if (!this.#isAllowed()) return false;
    this.#leave([...this.#left().calls, ...calls]);
    return true;
  }

  #pendingName() {
    return `${this.#name()}.pending`;
  }

  /** What pages without an engine left: the choice made there, and calls with the time they happened.
   * @returns {{ consent?: import("./index.d.ts").Consent, calls: Call[] }} */
  #left() {
    try {
      const { consent, calls } = parse(localStorage.getItem(this.#pendingName()) ?? "{}");
      return { consent, calls: Array.isArray(calls) ? calls : [] };
    } catch {
      // Storage is refused or was tampered with: nothing was left.
      return { calls: [] };
    }
  }

  /** @param {Call[]} calls @param {{ consent?: import("./index.d.ts").Consent }} [chosen] */
  #leave(calls, { consent } = this.#options) {
    try {
      localStorage.setItem(this.#pendingName(), JSON.stringify({ consent, calls: calls.slice(-MAX_PENDING) }));
    } catch {
      // No storage either, or properties of no JSON type: there is nowhere to wait.
    }
  }

  /** Takes over what was left; it stays where it is until the engine's own record is on the device. Where another tab does
   * so at the same time, an event has the same id in both. */
  async #replay() {
    for (const call of this.#left().calls) this.#repeat(call);
    await this.#host?.written();
    this.#unkeep();
  }

  /** @param {string} category */
  async enter(category) {
    if (this.#opening) await this.ready;
    return this.#goods.enter(word(category) ?? "");
  }

  /** @param {readonly import("./index.d.ts").Change[]} feed @returns {import("./index.d.ts").Patched} */
  patch(feed) {
    if (this.#opening) {
      this.ready.then(() => this.patch(feed));
      feed = [];
    }
    return this.#goods.patch(feed);
  }

  /** @param {Request} request @returns {Shelf} */
  recommend(request) {
    return this.#shelf({ ...plain(request), bundle: 0 });
  }

  /** @param {import("./index.d.ts").BundleRequest} request @returns {import("./index.d.ts").Bundle} */
  bundle(request) {
    const asked = plain(request);
    const shelf = this.#shelf({ ...asked, placement: "complements", limit: asked.limit ?? 3 });
    return { ...shelf, reason: shelf.items[0]?.reasons[0] };
  }

  /** @param {Asked} asked @returns {import("./index.d.ts").Bundle} */
  #shelf(asked) {
    const began = microseconds();
    /** @type {Shelf | undefined} */
    let shelf;
    if (this.#model) shelf = this.#with((page) => this.#ranked(page, asked));
    if (!shelf || shelf.items.length === 0) {
      const items = this.#unranked(asked);
      if (!shelf || items.length > 0) shelf = this.#listed(asked, items, shelf);
    }
    const { fallback } = shelf.status;
    if (asked.personal === false) shelf.status.policy = "common";
    shelf.status.personal = asked.personal !== false && this.#page > 0 && this.#options.consent.personalisation === true && (fallback === "none" || fallback === "content");
    shelf.status.microseconds = microseconds() - began;
    return shelf;
  }

  /** @param {number} page @param {Asked} request @returns {Shelf} */
  #ranked(page, request) {
    const placement = PLACEMENTS.indexOf(request.placement);
    const { item = "", category = "", query = "", where = {}, exclude = [], diversity = 0, spread = {}, discovery = 0, pins = [] } = request;
    const attributes = Object.entries(where);
    const rules = this.#ruling(request);
    const words = engine.recommend(
      page,
      Math.max(placement, 0),
      wanted(request.limit),
      lines([item, category, query, ...attributes.flat(), ...pins.flatMap(({ id, position }) => [id, `${position}`]), ...exclude]),
      attributes.length,
      pins.length,
      diversity,
      spread.brand ?? 0,
      spread.category ?? 0,
      discovery,
      rules,
      request.bundle ?? 0,
      Number(request.compatible ?? false) + 2 * Number(request.skus ?? false) + 4 * Number(request.departments ?? false) + 8 * Number(request.personal === false),
    );
    const { items, status, decision, price } = decode(words, this.#names);
    if (placement < 0) status.warnings.push("unknown_placement");
    const time = Date.now();
    const model = this.#model;
    const place = PLACEMENTS[placement] ?? "home";
    // Taken apart only for who asks; the words are kept and not the items, which are many objects.
    this.#decisions.set(decision, () => {
      const { items, starts } = decode(words, this.#names);
      const factors = rules.split("\n").flatMap((line) => (line[0] === "*" ? bounded(Number(line.slice(1))) : []));
      const taken = items.map((item, n) => ({ ...item, ...parts(words, starts[n] ?? 0, this.#names, factors) }));
      return { decision, time, model, placement: place, items: taken };
    });
    if (this.#decisions.size > MAX_DECISIONS) this.#decisions.delete(this.#decisions.keys().next().value ?? "");
    const reason = common(items);
    const corrected = status.warnings.includes("query_corrected") && { corrected: /** @type {string} */ (engine.take(engine.name(page, 4, 0))) };
    return { placement: place, items, ...(reason && { reason }), ...corrected, ...(price && { price }), status: { decision, model, ...status, personal: false, microseconds: 0 } };
  }

  /** @param {import("./index.d.ts").PageRequest} request @returns {import("./index.d.ts").Page} */
  page(request) {
    return compose(request, (slot) => this.#shelf({ ...plain(slot), bundle: 0 }), () => this.portrait());
  }

  /** @param {string} item @returns {string[]} */
  variants(item) {
    const found = this.#model && this.#with((page) => engine.take(engine.variants(page, word(item) ?? "")));
    return found ? found.split("\n") : [];
  }

  /** @param {string} item */
  gift(item) {
    return this.track("Product Gifted", { product_id: item });
  }

  /** @param {string} item */
  notForMe(item) {
    return this.track("Product Disliked", { product_id: item });
  }

  /** @param {string} decision @returns {import("./index.d.ts").Explanation} */
  explain(decision) {
    return this.#with(() => this.#decisions.get(decision)?.()) ?? { decision, gone: true };
  }

  /** @param {import("./index.d.ts").RerankRequest} request @returns {string[]} */
  rerank(request) {
    const asked = plain(request, "ids", "visible", "pinned");
    const { placement, item = "", exclude: ids = [], limit: visible = 0, fallback: pinned = [] } = asked;
    const stays = new Uint8Array(ids.length).fill(1, 0, visible);
    pinned.forEach((id) => ids.includes(id) && (stays[ids.indexOf(id)] = 1));
    const order = ids.length > 0 && this.#model && this.#with((page) => engine.rerank(page, Math.max(PLACEMENTS.indexOf(placement), 0), lines([item, ...ids]), stays, this.#ruling(asked)));
    return order ? [...order].map((n) => /** @type {string} */ (ids[n])) : [...ids];
  }

  /** @param {number} page */
  #decision(page) {
    return page ? engine.take(engine.decision(page)) : `host-${++this.#shelves}`;
  }

  /** @param {number} kind @param {number} number */
  #nameOf(kind, number) {
    const at = number * 4 + kind;
    let name = this.#called.get(at);
    if (name === undefined) this.#called.set(at, (name = /** @type {string} */ (engine.take(engine.name(this.#page, kind, number)))));
    return name;
  }

  /** What the page calls it, if it knows at once. @param {string} id */
  #title(id) {
    try {
      return named(this.#options.title?.(id));
    } catch {
      return undefined;
    }
  }

  /** @param {import("./index.d.ts").Reason} reason */
  async say({ code, because, text }) {
    const [, before, behind] = this.#names.reasons.find(([name]) => name === code) ?? [];
    if (because === undefined || behind === undefined) return text;
    try {
      const called = named(await within(Promise.resolve(this.#options.title?.(because)), NAMING_MS));
      return called ? before + called + behind : text;
    } catch {
      return text;
    }
  }

  /** What the host or the manifest would show. @param {Asked} request @returns {string[]} */
  #unranked(request) {
    const excluded = new Set(request.exclude);
    if (request.item !== undefined) excluded.add(request.item);
    /** @type {readonly string[] | undefined} */
    let ids = request.fallback;
    // Only these may be filled with what is popular: nothing goes with an item by being popular.
    if (!ids && !this.#model && (request.placement === "home" || request.placement === "product")) ids = this.#popular.popular;
    const { category = "" } = request;
    if (!ids && !this.#model && request.placement === "category" && has(this.#popular.categories, category)) {
      ids = texts(this.#popular.categories[category]);
    }
    return (ids ?? []).filter((id) => !excluded.has(id)).slice(0, Math.max(1, Math.min(wanted(request.limit), MAX_LIMIT)));
  }

  /** @param {Asked} request @param {string[]} ids @param {Shelf | undefined} before @returns {Shelf} */
  #listed(request, ids, before) {
    const items = ids.map((id, n) => ({
      id,
      score: 0,
      source: /** @type {const} */ ("host"),
      position: n + 1,
      placed: /** @type {const} */ ("ranked"),
      propensity: 1,
      reasons: /** @type {[import("./index.d.ts").Reason]} */ ([{ code: "host", text: HOST_REASON[this.#language] }]),
    }));
    return {
      placement: PLACEMENTS.includes(request.placement) ? request.placement : "home",
      items,
      status: {
        decision: before?.status.decision ?? this.#decision(this.#page),
        model: before?.status.model ?? "",
        fallback: items.length > 0 ? "host" : "empty",
        personal: false,
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
    const { decision, head, items } = seen;
    if (this.#early) return this.#later(() => this.impression(shelf));
    if (this.#seen.has(decision)) return { ok: false, reason: "duplicate" };
    if (items.length === 0) return { ok: false, reason: "empty_shelf" };
    this.#seen.add(decision);
    const receipt = this.#with((page) => engine.take(engine.shelf(page, [head, ...items.map(({ line }) => line)].join("\n"), 0)));
    return tracked(receipt);
  }

  /** @param {Shelf} shelf @param {string} id @returns {Tracked} */
  click(shelf, id) {
    const seen = reported(shelf);
    if (!seen) return { ok: false, reason: "not_a_shelf" };
    const { decision, head, items } = seen;
    const item = items.find((item) => item.id === id);
    if (!item) return { ok: false, reason: "not_on_shelf" };
    if (this.#early) return this.#later(() => this.click(shelf, id));
    // What was chosen was seen, also where the page went before its observer looked: rates would count a choice from no list.
    if (!this.#seen.has(decision)) this.impression(shelf);
    const receipt = this.#with((page) => engine.take(engine.shelf(page, `${head}\n${item.line}`, Math.max(item.position || 1, 1))));
    return tracked(receipt);
  }

  /** A question of the full edition, as JSON both ways; undefined where this edition does not answer it.
   * @param {string} what @param {unknown} [request] @returns {any} */
  #ask(what, request = null) {
    let json = "null";
    try {
      json = JSON.stringify(request) ?? json;
    } catch {
      // Cycles and big integers are no JSON: the engine says what is missing.
    }
    const answer = this.#with((page) => engine.take(engine.ask(page, what, json)));
    return answer ? (JSON.parse(answer) ?? undefined) : undefined;
  }

  /** @param {string} what @param {unknown} [request] @returns {any} */
  ask(what, request) {
    return this.#ask(what, request);
  }

  /** @returns {import("./index.d.ts").Intent} */
  intent() {
    return this.#ask("intent") ?? { phase: "explore", purchase: null, hesitating: false, hesitation: 0, reason: null, item: null, evidence: [] };
  }

  /** @returns {import("./index.d.ts").Tag[]} */
  tags() {
    return this.#ask("tags") ?? [];
  }

  /** @returns {Record<string, import("./index.d.ts").Attribute>} */
  attributes() {
    return this.#ask("attributes") ?? {};
  }

  /** @param {{ item: string, request?: Request }} question @returns {import("./index.d.ts").WhyNot} */
  explainNot(question) {
    const { item, request } = Object(question);
    const asked = plain({ placement: "home", ...Object(request) });
    return this.#ask("explain_not", { item: word(item) ?? "", request: { ...asked, limit: wanted(asked.limit), rules: this.#ruling(asked) } }) ?? { clause: "no_engine", actual: null, needed: null };
  }

  /** @param {import("./index.d.ts").Erasure} what */
  async erase(what) {
    return this.#asked("erase", what);
  }

  /** @param {import("./index.d.ts").Preference} what */
  async prefer(what) {
    return this.#asked("prefer", what);
  }

  /** @param {import("./index.d.ts").Identity} who */
  async identify(who) {
    return this.#asked("identify", who);
  }

  /** @param {import("./index.d.ts").Imported} what */
  async import(what) {
    return this.#asked("import", what);
  }

  /** Asks for a change, and waits until it is on the device. @param {string} what @param {object} request */
  #asked(what, request) {
    return this.#inTurn(async () => {
      const answer = this.#ask(what, request) ?? { ok: false, reason: this.#page ? "edition" : "no_engine" };
      await this.#host?.written();
      return answer;
    });
  }

  /** Hands the shop's definitions over; says which do not hold. @param {number} page @param {any} from */
  #define(page, { attributes, tags, actions }) {
    /** @param {string} what @param {object} request */
    const problems = (what, request) => {
      const answer = engine.take(engine.ask(page, what, JSON.stringify(request)));
      return answer ? JSON.parse(answer).problems : [];
    };
    if (attributes || tags) {
      for (const { path, code, remedy } of problems("define", { attributes, tags })) this.#warn(problem(`setup.${code}`, `${path}: ${remedy}.`));
    }
    if (actions) {
      for (const { path, code, message } of problems("rules", Array.isArray(actions) ? { rules: actions } : {})) this.#warn(problem(`actions.${code}`, `${path}: ${message}.`));
    }
  }

  /** @param {import("./index.d.ts").Moment} moment @returns {import("./index.d.ts").Action[]} */
  actions(moment) {
    return this.#ask("actions", at(moment)) ?? [];
  }

  /** @param {{ rule: string }} action @param {import("./index.d.ts").Response} response @returns {boolean} */
  respond(action, response) {
    return this.#ask("respond", { rule: word(Object(action).rule) ?? "", response })?.ok ?? false;
  }

  /** @param {{ action: string } & import("./index.d.ts").Moment} question @returns {import("./index.d.ts").HeldBack | null} */
  whyNot(question) {
    const answer = this.#ask("why_not", { ...at(question), action: word(Object(question).action) ?? "" });
    return answer === undefined && !this.#page ? { code: "no_engine" } : (answer ?? null);
  }

  /** @param {import("./index.d.ts").OfferRequest} request @returns {import("./index.d.ts").Offer} */
  offer(request) {
    return this.#ask("offer", Object(request)) ?? { arm: null, code: "no_engine" };
  }

  /** Takes over a payload of features. @param {Promise<unknown>} started */
  async #offered(started) {
    const { features, featureAttributes: attributes = {}, overrides = {} } = this.#options;
    if (features === undefined) return;
    try {
      const reader = (this.#reader = await import("./features.js"));
      const payload = await reader.features(features, fetched);
      await started;
      const wrong = this.#page ? reader.refusal(this.#ask("features", { payload, attributes, overrides })) : undefined;
      if (wrong) this.#warn(wrong);
    } catch (error) {
      this.#warn(problem("features.unavailable", `${text(error)}; features have their callers' defaults. See options.features.`));
    }
  }

  /** @param {string} key @param {Record<string, unknown>} [attributes] */
  feature(key, attributes) {
    return this.#use({ key, attributes });
  }

  /** @param {string} experiment @param {Record<string, unknown>} [attributes] */
  variation(experiment, attributes) {
    return this.#use({ experiment, attributes }).variation;
  }

  /** @param {object} what @returns {import("./index.d.ts").Feature} */
  #use(what) {
    return this.#reader?.answered(this.#ask("feature", { ...what, early: !this.#settled })) ?? { value: undefined, on: false, source: "unknownFeature" };
  }

  /** @returns {import("./index.d.ts").Portrait} */
  portrait() {
    const [[recent, cart, bought, categories, brands, names], events] = this.#with((page) => engine.take(engine.portrait(page))) ?? [[[], [], [], [], [], []], 0];
    /** @param {any[]} interests */
    const named = (interests) => interests.map(([name, short, long, evidence]) => ({ name, short, long, evidence }));
    return {
      recent: recent.map((/** @type {any[]} */ [id, time]) => ({ id, time })),
      cart: cart.map((/** @type {any[]} */ [id, , quantity]) => ({ id, quantity })),
      bought: bought.map((/** @type {any[]} */ [id, time, count]) => ({ id, time, count })),
      categories: named(categories),
      brands: named(brands),
      names: Object.fromEntries(names.map((/** @type {any[]} */ [line]) => line.split("\n", 2))),
      events,
      ...this.#ask("portrait"),
    };
  }

  /** @returns {import("./index.d.ts").Stage | undefined} */
  stage() {
    return this.#ask("stage");
  }

  /** @param {import("./index.d.ts").DueRequest} [request] @returns {import("./index.d.ts").DueAnswer} */
  due(request) {
    return this.#ask("due", request) ?? { items: [], usual: [] };
  }

  /** @returns {import("./index.d.ts").Taste | undefined} */
  taste() {
    return this.#ask("taste");
  }

  /** @param {import("./index.d.ts").Place} [place] @returns {import("./index.d.ts").Scene | undefined} */
  scene(place) {
    return this.#ask("scene", { ...here(), ...place });
  }

  /** @param {import("./index.d.ts").Consent} consent */
  async consent(consent) {
    const { consent: said } = check({ consent });
    return this.#inTurn(async () => {
      const chosen = Object.assign(this.#options.consent, said);
      const isAny = chosen.personalisation || chosen.measurement || chosen.experiment;
      if (!isAny) this.#unkeep();
      if (this.#page) await this.#stored((page) => (grant(page, said), this.#host?.chose()));
      else if (isAny) this.#leave(this.#left().calls);
      else await this.#erase();
      this.#tell({ kind: "consent" });
      return this.status();
    });
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
    return this.#inTurn(async () => {
      /** @type {string} */
      const messages = this.#with((page) => engine.take(engine.messages(page))) ?? "";
      return { portrait: this.portrait(), queue: messages.split("\n").flatMap((message) => (message ? [JSON.parse(message)] : [])) };
    });
  }

  async forget() {
    return this.#inTurn(async () => {
      this.#seen.clear();
      this.#unkeep();
      if (this.#page) {
        await this.#stored((page) => engine.forget(page));
        // When all is deleted: what was allowed stays allowed in other tabs too.
        this.#with(() => this.#host?.chose());
      } else await this.#erase();
      this.#tell({ kind: "consent" });
    });
  }

  async flush() {
    if (this.#opening) await this.ready;
    // Whoever asks has a reason to think that the network is back.
    this.#with((page) => engine.online(page));
    await this.#host?.send();
    return this.#with((page) => engine.waiting(page)) ?? 0;
  }

  async close() {
    const there = mounted.get(this.#same);
    // Whoever else on the page opened the same goes on.
    if (there && --there.held > 0) return;
    mounted.delete(this.#same);
    if (/** @type {any} */ (globalThis)[PAGE] === this) /** @type {any} */ (globalThis)[PAGE] = undefined;
    await this.#host?.close();
  }

  /** Resolves when what the work decided is on the device. @param {(page: number) => void} work */
  async #stored(work) {
    this.#with(work);
    await this.#host?.written();
  }

  /** @returns {Status} */
  status() {
    const consent = { personalisation: false, measurement: false, experiment: false, ...this.#options.consent };
    /** @type {Status} */
    const status = {
      engine: "fallback",
      model: null,
      consent,
      gpc: Boolean(/** @type {any} */ (globalThis.navigator)?.globalPrivacyControl),
      storage: "memory",
      session: "",
      personal: false,
      memory: 0,
      queue: { waiting: 0, bytes: 0, sent: 0, dropped: 0, nextTry: null },
      intake: { accepted: 0, refused: {}, dropped: { unknown: 0, personal: 0, invalid: 0 } },
      problems: [...this.#problems],
    };
    this.#with((page) => {
      const [session = "", line = "", ...refused] = engine.take(engine.status(page)).split("\n");
      const numbers = line.split(" ").map(Number);
      const [items, size, purposes, memory, waiting, bytes, sent, dropped, next, accepted, unknown, personal, invalid] = /** @type {any[]} */ (numbers);
      status.engine = "wasm";
      if (this.#model) status.model = { id: this.#model, items, bytes: size };
      status.consent = allowed(numbers);
      status.personal = status.model !== null && status.consent.personalisation;
      if (purposes > 0 && this.#host?.disk) status.storage = "disk";
      status.session = session;
      status.memory = memory;
      status.queue = { waiting, bytes, sent, dropped, nextTry: next || null };
      status.intake.accepted = accepted;
      status.intake.dropped = { unknown, personal, invalid };
      for (const line of refused) {
        const [reason = "", count] = line.split(" ");
        status.intake.refused[reason] = Number(count);
      }
    });
    return status;
  }
}

/** @param {(Call | (() => void))[]} early */
const events = (early) => early.flatMap((call) => (typeof call === "function" ? [] : [call]));

/** @param {unknown} called */
const named = (called) => (typeof called === "string" && called) || undefined;

/** A factor as the engine holds it; 0 buries. @param {number} factor */
const bounded = (factor) => factor && Math.min(Math.max(factor, 0.2), 5);

/** Purposes, from the third of the engine's counts. @param {number[]} counts */
function allowed([, , purposes = 0]) {
  return { personalisation: (purposes & 1) > 0, measurement: (purposes & 2) > 0, experiment: (purposes & 4) > 0 };
}

/** A receipt is `!reason`, or the message id (36 characters) and the session; none is without an engine.
 * @param {string | undefined} receipt @returns {Tracked} */
function tracked(receipt = "!no_engine") {
  return receipt.startsWith("!")
    ? { ok: false, reason: receipt.slice(1) }
    : { ok: true, id: receipt.slice(0, 36), session: receipt.slice(36) };
}

/** What the engine holds for an object that nobody uses any more. */
const unused =
  globalThis.FinalizationRegistry &&
  new FinalizationRegistry((/** @type {number} */ page) => {
    try {
      engine.close(page);
    } catch {
      // It stopped before.
    }
  });

/** @param {number} page @param {import("./index.d.ts").Consent} consent */
function grant(page, { personalisation, measurement, experiment }) {
  engine.grant(page, bit(personalisation), bit(measurement), bit(experiment));
}
