// The device: one object store in IndexedDB, keys to bytes.
// Nothing is created until something may be kept: opening to look leaves no trace where there was none.
// @ts-check

const TABLE = "rows";
const PUT = "0";
const DELETE = "1";
const DESTROY = "3";

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @param {IDBTransaction} transaction @returns {Promise<void>} */
const finished = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });

export class Store {
  /** Called when another tab deletes everything. */
  emptied = () => {};
  /** @type {IDBDatabase | undefined} */ #database;

  /** @param {string} name */
  constructor(name) {
    this.name = name;
  }

  /** Without `create`, connects only to what is there already. @param {boolean} create */
  async #connect(create) {
    if (this.#database) return this.#database;
    const opening = indexedDB.open(this.name, 1);
    let absent = false;
    opening.onupgradeneeded = () => {
      if (create) {
        opening.result.createObjectStore(TABLE);
      } else {
        absent = true;
        // Aborting the upgrade leaves no database behind.
        opening.transaction?.abort();
      }
    };
    try {
      const database = await done(opening);
      // A tab that deletes the database must not wait for this one.
      database.onversionchange = ({ newVersion }) => {
        database.close();
        this.#database = undefined;
        if (newVersion === null) this.emptied();
      };
      this.#database = database;
    } catch (error) {
      if (!absent) throw error;
    }
    return this.#database;
  }

  /** Everything there is. @returns {Promise<{ keys: string[], values: Uint8Array<ArrayBuffer>[] }>} */
  async load() {
    const database = await this.#connect(false);
    if (!database) return { keys: [], values: [] };
    const table = database.transaction(TABLE).objectStore(TABLE);
    const [keys, values] = await Promise.all([done(table.getAllKeys()), done(table.getAll())]);
    return { keys: keys.map(String), values };
  }

  /** Those of the keys that are not there. @param {string[]} keys @returns {Promise<string[]>} */
  async missing(keys) {
    const table = this.#database?.transaction(TABLE).objectStore(TABLE);
    const held = new Set(table && (await done(table.getAllKeys())));
    return table ? keys.filter((key) => !held.has(key)) : [];
  }

  /** Carries out effects in one transaction: a line each, how, how many of the bytes, and key.
   * @param {string[]} effects @param {Uint8Array} bytes */
  async apply(effects, bytes) {
    const from = effects.findLastIndex((effect) => effect.startsWith(DESTROY)) + 1;
    if (from > 0) await this.destroy();
    if (from === effects.length) return;
    const database = await this.#connect(true);
    if (!database) return;
    const transaction = database.transaction(TABLE, "readwrite");
    const table = transaction.objectStore(TABLE);
    let at = 0;
    effects.forEach((effect, n) => {
      const [how, size = ""] = effect.split(" ", 2);
      const key = effect.slice(size.length + 3);
      const start = at;
      at += Number(size);
      if (n < from) return;
      if (how === PUT) table.put(bytes.slice(start, at), key);
      else if (how === DELETE) table.delete(key);
      else table.delete(IDBKeyRange.bound(key, `${key}\uffff`));
    });
    await finished(transaction);
  }

  async destroy() {
    // Looked at first, so that nothing is created only to be deleted; emptied first, since another tab may hold on.
    const database = await this.#connect(false);
    if (!database) return;
    const transaction = database.transaction(TABLE, "readwrite");
    transaction.objectStore(TABLE).clear();
    await finished(transaction);
    database.close();
    this.#database = undefined;
    const deleting = indexedDB.deleteDatabase(this.name);
    await new Promise((resolve) => {
      deleting.onsuccess = deleting.onerror = deleting.onblocked = resolve;
    });
  }
}
