// What this device remembers of a member, on the member's other devices: encrypted here with a secret of theirs, merged here, kept by
// the shop's server as bytes that it cannot read.
// @ts-check

/** @typedef {import("./types/backup.js").Till} Till */
/** @typedef {import("./types/backup.js").Code} Code */
/** @typedef {import("./types/backup.js").Options} Options */
/** @typedef {import("./types/backup.js").Synced} Synced */
/** @typedef {{ aes: CryptoKey, check: Uint8Array<ArrayBuffer>, salt: Uint8Array<ArrayBuffer>, rounds: number }} Key */

/** A container: magic, version, rounds, salt, check of the key, IV, length, ciphertext, digest of all before. */
const MAGIC = [0x54, 0x49, 0x4c, 0x42];
const VERSION = 1;
const HEAD = 49;
const DIGEST = 8;
/** Of PBKDF2-SHA-256, as OWASP advises; 0 says that the secret is a key already. */
const ROUNDS = 600_000;
/** More than a server that lies about it may ask for. */
const MOST_ROUNDS = 10_000_000;
/** What the server takes, and what a page waits for it. */
const LIMIT = 256 * 1024;
const PATIENCE_MS = 10_000;
/** Of what is encrypted, so that its length says little. */
const BLOCK = 4096;
/** Devices that write at once: so often one merges before it gives up until the next time. */
const TRIES = 5;
/** Where the key lies that no script can read, so that the passphrase is asked for once on each device. */
const STORE = "tillside-backup";

/** @type {Record<Code, string>} */
const REMEDIES = {
  backup_consent: "ask the shopper, and allow personalisation first",
  backup_edition: "open the full edition: open({ edition: \"full\" })",
  backup_member: "sign the member in and pass their id",
  backup_weak: "take a passphrase of 8 characters or more, or 32 random bytes",
  backup_locked: "ask for the passphrase: this device does not have the key",
  backup_secret: "the passphrase is another one; ask again, or stop the backup and begin anew",
  backup_truncated: "the backup is cut short; stop the backup and begin anew from this device",
  backup_damaged: "the backup was changed; stop the backup and begin anew from this device",
  backup_version: "the backup was written by a newer version of tillside; update this page",
  backup_large: "the portrait is larger than the server takes",
  backup_busy: "other devices write at the same time; it is tried again with the next sync",
  backup_network: "the server did not answer; it is tried again with the next sync",
  backup_server: "the server refused; sign in again, or look at its answer",
  backup_crypto: "this browser has no WebCrypto here; serve the page by HTTPS",
};

/** What went wrong, by a stable code. */
export class BackupError extends Error {
  /** @param {Code} code @param {number} [status] */
  constructor(code, status) {
    super(`${code}: ${REMEDIES[code]}`);
    this.name = "BackupError";
    this.code = code;
    this.remedy = REMEDIES[code];
    this.status = status;
  }
}

/** @param {Code} code @param {number} [status] @returns {never} */
const fail = (code, status) => {
  throw new BackupError(code, status);
};

const utf8 = new TextEncoder();

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
const fromHex = (text) => Uint8Array.from({ length: text.length / 2 }, (_, at) => parseInt(text.slice(2 * at, 2 * at + 2), 16));

/** @param {Uint8Array} bytes */
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** @param {(Uint8Array | number[])[]} parts @returns {Uint8Array<ArrayBuffer>} */
function join(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** @param {number} value */
const uint32 = (value) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];

/** @param {Uint8Array} bytes @param {number} at */
const read32 = (bytes, at) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);

/** @param {Uint8Array<ArrayBuffer>} bytes @param {CompressionStream | DecompressionStream} through */
const piped = async (bytes, through) => new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(/** @type {any} */ (through))).arrayBuffer());

/** @param {Uint8Array<ArrayBuffer>} bytes */
const digest = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).slice(0, DIGEST);

/** @param {string | Uint8Array<ArrayBuffer>} secret @param {Uint8Array<ArrayBuffer>} salt @param {number} rounds @returns {Promise<Key>} */
async function derive(secret, salt, rounds) {
  // A passphrase where a key was taken, or the other way round.
  if ((typeof secret === "string") !== rounds > 0) fail("backup_secret");
  let raw = secret;
  if (typeof raw === "string") {
    const typed = await crypto.subtle.importKey("raw", utf8.encode(raw.normalize("NFKC")), "PBKDF2", false, ["deriveBits"]);
    raw = new Uint8Array(await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds }, typed, 256));
  }
  const base = await crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveBits", "deriveKey"]);
  /** @param {string} use */
  const of = (use) => ({ name: "HKDF", hash: "SHA-256", salt, info: utf8.encode(`tillside-backup-1 ${use}`) });
  const aes = await crypto.subtle.deriveKey(of("key"), base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  return { aes, check: new Uint8Array(await crypto.subtle.deriveBits(of("check"), base, 64)), salt, rounds };
}

/** @param {Uint8Array<ArrayBuffer>} plain @param {Key} key @param {string} member @returns {Promise<Uint8Array<ArrayBuffer>>} */
async function seal(plain, { aes, check, salt, rounds }, member) {
  const packed = await piped(plain, new CompressionStream("deflate-raw"));
  const padded = new Uint8Array(Math.ceil((packed.length + 4) / BLOCK) * BLOCK);
  padded.set(uint32(packed.length));
  padded.set(packed, 4);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const length = padded.length + 16;
  const head = join(MAGIC, [VERSION], uint32(rounds), salt, check, iv, uint32(length));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: join(head, utf8.encode(member)) }, aes, padded);
  const all = join(head, new Uint8Array(sealed));
  return join(all, await digest(all));
}

/** What a container says before it is opened. @param {Uint8Array<ArrayBuffer>} bytes */
async function look(bytes) {
  if (bytes.length < 5) fail("backup_truncated");
  if (MAGIC.some((byte, at) => bytes[at] !== byte)) fail("backup_damaged");
  if (bytes[4] !== VERSION) fail("backup_version");
  if (bytes.length < HEAD + DIGEST) fail("backup_truncated");
  const length = read32(bytes, HEAD - 4);
  const end = HEAD + length;
  if (bytes.length < end + DIGEST) fail("backup_truncated");
  const said = bytes.subarray(end);
  const own = await digest(bytes.slice(0, end));
  if (said.length !== DIGEST || own.some((byte, at) => byte !== said[at])) fail("backup_damaged");
  return { rounds: read32(bytes, 5), salt: bytes.slice(9, 25), check: bytes.slice(25, 33), iv: bytes.slice(33, 45), head: bytes.slice(0, HEAD), sealed: bytes.slice(HEAD, end) };
}

/** @param {Awaited<ReturnType<typeof look>>} seen @param {Key} key @param {string} member */
async function open({ iv, head, check, sealed }, key, member) {
  if (key.check.some((byte, at) => byte !== check[at])) fail("backup_secret");
  const additionalData = join(head, utf8.encode(member));
  const padded = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key.aes, sealed).then((plain) => new Uint8Array(plain), () => fail("backup_damaged"));
  const packed = padded.slice(4, 4 + read32(padded, 0));
  return piped(packed, new DecompressionStream("deflate-raw")).catch(() => fail("backup_damaged"));
}

/** Runs one transaction on the store of keys. @template T @param {IDBTransactionMode} mode @param {(rows: IDBObjectStore) => IDBRequest<T>} work @returns {Promise<T>} */
const store = (mode, work) =>
  new Promise((done, failed) => {
    const opening = indexedDB.open(STORE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
    opening.onerror = () => failed(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction("keys", mode);
      const asked = work(transaction.objectStore("keys"));
      transaction.oncomplete = () => {
        database.close();
        done(asked.result);
      };
      transaction.onabort = () => {
        database.close();
        failed(transaction.error);
      };
    };
  });

/** The key of a member on this device. @param {string} member @returns {Promise<Key | undefined>} */
const stored = (member) => store("readonly", (rows) => rows.get(member)).catch(() => undefined);

/** @param {string} member @param {Key} key */
const keep = (member, key) => store("readwrite", (rows) => rows.put(key, member)).catch(() => {});

/** Forgets the keys of this device, whoever's they are. @returns {Promise<void>} */
export const forgetKeys = () =>
  new Promise((done) => {
    if (typeof indexedDB === "undefined") return done();
    const gone = indexedDB.deleteDatabase(STORE);
    gone.onsuccess = gone.onerror = gone.onblocked = () => done();
  });

/** A member's backup, as this device has to do with it. */
class Backup {
  /** @type {Till} */ #till;
  /** @type {Options} */ #options;
  /** @type {Key | undefined} */ #key;
  /** @type {number | null} */ #last = null;
  /** @type {Promise<Synced> | undefined} */ #running;
  #stopped = false;

  /** @param {Till} till @param {Options} options @param {Key | undefined} key */
  constructor(till, options, key) {
    this.#till = till;
    this.#options = options;
    this.#key = key;
    till.watch?.(({ kind }) => {
      // Who withdraws personalisation wants none of it kept elsewhere.
      if (kind === "consent" && !till.status().consent.personalisation && !this.#stopped) this.#withdraw(TRIES);
    });
  }

  /** When this page has seen the backup written last, by the server's clock; null where it has not. */
  get last() {
    return this.#last;
  }

  /** Merges what other devices wrote, and writes what this one knows. Calls while one runs are one. @returns {Promise<Synced>} */
  sync() {
    this.#running ??= this.#sync().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #sync() {
    let changed = false;
    for (let tries = 0; tries < TRIES; tries++) {
      const { bytes, tag } = await this.#get();
      const merged = bytes ? await this.#merge(bytes) : null;
      changed ||= !!merged?.changed;
      this.#allowed();
      const own = this.#till.ask("backup")?.bytes ?? fail("backup_edition");
      // Nothing that the others do not know.
      if (merged?.theirs === own && this.#key) {
        await keep(this.#options.member, this.#key);
        return { changed, at: this.#last };
      }
      const plain = fromHex(own);
      const key = (this.#key ??= await this.#fresh());
      const sealed = await seal(plain, key, this.#options.member);
      if (sealed.length > LIMIT) fail("backup_large");
      const answer = await this.#call("PUT", sealed, tag ? { "If-Match": tag } : { "If-None-Match": "*" });
      if (answer.status === 412) continue;
      if (!answer.ok) fail("backup_server", answer.status);
      // A withdrawal that came meanwhile holds.
      if (this.#stopped) {
        await this.#call("DELETE");
        fail("backup_consent");
      }
      this.#heard(answer);
      await keep(this.#options.member, key);
      return { changed, at: this.#last };
    }
    return fail("backup_busy");
  }

  #allowed() {
    if (this.#stopped || !this.#till.status().consent.personalisation) fail("backup_consent");
  }

  /** @param {Response} answer */
  #heard(answer) {
    const at = Number(answer.headers.get("Tillside-Changed"));
    if (at > 0) this.#last = at;
  }

  /** @returns {Promise<{ bytes: Uint8Array<ArrayBuffer> | null, tag: string | null }>} */
  async #get() {
    this.#allowed();
    const answer = await this.#call("GET");
    if (answer.status === 404) return { bytes: null, tag: null };
    if (!answer.ok) fail("backup_server", answer.status);
    this.#heard(answer);
    return { bytes: new Uint8Array(await answer.arrayBuffer().catch(() => fail("backup_network"))), tag: answer.headers.get("ETag") };
  }

  /** Takes over what a backup says: what it said, and whether that was anything new. @param {Uint8Array<ArrayBuffer>} bytes */
  async #merge(bytes) {
    const seen = await look(bytes);
    if (seen.rounds > MOST_ROUNDS) fail("backup_damaged");
    const { secret, member } = this.#options;
    const same = this.#key && toHex(this.#key.salt) === toHex(seen.salt) && this.#key.rounds === seen.rounds;
    // Another device began anew, or this one begins where another did: the secret says whether it is the same member's.
    const key = same && this.#key ? this.#key : secret === undefined ? fail("backup_locked") : await derive(secret, seen.salt, seen.rounds);
    const plain = await open(seen, key, member);
    this.#key = key;
    this.#allowed();
    const theirs = toHex(plain);
    const joined = this.#till.ask("join", { bytes: theirs });
    if (!joined) fail("backup_edition");
    if (!joined.ok) fail(joined.reason === "no_consent" ? "backup_consent" : "backup_version");
    return { theirs, changed: !!joined.changed };
  }

  /** A key of this device's own, where there is no backup yet. */
  #fresh() {
    const { secret } = this.#options;
    return secret === undefined ? fail("backup_locked") : derive(secret, crypto.getRandomValues(new Uint8Array(16)), typeof secret === "string" ? ROUNDS : 0);
  }

  /** @param {string} method @param {Uint8Array<ArrayBuffer>} [body] @param {Record<string, string>} [headers] */
  async #call(method, body, headers = {}) {
    const { url, fetch: by = fetch, headers: more } = this.#options;
    /** @type {Record<string, string>} */
    const type = body ? { "Content-Type": "application/octet-stream" } : {};
    const signal = typeof AbortSignal.timeout === "function" ? AbortSignal.timeout(PATIENCE_MS) : undefined;
    return by(url, { method, body, headers: { ...type, ...headers, ...more?.() }, credentials: "same-origin", cache: "no-store", signal }).catch(() => fail("backup_network"));
  }

  /** @param {number} tries */
  async #withdraw(tries) {
    const gone = await this.stop().then(() => true, () => false);
    if (!gone && tries > 1) setTimeout(() => this.#withdraw(tries - 1), PATIENCE_MS);
  }

  /** Deletes the backup and this device's key; may be called again where the server did not answer. What the device itself remembers stays. */
  async stop() {
    this.#stopped = true;
    this.#key = undefined;
    this.#last = null;
    await forgetKeys();
    const answer = await this.#call("DELETE");
    if (!answer.ok && answer.status !== 404) fail("backup_server", answer.status);
  }

  /** Forgets the key on this device only: the backup and the other devices stay as they are. */
  async leave() {
    this.#stopped = true;
    this.#key = undefined;
    await forgetKeys();
  }
}

/** Begins, or goes on with, a member's backup. @param {Till} till @param {Options} options */
export async function backup(till, options) {
  const { secret, member, consent } = Object(options);
  if (!globalThis.crypto?.subtle) fail("backup_crypto");
  if (typeof member !== "string" || member === "") fail("backup_member");
  if (consent !== true || !till.status().consent.personalisation) fail("backup_consent");
  if (typeof secret === "string" ? [...secret].length < 8 : secret !== undefined && !(secret instanceof Uint8Array && secret.length >= 32)) fail("backup_weak");
  if (!till.ask("backup")?.ok) fail("backup_edition");
  const key = secret === undefined ? await stored(member) : undefined;
  if (secret === undefined && !key) fail("backup_locked");
  return new Backup(till, options, key);
}

/** Whether this device has a member's key, so that `backup` needs no secret. @param {string} member */
export const isKept = async (member) => !!(await stored(member));
