/**
 * Handing over: with the shopper's leave, asked for each time, a code for a store's guide or a link for customer service. The server
 * signs a digest; what the code says goes from this screen to the other and nowhere else.
 */

import { announce, el } from "./dom.js";
import { brandNamed, category, goods } from "./shop.js";
import { clock, current, named, short, t } from "./i18n.js";
import { closing, dialog } from "./visit.js";
import { moment } from "./stores.js";
import * as crm from "./crm.js";
import * as till from "./till.js";

/** @import { Audience, Snapshot, Said } from "../pkg/types/handoff.js" */

const SVG = "http://www.w3.org/2000/svg";

/** @param {{ audience: Audience, item?: string | undefined, visit?: crm.Booking }} about */
export function share({ audience, item, visit }) {
  const label = t(audience === "store" ? "handoff.guide" : "handoff.agent");
  const told = el("p", { class: "told", role: "alert" });
  const yes = el("button", { class: "primary", type: "button" }, t("handoff.yes"));
  const box = dialog(label, el("h2", {}, label), el("p", {}, t(audience === "store" ? "handoff.askStore" : "handoff.askAgent")), el("p", { class: "quiet" }, t("handoff.note")), told);
  const no = el("button", { class: "secondary", type: "button", onclick: () => box.close() }, t("handoff.no"));
  box.append(el("p", { class: "answers" }, yes, no));
  yes.addEventListener("click", async () => {
    yes.disabled = true;
    const made = await make(audience, item, visit).catch(() => undefined);
    if (!made?.ok) {
      yes.disabled = false;
      told.textContent = t("handoff.failed");
      return;
    }
    const address = new URL(`#/guide/${made.code}`, location.href).href;
    const image = await picture(address, label);
    const said = await inWords(made.snapshot);
    box.replaceChildren(
      el("h2", {}, label),
      el("p", {}, t("handoff.until", { time: clock(made.snapshot.expires) })),
      image ?? "",
      audience === "store" ? "" : el("p", { class: "field" }, el("label", { for: "handoff-link" }, t("handoff.link")), el("input", { id: "handoff-link", readonly: true, value: address })),
      el("details", {}, el("summary", {}, t("handoff.says")), ...sections(said)),
      el("p", { class: "answers" }, closing(box)),
    );
    box.dataset.address = address;
    announce(t("handoff.until", { time: clock(made.snapshot.expires) }));
  });
}

/** @param {Audience} audience @param {string} [item] @param {crm.Booking} [visit] */
async function make(audience, item, visit) {
  const { handOff } = await import("/pkg/handoff.js");
  const [orders, contacts] = await Promise.all([crm.orders(), crm.contacts()]);
  const about = item ?? visit?.item;
  return handOff(till.engine(), { audience, consent: true, ...(about && { item: about }), orders, contacts, ...(visit && { visit }), vouch: crm.vouch });
}

/** @param {string} address @param {string} label */
async function picture(address, label) {
  const { qr, path } = await import("/pkg/qr.js");
  const code = qr(address) ?? qr(address, { level: "L" });
  if (!code) return null;
  const { size, d } = path(code);
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ viewBox: `0 0 ${size} ${size}`, class: "qr", role: "img", "aria-label": label })) svg.setAttribute(name, value);
  for (const [name, attributes] of /** @type {const} */ ([["rect", { width: size, height: size, fill: "#fff" }], ["path", { d, fill: "#000" }]])) {
    const shape = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, String(value));
    svg.append(shape);
  }
  return svg;
}

/** A snapshot in the language of the page, with the shop's own names. @param {Snapshot} snapshot */
export async function inWords(snapshot) {
  const handoff = await import("/pkg/handoff.js");
  const asked = handoff.mentioned(snapshot);
  const [found, stores] = await Promise.all([goods(asked.items), asked.stores.length ? crm.stores().catch(() => []) : []]);
  /** @type {Record<string, string>} */
  const names = {};
  for (const brand of asked.brands) names[brand] = brandNamed(brand) ?? brand;
  for (const path of asked.categories) names[path] = named(category(path)?.name ?? { en: "", zh: "" });
  for (const [id, good] of found) names[id] = short(good);
  const zone = stores.find(({ id }) => id === snapshot.visit?.store)?.zone;
  for (const { id, name } of stores) names[id] = named(name);
  return handoff.inWords(till.engine(), snapshot, { language: current(), names, time: (time) => moment(time, time === snapshot.visit?.time ? zone : undefined) });
}

/** @param {Said} said @param {"h2" | "h3"} [level] of the headings */
export const sections = ({ sections }, level = "h3") => sections.map(({ heading, lines }) => el("section", { class: "said" }, el(level, {}, heading), el("ul", {}, ...lines.map((line) => el("li", {}, line)))));
