// The demo's catalogue, as a test that is about a kind of goods needs it.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { given } from "../support/surroundings.mjs";

/** @typedef {{ id: string, price: number, category: string, sale: boolean, out: boolean, group: string, details: Record<string, string> }} Item */

/** Every item. @returns {Promise<Item[]>} */
export async function catalogue() {
  const lines = (await readFile(join(given("TILLSIDE_SHOP"), "catalog.jsonl"), "utf8")).trim().split("\n").map((line) => JSON.parse(line));
  return lines.map(({ id, price, sale_price: sale, product_type: category, availability, item_group_id: group, product_detail: details = [] }) => ({
    id,
    price: Number.parseFloat(price),
    category,
    sale: sale !== undefined,
    out: availability !== "in_stock",
    group,
    details: Object.fromEntries(details.map((/** @type {any} */ { attribute_name: name, attribute_value: value }) => [name, value])),
  }));
}
