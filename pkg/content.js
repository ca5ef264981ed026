// Reviews, buyers' photos, articles, guides beside the products, and questions asked in live rooms: for pages that have them,
// with the full edition of the engine.
// @ts-check

/** @typedef {import("./index.js").Tillside} Tillside */
/** @typedef {import("./content.d.ts").ContentShelf} ContentShelf */

/** Lists that can be explained, the newest. */
const MAX_DECISIONS = 50;

const NONE = { outOfStock: 0, inCart: 0, bought: 0, excluded: 0 };

/** @param {any} value @returns {string[] | undefined} */
const texts = (value) => (Array.isArray(value) ? value.filter((one) => typeof one === "string") : undefined);

/** @param {unknown} value */
const word = (value) => (typeof value === "string" ? value : undefined);

/** The content part of a manifest; undefined where it names none. @param {string} model */
async function part(model) {
  const base = new URL(model, globalThis.location?.href);
  const manifest = await answer(base.href, "no-cache").then((response) => response.json());
  const found = (Array.isArray(manifest?.parts) ? manifest.parts : []).find((/** @type {any} */ part) => part?.name === "content");
  if (!found) return undefined;
  // The address holds the content's hash, so a cached copy is as good as a new one.
  const bytes = await answer(new URL(found.url, base).href, "force-cache").then((response) => response.arrayBuffer());
  // Without a secure context there is no digest; the engine still looks at each row.
  if (globalThis.crypto?.subtle) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const hash = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    if (hash !== found.sha256) throw new Error(`${found.url} has sha256 ${hash}, the manifest says ${found.sha256}; serve both from one training`);
  }
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** @param {string} url @param {RequestCache} cache */
async function answer(url, cache) {
  const response = await fetch(url, typeof document === "undefined" ? {} : { cache, credentials: "same-origin" });
  if (!response.ok) throw new Error(`${url} answered HTTP ${response.status}`);
  return response;
}

export class Content {
  #till;
  #title;
  #language;
  /** Why it is empty; "" where it is not. */
  problem = "";
  /** @type {Map<string, import("./content.d.ts").ContentExplained>} */
  #decisions = new Map();

  /** @param {Tillside} till @param {import("./content.d.ts").ContentOptions} options */
  constructor(till, { locale, title }) {
    this.#till = till;
    this.#title = title ?? (() => undefined);
    const language = locale || globalThis.document?.documentElement?.lang || globalThis.navigator?.language || "en";
    this.#language = language.toLowerCase().startsWith("zh") ? "zh" : "en";
  }

  /** Never rejects: without content every list is empty, and `problem` says why.
   * @param {Tillside} till opened with `edition: "full"` @param {import("./content.d.ts").ContentOptions} options */
  static async open(till, options) {
    const content = new Content(till, options);
    try {
      const [found] = await Promise.all([part(options.model), till.ready]);
      const answer = found && till.ask("contents", found);
      if (!found) content.problem = `the manifest ${options.model} names no part "content"; train with --content`;
      else if (!answer) content.problem = "this page has not the full edition of the engine";
      else if (!answer.ok) content.problem = `${answer.code}: ${answer.remedy}`;
    } catch (error) {
      content.problem = String(/** @type {any} */ (error)?.message ?? error);
    }
    return content;
  }

  /** @param {import("./content.d.ts").ContentRequest} [request] @returns {ContentShelf} */
  list(request) {
    const began = performance.now();
    const { item, exact, types, limit = 12, exclude } = Object(request);
    const asked = { item: word(item), exact: exact === true, types: texts(types), limit: Number(limit) || 0, exclude: texts(exclude), language: this.#language };
    const { items: found = [], decision = "", fallback = "empty", personal = false } = this.#till.ask("content", asked) ?? {};
    const model = this.#till.status().model?.id ?? "";
    const items = found.map((/** @type {any} */ { code, because, sentence, parts, ...item }) => ({ ...item, source: "content", placed: "ranked", propensity: 1, contributions: parts, reasons: [this.#reason(code, because, sentence)] }));
    this.#decisions.set(decision, { decision, time: Date.now(), model, placement: "content", items });
    if (this.#decisions.size > MAX_DECISIONS) this.#decisions.delete(this.#decisions.keys().next().value ?? "");
    return { placement: "content", items, status: { decision, model, fallback, personal, blend: {}, filtered: NONE, warnings: [], microseconds: (performance.now() - began) * 1000 } };
  }

  /** @param {string} code @param {[number, string, string] | null} because @param {string} sentence */
  #reason(code, because, sentence) {
    const [full = "", nameless = full] = sentence.split("|");
    if (!because) return { code, text: full };
    const [kind, name, said] = because;
    /** @type {string | undefined} */
    let called;
    try {
      called = word(this.#title(name));
    } catch {
      // The page does not know.
    }
    // A category's or a brand's own name is for people; an item's id never is.
    called ??= kind === 1 ? said || undefined : name;
    return { code, because: name, text: called === undefined ? nameless : full.replace("{}", () => called ?? "") };
  }

  /** The pages of a feed, each with so many content items, none twice. @param {import("./index.js").Page} page @param {{ content?: number, types?: readonly any[], exclude?: readonly string[] }} [quota] */
  feed(page, { content = 2, types, exclude = [] } = {}) {
    const shown = [...exclude];
    return (/** @type {number | undefined} */ limit) => {
      const among = this.list({ limit: content, exclude: shown, ...(types && { types }) });
      shown.push(...among.items.map(({ id }) => id));
      return { shelf: page.more(limit), content: among };
    };
  }

  /** @param {string} decision */
  explain(decision) {
    return this.#decisions.get(decision) ?? { decision, gone: /** @type {const} */ (true) };
  }
}

/** Takes what a shopper typed in a live room. The words that are not the catalogue's go no further than this call.
 * @param {Tillside} till @param {import("./content.d.ts").Enquiry} what @returns {import("./content.d.ts").Enquired} */
export function enquire(till, what) {
  const { text, item, items, kind, room } = Object(what);
  const heard = till.ask("enquire", { text: word(text), item: word(item), items: texts(items), kind: word(kind) });
  const about = heard?.item ?? word(item);
  const properties = { ...(about && { product_id: about }), ...(word(room) && { room_id: room }) };
  // A question is about a product; one that is about none was a remark.
  if (kind === "comment" || !about) till.track("Live Commented", properties);
  else till.track("Live Question Asked", properties);
  return heard ?? { ok: false, reason: "edition" };
}
