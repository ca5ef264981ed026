/** Custom elements beside the shelf, without a framework. See docs/widgets.md.
 *
 *  @module tillside/widgets */

import type { Action, Consent, Erasure, Offer, OfferRequest, Survey, Tillside } from "../index.js";
import type { Benefits, Request as BenefitsRequest } from "./benefits.js";
import type { Load } from "./shelf.js";
import type { Invitation, Located, NearStore, Stores } from "./stores.js";

/** Methods of the page's object that widgets use. */
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
  /** Minimum order. */
  threshold?: number;
  expires: number;
  redeemed?: number | null;
}

/** An item and how many of it. */
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

/** Names of the widgets, without the prefix `till-`. */
export type Widgets = "countdown" | "coupon" | "tier" | "bundle" | "survey" | "store" | "live" | "consent" | "knowledge";

/** The part of `Stores` that the store card uses. */
export type StoreList = Pick<Stores, "nearby" | "invitation">;

/** Settings for all widgets of a page; `P` is the shop's product type. */
export interface Settings<P> {
  /** Result of `open` or `tillside`; default the object that the page opened last, or opens later. */
  till?: Till;
  /** Loads products by their ids; the same function as for shelves. */
  load?: Load<P>;
  /** Fields of a product to show; default the fields of a Merchant feed (`title`, `link`, `image_link`, `price`, `sale_price`). */
  product?: (product: P) => Product;
  /** ISO 4217. */
  currency?: string;
  /** Minor units of a major unit, for coupons; default 100. */
  minorUnits?: number;
  /** The CRM's clock in milliseconds since 1970; default the device's. */
  now?: () => number;
  /** Mints the member's coupon of a campaign; without one an offer with a campaign is not shown. */
  mint?: (campaign: string, action: Action) => Coupon | null | undefined | Promise<Coupon | null | undefined>;
  /** The CRM's data about the member; null or undefined for a guest. */
  member?: () => BenefitsRequest | null | undefined | Promise<BenefitsRequest | null | undefined>;
  /** Stores from `tillside/stores`; without any the store card is hidden. */
  stores?: StoreList | null | (() => StoreList | null | undefined | Promise<StoreList | null | undefined>);
  /** Asks for the position after the shopper pressed the button: `() => locate({ consent: true })` of `tillside/stores`. Without it, stores of the region are listed. */
  locate?: () => Located | Promise<Located>;
  /** Live rooms that are on now; without any the widget is hidden. */
  rooms?: () => readonly Room[] | null | undefined | Promise<readonly Room[] | null | undefined>;
  /** Name of a product, category path or brand. */
  name?: (kind: "item" | "category" | "brand", id: string) => string | undefined;
  /** The page's own words, by the keys of docs/widgets.md. */
  texts?: { en?: Record<string, string>; zh?: Record<string, string> };
  /** Called with exceptions of a widget, which keeps its content. */
  onError?: (error: unknown) => void;
}

/** Every widget: drawn anew by `refresh`. */
export interface WidgetElement extends HTMLElement {
  /** Draws again with current data; resolves when drawn. */
  refresh(wished?: boolean): Promise<void>;
}

export interface CountdownElement extends WidgetElement {
  /** The clock that set the end, in milliseconds since 1970; precedes the attribute `ahead`. */
  now?: () => number;
}

export interface CouponElement extends WidgetElement {
  /** The action to show; default the best action of the attribute `surface`. */
  action?: Action | undefined;
  coupon?: Coupon | undefined;
  /** Asks `till.offer` for a benefit. */
  request?: OfferRequest | undefined;
  /** Attributes of the page for the rules' conditions. */
  page?: Record<string, unknown> | undefined;
  /** The CRM's clock; precedes the setting `now`. */
  now?: () => number;
}

export interface TierElement extends WidgetElement {
  /** Precedes the setting `member`. */
  request?: BenefitsRequest | undefined;
  /** Result of `tillside/benefits`; precedes both. */
  benefits?: Benefits | undefined;
}

export interface BundleElement extends WidgetElement {
  /** A set chosen by the page, instead of the engine's. */
  lines?: readonly Line[] | undefined;
}

export interface SurveyElement extends WidgetElement {
  /** Precedes the survey that `till.ask("survey")` gives. */
  survey?: Survey | undefined;
}

export interface LiveElement extends WidgetElement {
  /** Precedes the setting `rooms`. */
  rooms?: readonly Room[] | undefined;
}

/** Events of the widgets; they bubble. */
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

/** Defines the elements, each once for a page; again it changes the settings. Does nothing outside a browser. Throws a TypeError for an
 *  unknown setting or widget. */
export declare function define<P>(settings?: Settings<P>, wish?: { only?: readonly Widgets[] }): void;
