/** The front of the shop: what it is, its departments, and the shopper's own shelves. */

import { el } from "../dom.js";
import { named, t } from "../i18n.js";
import { toCategory, toDepartments } from "../links.js";
import { strip } from "../actions.js";
import { contentShelf } from "../content.js";
import { due, sequence } from "../due.js";
import { feed } from "../feed.js";
import { liveStrip } from "../live.js";
import * as prices from "../prices.js";
import { slot, stock } from "../shelf.js";
import { category, children, goods, keepFront, picture, pictureOf, within } from "../shop.js";
import * as till from "../till.js";

/** @import { Category, Stocked, View } from "../types.js" */

const TILES = 13;
/** Reviews, photos and guides in the row below the first shelf. */
const PIECES = 10;
/** Shelves of single categories: of those that the shopper likes best, then of departments. */
const CATEGORIES = 4;
const FAVOURITES = 2;
/** How long an order settles its category, and how many of the newest orders' products are looked at. */
const SETTLED_MS = 90 * 24 * 60 * 60 * 1000;
const MOST_SETTLED = 10;

/** @returns {Promise<View>} */
export async function view() {
  const first = slot({ placement: "home", limit: 12 }, { grid: true });
  const [front] = await Promise.all([first.filled, prices.fresh()]);
  const departments = children().slice(0, TILES);
  const pictures = departments.map(() => el("img", { alt: "", width: 400, height: 400, decoding: "async" }));
  const rest = el("div", {});
  const said = el("div", { class: "slot" });
  return {
    title: t("home.title"),
    nodes: [
      el("div", { class: "hero" }, el("div", { class: "welcome" }, el("h1", {}, t("home.headline")), el("p", {}, t("home.text"))), tiles(departments, pictures)),
      ...(await Promise.all([strip("home"), prices.sales(), prices.news(), ahead()])).filter((node) => node !== null),
      first.place,
      said,
      rest,
    ],
    // The first shelf is not kept waiting by what lies below it.
    shown: async () => {
      await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
      const [content, rooms] = await Promise.all([contentShelf({ limit: PIECES }, { title: t(till.portrait().categories.length ? "content.home" : "content.anybody") }).catch(() => null), liveStrip()]);
      said.replaceChildren(...[content, rooms].flatMap((section) => section ?? []));
      const shown = front.shelf.items.map(({ id }) => id);
      const [timely, next, settledNow] = await Promise.all([due(shown), sequence(shown), settled()]);
      const shelves = below(front, settledNow);
      rest.replaceChildren(...timely, ...(next ? [next] : []), ...shelves.map(({ place }) => place));
      departments.forEach((department, index) => illustrate(/** @type {HTMLImageElement} */ (pictures[index]), department).catch(() => {}));
      keepFront(till.remembers() ? front.goods : null);
      await Promise.allSettled(shelves.map(({ filled }) => filled));
      if (rest.isConnected) rest.append(await feed());
    },
  };
}

/** What the shopper's tier sees first. */
async function ahead() {
  const list = await prices.early();
  return list && el("section", { class: "sales early", "aria-labelledby": "early-title" }, el("h2", { id: "early-title" }, t("early.title")), list);
}

/** Categories that an order of late has settled: nobody wants a second pair of shoes the day after. */
async function settled() {
  if (!till.remembers()) return [];
  const since = Date.now() - SETTLED_MS;
  const bought = till.portrait().bought.filter(({ time }) => time > since).slice(0, MOST_SETTLED);
  const once = bought.filter(({ id }) => ["bought", "settled"].includes(till.explainNot(id, { placement: "home" }).clause));
  const found = await goods(once.map(({ id }) => id));
  return [...found.values()].map(({ c }) => c);
}

/** The shelves after the first. @param {Stocked} first @param {string[]} settled */
function below({ shelf, goods }, settled) {
  // No product twice on the page: each shelf holds out what those above it show.
  const exclude = [...shelf.items, ...till.portrait().recent].map(({ id }) => id);
  const loved = favourites().filter(({ path }) => !settled.some((other) => within(other, path)));
  const shown = [...goods.values()].map(({ c }) => c).concat(loved.map(({ path }) => path));
  const others = children().filter(({ path }) => !shown.some((other) => within(other, path)));
  return [
    slot({ placement: "recent", limit: 12 }),
    ...loved.map(({ path, name }) => slot({ placement: "category", category: path, limit: 12, exclude }, { title: t("shelf.more", { name: named(name) }) })),
    ...others.slice(0, CATEGORIES - loved.length).map(({ path, name }) => slot({ placement: "category", category: path, limit: 12 }, { title: named(name) })),
  ];
}

/** Categories with the strongest interest of late. */
function favourites() {
  if (!till.remembers()) return [];
  return till
    .portrait()
    .categories.flatMap(({ name }) => category(name) ?? [])
    .slice(0, FAVOURITES);
}

/** Ways into the departments. @param {Category[]} departments @param {HTMLImageElement[]} pictures */
function tiles(departments, pictures) {
  /** @param {string} href @param {Node} above @param {string} name */
  const tile = (href, above, name) => el("li", {}, el("a", { class: "tile", href }, above, el("span", {}, name)));
  const others = children().length - departments.length;
  const list = el(
    "ul",
    { class: "tiles", role: "list" },
    ...departments.map(({ path, name }, index) => tile(toCategory(path), el("span", { class: "picture" }, pictures[index]), named(name))),
    tile(toDepartments, el("span", { class: "tile-all", "aria-hidden": "true" }, others ? `+${others}` : "…"), t("departments.all")),
  );
  // Two full rows look better than one and a rest.
  list.style.setProperty("--columns", String(Math.max(4, Math.ceil(list.childElementCount / 2))));
  return list;
}

/** Shows of a department what stands for it, whoever looks: a tile is a way into the shop and no suggestion. @param {HTMLImageElement} image @param {Category} department */
async function illustrate(image, department) {
  const { path } = department;
  const own = pictureOf(department);
  if (own) {
    image.src = own;
    return;
  }
  const { goods } = await stock({ placement: "category", category: path, limit: 1 });
  for (const good of goods.values()) image.src = picture(good);
}
