/** The question of consent: a banner that does not block the page, with three answers of equal weight. Nothing is kept before an answer. */

import { announce, byId, el } from "./dom.js";
import { current, t } from "./i18n.js";
import { keep } from "./keep.js";
import { renew } from "./member.js";
import { toPrivacy } from "./links.js";
import { parse, refresh, watch } from "./router.js";
import * as cart from "./cart.js";
import * as till from "./till.js";

/** @import { Consent } from "../pkg/index.js" */

/** A refusal is not stored: it lasts as long as the page, and the question comes back on the next visit. */
let answered = false;

export function start() {
  // What has the focus is scrolled to where the banner does not cover it.
  const place = byId("consent");
  new ResizeObserver(() => document.documentElement.style.setProperty("--consent", `${place.offsetHeight}px`)).observe(place);
  watch(draw);
  draw();
}

/**
 * Puts a choice into effect and draws the page anew, as the shelves may be others now.
 * @param {Required<Consent>} choice
 */
export async function choose(choice) {
  answered = true;
  const before = till.remembers();
  if (before && !choice.personalisation) cart.keep();
  await till.consent(choice);
  // Who signed in before is known from here on.
  if (choice.personalisation) await renew().catch(() => {});
  if (choice.personalisation) keep("language", current());
  else forgetPages();
  if (!before) cart.handOver();
  draw();
  await refresh({ again: before });
  // The button that was pressed is gone; reading goes on where the page begins.
  if (document.activeElement === document.body) byId("main").focus({ preventScroll: true });
  announce(t("consent.done"));
}

/** Takes off the device what the pages keep there. */
export function forgetPages() {
  keep("language", null);
  keep("front", null);
}

function draw() {
  const { consent } = till.status();
  // The page about privacy asks the same question itself.
  const open = !answered && !Object.values(consent).includes(true) && parse(location.hash).page !== "privacy";
  byId("consent").replaceChildren(open ? banner() : "");
}

function banner() {
  /** @param {string} name @param {string} text @param {Required<Consent>} choice */
  const answer = (name, text, choice) => el("button", { class: "secondary", type: "button", "data-consent": name, onclick: () => choose(choice) }, text);
  return el(
    "section",
    { class: "consent", "aria-labelledby": "consent-title" },
    el("div", {}, el("h2", { id: "consent-title" }, t("consent.title")), el("p", {}, t("consent.text"), " ", el("a", { href: toPrivacy }, t("consent.more")))),
    el(
      "div",
      { class: "answers" },
      answer("all", t("consent.all"), { personalisation: true, measurement: true, experiment: true }),
      answer("personalisation", t("consent.personalisation"), { personalisation: true, measurement: false, experiment: false }),
      answer("none", t("consent.none"), { personalisation: false, measurement: false, experiment: false }),
    ),
  );
}
