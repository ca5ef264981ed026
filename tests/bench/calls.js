// Times the engine's calls; the same in a page and in Node. Calls are timed fifty at a time, since a page's clock is coarse.
// @ts-check

const CALLS = 50;
const ROUNDS = 60;

/**
 * Microseconds a call, for each round.
 * @param {typeof import("../../pkg/index.js").Tillside} Tillside
 * @param {string} model
 * @returns {Promise<Record<"baseline" | "recommend, home, 20 viewed, 20 results" | "recommend, product" | "recommend, home, arranged" | "rerank of 500" | "track", number[]>>}
 */
export async function measure(Tillside, model) {
  const manifest = await (await fetch(model)).json();
  const bytes = new Uint8Array(await (await fetch(new URL(manifest.parts[0].url, new URL(model, globalThis.location?.href)))).arrayBuffer());
  const till = await Tillside.open({ model, name: "bench", consent: { personalisation: true } });
  const { popular, categories } = manifest.fallback;
  const long = [...new Set([popular, ...Object.values(categories)].flat())].slice(0, 500);
  for (const id of popular.slice(0, 20)) till.track("Product Viewed", { product_id: id });
  if (till.recommend({ placement: "home", limit: 20 }).status.fallback !== "none") throw new Error("the list is not personal");

  /** @param {number} calls @param {(n: number) => void} work */
  const time = async (calls, work) => {
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) {
      const began = performance.now();
      for (let n = 0; n < calls; n++) work(round * calls + n);
      rounds.push(((performance.now() - began) * 1000) / calls);
      // What the calls put off is done between rounds.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return rounds;
  };
  let sum = 0;
  const figures = {
    baseline: await time(1, () => {
      for (let n = 0; n < bytes.length; n++) sum += bytes[n] ?? 0;
    }),
    "recommend, home, 20 viewed, 20 results": await time(CALLS, () => till.recommend({ placement: "home", limit: 20 })),
    "recommend, product": await time(CALLS, (n) => till.recommend({ placement: "product", item: popular[n % popular.length], limit: 20 })),
    "recommend, home, arranged": await time(CALLS, () => till.recommend({ placement: "home", limit: 20, diversity: 0.3, spread: { brand: 2, category: 3 }, discovery: 0.1 })),
    "rerank of 500": await time(CALLS, () => till.rerank({ placement: "home", ids: long, visible: 10 })),
    // Ids that are new each time: the same view twice within a second counts once.
    track: await time(CALLS, (n) => {
      if (!till.track("Product Viewed", { product_id: `${popular[n % popular.length]}-${n}`, price: 12.5 }).ok) throw new Error("refused");
    }),
  };
  if (sum < 0) throw new Error("unreachable");
  await till.forget();
  await till.close();
  return figures;
}
