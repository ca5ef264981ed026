// A whole page: which shelves, in which order, and no product twice. It asks for one shelf after another and holds out of each what
// those above it show; what is shown is the engine's to say.
// @ts-check

/** @typedef {import("./index.d.ts").Shelf} Shelf */
/** @typedef {import("./index.d.ts").Slot} Slot */

/** Shelves of a page where its shop does not say. @type {Record<string, readonly import("./index.d.ts").Placement[]>} */
const SURFACES = { home: ["home", "recent", "category", "category"], product: ["complements", "product", "recent"], cart: ["cart", "recent"], order: ["home", "recent"] };

/** At most so many of one leaf category in any five of a front page, so that two interests both lead. */
const SPREAD = { category: 2 };

/** Fewer are no shelf, further down the page. */
const FEWEST = 3;

/** Items of the next page of a feed. */
const MORE = 12;

/**
 * @param {import("./index.d.ts").PageRequest} request
 * @param {(request: any) => Shelf} ask
 * @param {() => import("./index.d.ts").Portrait} portrait
 * @returns {import("./index.d.ts").Page}
 */
export function compose(request, ask, portrait) {
  const { surface = "home", slots, item, exclude = [] } = Object(request);
  const shown = new Set(Array.isArray(exclude) ? exclude : []);
  /** @type {Slot[]} */
  const wanted = (Array.isArray(slots) ? slots : (SURFACES[surface] ?? SURFACES.home ?? [])).map((slot) => (typeof slot === "string" ? { placement: slot } : Object(slot)));
  // Shelves of a category that name none are of those that the shopper likes best.
  const liked = wanted.some(({ placement, category }) => placement === "category" && !category) ? portrait().categories.map(({ name }) => name) : [];
  /** @param {Slot} slot */
  const fill = (slot) => {
    const home = slot.placement === "home" && { spread: SPREAD, departments: true };
    const shelf = ask({ item, ...home, ...slot, exclude: [...(slot.exclude ?? []), ...shown] });
    for (const { id } of shelf.items) shown.add(id);
    return shelf;
  };
  /** @type {Shelf[]} */
  const shelves = [];
  for (const slot of wanted) {
    const category = slot.placement === "category" ? slot.category || liked.shift() : slot.category;
    if (slot.placement === "category" && !category) continue;
    const before = new Set(shown);
    const shelf = fill(category ? { ...slot, category } : slot);
    if (shelf.items.length >= FEWEST || (shelf.items.length > 0 && shelves.length === 0)) {
      shelves.push({ ...shelf, ...(category && { category }) });
    } else {
      // What is not shown may be shown below.
      for (const { id } of shelf.items) if (!before.has(id)) shown.delete(id);
    }
  }
  return { surface: String(surface), shelves, more: (limit = MORE) => fill({ placement: "home", limit }) };
}
