// The device: one object store in IndexedDB, keys to bytes.
// Nothing is created until something may be kept: looking leaves no trace where there was none. A connection that the
// browser closes, as it does to pages in the background, is opened again.
// @ts-check

const TABLE = "rows";
const PUT = "0";
const DELETE = "1";
const DESTROY = "3";
/** What the events of the journal are folded into. */
const FOLDED = ["portrait", "profile"];

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

/** @param {string} effect how, how many of the bytes, key @returns {[string, number, string]} */
function parted(effect) {
  const [how = "", size = ""] = effect.split(" ", 2);
  return [how, Number(size), effect.slice(how.length + size.length + 2)];
}

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
    // In WebKit even an attempt to open that is given up leaves an empty database; a look at the list leaves none.
    if (!create && indexedDB.databases) {
      const known = await indexedDB.databases();
      if (!known.some(({ name, version }) => name === this.name && version)) return undefined;
    }
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
      const gone = () => {
        if (this.#database === database) this.#database = undefined;
      };
      database.onclose = gone;
      // A tab that deletes the database must not wait for this one.
      database.onversionchange = ({ newVersion }) => {
        database.close();
        gone();
        if (newVersion === null) this.emptied();
      };
      this.#database = database;
    } catch (error) {
      if (!absent) throw error;
    }
    return this.#database;
  }

  /** Works on the table; once more where the browser has closed the connection.
   * @template T @param {boolean} create @param {IDBTransactionMode} mode @param {(table: IDBObjectStore) => T} work
   * @returns {Promise<T | undefined>} */
  async #on(create, mode, work) {
    for (let again = false; ; again = true) {
      const database = await this.#connect(create);
      if (!database) return undefined;
      try {
        // A crash of the whole machine may lose what a flush of its disk would keep, for every event anew.
        const transaction = database.transaction(TABLE, mode, /** @type {any} */ ({ __proto__: null, durability: "relaxed" }));
        const ends = mode === "readwrite" ? finished(transaction) : undefined;
        // Where the work fails it is that which is said.
        ends?.catch(() => {});
        const result = await work(transaction.objectStore(TABLE));
        await ends;
        return result;
      } catch (error) {
        database.close();
        if (this.#database === database) this.#database = undefined;
        if (again) throw error;
      }
    }
  }

  /** Everything there is. @returns {Promise<{ keys: string[], values: Uint8Array<ArrayBuffer>[] }>} */
  async load() {
    const all = await this.#on(false, "readonly", (table) => Promise.all([done(table.getAllKeys()), done(table.getAll())]));
    const [keys, values] = all ?? [[], []];
    return { keys: keys.map(String), values };
  }

  /** Those of the keys that are not there. @param {string[]} keys @returns {Promise<string[]>} */
  async missing(keys) {
    const held = new Set(await this.#on(false, "readonly", (table) => done(table.getAllKeys())));
    return keys.filter((key) => !held.has(key));
  }

  /** Carries out effects in one transaction: a line each, how, how many of the bytes, and key.
   * @param {string[]} effects @param {Uint8Array} bytes */
  async apply(effects, bytes) {
    let from = 0;
    effects.forEach((effect, n) => {
      if (effect.startsWith(DESTROY)) from = n + 1;
    });
    if (from > 0) await this.destroy();
    if (from < effects.length) await this.#on(true, "readwrite", (table) => this.#carry(table, effects, bytes, from));
  }

  /** @param {IDBObjectStore} table @param {string[]} effects @param {Uint8Array} bytes @param {number} from the first that counts */
  async #carry(table, effects, bytes, from) {
    const all = effects.map(parted);
    // Two tabs may fold the same events: the second finds them gone, and its portrait has less than is on the device.
    let folded = false;
    if (all.some(([how, , key]) => how === PUT && FOLDED.includes(key))) {
      const held = new Set(await done(table.getAllKeys()));
      folded = all.some(([how, , key]) => how === DELETE && key.startsWith("journal/") && !held.has(key));
    }
    let at = 0;
    all.forEach(([how, size, key], n) => {
      const start = at;
      at += size;
      if (n < from) return;
      if (how === PUT) folded && FOLDED.includes(key) || table.put(bytes.slice(start, at), key);
      else if (how === DELETE) folded && key.startsWith("journal/") || table.delete(key);
      else table.delete(IDBKeyRange.bound(key, `${key}\uffff`));
    });
    // The page may be on its way out, and nobody there to end it.
    table.transaction.commit?.();
  }

  async destroy() {
    // Looked at first, so that nothing is created only to be deleted; emptied first, since another tab may hold on.
    if (!(await this.#on(false, "readwrite", (table) => (table.clear(), true)))) return;
    this.#database?.close();
    this.#database = undefined;
    const deleting = indexedDB.deleteDatabase(this.name);
    await new Promise((resolve) => {
      deleting.onsuccess = deleting.onerror = deleting.onblocked = resolve;
    });
  }
}
