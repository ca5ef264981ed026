// Calls that wait: in memory until the engine, the device or the page's own activation is there, and on the device for a
// page on which the engine runs, where it cannot on this one. At most 200 each, the oldest go first. It does not decide
// what an event means: a call is given to the engine as it was said, with the time, the path and the id it had then.
// @ts-check

import * as engine from "../dist/tillside.js";
import { inPage, isAhead, own, parse } from "../globals.js";

/** @typedef {import("../host.js").Call} Call */
/** @typedef {import("../index.d.ts").Consent} Consent */
/** @typedef {import("../index.d.ts").Tracked} Tracked */

/** Calls kept for a page on which the engine runs. */
const MAX_PENDING = 200;

/** The id of a message that is not the engine's: a UUID of version 7, so that it sorts by time. @param {number} time */
function uuid(time) {
  /** @param {number} number @param {number} size */
  const hex = (number, size) => Math.floor(number).toString(16).padStart(size, "0");
  /** @param {number} size */
  const random = (size) => hex(Math.random() * 16 ** size, size);
  const start = hex(time, 12);
  return `${start.slice(0, 8)}-${start.slice(8)}-7${random(3)}-8${random(3)}-${random(12)}`;
}

/** @param {string} event @param {any} properties @param {string} [id] @returns {Call} */
export function callOf(event, properties, id) {
  const time = Date.now();
  return { event, properties, time, path: globalThis.location?.pathname, id: id ?? uuid(time) };
}

/** @param {(Call | (() => void))[]} early */
const events = (early) => early.flatMap((call) => (typeof call === "function" ? [] : [call]));

export class Pending {
  /** Whether other calls than events wait with them. */
  opening = false;
  #options;
  #use;
  #runs;
  #lacks;
  #told;
  /** Calls held back; undefined when none are. @type {(Call | (() => void))[] | undefined} */
  #early;

  /** `use` runs on the engine while there is one, `runs` says whether there is, `lacks` whether it, or what it goes on from, has
   * yet to come; `told` hears of an event that reached it. Of the options, what is allowed is read when it is asked for.
   * @param {{ name?: string, consent: Consent }} options @param {(work: (page: number) => any) => any} use @param {() => boolean} runs
   * @param {() => boolean} lacks @param {(event: string) => void} told */
  constructor(options, use, runs, lacks, told) {
    this.#options = options;
    this.#use = use;
    this.#runs = runs;
    this.#lacks = lacks;
    this.#told = told;
  }

  /** Whether calls are held back. */
  get holds() {
    return this.#early !== undefined;
  }

  /** Holds calls back from here on. @param {boolean} [anyway] whatever is there */
  hold(anyway) {
    // Where the page's own choice allows it, what happens counts at once.
    if (this.#early || (!anyway && (!this.#lacks() || this.#counts()))) return;
    this.#early = [];
    if (inPage()) addEventListener("pagehide", () => this.#early?.length && this.#keepAll(events(this.#early)));
  }

  /** Whether there is an engine, and the page says that it may learn or report. */
  #counts() {
    return this.#runs() && this.#isAllowed();
  }

  #isAllowed() {
    const { personalisation, measurement } = this.#options.consent;
    return personalisation || measurement;
  }

  /** What was said before it was open holds from here on, whatever has not answered. */
  tire() {
    this.opening = false;
    const early = this.#early ?? [];
    const said = early.filter((call) => typeof call === "function");
    if (this.#counts() || (this.#runs() && said.length > 0)) return this.resume(true);
    if (isAhead()) return;
    if (this.#early) this.#early = events(early);
    for (const call of said) call();
  }

  /** Does what the page asks for, after all that it asked for before the object was open. @template T
   * @param {() => Promise<T>} work that never throws at once @returns {Promise<T>} */
  async inTurn(work) {
    const early = this.opening && this.#early;
    return early ? new Promise((resolve) => early.push(() => resolve(work()))) : work();
  }

  /** Lets go of the calls that were held back, in their order; `anyway` whatever is missing. */
  resume(anyway = false) {
    const early = this.#early;
    if (!early || isAhead() || (this.#lacks() && !anyway)) return;
    this.#early = undefined;
    this.opening = false;
    for (const call of early) {
      if (typeof call === "function") call();
      else if (!this.#runs()) this.#keepAll([call]);
      else this.#repeat(call, true);
    }
  }

  /** @param {Call | (() => void)} call @returns {Tracked} */
  later(call) {
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
    this.#use((page) => engine.take(engine.track(page, String(event), properties, Math.max(Number(time), activated), known)));
    this.#told(String(event));
  }

  /** Without an engine: the call waits on the device, if anything may be kept there at all. @param {Call} call @returns {Tracked} */
  keep(call) {
    return { ok: false, reason: this.#keepAll([call]) ? "no_engine" : "no_consent" };
  }

  /** @param {Call[]} calls */
  #keepAll(calls) {
    if (!this.#isAllowed()) return false;
    this.leave(calls);
    return true;
  }

  #name() {
    return `${this.#options.name ?? "tillside"}.pending`;
  }

  /** What pages without an engine left: the choice made there, and calls with the time they happened.
   * @returns {{ consent?: Consent, calls: Call[] }} */
  left() {
    try {
      const { consent, calls } = parse(localStorage.getItem(this.#name()) ?? "{}");
      return { consent, calls: Array.isArray(calls) ? calls : [] };
    } catch {
      // Storage is refused or was tampered with: nothing was left.
      return { calls: [] };
    }
  }

  /** Adds to what was left. @param {Call[]} calls @param {{ consent?: Consent }} [chosen] */
  leave(calls, { consent } = this.#options) {
    try {
      localStorage.setItem(this.#name(), JSON.stringify({ consent, calls: [...this.left().calls, ...calls].slice(-MAX_PENDING) }));
    } catch {
      // No storage either, or properties of no JSON type: there is nowhere to wait.
    }
  }

  unkeep() {
    try {
      localStorage.removeItem(this.#name());
    } catch {
      // Nothing can have been kept.
    }
  }

  /** Takes over what was left; it stays where it is until the engine's own record is on the device. Where another tab does
   * so at the same time, an event has the same id in both. @param {() => Promise<unknown> | undefined} written */
  async replay(written) {
    for (const call of this.left().calls) this.#repeat(call);
    await written();
    this.unkeep();
  }
}
