/** The shopper in one view: intent, stage, tags with evidence, departments, orders, opinions, what is due, and the visit so far. */

import { el } from "../dom.js";
import { clock, money, named, number, t, tag } from "../i18n.js";
import { reason } from "./reason.js";
import { category, description } from "../shop.js";
import * as till from "../till.js";
import { bar, block, facts, item, titles } from "./parts.js";

/** @import { Intent, Portrait } from "../../pkg/index.js" */

const MOST = 8;
/** Minutes of the timeline. */
const MINUTES = 30;

export const state = () => [till.portrait(), till.intent(), till.calls.length, Math.floor(Date.now() / 60_000)];

export async function draw() {
  const portrait = till.portrait();
  const intent = till.intent();
  const { attributes, behaviour, transactions, sentiment } = portrait;
  if (!behaviour || !till.remembers()) return [el("p", { class: "quiet" }, t("console.nothing"))];
  if (intent.item) await titles([intent.item]);
  return [
    timeline(),
    el(
      "div",
      { class: "blocks" },
      block(t("shopper.intent"), doing(intent)),
      block(t("shopper.cycle"), cycle()),
      block(t("shopper.tags"), tags(attributes?.tags ?? [])),
      block(t("shopper.departments"), departments(behaviour.departments)),
      block(t("shopper.lifts"), lifts(behaviour.categories)),
      block(t("shopper.orders"), orders(transactions)),
      block(t("shopper.opinions"), opinions(sentiment)),
      block(t("shopper.visits"), visits(behaviour)),
    ),
  ];
}

const nothing = () => el("p", { class: "quiet" }, "–");

/** @param {string} path */
const place = (path) => {
  const found = category(path);
  return found ? named(found.name) : path;
};

/** @param {number} time */
const day = (time) => new Date(time).toLocaleDateString(tag(), { month: "short", day: "numeric" });

/** @param {number | null | undefined} share */
const percent = (share) => (share === null || share === undefined ? "–" : `${number(share * 100)} %`);

/** What the page told the engine in the last half hour, each at its time. */
function timeline() {
  const now = Date.now();
  const recent = till.calls.filter(({ time, result }) => now - time < MINUTES * 60_000 && result.ok);
  const marks = recent.map(({ time, event, item }) => {
    const mark = el("span", { class: "mark", title: `${clock(time)} ${event} ${item}` });
    mark.style.insetInlineStart = `${(1 - (now - time) / (MINUTES * 60_000)) * 100}%`;
    return mark;
  });
  return el(
    "figure",
    { class: "timeline" },
    el("figcaption", {}, t("shopper.timeline", { minutes: MINUTES, count: number(recent.length) })),
    el("div", { class: "lane", role: "img", "aria-label": t("shopper.timeline", { minutes: MINUTES, count: number(recent.length) }) }, ...marks),
    el("div", { class: "ends quiet" }, el("span", {}, t("shopper.ago", { minutes: MINUTES })), el("span", {}, t("shopper.now"))),
  );
}

/** @param {Intent} intent */
function doing({ phase, purchase, hesitation, hesitating, reason: why, item: over, evidence }) {
  return el(
    "div",
    {},
    facts([
      [t("shopper.phase"), t(`phase.${phase}`)],
      [t("shopper.purchase"), meter(purchase ?? 0)],
      [t("shopper.hesitation"), meter(hesitation)],
      ...(hesitating && over ? [/** @type {const} */ ([t("shopper.over"), item(over)])] : []),
      ...(why ? [/** @type {const} */ ([t("shopper.because"), t(`hesitates.${why}`)])] : []),
    ]),
    evidence.length ? el("p", { class: "quiet" }, evidence.map(({ sign, count }) => `${t(/** @type {any} */ (`sign.${sign}`))} × ${count}`).join(" · ")) : null,
  );
}

/** Where the shopper stands, and whether they are leaving. */
function cycle() {
  const stage = till.stage();
  if (!stage) return nothing();
  const { churn, idle } = stage;
  const away = Math.max(churn.silent, churn.away);
  return el(
    "div",
    { class: "cycle", "data-warning": churn.warning },
    facts([
      [t("shopper.stage"), t(`stage.${stage.stage}`)],
      ...(stage.segment ? [/** @type {const} */ ([t("shopper.segment"), t("shopper.segmentOf", { name: traits(stage.segment), percent: percent(stage.segment.share) })])] : []),
      ...(idle === null ? [] : [/** @type {const} */ ([t("shopper.idle"), number(idle)])]),
      ...(away ? [/** @type {const} */ ([t("shopper.away"), number(away)])] : []),
      ...(churn.fall === null ? [] : [/** @type {const} */ ([t("shopper.fall"), meter(churn.fall)])]),
      [t("shopper.churn"), churn.warning ? t("shopper.leaving") : t("shopper.staying")],
    ]),
  );
}

/** @param {NonNullable<NonNullable<ReturnType<typeof till.stage>>["segment"]>} segment */
const traits = ({ traits }) => traits.map((trait) => t(`segment.${trait}`)).join(t("segment.and")) || t("segment.average");

/** @param {number} share */
const meter = (share) => el("span", { class: "meter" }, bar(share), el("span", {}, percent(share)));

/** @param {NonNullable<Portrait["attributes"]>["tags"]} all */
function tags(all) {
  if (!all.length) return nothing();
  return el(
    "ul",
    { role: "list" },
    ...all.map((one) =>
      el(
        "li",
        { class: "tag" },
        el("strong", {}, named(one.title)),
        el("span", { class: "quiet" }, t(`origin.${one.origin}`)),
        el("ul", { role: "list", class: "quiet" }, ...Object.entries(one.evidence ?? {}).map(([path, value]) => el("li", {}, reason(path, value)))),
        el("p", { class: "quiet" }, one.until ? t("know.sinceUntil", { since: day(one.since), until: day(one.until) }) : t("know.since", { since: day(one.since) })),
      ),
    ),
  );
}

/** @param {NonNullable<Portrait["behaviour"]>["departments"]} all */
function departments(all) {
  const rows = Object.entries(all).sort(([, a], [, b]) => b.weight - a.weight).slice(0, MOST);
  if (!rows.length) return nothing();
  const most = Math.max(...rows.map(([, { weight }]) => weight), 1e-9);
  return el(
    "table",
    { class: "affinities" },
    el("thead", {}, el("tr", {}, ...[t("console.name"), t("shopper.weight"), t("shopper.level")].map((text) => el("th", { scope: "col" }, text)))),
    el("tbody", {}, ...rows.map(([name, { weight, level, events }]) => el("tr", {}, el("th", { scope: "row" }, place(name)), el("td", { title: t("shopper.evidence", { count: events }) }, bar(weight / most), el("span", { class: "quiet" }, number(weight, 1))), el("td", {}, bar(level ?? 0, "long"), el("span", { class: "quiet" }, percent(level)))))),
  );
}

/** Interests against the shop's own shares: to the right what is more than usual, to the left what is less. @param {NonNullable<Portrait["behaviour"]>["categories"]} all */
function lifts(all) {
  const rows = [...all].sort((a, b) => b.lift - a.lift).slice(0, MOST);
  if (!rows.length) return nothing();
  const most = Math.max(...rows.map(({ lift }) => Math.abs(lift)), 1e-9);
  return el(
    "table",
    { class: "affinities" },
    el("thead", {}, el("tr", {}, ...[t("console.name"), t("shopper.lift"), t("shopper.confidence")].map((text) => el("th", { scope: "col" }, text)))),
    el("tbody", {}, ...rows.map(({ name, lift, confidence, evidence }) => el("tr", {}, el("th", { scope: "row" }, place(name)), el("td", {}, bar(Math.max(lift, 0) / most), el("span", { class: "quiet" }, t("shopper.times", { times: number(Math.exp(lift), 1) }))), el("td", { title: t("shopper.evidence", { count: evidence }) }, bar(confidence, "long"), el("span", { class: "quiet" }, percent(confidence)))))),
  );
}

/** @param {Portrait["transactions"]} of */
function orders(of) {
  if (!of?.orders) return nothing();
  const { currency } = description();
  return facts([
    [t("shopper.count"), number(of.orders)],
    [t("shopper.average"), of.average === null ? "–" : money(of.average, currency)],
    [t("shopper.gap"), of.gap === null ? "–" : t("shopper.days", { days: number(of.gap, 1) })],
    [t("shopper.last"), of.days === null ? "–" : t("shopper.daysAgo", { days: number(of.days) })],
    [t("shopper.coupons"), number(of.coupons)],
    [t("shopper.returns"), number(of.returns)],
  ]);
}

/** @param {Portrait["sentiment"]} of */
function opinions(of) {
  if (!of?.evidence) return nothing();
  return facts([
    [t("shopper.rating"), of.rating === null ? "–" : number(of.rating, 1)],
    [t("shopper.dislikes"), number(of.dislikes)],
    [t("shopper.returns"), number(of.returns)],
    [t("shopper.issues"), number(of.issues)],
    ...of.categories.slice(0, MOST).map(({ name, value }) => /** @type {const} */ ([place(name), number(value, 1)])),
  ]);
}

/** @param {NonNullable<Portrait["behaviour"]>} of */
function visits({ visits, days, searches, channels }) {
  return facts([
    [t("shopper.visitCount"), number(visits)],
    [t("shopper.dayCount"), number(days)],
    ...channels.slice(0, 4).map(({ name, visits }) => /** @type {const} */ ([name, `× ${visits}`])),
    ...(searches.length ? [/** @type {const} */ ([t("know.searches"), searches.slice(0, MOST).map(({ name }) => name).join(", ")])] : []),
  ]);
}
