/** Encrypted backup of a member's portrait between their devices. See docs/members.md.
 *
 *  @module tillside/backup */

import type { Notice, Tillside } from "../index.js";

/** A page's engine; without `watch` the page calls `stop` itself where personalisation is withdrawn. */
export type Till = Pick<Tillside, "ask" | "status"> & {
  /** As `Tillside.watch`. */
  watch?: (watcher: (notice: Notice) => void) => unknown;
};

/** Arguments of {@link backup}. */
export interface Options {
  /** Where the bytes are kept: `GET`, `PUT` under `If-Match`, `DELETE`, as `/crm/v1/me/backup` of the reference CRM. */
  url: string;
  /** The member's passphrase of 8 characters or more, or 32 random bytes or more. Left out where this device has the key. It is not kept and not sent. */
  secret?: string | Uint8Array<ArrayBuffer>;
  /** The member's id: a backup of another member is not opened. */
  member: string;
  /** The shopper's own leave for this, beside that for personalisation. */
  consent: true;
  /** In place of the page's own `fetch`. */
  fetch?: typeof fetch;
  /** Headers of each request. */
  headers?: () => Record<string, string>;
}

/** `changed`: whether another device had something new. `at`: when it was written, by the server's clock. */
export interface Synced {
  changed: boolean;
  at: number | null;
}

/** Stable codes of failures. "backup_server" has a `status`; "backup_busy" and "backup_network" are worth another try. */
export type Code =
  | "backup_consent"
  | "backup_edition"
  | "backup_member"
  | "backup_weak"
  | "backup_locked"
  | "backup_secret"
  | "backup_truncated"
  | "backup_damaged"
  | "backup_version"
  | "backup_large"
  | "backup_busy"
  | "backup_network"
  | "backup_server"
  | "backup_crypto";

/** Error of a backup, with a stable code and a remedy. */
export declare class BackupError extends Error {
  /** Stable code. */
  readonly code: Code;
  /** What to do about it. */
  readonly remedy: string;
  /** Of the server's answer, for backup_server. */
  readonly status: number | undefined;
}

/** A running backup. */
export interface Backup {
  /** Time of the newest backup that this page has seen, in milliseconds since 1970 by the server's clock; null without one. */
  readonly last: number | null;
  /** Merges the server's copy into this device and writes the result back. Rejects with {@link BackupError}. */
  sync(): Promise<Synced>;
  /** Deletes the backup on the server and the key on this device. Withdrawing personalisation does the same. */
  stop(): Promise<void>;
  /** Forgets the key on this device only. */
  leave(): Promise<void>;
}

/** Starts the backup of a signed-in member: merges, and from then on writes after changes. Rejects with {@link BackupError}. */
export declare function backup(till: Till, options: Options): Promise<Backup>;
/** Whether this device has the member's key, so that `backup` needs no secret. */
export declare function isKept(member: string): Promise<boolean>;
/** Forgets the keys of this device, where a shopper is forgotten who is not signed in. */
export declare function forgetKeys(): Promise<void>;
