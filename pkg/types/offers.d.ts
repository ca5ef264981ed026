/** Campaigns of offers for the full edition. See docs/offers.md.
 *
 *  @module tillside/offers */

import type { OfferArm, Tillside } from "../index.js";

/** What is needed of the page's object. */
export type Till = Pick<Tillside, "ask"> & { readonly ready: Promise<unknown> };

/** A campaign: its discounts, its period, and the policy that chooses between them. */
export interface Campaign {
  /** Discounts to choose from; exactly one has neither amount nor percent. */
  arms: readonly OfferArm[];
  /** Minimum probability of every possible arm, default 0.02. */
  floor?: number;
  /** Unix milliseconds. */
  from?: number;
  until?: number;
  /** Validity of an offer in hours. */
  hours?: number;
  /** Trained policy, written by `tillside lab offers`. Without it, Thompson sampling on successes and failures of each arm. */
  posterior?: object | null;
}

/** The shop's file of campaigns, by name. */
export interface Offers {
  format: 1;
  /** Minor units of a major unit, default 100. */
  minor_units?: number;
  campaigns: Record<string, Campaign>;
}

/** Number of campaigns accepted, or why the file was refused. */
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

/** Replaces the campaigns by those of a file. Never throws. */
export function takeOffers(till: Till, file: Offers): Taken;

/** Fetches the file of campaigns and applies it after `till.ready`. Never rejects. */
export function fetchOffers(till: Till, url: string): Promise<Taken>;

/** Arguments of {@link topUp}. */
export interface TopUpRequest {
  /** `next.missing` of an offer, in minor units. */
  missing: number;
  /** Default 4, at most 100. */
  limit?: number;
  /** Ids to leave out, in addition to those in the cart. */
  exclude?: readonly string[];
}

/** An item that closes the gap to a threshold. */
export interface TopUp {
  id: string;
  /** As in the model or the last `patch`, in major units. */
  price: number;
}

/** Items of which one brings the cart over a threshold: of those that suit it or the shopper best, the cheapest first. Empty where none does, and
 *  in an edition without offers. Never throws. */
export function topUp(till: Till, request: TopUpRequest): TopUp[];
