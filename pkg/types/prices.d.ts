/** `tillside/prices`: prices, stock and flash sales of the full edition. See docs/prices.md. */

import type { Tillside } from "../index.js";

/** What is needed of the page's object. */
export type Till = Pick<Tillside, "ask"> & { readonly ready: Promise<unknown> };

/** A row of the shop's feed. What it does not say stays as it was. */
export interface Row {
  id: string;
  /** A number, or as a Merchant feed writes it: "12.50 CNY". */
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
  /** Higher tiers see it first: hours before `public`, by the id of the tier. */
  early?: { public: number; tiers: Record<string, number> } | null;
  ship_from?: string;
  /** Of this row; that of the patch where it is left out. */
  version?: number;
}

export interface Patch {
  /** Rises with each change. An older one than the known is refused. */
  version: number;
  /** The version that this patch builds on; left out for the whole feed. */
  base?: number;
  /** ISO 4217, the same for all. */
  currency: string;
  /** What the server's clock said when it answered. Without it only what is live for any clock within ten minutes counts as live. */
  served?: number;
  /** When the stock was counted; `served` where it is left out. */
  counted?: number;
  rows: readonly Row[];
}

export interface Taken {
  ok: boolean;
  applied?: number;
  /** Rows that were not newer than what is known. */
  stale?: number;
  refused?: number;
  version?: number;
  /** "feed.stale", "feed.gap", "feed.currency", "feed.rows", "feed.unavailable", "no_engine". */
  code?: string;
  remedy?: string;
  /** The version to patch from. */
  known?: number | null;
}

/** An item as of now. */
export interface Live {
  id: string;
  /** That of a live flash sale, else the usual one. */
  price: number | null;
  list: number | null;
  lowest: number | null;
  currency: string;
  out: boolean | null;
  /** What is left, where that is few and was counted within the last minute. */
  few: number | null;
  ships: string;
  flash: { state: "upcoming" | "live" | "sold_out" | "ended"; price: number; from: number; until: number; left: number | null } | null;
  /** What the server's clock says now: `until - server` is left of a flash sale. */
  server: number;
}

export interface Wish {
  /** The least part by which a price must fall: 0.01 to 0.9, default 0.05. */
  minimum?: number;
  /** Up to so many pieces are few: default 5. */
  few?: number;
  /** Minutes before its end from which a flash sale ends soon: default 60. */
  ending?: number;
}

export type Alert =
  | { type: "drop"; id: string; from: number; to: number; /** 0–1. */ part: number; currency: string; watched: boolean; /** Of a product that was not seen yet, the category that is liked. */ category: string | null }
  | { type: "restock"; id: string }
  | { type: "few"; id: string; left: number }
  | { type: "ending"; id: string; until: number; price: number; currency: string };

export interface Watched {
  id: string;
  since: number;
  /** The price that the shopper saw last or was told; 0 where none was said. */
  known: number;
  price: number | null;
  currency: string;
  out: boolean;
}

/** Hands a patch of the feed over. */
export function take(till: Till, patch: Patch): Taken;
/** Fetches the feed and hands it over with the server's time. Never rejects. */
export function fetchFeed(till: Till, url: string): Promise<Taken>;
/** What the feed says of items now; `null` for one that it does not have. */
export function live(till: Till, ids: readonly string[], wish?: { few?: number }): (Live | null)[];
/** Flash sales that are on or to come, the one that ends first before the others. */
export function flashes(till: Till): Live[];
/** What is new for this shopper: what is watched first, then the greatest drops. */
export function alerts(till: Till, wish?: Wish): Alert[];
/** The shopper was told: the alert does not come again. */
export function told(till: Till, alert: Alert, wish?: Wish): boolean;
/** What is watched: `track("Product Watched", …)` begins it, `track("Product Removed from Wishlist", …)` and an order end it. */
export function watches(till: Till): Watched[];
