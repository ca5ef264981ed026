/** A member's tier, perks, points and badges, of the full edition. See docs/members.md.
 *
 *  @module tillside/benefits */

import type { Tillside } from "../index.js";

/** Methods of the page's object that are used. */
export type Till = Pick<Tillside, "ask">;

/** A text of the shop, in any form. */
export type Name = unknown;

/** The shop's loyalty programme and the CRM's data about the member. Times are milliseconds since 1970. */
export interface Request {
  /** Ascending by `growth`, in major units ordered within the window; the first from 0. */
  tiers: readonly { id: string; name: Name; growth: number; benefits?: readonly Name[] }[];
  rewards?: readonly { id: string; name: Name; points: number; /** Minimum tier. */ tier?: string }[];
  /** Badges, each with a condition on the shopper's attributes, `{ "facts.eco": { "$gte": 3 } }`. */
  badges?: readonly { id: string; name: Name; if: object }[];
  /** Days for which an order counts, default 365. */
  windowDays?: number;
  /** Default 100. */
  minorUnits?: number;
  /** The CRM's clock. */
  now?: number;
  /** The CRM's data about the member; null for a guest. */
  member: {
    /** Ordered amounts, in minor units. */
    growth: readonly { at: number; amount: number }[];
    points: readonly { amount: number; expires: number }[];
    /** "09-21"; a date with a year is refused. */
    birthday?: string | null;
  } | null;
}

/** An entry of the programme, with the text that the shop gave it. */
interface Named {
  id: string;
  name: Name;
}

/** Standing of a member. Times are milliseconds since 1970, amounts in minor units. */
export type Benefits =
  | { member: false }
  | {
      member: true;
      tier: Named;
      perks: Name[];
      growth: number;
      /** Distance to the next tier: amount, number of usual orders, and deadline; null at the highest. */
      next: { tier: Named; amount: number; orders: number | null; deadline: number | null } | null;
      /** End of the tier without another order; null for the lowest. */
      keeps: number | null;
      /** Points that can be spent now. */
      points: number;
      /** The points that expire next. */
      expiring: { amount: number; expires: number } | null;
      /** Rewards of the tier, with the missing points. */
      rewards: (Named & { points: number; missing: number })[];
      /** Days to the nearest birthday, below 0 after it; near within a week. */
      birthday: { days: number; near: boolean } | null;
      badges: Named[];
    };

/** A product with early access: excluded from lists until it opens. */
export interface Early {
  id: string;
  /** Opening for everybody. */
  public: number;
  /** Opening for this shopper. */
  opens: number;
  open: boolean;
  isPublic: boolean;
}

/** Computes a member's standing on the device. Nothing about the member leaves the page. */
export function benefits(till: Till, request: Request): Benefits;
/** Products of the feed with early access, by the member's tier. */
export function early(till: Till): Early[];
