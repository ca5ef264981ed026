/** What the shopper allows, sees and takes back. */

import { announce, el } from "../dom.js";
import { number, t } from "../i18n.js";
import * as i18n from "../i18n.js";
import { refresh } from "../router.js";
import * as cart from "../cart.js";
import { choose, forgetPages } from "../consent.js";
import { widgets } from "../widgets.js";
import * as devices from "../backup.js";
import * as till from "../till.js";

/** @import { View } from "../types.js" */
/** @typedef {"personalisation" | "measurement" | "experiment"} Purpose */

/** @returns {Promise<View>} */
export async function view() {
  await widgets();
  return {
    title: t("privacy.title"),
    nodes: [el("div", { class: "plain privacy" }, el("h1", {}, t("privacy.title")), el("p", {}, t("privacy.text")), choices(), state(), el("till-knowledge", { id: "know" }), copy(), oblivion())],
  };
}

function choices() {
  const { consent } = till.status();
  /** @param {Purpose} purpose */
  const choice = (purpose) => {
    const box = el("input", { type: "checkbox", role: "switch", id: `allow-${purpose}`, checked: consent[purpose], "aria-describedby": `about-${purpose}` });
    box.addEventListener("change", async () => {
      await choose({ ...till.status().consent, [purpose]: box.checked });
      document.getElementById(box.id)?.focus();
    });
    return el("div", { class: "choice" }, box, el("div", {}, el("label", { for: box.id }, t(`privacy.${purpose}`)), el("p", { id: `about-${purpose}` }, t(`privacy.${purpose}Text`))));
  };
  return el("fieldset", { class: "choices" }, el("legend", {}, t("privacy.choices")), choice("personalisation"), choice("measurement"), choice("experiment"));
}

function state() {
  const { storage, gpc } = till.status();
  const { events } = till.portrait();
  return el(
    "ul",
    { class: "state" },
    el("li", {}, storage === "disk" ? t("privacy.disk") : t("privacy.memory")),
    el("li", {}, t("privacy.events", { count: number(events) })),
    el("li", {}, gpc ? t("privacy.gpc") : t("privacy.noGpc")),
  );
}

function copy() {
  const shown = el("div", {});
  const make = async () => {
    const text = JSON.stringify({ language: i18n.current(), ...(await till.exported()) }, null, 2);
    const link = el("a", { class: "secondary", href: URL.createObjectURL(new Blob([text], { type: "application/json" })), download: "my-data.json" }, t("privacy.download"));
    shown.replaceChildren(el("p", {}, link), el("pre", { tabindex: 0, role: "region", "aria-label": t("privacy.export") }, text));
    announce(t("privacy.exported"));
  };
  return el("section", {}, el("h2", {}, t("privacy.export")), el("p", {}, t("privacy.exportText")), el("button", { class: "secondary", type: "button", id: "export", onclick: make }, t("privacy.exportButton")), shown);
}

function oblivion() {
  const place = el("div", { class: "answers" });
  const ask = () => {
    const sure = el("button", { class: "primary", type: "button", id: "forget-sure", onclick: erase }, t("privacy.forgetSure"));
    place.replaceChildren(sure, el("button", { class: "secondary", type: "button", onclick: offer }, t("privacy.forgetNot")));
    sure.focus();
  };
  const button = el("button", { class: "secondary", type: "button", id: "forget", onclick: ask }, t("privacy.forgetButton"));
  const offer = () => {
    place.replaceChildren(button);
    if (button.isConnected && document.activeElement === document.body) button.focus();
  };
  const erase = async () => {
    // Ends first, or what is encrypted elsewhere would bring it all back.
    const ended = devices.end();
    await till.forget();
    await ended;
    cart.clear();
    forgetPages();
    await refresh({ again: true });
    document.getElementById("forget")?.focus();
    announce(t("privacy.forgotten"));
  };
  offer();
  return el("section", {}, el("h2", {}, t("privacy.forget")), el("p", {}, t("privacy.forgetText")), place);
}
