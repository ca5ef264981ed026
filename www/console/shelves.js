/** Each shelf of the page in view: what is on it, why, from which source, and how long that took. */

import { el } from "../dom.js";
import { number, t } from "../i18n.js";
import { onPage } from "../shelf.js";
import * as till from "../till.js";
import { bar, item, table, titles } from "./parts.js";

/** @import { Explained, Shelf } from "../../pkg/index.js" */

const MOST = 24;

export const state = () => onPage().map(({ status }) => status.decision);

export async function draw() {
  const shelves = onPage();
  if (!shelves.length) return [el("p", { class: "quiet" }, t("console.noShelves"))];
  await titles(shelves.flatMap(({ items, status }) => [...items.slice(0, MOST).map(({ id }) => id), ...explained(status).flatMap(({ causes }) => causes.map(({ because }) => because))]));
  return shelves.map((shelf, index) => section(shelf, index === 0));
}

/** The items of a list, taken apart; none when it is no longer known. What two rankers drafted, both lists explain. @param {Shelf["status"]} status */
function explained({ decision, decisions = [decision] }) {
  return decisions.flatMap((decision) => {
    const why = till.explain(decision);
    return why.gone ? [] : why.items.slice(0, MOST);
  });
}

/** What a score is made of, source by source, and which items are behind it. @param {Explained["items"][number] | undefined} why */
function parts(why) {
  const given = Object.entries(why?.contributions ?? {});
  if (!why || !given.length) return null;
  return el(
    "details",
    { class: "parts" },
    el("summary", {}, t("console.parts")),
    el("ul", { role: "list" }, ...given.map(([source, part]) => el("li", {}, el("span", { class: `source ${source}` }, `${source} ${number(part, 4)}`), bar(part / why.score, source)))),
    el("ul", { role: "list" }, ...why.rules.map(({ rule, factor }) => el("li", {}, t("console.rule", { rule: number(rule) }), " ", el("code", {}, factor ? `× ${number(factor, 2)}` : t("console.buried"))))),
    el("ul", { role: "list" }, ...why.causes.map(({ code, because, given }) => el("li", {}, item(because), ` ${number(given, 4)} `, el("code", {}, code)))),
  );
}

/** @param {Shelf} shelf @param {boolean} open */
function section({ placement, items, status }, open) {
  const { filtered } = status;
  const whys = explained(status);
  return el(
    "details",
    { class: "decision", id: `decision-${status.decision}`, open, "data-shelf": placement },
    el(
      "summary",
      {},
      el("strong", {}, placement),
      ` ${t("list.count", { count: items.length })} · ${number(status.microseconds)} µs · ${t("console.fallback")} ${status.fallback} · `,
      el("code", {}, status.decision),
    ),
    blend(status.blend),
    el(
      "p",
      { class: "quiet" },
      t("console.filtered", { outOfStock: filtered.outOfStock, inCart: filtered.inCart, bought: filtered.bought, excluded: filtered.excluded }),
      status.warnings.length ? ` · ${t("console.warnings")} ${status.warnings.join(", ")}` : "",
    ),
    table(
      ["#", t("console.item"), t("console.score"), t("console.source"), t("console.why")],
      items.slice(0, MOST).map(({ id, position, score, source, reasons }) => [
        String(position),
        item(id),
        number(score, 4),
        el("span", { class: `source ${source}` }, source),
        el("div", {}, el("ul", { role: "list" }, ...reasons.map(({ code, text }) => el("li", {}, text, " ", el("code", {}, code)))), parts(whys.find((why) => why.id === id && Math.abs(why.score - score) < 1e-6) ?? whys.find((why) => why.id === id))),
      ]),
    ),
    items.length > MOST && el("p", { class: "quiet" }, `+ ${items.length - MOST}`),
  );
}

/** @param {Shelf["status"]["blend"]} blend */
function blend(blend) {
  const parts = Object.entries(blend).filter(([, share]) => share > 0);
  if (!parts.length) return null;
  return el("ul", { class: "blend", role: "list", "aria-label": t("console.blend") }, ...parts.map(([source, share]) => el("li", {}, el("span", { class: `source ${source}` }, `${source} ${number(share * 100)} %`), bar(share, source))));
}
