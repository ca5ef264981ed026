/** Three questions after a delivery or after service: the goods, the delivery, the service. One answer of five for each. */

import { announce, el } from "../dom.js";
import { t } from "../i18n.js";
import { toHome } from "../links.js";
import * as till from "../till.js";

/** @import { Route, View } from "../types.js" */

/** What is asked about → the property of the event. */
const DIMENSIONS = /** @type {const} */ ([["goods", "rating"], ["delivery", "rating_delivery"], ["service", "rating_service"]]);

/** @param {Route} route @returns {Promise<View>} */
export async function view({ query }) {
  const place = el("div", { class: "plain" });
  const due = till.survey();
  const asked = due && { kind: due.due, about: due.about };
  const rule = query.get("rule") ?? "";
  place.append(el("h1", {}, t("survey.title")), ...(asked ? [el("p", {}, t(`survey.${asked.kind}`)), form(asked, rule, place)] : [el("p", {}, t("survey.none")), home()]));
  return { title: t("survey.title"), nodes: [place] };
}

const home = () => el("p", {}, el("a", { href: toHome }, t("missing.home")));

/** @param {{ kind: "delivery" | "service", about: string }} asked @param {string} rule @param {HTMLElement} place */
function form({ kind, about }, rule, place) {
  const form = el("form", { id: "survey" }, ...DIMENSIONS.map(([name, field]) => question(name, field)), el("p", { class: "answers" }, el("button", { class: "primary", type: "submit" }, t("survey.send"))), el("p", { class: "quiet" }, t("survey.note")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const answers = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, Number(value)]));
    till.track("Survey Answered", { topic: kind, ...(kind === "delivery" && { order_id: about }), ...answers });
    if (rule) till.respond({ rule }, "accepted");
    const thanks = el("p", { id: "survey-thanks", tabindex: -1 }, t("survey.thanks"));
    place.replaceChildren(el("h1", {}, t("survey.title")), thanks, home());
    announce(t("survey.thanks"));
    thanks.focus();
  });
  return form;
}

/** @param {"goods" | "delivery" | "service"} name @param {string} field */
const question = (name, field) =>
  el(
    "fieldset",
    { class: "scale" },
    el("legend", {}, t(`survey.of.${name}`)),
    ...[1, 2, 3, 4, 5].map((mark) => el("label", {}, el("input", { type: "radio", name: field, value: mark, required: true }), el("span", {}, t("survey.mark", { mark })))),
  );
