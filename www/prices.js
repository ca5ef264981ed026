/**
 * Prices, stock and flash sales as of now: the shop's feed, handed to the engine with the server's time, laid over the goods that the
 * pages show; and what of it is news for this shopper.
 */

import { early as earlyItems } from "/pkg/benefits.js";
import { alerts, fetchFeed, flashes, live, told, watches } from "/pkg/prices.js";
import { announce, el } from "./dom.js";
import { product as described } from "./events.js";
import { money, short, t, tag } from "./i18n.js";
import { toProduct } from "./links.js";
import { refresh } from "./router.js";
import { address, description, goods, overlay, picture, ready } from "./shop.js";
import { countdown, widgets } from "./widgets.js";
import * as till from "./till.js";

/** @import { Alert } from "../pkg/types/prices.js" */
/** @import { Good } from "./types.js" */

/** How old the feed may be when a page that shows prices is opened: a count of stock is good for a minute. */
const FRESH_MS = 30_000;
/** The first page does not wait longer for it. */
const PATIENCE_MS = 1500;
/** Alerts, and flash sales, on the front page. */
const MOST = 4;
const SALES = 6;

let fetched = { time: 0, opening: 0 };
/** @type {Promise<unknown> | undefined} */
let fetching;

/** Told since the page was loaded: they stay until it is left. @type {Map<string, Alert>} */
const shown = new Map();

/** The feed once it is there, or after a moment without it. */
export const started = ready.then(
  () => Promise.race([fresh(), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]),
  () => {},
);

/** Fetches the feed where the one at hand is old, or another engine has been opened. */
export async function fresh() {
  const { feed } = description();
  if (!feed) return;
  const isOld = Math.abs(Date.now() - fetched.time) > FRESH_MS || fetched.opening !== till.openings();
  if (isOld) {
    fetching ??= fetchFeed(till, address(feed)).then(({ ok }) => {
      // What could not be fetched is tried again by the next page.
      if (ok) fetched = { time: Date.now(), opening: till.openings() };
      fetching = undefined;
    });
  }
  await fetching;
}

overlay((good) => {
  const [now] = live(till, [good.id]);
  if (!now) return good;
  const { price, list, out, few, flash, server } = now;
  const usual = flash?.state === "live" ? (list ?? good.r ?? good.p) : (list ?? good.r);
  return {
    ...good,
    p: price ?? good.p,
    ...(usual !== undefined && { r: usual }),
    ...(out !== null && { o: out ? 1 : 0 }),
    ...(few !== null && { few }),
    ...(flash && { flash: { ...flash, ahead: server - Date.now() } }),
  };
});

const again = () => refresh({ again: true });

/** Where a product's flash sale stands, with what is left of it. @param {Good} good */
export function sale({ flash, p }) {
  if (!flash) return null;
  const { currency } = description();
  const now = () => Date.now() + flash.ahead;
  const text = { live: t("flash.live"), upcoming: t("flash.upcoming", { price: money(flash.price, currency) }), sold_out: t("flash.soldOut"), ended: "" }[flash.state];
  if (!text) return null;
  const until = flash.state === "live" ? flash.until : flash.state === "upcoming" ? flash.from : null;
  const left = flash.state === "live" && flash.left !== null ? t("flash.left", { count: flash.left }) : "";
  return el(
    "div",
    { class: `flash ${flash.state}`, "data-flash": flash.state },
    el("strong", {}, text),
    left && el("span", { class: "quiet" }, left),
    until === null ? null : countdown(until, now, again, flash.state === "live" ? undefined : t("flash.begins")),
  );
}

/** Only what the feed counted a moment ago. @param {Good} good */
export const few = ({ few }) => (few ? el("p", { class: "few" }, t("stock.few", { count: few })) : null);

/** A button to be told of a lower price, or of what is sold out. @param {Good} good */
export function watching(good) {
  if (!till.remembers()) return null;
  const isOn = () => watches(till).some(({ id }) => id === good.id);
  const button = el("button", { class: "secondary watch", type: "button", "data-watch": good.id });
  const draw = () => {
    button.setAttribute("aria-pressed", String(isOn()));
    button.textContent = isOn() ? t("watch.on") : good.o ? t("watch.restock") : t("watch.price");
  };
  button.addEventListener("click", () => {
    till.track(isOn() ? "Product Removed from Wishlist" : "Product Watched", described(good.id));
    draw();
    announce(isOn() ? t("watch.said") : t("watch.unsaid"));
  });
  draw();
  return button;
}

/** What is new about prices and stock, each once; and what is watched. */
export async function news() {
  if (!till.remembers()) return null;
  for (const alert of alerts(till)) shown.set(`${alert.type} ${alert.id}`, alert);
  const all = [...shown.values()].slice(-MOST);
  const watched = watches(till);
  const found = await goods([...all, ...watched].map(({ id }) => id));
  for (const alert of all) told(till, alert);
  const lines = all.flatMap((alert) => line(alert, found.get(alert.id)) ?? []);
  await widgets();
  const kept = watched.flatMap(({ id, known }) => watchedLine(found.get(id), known) ?? []);
  if (!lines.length && !kept.length) return null;
  return el(
    "section",
    { class: "news", "aria-labelledby": "news-title" },
    el("h2", { id: "news-title" }, t("news.title")),
    lines.length ? el("ul", { class: "alerts", role: "list" }, ...lines) : null,
    kept.length ? el("details", { class: "watched", open: !lines.length }, el("summary", {}, t("news.watched", { count: kept.length })), el("ul", { role: "list" }, ...kept)) : null,
  );
}

/** @param {Good} good */
const linked = (good) => el("a", { href: toProduct(good.id) }, el("img", { src: picture(good), alt: "", width: 56, height: 56 }), el("span", {}, short(good)));

/** @param {Alert} alert @param {Good | undefined} good */
function line(alert, good) {
  if (!good) return null;
  const { currency } = description();
  const amount = (/** @type {number} */ value) => money(value, currency);
  const said =
    alert.type === "drop"
      ? el("span", {}, t("news.drop", { from: amount(alert.from), to: amount(alert.to), part: Math.round(alert.part * 100) }))
      : alert.type === "restock"
        ? el("span", {}, t("news.restock"))
        : alert.type === "few"
          ? el("span", {}, t("stock.few", { count: alert.left }))
          : countdown(alert.until, () => Date.now() + (good.flash?.ahead ?? 0), again, t("news.ending", { price: amount(alert.price) }));
  return el("li", { "data-alert": alert.type, "data-id": alert.id }, linked(good), said);
}

/** @param {Good | undefined} good @param {number} known */
function watchedLine(good, known) {
  if (!good) return null;
  const { currency } = description();
  const price = money(good.p, currency);
  return el("li", { "data-watched": good.id }, linked(good), el("span", { class: "price" }, good.o ? t("product.soldOut") : known > good.p ? t("news.since", { from: money(known, currency), to: price }) : price));
}

/** @param {number} time */
const moment = (time) => new Date(time).toLocaleString(tag(), { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" });

/** What the shopper's tier may see before others. */
export async function early() {
  const first = earlyItems(till).filter(({ open, isPublic }) => open && !isPublic).slice(0, SALES);
  const found = await goods(first.map(({ id }) => id));
  const lines = first.flatMap(({ id, public: time }) => {
    const good = found.get(id);
    return good ? [el("li", { "data-early": id }, linked(good), el("span", { class: "price" }, money(good.p, description().currency)), el("span", { class: "quiet" }, t("early.until", { moment: moment(time) })))] : [];
  });
  return lines.length ? el("ul", { class: "sale-row", role: "list" }, ...lines) : null;
}

/** A word in place of the button where the shopper may not buy yet; null where they may. @param {string} id */
export function closed(id) {
  const gate = earlyItems(till).find((one) => one.id === id);
  if (!gate || gate.open) return null;
  const own = gate.opens < gate.public;
  return el("p", { class: "sold-out", "data-closed": id }, t(own ? "early.closedTier" : "early.closed", { moment: moment(own ? gate.opens : gate.public) }));
}

/** Flash sales that are on now, the one that ends first before the others. */
export async function sales() {
  const on = flashes(till).filter(({ flash }) => flash?.state === "live").slice(0, SALES);
  const found = await goods(on.map(({ id }) => id));
  const all = [...found.values()].filter(({ o, flash }) => !o && flash?.state === "live");
  const [first] = all;
  if (!first?.flash) return null;
  await widgets();
  const { currency } = description();
  const { ahead, until } = first.flash;
  return el(
    "section",
    { class: "sales", "aria-labelledby": "sales-title" },
    el("div", { class: "shelf-head" }, el("h2", { id: "sales-title" }, t("flash.title")), countdown(until, () => Date.now() + ahead, again)),
    el("ul", { class: "sale-row", role: "list" }, ...all.map((good) => el("li", { "data-id": good.id }, linked(good), el("span", { class: "price offer" }, money(good.p, currency), " ", good.r && good.r > good.p ? el("s", {}, money(good.r, currency)) : "")))),
  );
}
