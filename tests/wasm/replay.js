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
      automated: false,
    });
    if (till.status().engine !== "wasm") throw new Error(JSON.stringify(till.status().problems));
    const outcome = till.track(...track);
    await till.flush();
    await till.close();
    outcomes.push(outcome.ok ? { id: outcome.id } : { reason: outcome.reason });
  }
  return outcomes;
}

/**
 * A shopper, what they do, and what is then asked for.
 * @typedef {object} Visit
 * @property {string} name
 * @property {boolean} [encoder] whether the model has a sequence encoder
 * @property {number} [seed] what the device draws in place of chance, below 256
 * @property {import("../../pkg/index.js").Consent} [consent]
 * @property {[minutes: number, event: string, properties: object][]} [events] so many minutes before now
 * @property {import("../../pkg/index.js").Request} [request]
 * @property {import("../../pkg/index.js").BundleRequest} [bundle] in place of a request
 */

/**
 * A clock and a chance of our own, where the module takes both from the page, make a list a function of the visit.
 *
 * @param {typeof import("../../pkg/index.js").Tillside} Tillside
 * @param {Visit[]} visits each meets an engine of its own
 * @param {{ plain: string, encoder: string }} models addresses of manifests
 * @param {number} now milliseconds since 1970
 */
export async function recommend(Tillside, visits, models, now) {
  const { now: clock } = Date;
  let [time, seed] = [now, 0];
  Date.now = () => time;
  crypto.getRandomValues = (bytes) => {
    // The module reads a little-endian number.
    if (bytes instanceof Uint8Array) bytes.fill(0).set([seed]);
    return bytes;
  };
  try {
    const lists = [];
    for (const [number, visit] of visits.entries()) {
      const { encoder, consent, events = [], request, bundle } = visit;
      [time, seed] = [now, visit.seed ?? 1];
      const model = encoder ? models.encoder : models.plain;
      const till = await Tillside.open({ name: `visit-${number}`, model, automated: false, consent: { personalisation: true, measurement: true, ...consent } });
      const { model: opened, problems } = till.status();
      if (!opened || problems.length > 0) throw new Error(JSON.stringify(problems));
      for (const [minutes, event, properties] of events) {
        time = now - minutes * 60_000;
        const outcome = till.track(event, properties);
        if (!outcome.ok) throw new Error(`${event}: ${outcome.reason}`);
      }
      time = now;
      const shelf = bundle ? till.bundle(bundle) : till.recommend(/** @type {any} */ (request));
      lists.push(told(shelf, till.explain(shelf.status.decision)));
      await till.close();
    }
    return lists;
  } finally {
    Date.now = clock;
    // The prototype's is back.
    Reflect.deleteProperty(crypto, "getRandomValues");
  }
}

/**
 * What is offered to shoppers by a shop's campaigns.
 * @param {typeof import("../../pkg/index.js").Tillside} Tillside
 * @param {{ events: [minutes: number, event: string, properties: object][], consent?: import("../../pkg/index.js").Consent, requests: any[] }[]} cases
 * @param {object} offers what `tillside lab offers` wrote
 * @param {number} now milliseconds since 1970
 */
export async function offers(Tillside, cases, offers, now) {
  const { now: clock } = Date;
  let time = now;
  Date.now = () => time;
  try {
    const answers = [];
    for (const [number, { events, consent, requests }] of cases.entries()) {
      time = now;
      const till = await Tillside.open({ name: `offers-${number}`, edition: "full", automated: false, consent: { personalisation: true, measurement: true, experiment: true, ...consent } });
      const taken = till.ask("offers", offers);
      if (!taken?.ok) throw new Error(JSON.stringify([taken, till.status().problems]));
      for (const [minutes, event, properties] of events) {
        time = now - minutes * 60_000;
        const outcome = till.track(event, properties);
        if (!outcome.ok) throw new Error(`${event}: ${outcome.reason}`);
      }
      time = now;
      answers.push(requests.map((request) => till.offer(request)));
      await till.close();
    }
    return answers;
  } finally {
    Date.now = clock;
  }
}

/**
 * A list in the words of the vectors.
 * @param {import("../../pkg/index.js").Bundle} shelf
 * @param {import("../../pkg/index.js").Explanation} explanation
 */
function told({ items, status: { fallback, blend, filtered, warnings }, price }, explanation) {
  const explained = explanation.gone ? [] : explanation.items;
  return {
    items: items.map(({ id, score, source, placed, propensity, reasons }, n) => ({
      id,
      score,
      source,
      ...(placed !== "ranked" && { placed }),
      ...(placed === "discovered" && { propensity }),
      from: explained[n]?.contributions,
      reasons: reasons.map(({ code, because }) => (because === undefined ? [code] : [code, because])),
      causes: explained[n]?.causes.map(({ code, because, given }) => [code, because, given]),
    })),
    fallback,
    blend,
    filtered: Object.fromEntries(Object.entries(filtered).filter(([, count]) => count > 0)),
    warnings,
    ...(price !== undefined && { price }),
  };
}
