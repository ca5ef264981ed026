/** "Keep my preferences on my other devices": a switch, a passphrase that never leaves the device, and when it was last. */

import { announce, el } from "../dom.js";
import { t, tag } from "../i18n.js";
import { toPrivacy } from "../links.js";
import * as devices from "../backup.js";
import * as till from "../till.js";

/** What a shopper can do something about. @type {Record<string, "devices.wrong" | "devices.weak" | "devices.damaged" | "devices.newer" | "devices.late">} */
const TROUBLES = { backup_secret: "devices.wrong", backup_weak: "devices.weak", backup_truncated: "devices.damaged", backup_damaged: "devices.damaged", backup_version: "devices.newer" };

export async function section() {
  await devices.start().catch(() => {});
  const place = el("div", { class: "devices" });
  draw(place);
  return place;
}

/** @param {HTMLElement} place */
function draw(place) {
  place.replaceChildren(...(devices.isOn() ? on(place) : off(place)));
}

const told = () => {
  const { trouble } = devices;
  return el("p", { class: "told", role: "alert", "data-trouble": trouble || null }, trouble && trouble !== "backup_locked" ? t(TROUBLES[trouble] ?? "devices.late") : "");
};

/** @param {HTMLElement} place @param {boolean} checked */
function toggle(place, checked) {
  const box = el("input", { type: "checkbox", role: "switch", id: "devices-on", checked, "aria-describedby": "devices-about" });
  return { box, node: el("div", { class: "choice" }, box, el("div", {}, el("label", { for: box.id }, t("devices.switch")), el("p", { id: "devices-about" }, t("devices.about")))) };
}

/** @param {HTMLElement} place */
function off(place) {
  const { box, node } = toggle(place, false);
  if (!till.status().consent.personalisation) {
    box.disabled = true;
    return [el("fieldset", { class: "choices" }, node), el("p", { class: "quiet" }, t("devices.consent"), " ", el("a", { href: toPrivacy }, t("privacy.title")))];
  }
  const input = el("input", { id: "devices-secret", type: "password", required: true, minlength: 8, maxlength: 200, autocomplete: "off", "aria-describedby": "devices-note" });
  const button = el("button", { class: "primary", type: "submit" }, t("devices.begin"));
  const form = el("form", { id: "devices-form", hidden: true }, el("p", { class: "field" }, el("label", { for: input.id }, t("devices.secret")), input, el("span", { class: "quiet", id: "devices-note" }, t("devices.secretNote"))), button);
  box.addEventListener("change", () => {
    form.hidden = !box.checked;
    if (box.checked) input.focus();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    const done = await devices.turnOn(input.value);
    draw(place);
    focus(done ? "devices-on" : "devices-secret");
    if (done) announce(t("devices.done"));
  });
  const alert = told();
  if (devices.trouble && devices.trouble !== "backup_locked") {
    box.checked = true;
    form.hidden = false;
  }
  return [el("fieldset", { class: "choices" }, node, form), alert];
}

/** @param {HTMLElement} place */
function on(place) {
  const { box, node } = toggle(place, true);
  box.addEventListener("change", async () => {
    box.disabled = true;
    const ended = await devices.end();
    draw(place);
    focus("devices-on");
    if (ended) announce(t("devices.ended"));
  });
  const last = devices.last();
  const when = last ? new Date(last).toLocaleString(tag(), { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" }) : null;
  const now = el("button", { class: "secondary", type: "button", id: "devices-sync" }, t("devices.sync"));
  now.addEventListener("click", async () => {
    now.disabled = true;
    const done = await devices.sync();
    draw(place);
    focus("devices-sync");
    if (done) announce(t("devices.done"));
  });
  return [el("fieldset", { class: "choices" }, node), el("p", { class: "quiet", id: "devices-last", "data-last": last }, when ? t("devices.last", { moment: when }) : ""), el("p", { class: "answers" }, now), told()];
}

/** @param {string} id */
const focus = (id) => document.getElementById(id)?.focus();
