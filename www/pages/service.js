/** Customer service on the member's own page: questions and complaints, which of them are open, and a way to say that one is settled. */

import { el } from "../dom.js";
import { short, t, tag } from "../i18n.js";
import { known } from "../shop.js";
import * as crm from "../crm.js";
import * as till from "../till.js";

/** What a contact is about: all that is reported of it. The words themselves go to the CRM alone. */
const TOPICS = /** @type {const} */ (["product", "delivery", "returns", "other"]);

/** As long as the CRM takes one. */
const LONGEST = 200;
/** Contacts that are listed. */
const MOST = 5;

/** @param {readonly crm.Contact[]} contacts @param {readonly crm.Order[]} orders @param {(work: () => Promise<unknown>) => Promise<void>} run */
export function section(contacts, orders, run) {
  const all = [...contacts].sort((a, b) => Number(!!a.resolved) - Number(!!b.resolved) || b.at - a.at).slice(0, MOST);
  return el("div", { class: "service" }, all.length ? el("ul", { class: "wallet", role: "list" }, ...all.map((one) => contact(one, run))) : null, form(orders, run));
}

/** @param {crm.Contact} contact @param {(work: () => Promise<unknown>) => Promise<void>} run */
function contact({ id, at, topic, item, resolved }, run) {
  const good = item ? known(item) : undefined;
  const day = new Date(at).toLocaleDateString(tag(), { month: "long", day: "numeric" });
  return el(
    "li",
    { class: resolved ? "coupon over" : "coupon", "data-contact": id },
    el("strong", {}, topic),
    el("span", { class: "quiet" }, `${day} · ${t(resolved ? "service.resolved" : "service.open")}${good ? ` · ${short(good)}` : ""}`),
    resolved ? null : el("button", { class: "secondary", type: "button", onclick: () => run(() => crm.resolveContact(id)) }, t("service.resolve")),
  );
}

/** @param {readonly crm.Order[]} orders @param {(work: () => Promise<unknown>) => Promise<void>} run */
function form(orders, run) {
  const topic = el("select", { id: "service-about", name: "about" }, ...TOPICS.map((name) => el("option", { value: name }, t(`service.${name}`))));
  const named = orders.flatMap(({ id, lines: [line] }) => {
    const good = line && known(line.item);
    return line && good ? [{ id, item: line.item, name: short(good) }] : [];
  });
  const order = el("select", { id: "service-order", name: "order" }, el("option", { value: "" }, t("service.noOrder")), ...named.map(({ id, name }) => el("option", { value: id }, name)));
  const words = el("input", { id: "service-words", name: "words", required: true, maxlength: LONGEST, autocomplete: "off" });
  const node = el(
    "form",
    { id: "service" },
    el("p", { class: "field" }, el("label", { for: "service-about" }, t("service.about")), topic),
    named.length ? el("p", { class: "field" }, el("label", { for: "service-order" }, t("service.order")), order) : null,
    el("p", { class: "field" }, el("label", { for: "service-words" }, t("service.words")), words),
    el("p", { class: "answers" }, el("button", { class: "secondary", type: "submit" }, t("service.send"))),
  );
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = words.value.trim();
    if (!text) return;
    const about = named.find(({ id }) => id === order.value);
    run(async () => {
      await crm.contact({ channel: "chat", topic: text, ...(about && { order: about.id, item: about.item }) });
      till.track("Service Contacted", { topic: topic.value });
    });
  });
  return node;
}
