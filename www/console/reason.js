/** Why a shopper has a tag, in words. */

import { named, number, t } from "../i18n.js";
import { category } from "../shop.js";

/** A category as the shop calls it. @param {string} path */
const place = (path) => {
  const found = category(path);
  return found ? named(found.name) : path;
};

/** One thing that a tag's rule looked at, in words. @param {string} path @param {unknown} value */
export function reason(path, value) {
  const [, name = "", part = ""] = /^departments\.(.+)\.(level|events|bought|weight)$/.exec(path) ?? [];
  const count = number(Number(value), 2);
  if (part === "level") return t("know.level", { name: place(name), percent: number(Number(value) * 100) });
  if (part === "events" || part === "weight") return t("know.events", { name: place(name), count });
  if (part === "bought") return t("know.bought", { name: place(name), count });
  if (path === "orders.orders") return t("know.orders", { count });
  if (path === "orders.coupons") return t("know.coupons", { count });
  if (path === "visits") return t("know.visits", { count });
  return t("know.seen", { name: path.replaceAll(".", " › ").replaceAll("_", " "), value: typeof value === "number" ? count : String(value ?? "–") });
}
