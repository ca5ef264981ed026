/** Which attributes tell the goods of a list apart. */

import { attributes } from "./i18n.js";

/** @import { Attribute, Good } from "./types.js" */

/** Attributes offered, and values of each. */
const MOST_ATTRIBUTES = 4;
const MOST_VALUES = 10;

/**
 * The attributes that most of the goods have, with their most common values.
 * @param {readonly Good[]} goods
 * @returns {Attribute[][]}
 */
export function facetsOf(goods) {
  /** @type {Map<string, Map<string, Attribute & { count: number }>>} */
  const counts = new Map();
  for (const attribute of goods.flatMap(attributes)) {
    const values = counts.get(attribute.name) ?? new Map();
    values.set(attribute.value, { ...attribute, count: (values.get(attribute.value)?.count ?? 0) + 1 });
    counts.set(attribute.name, values);
  }
  const facets = [...counts.values()].map((values) => ({ values: [...values.values()], uses: [...values.values()].reduce((sum, { count }) => sum + count, 0) }));
  return facets
    .filter(({ values, uses }) => values.length > 1 && uses >= goods.length / 5 && uses / values.length >= 1.5)
    .sort((one, other) => other.uses - one.uses)
    .slice(0, MOST_ATTRIBUTES)
    .map(({ values }) => values.sort((one, other) => other.count - one.count).slice(0, MOST_VALUES))
    .map((values) => values.sort((one, other) => one.value.localeCompare(other.value, "en", { numeric: true })));
}
