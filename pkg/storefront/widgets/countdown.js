// `<till-countdown until="2026-12-01T18:00:00Z">`: time left to an absolute end. There is no attribute for a duration: an end that a
// reload moves is none.
// @ts-check

import { Widget } from "./base.js";
import { el } from "./dom.js";

const DAY_S = 86_400;

/** An end in milliseconds: a number, or a time with its zone. One without would end elsewhere at another time. @param {string | null} text */
function end(text) {
  const written = (text ?? "").trim();
  const time = /^\d+(\.\d+)?$/.test(written) ? Number(written) : /T.*(Z|[+-]\d\d:?\d\d)$/i.test(written) ? Date.parse(written) : NaN;
  return Number.isNaN(new Date(time).getTime()) ? undefined : time;
}

export class Countdown extends Widget {
  static asks = false;
  static observedAttributes = ["lang", "until", "label", "ahead"];
  static properties = ["now"];

  /** The end that was told. @type {number | undefined} */
  #ended;

  view() {
    const until = end(this.getAttribute("until"));
    if (until === undefined) return null;
    // The clock of the server that set the end, by what it is ahead of the device's.
    const ahead = Number(this.getAttribute("ahead")) || 0;
    const now = typeof this.given.now === "function" ? this.given.now : () => Date.now() + ahead;
    const time = el("time", { part: "time", class: "countdown", role: "timer", datetime: new Date(until).toISOString() });
    if (!this.#tick(until, now, time)) return null;
    return [el("span", { part: "label" }, this.getAttribute("label") ?? this.t("countdown.ends")), " ", time];
  }

  /** Writes what is left and goes on a second later; false at the end. @param {number} until @param {() => number} now @param {HTMLElement} time */
  #tick(until, now, time) {
    const ms = until - now();
    // A clock that tells no time tells of no end.
    if (!(ms > 0)) {
      if (ms <= 0 && this.#ended !== until) this.tell("end", { until });
      this.#ended = until;
      return false;
    }
    const left = Math.ceil(ms / 1000);
    const days = Math.floor(left / DAY_S);
    const two = (/** @type {number} */ value) => `${value}`.padStart(2, "0");
    time.textContent = days >= 2 ? this.t("countdown.days", { count: days }) : `${two(Math.floor(left / 3600))}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
    const timer = setTimeout(() => this.#tick(until, now, time) || this.put(null), ms % 1000 || 1000);
    this.until(() => clearTimeout(timer));
    return true;
  }
}
