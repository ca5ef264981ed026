/** Tells the shopper, once and without alarm, when something keeps the shelves from being personal or the choices from lasting. */

import { byId, el } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";
import { watch as watchPage } from "./router.js";
import { modelled } from "./shelf.js";
import * as till from "./till.js";

/** @import { Problem } from "../pkg/index.js" */

let dismissed = false;

export function start() {
  till.watch(draw);
  watchPage(draw);
  draw();
}

/** The problem that a shopper would want to know of. Troubles of reporting are none of the shopper's; the console has them. */
function telling() {
  const { problems, consent } = till.status();
  if (!modelled()) return { text: t("notice.standard"), problem: problems.find(({ code }) => !code.startsWith("storage.")) };
  const storage = problems.find(({ code }) => code.startsWith("storage."));
  return storage && consent.personalisation ? { text: t("notice.storage"), problem: storage } : undefined;
}

function draw() {
  const told = dismissed ? undefined : telling();
  const place = byId("notice");
  if (place.dataset.code === (told && code(told))) return;
  if (told) place.dataset.code = code(told);
  else delete place.dataset.code;
  place.replaceChildren(told ? box(told.text, told.problem) : "");
}

/** @param {{ text: string, problem?: Problem | undefined }} told */
const code = ({ text, problem }) => `${problem?.code ?? ""} ${text}`;

/** @param {string} text @param {Problem} [problem] */
function box(text, problem) {
  return el(
    "div",
    { class: "notice" },
    el("p", {}, text),
    problem && el("details", {}, el("summary", {}, t("notice.details")), el("p", {}, el("code", {}, problem.code), " ", problem.message)),
    el(
      "button",
      {
        class: "round",
        type: "button",
        "aria-label": t("notice.dismiss"),
        onclick: () => {
          dismissed = true;
          draw();
          byId("main").focus({ preventScroll: true });
        },
      },
      icon("close"),
    ),
  );
}
