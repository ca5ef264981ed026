/** The member's preferences on their other devices: when they are brought up to date, and when that ends. */

import { BackupError, backup, forgetKeys, isKept } from "/pkg/backup.js";
import * as crm from "./crm.js";
import * as till from "./till.js";

/** @import { Backup } from "../pkg/types/backup.js" */

const URL = "/crm/v1/me/backup";
/** After something happened, so long nothing must, before other devices are told. */
const CALM_MS = 20_000;

/** @type {Backup | undefined} */
let current;
/** Whose it is. */
let owner = "";
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** The code of what went wrong last; empty where nothing did. */
export let trouble = "";

/** The engine as the backup asks it; who withdraws is told of by `end`. */
const engine = { ask: till.ask, status: till.status };

/** @param {string} [secret] */
async function begin(secret) {
  const me = await crm.me();
  if (!me) throw new BackupError("backup_member");
  const made = await backup(engine, { url: URL, member: me.member.id, consent: true, secret, headers: crm.moment });
  await made.sync();
  [current, owner] = [made, me.member.id];
  trouble = "";
  till.renew();
}

/** Goes on where this device has the member's key. */
export async function start() {
  if (!crm.isKnown()) return;
  const me = await crm.me();
  if (!me || !till.status().consent.personalisation || current || !(await isKept(me.member.id))) return;
  await attempt(() => begin());
}

/** Runs it, and keeps the code of what went wrong. @param {() => Promise<unknown>} work */
async function attempt(work) {
  try {
    await work();
    trouble = "";
    return true;
  } catch (error) {
    trouble = error instanceof BackupError ? error.code : "backup_server";
    return false;
  }
}

/** Begins with a passphrase; whether it could. @param {string} secret */
export const turnOn = (secret) => attempt(() => begin(secret));

/** Whether this device takes part. */
export const isOn = () => !!current;

/** When the backup was written last, by the server's clock. */
export const last = () => current?.last ?? null;

/** Merges and writes now; whether it could. */
export const sync = () => attempt(async () => {
  // What watches the engine looks again, and that is no reason to sync.
  if ((await current?.sync())?.changed) till.renew();
});

/** Ends it everywhere: the server's bytes and this device's key are deleted. */
export async function end() {
  const ended = current;
  [current, owner] = [undefined, ""];
  clearTimeout(timer);
  return attempt(() => (ended ? ended.stop() : forgetKeys()));
}

/** This device takes part no more; the others do. */
async function leave() {
  const left = current;
  [current, owner] = [undefined, ""];
  await left?.leave();
}

till.watch(() => {
  if (!current) return;
  clearTimeout(timer);
  timer = setTimeout(sync, CALM_MS);
});

crm.watch(async () => {
  const me = await crm.me();
  if (current && me?.member.id !== owner) await leave();
});
