/** The front of the shop: what it is, its departments, and the shopper's own shelves. */

import { el } from "../dom.js";
import { named, t } from "../i18n.js";
import { toCategory, toDepartments } from "../links.js";
import { slot, stock } from "../shelf.js";
import { category, children, picture, within } from "../shop.js";
import * as till from "../till.js";

/** @import { Category, View } from "../types.js" */

const TILES = 13;
/** Shelves of single categories: of those that the shopper likes best, then of departments. */
const CATEGORIES = 4;
const FAVOURITES = 2;

/** @returns {Promise<View>} */
export async function view() {
  const first = slot({ placement: "home", limit: 12 }, { grid: true });
  const { shelf, goods } = await first.filled;
  const exclude = [...shelf.items, ...till.portrait().recent].map(({ id }) => id);
  const loved = favourites();
  const shown = [...goods.values()].map(({ c }) => c).concat(loved.map(({ path }) => path));
  const others = children().filter(({ path }) => !shown.some((other) => within(other, path)));
  const rest = [
    slot({ placement: "recent", limit: 12 }),
    ...loved.map(({ path, name }) => slot({ placement: "category", category: path, limit: 12, exclude }, { title: t("shelf.more", { name: named(name) }) })),
    ...others.slice(0, CATEGORIES - loved.length).map(({ path, name }) => slot({ placement: "category", category: path, limit: 12 }, { title: named(name) })),
  ];
  return {
    title: t("home.title"),
    nodes: [
      el(
        "div",
        { class: "hero" },
        el("div", { class: "welcome" }, el("h1", {}, t("home.headline")), el("p", {}, t("home.text"))),
        tiles(),
      ),
      first.place,
      ...rest.map(({ place }) => place),
    ],
  };
}

/** Categories with the strongest interest of late. */
function favourites() {
  if (!till.remembers()) return [];
  return till
    .portrait()
    .categories.flatMap(({ name }) => category(name) ?? [])
    .slice(0, FAVOURITES);
}

function tiles() {
  const departments = children();
  const others = Math.max(departments.length - TILES, 0);
  const all = el("a", { class: "tile", href: toDepartments }, el("span", { class: "tile-all", "aria-hidden": "true" }, others ? `+${others}` : "…"), el("span", {}, t("departments.all")));
  const list = el("ul", { class: "tiles", role: "list" }, ...departments.slice(0, TILES).map((department) => el("li", {}, tile(department))), el("li", {}, all));
  // Two full rows look better than one and a rest.
  list.style.setProperty("--columns", String(Math.max(4, Math.ceil(list.childElementCount / 2))));
  return list;
}

/** A way into a department, with the picture of what fits the shopper best in it. @param {Category} department */
function tile({ path, name }) {
  const image = el("img", { alt: "", width: 400, height: 400, decoding: "async" });
  const best = stock({ placement: "category", category: path, limit: 1 });
  best.then(({ goods: [first] }) => {
    if (first) image.src = picture(first[1]);
  }, () => image.remove());
  return el("a", { class: "tile", href: toCategory(path) }, el("span", { class: "picture" }, image), el("span", {}, named(name)));
}
