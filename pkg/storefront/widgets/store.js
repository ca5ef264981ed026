// `<till-store item="sku-1">`: who says where they are is invited to the nearest open store that shows the product; who does not sees one of their
// region. Where the shopper is, is forgotten at once; that they agreed to be asked, when the page is left.
// @ts-check

import { Widget, settings } from "./base.js";
import { button, el, slot } from "./dom.js";

/** @typedef {import("../../types/stores.js").NearStore} NearStore */
/** @typedef {import("../../types/stores.js").Invitation} Invitation */
/** @typedef {import("../../types/stores.js").Place} Place */
/** @typedef {Pick<import("../../types/stores.js").Stores, "nearby" | "invitation">} Stores */

/** Anywhere on earth. */
const ANYWHERE = { place: { latitude: 0, longitude: 0 }, within: 20_100 };
const HOUR = /** @type {const} */ ({ hour: "numeric", minute: "2-digit" });
const MOMENT = /** @type {const} */ ({ weekday: "short", month: "long", day: "numeric", ...HOUR });

/** Whether the shopper has agreed on this page to be asked where they are. */
let agreed = false;

export class Store extends Widget {
  static observedAttributes = ["lang", "item"];

  /** @param {import("./base.js").Till} till @param {() => boolean} stale */
  async view(till, stale) {
    const item = this.getAttribute("item");
    const stores = typeof settings.stores === "function" ? await settings.stores() : settings.stores;
    if (!item || !stores?.nearby({ item, demo: true, limit: 1, ...ANYWHERE }).stores.length) return null;
    // What is said here later is said to screen readers.
    const card = el("div", { part: "store", "aria-live": "polite" });
    const find = () => this.#find(card, till, stores, item);
    card.append(
      this.#title(),
      el("p", { part: "text" }, this.t("store.shown")),
      el("p", { part: "quiet note" }, this.t("store.asks")),
      el("p", { part: "answers" }, button("find", find, this.t("store.find"))),
    );
    delete this.dataset.rule;
    const permission = agreed ? undefined : await navigator.permissions?.query({ name: "geolocation" }).catch(() => undefined);
    if (stale()) return undefined;
    if (agreed) find();
    // Who has forbidden it is not asked again.
    else if (permission?.state === "denied" || !settings.locate) this.#answer(card, till, stores, item, undefined, permission?.state === "denied" ? "denied" : "");
    return [el("section", { "aria-label": this.t("store.title") }, card)];
  }

  #title(text = this.t("store.title")) {
    return slot("title", el("h2", { part: "title" }, text));
  }

  /** @param {HTMLElement} card @param {import("./base.js").Till} till @param {Stores} stores @param {string} item */
  async #find(card, till, stores, item) {
    agreed = true;
    card.setAttribute("aria-busy", "true");
    for (const one of card.querySelectorAll("button")) one.disabled = true;
    /** @type {import("../../types/stores.js").Located | undefined} */
    const where = await Promise.resolve(settings.locate?.()).catch(() => undefined);
    card.removeAttribute("aria-busy");
    if (this.isConnected) this.#answer(card, till, stores, item, where?.ok ? where.place : undefined, where?.ok ? "" : (where?.reason ?? "unavailable"));
  }

  /** @param {HTMLElement} card @param {import("./base.js").Till} till @param {Stores} stores @param {string} item @param {Place | undefined} place @param {string} reason */
  #answer(card, till, stores, item, place, reason) {
    const note = reason && this.t(reason === "denied" ? "store.denied" : "store.unknown");
    const invitation = stores.invitation({ item, place });
    const near = invitation?.store ?? stores.nearby({ item, demo: true, place, limit: 1 }).stores[0];
    this.hold();
    if (!near) {
      card.replaceChildren(this.#title(), el("p", { part: "text" }, this.t(place ? "store.far" : "store.none")), el("p", { part: "quiet note" }, note));
      return;
    }
    if (invitation) {
      this.dataset.rule = invitation.rule;
      till.respond(invitation, "shown");
    }
    const book = button("book", () => this.tell("book", { item, store: near, invitation }), this.t("store.book"));
    const away = () => {
      if (invitation) till.respond(invitation, "dismissed");
      card.replaceChildren(el("p", { part: "quiet" }, this.t("store.away")));
      this.tell("dismiss", { action: invitation });
    };
    card.replaceChildren(
      this.#title(invitation && this.named(invitation.title)),
      this.#where(near),
      ...(invitation ? [el("p", { part: "text" }, this.named(invitation.text))] : []),
      el("p", { part: "quiet note" }, note || this.named(near.address)),
      el("p", { part: "answers" }, book, invitation ? button("dismiss", away, this.t("coupon.dismiss")) : null),
    );
  }

  /** A store's name, how far it is and when it is open, by its own clock. @param {NearStore} store */
  #where({ name, km, open, closes, opens, zone: timeZone }) {
    const when = open && closes ? this.t("store.until", { time: this.date(closes, { ...HOUR, timeZone }) }) : opens ? this.t("store.opens", { time: this.date(opens, { ...MOMENT, timeZone }) }) : this.t("store.closed");
    return el("p", { part: "where" }, el("strong", { part: "name" }, this.named(name)), km === null ? null : el("span", { part: "distance" }, km <= 1 ? this.t("store.close") : this.t("store.km", { km })), el("span", { part: "hours" }, when));
  }
}
