/** The last calls that the page made, and what the engine answered. */

import { el } from "../dom.js";
import { clock, t } from "../i18n.js";
import { calls } from "../till.js";
import { table } from "./parts.js";

export const state = () => calls;

export function draw() {
  if (!calls.length) return [el("p", { class: "quiet" }, t("console.noCalls"))];
  return [
    table(
      [t("console.time"), t("console.event"), t("console.about"), t("console.answer")],
      calls.map(({ time, event, item, result }) => [
        clock(time),
        event,
        el("code", {}, item),
        el("span", { class: result.ok ? "ok" : "refused" }, result.ok ? "ok" : result.reason),
      ]),
    ),
  ];
}
