import type { Page, Reason, Shelf, ShelfStatus, Tillside } from "./index.js";

export interface ContentOptions {
  /** Address of the model's manifest, as for `Tillside.open`. */
  model: string;
  /** "zh…" or "en…"; else the document's language. */
  locale?: string;
  /** What the page calls an item, category or brand, for reasons. */
  title?: (id: string) => string | undefined;
}

export type ContentType = "review" | "photo" | "video" | "article" | "guide" | "theme" | "banner";

/** What of the shop's content is wanted. */
export interface ContentRequest {
  /** The product of the page: what is about it comes first, then what is about its category or brand, and nothing else. */
  item?: string;
  /** Only what is about that product itself. */
  exact?: boolean;
  /** Any where left out. */
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
  /** How it goes with the product of the page. */
  about: "item" | "category" | "brand" | null;
  /** Comparable within one list only. */
  score: number;
  source: "content";
  /** From 1. */
  position: number;
  placed: "ranked";
  propensity: 1;
  /** What each part gave: that it is about the product of the page, about what was viewed or asked about, the shopper's categories
   *  and brands, that it is new, that its products are popular. */
  contributions: Partial<Record<"page" | "items" | "categories" | "brands" | "fresh" | "popular", number>>;
  reasons: [Reason];
}

/** A list of content; `impression` and `click` take it as they take a shelf of products. */
export interface ContentShelf {
  placement: "content";
  items: ContentItem[];
  status: ShelfStatus;
}

export interface ContentExplained {
  decision: string;
  time: number;
  model: string;
  placement: "content";
  items: ContentItem[];
}

export declare class Content {
  private constructor();
  /** Fetches the part "content" of the manifest and opens it. Never rejects: without it every list is empty, and `problem` says why. */
  static open(till: Tillside, options: ContentOptions): Promise<Content>;
  /** Why there is no content; "" where there is. */
  readonly problem: string;
  /** Synchronous. Never throws. */
  list(request?: ContentRequest): ContentShelf;
  /** The pages of a feed of products, each with so many content items (default 2), none of them twice. */
  feed(page: Page, quota?: { content?: number; types?: readonly ContentType[]; exclude?: readonly string[] }): (limit?: number) => { shelf: Shelf; content: ContentShelf };
  /** Why a list is as it is; of the newest 50. */
  explain(decision: string): ContentExplained | { decision: string; gone: true };
}

/** What a shopper typed in public. The text is looked at on the device and dropped. */
export interface Enquiry {
  text: string;
  /** The product that it is about, if that is known. */
  item?: string;
  /** Products of the room, of which one may be meant. */
  items?: readonly string[];
  /** Default "question". */
  kind?: "question" | "comment";
  /** Of the live room. */
  room?: string;
}

export type Enquired =
  | { ok: true; /** Words of the catalogue, the rarest first. */ words: string[]; item: string | null; category: string | null }
  | { ok: false; reason: string };

/** Takes what a shopper typed in a live room: reports `Live Question Asked` or `Live Commented` without the text, and keeps the words
 *  of the catalogue in the portrait, under `enquiries`. Never throws. */
export declare function enquire(till: Tillside, what: Enquiry): Enquired;
