// Two rankers in one list, item by item in turn, so that every visitor compares them: team-draft interleaving.
// @ts-check

/** @typedef {import("../index.js").Tillside} Tillside */
/** @typedef {import("../index.js").Shelf} Shelf */

/** The longest list that is ranked. */
const MOST = 100;

/** @param {Tillside} till @param {import("../types/interleave.js").Interleaving} wish @returns {Shelf} */
export function interleave(till, { experiment, rankers, limit = 12, after = [] }) {
  const [[one = "", first] = [], [other = "", second] = []] = Object.entries(rankers ?? {});
  // Whatever was shown on pages before may stand at the top of both.
  const depth = Math.min(limit + after.length, MOST);
  /** @param {any} request */
  const rank = (request) => till.recommend({ ...request, limit: depth });
  const a = rank(first);
  const shown = new Set(after);
  /** @param {Shelf["items"]} items */
  const shelf = (items, status = {}) => {
    const { reason, ...rest } = a;
    // What the first ranker's items have in common may be true of fewer here.
    const common = reason && 2 * items.filter(({ reasons: [own] }) => own.text === reason.text).length >= items.length;
    return { ...rest, ...(common && { reason }), items: items.map((item, n) => ({ ...item, position: n + 1 })), status: { ...a.status, ...status } };
  };
  const alone = () => shelf(a.items.filter(({ id }) => !shown.has(id)).slice(0, limit));
  if (!second || a.status.fallback === "host") return alone();
  const b = rank(second);
  // A space parts the words of a report.
  const called = (/** @type {string} */ name) => name.replace(/\s/g, "_");
  const ids = [a, b].map(({ items }) => items.map(({ id }) => id));
  const picks = till.ask("draft", { experiment, a: ids[0] ?? [], b: ids[1] ?? [], shown: after, limit });
  if (!picks) return alone();
  const items = picks.flatMap(({ id, ranker, competitive }) => {
    const from = ranker === "a" ? a : b;
    const item = from.items.find((item) => item.id === id);
    return item ? [{ ...item, ...(competitive && { ranker: called(ranker === "a" ? one : other) }) }] : [];
  });
  const microseconds = a.status.microseconds + b.status.microseconds;
  return shelf(items, { policy: "interleaved", experiment: called(experiment), decisions: [a.status.decision, b.status.decision], microseconds });
}
