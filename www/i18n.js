/** Which language the shop speaks, and how it writes texts, names, amounts and times in it. */

import { kept } from "./keep.js";
import { texts } from "./texts.js";

/** @import { Attribute, Both, Good } from "./types.js" */
/** @typedef {"en" | "zh"} Language */

const chosen = kept("language");

/** @type {Language} */
let language = chosen === "en" || chosen === "zh" ? chosen : /^zh\b/i.test(navigator.language) ? "zh" : "en";

export const current = () => language;

/** The value of the `lang` attribute. @param {Language} [of] */
export const tag = (of = language) => (of === "zh" ? "zh-CN" : "en");

/** @param {Language} to */
export function speak(to) {
  language = to;
}

/**
 * @param {keyof typeof texts} key
 * @param {Record<string, string | number>} [values] what stands for `{name}`
 */
export function t(key, values = {}) {
  return pick(texts[key]).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** @param {Both | readonly [string, string]} both */
export const pick = ([english, chinese]) => (language === "zh" ? chinese || english : english || chinese);

/** @param {{ en: string, zh: string }} name */
export const named = (name) => pick([name.en, name.zh]);

/** @param {Good} good */
export const title = (good) => pick(good.t);

/** The title without size and colour, for where a product is spoken of. @param {Good} good */
export const short = (good) => pick(good.s ?? good.t);

/** @param {Good} good */
export const brand = (good) => (language === "zh" ? good.bz || good.b : good.b);

/** @param {number} amount @param {string} currency */
export function money(amount, currency) {
  const cents = Number.isInteger(amount) ? 0 : 2;
  try {
    return new Intl.NumberFormat(tag(), { style: "currency", currency, currencyDisplay: "narrowSymbol", minimumFractionDigits: cents, maximumFractionDigits: 2 }).format(amount);
  } catch {
    return `${amount.toFixed(cents)} ${currency}`;
  }
}

/** @param {number} value @param {number} [digits] */
export const number = (value, digits = 0) => value.toLocaleString(tag(), { maximumFractionDigits: digits });

/** @param {number} bytes */
export function bytes(bytes) {
  if (bytes < 1000) return `${number(bytes)} B`;
  return bytes < 1e6 ? `${number(bytes / 1e3, 1)} kB` : `${number(bytes / 1e6, 2)} MB`;
}

/** @param {number} time milliseconds since 1970 */
export const clock = (time) => new Date(time).toLocaleTimeString(tag(), { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** @param {Pick<Good, "a" | "z">} good @returns {Attribute[]} */
export function attributes({ a = {}, z = [] }) {
  return Object.entries(a).map(([name, value], index) => {
    const [label = name, text = value] = (language === "zh" && z[index]) || [plain(name), plain(value)];
    return { name, value, label, text };
  });
}

/** @param {string} word as a feed writes it, "age_group" */
const plain = (word) => word.charAt(0).toUpperCase() + word.slice(1).replaceAll("_", " ");
