/** `tillside/shopify`: Hydrogen's analytics bus and a web pixel. See docs/integration.md. */

import type { Consent, Tillside } from "../index.js";

/** What Shopify calls a product: its global ids, or their numbers. */
export interface Ids {
  product: string;
  variant: string;
  /** Empty where there is none. */
  sku: string;
}

export interface Identified {
  /** What the shop's feed calls a product: the number of the product (the default) or of the variant, the SKU, or what a function makes of them. */
  id?: "product" | "variant" | "sku" | ((ids: Ids) => string);
}

/** Of Hydrogen's `useAnalytics()`. */
export interface Bus {
  subscribe: (event: any, callback: (payload: any) => void) => void;
}

export interface Hydrogen extends Identified {
  /** Which answer of Shopify's banner each purpose goes by, as `{ personalisation: "preferencesAllowed", measurement: "analyticsAllowed" }`. A
   *  purpose without one is the page's to say, and without any the banner is not listened to. */
  purposes?: { [purpose in keyof Consent]?: "analyticsAllowed" | "marketingAllowed" | "preferencesAllowed" | "saleOfDataAllowed" };
}

/** Tracks what the bus says of pages, products, collections, searches and the cart. Answers how to stop listening to the banner; the
 *  bus itself lets nobody go, and puts a later call in the place of an earlier one. */
export declare function hydrogen(till: Tillside, bus: Bus, options?: Hydrogen): () => void;

/** Of the argument of a web pixel's `register`. */
export interface PixelApi {
  analytics: { subscribe: (event: string, callback: (event: any) => void) => unknown };
  init: { customerPrivacy?: { analyticsProcessingAllowed: boolean } };
  customerPrivacy?: { subscribe: (event: "visitorConsentCollected", callback: (event: any) => void) => unknown };
}

export interface Pixel extends Identified {
  /** The collector's address. It must allow other origins: `tillside serve --allow-origin`. */
  url: string;
  writeKey: string;
  /** Shopify's names of what is reported, default `checkout_started`, `payment_info_submitted` and `checkout_completed`. A shop whose pages do not track may add
   *  `product_viewed`, `product_added_to_cart` and `product_removed_from_cart`. */
  events?: readonly string[];
}

/** Reports to the collector, while the shopper allows analytics: what was bought for how much, and nothing of who bought it. */
export declare function pixel(api: PixelApi, options: Pixel): void;
