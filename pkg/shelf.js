// The engine's words → the objects of a shelf. The order of the words is that of `words` in src/web/page.rs; names are
// listed in the order of their numbers there.
// @ts-check

/** @typedef {import("./index.d.ts").ShelfItem} ShelfItem */
/** @typedef {import("./index.d.ts").Source} Source */
/** What numbers are called; of reasons, the code, the sentence before and behind a name, and the one for an item that nobody can name.
 * @typedef {{ reasons: string[][], name: (kind: number, number: number) => string, title: (id: string) => string | undefined,
 * called: (number: number) => string | undefined }} Names `title` is the page's, `called` what the shopper's own events said */

/** @type {readonly import("./index.d.ts").Placement[]} */
export const PLACEMENTS = ["home", "product", "complements", "cart", "category", "search", "recent", "again"];
/** @type {readonly import("./index.d.ts").Source[]} */
export const SOURCES = ["sequence", "complement", "content", "affinity", "popularity", "search", "recent"];
/** @type {readonly import("./index.d.ts").ShelfStatus["fallback"][]} */
export const FALLBACKS = ["none", "content", "popularity", "empty"];
export const WARNINGS = ["limit_clamped", "unknown_item", "unknown_category", "unknown_attribute", "damaged_row", "spread_relaxed", "pin_unavailable", "pin_conflict", "rule_unknown", "rule_range", "query_corrected"];
export const PLACED = /** @type {const} */ (["ranked", "pinned", "discovered"]);

/** The kind of name that items have. */
export const ITEMS = 1;
/** Words before the first item, and of an item before its reasons and before its contributions. */
const HEAD = 14;
const ITEM = 15;
const CONTRIBUTIONS = 5;
const RULED = 12;

/** @param {Uint32Array} words */
const floatsOf = (words) => new Float32Array(words.buffer, words.byteOffset, words.length);

/** @param {number} half of the name of a list */
const hex = (half) => half.toString(16).padStart(8, "0");

/** The list, and where the words of each item start. @param {Uint32Array} words @param {Names} names */
export function decode(words, names) {
  const floats = floatsOf(words);
  /** @type {(at: number) => any} */
  const word = (at) => words[at];
  /** @type {ShelfItem[]} */
  const items = [];
  /** @type {number[]} */
  const starts = [];
  let at = HEAD;
  for (let position = 1; position <= word(0); position++) {
    const reasons = [];
    const first = at + ITEM;
    const causes = first + word(first - 1) * 3;
    for (let n = first; n < causes; n += 3) {
      const [code, text = "", rest, nameless = ""] = /** @type {[any, ...string[]]} */ (names.reasons[word(n)] ?? []);
      const kind = word(n + 1);
      if (kind) {
        const because = names.name(kind, word(n + 2));
        // A category's or a brand's own name is for people; an item's id never is.
        const called = names.title(because) ?? (kind === ITEMS ? names.called(word(n + 2)) : because);
        reasons.push({ code, because, text: called === undefined ? nameless : rest === undefined ? text : text + called + rest });
      } else {
        reasons.push({ code, text });
      }
    }
    items.push({
      id: names.name(ITEMS, word(at)),
      score: /** @type {number} */ (floats[at + 1]),
      source: /** @type {Source} */ (SOURCES[word(at + 2)]),
      position,
      placed: /** @type {ShelfItem["placed"]} */ (PLACED[word(at + 3)]),
      propensity: /** @type {number} */ (floats[at + 4]),
      reasons: /** @type {[import("./index.d.ts").Reason]} */ (reasons),
    });
    starts.push(at);
    at = causes + 1 + word(causes) * 3;
  }
  const status = {
    fallback: /** @type {import("./index.d.ts").ShelfStatus["fallback"]} */ (FALLBACKS[word(1)]),
    blend: shares(floats, 7),
    filtered: { outOfStock: word(3), inCart: word(4), bought: word(5), excluded: word(6) },
    warnings: WARNINGS.filter((_, n) => word(2) & (1 << n)),
  };
  const decision = hex(word(at + 1)) + hex(word(at + 2));
  return { items, starts, status, decision, price: floats[at] || undefined };
}

/** The reason that most of the items have in common, if at least half of them have it: one for the shelf, so that a card says only
 * what differs. @param {ShelfItem[]} items */
export function common(items) {
  const count = (/** @type {import("./index.d.ts").Reason} */ reason) => items.filter(({ reasons: [own] }) => own?.text === reason.text).length;
  return items.flatMap(({ reasons: [own] }) => own ?? []).find((reason) => items.length > 1 && 2 * count(reason) >= items.length);
}

/** What the score of the item at `at` is made of. @param {Uint32Array} words @param {number} at @param {Names} names @param {number[]} factors of the rules */
export function parts(words, at, names, factors) {
  const floats = floatsOf(words);
  const causes = [];
  let cause = at + ITEM + (words[at + ITEM - 1] ?? 0) * 3;
  for (let left = words[cause++] ?? 0; left > 0; left--, cause += 3) {
    const code = /** @type {any} */ (names.reasons[words[cause] ?? 0]?.[0]);
    causes.push({ code, because: names.name(ITEMS, words[cause + 1] ?? 0), given: floats[cause + 2] ?? 0 });
  }
  causes.sort((one, other) => other.given - one.given);
  const [ruled, held = 0] = [floats[at + RULED], words[at + RULED + 1]];
  const rules = factors.flatMap((factor, rule) => (held & (1 << rule) ? { rule, factor } : []));
  const own = shares(floats, at + CONTRIBUTIONS);
  const score = floats[at + 1] ?? 0;
  // What the scene made of it is what is left.
  const scene = Object.values(own).reduce((rest, given) => rest - given, score - (ruled ?? 0));
  return { contributions: { ...own, ...(Math.abs(scene) > 1e-4 * (Math.abs(score) + Math.abs(ruled ?? 0)) && { scene }), ...(ruled && { rules: ruled }) }, causes, rules };
}

/** What each source gives, of those that give anything. @param {Float32Array} floats @param {number} at */
function shares(floats, at) {
  /** @type {Partial<Record<Source, number>>} */
  const found = {};
  SOURCES.forEach((source, n) => {
    const given = floats[at + n] ?? 0;
    if (given) found[source] = given;
  });
  return found;
}
