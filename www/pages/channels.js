/** Where the member may be written to, and what was sent in their name. Nothing is allowed until they say so. */

import { announce, el } from "../dom.js";
import { t, tag } from "../i18n.js";
import * as crm from "../crm.js";
import { renew } from "../member.js";
import * as till from "../till.js";

/** @type {crm.Channel[]} */
const CHANNELS = ["mail", "sms", "wecom"];
/** Messages that are listed. */
const MOST = 5;

/** Reasons that a member understands; of the others it is enough that nothing was sent. @type {Record<string, "channels.noPermission" | "channels.complaint" | "channels.ordered">} */
const REASONS = { no_permission: "channels.noPermission", complaint: "channels.complaint", ordered: "channels.ordered" };

export async function section() {
  const [{ channels }, messages] = await Promise.all([crm.channels(), crm.messages()]);
  const told = el("p", { class: "told", role: "alert" });
  /** @param {crm.Channel} channel */
  const choice = (channel) => {
    const box = el("input", { type: "checkbox", role: "switch", id: `channel-${channel}`, checked: channels[channel].allowed });
    box.addEventListener("change", async () => {
      const allowed = box.checked;
      try {
        await crm.allow({ [channel]: allowed });
        // The engine asks for nothing that it has not heard to be allowed.
        await renew();
        told.textContent = "";
        announce(t("consent.done"));
      } catch {
        box.checked = !allowed;
        told.textContent = t("account.failed");
      }
    });
    return el("div", { class: "choice" }, box, el("label", { for: box.id }, t(`channels.${channel}`)));
  };
  const { personalisation, measurement } = till.status().consent;
  return el(
    "div",
    {},
    el("p", {}, t("channels.text")),
    el("fieldset", { class: "choices" }, el("legend", {}, t("channels.choices")), ...CHANNELS.map(choice)),
    personalisation && measurement ? null : el("p", { class: "quiet" }, t("channels.also")),
    told,
    messages.length ? list(messages) : null,
  );
}

/** @param {crm.Message[]} messages */
function list(messages) {
  return el(
    "details",
    { class: "messages" },
    el("summary", {}, t("channels.messages")),
    el("ul", {}, ...messages.slice(0, MOST).map(line)),
  );
}

/** @param {crm.Message} message */
function line({ id, channel, requested, decided, state, reason }) {
  const day = new Date(decided ?? requested).toLocaleDateString(tag(), { month: "long", day: "numeric" });
  const what = state === "delivered" ? t("channels.sent") : state === "pending" ? t("channels.waits") : reason && REASONS[reason] ? t(REASONS[reason]) : t("channels.notSent");
  return el("li", { "data-message": id, "data-state": state }, `${day} · ${t(`channels.${channel}`)} · ${what}`);
}
