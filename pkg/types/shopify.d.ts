/** Hydrogen's analytics bus and a web pixel. See docs/integration.md.
 *
 *  @module tillside/shopify */

import type { Consent, Tillside } from "../index.js";

/** Shopify's ids of a product: its global ids, or their numbers. */
export interface Ids {
  product: string;
  variant: string;
  /** Empty where there is none. */
  sku: string;
}

/** Choice of the id by which the shop's feed names a product. */
export interface Identified {
  /** The id in the shop's feed: Shopify's number of the product (default) or of the variant, the SKU, or the result of a function. */
  id?: "product" | "variant" | "sku" | ((ids: Ids) => string);
}

/** The part of Hydrogen's `useAnalytics()` that is used. */
export interface Bus {
  /** Calls back for each event of that name. */
  subscribe: (event: any, callback: (payload: any) => void) => void;
}

/** Options of {@link hydrogen}. */
export interface Hydrogen extends Identified {
  /** Which answer of Shopify's banner each purpose goes by, as `{ personalisation: "preferencesAllowed", measurement: "analyticsAllowed" }`. A
   *  purpose without one is the page's to say, and without any the banner is not listened to. */
  purposes?: { [purpose in keyof Consent]?: "analyticsAllowed" | "marketingAllowed" | "preferencesAllowed" | "saleOfDataAllowed" };
}

/** Tracks what the bus says of pages, products, collections, searches and the cart. Answers how to stop listening to the banner; the
 *  bus itself lets nobody go, and puts a later call in the place of an earlier one. */
export declare function hydrogen(till: Tillside, bus: Bus, options?: Hydrogen): () => void;

/** The part of the argument of a web pixel's `register` that is used. */
export interface PixelApi {
  /** Standard events of the storefront and the checkout. */
  analytics: {
    /** Calls back for each event of that name. */
    subscribe: (event: string, callback: (event: any) => void) => unknown;
  };
  /** The shopper's privacy choice when the pixel loads. */
  init: { customerPrivacy?: { analyticsProcessingAllowed: boolean } };
  /** Later privacy choices. */
  customerPrivacy?: {
    /** Calls back when the shopper chose. */
    subscribe: (event: "visitorConsentCollected", callback: (event: any) => void) => unknown;
  };
}

/** Options of {@link pixel}. */
export interface Pixel extends Identified {
  /** The collector's address. It must allow other origins: `tillside serve --allow-origin`. */
  url: string;
  writeKey: string;
  /** Shopify's names of what is reported, default `checkout_started`, `payment_info_submitted` and `checkout_completed`. A shop whose pages do not track may add
   *  `product_viewed`, `product_added_to_cart` and `product_removed_from_cart`. */
  events?: readonly string[];
}

/** Reports to the collector while the shopper allows analytics: items and amounts of a checkout, no data about the person. */
export declare function pixel(api: PixelApi, options: Pixel): void;
