/**
 * The goods: `shop.json` and the product shards, fetched when something in them is first needed and then kept in memory.
 * A shop may have hundreds of shards; nothing here reads them all.
 */

import { current } from "./i18n.js";
import { keep, kept } from "./keep.js";

/** @import { Category, Good, Piece, Room, Shop } from "./types.js" */

const root = new URL("/shop/", location.href);

/** Shards that `find` may read when there is no engine to say what fits. */
const SCAN = 12;

/** As long as `tillside serve` lets a browser use a shard without asking again. */
const FRESH_MS = 60_000;

/** @type {Shop} */
let shop;

/** @type {Map<number, Record<string, Good>>} */
const shards = new Map();
/** @type {Map<number, Promise<Record<string, Good>>>} */
const loading = new Map();

/** @param {string} path */
async function json(path) {
  const response = await fetch(new URL(path, root));
  if (!response.ok) throw new Error(`GET /shop/${path} answered ${response.status}`);
  return response.json();
}

/** What the front page showed last it will likely show again: for as long as a shard would be fresh it is at hand, and later its shards
 * are on their way before the engine has said so. @type {Record<string, Good>} */
const front = atHand();

/** @returns {Record<string, Good>} */
function atHand() {
  try {
    const { time, shards, goods } = JSON.parse(kept("front") ?? "{}");
    const age = Date.now() - time;
    if (age >= 0 && age < FRESH_MS) return goods;
    for (const number of shards) shard(Number(number));
  } catch {
    // Nothing was kept, or not by this page.
  }
  return {};
}

/** Keeps, or forgets, the goods on the front page. @param {Map<string, Good> | null} goods */
export function keepFront(goods) {
  const shards = [...new Set([...(goods?.keys() ?? [])].map(shardOf))];
  keep("front", goods && JSON.stringify({ time: Date.now(), shards, goods: Object.fromEntries(goods) }));
}

/** Resolves when the shop's description is there; every other function here may be called after that. */
export const ready = json("shop.json").then((/** @type {Shop} */ description) => {
  shop = description;
  return description;
});

// It may fail before anybody waits for it.
ready.catch(() => {});

export const description = () => shop;

/** Content by its shard, as it comes. @type {Map<number, Promise<Record<string, Piece>>>} */
const content = new Map();

/** @param {number} number */
function contentShard(number) {
  let pending = content.get(number);
  if (!pending) {
    pending = json(`content/${number}.json`);
    content.set(number, pending);
    pending.catch(() => content.delete(number));
  }
  return pending;
}

/** Those reviews, photos and articles that can be read now, in the order given. @param {Iterable<string>} ids */
export async function pieces(ids) {
  /** @type {Map<string, Piece>} */
  const found = new Map();
  const all = [...ids];
  const shards = await Promise.all(all.map((id) => contentShard(shardOf(id)).catch(() => ({}))));
  all.forEach((id, n) => {
    const shard = /** @type {Record<string, Piece>} */ (shards[n]);
    if (Object.hasOwn(shard, id)) found.set(id, { .../** @type {Piece} */ (shard[id]), id });
  });
  return found;
}

/** @type {Promise<Room[]> | undefined} */
let live;

/** The live rooms; none in a shop that has no such file. @returns {Promise<Room[]>} */
export const rooms = () => (live ??= json("live.json").catch(() => []));

/** The number of the shard that holds an item: FNV-1a over its UTF-8 bytes. @param {string} id */
function shardOf(id) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(id)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % shop.shards;
}

/** @param {number} number */
function shard(number) {
  let pending = loading.get(number);
  if (!pending) {
    pending = json(`products/${number}.json`).then((content) => {
      shards.set(number, content);
      return content;
    });
    loading.set(number, pending);
    // A shard that failed is asked for again the next time.
    pending.catch(() => loading.delete(number));
  }
  return pending;
}

/** Lays over a good what is newer than the shop's files. @type {(good: Good) => Good} */
let newer = (good) => good;

/** @param {(good: Good) => Good} as */
export const overlay = (as) => (newer = as);

/** The address of something in the shop's folder. @param {string} path */
export const address = (path) => new URL(path, root).href;

/**
 * What is known of an item without waiting.
 * @param {string} id
 * @returns {Good | undefined}
 */
export function known(id) {
  const content = (shop && shards.get(shardOf(id))) ?? front;
  const good = content && Object.hasOwn(content, id) ? content[id] : undefined;
  return good && newer({ ...good, id });
}

/**
 * One item; undefined when the shop does not have it. Rejects when its shard cannot be read.
 * @param {string} id
 */
export async function good(id) {
  await shard(shardOf(id));
  return known(id);
}

/**
 * Those of the items that the shop has and can be read now, in the order given.
 * @param {Iterable<string>} ids
 * @returns {Promise<Map<string, Good>>}
 */
export async function goods(ids) {
  const wanted = [...ids];
  const missing = wanted.filter((id) => !known(id));
  await Promise.allSettled([...new Set(missing.map(shardOf))].map(shard));
  /** @type {Map<string, Good>} */
  const found = new Map();
  for (const id of wanted) {
    const item = known(id);
    if (item) found.set(id, item);
  }
  return found;
}

/**
 * Items that fit, read from the first shards: the shop's own list for when there is no model to ask.
 * @param {(good: Good) => boolean} fits
 * @param {number} limit
 */
export async function find(fits, limit) {
  /** @type {string[]} */
  const found = [];
  for (let number = 0; number < Math.min(shop.shards, SCAN) && found.length < limit; number++) {
    const content = await shard(number).catch(() => ({}));
    for (const [id, item] of Object.entries(content)) if (!item.o && fits({ ...item, id })) found.push(id);
  }
  return found.slice(0, limit);
}

/** Brands in Chinese, of the goods that were read. @type {Map<string, string>} */
const brands = new Map();

/** What a brand is called in the language of the page; undefined for one that no product read so far has. @param {string} name */
export function brandNamed(name) {
  if (current() !== "zh") return undefined;
  for (const content of shards.values()) for (const { b, bz } of Object.values(content)) if (b && bz) brands.set(b, bz);
  return brands.get(name);
}

/** Where an item's picture is. Pictures come from the shop's folder only. @param {Pick<Good, "id" | "i">} good */
export function picture(good) {
  const url = new URL(good.i ?? `img/${encodeURIComponent(good.id)}.svg`, root);
  return url.href.startsWith(root.href) ? url.pathname : "/favicon.svg";
}

/** @param {string} path @returns {Category | undefined} */
export const category = (path) => shop.categories.find((category) => category.path === path);

/** A picture that stands for a category; undefined where the shop names none. @param {Category} category */
export const pictureOf = ({ i }) => (i ? new URL(i, root).pathname : undefined);

/** The categories directly below a path, or the departments. @param {string} [path] */
export function children(path) {
  const prefix = path ? `${path} > ` : "";
  return shop.categories.filter((category) => category.path.startsWith(prefix) && !category.path.slice(prefix.length).includes(" > "));
}

/** The categories from the department down to a path, itself included. @param {string} path */
export function lineage(path) {
  const names = path.split(" > ");
  return names.map((_, depth) => category(names.slice(0, depth + 1).join(" > "))).filter((category) => category !== undefined);
}

/** Whether a category path is the other or lies below it. @param {string} path @param {string} ancestor */
export const within = (path, ancestor) => path === ancestor || path.startsWith(`${ancestor} > `);
