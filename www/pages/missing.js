/** An address that leads nowhere. */

import { el } from "../dom.js";
import { t } from "../i18n.js";
import { toHome } from "../links.js";
import { slot } from "../shelf.js";

/** @returns {import("../types.js").View} */
export function view() {
  return {
    title: t("missing.title"),
    nodes: [el("div", { class: "plain" }, el("h1", {}, t("missing.title")), el("p", {}, t("missing.text"), " ", el("a", { href: toHome }, t("missing.home")))), slot({ placement: "home", limit: 6 }, { grid: true }).place],
  };
}
