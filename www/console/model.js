/** The model, the engine, and what went wrong. */

import { el } from "../dom.js";
import { bytes, number, t } from "../i18n.js";
import * as till from "../till.js";
import { block, facts } from "./parts.js";

export function state() {
  const { queue, intake, ...rest } = till.status();
  return rest;
}

export function draw() {
  const { engine, model, memory, storage, session, consent, gpc, problems } = till.status();
  const first = performance.getEntriesByName("till:first-shelf")[0];
  /** @param {boolean} value */
  const allowed = (value) => t(value ? "console.allowed" : "console.denied");
  return [
    el(
      "div",
      { class: "blocks" },
      block(
        t("console.model"),
        facts([
          [t("console.id"), el("code", {}, model?.id ?? "–")],
          [t("console.items"), model ? number(model.items) : "–"],
          [t("console.bytes"), model ? bytes(model.bytes) : "–"],
        ]),
      ),
      block(
        t("console.engine"),
        facts([
          [t("console.engine"), engine],
          [t("console.memory"), bytes(memory)],
          [t("console.storage"), storage],
          [t("console.session"), el("code", {}, session)],
          [t("console.firstShelf"), first ? `${number(first.startTime, 1)} ms` : "–"],
        ]),
      ),
      block(
        t("privacy.choices"),
        facts([
          [t("privacy.personalisation"), allowed(consent.personalisation)],
          [t("privacy.measurement"), allowed(consent.measurement)],
          [t("privacy.experiment"), allowed(consent.experiment)],
          ["Global Privacy Control", gpc ? t("console.on") : t("console.off")],
        ]),
      ),
      block(
        t("console.problems"),
        problems.length ? el("ul", {}, ...problems.map(({ code, message }) => el("li", {}, el("code", {}, code), " ", message))) : el("p", { class: "quiet" }, "–"),
      ),
    ),
  ];
}
