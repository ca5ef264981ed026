// What the package costs a page on its main thread: an event spaced from others, with all that keeping and sending it takes,
// and the start until the first personal list. Run alone, `node cost.mjs URL` measures a shop that serves `/pkg` and `/bench`.

import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as devtools from "../../tests/support/devtools.mjs";

/** Events, and milliseconds between them: each is alone on the device, some eight go to the collector together. */
const EVENTS = 40;
const APART_MS = 250;
/** Until what was tracked is sent and settled. */
const SETTLE_MS = 4000;
const STARTS = 9;

const OPEN = `import("/pkg/dist/index.js").then(({ Tillside }) => Tillside.open({ model: "/model/manifest.json", collector: { url: "/v1/batch", writeKey: "bench" }, consent: { personalisation: true, measurement: true }, automated: false })).then((till) => { globalThis.till = till; })`;

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

/** Work of an event, and the part of it in the call. @param {string} url @returns {Promise<[string, number, number][]>} */
export async function events(url) {
  const page = await devtools.page();
  try {
    await page.goto(`${url}/bench/blank.html`);
    await page.until("document.readyState === 'complete'");
    await page.evaluate(`void ${OPEN}`);
    await page.until("globalThis.till !== undefined");
    await wait(SETTLE_MS);
    /** @param {string} call */
    const measured = async (call) => {
      await page.evaluate(`globalThis.called = 0; globalThis.n = 0; globalThis.timer = setInterval(() => { if (n++ === ${EVENTS}) return clearInterval(timer), (globalThis.over = true); const began = performance.now(); ${call}; called += performance.now() - began; }, ${APART_MS}); globalThis.over = false;`);
      const before = await page.worked();
      await wait(EVENTS * APART_MS + SETTLE_MS);
      const after = await page.worked();
      await page.until("over");
      return [((after - before) * 1000) / EVENTS, (await page.evaluate("called")) / EVENTS];
    };
    const [idle = 0] = await measured("0");
    const [all = 0, call = 0] = await measured('till.track("Product Viewed", { product_id: "p" + n })');
    return [["an event", all - idle, call], ["the same without the call", all - idle - call, 0]];
  } finally {
    await page.close();
  }
}

/** Work until the first personal list of a page that was here before, and of an empty page. @param {string} url @returns {Promise<[string, number][]>} */
export async function starts(url) {
  const page = await devtools.page();
  try {
    const [own, empty] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
    for (let n = -2; n < STARTS; n++) {
      for (const [work, call] of /** @type {const} */ ([[own, `${OPEN}.then(() => till.recommend({ placement: "home" })).then(() => { till.track("Product Viewed", { product_id: "x" }); })`], [empty, "globalThis.till = 1"]])) {
        await page.goto("about:blank");
        await page.until("location.href === 'about:blank'");
        const before = await page.worked();
        await page.goto(`${url}/bench/blank.html?${n}`);
        await page.until("document.readyState === 'complete' && location.pathname.includes('blank.html')");
        await page.evaluate(`void (${call})`);
        await page.until("globalThis.till !== undefined");
        await wait(500);
        if (n >= 0) work.push(((await page.worked()) - before) * 1000);
      }
    }
    return [["a page with its first personal list", median(own)], ["an empty page", median(empty)]];
  } finally {
    await page.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const url = process.argv[2] ?? "http://127.0.0.1:8080";
  console.log(await events(url), await starts(url));
}
