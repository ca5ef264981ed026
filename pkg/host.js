// Carries out what the engine wants done: writes in order, sends in turn, and both again when the page comes back.
// Writes are gathered for the length of one task and go to the device in one transaction. One request to the collector
// is under way at a time; when the page is hidden, what waits and what is under way goes out in requests that outlive it.
// @ts-check

import * as engine from "./dist/tillside.js";
import { after, clearTimer, has, inPage, isAhead, parse, request, within } from "./globals.js";
import { CHOICE, HELLO, Tabs, VISIT } from "./tabs.js";

/** @typedef {import("./store.js").Store} Store */
/** @typedef {ReturnType<Store["load"]>} Held */
/** A call of `track`, with the path of the page and the id of its message. @typedef {{ event: string, properties: any, time: number, path?: string, id?: string }} Call */
/** @typedef {object} Hooks
 * @property {(code: string, message: string) => void} warn
 * @property {(calls: Call[]) => void} keep what was tracked and may not reach the device, for another page
 * @property {() => void} chosen the shopper chose in another tab
 * @property {(error: unknown) => void} failed the engine stopped */

/** Events wait this long for company, unless there are enough of them. */
const GATHER_MS = 2000;
const ENOUGH = 20;
/** Browsers cut longer timers short. */
const LONGEST_MS = 2 ** 30;
/** A device that has not done in this time what it was asked to is not waited for. */
const PATIENCE_MS = 2000;
const WRITE_MS = 10_000;
/** Nor a collector in this. */
const ANSWER_MS = 60_000;
/** A device that refused, or took longer than that to write, is asked again after this time, and keeps up to so many tasks' effects for it. */
const AGAIN_MS = 5000;
const MAX_UNWRITTEN = 200;
/** What only people do to a page, and how long one of them is enough. */
const TOUCHES = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"];
const TOUCH_MS = 10_000;

/** Milliseconds, from seconds or a date; less than 0 where neither was said. @param {string} header */
function retryAfter(header) {
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(wait) ? -1 : Math.max(0, wait);
}

/** Whether the collector itself says that it has a delivery: Segment and its like by `success`, RudderStack by "OK", Jitsu
 * by `ok`. A proxy, a login page or a shop's own page may answer 200 too. @param {string} answer */
function took(answer) {
  try {
    const said = parse(answer);
    return said === "OK" || (has(said, "success") ? said.success : has(said, "ok") && said.ok) === true;
  } catch {
    return answer.trim() === "OK";
  }
}

/** The numbers of `Status`, as `status` in src/web/page.rs lists them. @param {number} page */
export const counts = (page) => (engine.take(engine.status(page)).split("\n")[1] ?? "").split(" ").map(Number);

/** A purpose as the engine hears of it; 2: as it was. @param {boolean | undefined} chosen */
export const bit = (chosen) => Number(chosen ?? 2);
/** @param {import("./index.d.ts").Consent} consent @returns {[number, number, number]} */
export const bits = ({ personalisation, measurement, experiment }) => [bit(personalisation), bit(measurement), bit(experiment)];

export class Host {
  #page;
  #store;
  #url;
  #hooks;
  #tabs;
  /** Codes that were said and have not passed since. @type {Set<string>} */
  #said = new Set();
  /** Whether the device takes what is to be kept; undefined until it has answered. @type {boolean | undefined} */
  #disk;
  /** What the device refused, and when it is asked again. @type {[string[], Uint8Array][]} */
  #unwritten = [];
  #again = 0;
  /** What was tracked since everything was on the device. @type {Call[]} */
  #young = [];
  /** @type {Promise<void> | undefined} */ #writing;
  /** @type {Promise<void> | undefined} */ #scheduling;
  /** @type {Promise<void> | undefined} */ #sending;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** How often the page was left, and the request that is under way then. */
  #left = 0;
  /** @type {AbortController | undefined} */ #flying;
  #leaving = false;
  /** Another tab may send what this one has. */
  #others = false;
  /** What other tabs know of this one. */
  #told = "";
  #listening = new AbortController();
  /** When the shopper last touched the page, as the engine heard of it. */
  #lately = 0;

  /** @param {number} page @param {Store} store @param {string} url @param {Hooks} hooks */
  constructor(page, store, url, hooks) {
    this.#page = page;
    this.#store = store;
    this.#url = url;
    this.#hooks = hooks;
    this.#tabs = new Tabs(store.name, (kind, words) => this.#guard(() => this.#hear(kind, words)));
    // Another tab deleted everything: nothing may be kept or sent here either.
    store.emptied = () => this.#guard(() => this.#hear(CHOICE, "0 -"));
  }

  get disk() {
    return this.#disk === true;
  }

  /** Goes on from what the device holds, and from what the page chooses. @param {Awaited<Held>} held @param {import("./index.d.ts").Consent} consent */
  restore({ keys, values }, consent) {
    const rows = values.map((value) => (ArrayBuffer.isView(value) ? value : new Uint8Array()));
    const bytes = new Uint8Array(rows.reduce((size, row) => size + row.length, 0));
    rows.reduce((at, row) => (bytes.set(row, at), at + row.length), 0);
    const lines = keys.map((key, n) => `${rows[n]?.length} ${key}`).join("\n");
    engine.restore(this.#page, lines, bytes, ...bits(consent));
    // Rows that wait there may be another tab's.
    this.#others ||= keys.some((key) => key.startsWith("queue/"));
    this.#disk = true;
    this.#unwritten = [];
    this.changed();
  }

  /** @param {unknown} error */
  refused(error) {
    this.#say("storage.denied", `the device keeps nothing (${error}): it forgets when it closes. Free space or leave private mode.`);
  }

  /** Goes on without a device: it refuses, or there is none. */
  without() {
    this.#disk = false;
    this.#again = Date.now() + AGAIN_MS;
  }

  listen() {
    this.#tabs.open();
    if (!inPage()) return;
    const options = /** @type {any} */ ({ __proto__: null, signal: this.#listening.signal });
    const back = () => this.#guard(() => (engine.online(this.#page), this.changed()));
    const returned = () => this.#returned().catch(this.#hooks.failed);
    const leave = () => this.#guard(() => this.#leave());
    document.addEventListener("visibilitychange", () => (document.visibilityState === "hidden" ? leave() : back()), options);
    document.addEventListener("prerenderingchange", returned, options);
    addEventListener("pagehide", () => (leave(), this.#tabs.close()), options);
    addEventListener("pageshow", ({ persisted }) => persisted && (this.#tabs.open(), returned()), options);
    addEventListener("online", back, options);
    for (const touch of TOUCHES) addEventListener(touch, (event) => event.isTrusted && this.#touched(), { ...options, capture: true, passive: true });
    this.#greet();
  }

  /** No robot, then; said once in a while, for the visit may be another by now. */
  #touched() {
    const now = Date.now();
    if (now - this.#lately < TOUCH_MS) return;
    this.#lately = now;
    this.#guard(() => (engine.touch(this.#page), this.changed()));
  }

  /** What happened meanwhile on other pages is on the device. */
  async #returned() {
    if (this.#disk) {
      await this.written();
      const held = await within(this.#store.load().catch(() => undefined), PATIENCE_MS);
      // An engine that has stopped is asked nothing.
      if (held && this.#disk && !this.#listening.signal.aborted) this.restore(held, /** @type {any} */ ({ __proto__: null }));
    }
    this.#greet();
    this.changed();
  }

  #words() {
    return engine.take(engine.visit(this.#page));
  }

  #greet() {
    if (!isAhead()) this.#tabs.say(HELLO, this.#words());
  }

  /** Tells other tabs what has changed for them. */
  #tell() {
    const words = this.#words();
    if (!this.#others || words === this.#told || isAhead()) return;
    this.#told = words;
    if (!words.startsWith("0")) this.#tabs.say(VISIT, words);
  }

  /** Tells other tabs that the shopper chose. */
  chose() {
    if (isAhead()) return;
    this.#told = this.#words();
    if (this.#told.startsWith("0")) this.#young = [];
    this.#tabs.say(CHOICE, this.#told);
  }

  /** @param {string} kind @param {string} words */
  #hear(kind, words) {
    this.#others = true;
    const before = this.#words();
    engine.hear(this.#page, words, kind === CHOICE);
    const own = this.#words();
    const [, name = ""] = own.split(" ");
    const [, theirs = ""] = words.split(" ");
    // Of two names for one device the older holds: who has it says so.
    const isOlder = name > "-" && theirs > "-" && name < theirs;
    this.#told = own;
    // What may not be kept any more waits nowhere.
    if (own.startsWith("0") && !before.startsWith("0")) [this.#young, this.#unwritten] = [[], []];
    if (kind === HELLO || isOlder) this.#tabs.say(VISIT, own);
    if (kind === CHOICE) this.#hooks.chosen();
    this.changed();
  }

  /** @param {string} code @param {string} message */
  #say(code, message) {
    if (!this.#said.has(code)) this.#hooks.warn(code, message);
    this.#said.add(code);
  }

  /** A trap reaches nobody's page: not by an event, nor by a timer, nor by a promise. It happens also where a browser ends
   * a script in the middle of the engine's work, as Firefox does to pages that are navigated away from. @param {() => void} work */
  #guard(work) {
    if (this.#listening.signal.aborted) return;
    try {
      work();
    } catch (error) {
      this.#hooks.failed(error);
    }
  }

  /** After every call that may have changed something. */
  changed() {
    this.#writing ??= this.#write().catch(this.#hooks.failed);
    this.#scheduling ??= this.#schedule().catch(this.#hooks.failed);
  }

  async #write() {
    // The task that is under way may do more.
    await undefined;
    // Before the device has answered, the engine keeps what it wants done.
    while (this.#disk !== undefined && !isAhead()) {
      const effects = engine.take(engine.effects(this.#page, this.#leaving));
      if (effects) this.#unwritten.push([effects.split("\n"), engine.bytes()]);
      if (this.#unwritten.length > MAX_UNWRITTEN || (!this.#disk && !inPage())) this.#unwritten.shift();
      const [next] = this.#unwritten;
      if (!next || (!this.#disk && Date.now() < this.#again)) break;
      try {
        const done = await within(this.#store.apply(...next).then(() => true), WRITE_MS);
        if (!done) throw new Error("it does not answer");
        this.#unwritten.shift();
        this.#disk = true;
        this.#said.delete("storage.denied");
      } catch (error) {
        this.refused(error);
        this.without();
      }
    }
    if (!this.#unwritten.length) this.#young = [];
    this.#leaving = false;
    this.#writing = undefined;
  }

  /** An event that happened just now. @param {Call} call */
  young(call) {
    if (this.#disk !== false && this.#young.length < MAX_UNWRITTEN) this.#young.push(call);
  }

  /** Resolves when everything decided so far is on the device, or the device takes too long: whether it is there. */
  async written() {
    this.changed();
    await within(this.#writing, PATIENCE_MS);
    return !this.#writing && !this.#unwritten.length;
  }

  async #schedule() {
    // Once for all that the task does: to set a timer again takes a browser as long as to take an event.
    await undefined;
    this.#scheduling = undefined;
    clearTimer(this.#timer);
    // An engine that has stopped is asked nothing.
    if (this.#listening.signal.aborted) return;
    this.#tell();
    if (!this.#url || this.#sending || isAhead()) return;
    const due = engine.due(this.#page);
    if (due < 0) return;
    const gather = engine.waiting(this.#page) < ENOUGH ? GATHER_MS : 0;
    this.#timer = after(() => this.send(), Math.min(Math.max(due, gather), LONGEST_MS));
  }

  /** Sends all that is due, a batch at a time. */
  send() {
    this.#sending ??= this.#send().catch(this.#hooks.failed).finally(() => {
      this.#sending = undefined;
      this.changed();
    });
    return this.#sending;
  }

  async #send() {
    while (this.#url && !this.#listening.signal.aborted) {
      const isWhole = await this.written();
      const left = this.#left;
      const [number, body, ...keys] = engine.take(engine.batch(this.#page, false)).split("\n");
      if (!body) break;
      // What has not reached the device yet is not gone from it: another tab cannot have sent it.
      const alone = !isWhole || !this.#disk || (this.#tabs.hears && !this.#others);
      const gone = alone ? [] : await within(this.#store.missing(keys).catch(() => []), PATIENCE_MS);
      // The page was left meanwhile, and took it back.
      if (left !== this.#left) continue;
      if (gone?.length) engine.lost(this.#page, +number, gone.join("\n"));
      else await this.#deliver(+number, body, false);
    }
  }

  /** @param {number} number @param {string} body @param {boolean} keepalive */
  async #deliver(number, body, keepalive) {
    let code = 0;
    let wait = -1;
    let said = "does not answer";
    const patience = new AbortController();
    const left = this.#left;
    if (!keepalive) this.#flying = patience;
    const timer = after(() => patience.abort(), ANSWER_MS);
    try {
      // Plain text with the key inside needs no preflight, which a page on its way out could not wait for. Outside of
      // pages there is nothing to keep alive and no cookie, and some do not know the words for it.
      const page = inPage() ? { keepalive, credentials: "omit" } : {};
      const headers = { "Content-Type": "text/plain;charset=UTF-8" };
      const response = await request(this.#url, /** @type {any} */ ({ __proto__: null, method: "POST", body, headers, redirect: "manual", signal: patience.signal, ...page }));
      // Read to its end, or the browser keeps the connection for it.
      const answer = await response.text();
      code = response.status;
      wait = retryAfter(response.headers?.get?.("Retry-After") ?? "");
      said = `answered HTTP ${code}`;
      const foreign = code >= 200 && code < 300 ? !took(answer) : code !== 413 && /^\s*</.test(answer);
      if (foreign) {
        said += ", but not as a collector";
        code = 502;
      }
    } catch {
      // No network, an aborted request, a wrapped fetch that throws: no answer.
    }
    clearTimer(timer);
    // What it carried went out again when the page was left.
    if (!keepalive && left !== this.#left) return;
    const before = this.#dropped();
    engine.settled(this.#page, number, code, wait);
    if (code >= 200 && code < 300) {
      this.#said.delete("collector.unavailable");
      this.#said.delete("collector.refused");
    } else if (code < 400 || code === 408 || code === 429 || code >= 500) {
      this.#say("collector.unavailable", `the collector at ${this.#url} ${said}; reports wait and are sent again.`);
    } else if (this.#dropped() > before) {
      this.#say("collector.refused", `the collector at ${this.#url} ${said}; it is dropped and counted. Check the write key and its log.`);
    }
    this.changed();
  }

  #dropped() {
    return counts(this.#page)[7] ?? 0;
  }

  /** A database that is being made, or opened on a busy device, may take longer than the page is there. */
  #pass() {
    if (this.#young.length && this.#disk !== false) this.#hooks.keep(this.#young);
  }

  /** The page may never come back: what waits, and what is under way, goes out now. */
  #leave() {
    this.#left++;
    this.#leaving = true;
    this.#pass();
    this.changed();
    while (this.#url && !isAhead()) {
      const [number, body] = engine.take(engine.batch(this.#page, true)).split("\n");
      if (!body) break;
      this.#deliver(Number(number), body, true);
    }
    this.#flying?.abort();
  }

  /** No more on its own. */
  stop() {
    this.#pass();
    this.#listening.abort();
    this.#tabs.close();
    clearTimer(this.#timer);
  }

  async close() {
    this.#leaving = true;
    await this.written();
    this.stop();
  }
}
