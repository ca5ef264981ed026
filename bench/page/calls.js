// Times the engine's calls; the same in a page and in Node. Calls are timed twenty at a time, since a page's clock is coarse.
// @ts-check

import { baselines, shortest } from "./kernels.js";

/** The call that most pages make. */
export const HOME = "recommend, home, 20 viewed, 20 results";

const CALLS = 20;
const ROUNDS = 60;

/** Calls over which memory must not grow. */
const MANY = 100_000;

/** A model's manifest and bytes. @param {string} model */
async function download(model) {
  const manifest = await (await fetch(model)).json();
  const part = await fetch(new URL(manifest.parts[0].url, new URL(model, globalThis.location?.href)));
  return { manifest, bytes: new Uint8Array(await part.arrayBuffer()) };
}

/** Microseconds a call, for each round. @param {(n: number) => void} work */
async function time(work) {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    for (let n = 0; n < CALLS; n++) work(round * CALLS + n);
    rounds.push(((performance.now() - began) * 1000) / CALLS);
    // What the calls put off is done between rounds.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return rounds;
}

/**
 * Microseconds of `actions` with 200 rules, for each round. A page has one module: this needs a package that nothing was opened by.
 * @param {typeof import("../../pkg/index.js").Tillside} Tillside
 */
export async function acting(Tillside) {
  const actions = Array.from({ length: 200 }, (_, n) => ({ id: `r${n}`, if: { "cart.value": { $gte: -(n % 7) }, "visit.views": { $gte: n % 10 } }, value: 1 + n, caps: { day: 2 }, do: { type: "information", title: "x" } }));
  const till = await Tillside.open({ name: "bench-rules", edition: "full", automated: false, actions: /** @type {any} */ (actions), consent: { personalisation: true } });
  const ask = () => till.actions({ surface: "home" }).length;
  if (till.status().problems.length || ask() !== 20) throw new Error(`${ask()} actions: ${JSON.stringify(till.status().problems)}`);
  const rounds = await time(ask);
  await till.forget();
  await till.close();
  return rounds;
}

/**
 * Microseconds of `track` and `recommend` in an edition, for each round; in the full one every event updates the whole portrait. It needs a
 * package that nothing was opened by, or nothing of another edition.
 * @param {typeof import("../../pkg/index.js").Tillside} Tillside @param {string} model @param {"recommender" | "full"} edition
 */
export async function knowing(Tillside, model, edition) {
  const { popular } = (await download(model)).manifest.fallback;
  const till = await Tillside.open({ model, name: `bench-${edition}`, edition, automated: false, consent: { personalisation: true } });
  for (const [n, id] of popular.slice(0, 20).entries()) {
    till.track("Product Viewed", { product_id: id });
    if (n % 4 === 0) till.track("Order Completed", { order_id: `o-${n}`, revenue: 20 + n, products: [{ product_id: id, price: 20 + n }] });
  }
  const found = {
    recommend: await time(() => till.recommend({ placement: "home", limit: 20 })),
    track: await time((n) => {
      if (!till.track("Product Viewed", { product_id: `${popular[n % popular.length]}-${n}`, price: 12.5 }).ok) throw new Error("refused");
    }),
  };
  await till.forget();
  await till.close();
  return found;
}

/**
 * Microseconds a call, for each round; and baselines of the same run: the bare sums of the session's rows (E), a plain copy
 * of the model, a call with three numbers, the shortest of each.
 * @param {typeof import("../../pkg/index.js").Tillside} Tillside
 * @param {string} model
 * @param {BufferSource} kernels
 * @param {boolean} patient whether to make a hundred thousand calls too
 */
export async function measure(Tillside, model, kernels, patient = false) {
  const { manifest, bytes } = await download(model);
  const till = await Tillside.open({ model, name: "bench", automated: false, consent: { personalisation: true } });
  const loaded = till.status().memory;
  const { popular, categories } = manifest.fallback;
  const long = [...new Set([popular, ...Object.values(categories)].flat())].slice(0, 500);
  const viewed = popular.slice(0, 20);
  for (const id of viewed) till.track("Product Viewed", { product_id: id });
  if (till.recommend({ placement: "home", limit: 20 }).status.fallback !== "none") throw new Error("the list is not personal");

  const home = () => till.recommend({ placement: "home", limit: 20 });
  const calls = {
    [HOME]: await time(home),
    "recommend, product": await time((n) => till.recommend({ placement: "product", item: popular[n % popular.length], limit: 20 })),
    "recommend, home, arranged": await time(() => till.recommend({ placement: "home", limit: 20, diversity: 0.3, spread: { brand: 2, category: 3 }, discovery: 0.1 })),
    [`rerank of ${long.length}`]: await time(() => till.rerank({ placement: "home", ids: long, visible: 10 })),
    // Ids that are new each time: the same view twice within a second counts once.
    track: await time((n) => {
      if (!till.track("Product Viewed", { product_id: `${popular[n % popular.length]}-${n}`, price: 12.5 }).ok) throw new Error("refused");
    }),
    "recommend after each new view": await time((n) => {
      till.track("Product Viewed", { product_id: popular[(n * 7) % popular.length], price: n });
      home();
    }),
  };
  const before = till.status().memory;
  for (let n = 0; patient && n < MANY; n++) {
    home();
    // What the calls put off is done between them, as on a page.
    if (n % CALLS === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  const grown = patient ? till.status().memory - before : undefined;
  await till.forget();
  await till.close();
  return { calls, ...(await baselines(kernels, bytes, viewed)), bytes: bytes.length, items: manifest.items, memory: loaded, grown };
}

/**
 * The shortest time that opening a model blocks, and that of a copy of its bytes into such memory, in microseconds.
 * @param {typeof import("../../pkg/dist/tillside.js")} glue @param {BufferSource} module @param {string} model
 */
export async function opening(glue, module, model) {
  const { bytes } = await download(model);
  const { memory } = await glue.default({ module_or_path: module });
  const page = glue.open("", "en");
  // So many that a round takes many steps of a page's clock.
  const open = shortest(() => glue.open_model(page, bytes, new Uint8Array()), Math.ceil(2e7 / bytes.length));
  const used = memory.buffer.byteLength;
  glue.close(page);
  const into = new Uint8Array(new WebAssembly.Memory({ initial: Math.ceil(bytes.length / 65536) }).buffer);
  return { open, copy: shortest(() => into.set(bytes), Math.ceil(5e7 / bytes.length)), used };
}

/**
 * What it costs 20 results to come out of the module, in microseconds, the shortest: the engine's call as the glue makes it,
 * which answers so many words; the copying of these words by itself, as in the glue; and that of 20 numbers, the least that
 * could cross.
 * @param {typeof import("../../pkg/dist/tillside.js")} glue @param {BufferSource} module @param {string} model
 */
export async function crossing(glue, module, model) {
  const { manifest, bytes } = await download(model);
  const { memory } = await glue.default({ module_or_path: module });
  const page = glue.open("", "en");
  glue.grant(page, 1, 0, 0);
  glue.open_model(page, bytes, new Uint8Array());
  for (const id of manifest.fallback.popular.slice(0, 20)) glue.track(page, "Product Viewed", { product_id: id }, 0, "");
  const home = () => glue.recommend(page, 0, 20, "\n\n", 0, 0, 0, 0, 0, 0, "", 0, 0);
  const [results, fallback] = home();
  if (results !== 20 || fallback !== 0) throw new Error("the list is not personal");
  const { length } = home();
  const engine = shortest(home, CALLS);
  const words = shortest(() => new Uint32Array(memory.buffer, 0, length).slice(), 10_000);
  const flat = shortest(() => new Float32Array(memory.buffer, 0, 20).slice(), 10_000);
  glue.close(page);
  return { length, engine, words, flat };
}
