/** The strip of live rooms on the front page. */

import { el } from "./dom.js";
import { pick, t } from "./i18n.js";
import { toLive } from "./links.js";
import { goods, picture, rooms } from "./shop.js";

/** Nothing in a shop without rooms. */
export async function liveStrip() {
  const all = await rooms();
  if (!all.length) return null;
  const found = await goods(all.flatMap(({ items: [first] }) => first ?? []));
  return el(
    "section",
    { class: "shelf", "aria-labelledby": "live-now" },
    el("div", { class: "shelf-head" }, el("h2", { id: "live-now" }, t("live.now"))),
    el(
      "ul",
      { class: "rooms", role: "list" },
      ...all.map(({ id, name, host, items: [first] }) => {
        const good = first ? found.get(first) : undefined;
        return el("li", {}, el("a", { href: toLive(id), class: "room", "data-room": id }, el("span", { class: "picture" }, good ? el("img", { src: picture(good), alt: "", width: 120, height: 120, loading: "lazy" }) : null), el("span", { class: "on" }, t("live.badge")), el("strong", {}, pick(name)), el("span", { class: "quiet" }, t("live.host", { host: pick(host) }))));
      }),
    ),
  );
}
