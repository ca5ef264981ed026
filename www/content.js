/** Reviews, buyers' photos, guides: which of them, the engine says; what they show, the shop's `content/` shards. */

import { sentence } from "./card.js";
import { el } from "./dom.js";
import { pick, short, t, tag } from "./i18n.js";
import { toProduct, toRead } from "./links.js";
import { observed } from "./shelf.js";
import { category, goods, known, picture, pieces } from "./shop.js";
import * as till from "./till.js";

/** @import { ContentItem, ContentRequest, ContentShelf } from "../pkg/content.js" */
/** @import { Piece } from "./types.js" */

/** @param {ContentItem["type"]} type */
const label = (type) => t(/** @type {any} */ (`content.${type}`));

/** A day, as people of the page's language write it. @param {string} date */
export const day = (date) => new Date(`${date}T12:00:00Z`).toLocaleDateString(tag(), { year: "numeric", month: "long", day: "numeric" });

/** @param {number} rating */
export const stars = (rating) => el("span", { class: "stars", role: "img", "aria-label": t("content.stars", { count: rating }) }, "★".repeat(rating), el("span", { class: "quiet" }, "★".repeat(5 - rating)));

/** Where one leads: a guide to its own page, all else to its product. @param {Piece} piece */
const link = ({ id, p: [item] = [], y }) => (item && y !== "guide" && y !== "article" ? toProduct(item) : toRead(id));

/** Asks for content and fetches what it shows. @param {ContentRequest} request */
export async function stock(request) {
  let shelf = till.content(request);
  const found = await pieces(shelf.items.map(({ id }) => id));
  const about = [...found.values()].flatMap(({ p }) => p ?? []);
  const named = shelf.items.flatMap(({ reasons }) => reasons.flatMap(({ because }) => (because && !category(because) ? [because] : [])));
  const missing = [...about, ...named].filter((id) => !known(id));
  if (missing.length) {
    await goods(missing);
    // Reasons call products by their titles: with the titles there, the same question has a readable answer.
    shelf = till.content(request);
  }
  return { shelf, found };
}

/** A shelf of content; nothing where there is none. @param {ContentRequest} request @param {{ title: string, reasons?: boolean }} style */
export async function contentShelf(request, { title, reasons = true }) {
  const { shelf, found } = await stock(request);
  const list = el("ul", { class: "cards row pieces", role: "list" }, ...cards(shelf, found, reasons));
  if (!list.childElementCount) return null;
  const id = `shelf-${shelf.status.decision}`;
  const section = el("section", { class: "shelf", "aria-labelledby": id }, el("div", { class: "shelf-head" }, el("h2", { id }, title)), list);
  return observed(section, /** @type {any} */ (shelf));
}

/** @param {ContentShelf} shelf @param {Map<string, Piece>} found @param {boolean} reasons */
export const cards = (shelf, found, reasons) =>
  shelf.items.flatMap((item) => {
    const piece = found.get(item.id);
    return piece ? [card(piece, item, reasons, () => till.click(shelf, item.id))] : [];
  });

/** @param {Piece} piece @param {ContentItem} item @param {boolean} reasons @param {() => void} chosen */
function card(piece, { type, reasons: [reason] }, reasons, chosen) {
  const about = piece.p?.[0] ? known(piece.p[0]) : undefined;
  const opens = { href: link(piece), onclick: chosen, onauxclick: (/** @type {MouseEvent} */ event) => event.button === 1 && chosen() };
  const words = type === "review";
  return el(
    "li",
    { class: `piece ${type}`, "data-id": piece.id, "data-type": type },
    el(
      "a",
      opens,
      words ? null : el("span", { class: "picture" }, el("img", { src: shown(piece), alt: "", width: 400, height: 400, loading: "lazy", decoding: "async" }), type === "video" ? el("span", { class: "play", "aria-hidden": "true" }, "▶") : null),
      el("span", { class: "kind" }, label(type), piece.r ? " " : "", piece.r ? stars(piece.r) : null),
      el("span", { class: "name" }, pick(piece.t)),
      words ? el("span", { class: "said" }, pick(piece.x)) : null,
      about ? el("span", { class: "of" }, words ? el("img", { src: picture(about), alt: "", width: 40, height: 40, loading: "lazy" }) : null, short(about)) : null,
    ),
    reasons && reason && reason.code !== "popular" ? el("p", { class: "reason", "data-code": reason.code }, sentence(reason, about)) : null,
  );
}

/** @param {Piece} piece */
export const shown = (piece) => picture({ id: piece.id, i: piece.i });

/** What buyers say of a product and show of it, on its own page. @param {string} id */
export async function opinions(id) {
  const { shelf, found } = await stock({ item: id, exact: true, limit: 12 });
  const all = shelf.items.flatMap(({ id }) => found.get(id) ?? []);
  const reviews = all.filter(({ y }) => y === "review");
  const pictures = all.filter(({ y }) => y === "photo" || y === "video");
  if (!all.length) return null;
  const ratings = reviews.flatMap(({ r }) => r ?? []);
  const mean = ratings.reduce((sum, r) => sum + r, 0) / (ratings.length || 1);
  const heading = `opinions-${shelf.status.decision}`;
  const section = el(
    "section",
    { class: "shelf opinions", "aria-labelledby": heading },
    el("div", { class: "shelf-head" }, el("h2", { id: heading }, t("content.opinions")), ratings.length ? el("p", { class: "why" }, stars(Math.round(mean)), " ", t("content.mean", { mean: mean.toFixed(1), count: ratings.length })) : null),
    pictures.length ? gallery(pictures) : null,
    el("ul", { class: "reviews", role: "list" }, ...reviews.map(review)),
  );
  return observed(section, /** @type {any} */ (shelf));
}

/** @param {Piece[]} pictures @param {{ href: string, chosen: () => void }} [opens] where a picture leads, if anywhere */
export const gallery = (pictures, opens) =>
  el(
    "ul",
    { class: "gallery", role: "list" },
    ...pictures.map((piece) => {
      const who = pick(piece.w ?? ["", ""]);
      const image = el("img", { src: shown(piece), alt: t("content.photoOf", { name: pick(piece.t), who }), width: 240, height: 240, loading: "lazy" });
      const picture = el("span", { class: "picture" }, image, piece.y === "video" ? el("span", { class: "play", "aria-hidden": "true" }, "▶") : null);
      return el("li", { "data-id": piece.id, "data-type": piece.y }, el("figure", {}, opens ? el("a", { href: opens.href, onclick: opens.chosen }, picture) : picture, el("figcaption", {}, pick(piece.t), " ", el("span", { class: "quiet" }, who))));
    }),
  );

/** @param {Piece} piece */
const review = ({ id, r, t: title, x, w, d }) =>
  el(
    "li",
    { "data-id": id },
    el("p", {}, r ? stars(r) : null, " ", el("strong", {}, pick(title))),
    el("p", {}, pick(x)),
    el("p", { class: "quiet" }, pick(w ?? ["", ""]), " · ", el("time", { datetime: d }, day(d))),
  );
