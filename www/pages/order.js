/** After an order: what completes what was bought. */

import { announce, el } from "../dom.js";
import { short, t } from "../i18n.js";
import { toHome } from "../links.js";
import { slot } from "../shelf.js";
import { goods } from "../shop.js";
import * as till from "../till.js";

/** Products of the order that are completed. */
const COMPLETED = 2;

/** @param {import("../types.js").Route} route @returns {Promise<import("../types.js").View>} */
export async function view({ key: number }) {
  const bought = till.remembers() ? till.portrait().bought : [];
  const latest = bought.filter(({ time }) => time === bought[0]?.time);
  const found = await goods(latest.map(({ id }) => id));
  const shelves = [...found.values()].slice(0, COMPLETED).map((good) => slot({ placement: "complements", item: good.id, limit: 12 }, { title: t("order.completes", { name: short(good) }) }));
  return {
    title: t("order.title"),
    nodes: [
      el("div", { class: "plain" }, el("h1", {}, t("order.title")), el("p", {}, t("order.text", { number })), el("ul", { class: "ordered", role: "list" }, ...[...found.values()].map(line)), el("p", {}, el("a", { href: toHome }, t("missing.home")))),
      ...shelves.map(({ place }) => place),
      slot({ placement: "home", limit: 12 }, { grid: true }).place,
    ],
  };
}

/** A product of the order, and a way to say that it was for somebody else. @param {import("../types.js").Good} good */
function line(good) {
  const said = el("button", { class: "quiet-button", type: "button" }, t("order.gift"));
  said.addEventListener("click", () => {
    till.gift(good.id);
    announce(t("order.gifted"));
    said.replaceWith(el("span", { class: "quiet" }, t("order.gifted")));
  });
  return el("li", {}, short(good), " ", said);
}
