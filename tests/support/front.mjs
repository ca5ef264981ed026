// A server in front of the shop that passes everything on, and can hold, refuse or answer deliveries in its place.

import { request } from "node:http";
import { buffer } from "node:stream/consumers";
import { listen } from "./listen.mjs";

/**
 * `net` may be changed while it runs: deliveries wait for `hold`, are answered with `status`, `headers` and `body` instead of
 * being passed on, and `seen` names what each carried and whether the page that sent it went away before it was passed on.
 * @typedef {{ hold?: Promise<unknown>, status: number, headers: Record<string, string>, body: string, seen: { names: string[], ids: string[], lost: boolean }[] }} Net
 */

/** @param {import("node:test").TestContext} test @param {string} url of the shop */
export async function front(test, url) {
  /** @type {Net} */
  const net = { status: 0, headers: {}, body: "{}", seen: [] };
  const address = await listen(test, async (from, to) => {
    const isDelivery = from.method === "POST";
    const body = await buffer(from).catch(() => undefined);
    if (!body) return;
    if (isDelivery) {
      const { batch } = JSON.parse(body.toString());
      const entry = { names: batch.map((/** @type {any} */ { event }) => event), ids: batch.map((/** @type {any} */ { messageId }) => messageId), lost: false };
      net.seen.push(entry);
      let gone = false;
      to.on("close", () => (gone = !to.writableEnded));
      await net.hold;
      // What was held until its page had gone never reached the shop.
      if (gone) return (entry.lost = true);
      if (net.status) return to.writeHead(net.status, net.headers).end(net.body);
    }
    const on = request(new URL(from.url ?? "/", url), { method: from.method, headers: { ...from.headers, host: new URL(url).host } }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    });
    on.on("error", () => to.destroy());
    on.end(body);
  });
  return { url: address, net };
}
