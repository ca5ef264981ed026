// Carries out what the engine wants done: writes in order, sends in turn, and both again when the page comes back.
// Writes are gathered for the length of one task and go to the device in one transaction. One request to the collector
// is under way at a time; when the page is hidden, what waits goes out in requests that outlive it.
// @ts-check

import * as engine from "./dist/tillside.js";

/** @typedef {import("./store.js").Store} Store */
/** @typedef {ReturnType<Store["load"]>} Held */

/** Events wait this long for company, unless there are enough of them. */
const GATHER_MS = 2000;
const ENOUGH = 20;
/** Browsers cut longer timers short. */
const LONGEST_MS = 2 ** 30;

/** Milliseconds, from seconds or a date; less than 0 where neither was said. @param {string} header */
function retryAfter(header) {
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(wait) ? -1 : Math.max(0, wait);
}

/** The numbers of `Status`, as `status` in src/web/page.rs lists them. @param {number} page */
export const counts = (page) => (engine.take(engine.status(page)).split("\n")[1] ?? "").split(" ").map(Number);

export class Host {
  #page;
  #store;
  #held;
  #url;
  #warn;
  /** Codes that were said and have not passed since. @type {Set<string>} */
  #said = new Set();
  /** Whether the device takes what is to be kept. */
  #disk = false;
  /** @type {Promise<void> | undefined} */ #writing;
  /** @type {Promise<void> | undefined} */ #scheduling;
  /** @type {Promise<void> | undefined} */ #sending;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #listening = new AbortController();

  /** `held` is what the store holds, asked for while the engine compiled.
   * @param {number} page @param {Store} store @param {Held} held @param {string} url @param {(code: string, message: string) => void} warn */
  constructor(page, store, held, url, warn) {
    this.#page = page;
    this.#store = store;
    this.#held = held;
    this.#url = url;
    store.emptied = () => this.#emptied();
    this.#warn = warn;
  }

  get disk() {
    return this.#disk;
  }

  /** Goes on from what the device holds. */
  async start() {
    try {
      // In a page storage is missed; a program without pages may have none.
      this.#disk = typeof document !== "undefined" || typeof indexedDB !== "undefined";
      if (this.#disk) {
        const [{ keys, values }, lead] = await Promise.all([this.#held, this.#lead()]);
        const rows = values.map((value) => (value instanceof Uint8Array ? value : new Uint8Array()));
        const bytes = new Uint8Array(rows.reduce((size, row) => size + row.length, 0));
        rows.reduce((at, row) => (bytes.set(row, at), at + row.length), 0);
        const lines = keys.map((key, n) => `${rows[n]?.length} ${key}`).join("\n");
        if (lines) engine.restore(this.#page, lines, bytes, lead);
      }
    } catch (error) {
      this.#refused(error);
    }
    if (typeof document === "undefined") return;
    const options = { signal: this.#listening.signal };
    const back = () => (engine.online(this.#page), this.changed());
    document.addEventListener("visibilitychange", () => (document.visibilityState === "hidden" ? this.#leave() : back()), options);
    addEventListener("pagehide", () => this.#leave(), options);
    addEventListener("online", back, options);
  }

  /** Whether this is the one tab of the shop that may fold and resend what earlier pages left. The lock is held until
   * this is closed or the page goes; a browser without locks always leads. @returns {Promise<boolean>} */
  #lead() {
    const locks = globalThis.navigator?.locks;
    if (!locks) return Promise.resolve(true);
    return new Promise((resolve) => {
      const hold = (/** @type {Lock | null} */ lock) => {
        resolve(lock !== null);
        return lock && new Promise((release) => this.#listening.signal.addEventListener("abort", release));
      };
      locks.request(`tillside:${this.#store.name}`, { ifAvailable: true }, hold).catch(() => resolve(true));
    });
  }

  /** @param {string} code @param {string} message */
  #say(code, message) {
    if (!this.#said.has(code)) this.#warn(code, message);
    this.#said.add(code);
  }

  /** @param {unknown} error */
  #refused(error) {
    this.#disk = false;
    this.#say("storage.denied", `the device keeps nothing (${error}): this page goes on in memory and forgets when it closes. Free space, or leave private mode.`);
  }

  /** Another tab deleted everything: nothing may be kept or sent here either, until a new page reads what is allowed. */
  #emptied() {
    engine.grant(this.#page, 0, 0);
    // Which would delete what that tab has stored since.
    engine.effects(this.#page);
  }

  /** After every call that may have changed something. */
  changed() {
    this.#writing ??= this.#write();
    this.#scheduling ??= this.#schedule();
  }

  async #write() {
    // The task that is under way may do more.
    await undefined;
    for (;;) {
      const effects = engine.take(engine.effects(this.#page));
      if (!effects) break;
      try {
        if (this.#disk) await this.#store.apply(effects.split("\n"), engine.bytes());
      } catch (error) {
        this.#refused(error);
      }
    }
    this.#writing = undefined;
  }

  /** Resolves when everything decided so far is on the device. */
  async written() {
    this.changed();
    await this.#writing;
  }

  async #schedule() {
    // Once for all that the task does: to set a timer again takes a browser as long as to take an event.
    await undefined;
    this.#scheduling = undefined;
    clearTimeout(this.#timer);
    // An engine that has stopped is asked nothing.
    if (!this.#url || this.#sending || this.#listening.signal.aborted) return;
    const due = engine.due(this.#page);
    if (due < 0) return;
    const gather = engine.waiting(this.#page) < ENOUGH ? GATHER_MS : 0;
    this.#timer = setTimeout(() => this.send(), Math.min(Math.max(due, gather), LONGEST_MS));
    // In Node a timer must not keep the process alive.
    /** @type {any} */ (this.#timer).unref?.();
  }

  /** Sends all that is due, a batch at a time. */
  send() {
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
      this.changed();
    });
    return this.#sending;
  }

  async #send() {
    while (this.#url) {
      await this.written();
      const [number, body, ...keys] = engine.take(engine.batch(this.#page, false)).split("\n");
      if (!body) break;
      const gone = this.#disk ? await this.#store.missing(keys).catch(() => []) : [];
      if (gone.length > 0) engine.lost(this.#page, +number, gone.join("\n"));
      else await this.#deliver(+number, body, false);
    }
  }

  /** @param {number} number @param {string} body @param {boolean} keepalive */
  async #deliver(number, body, keepalive) {
    let code = 0;
    let wait = -1;
    try {
      // Plain text with the key inside needs no preflight, which a page on its way out could not wait for.
      const headers = { "Content-Type": "text/plain;charset=UTF-8" };
      const response = await fetch(this.#url, { method: "POST", body, headers, keepalive, credentials: "omit" });
      code = response.status;
      wait = retryAfter(response.headers.get("Retry-After") ?? "");
    } catch {
      // No network, an aborted request, a wrapped fetch that throws: no answer.
    }
    const before = this.#dropped();
    engine.settled(this.#page, number, code, wait);
    if (code >= 200 && code < 300) {
      this.#said.delete("collector.unavailable");
      this.#said.delete("collector.refused");
    } else if (code === 0 || code === 408 || code === 429 || code >= 500) {
      this.#say("collector.unavailable", `the collector at ${this.#url} ${code ? `answered HTTP ${code}` : "does not answer"}; reports wait on the device and are sent again.`);
    } else if (this.#dropped() > before) {
      this.#say("collector.refused", `the collector at ${this.#url} answered HTTP ${code}; what it refuses is dropped and counted. Check the write key and the collector's log.`);
    }
    this.changed();
  }

  #dropped() {
    return counts(this.#page)[7] ?? 0;
  }

  /** The page may never come back: what waits goes out now. */
  #leave() {
    this.changed();
    for (;;) {
      const [number, body] = this.#url ? engine.take(engine.batch(this.#page, true)).split("\n") : [];
      if (!body) break;
      this.#deliver(Number(number), body, true);
    }
  }

  /** No more on its own. */
  stop() {
    this.#listening.abort();
    clearTimeout(this.#timer);
  }

  async close() {
    this.stop();
    await this.written();
  }
}
