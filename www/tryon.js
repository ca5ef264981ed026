/**
 * Trying something on: the product's picture is laid over a drawn figure or a photo that the shopper chooses. The photo is painted on a
 * canvas of this window and has no address; it is gone when the dialog is closed. Nothing stores it, sends it or looks at what is on it.
 * That something was tried on is an event like any other.
 */

import { announce, el } from "./dom.js";
import { product } from "./events.js";
import { attributes, short, t, title } from "./i18n.js";
import { modelled } from "./shelf.js";
import { goods, picture, within } from "./shop.js";
import { closing, dialog } from "./visit.js";
import * as cart from "./cart.js";
import * as till from "./till.js";

/** @import { Good } from "./types.js" */

/** Where things of a category are worn: the middle and the width of their picture, in percent of the figure's. The shop's own choice, as
 * which goods can be worn is no field of a product feed. @type {readonly [category: string, x: number, y: number, width: number][]} */
const WORN = [
  ["Fashion > Sunglasses", 50, 19.5, 30],
  ["Fashion > Hats", 50, 9, 38],
  ["Fashion > Scarves & Gloves", 50, 32, 46],
  ["Fashion > T-shirts", 50, 44, 72],
  ["Fashion > Shirts", 50, 45, 72],
  ["Fashion > Knitwear", 50, 45, 76],
  ["Fashion > Coats & Down", 50, 49, 92],
  ["Fashion > Dresses", 50, 55, 96],
  ["Fashion > Jeans & Trousers", 50, 78, 88],
  ["Sports > Sportswear > Tops", 50, 44, 72],
  ["Sports > Sportswear > Jackets", 50, 46, 78],
  ["Sports > Sportswear > Leggings", 50, 78, 88],
];

/** Variants that are at hand. */
const MOST = 6;
/** Pixels of a photo's longer side that are painted. */
const SIDE = 1200;
/** Larger files than a camera makes are not opened. */
const LARGEST = 40_000_000;

/** What the pictures of the demo's shop stand on; what follows is the thing itself. */
const BACKDROP = 'path[d="M0 0h200v200H0z"], circle[opacity], ellipse[opacity]';

const FIGURE =
  "M150 60c20 0 33 17 33 40s-13 44-33 44-33-21-33-44 13-40 33-40zM135 140h30v16q26 4 41 16 12 11 17 44l14 84q2 12-8 14t-12-9l-20-76-5 60q12 34 10 96l-6 105q-1 10-14 10t-14-10l-12-120h-12l-12 120q-1 10-14 10t-14-10l-6-105q-2-62 10-96l-5-60-20 76q-2 11-12 9t-8-14l14-84q5-33 17-44 15-12 41-16z";

/** @param {Good} good */
const place = ({ c }) => WORN.find(([category]) => within(c, category));

/** A button that opens the dialog; nothing for what is not worn. @param {Good} good */
export function button(good) {
  if (!place(good)) return null;
  return el("button", { class: "secondary", type: "button", "data-try-on": good.id, onclick: () => open(good) }, t("tryon.open"));
}

/** @param {Good} good */
async function open(good) {
  const worn = place(good);
  if (!worn) return;
  const [, x, y, width] = worn;
  /** @type {Set<string>} */
  const tried = new Set();
  let now = good;

  const piece = el("div", { class: "piece", role: "img" });
  const photo = el("canvas", { class: "photo", role: "img", "aria-label": t("tryon.photo"), hidden: true });
  const figure = silhouette();
  const stage = el("div", { class: "try-on-stage" }, figure, photo, piece);
  const told = el("p", { class: "told", role: "alert" });

  /** @param {string} name @param {number} min @param {number} max @param {number} value */
  const range = (name, min, max, value) => el("input", { id: `try-on-${name}`, type: "range", min, max, value, step: 0.5 });
  const sliders = { size: range("size", 10, 160, width), across: range("across", 0, 100, x), down: range("down", 0, 100, y) };
  const lay = () => {
    piece.style.setProperty("inline-size", `${sliders.size.value}%`);
    piece.style.setProperty("inset-inline-start", `${sliders.across.value}%`);
    piece.style.setProperty("inset-block-start", `${sliders.down.value}%`);
  };
  const reset = () => {
    for (const [name, value] of /** @type {const} */ ([["size", width], ["across", x], ["down", y]])) sliders[name].value = String(value);
    lay();
  };
  for (const slider of Object.values(sliders)) slider.addEventListener("input", lay);
  dragged(piece, stage, sliders, lay);

  /** @param {Good} good */
  const put = async (good) => {
    now = good;
    const cut = await cutOut(picture(good)).catch(() => undefined);
    if (now !== good) return;
    piece.replaceChildren(cut ?? el("img", { src: picture(good), alt: "", draggable: "false" }));
    piece.classList.toggle("whole", !cut);
    piece.setAttribute("aria-label", title(good));
    piece.dataset.id = good.id;
    add.disabled = !!good.o;
    for (const one of choice.querySelectorAll("button")) one.setAttribute("aria-pressed", String(one.dataset.id === good.id));
    if (tried.has(good.id)) return;
    tried.add(good.id);
    till.track("Product Tried On", product(good.id));
  };

  const add = el("button", { class: "primary", type: "button", onclick: () => (cart.add(now.id), announce(t("cart.added", { name: title(now), count: cart.count() })), (told.textContent = t("product.added"))) }, t("product.add"));
  const choice = el("div", { class: "try-on-choice", role: "group", "aria-label": t("tryon.variants") }, ...(await variants(good)).map((one) => el("button", { type: "button", "data-id": one.id, "aria-label": attributes(one).map(({ text }) => text).join(" ") || title(one), onclick: () => put(one) }, el("img", { src: picture(one), alt: "", width: 56, height: 56 }))));
  const file = el("input", { id: "try-on-photo", class: "unseen", type: "file", accept: "image/*" });
  const drawn = el("button", { class: "secondary", type: "button", onclick: () => paint() }, t("tryon.figure"));
  let turn = 0;
  /** @param {ImageBitmap} [bitmap] of a photo; without one the figure stands there @param {string} [why] */
  const paint = (bitmap, why = "") => {
    turn++;
    told.textContent = why;
    photo.hidden = !bitmap;
    figure.toggleAttribute("hidden", !!bitmap);
    const scale = Math.min(1, SIDE / Math.max(bitmap?.width ?? 1, bitmap?.height ?? 1));
    // Of no size it holds nothing.
    [photo.width, photo.height] = bitmap ? [Math.max(1, Math.round(bitmap.width * scale)), Math.max(1, Math.round(bitmap.height * scale))] : [0, 0];
    if (bitmap) photo.getContext("2d")?.drawImage(bitmap, 0, 0, photo.width, photo.height);
    else file.value = "";
    bitmap?.close();
  };
  file.addEventListener("change", async () => {
    const [chosen] = file.files ?? [];
    if (!chosen) return;
    if (chosen.size > LARGEST) return paint(undefined, t("tryon.large"));
    const mine = ++turn;
    const bitmap = await createImageBitmap(chosen).catch(() => undefined);
    // Another was chosen meanwhile, or the dialog closed.
    if (mine !== turn || !box.isConnected) return bitmap?.close();
    paint(bitmap, bitmap ? "" : t("tryon.bad"));
  });

  const label = t("tryon.title", { name: short(good) });
  const box = dialog(
    label,
    el("h2", {}, label),
    el("div", { class: "try-on" }, stage,
      el("div", { class: "try-on-side" },
        el("p", { class: "quiet" }, t("tryon.note")),
        el("p", { class: "answers" }, el("span", { class: "try-on-file" }, file, el("label", { class: "secondary", for: "try-on-photo" }, t("tryon.choose"))), drawn),
        choice.childElementCount > 1 ? choice : null,
        ...Object.entries(sliders).map(([name, slider]) => el("p", { class: "field" }, el("label", { for: slider.id }, t(/** @type {any} */ (`tryon.${name}`))), slider)),
        told,
        el("p", { class: "answers" }, add, el("button", { class: "secondary", type: "button", onclick: reset }, t("tryon.reset"))),
      ),
    ),
    el("p", { class: "answers" }),
  );
  box.lastElementChild?.append(closing(box));
  box.classList.add("try-on-box");
  box.addEventListener("close", () => paint());
  reset();
  await put(good);
}

/** The variants of a product that can be had, with itself. @param {Good} good */
async function variants(good) {
  const ids = modelled() ? till.variants(good.id) : [];
  const all = [...(await goods(ids.slice(0, MOST))).values()];
  return all.some(({ id }) => id === good.id) ? all : [good, ...all].slice(0, MOST);
}

function silhouette() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 300 500", class: "figure", role: "img", "aria-label": t("tryon.figure") })) svg.setAttribute(name, value);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", FIGURE);
  svg.append(path);
  return svg;
}

/** Shapes of a drawing; what else a file may hold, links and scripts among it, is left out. */
const SHAPES = new Set(["svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon"]);

/** A drawing without what it stands on; nothing where there is no such thing to take away. A request parses it: the page's policy lets no
 * text become markup. @param {string} address @returns {Promise<Element | undefined>} */
async function cutOut(address) {
  const request = new XMLHttpRequest();
  request.open("GET", address);
  request.responseType = "document";
  await new Promise((resolve, reject) => {
    request.addEventListener("load", resolve);
    request.addEventListener("error", reject);
    request.send();
  });
  const root = request.status === 200 ? request.responseXML?.documentElement : undefined;
  if (root?.localName !== "svg") return undefined;
  const drawing = document.importNode(root, true);
  const before = drawing.childElementCount;
  while (drawing.firstElementChild?.matches(BACKDROP)) drawing.firstElementChild.remove();
  for (const node of drawing.querySelectorAll("*")) if (!SHAPES.has(node.localName)) node.remove();
  if (drawing.childElementCount === before) return undefined;
  drawing.setAttribute("aria-hidden", "true");
  return drawing;
}

/** Moves the picture with the pointer, as the sliders do for the keyboard. @param {HTMLElement} piece @param {HTMLElement} stage
 * @param {{ across: HTMLInputElement, down: HTMLInputElement }} sliders @param {() => void} lay */
function dragged(piece, stage, { across, down }, lay) {
  piece.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    piece.setPointerCapture(event.pointerId);
  });
  piece.addEventListener("pointermove", (event) => {
    if (!piece.hasPointerCapture(event.pointerId)) return;
    const { width, height } = stage.getBoundingClientRect();
    across.value = String(Number(across.value) + (100 * event.movementX) / width);
    down.value = String(Number(down.value) + (100 * event.movementY) / height);
    lay();
  });
}
