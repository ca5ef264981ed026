/** The shop's stores: nearby ones with stock, invitations, visits. See docs/stores.md.
 *
 *  @module tillside/stores */

import type { Action, Tillside } from "../index.js";

/** Degrees, rounded to a hundredth. */
export interface Place {
  latitude: number;
  longitude: number;
}

/** A rounded position, or why there is none. */
export type Located = { ok: true; place: Place } | { ok: false; reason: "no_consent" | "denied" | "unavailable" | "timeout" | "unsupported" };

/** Asks the browser for the position. `consent: true` is the shopper's permission for this call only; without it the browser is not
 *  asked. The position is rounded to 1.1 km, and neither stored nor sent. Never rejects. */
export declare function locate(asked: { consent: boolean; timeout?: number }): Promise<Located>;

/** Arguments of {@link Stores.nearby}. */
export interface Wish {
  /** Id of an item; any variant of its product counts as on display, only the item itself as in stock. */
  item?: string;
  /** From `locate`. Without it, the answer has the stores of the shopper's region. */
  place?: Place | undefined;
  /** Only stores that have the item (default with `item`), display it, are open now. */
  stock?: boolean;
  demo?: boolean;
  open?: boolean;
  /** Kilometres, default 30. */
  within?: number;
  /** Default 3, at most 20. */
  limit?: number;
}

/** A store as listed for the shopper. */
export interface NearStore {
  id: string;
  name: { en: string; zh: string };
  address: { en: string; zh: string };
  /** Time zone of the store, "Asia/Shanghai". */
  zone: string;
  /** Whole kilometres from the rounded place, at least 1; null without a place. */
  km: number | null;
  stock: boolean;
  demo: boolean;
  open: boolean;
  /** Unix milliseconds: closing time if open, and next opening within eight days. */
  closes: number | null;
  opens: number | null;
}

/** Stores near the shopper, and what "near" was decided by. */
export interface Found {
  by: "place" | "region";
  /** Nearest first; without a place in the shop's own order. */
  stores: NearStore[];
  warnings?: "place_invalid"[];
}

/** Arguments of {@link Stores.invitation}. */
export interface Occasion {
  item: string;
  place?: Place | undefined;
  /** Default "product". */
  surface?: string;
  page?: Record<string, unknown>;
}

/** An action of type "store", with an open store that has and displays the item. */
export type Invitation = Action & { type: "store"; item: string; store: NearStore };

/** A refused field of the list of stores: stable code, path in the list, cause with remedy. */
export interface StoreProblem {
  code: string;
  path: string;
  message: string;
}

/** The shop's stores on the device. */
export declare class Stores {
  /** `list`: stores as `/crm/v1/stores` answers them. `till` was opened with `edition: "full"`. */
  constructor(till: Tillside, list: unknown);
  /** Fetches the list (an address) or takes it as given. Rejects if it cannot be loaded. */
  static open(till: Tillside, source: string | readonly unknown[]): Promise<Stores>;
  /** Refused stores and fields; the others are used. */
  readonly problems: StoreProblem[];
  /** Stores near the place or in the region of the scene, nearest first. Never throws. */
  nearby(wish: Wish): Found;
  /** An invitation to a store that is open and has and displays the item, if a rule of type "store" applies; undefined otherwise. Never
   *  throws. */
  invitation(occasion: Occasion): Invitation | undefined;
  /** Times at which a visit of a store may begin in the next `days` days, in milliseconds since 1970. */
  visits(store: string, days?: number): number[];
}
