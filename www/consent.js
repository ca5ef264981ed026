/** The question of consent: a banner that does not block the page, with three answers of equal weight. Nothing is kept before an answer. */

import { announce, byId, el } from "./dom.js";
import { current, t } from "./i18n.js";
import { keep } from "./keep.js";
import { renew } from "./member.js";
import { toPrivacy } from "./links.js";
import { parse, refresh, watch } from "./router.js";
import { widgets } from "./widgets.js";
import * as cart from "./cart.js";
import * as devices from "./backup.js";
import * as till from "./till.js";

/** @import { Consent } from "../pkg/index.js" */

/** A refusal is not stored: it lasts as long as the page, and the question comes back on the next visit. */
let answered = false;

export async function start() {
  await widgets();
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
  const ended = choice.personalisation ? null : devices.end();
  await till.consent(choice);
  await ended;
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

/** The choice is put into effect here, with the cart and the pages. */
function banner() {
  const question = el("till-consent", { class: "consent" }, el("a", { slot: "more", href: toPrivacy }, t("consent.more")));
  question.addEventListener("till-consent", (event) => {
    event.preventDefault();
    choose(event.detail.consent);
  });
  return question;
}
