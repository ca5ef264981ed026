/** `tillside/benefits`: a member's tier, perks, points and badges, of the full edition. See docs/members.md. */

import type { Tillside } from "../index.js";

/** What is needed of the page's object. */
export type Till = Pick<Tillside, "ask">;

/** A text of the shop's own, in whatever form it has them. */
export type Name = unknown;

export interface Request {
  /** Ascending by `growth`, in major units ordered within the window; the first from 0. */
  tiers: readonly { id: string; name: Name; growth: number; benefits?: readonly Name[] }[];
  rewards?: readonly { id: string; name: Name; points: number; /** The lowest tier that may have it. */ tier?: string }[];
  /** Given where a condition on what is known of the shopper holds, `{ "facts.eco": { "$gte": 3 } }`. */
  badges?: readonly { id: string; name: Name; if: object }[];
  /** Days for which an order counts: 365. */
  windowDays?: number;
  /** 100. */
  minorUnits?: number;
  /** What the CRM's clock says. */
  now?: number;
  /** What the CRM knows of the member; null where nobody is signed in. */
  member: {
    /** What was ordered, in minor units. */
    growth: readonly { at: number; amount: number }[];
    points: readonly { amount: number; expires: number }[];
    /** "09-21"; a date with a year is not taken. */
    birthday?: string | null;
  } | null;
}

interface Named {
  id: string;
  name: Name;
}

export type Benefits =
  | { member: false }
  | {
      member: true;
      tier: Named;
      perks: Name[];
      growth: number;
      /** What is missing to the next tier: an amount, orders as usual, and until when that is enough; null at the highest. */
      next: { tier: Named; amount: number; orders: number | null; deadline: number | null } | null;
      /** When the tier ends unless something is ordered; null for the lowest. */
      keeps: number | null;
      /** What can be spent now. */
      points: number;
      /** The points that expire next. */
      expiring: { amount: number; expires: number } | null;
      /** What the tier may have, with the points that are missing. */
      rewards: (Named & { points: number; missing: number })[];
      /** Days to the nearest birthday, below 0 after it; near within a week. */
      birthday: { days: number; near: boolean } | null;
      badges: Named[];
    };

/** A product that higher tiers see first: lists hold it back until it opens. */
export interface Early {
  id: string;
  /** When everybody may see it. */
  public: number;
  /** When this shopper may. */
  opens: number;
  open: boolean;
  isPublic: boolean;
}

export function benefits(till: Till, request: Request): Benefits;
export function early(till: Till): Early[];
