// What all widgets have in common: the page's settings, the language, the tree of their own, and content that takes the place of a
// server's placeholder without moving what stands below. A widget asks the engine and draws the answer; it decides nothing.
// @ts-check

import { opened } from "../shelf.js";
import { el } from "./dom.js";
import { dress } from "./style.js";
import { texts } from "./texts.js";

/** @typedef {import("../../types/widgets.js").Till} Till */

/** What the page gave to `define`, for all its widgets. @type {import("../../types/widgets.js").Settings<any>} */
export const settings = {};

/** Widgets on the page: of another language of the document they are drawn anew. @type {Set<Widget>} */
const present = new Set();
/** @type {MutationObserver | undefined} */
let watching;

/** On a server there are no elements. @type {typeof HTMLElement} */
const Base = globalThis.HTMLElement ?? class {};

export class Widget extends Base {
  /** @type {string[]} */
  static observedAttributes = ["lang"];
  /** Whether it needs the engine. */
  static asks = true;
  /** Properties that a page may set, before the element is defined, too. @type {string[]} */
  static properties = [];

  /** Properties as they were set. @type {Record<string, any>} */
  given = {};
  #root = this.attachShadow({ mode: "open" });
  #turn = 0;
  /** @type {(() => void)[]} */
  #ends = [];

  constructor() {
    super();
    dress(this.#root);
    // Until there is something to show, what the server wrote is.
    this.#root.append(el("slot"));
  }

  connectedCallback() {
    for (const name of /** @type {typeof Widget} */ (this.constructor).properties) {
      if (!Object.hasOwn(this, name)) continue;
      this.given[name] = /** @type {any} */ (this)[name];
      delete (/** @type {any} */ (this)[name]);
    }
    present.add(this);
    if (!watching) {
      watching = new MutationObserver(() => present.forEach((widget) => widget.refresh(true)));
      watching.observe(document.documentElement, { attributeFilter: ["lang"] });
    }
    this.refresh();
  }

  disconnectedCallback() {
    present.delete(this);
    this.#turn++;
    this.#finish();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.refresh();
  }

  /** Asks and draws anew. @param {boolean} [wished] whether the shopper did something that asks for it: what stands below may move then */
  async refresh(wished = false) {
    const turn = ++this.#turn;
    const stale = () => turn !== this.#turn || !this.isConnected;
    try {
      // Properties that are set one after the other are one change.
      await null;
      if (stale()) return;
      /** @type {any} */
      let till;
      if (/** @type {typeof Widget} */ (this.constructor).asks) {
        till = settings.till ?? (await opened(stale));
        await till?.ready;
      }
      if (stale()) return;
      this.#finish();
      if (till) this.#ends.push(till.watch((/** @type {import("../../index.js").Notice} */ notice) => this.heard(notice)));
      const nodes = await this.view(till, stale);
      if (nodes !== undefined && !stale()) this.put(nodes, wished);
    } catch (error) {
      // What stood there stays.
      settings.onError?.(error);
    }
  }

  /** What is shown; null where there is nothing, undefined where it comes later by `put`.
   * @param {Till} till @param {() => boolean} stale whether nobody waits for the answer any more
   * @returns {(Node | string)[] | null | undefined | Promise<(Node | string)[] | null | undefined>} */
  view(till, stale) {
    return till || stale() ? null : undefined;
  }

  /** What the shopper does changes nothing under their eyes; what they allow does. @param {import("../../index.js").Notice} notice */
  heard({ kind }) {
    if (kind !== "event") this.refresh();
  }

  /** Puts content in the place of what stood there. @param {(Node | string)[] | null} nodes @param {boolean} [wished] */
  put(nodes, wished = false) {
    const { height, top } = this.getBoundingClientRect();
    const none = !nodes && [...this.children].some((child) => child.slot === "none");
    const isEmpty = !nodes && !none;
    const seen = height > 0 && top < innerHeight;
    // What stands below must not jump: less than before keeps the room, nothing gives it back where nobody sees it.
    this.style.minHeight = !wished && height && (!isEmpty || seen) ? `${height}px` : "";
    this.hidden = isEmpty && (wished || !seen);
    this.#root.replaceChildren(...(nodes ?? (none ? [el("slot", { name: "none" })] : [])));
    this.dataset.state = nodes ? "ready" : "empty";
  }

  /** Keeps the room that the widget has now: what comes may be less. */
  hold() {
    this.style.minHeight = `${this.getBoundingClientRect().height}px`;
  }

  /** Called when the widget is drawn anew or taken off the page. @param {() => void} end */
  until(end) {
    this.#ends.push(end);
  }

  #finish() {
    for (const end of this.#ends.splice(0)) end();
  }

  /** What it is called: the title that the page put there, or its own. @param {string} own */
  titled(own) {
    return [...this.children].find(({ slot }) => slot === "title")?.textContent ?? own;
  }

  /** The part that can be focused. @param {string} selector */
  find(selector) {
    return /** @type {HTMLElement | null} */ (this.#root.querySelector(selector));
  }

  /** Tells the page; false where it takes over what would follow. @param {string} name @param {object} [detail] */
  tell(name, detail = {}) {
    return this.dispatchEvent(new CustomEvent(`till-${name}`, { detail, bubbles: true, composed: true, cancelable: true }));
  }

  /** The language tag of the element, of what it stands in, or of the document. */
  get locale() {
    return /** @type {HTMLElement | null} */ (this.closest("[lang]"))?.lang || document.documentElement.lang || "en";
  }

  /** @returns {"en" | "zh"} */
  get language() {
    return /^zh\b/i.test(this.locale) ? "zh" : "en";
  }

  /** A text in the widget's language, of the page's own where it has one.
   * @param {keyof typeof texts} key @param {Record<string, string | number>} [values] what stands for `{name}` */
  t(key, values = {}) {
    const own = settings.texts?.[this.language]?.[key] ?? texts[key][this.language === "zh" ? 1 : 0];
    return own.replace(/\{(\w+)\}/g, (_, name) => `${values[name] ?? ""}`);
  }

  /** A name as a shop has it: one text, or `en` and `zh`. @param {any} name @returns {string} */
  named(name) {
    if (name == null) return "";
    return typeof name === "object" ? `${name[this.language] ?? name.en ?? name.zh ?? ""}` : `${name}`;
  }

  /** @param {number} amount in major units @param {string} [currency] */
  money(amount, currency = settings.currency) {
    const minimumFractionDigits = Number.isInteger(amount) ? 0 : 2;
    return this.format((tag) => new Intl.NumberFormat(tag, { ...(currency && { style: "currency", currency, currencyDisplay: "narrowSymbol" }), minimumFractionDigits, maximumFractionDigits: 2 }).format(amount)) ?? `${amount}`;
  }

  /** @param {number} time @param {Intl.DateTimeFormatOptions} [how] */
  date(time, how = { year: "numeric", month: "long", day: "numeric" }) {
    // A zone that the browser does not know is left out.
    for (const options of [how, { ...how, timeZone: undefined }]) {
      const written = this.format((tag) => new Date(time).toLocaleString(tag, options));
      if (written) return written;
    }
    return "";
  }

  /** @param {number} value @param {number} [maximumFractionDigits] */
  number(value, maximumFractionDigits = 0) {
    return this.format((tag) => value.toLocaleString(tag, { maximumFractionDigits })) ?? `${value}`;
  }

  /** In the page's own tag, or in that of the language where a browser does not take it; undefined where neither can be written.
   * @param {(tag: string) => string} write */
  format(write) {
    for (const tag of [this.locale, this.language]) {
      try {
        return write(tag);
      } catch {
        // A tag, a currency or a zone that does not exist.
      }
    }
    return undefined;
  }
}
