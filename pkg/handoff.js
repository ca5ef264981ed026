// 360° hand-off for a page of the full edition: a snapshot with the shopper's leave, its signed code, and the code opened again by
// whoever it is shown to. The shop's server sees a digest and nothing of the snapshot.
// @ts-check

/** @typedef {import("./index.js").Tillside} Tillside */

/** Characters of a code at most. */
const MOST = 8192;

/** What is wrong with a code beside what the engine finds. @type {Record<string, string>} */
const REMEDIES = {
  unsigned: "the code is not signed by a shop; ask for a new one",
  unknown_key: "the code was signed by another shop, or with a key that this one no longer uses",
  forged: "the code is not what the shop signed: do not trust it, and ask for a new one",
  unverifiable: "this browser cannot check Ed25519 signatures; use a newer one",
  no_engine: "the engine has not started; load the page again",
  vouch: "the shop's server did not sign; sign in and try again",
};

/** @param {string} name */
const refused = (name) => ({ ok: /** @type {const} */ (false), code: `handoff_${name}`, remedy: REMEDIES[name] ?? "" });

/** @param {Uint8Array} bytes */
const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

/** @param {string} payload */
const digest = async (payload) => base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(payload))));

/** What is signed. @param {string} payload @param {{ member: string | null, expires: number }} snapshot */
const statement = async (payload, { member, expires }) => new TextEncoder().encode(`tillside-handoff-1.${member}.${expires / 1000}.${await digest(payload)}`);

/** @param {Tillside} till @param {import("./types/handoff.js").Asked} asked @returns {Promise<import("./types/handoff.js").Handed>} */
export async function handOff(till, { vouch, ...asked }) {
  const made = till.ask("snapshot", asked);
  if (!made) return refused("no_engine");
  if (!made.ok || !vouch) return made;
  try {
    const { kid, signature } = await vouch({ digest: await digest(made.code), expires: made.snapshot.expires });
    return { ...made, code: `${made.code}.${kid}.${signature}` };
  } catch {
    return refused("vouch");
  }
}

/** @param {Tillside} till @param {string} code @param {{ keys: readonly import("./types/handoff.js").Key[] }} shop
 * @returns {Promise<import("./types/handoff.js").Opened>} */
export async function openCode(till, code, { keys }) {
  const read = till.ask("handoff_read", { code: code.slice(0, MOST + 1) });
  if (!read) return refused("no_engine");
  if (!read.ok) return read;
  const [payload = "", kid, signature] = code.split(".");
  if (!kid || !signature || !read.snapshot.member) return refused("unsigned");
  const key = keys.find((one) => one.kid === kid);
  if (!key) return refused("unknown_key");
  try {
    const { kty, crv, x } = key;
    const imported = await crypto.subtle.importKey("jwk", { kty, crv, x }, { name: "Ed25519" }, false, ["verify"]);
    const said = await statement(payload, read.snapshot);
    return (await verified(imported, signature, said)) ? read : refused("forged");
  } catch {
    return refused("unverifiable");
  }
}

/** @param {CryptoKey} key @param {string} signature @param {Uint8Array<ArrayBuffer>} said */
async function verified(key, signature, said) {
  /** @type {Uint8Array<ArrayBuffer>} */
  let raw;
  try {
    raw = bytes(signature);
  } catch {
    return false;
  }
  return crypto.subtle.verify({ name: "Ed25519" }, key, raw, said);
}

/** @param {Tillside} till @param {import("./types/handoff.js").Snapshot} snapshot @param {import("./types/handoff.js").Reader} reader
 * @returns {import("./types/handoff.js").Said} */
export function inWords(till, snapshot, { language, names, time }) {
  const moments = [snapshot.visit?.time, ...(snapshot.orders ?? []).map(({ time }) => time), ...(snapshot.enquiries ?? []).map(({ time }) => time)];
  const times = Object.fromEntries(moments.flatMap((moment) => (moment ? [[String(moment), time(moment)]] : [])));
  return till.ask("handoff_text", { snapshot, language, names, times }) ?? { sections: [], text: "" };
}

/** Ids, categories and stores that a page needs names for. @param {import("./types/handoff.js").Snapshot} snapshot */
export function mentioned(snapshot) {
  const { browsing = [], orders = [], enquiries = [], doNotMention = [], preferences = [], intent, visit } = snapshot;
  /** @param {(string | null | undefined)[]} all */
  const once = (all) => [...new Set(all.filter((one) => typeof one === "string"))];
  const of = (/** @type {string} */ kind) => [...doNotMention, ...preferences].flatMap((one) => (one.kind === kind ? [one.name] : []));
  return {
    items: once([intent?.item, ...browsing.map(({ item }) => item), ...orders.flatMap(({ items }) => items ?? []), ...enquiries.map(({ item }) => item), ...of("item")]),
    categories: once(of("category")),
    brands: once(of("brand")),
    stores: once([visit?.store]),
  };
}
