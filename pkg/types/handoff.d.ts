/** Snapshots for an agent, a store's guide or the CRM. See docs/handoff.md.
 *
 *  @module tillside/handoff */

import type { Tillside } from "../index.js";

/** Reader of a snapshot: a service agent, a guide in a store, or the CRM. It decides which fields are filled. */
export type Audience = "agent" | "store" | "crm";

/** A snapshot. Fields by audience: docs/handoff.md. */
export interface Snapshot {
  version: 1;
  audience: Audience;
  /** The member's hash; null for a guest. */
  member: string | null;
  /** Unix milliseconds. */
  made: number;
  expires: number;
  orders: { id?: string; time?: number; state?: string; items?: string[] }[];
  browsing: { item: string; looks: number; last?: number; inCart: boolean }[];
  enquiries: { topic?: string; channel?: string; time?: number; item?: string; open: boolean }[];
  afterSales: { what: "returns" | "issues"; count: number }[];
  intent: { phase?: string; item?: string; reason?: string } | null;
  reasons: { code: string; count: number }[];
  preferences: { kind: "category" | "brand" | "price"; name: string }[];
  doNotMention: { kind: "item" | "category"; name: string; why?: string }[];
  visit: { store?: string; time?: number } | null;
  tags?: string[];
  /** Number of entries left out for lack of room or because of personal data. */
  omitted: number;
}

/** Arguments of {@link handOff}. */
export interface Asked {
  audience: Audience;
  /** The shopper's permission, for this call only. */
  consent: boolean;
  /** The product in question; default: the one that the shopper hesitates over. */
  item?: string;
  /** Validity in minutes, 1 to 30; default 15. */
  minutes?: number;
  /** The CRM's answers to `GET /me/orders`, `/me/contacts`, and one of `/me/bookings`. */
  orders?: readonly object[];
  contacts?: readonly object[];
  visit?: object;
  /** Has the shop's server sign a digest, `POST /me/handoffs`. Without it the code is unsigned, and `openCode` refuses it. */
  vouch?: (what: { digest: string; expires: number }) => Promise<{ kid: string; signature: string }>;
}

/** `code` is stable: handoff_consent, handoff_audience, handoff_vouch, handoff_no_engine; of a code that is opened handoff_no_code, handoff_damaged,
 *  handoff_too_large, handoff_version, handoff_expired, handoff_ahead, handoff_unsigned, handoff_unknown_key, handoff_forged,
 *  handoff_unverifiable. */
export interface Refused {
  ok: false;
  code: string;
  remedy: string;
}

/** A snapshot and its code, or the refusal. */
export type Handed = { ok: true; snapshot: Snapshot; code: string } | Refused;
/** The snapshot of a code, or the refusal. */
export type Opened = { ok: true; snapshot: Snapshot } | Refused;

/** A public key of `GET /crm/v1/keys`. */
export interface Key {
  kty: string;
  crv: string;
  kid: string;
  x: string;
}

/** Makes a snapshot and its code. Never rejects. */
export declare function handOff(till: Tillside, asked: Asked): Promise<Handed>;
/** Opens a code on any device, offline. Never rejects. */
export declare function openCode(till: Tillside, code: string, shop: { keys: readonly Key[] }): Promise<Opened>;

/** Language and names for {@link inWords}. */
export interface Reader {
  language: "en" | "zh";
  /** Names of items, categories, brands and stores by id; entries without a name are left out. */
  names: Record<string, string>;
  /** Formats a time, given in milliseconds since 1970. */
  time: (milliseconds: number) => string;
}

/** A snapshot as text: sections for a page, or all of it as one text. */
export interface Said {
  sections: { heading: string; lines: string[] }[];
  text: string;
}

/** A snapshot as text. */
export declare function inWords(till: Tillside, snapshot: Snapshot, reader: Reader): Said;
/** Ids that need names. */
export declare function mentioned(snapshot: Snapshot): { items: string[]; categories: string[]; brands: string[]; stores: string[] };
