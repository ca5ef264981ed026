/** Properties of the Segment e-commerce events. Names and categories are the catalogue's own, whatever language the page speaks. */

import { description, known } from "./shop.js";

/** @import { Line } from "./types.js" */

/** @param {string} id */
export function product(id) {
  const good = known(id);
  if (!good) return { product_id: id };
  return { product_id: id, name: good.t[0], brand: good.b, category: good.c, price: good.p, currency: description().currency, ...(good.r && good.r > good.p && { discount: Math.round((good.r - good.p) * 100) / 100 }) };
}

/** @param {readonly Line[]} lines */
export const products = (lines) => lines.map(({ id, quantity }, index) => ({ ...product(id), quantity, position: index + 1 }));
