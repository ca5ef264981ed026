/** Prices, stock and flash sales of the full edition. See docs/prices.md.
 *
 *  @module tillside/prices */

import type { Tillside } from "../index.js";

/** Methods of the page's object that are used. */
export type Till = Pick<Tillside, "ask"> & { readonly ready: Promise<unknown> };

/** A row of the shop's feed. Omitted fields stay as they were. */
export interface Row {
  id: string;
  /** A number, or in Merchant feed notation: "12.50 CNY". */
  price?: number | string;
  /** The price before the reduction. */
  list_price?: number | string;
  /** The lowest price of the last 30 days. */
  lowest_price?: number | string;
  availability?: string;
  /** Pieces left. */
  stock?: number;
  /** Times in milliseconds since 1970 by the server's clock; `left` 0 is sold out. `null` ends it. */
  flash?: { price: number | string; from: number; until: number; left?: number } | null;
  /** Early access: hours before `public`, by the id of the tier. */
  early?: { public: number; tiers: Record<string, number> } | null;
  ship_from?: string;
  /** Version of this row; default that of the patch. */
  version?: number;
}

/** A whole feed of prices and stock, or the changes since another version. Times are milliseconds since 1970. */
export interface Patch {
  /** Increases with each change; older ones are refused. */
  version: number;
  /** The version that this patch builds on; omitted for a whole feed. */
  base?: number;
  /** ISO 4217, one for the feed. */
  currency: string;
  /** The server's clock at the time of the answer. Without it a sale counts as live only if it is for every clock within ten minutes. */
  served?: number;
  /** Time of the stock count; default `served`. */
  counted?: number;
  rows: readonly Row[];
}

/** Result of applying a patch: rows by outcome, or a stable code with its remedy. */
export interface Taken {
  ok: boolean;
  applied?: number;
  /** Rows that were not newer than the known ones. */
  stale?: number;
  refused?: number;
  version?: number;
  /** "feed.stale", "feed.gap", "feed.currency", "feed.rows", "feed.unavailable", "no_engine". */
  code?: string;
  remedy?: string;
  /** The version to patch from. */
  known?: number | null;
}

/** Current state of an item. */
export interface Live {
  id: string;
  /** Price of a live flash sale, else the usual one. */
  price: number | null;
  list: number | null;
  lowest: number | null;
  currency: string;
  out: boolean | null;
  /** Pieces left, if few and counted within the last minute. */
  few: number | null;
  ships: string;
  flash: { state: "upcoming" | "live" | "sold_out" | "ended"; price: number; from: number; until: number; left: number | null } | null;
  /** The server's clock now: a flash sale lasts another `until - server`. */
  server: number;
}

/** Thresholds of alerts. */
export interface Wish {
  /** Minimum relative price drop: 0.01 to 0.9, default 0.05. */
  minimum?: number;
  /** Maximum number of pieces that counts as few: default 5. */
  few?: number;
  /** Minutes before the end of a flash sale from which it is announced: default 60. */
  ending?: number;
}

/** An alert for the shopper. Times are milliseconds since 1970, prices in major units. */
export type Alert =
  | { type: "drop"; id: string; from: number; to: number; /** 0–1. */ part: number; currency: string; watched: boolean; /** Of a product that was not seen yet, the category that is liked. */ category: string | null }
  | { type: "restock"; id: string }
  | { type: "few"; id: string; left: number }
  | { type: "ending"; id: string; until: number; price: number; currency: string };

/** An item that the shopper watches. `since` is in milliseconds since 1970. */
export interface Watched {
  id: string;
  since: number;
  /** The price that the shopper saw last; 0 if unknown. */
  known: number;
  price: number | null;
  currency: string;
  out: boolean;
}

/** Applies a patch of the feed. */
export function take(till: Till, patch: Patch): Taken;
/** Fetches the feed and applies it with the server's time. Never rejects. */
export function fetchFeed(till: Till, url: string): Promise<Taken>;
/** Current state of items by the feed; `null` for unknown ones. */
export function live(till: Till, ids: readonly string[], wish?: { few?: number }): (Live | null)[];
/** Current and coming flash sales, the earliest end first. */
export function flashes(till: Till): Live[];
/** Alerts for this shopper: watched items first, then the greatest drops. */
export function alerts(till: Till, wish?: Wish): Alert[];
/** Marks an alert as shown: it is not repeated. */
export function told(till: Till, alert: Alert, wish?: Wish): boolean;
/** Watched items: `track("Product Watched", …)` starts watching, `track("Product Removed from Wishlist", …)` and an order end it. */
export function watches(till: Till): Watched[];
