// `<till-knowledge>`: what this shop knows of its shopper: every fact with why it is there, and a way to delete it.
// @ts-check

import { Widget, settings } from "./base.js";
import { button, el, slot } from "./dom.js";
import { products } from "./products.js";

/** @typedef {import("../../index.js").Portrait} Portrait */
/** @typedef {import("../../index.js").Erasure} Erasure */
/** @typedef {{ what: string, why: string[], erase?: Erasure }} Fact */

/** Rows of a group that are shown before the rest is asked for. */
const FIRST = 6;

export class Knowledge extends Widget {
  /** Titles of products. @type {Map<string, import("../../types/widgets.js").Product>} */
  #products = new Map();

  /** @param {import("./base.js").Till} till */
  async view(till) {
    const portrait = till.portrait();
    const ids = [...portrait.recent.map(({ id }) => id), ...(portrait.enquiries ?? []).flatMap(({ item }) => item ?? [])];
    this.#products = await products([...new Set(ids)]).catch(() => new Map());
    const groups = this.#groups(portrait, till.stage?.()?.segment).filter(([, facts]) => facts.length);
    const nothing = till.status().consent.personalisation ? "know.nothing" : "know.off";
    return [
      el(
        "section",
        { part: "knowledge", "aria-label": this.titled(this.t("know.title")) },
        slot("title", el("h2", { part: "title" }, this.t("know.title")), el("p", { part: "text" }, this.t("know.text"))),
        ...(groups.length ? groups.map(([name, facts]) => this.#group(till, name, facts)) : [el("p", { part: "quiet nothing" }, this.t(nothing))]),
        el("p", { part: "quiet told", role: "status" }),
      ),
    ];
  }

  /** A name that the shop has for it. @param {"item" | "category" | "brand"} kind @param {string} id */
  #called(kind, id) {
    const title = kind === "item" ? this.#products.get(id)?.title : undefined;
    return settings.name?.(kind, id) ?? title ?? (kind === "item" ? this.t("know.item") : id);
  }

  /** @param {Portrait} portrait @param {import("../../index.js").Segment | null} [segment] @returns {[string, Fact[]][]} */
  #groups({ recent, attributes, behaviour, transactions: orders, sentiment, enquiries = [] }, segment) {
    const day = (/** @type {number} */ time) => this.date(time);
    /** @param {"category" | "brand"} kind @param {readonly { name: string, evidence: number, last: number }[]} [all] */
    const interests = (kind, all = []) => all.map(({ name, evidence, last }) => ({ what: this.#called(kind, name), why: [this.t("know.interest", { count: this.number(evidence), last: day(last) })], erase: { kind, name } }));
    return [
      [this.t("know.asked"), enquiries.map((one) => this.#enquiry(one))],
      [this.t("know.tags"), (attributes?.tags ?? []).map((tag) => ({ what: this.named(tag.title) || tag.name, why: this.#whyTag(tag), erase: { kind: "tag", name: tag.name } }))],
      [this.t("know.categories"), interests("category", behaviour?.categories)],
      [this.t("know.brands"), interests("brand", behaviour?.brands)],
      [this.t("know.viewed"), recent.map(({ id, time }) => ({ what: this.#called("item", id), why: [this.t("know.viewedWhy", { time: day(time) })], erase: { kind: "item", name: id } }))],
      [this.t("know.searches"), (behaviour?.searches ?? []).map(({ name, evidence, last }) => ({ what: name, why: [this.t("know.searched", { count: this.number(evidence), last: day(last) })], erase: { kind: "search", name } }))],
      [
        this.t("know.opinions"),
        (sentiment?.categories ?? []).map(({ name, value, evidence, last }) => ({
          what: this.t(value < 0 ? "know.dislikes" : "know.likes", { name: this.#called("category", name) }),
          why: [this.t("know.said", { count: this.number(evidence), last: day(last) })],
          erase: { kind: "category", name },
        })),
      ],
      [
        this.t("know.purchases"),
        orders?.orders
          ? [
              { what: this.t("know.orders", { count: this.number(orders.orders) }), why: [this.t("know.ordersWhy", { last: day(orders.last ?? 0) }), ...(orders.gap ? [this.t("know.gap", { days: this.number(orders.gap, 1) })] : [])] },
              ...(segment ? [this.#segment(segment)] : []),
            ]
          : [],
      ],
      [this.t("know.facts"), (attributes?.facts ?? []).map(({ name, value, last }) => ({ what: `${name}: ${value}`, why: [this.t("know.told", { last: day(last) })], erase: { kind: "fact", name } }))],
    ];
  }

  /** @param {import("../../index.js").Segment} segment @returns {Fact} */
  #segment({ traits, share }) {
    const named = traits.map((trait) => this.t(`segment.${trait}`)).join(this.t("segment.and"));
    return { what: this.t("know.segment", { named: named || this.t("segment.average") }), why: [this.t("know.segmentWhy", { percent: this.number(share * 100) })] };
  }

  /** @param {NonNullable<Portrait["enquiries"]>[number]} enquiry @returns {Fact} */
  #enquiry({ item, words, category, time }) {
    const about = item ? this.#called("item", item) : category && this.#called("category", category);
    return { what: [about, words.join(", ")].filter(Boolean).join(" · "), why: [this.t("know.askedWhy", { time: this.date(time) })], erase: item ? { kind: "item", name: item } : { kind: "search", name: words.join(" ") } };
  }

  /** @param {import("../../index.js").Tag} tag */
  #whyTag({ origin, evidence, since, until }) {
    const why = origin === "imported" ? [this.t("know.imported")] : Object.entries(evidence ?? {}).map(([path, value]) => this.#reason(path, value));
    return [...why, until ? this.t("know.sinceUntil", { since: this.date(since), until: this.date(until) }) : this.t("know.since", { since: this.date(since) })];
  }

  /** One thing that a tag's rule looked at, in words. @param {string} path @param {unknown} value */
  #reason(path, value) {
    const [, name = "", part = ""] = /^departments\.(.+)\.(level|events|bought|weight)$/.exec(path) ?? [];
    const count = this.number(Number(value), 2);
    const called = name && this.#called("category", name);
    if (part === "level") return this.t("know.level", { name: called, percent: this.number(Number(value) * 100) });
    if (part) return this.t(part === "bought" ? "know.bought" : "know.events", { name: called, count });
    if (path === "orders.orders") return this.t("know.orders", { count });
    if (path === "orders.coupons") return this.t("know.coupons", { count });
    if (path === "visits") return this.t("know.visits", { count });
    return this.t("know.seen", { name: path.replaceAll(".", " › ").replaceAll("_", " "), value: typeof value === "number" ? count : `${value ?? "–"}` });
  }

  /** @param {import("./base.js").Till} till @param {string} name @param {Fact[]} facts */
  #group(till, name, facts) {
    const list = el("ul", { part: "facts", role: "list" }, ...facts.slice(0, FIRST).map((fact) => this.#row(till, fact)));
    const rest = facts.slice(FIRST);
    const more = button("more", () => {
      const rows = rest.map((fact) => this.#row(till, fact));
      list.append(...rows);
      more.remove();
      rows[0]?.querySelector("summary")?.focus();
    }, this.t("know.more", { count: this.number(rest.length) }));
    return el("section", { part: "group" }, el("h3", { part: "heading" }, name), list, rest.length > 0 && more);
  }

  /** @param {import("./base.js").Till} till @param {Fact} fact */
  #row(till, { what, why, erase }) {
    const remove = async () => {
      if (!erase || !this.tell("erase", erase)) return;
      await till.erase(erase);
      await this.refresh(true);
      this.find('[part~="delete"], summary')?.focus();
      this.find('[role="status"]')?.append(this.t("know.deleted", { what }));
    };
    const away = erase && button("delete", remove, this.t("know.delete"));
    away?.setAttribute("aria-label", this.t("know.deleteOf", { what }));
    return el("li", { part: "fact", "data-kind": erase?.kind ?? "orders" }, el("details", { part: "details" }, el("summary", { part: "summary" }, el("span", { part: "what" }, what), el("span", { part: "ask" }, this.t("know.why"))), ...why.map((line) => el("p", { part: "why" }, line))), away);
  }
}
