/** Content beside products: reviews, photos, videos, articles. See docs/integration.md.
 *
 *  @module tillside/content */

import type { Page, Reason, Shelf, ShelfStatus, Tillside } from "./index.js";

/** Options of {@link Content.open}. */
export interface ContentOptions {
  /** Address of the model's manifest, as for `Tillside.open`. */
  model: string;
  /** "zh…" or "en…"; else the document's language. */
  locale?: string;
  /** The page's name of an item, category or brand, for reasons. */
  title?: (id: string) => string | undefined;
}

/** Kind of a content item. */
export type ContentType = "review" | "photo" | "video" | "article" | "guide" | "theme" | "banner";

/** Request for content items. */
export interface ContentRequest {
  /** The page's product: only content about it (first), its category or its brand. */
  item?: string;
  /** Only content about that product itself. */
  exact?: boolean;
  /** Default: any type. */
  types?: readonly ContentType[];
  /** 0 to 100, default 12. */
  limit?: number;
  exclude?: readonly string[];
}

/** A review, photo or article on a list. */
export interface ContentItem {
  id: string;
  type: ContentType;
  /** Products that it is about. */
  items: string[];
  /** Relation to the page's product. */
  about: "item" | "category" | "brand" | null;
  /** Comparable within one list only. */
  score: number;
  source: "content";
  /** From 1. */
  position: number;
  placed: "ranked";
  propensity: 1;
  /** Contributions to the score: page's product, viewed and enquired products, favourite categories and brands, novelty,
   *  popularity of its products. */
  contributions: Partial<Record<"page" | "items" | "categories" | "brands" | "fresh" | "popular", number>>;
  reasons: [Reason];
}

/** A list of content; `impression` and `click` accept it like a shelf of products. */
export interface ContentShelf {
  placement: "content";
  items: ContentItem[];
  status: ShelfStatus;
}

/** Contributions to the scores of a content list. */
export interface ContentExplained {
  decision: string;
  time: number;
  model: string;
  placement: "content";
  items: ContentItem[];
}

/** Content of a model, ranked on the device. */
export declare class Content {
  private constructor();
  /** Fetches the part "content" of the manifest and opens it. Never rejects: without it every list is empty, and `problem` has the reason. */
  static open(till: Tillside, options: ContentOptions): Promise<Content>;
  /** Reason for missing content; "" if there is content. */
  readonly problem: string;
  /** Synchronous. Never throws. */
  list(request?: ContentRequest): ContentShelf;
  /** Mixes content into the pages of a product feed: `content` items a page (default 2), none twice. */
  feed(page: Page, quota?: { content?: number; types?: readonly ContentType[]; exclude?: readonly string[] }): (limit?: number) => { shelf: Shelf; content: ContentShelf };
  /** Explains a list; the newest 50. */
  explain(decision: string): ContentExplained | { decision: string; gone: true };
}

/** A text typed in public. It is analysed on the device and dropped. */
export interface Enquiry {
  text: string;
  /** The product in question, if known. */
  item?: string;
  /** Candidate products of the room. */
  items?: readonly string[];
  /** Default "question". */
  kind?: "question" | "comment";
  /** Of the live room. */
  room?: string;
}

/** Result of {@link enquire}. `reason` is stable, as for `track`. */
export type Enquired =
  | { ok: true; /** Words of the catalogue, the rarest first. */ words: string[]; item: string | null; category: string | null }
  | { ok: false; reason: string };

/** Takes a text typed in a live room: reports `Live Question Asked` or `Live Commented` without the text, and keeps the words of the
 *  catalogue in the portrait, under `enquiries`. Never throws. */
export declare function enquire(till: Tillside, what: Enquiry): Enquired;
