/** What the shopper says they like: a few aisles, chosen by hand, which lead the shelves at once. */

import { announce, el } from "../dom.js";
import { named, t } from "../i18n.js";
import { toHome, toPrivacy } from "../links.js";
import { go } from "../router.js";
import { children } from "../shop.js";
import * as till from "../till.js";

/** @import { View } from "../types.js" */

/** Aisles offered of each department. */
const EACH = 3;

/** @returns {Promise<View>} */
export async function view() {
  if (!till.remembers()) return { title: t("quiz.title"), nodes: [el("div", { class: "plain" }, el("h1", {}, t("quiz.title")), el("p", {}, t("quiz.off"), " ", el("a", { href: toPrivacy }, t("privacy.title"))))] };
  const groups = children().map((department) => {
    const aisles = children(department.path).slice(0, EACH);
    return el(
      "fieldset",
      { class: "choices-of" },
      el("legend", {}, named(department.name)),
      el("div", { class: "chips" }, ...aisles.map(({ path, name }) => el("label", { class: "chip" }, el("input", { type: "checkbox", name: "aisle", value: path }), " ", named(name)))),
    );
  });
  const form = el("form", { id: "quiz" }, el("div", { class: "quiz" }, ...groups), el("p", { class: "answers" }, el("button", { class: "primary", type: "submit" }, t("quiz.send"))));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = new FormData(form).getAll("aisle").map(String);
    for (const name of chosen) await till.prefer({ kind: "category", name, more: true });
    announce(t("quiz.done", { count: chosen.length }));
    go(toHome);
  });
  return { title: t("quiz.title"), nodes: [el("div", { class: "plain wide" }, el("h1", {}, t("quiz.title")), el("p", {}, t("quiz.text")), form)] };
}
