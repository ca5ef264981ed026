/**
 * Three questions after a delivery or after service: the goods, the delivery, the service. One answer of five for each. It goes into the
 * report, and a member's to the CRM, where a bad one opens a contact: nothing is advertised until somebody has looked into it.
 */

import { announce, el } from "../dom.js";
import { t } from "../i18n.js";
import { toAccount, toHome } from "../links.js";
import { renew } from "../member.js";
import { widgets } from "../widgets.js";
import * as crm from "../crm.js";

/** @import { Route, View } from "../types.js" */

/** @param {Route} route @returns {Promise<View>} */
export async function view({ query }) {
  await widgets();
  const home = (/** @type {string} */ slot) => el("p", { slot }, el("a", { href: toHome }, t("missing.home")));
  const told = el("p", { class: "told", role: "status" });
  const survey = el("till-survey", { rule: query.get("rule") }, el("p", { slot: "none" }, t("survey.none")), home("none"), home("thanks"));
  survey.addEventListener("till-answer", async ({ detail }) => {
    announce(t("survey.thanks"));
    const kept = await tell(detail).catch(() => undefined);
    if (kept?.contact) told.append(t("survey.sorry"), " ", el("a", { href: toAccount }, t("account.title")));
    else if (kept === undefined) told.append(t("survey.late"));
    told.dataset.kept = String(kept !== undefined);
  });
  return { title: t("survey.title"), nodes: [el("div", { class: "plain" }, el("h1", {}, t("survey.title")), survey, told)] };
}

/** Hands an answer to the CRM and tells the engine what follows from it; null for whoever is not signed in.
 * @param {{ survey: { due: string, about: string }, answers: Record<string, number> }} answer */
async function tell({ survey: { due, about }, answers }) {
  if (!(await crm.me())) return null;
  const { rating = 0, rating_delivery = 0, rating_service = 0 } = answers;
  const kept = await crm.answer({ kind: due, about, rating, rating_delivery, rating_service, topic: t("survey.topic", { rating, rating_delivery, rating_service }) });
  await renew();
  return kept;
}
