// `<till-live>`: the shop's live rooms that are on now, each a link.
// @ts-check

import { Widget, settings } from "./base.js";
import { address, el, slot } from "./dom.js";

/** @typedef {import("../../types/widgets.js").Room} Room */

export class Live extends Widget {
  static asks = false;
  static properties = ["rooms"];

  async view() {
    /** @type {readonly Room[]} */
    const rooms = this.given.rooms ?? (await settings.rooms?.()) ?? [];
    if (!rooms.length) return null;
    return [
      el(
        "section",
        { part: "live", "aria-label": this.titled(this.t("live.title")) },
        el("div", { part: "head" }, slot("title", el("h2", { part: "title" }, this.t("live.title")))),
        el("ul", { part: "rooms", role: "list" }, ...rooms.map((room) => el("li", {}, this.#room(room)))),
      ),
    ];
  }

  /** @param {Room} room */
  #room({ id, name, host, link, image }) {
    const src = address(image);
    const href = address(link);
    return el(
      "a",
      { part: "room", "data-room": id, ...(href && { href }) },
      el("span", { part: "picture" }, src && el("img", { part: "image", src, alt: "", width: 120, height: 120, loading: "lazy" })),
      el("span", { part: "badge" }, this.t("live.badge")),
      el("strong", { part: "name" }, this.named(name)),
      host ? el("span", { part: "quiet host" }, this.t("live.host", { host: this.named(host) })) : null,
    );
  }
}
