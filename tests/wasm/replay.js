// Replays golden vectors through the package. Runs in Node and, unchanged, in a page.

/**
 * @param {typeof import("../../pkg/index.js").Tillside} Tillside
 * @param {{ track: [string, object] }[]} cases each meets an engine of its own
 * @param {string} collector where the messages go
 * @returns {Promise<({ id: string } | { reason: string })[]>}
 */
export async function replay(Tillside, cases, collector) {
  const outcomes = [];
  for (const [number, { track }] of cases.entries()) {
    const till = await Tillside.open({
      name: `vector-${number}`,
      collector: { url: collector, writeKey: "vectors" },
      consent: { personalisation: true, measurement: true },
    });
    if (till.status().engine !== "wasm") throw new Error(JSON.stringify(till.status().problems));
    const outcome = till.track(...track);
    await till.flush();
    await till.close();
    outcomes.push(outcome.ok ? { id: outcome.id } : { reason: outcome.reason });
  }
  return outcomes;
}
