/**
 * The shop's CRM: who is signed in, and calls to `/crm/v1`. A shop without one answers 404 to everything, and the pages that need it
 * say so. The session is a cookie that no script can read.
 */

/** @typedef {{ en: string, zh: string }} Text */
/** @typedef {{ tier: string, name: Text, benefits: Text[], growth: number, until?: number, next?: { tier: string, name: Text, missing: number } }} Standing */
/** @typedef {{ code: string, campaign: string, value: number, threshold: number, minted: number, expires: number, redeemed?: number, order?: string }} Coupon */
/** @typedef {{ id: string, placed: number, changed: number, state: "placed" | "delivered" | "cancelled" | "refunded", subtotal: number, discount: number, total: number, lines: { item: string, quantity: number, price: number }[] }} Order */
/** @typedef {{ member: { id: string, name: string, birthday?: string | null, joined: number }, growth: { windowDays: number, minorUnits: number, paid: { at: number, amount: number }[] }, standing: Standing, points: { balance: number, expiring: { amount: number, expires: number }[] } }} Me */
/** @typedef {{ id: string, name: Text, points: number, tier: string }} Reward */
/** @typedef {{ id: string, name: Text, growth: number, benefits: Text[] }} Tier */
/** @typedef {{ id: string, name: Text, audience: string, threshold: number, kind: "amount" | "percent", value?: number, percent?: number, cap?: number }} Campaign */
/** @typedef {{ item: string, percent: number, size: number, hours: number }} GroupBuy */
/** @typedef {{ id: string, item: string, percent: number, size: number, joined: number, opened: number, ends: number, state: "open" | "complete" | "over", order?: string }} Group */

const BASE = "/crm/v1";

/** A refusal of the CRM, with its code. */
export class Refused extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** @type {Set<() => void>} */
const watchers = new Set();
/** @type {Me | null | undefined} */
let known;
/** Whether this page has signed somebody in, or seen that somebody is. */
let session = false;

/** Calls `watcher` after someone has signed in or out. @param {() => void} watcher */
export const watch = (watcher) => watchers.add(watcher);

function changed() {
  known = undefined;
  for (const watcher of watchers) watcher();
}

/** What the CRM's clock is ahead of the device's. */
let ahead = 0;

/** What the CRM's clock says: ends are by it, whatever the device's says. */
export const now = () => Date.now() + ahead;

/** @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>} */
async function call(method, path, body) {
  /** @type {Record<string, string>} */
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  if (method === "POST") headers["Idempotency-Key"] = crypto.randomUUID();
  // Only a server that was started for demonstrations takes it.
  const asked = Date.now();
  headers["Tillside-Now"] = String(asked);
  const response = await fetch(BASE + path, { method, headers, body: body && JSON.stringify(body) });
  const answer = await response.json().catch(() => ({ code: "crm.absent", message: `HTTP ${response.status}` }));
  const server = Number(response.headers.get("Tillside-Now"));
  if (server > 0) ahead = server - (asked + Date.now()) / 2;
  if (!response.ok) throw new Refused(answer.code, answer.message);
  return answer;
}

/** What says the time, for calls of others. @returns {Record<string, string>} */
export const moment = () => ({ "Tillside-Now": String(Date.now()) });

/** Whether somebody is known to be signed in, without asking. */
export const isKnown = () => !!session;

/** Who is signed in; null for a guest, and where the shop has no CRM. @returns {Promise<Me | null>} */
export async function me() {
  if (known === undefined) {
    const found = await call("GET", "/session").catch(() => ({ member: null }));
    known = found.member ? await call("GET", "/me").catch(() => null) : null;
    session = !!known;
  }
  return known ?? null;
}

/** Whether the shop has a CRM at all. */
export const exists = () => call("GET", "/tiers").then(() => true, () => false);

/** @param {{ login: string, secret: string, name: string, birthday?: string }} given */
export async function register(given) {
  await call("POST", "/members", given);
  session = true;
  changed();
}

/** @param {{ login: string, secret: string }} given */
export async function signIn(given) {
  await call("POST", "/sign-in", given);
  session = true;
  changed();
}

export async function signOut() {
  await call("POST", "/sign-out", {});
  changed();
}

/** Deletes the member and everything the CRM holds about them. @returns {Promise<number>} how many rows there were */
export async function erase() {
  const { erased } = await call("DELETE", "/me");
  changed();
  return erased;
}

/** @returns {Promise<{ token: string, expires: number }>} */
export const facts = () => call("GET", "/me/facts");

/** @returns {Promise<Coupon[]>} */
export const coupons = () => call("GET", "/me/coupons");

/** The member's coupon of a campaign: the one they have, or a new one. @param {string} campaign @returns {Promise<Coupon>} */
export const mint = (campaign) => call("POST", "/me/coupons", { campaign });

/** @returns {Promise<Order[]>} */
export const orders = () => call("GET", "/me/orders");

/** @param {{ item: string, quantity: number, price: number }[]} lines @param {{ coupon?: string, group?: string }} [reduction] @returns {Promise<Order>} */
export async function place(lines, reduction = {}) {
  const order = await call("POST", "/me/orders", { lines, ...reduction });
  known = undefined;
  return order;
}

/** @param {string} id @param {"deliver" | "cancel" | "refund"} change @returns {Promise<Order>} */
export async function change(id, change) {
  const order = await call("POST", `/me/orders/${id}/${change}`, {});
  known = undefined;
  return order;
}

/** What members may buy together; the shop's settings, the same for as long as the page is open. @type {Promise<GroupBuy[]> | undefined} */
let together;

/** @returns {Promise<GroupBuy[]>} */
export const groupBuys = () =>
  (together ??= call("GET", "/group-buys").catch(() => {
    together = undefined;
    return [];
  }));

/** Groups of an item that may be joined. @param {string} item @returns {Promise<Group[]>} */
export const openGroups = (item) => call("GET", `/group-buys/${encodeURIComponent(item)}`);

/** Groups that the member is in. @returns {Promise<Group[]>} */
export const groups = () => call("GET", "/me/group-buys");

/** @param {string} item @returns {Promise<Group>} */
export const startGroup = (item) => call("POST", "/me/group-buys", { item });

/** @param {string} id @returns {Promise<Group>} */
export const joinGroup = (id) => call("POST", `/me/group-buys/${encodeURIComponent(id)}/join`, {});

/** What a percentage takes off a price, as the CRM works it out. @param {number} price in minor units @param {number} percent */
export const percentOff = (price, percent) => Math.floor(price / 100) * percent + Math.floor(((price % 100) * percent) / 100);

/** @typedef {{ id: string, at: number, channel: string, topic: string, item?: string, order?: string, resolved?: number }} Contact */

/** @returns {Promise<Contact[]>} */
export const contacts = () => call("GET", "/me/contacts");

/** @param {{ channel: string, topic: string, item?: string, order?: string }} given @returns {Promise<Contact>} */
export const contact = (given) => call("POST", "/me/contacts", given);

/** @param {string} id @returns {Promise<Contact>} */
export const resolveContact = (id) => call("POST", `/me/contacts/${encodeURIComponent(id)}/resolve`, {});

/** Hands over an answer to a survey; the contact is one that a bad answer has opened.
 * @param {{ kind: string, about: string, rating: number, rating_delivery: number, rating_service: number, topic?: string }} given
 * @returns {Promise<{ contact?: string }>} */
export const answer = (given) => call("POST", "/me/surveys", given);

/** @typedef {{ id: string, store: string, item?: string, visit: number }} Booking */

/** @returns {Promise<Booking[]>} */
export const bookings = () => call("GET", "/me/bookings");

/** @param {string} store @param {string} item @param {number} visit @returns {Promise<Booking>} */
export const book = (store, item, visit) => call("POST", "/me/bookings", { store, item, visit });

/** @param {string} id */
export const cancelVisit = (id) => call("POST", `/me/bookings/${id}/cancel`, {});

/** @returns {Promise<{ id: string, name: Text, address: Text, zone: string }[]>} */
export const stores = () => call("GET", "/stores");

/** Has the server sign that the member hands something over; it sees a digest. @param {{ digest: string, expires: number }} what
 * @returns {Promise<{ kid: string, signature: string }>} */
export const vouch = (what) => call("POST", "/me/handoffs", what);

/** The keys that facts and hand-offs are signed with. @returns {Promise<import("../pkg/types/handoff.js").Key[]>} */
export const keys = () => call("GET", "/keys").then(({ keys }) => keys);

/** @typedef {"mail" | "sms" | "wecom"} Channel */
/** @typedef {{ channels: Record<Channel, { allowed: boolean, changed: number }>, address?: string }} Channels */
/** @typedef {{ id: string, requested: number, decided?: number, rule: string, channel: Channel, state: "pending" | "delivered" | "suppressed", reason?: string }} Message */

/** Where the member may be written to, and under which address their devices ask for it. @returns {Promise<Channels>} */
export const channels = () => call("GET", "/me/channels");

/** @param {Partial<Record<Channel, boolean>>} choice @returns {Promise<Channels>} */
export const allow = (choice) => call("PUT", "/me/channels", choice);

/** Messages that were asked for in the member's name, the newest first. @returns {Promise<Message[]>} */
export const messages = () => call("GET", "/me/messages");

/** @returns {Promise<{ balance: number, rewards: Reward[] }>} */
export const points = () => call("GET", "/me/points");

/** @param {string} reward */
export async function redeem(reward) {
  await call("POST", "/me/points/redeem", { reward });
  known = undefined;
}

/** @returns {Promise<Tier[]>} */
export const tiers = () => call("GET", "/tiers");

/** @returns {Promise<Campaign[]>} */
export const campaigns = () => call("GET", "/campaigns");

/** By how many percent of its price an item may be reduced. @param {string} item @returns {Promise<number>} */
export const headroom = (item) => call("GET", `/headroom/${encodeURIComponent(item)}`).then(({ percent }) => percent);

/** Minor units as a price of the shop. The demo's currency has a hundred of them. @param {number} minor */
export const major = (minor) => minor / 100;

/** @param {number} price */
export const minor = (price) => Math.round(price * 100);
