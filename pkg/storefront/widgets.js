// `tillside/widgets`: what a shop shows beside its shelves, as elements of the page without a framework. One `define` for all of
// them; the shelf itself is `tillside/element`. Nothing here touches the page at import.
// @ts-check

import { settings } from "./widgets/base.js";
import { Bundle } from "./widgets/bundle.js";
import { Consent } from "./widgets/consent.js";
import { Countdown } from "./widgets/countdown.js";
import { Coupon } from "./widgets/coupon.js";
import { Knowledge } from "./widgets/knowledge.js";
import { Live } from "./widgets/live.js";
import { Store } from "./widgets/store.js";
import { Survey } from "./widgets/survey.js";
import { Tier } from "./widgets/tier.js";

/** @type {Record<string, typeof import("./widgets/base.js").Widget>} */
const WIDGETS = { countdown: Countdown, coupon: Coupon, tier: Tier, bundle: Bundle, survey: Survey, store: Store, live: Live, consent: Consent, knowledge: Knowledge };

/** What another is made of. @type {Record<string, string[]>} */
const PARTS = { coupon: ["countdown"] };

/** What `define` takes. */
const KNOWN = ["till", "load", "product", "currency", "minorUnits", "now", "mint", "member", "stores", "locate", "rooms", "name", "texts", "onError"];

/** Names one of which is none. @param {string} what @param {string[]} given @param {string[]} known */
function check(what, given, known) {
  const odd = given.find((name) => !known.includes(name));
  if (odd !== undefined) throw new TypeError(`${what} "${odd}" is unknown; available: ${known.join(", ")}`);
}

/** @param {import("../types/widgets.js").Settings<any>} [given] @param {{ only?: readonly string[] }} [wish] */
export function define(given = {}, { only } = {}) {
  check("setting", Object.keys(given), KNOWN);
  check("widget", [...(only ?? [])], Object.keys(WIDGETS));
  Object.assign(settings, given);
  if (typeof customElements === "undefined") return;
  const wanted = new Set(only ? only.flatMap((name) => [...(PARTS[name] ?? []), name]) : Object.keys(WIDGETS));
  for (const [name, widget] of Object.entries(WIDGETS)) {
    if (!wanted.has(name) || customElements.get(`till-${name}`)) continue;
    for (const property of widget.properties) {
      Object.defineProperty(widget.prototype, property, {
        configurable: true,
        get() {
          return this.given[property];
        },
        set(value) {
          this.given[property] = value;
          if (this.isConnected) this.refresh();
        },
      });
    }
    customElements.define(`till-${name}`, widget);
  }
}
