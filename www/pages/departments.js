/** All departments with the categories directly below them. */

import { el } from "../dom.js";
import { named, t } from "../i18n.js";
import { toCategory } from "../links.js";
import { children } from "../shop.js";

/** @returns {import("../types.js").View} */
export function view() {
  return {
    title: t("departments.title"),
    nodes: [
      el("h1", {}, t("departments.title")),
      el(
        "div",
        { class: "directory" },
        ...children().map(({ path, name }) =>
          el(
            "section",
            {},
            el("h2", {}, el("a", { href: toCategory(path) }, named(name))),
            el("ul", { role: "list" }, ...children(path).map((child) => el("li", {}, el("a", { href: toCategory(child.path) }, named(child.name))))),
          ),
        ),
      ),
    ],
  };
}
