/** The package's widgets, told where this shop has its goods, members, stores and rooms. Loaded by the first page that shows one. */

import { announce, el } from "./dom.js";
import { named, short, t, title } from "./i18n.js";
import { toCart, toProduct } from "./links.js";
import { brandNamed, category, description, goods, known, picture } from "./shop.js";
import { texts } from "./texts.js";
import * as cart from "./cart.js";
import * as till from "./till.js";

/** @import { Good } from "./types.js" */

/** What the widgets ask goes the way of all other questions, so that the console shows it. */
const engine = {
  ready: till.opened,
  ask: till.ask,
  bundle: till.bundle,
  click: till.click,
  impression: till.impression,
  portrait: till.portrait,
  stage: till.stage,
  actions: till.actions,
  respond: till.respond,
  track: till.track,
  status: till.status,
  consent: till.consent,
  erase: till.erase,
  say: (/** @type {import("../pkg/index.js").Reason} */ reason) => till.engine().say(reason),
  offer: till.offer,
  watch: (/** @type {(notice: import("../pkg/index.js").Notice) => void} */ watcher) => till.engine().watch(watcher),
};

/** @param {Good} good */
const product = (good) => ({ title: short(good), link: toProduct(good.id), image: picture(good), price: good.p, list: good.r });

/** @param {"item" | "category" | "brand"} kind @param {string} id */
function name(kind, id) {
  if (kind === "brand") return brandNamed(id);
  const [good, aisle] = [kind === "item" ? known(id) : undefined, kind === "category" ? category(id) : undefined];
  return good ? title(good) : aisle && named(aisle.name);
}

/** The page has a button for it. */
const [en, zh] = texts["know.ordersWhy"];

/** @type {Promise<void> | undefined} */
let defined;

/** Resolves when the elements are there. */
export const widgets = () =>
  (defined ??= import("/pkg/dist/widgets.js").then(({ define }) =>
    define({ till: /** @type {any} */ (engine), load: goods, product, currency: description().currency, stores: till.stores, locate: till.whereabouts, name, texts: { en: { "know.ordersWhy": en }, zh: { "know.ordersWhy": zh } } }),
  ));

/**
 * Time left to an absolute end by the clock of the server that set it.
 * @param {number} until @param {() => number} now what the server's clock says @param {() => void} over called once, at the end
 * @param {string} [label] what ends then
 */
export function countdown(until, now, over, label) {
  const node = el("till-countdown", { until, label });
  node.now = now;
  node.addEventListener("till-end", over);
  return node;
}

/** A set that goes into the cart with one button. @param {Record<string, string | number | undefined>} given @param {...Node} content */
export function bundle(given, ...content) {
  const node = el("till-bundle", { class: "shelf", cart: toCart, ...given }, ...content);
  node.addEventListener("till-add", ({ detail }) => {
    for (const { id, quantity } of detail.lines) cart.add(id, quantity);
    announce(t("product.bundleAdded"));
  });
  return node;
}
