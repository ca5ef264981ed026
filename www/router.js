/**
 * Which page is in view. Addresses are `#/page/key?query`; each page is a module of its own, fetched when it is first opened, that
 * answers a route with a title and the nodes of the main region.
 */

import { announce, byId, el } from "./dom.js";
import { named, t } from "./i18n.js";
import { description } from "./shop.js";
import * as shelf from "./shelf.js";

/** @import { Route, View } from "./types.js" */

/** @type {Record<string, () => Promise<{ view: (route: Route) => View | Promise<View> }>>} */
const pages = {
  home: () => import("./pages/home.js"),
  departments: () => import("./pages/departments.js"),
  category: () => import("./pages/category.js"),
  product: () => import("./pages/product.js"),
  search: () => import("./pages/search.js"),
  cart: () => import("./pages/cart.js"),
  checkout: () => import("./pages/checkout.js"),
  order: () => import("./pages/order.js"),
  privacy: () => import("./pages/privacy.js"),
  account: () => import("./pages/account.js"),
  guide: () => import("./pages/guide.js"),
  survey: () => import("./pages/survey.js"),
  quiz: () => import("./pages/quiz.js"),
  read: () => import("./pages/read.js"),
  live: () => import("./pages/live.js"),
  missing: () => import("./pages/missing.js"),
};

/** First segment of the address → the page without and with a key. @type {Record<string, [string, string]>} */
const addresses = {
  "": ["home", "missing"],
  c: ["departments", "category"],
  p: ["missing", "product"],
  search: ["search", "missing"],
  cart: ["cart", "missing"],
  checkout: ["checkout", "missing"],
  order: ["missing", "order"],
  privacy: ["privacy", "missing"],
  account: ["account", "missing"],
  guide: ["guide", "guide"],
  survey: ["survey", "missing"],
  quiz: ["quiz", "missing"],
  read: ["missing", "read"],
  live: ["live", "live"],
};

/** Where each entry of the history was scrolled to. @type {Map<string, number>} */
const scrolled = new Map();
let entry = "";
let navigation = 0;
/** @type {Set<() => void>} */
const watchers = new Set();

/** @param {string} hash @returns {Route} */
export function parse(hash) {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [first = "", ...rest] = path.split("/");
  const [bare, keyed] = (Object.hasOwn(addresses, first) && addresses[first]) || ["missing", "missing"];
  let key = rest.join("/");
  try {
    key = decodeURIComponent(key);
  } catch {
    return { page: "missing", key, query: new URLSearchParams(), again: false };
  }
  return { page: key ? keyed : bare, key, query: new URLSearchParams(query), again: false };
}

/** Calls `watcher` after each change of page. @param {() => void} watcher */
export const watch = (watcher) => watchers.add(watcher);

/** Fetches the module of the first page while the engine opens. */
export const prepare = () => pages[parse(location.hash).page]?.();

export function start() {
  history.scrollRestoration = "manual";
  addEventListener("hashchange", () => show());
  addEventListener("scroll", () => scrolled.set(entry, scrollY), { passive: true });
  return show({ first: true });
}

/** @param {string} hash */
export function go(hash) {
  if (location.hash === hash) show();
  else location.hash = hash;
}

/** Draws the view again where it is: the language, or what the engine may know, has changed. @param {{ again: boolean }} options */
export const refresh = ({ again }) => show({ again, stay: true });

async function show({ first = false, again = false, stay = false } = {}) {
  const turn = ++navigation;
  if (!stay) {
    entry = history.state?.entry ?? crypto.randomUUID();
    history.replaceState({ entry }, "");
  }
  const y = stay ? scrollY : (scrolled.get(entry) ?? 0);
  const view = await answer({ ...parse(location.hash), again });
  if (turn !== navigation) return;
  byId("main").replaceChildren(...view.nodes);
  document.title = `${view.title} · ${named(description().name)}`;
  shelf.markFirst();
  shelf.forgetLeft();
  const heading = byId("main").querySelector("h1");
  heading?.setAttribute("tabindex", "-1");
  if (!first && !stay) {
    heading?.focus({ preventScroll: true });
    announce(view.title);
  }
  scrollTo({ top: y, behavior: "instant" });
  const reached = scrollY;
  view.shown?.().then(() => {
    // The place may only exist now, unless the reader has gone elsewhere.
    if (turn === navigation && scrollY === reached) scrollTo({ top: y, behavior: "instant" });
  });
  for (const watcher of watchers) watcher();
}

/** @param {Route} route @returns {Promise<View>} */
async function answer(route) {
  try {
    const page = pages[route.page] ?? pages.missing;
    return await (await /** @type {NonNullable<typeof page>} */ (page)()).view(route);
  } catch (error) {
    return broken(error);
  }
}

/** The page for when a page or its goods could not be fetched. @param {unknown} error @returns {View} */
function broken(error) {
  return {
    title: t("broken.title"),
    nodes: [
      el("div", { class: "plain" },
        el("h1", {}, t("broken.title")),
        el("p", {}, t("broken.text")),
        el("p", {}, el("button", { class: "primary", type: "button", onclick: () => show() }, t("broken.retry"))),
        el("p", { class: "quiet" }, String(error instanceof Error ? error.message : error)),
      ),
    ],
  };
}
