// Tillside's page API: loads the WebAssembly engine and the model, and turns flat results into objects.
// It decides nothing: what is ranked, kept and sent is the engine's business. Where the engine cannot run (WebAssembly
// refused, file missing), the same methods answer with the shop's popular items, and what was tracked waits for a page
// on which it can.
// @ts-check

import * as engine from "./dist/tillside.js";
import { check, plain, reported, ruling, wanted, word } from "./given.js";
import { after, clearTimer, has, inPage, isAhead, own, parse, request as fetched, within } from "./globals.js";
import { Goods, remembered } from "./goods.js";
import { bit, bits, counts, Host } from "./host.js";
import { listed, popularOf, unranked } from "./internal/fallback.js";
import { ranked, reranked } from "./internal/lists.js";
import { callOf, Pending } from "./internal/pending.js";
import { define, inspect } from "./internal/setup.js";
import { allowed, portrayed, statusOf, tracked } from "./internal/views.js";
import { load, manifest, problem, text } from "./load.js";
import { compose } from "./page.js";
export { origin } from "./origin.js";
import { Store } from "./store.js";

/** @typedef {import("./index.d.ts").Options} Options */
/** @typedef {import("./index.d.ts").Problem} Problem */
/** @typedef {import("./index.d.ts").Request} Request */
/** @typedef {import("./given.js").Asked} Asked */
/** @typedef {import("./index.d.ts").Shelf} Shelf */
/** @typedef {import("./index.d.ts").Status} Status */
/** @typedef {import("./index.d.ts").Tracked} Tracked */

/** Decisions that can be explained, the newest. */
const MAX_DECISIONS = 200;

/** How long `open` waits for what does not answer, unless the page says. */
const PATIENCE_MS = 4000;
/** How much longer a device may take to answer, and when one that refused is asked once more. */
const DEVICE_MS = 60_000;
const AGAIN_MS = 5000;

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
  #popular = popularOf(undefined);
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
  #pending;
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
    const lacks = () => this.#awaited.has("module") || (this.#page > 0 && this.#awaited.has("storage"));
    this.#pending = new Pending(options, (work) => this.#with(work), () => this.#page > 0, lacks, (event) => this.#tell({ kind: "event", event }));
    const locale = options.locale || globalThis.document?.documentElement?.lang || globalThis.navigator?.language || "en";
    this.#language = locale.toLowerCase().startsWith("zh") ? "zh" : "en";
    this.#goods = new Goods(options.model ?? "", (work) => this.#with(work), (problem) => this.#warn(problem), (model) => {
      this.#model = model;
      // They are told by numbers of the model before.
      this.#called.clear();
      this.#decisions.clear();
      if (model && this.#rules) inspect(this.#rules, engine.odd_rules(this.#page, this.#rules), (problem) => this.#warn(problem));
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
      till.#pending.opening = true;
      till.#pending.hold(true);
    }
    till.ready = till.#open().then(() => till);
    if (same) mounted.set(same, { till, held: 1 });
    /** @type {any} */ (globalThis)[PAGE] = till;
    return till;
  }

  /** Takes in what comes when it comes, and waits for all of it, but not for ever. */
  async #open() {
    const left = this.#pending.left();
    // What the page says now goes before what was chosen on a page without an engine.
    this.#options.consent = Object.assign(own(left.consent), this.#options.consent);
    const { model, category, timeout = PATIENCE_MS } = this.#options;
    if (isAhead()) {
      this.#pending.hold(true);
      document.addEventListener("prerenderingchange", () => this.#pending.resume());
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
    const settled = whole.then(() => (this.#page && (left.consent || left.calls.length > 0) ? this.#pending.replay(() => this.#host?.written()) : undefined)).then(() => clearTimer(timer));
    await Promise.race([settled, tired]);
    if (this.#pending.opening) this.#pending.tire();
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
        keep: (calls) => this.#pending.leave(calls, {}),
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
    const late = tired.then(() => (this.#pending.opening ? this.#pending.tire() : this.#pending.hold()));
    await started;
    const host = this.#host;
    if (!host) return this.#pending.resume();
    const described = await wanted;
    // Before what was kept is learned again.
    this.#with((page) => define(page, { ...described, ...this.#options }, (problem) => this.#warn(problem)));
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
      this.#pending.resume();
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
    else this.#popular = popularOf(description.fallback);
    // On its way while the engine compiles.
    const files = broken ? undefined : this.#await("model", this.#goods.fetch(description, category));
    await started;
    if (files) this.#goods.adopt(await files);
    if (this.#page) await this.#goods.settle(description, held, category);
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

  #name() {
    return this.#options.name ?? "tillside";
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
    if (typeof event !== "string") return tracked("!unknown_event");
    const { events } = this.#options;
    const name = has(events, event) ? `${/** @type {any} */ (events)[event]}` : event;
    if (this.#pending.holds) return this.#pending.later(callOf(name, given));
    const receipt = this.#with((page) => engine.take(engine.track(page, name, given, 0, "")));
    if (receipt === undefined) return this.#pending.keep(callOf(name, given));
    const answer = tracked(receipt);
    if (answer.ok) this.#host?.young(callOf(name, given, answer.id));
    this.#tell({ kind: "event", event: name });
    return answer;
  }

  /** @param {string} category */
  async enter(category) {
    if (this.#pending.opening) await this.ready;
    return this.#goods.enter(word(category) ?? "");
  }

  /** @param {readonly import("./index.d.ts").Change[]} feed @returns {import("./index.d.ts").Patched} */
  patch(feed) {
    if (this.#pending.opening) {
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
      const items = unranked(asked, this.#model ? undefined : this.#popular);
      if (!shelf || items.length > 0) shelf = listed(asked, items, this.#language, shelf, () => (this.#page ? engine.take(engine.decision(this.#page)) : `host-${++this.#shelves}`));
    }
    const { fallback } = shelf.status;
    if (asked.personal === false) shelf.status.policy = "common";
    shelf.status.personal = asked.personal !== false && this.#page > 0 && this.#options.consent.personalisation === true && (fallback === "none" || fallback === "content");
    shelf.status.microseconds = microseconds() - began;
    return shelf;
  }

  /** @param {number} page @param {Asked} request */
  #ranked(page, request) {
    const [shelf, explained] = ranked(page, request, this.#ruling(request), this.#model, this.#names);
    this.#decisions.set(shelf.status.decision, explained);
    if (this.#decisions.size > MAX_DECISIONS) this.#decisions.delete(this.#decisions.keys().next().value ?? "");
    return shelf;
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
    const ids = asked.exclude ?? [];
    return (ids.length > 0 && this.#model && this.#with((page) => reranked(page, asked, this.#ruling(asked)))) || [...ids];
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

  /** @param {Shelf} shelf @returns {Tracked} */
  impression(shelf) {
    const seen = reported(shelf);
    if (!seen) return tracked("!not_a_shelf");
    const { decision, head, items } = seen;
    if (this.#pending.holds) return this.#pending.later(() => this.impression(shelf));
    if (this.#seen.has(decision)) return tracked("!duplicate");
    if (items.length === 0) return tracked("!empty_shelf");
    this.#seen.add(decision);
    const receipt = this.#with((page) => engine.take(engine.shelf(page, [head, ...items.map(({ line }) => line)].join("\n"), 0)));
    return tracked(receipt);
  }

  /** @param {Shelf} shelf @param {string} id @returns {Tracked} */
  click(shelf, id) {
    const seen = reported(shelf);
    if (!seen) return tracked("!not_a_shelf");
    const { decision, head, items } = seen;
    const item = items.find((item) => item.id === id);
    if (!item) return tracked("!not_on_shelf");
    if (this.#pending.holds) return this.#pending.later(() => this.click(shelf, id));
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
    return this.#pending.inTurn(async () => {
      const answer = this.#ask(what, request) ?? { ok: false, reason: this.#page ? "edition" : "no_engine" };
      await this.#host?.written();
      return answer;
    });
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
    return { ...portrayed(this.#with((page) => engine.take(engine.portrait(page)))), ...this.#ask("portrait") };
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
    return this.#pending.inTurn(async () => {
      const chosen = Object.assign(this.#options.consent, said);
      const isAny = chosen.personalisation || chosen.measurement || chosen.experiment;
      if (!isAny) this.#pending.unkeep();
      if (this.#page) await this.#stored((page) => (grant(page, said), this.#host?.chose()));
      else if (isAny) this.#pending.leave([]);
      else await this.#erase();
      this.#tell({ kind: "consent" });
      return this.status();
    });
  }

  /** Without an engine: what this page left, and what earlier ones with an engine stored. */
  async #erase() {
    this.#pending.unkeep();
    // Where storage is refused there is nothing to delete.
    await new Store(this.#name()).destroy().catch(() => {});
  }

  async export() {
    return this.#pending.inTurn(async () => {
      /** @type {string} */
      const messages = this.#with((page) => engine.take(engine.messages(page))) ?? "";
      return { portrait: this.portrait(), queue: messages.split("\n").flatMap((message) => (message ? [JSON.parse(message)] : [])) };
    });
  }

  async forget() {
    return this.#pending.inTurn(async () => {
      this.#seen.clear();
      this.#pending.unkeep();
      if (this.#page) {
        await this.#stored((page) => engine.forget(page));
        // When all is deleted: what was allowed stays allowed in other tabs too.
        this.#with(() => this.#host?.chose());
      } else await this.#erase();
      this.#tell({ kind: "consent" });
    });
  }

  async flush() {
    if (this.#pending.opening) await this.ready;
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
    const words = this.#with((page) => engine.take(engine.status(page)));
    return statusOf(words, this.#model, this.#host?.disk, this.#options.consent, this.#problems);
  }
}

/** @param {unknown} called */
const named = (called) => (typeof called === "string" && called) || undefined;

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
const grant = (page, consent) => engine.grant(page, ...bits(consent));
