/** Tells the engine who is signed in and what the CRM knows of them, where the shopper allows personalisation. */

import { kept, keep } from "./keep.js";
import { goods } from "./shop.js";
import * as crm from "./crm.js";
import * as till from "./till.js";

const DAY_MS = 86_400_000;

/** Asks the CRM only on devices on which somebody has signed in. */
export async function start() {
  crm.watch(() => tell(true));
  if (kept("member")) await tell();
}

/** @param {boolean} [changed] whether somebody has just signed in or out: a session that has run out is nobody's wish */
async function tell(changed = false) {
  const me = await crm.me();
  if (!me && !changed) return;
  if (till.status().consent.personalisation) keep("member", me ? "1" : null);
  if (!till.remembers()) return;
  await till.identify(me ? { member: me.member.id, facts: await facts(me) } : { member: null });
}

/** Says it again after something has changed; on a device on which nobody signed in there is nothing to say. */
export const renew = async () => {
  if (crm.isKnown() || kept("member")) await tell();
};

/** @param {crm.Me} me */
async function facts({ member, standing, points }) {
  const [orders, contacts, { channels, address }] = await Promise.all([crm.orders(), crm.contacts(), crm.channels()]);
  const allowed = Object.entries(channels).filter(([, { allowed }]) => allowed);
  const held = orders.filter(({ state }) => state === "placed" || state === "delivered");
  const days = (/** @type {number} */ time) => Math.floor((Date.now() - time) / DAY_MS);
  /** The newest, by when it came about. @template T @param {T[]} all @param {(one: T) => number} time */
  const newest = (all, time) => all.reduce((/** @type {T | undefined} */ best, one) => (best && time(best) >= time(one) ? best : one), undefined);
  const delivered = newest(orders.filter(({ state }) => state === "delivered"), ({ changed }) => changed);
  const served = newest(contacts.filter(({ resolved }) => resolved), ({ resolved }) => resolved ?? 0);
  const found = await goods(held.flatMap(({ lines }) => lines.map(({ item }) => item)));
  const organic = held.flatMap(({ lines }) => lines).filter(({ item }) => found.get(item)?.a?.organic === "yes");
  return {
    tier: standing.tier,
    growth: standing.growth,
    points: points.balance,
    days: days(member.joined),
    orders: held.length,
    eco: organic.reduce((sum, { quantity }) => sum + quantity, 0),
    // Under which the engine may ask for a message, and where.
    ...(address && { address }),
    channels: allowed.map(([name]) => name).join() || "none",
    openContacts: contacts.filter(({ resolved }) => !resolved).length,
    birthdayMonth: member.birthday ? Number(member.birthday.slice(0, 2)) === new Date().getMonth() + 1 : false,
    ...(standing.next && { nextTier: standing.next.tier, missing: standing.next.missing }),
    ...(held.length && { lastOrderDays: days(Math.max(...held.map(({ placed }) => placed))) }),
    ...(delivered && { deliveredOrder: delivered.id, deliveredDays: days(delivered.changed) }),
    ...(served && { servedContact: served.id, servedDays: days(served.resolved ?? 0) }),
  };
}
