/** What this shop knows of its shopper: every fact with why it is there, and a way to delete it. */

import { announce, el } from "../dom.js";
import { named, number, t, tag, title } from "../i18n.js";
import { category, goods, known } from "../shop.js";
import * as till from "../till.js";

/** @import { Erasure, Portrait, Tag } from "../../pkg/index.js" */
/** @typedef {{ what: string, why: string[], erase?: Erasure }} Fact */

/** Rows of a group that are shown before the rest is asked for. */
const FIRST = 6;

/** @param {number} time */
const day = (time) => new Date(time).toLocaleDateString(tag(), { year: "numeric", month: "long", day: "numeric" });

/** A category as the shop calls it. @param {string} path */
const place = (path) => {
  const found = category(path);
  return found ? named(found.name) : path;
};

/** @param {string} id */
const called = (id) => {
  const good = known(id);
  return good ? title(good) : id;
};

/** One thing that a tag's rule looked at, in words. @param {string} path @param {unknown} value */
export function reason(path, value) {
  const [, name = "", part = ""] = /^departments\.(.+)\.(level|events|bought|weight)$/.exec(path) ?? [];
  const count = number(Number(value), 2);
  if (part === "level") return t("know.level", { name: place(name), percent: number(Number(value) * 100) });
  if (part === "events" || part === "weight") return t("know.events", { name: place(name), count });
  if (part === "bought") return t("know.bought", { name: place(name), count });
  if (path === "orders.orders") return t("know.orders", { count });
  if (path === "orders.coupons") return t("know.coupons", { count });
  if (path === "visits") return t("know.visits", { count });
  return t("know.seen", { name: path.replaceAll(".", " › ").replaceAll("_", " "), value: typeof value === "number" ? count : String(value ?? "–") });
}

/** @param {Tag} tag */
const whyTag = ({ origin, evidence, since, until }) => [
  ...(origin === "imported" ? [t("know.imported")] : Object.entries(evidence ?? {}).map(([path, value]) => reason(path, value))),
  until ? t("know.sinceUntil", { since: day(since), until: day(until) }) : t("know.since", { since: day(since) }),
];

/** @param {Portrait} portrait @returns {[string, Fact[]][]} */
function groups({ recent, attributes, behaviour, transactions: orders, sentiment, enquiries = [] }) {
  /** @param {"category" | "brand"} kind @param {NonNullable<Portrait["behaviour"]>["categories"]} all @param {(name: string) => string} label */
  const interests = (kind, all, label) => all.map(({ name, evidence, last }) => ({ what: label(name), why: [t("know.interest", { count: number(evidence), last: day(last) })], erase: { kind, name } }));
  /** @type {Fact[]} */
  const bought = !orders?.orders
    ? []
    : [{ what: t("know.orders", { count: number(orders.orders) }), why: [t("know.ordersWhy", { last: day(orders.last ?? 0) }), ...(orders.gap ? [t("know.gap", { days: number(orders.gap, 1) })] : [])] }];
  /** @type {Fact[]} */
  const said = (sentiment?.categories ?? []).map(({ name, value, evidence, last }) => ({
    what: t(value < 0 ? "know.dislikes" : "know.likes", { name: place(name) }),
    why: [t("know.said", { count: number(evidence), last: day(last) })],
    erase: { kind: "category", name },
  }));
  /** @type {Fact[]} */
  const asked = enquiries.map(({ item, words, category, time }) => ({
    what: [item ? called(item) : category && place(category), words.join(", ")].filter(Boolean).join(" · "),
    why: [t("know.askedWhy", { time: day(time) })],
    erase: item ? { kind: "item", name: item } : { kind: "search", name: words.join(" ") },
  }));
  return [
    [t("know.asked"), asked],
    [t("know.tags"), (attributes?.tags ?? []).map((tag) => ({ what: tagged(tag), why: whyTag(tag), erase: { kind: "tag", name: tag.name } }))],
    [t("know.categories"), interests("category", behaviour?.categories ?? [], place)],
    [t("know.brands"), interests("brand", behaviour?.brands ?? [], (name) => name)],
    [t("know.viewed"), recent.map(({ id, time }) => ({ what: called(id), why: [t("know.viewedWhy", { time: day(time) })], erase: { kind: "item", name: id } }))],
    [t("know.searches"), (behaviour?.searches ?? []).map(({ name, evidence, last }) => ({ what: name, why: [t("know.searched", { count: number(evidence), last: day(last) })], erase: { kind: "search", name } }))],
    [t("know.opinions"), said],
    [t("know.purchases"), bought],
    [t("know.facts"), (attributes?.facts ?? []).map(({ name, value, last }) => ({ what: `${name}: ${value}`, why: [t("know.told", { last: day(last) })], erase: { kind: "fact", name } }))],
  ];
}

/** @param {Tag} of */
export const tagged = (of) => named(of.title);

/** The section of the privacy page; filled again after each deletion. */
export function section() {
  const place = el("div", { class: "know" });
  const fill = async () => {
    const portrait = till.portrait();
    await goods([...portrait.recent.map(({ id }) => id), ...(portrait.enquiries ?? []).flatMap(({ item }) => item ?? [])]);
    const filled = groups(portrait).filter(([, facts]) => facts.length);
    place.replaceChildren(...(filled.length ? filled.map(([name, facts]) => group(name, facts, fill)) : [el("p", { class: "quiet" }, t(till.remembers() ? "know.nothing" : "know.off"))]));
  };
  fill();
  return el("section", { id: "know" }, el("h2", {}, t("know.title")), el("p", {}, t("know.text")), place);
}

/** @param {string} name @param {Fact[]} facts @param {() => Promise<void>} again */
function group(name, facts, again) {
  const list = el("ul", { role: "list" }, ...facts.slice(0, FIRST).map((one) => row(one, again)));
  const rest = facts.slice(FIRST);
  const more = el("button", { class: "link", type: "button" }, t("know.more", { count: number(rest.length) }));
  more.addEventListener("click", () => {
    list.append(...rest.map((one) => row(one, again)));
    more.remove();
  });
  return el("section", { class: "facts-group" }, el("h3", {}, name), list, rest.length > 0 && more);
}

/** @param {Fact} fact @param {() => Promise<void>} again */
function row({ what, why, erase }, again) {
  const remove = async () => {
    if (!erase) return;
    await till.erase(erase);
    await again();
    announce(t("know.deleted", { what }));
    document.getElementById("know")?.querySelector("button")?.focus();
  };
  return el(
    "li",
    { class: "fact", "data-kind": erase?.kind ?? "orders" },
    el("details", {}, el("summary", {}, el("span", { class: "what" }, what), el("span", { class: "ask" }, t("know.why"))), ...why.map((line) => el("p", {}, line))),
    erase && el("button", { class: "link", type: "button", "aria-label": t("know.deleteOf", { what }), onclick: remove }, t("know.delete")),
  );
}
