/** `tillside/offers`: campaigns of offers for the full edition. See docs/offers.md. */

import type { OfferArm, Tillside } from "../index.js";

/** What is needed of the page's object. */
export type Till = Pick<Tillside, "ask"> & { readonly ready: Promise<unknown> };

export interface Campaign {
  /** Exactly one of them without a discount. */
  arms: readonly OfferArm[];
  /** The least probability of every possible arm: 0.02. */
  floor?: number;
  /** Unix milliseconds. */
  from?: number;
  until?: number;
  /** How long what was offered holds. */
  hours?: number;
  /** As `tillside lab offers` wrote it. Without it each arm is chosen by its own successes and failures. */
  posterior?: object | null;
}

export interface Offers {
  format: 1;
  /** In a major unit: 100. */
  minor_units?: number;
  campaigns: Record<string, Campaign>;
}

export type Taken =
  | { ok: true; campaigns: number }
  | {
      ok: false;
      /** "offers_format", "offers_campaign", "offers_arm", "offers_posterior", "offers_unavailable", "no_engine". */
      code: string;
      /** Where in the file. What was there before stays. */
      path?: string;
      remedy: string;
    };

export function takeOffers(till: Till, file: Offers): Taken;

/** Waits for `till.ready`. */
export function fetchOffers(till: Till, url: string): Promise<Taken>;

export interface TopUpRequest {
  /** `next.missing` of an offer, in minor units. */
  missing: number;
  /** Default 4, at most 100. */
  limit?: number;
  /** Ids that are not wanted. What is in the cart is left out anyway. */
  exclude?: readonly string[];
}

export interface TopUp {
  id: string;
  /** As in the model or the last `patch`, in major units. */
  price: number;
}

/** Items of which one brings the cart over a threshold: of those that suit it or the shopper best, the cheapest first. Empty where none does, and
 *  in an edition without offers. Never throws. */
export function topUp(till: Till, request: TopUpRequest): TopUp[];
