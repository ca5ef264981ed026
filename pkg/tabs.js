// What the open pages of one shopper tell each other: who the device is, which visit it is, and what was chosen.
// None of them leads, and no lock is held, which would keep a page out of the back/forward cache. A page that is hidden
// there hears nothing, and looks at the device when it comes back.
// @ts-check

import { inPage } from "./globals.js";

/** What is said: a greeting, which asks for an answer; how things are; a choice. */
export const HELLO = "?";
export const VISIT = "=";
export const CHOICE = "!";

/** All who listen on this page, by the name of the store. @type {Map<string, Set<Tabs>>} */
const here = new Map();

export class Tabs {
  #name;
  #hear;
  /** @type {BroadcastChannel | undefined} */ #channel;
  /** Where there are no channels, a choice passes as a word in `localStorage` that is gone at once. */
  #stored = (/** @type {StorageEvent} */ { key, newValue }) => {
    if (key === `${this.#name}.said` && newValue) this.#hear(newValue.slice(0, 1), newValue.slice(1));
  };

  /** @param {string} name @param {(kind: string, words: string) => void} hear */
  constructor(name, hear) {
    this.#name = name;
    this.#hear = hear;
  }

  /** Whether every other tab would be heard of. */
  get hears() {
    return this.#channel !== undefined;
  }

  open() {
    const others = here.get(this.#name) ?? new Set();
    here.set(this.#name, others.add(this));
    if (!inPage() || this.#channel) return;
    try {
      this.#channel = new BroadcastChannel(`tillside:${this.#name}`);
      this.#channel.onmessage = ({ data }) => typeof data === "string" && this.#hear(data.slice(0, 1), data.slice(1));
    } catch {
      addEventListener("storage", this.#stored);
    }
  }

  close() {
    here.get(this.#name)?.delete(this);
    this.#channel?.close();
    this.#channel = undefined;
    if (inPage()) removeEventListener("storage", this.#stored);
  }

  /** @param {string} kind @param {string} words */
  say(kind, words) {
    // At once to those on this page: what they do next is of the same visit.
    here.get(this.#name)?.forEach((tabs) => tabs === this || tabs.#hear(kind, words));
    try {
      if (this.#channel) return this.#channel.postMessage(kind + words);
      if (kind !== CHOICE || !inPage()) return;
      localStorage.setItem(`${this.#name}.said`, kind + words);
      localStorage.removeItem(`${this.#name}.said`);
    } catch {
      // Storage is refused: then nothing is kept that a choice could reach.
    }
  }
}
