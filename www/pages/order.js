/** After an order. */

import { el } from "../dom.js";
import { t } from "../i18n.js";
import { toHome } from "../links.js";
import { slot } from "../shelf.js";

/** @param {import("../types.js").Route} route @returns {import("../types.js").View} */
export function view({ key: number }) {
  return {
    title: t("order.title"),
    nodes: [el("div", { class: "plain" }, el("h1", {}, t("order.title")), el("p", {}, t("order.text", { number })), el("p", {}, el("a", { href: toHome }, t("missing.home")))), slot({ placement: "home", limit: 12 }, { grid: true }).place],
  };
}
