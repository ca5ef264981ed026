/** What every page has around it: name of the shop, search, departments, language, cart, and the foot. */

import { byId, el } from "./dom.js";
import { icon } from "./icons.js";
import { current, named, short, t, tag } from "./i18n.js";
import { toAccount, toCart, toCategory, toDepartments, toHome, toPrivacy, toSearch } from "./links.js";
import { go, parse } from "./router.js";
import { category, children, description, goods, lineage } from "./shop.js";
import * as cart from "./cart.js";
import * as till from "./till.js";

/** Suggestions while typing, how many of them are products, and letters that it takes. */
const SUGGESTED = 8;
const PRODUCTS = 5;
const LETTERS = 1;

/** Departments in the bar; a shop with more shows the rest on a page of their own. */
const IN_BAR = 14;

/** @param {{ speak: (language: "en" | "zh") => void, console: () => void }} actions */
export function draw(actions) {
  document.documentElement.lang = tag();
  byId("skip").textContent = t("skip");
  byId("top").replaceChildren(
    el("a", { class: "wordmark", href: toHome }, named(description().name)),
    search(),
    el(
      "div",
      { class: "tools" },
      language(actions.speak),
      el("a", { class: "tool", href: toAccount, id: "account", "aria-label": t("account.title") }, icon("person"), el("span", { class: "tool-name" }, t("account.short"))),
      el("a", { class: "tool", href: toPrivacy, "aria-label": t("privacy.title") }, icon("shield"), el("span", { class: "tool-name" }, t("privacy.short"))),
      el("button", { class: "tool", id: "console-button", type: "button", "aria-label": t("console.button"), title: `${t("console.button")} (~)`, onclick: actions.console }, icon("terminal"), el("span", { class: "tool-name" }, t("console.label"))),
      el("a", { class: "tool bag", href: toCart, id: "bag" }),
    ),
  );
  departments();
  bag();
  place();
  byId("foot").replaceChildren(
    el("p", {}, t("foot.text")),
    el("p", {}, el("a", { href: toPrivacy }, t("privacy.title")), " · ", el("a", { href: toDepartments }, t("departments.all"))),
  );
}

/** Brings the count on the cart up to date. */
export function bag() {
  const count = cart.count();
  byId("bag").replaceChildren(icon("bag"), el("span", { class: "tool-name" }, t("cart.title")), count > 0 ? el("span", { class: "count" }, String(count), el("span", { class: "unseen" }, ` ${t("cart.items")}`)) : "");
}

/** Shows in search and departments where the reader is. */
export function place() {
  const route = parse(location.hash);
  const input = /** @type {HTMLInputElement} */ (byId("query"));
  input.value = route.page === "search" ? (route.query.get("q") ?? "") : "";
  const department = route.page === "category" ? lineage(route.key)[0]?.path : undefined;
  for (const link of byId("departments").querySelectorAll("a")) {
    if (link.dataset.path === department && department !== undefined) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function search() {
  const form = el(
    "form",
    { class: "search", role: "search" },
    el("label", { class: "unseen", for: "query" }, t("search.label")),
    el("input", { id: "query", type: "search", name: "q", autocomplete: "off", enterkeyhint: "search", placeholder: t("search.placeholder"), maxlength: 100, list: "suggestions", oninput: suggest }),
    el("datalist", { id: "suggestions" }),
    el("button", { type: "submit", "aria-label": t("search.label") }, icon("search")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const query = String(new FormData(form).get("q") ?? "").trim();
    if (query) go(toSearch(query));
  });
  return form;
}

/** Names of products and aisles that what is typed so far leads to; the engine forgives how it is spelt. @param {InputEvent} event */
async function suggest({ target }) {
  const input = /** @type {HTMLInputElement} */ (target);
  const typed = input.value.trim();
  if (typed.length < LETTERS) return;
  const { items } = till.recommend({ placement: "search", query: typed, limit: 24 });
  const found = [...(await goods(items.map(({ id }) => id))).values()];
  // Slower than the typing: the next letter asks again.
  if (input.value.trim() !== typed) return;
  const aisles = [...new Set(found.slice(0, SUGGESTED).map(({ c }) => c))].flatMap((path) => category(path) ?? []).map(({ name }) => named(name));
  const names = [...new Set([...new Set(found.map(short))].slice(0, PRODUCTS).concat(aisles))].slice(0, SUGGESTED);
  byId("suggestions").replaceChildren(...names.map((name) => el("option", { value: name })));
}

/** @param {(language: "en" | "zh") => void} speak */
function language(speak) {
  const other = current() === "zh" ? "en" : "zh";
  return el("button", { class: "tool language", id: "language", type: "button", lang: tag(other), onclick: () => speak(other) }, other === "zh" ? "中文" : "English");
}

function departments() {
  const all = children();
  byId("departments").setAttribute("aria-label", t("departments.title"));
  byId("departments").replaceChildren(
    el(
      "ul",
      { role: "list" },
      ...all.slice(0, IN_BAR).map(({ path, name }) => el("li", {}, el("a", { href: toCategory(path), "data-path": path }, named(name)))),
      all.length > IN_BAR && el("li", {}, el("a", { href: toDepartments }, t("departments.all"))),
    ),
  );
}
