// `<till-consent>`: the question of consent, which does not block the page, with three answers of equal weight. It stands there until something is
// allowed; a refusal is kept nowhere and lasts as long as the page.
// @ts-check

import { Widget } from "./base.js";
import { button, el, slot } from "./dom.js";

const ANSWERS = /** @type {const} */ ({
  all: { personalisation: true, measurement: true, experiment: true },
  personalisation: { personalisation: true, measurement: false, experiment: false },
  none: { personalisation: false, measurement: false, experiment: false },
});

/** Whether the question was answered on this page. */
let answered = false;

export class Consent extends Widget {
  /** @param {import("./base.js").Till} till */
  view(till) {
    const { consent } = till.status();
    if (answered || Object.values(consent).includes(true)) return null;
    /** @param {keyof typeof ANSWERS} name */
    const answer = (name) => {
      const choose = async () => {
        answered = true;
        const choice = ANSWERS[name];
        this.put(null, true);
        if (this.tell("consent", { consent: choice })) await till.consent(choice);
      };
      const one = button("answer", choose, this.t(`consent.${name}`));
      one.dataset.consent = name;
      return one;
    };
    return [
      el(
        "section",
        { part: "consent", "aria-labelledby": "title" },
        el("div", { part: "question" }, el("h2", { part: "title", id: "title" }, this.t("consent.title")), el("p", { part: "text" }, this.t("consent.text"), " ", slot("more"))),
        el("div", { part: "answers" }, answer("all"), answer("personalisation"), answer("none")),
      ),
    ];
  }
}
