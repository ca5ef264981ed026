// `<till-survey rule="delivered-survey">`: three questions after a delivery or after service, one answer of five for each; nothing where none
// is due.
// @ts-check

import { Widget } from "./base.js";
import { el, slot } from "./dom.js";

/** What is asked about → the property of the event. */
const DIMENSIONS = /** @type {const} */ ([
  ["goods", "rating"],
  ["delivery", "rating_delivery"],
  ["service", "rating_service"],
]);
const MARKS = [1, 2, 3, 4, 5];

export class Survey extends Widget {
  static observedAttributes = ["lang", "rule"];
  static properties = ["survey"];

  /** @param {import("./base.js").Till} till */
  view(till) {
    const survey = this.given.survey ?? till.ask("survey");
    if (!survey) return null;
    const { due, about } = survey;
    const form = el(
      "form",
      { part: "form" },
      ...DIMENSIONS.map(([name, field]) => this.#question(name, field)),
      el("p", { part: "answers" }, el("button", { part: "button send", type: "submit" }, this.t("survey.send"))),
      el("p", { part: "quiet note" }, this.t("survey.once")),
    );
    const content = el("section", { part: "survey", "aria-label": this.titled(this.t("survey.title")) }, slot("title", el("h2", { part: "title" }, this.t("survey.title"))), el("p", { part: "text" }, this.t(due === "service" ? "survey.service" : "survey.delivered")), form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const answers = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, Number(value)]));
      till.track("Survey Answered", { topic: due, ...(due === "delivery" && { order_id: about }), ...answers });
      const rule = this.getAttribute("rule");
      if (rule) till.respond({ rule }, "accepted");
      const thanks = el("p", { part: "thanks", role: "status", tabindex: -1 }, this.t("survey.thanks"));
      form.replaceWith(thanks, slot("thanks"));
      thanks.focus();
      this.tell("answer", { survey, answers });
    });
    return [content];
  }

  /** @param {"goods" | "delivery" | "service"} name @param {string} field */
  #question(name, field) {
    const marks = MARKS.map((mark) => el("label", { part: "mark" }, el("input", { type: "radio", name: field, value: mark, required: true }), el("span", {}, this.t("survey.mark", { mark }))));
    return el("fieldset", { part: "scale" }, el("legend", { part: "legend" }, this.t(`survey.of.${name}`)), ...marks);
  }
}
