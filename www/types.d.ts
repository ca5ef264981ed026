/** What crosses between the pages of the shop. The shop folder is what `tillside lab shop` writes. */
import type { Shelf } from "../pkg/index.js";

/** English, Chinese. */
export type Both = [english: string, chinese: string];

/** One product as `products/<k>.json` gives it. */
export interface Good {
  id: string;
  /** Title. */
  t: Both;
  /** Title without size and colour. */
  s?: Both;
  /** Brand in Chinese. */
  bz?: string;
  /** The same for all variants of a product. */
  g?: string;
  /** 1 when new. */
  n?: 1;
  /** Description. */
  d?: Both;
  /** Price in the shop's currency. */
  p: number;
  /** Price when it is not on offer. */
  r?: number;
  /** Brand. */
  b?: string;
  /** Category path. */
  c: string;
  /** Attributes. */
  a?: Record<string, string>;
  /** The attributes in Chinese, name and value, in the same order. */
  z?: [string, string][];
  /** 1 when out of stock. */
  o?: 0 | 1;
  /** What is left, where that is few and was counted a moment ago. */
  few?: number;
  /** A flash sale; the server's clock is so many milliseconds ahead of the device's. */
  flash?: { state: "upcoming" | "live" | "sold_out" | "ended"; price: number; from: number; until: number; left: number | null; ahead: number };
  /** Picture, relative to the shop folder; `img/<id>.svg` when absent. */
  i?: string;
}

export interface Category {
  path: string;
  name: { en: string; zh: string };
  /** A picture that stands for it, relative to the shop folder. */
  i?: string;
}

/** A review, photo or article as `content/<k>.json` gives it. */
export interface Piece {
  id: string;
  /** Type. */
  y: "review" | "photo" | "video" | "article" | "guide" | "theme" | "banner";
  /** Title. */
  t: Both;
  /** Text. */
  x: Both;
  /** Stars, of a review. */
  r?: number;
  /** Who wrote it. */
  w?: Both;
  /** The day, as 2026-05-01. */
  d: string;
  /** Products that it is about. */
  p?: string[];
  /** Categories that it is about. */
  c?: string[];
  /** Picture, relative to the shop folder. */
  i: string;
}

/** A live room, as `live.json` lists them. */
export interface Room {
  id: string;
  name: Both;
  host: Both;
  items: string[];
}

/** `shop.json`. */
export interface Shop {
  id: string;
  name: { en: string; zh: string };
  currency: string;
  shards: number;
  /** Prices, stock and flash sales as of now, relative to the shop folder. */
  feed?: string;
  /** Parents before children. */
  categories: Category[];
}

export interface Route {
  /** Name of the page, "home" for "#/". */
  page: string;
  /** What follows it, decoded: a product id or a category path. */
  key: string;
  query: URLSearchParams;
  /** True when the same view is drawn again, in another language say: nothing new was seen. */
  again: boolean;
}

export interface View {
  title: string;
  nodes: Node[];
  /** Called when the nodes are on the page: what may come a moment later. Resolves when it has come. */
  shown?: () => Promise<unknown>;
}

export interface Line {
  id: string;
  quantity: number;
}

/** An attribute as the catalogue has it, and as the page writes it. */
export interface Attribute {
  name: string;
  value: string;
  label: string;
  text: string;
}

/** A shelf with what is needed to draw it. */
export interface Stocked {
  shelf: Shelf;
  goods: Map<string, Good>;
}
