/** What waits to be sent, and what was taken in or refused. */

import { el } from "../dom.js";
import { bytes, clock, number, t } from "../i18n.js";
import * as till from "../till.js";
import { block, facts, table } from "./parts.js";

export function state() {
  const { queue, intake, consent } = till.status();
  return [queue, intake, consent];
}

export function draw() {
  const { queue, intake, consent } = till.status();
  const refused = Object.entries(intake.refused);
  const now = el("button", { class: "secondary", type: "button", onclick: () => till.flush() }, t("console.flush"));
  return [
    el("p", { class: "quiet" }, consent.measurement ? t("console.reporting") : t("console.notReporting")),
    el(
      "div",
      { class: "blocks" },
      block(
        t("console.queue"),
        facts([
          [t("console.waiting"), number(queue.waiting)],
          [t("console.bytes"), bytes(queue.bytes)],
          [t("console.sent"), number(queue.sent)],
          [t("console.dropped"), number(queue.dropped)],
          [t("console.nextTry"), queue.nextTry === null ? "–" : clock(queue.nextTry)],
        ]),
        now,
      ),
      block(
        t("console.intake"),
        facts([[t("console.accepted"), number(intake.accepted)]]),
        refused.length ? table([t("console.refused"), ""], refused.map(([reason, count]) => [el("code", {}, reason), number(count)])) : null,
      ),
    ),
  ];
}
