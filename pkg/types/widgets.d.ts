/** `tillside/widgets`: custom elements beside the shelf, without a framework. See docs/widgets.md. */

import type { Action, Consent, Erasure, Offer, OfferRequest, Survey, Tillside } from "../index.js";
import type { Benefits, Request as BenefitsRequest } from "./benefits.js";
import type { Load } from "./shelf.js";
import type { Invitation, Located, NearStore, Stores } from "./stores.js";

/** What the widgets need of the page's object. */
export type Till = Pick<Tillside, "ready" | "ask" | "bundle" | "click" | "impression" | "portrait" | "say" | "watch" | "actions" | "respond" | "offer" | "track" | "status" | "consent" | "erase"> & Partial<Pick<Tillside, "stage">>;

/** One text, or one for each language. */
export type Text = string | { en?: string; zh?: string };

/** A product as a widget shows it. Links and pictures are `http` or `https`; prices in major units of `currency`. */
export interface Product {
  title?: string | undefined;
  link?: string | undefined;
  image?: string | undefined;
  price?: number | undefined;
  /** The price before the reduction. */
  list?: number | undefined;
}

/** A coupon that the shop's CRM minted: money in minor units, times in milliseconds since 1970 by the CRM's clock. */
export interface Coupon {
  code: string;
  name?: Text;
  /** The least order. */
  threshold?: number;
  expires: number;
  redeemed?: number | null;
}

export interface Line {
  id: string;
  /** Default 1. */
  quantity?: number;
}

/** A live room that is on now. */
export interface Room {
  id: string;
  name: Text;
  host?: Text;
  link?: string;
  image?: string;
}

export type Widgets = "countdown" | "coupon" | "tier" | "bundle" | "survey" | "store" | "live" | "consent" | "knowledge";

export type StoreList = Pick<Stores, "nearby" | "invitation">;

export interface Settings<P> {
  /** What `open` or `tillside` gave; default the object that the page opened last, or opens later. */
  till?: Till;
  /** A way to products by their ids, as for shelves: the same function. */
  load?: Load<P>;
  /** What of a product is shown; default the fields of a Merchant feed (`title`, `link`, `image_link`, `price`, `sale_price`). */
  product?: (product: P) => Product;
  /** ISO 4217. */
  currency?: string;
  /** Minor units of a major one, for coupons: 100. */
  minorUnits?: number;
  /** What the CRM's clock says; default the device's. */
  now?: () => number;
  /** The member's coupon of a campaign; without one an offer with a campaign is not shown. */
  mint?: (campaign: string, action: Action) => Coupon | null | undefined | Promise<Coupon | null | undefined>;
  /** What the CRM knows of the member; nothing for a guest. */
  member?: () => BenefitsRequest | null | undefined | Promise<BenefitsRequest | null | undefined>;
  /** Of `tillside/stores`; where there are none the store card is hidden. */
  stores?: StoreList | null | (() => StoreList | null | undefined | Promise<StoreList | null | undefined>);
  /** Asks where the shopper is, after they pressed the button: `() => locate({ consent: true })` of `tillside/stores`. Without it the region answers. */
  locate?: () => Located | Promise<Located>;
  rooms?: () => readonly Room[] | null | undefined | Promise<readonly Room[] | null | undefined>;
  /** What the shop calls a product, a category path or a brand. */
  name?: (kind: "item" | "category" | "brand", id: string) => string | undefined;
  /** The page's own words, by the keys of docs/widgets.md. */
  texts?: { en?: Record<string, string>; zh?: Record<string, string> };
  /** Gets what went wrong in a widget; what stood there stays. */
  onError?: (error: unknown) => void;
}

/** Every widget: drawn anew by `refresh`. */
export interface WidgetElement extends HTMLElement {
  refresh(wished?: boolean): Promise<void>;
}

export interface CountdownElement extends WidgetElement {
  /** What the clock that set the end says; goes before the attribute `ahead`. */
  now?: () => number;
}

export interface CouponElement extends WidgetElement {
  /** The action to show; default the best that the rules give for the attribute `surface`. */
  action?: Action | undefined;
  coupon?: Coupon | undefined;
  /** Asks `till.offer` for a benefit. */
  request?: OfferRequest | undefined;
  /** What the page knows, for the rules' conditions. */
  page?: Record<string, unknown> | undefined;
  now?: () => number;
}

export interface TierElement extends WidgetElement {
  /** Goes before the setting `member`. */
  request?: BenefitsRequest | undefined;
  /** What `tillside/benefits` answered; goes before both. */
  benefits?: Benefits | undefined;
}

export interface BundleElement extends WidgetElement {
  /** A set of the page's own, in the place of the engine's. */
  lines?: readonly Line[] | undefined;
}

export interface SurveyElement extends WidgetElement {
  /** Goes before what is due by `till.ask("survey")`. */
  survey?: Survey | undefined;
}

export interface LiveElement extends WidgetElement {
  /** Goes before the setting `rooms`. */
  rooms?: readonly Room[] | undefined;
}

export interface WidgetEvents {
  /** The end was reached. */
  "till-end": CustomEvent<{ until: number }>;
  /** Prevented: the page does itself what a link would. */
  "till-claim": CustomEvent<{ action?: Action; coupon?: Coupon; offer?: Offer }>;
  "till-dismiss": CustomEvent<{ action?: Action; coupon?: Coupon; offer?: Offer }>;
  /** Put it into the cart. Prevented: the widget does not say that it is there. */
  "till-add": CustomEvent<{ lines: { id: string; quantity: number }[] }>;
  /** After `track` and `respond`. */
  "till-answer": CustomEvent<{ survey: Survey; answers: Record<string, number> }>;
  "till-book": CustomEvent<{ item: string; store: NearStore; invitation?: Invitation }>;
  /** Prevented: the page puts the choice into effect itself. */
  "till-consent": CustomEvent<{ consent: Required<Consent> }>;
  /** Prevented: it is not deleted. */
  "till-erase": CustomEvent<Erasure>;
}

declare global {
  interface HTMLElementTagNameMap {
    "till-countdown": CountdownElement;
    "till-coupon": CouponElement;
    "till-tier": TierElement;
    "till-bundle": BundleElement;
    "till-survey": SurveyElement;
    "till-store": WidgetElement;
    "till-live": LiveElement;
    "till-consent": WidgetElement;
    "till-knowledge": WidgetElement;
  }
  interface HTMLElementEventMap extends WidgetEvents {}
}

/** Defines the elements, each once for a page; again it changes the settings. Does nothing where there is none. Throws a TypeError for a
 *  setting or a widget that there is not. */
export declare function define<P>(settings?: Settings<P>, wish?: { only?: readonly Widgets[] }): void;
