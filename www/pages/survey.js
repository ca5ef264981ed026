/** Three questions after a delivery or after service: the goods, the delivery, the service. One answer of five for each. */

import { announce, el } from "../dom.js";
import { t } from "../i18n.js";
import { toHome } from "../links.js";
import { widgets } from "../widgets.js";

/** @import { Route, View } from "../types.js" */

/** @param {Route} route @returns {Promise<View>} */
export async function view({ query }) {
  await widgets();
  const home = (/** @type {string} */ slot) => el("p", { slot }, el("a", { href: toHome }, t("missing.home")));
  const survey = el("till-survey", { rule: query.get("rule") }, el("p", { slot: "none" }, t("survey.none")), home("none"), home("thanks"));
  survey.addEventListener("till-answer", () => announce(t("survey.thanks")));
  return { title: t("survey.title"), nodes: [el("div", { class: "plain" }, el("h1", {}, t("survey.title")), survey)] };
}
