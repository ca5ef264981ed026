// One interface to three browser engines, as small as the scenarios in tests/engines need it: a device (a profile of its own),
// its tabs, and in a tab going somewhere, evaluating, clicking, waiting and a picture. Each engine's file speaks that
// engine's own protocol and offers `Driver`; what can be made of those few calls is made here, once.
//
// Faking the network is deliberately no part of it: engines differ in what they can intercept, so a test that wants a bad
// network puts one before the server (tests/support/network.mjs).

import { setTimeout as wait } from "node:timers/promises";
import { chromium } from "./chromium.mjs";
import { deep } from "./deep.mjs";
import { firefox } from "./firefox.mjs";
import { webkit } from "./webkit.mjs";

/**
 * A tab as a protocol gives it.
 * @typedef {object} Handle
 * @property {(url: string) => Promise<unknown>} goto until the page has loaded
 * @property {() => Promise<unknown>} reload
 * @property {() => Promise<unknown>} back
 * @property {(expression: string) => Promise<string>} run the text that the promise of this expression resolves to
 * @property {(selector: string) => Promise<unknown>} click in the middle of the first such element, as a hand would
 * @property {() => Promise<Buffer>} picture a PNG
 * @property {() => Promise<unknown>} close
 */

/**
 * A profile: its tabs share cookies and storage with each other and with nobody else.
 * @typedef {object} Device
 * @property {() => Promise<Handle>} tab
 * @property {string[]} heard errors that its pages wrote to the console or did not catch
 * @property {() => Promise<unknown>} close
 */

/** @typedef {{ device: () => Promise<Device>, close: () => Promise<unknown> }} Driver */
/** @typedef {"chromium" | "firefox" | "webkit"} Name */

/** @type {Record<Name, () => Promise<Driver>>} */
const DRIVERS = { chromium, firefox, webkit };

const PATIENCE_MS = 30_000;

export class Tab {
  #handle;

  /** @param {Handle} handle */
  constructor(handle) {
    this.#handle = handle;
  }

  /** @param {string} url */
  goto = (url) => this.#handle.goto(url);
  reload = () => this.#handle.reload();
  back = () => this.#handle.back();
  picture = () => this.#handle.picture();
  close = () => this.#handle.close();

  /**
   * What a function answers in the page; it and its arguments go there as text.
   * @template {unknown[]} A @template R
   * @param {(...args: A) => R} work @param {A} args @returns {Promise<Awaited<R>>}
   */
  async evaluate(work, ...args) {
    const given = args.map((value) => (value === undefined ? "undefined" : JSON.stringify(value))).join();
    const text = await this.#handle.run(`(async () => { ${deep}; return JSON.stringify(await (${work})(${given})) ?? "null"; })()`);
    return JSON.parse(text);
  }

  /**
   * Waits until the function answers with something true, and gives that.
   * @template {unknown[]} A @template R
   * @param {(...args: A) => R} work @param {A} args
   */
  async until(work, ...args) {
    for (const end = Date.now() + PATIENCE_MS; ; await wait(50)) {
      const found = await this.evaluate(work, ...args);
      if (found) return found;
      if (Date.now() > end) throw new Error(`in ${PATIENCE_MS / 1000} seconds never: ${work} of ${JSON.stringify(args)}; the page reads: ${await this.evaluate(() => `${location.href} ${document.body?.innerText.slice(0, 600)}`)}`);
    }
  }

  /** Waits for an element, or for one that has that text in it. @param {string} selector @param {string} [text] */
  there = (selector, text = "") =>
    this.until((selector, text) => deep(selector).some(({ textContent }) => textContent?.includes(text)), selector, text);

  /** @param {string} selector */
  gone = (selector) => this.until((selector) => deep(selector).length === 0, selector);

  /** @param {string} selector */
  async click(selector) {
    await this.there(selector);
    await this.#handle.click(selector);
  }

  /** The texts of all such elements, or an attribute of each. @param {string} selector @param {string} [attribute] @returns {Promise<string[]>} */
  texts = (selector, attribute) =>
    this.evaluate((selector, attribute) => deep(selector).map((element) => (attribute ? element.getAttribute(attribute) : element.textContent) ?? ""), selector, attribute);
}

/** A browser of that engine. @param {Name} name */
export async function launch(name) {
  const driver = await DRIVERS[name]();
  return {
    name,
    /** A visitor's device: fresh, and gone when closed. */
    async device() {
      const device = await driver.device();
      return { heard: device.heard, tab: async () => new Tab(await device.tab()), close: () => device.close() };
    },
    close: () => driver.close(),
  };
}

/** @typedef {Awaited<ReturnType<typeof launch>>} Browser */
