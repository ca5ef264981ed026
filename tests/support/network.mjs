// A network between a browser and a server, as bad as a test wants it. It stands outside the browser, so that it is the same
// for every engine. A page that comes through it also tells it of its errors, since not every engine tells its driver.

import { once } from "node:events";
import { request as ask } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { listen } from "./listen.mjs";

/**
 * What becomes of a request: how long it takes on its way there and back, whether it arrives, and whether its answer does;
 * or an answer by somebody who was in between.
 * @typedef {{ there?: number, back?: number, lost?: boolean, unanswered?: boolean, instead?: { status: number, headers?: Record<string, string> } }} Fate
 */

const LISTENER = "/-/listener.js";
const ERRORS = "/-/errors";

/** Runs in each page before any other script of it. */
function listener(/** @type {string} */ errors) {
  const { error } = console;
  const tell = (/** @type {unknown} */ what) => navigator.sendBeacon(errors, `${what} (${location.href})`);
  console.error = (...words) => (tell(words.join(" ")), error.apply(console, words));
  addEventListener("unhandledrejection", ({ reason }) => tell(`${reason} ${reason?.stack ?? ""}`));
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => tell(`${violatedDirective} forbids ${blockedURI}`));
  // What a page that is left has not loaded by then was stopped, and is no fault.
  let left = false;
  addEventListener("pagehide", () => (left = true));
  addEventListener("pageshow", () => (left = false));
  // What a page could not load is not said to the window, only on the way to the element.
  addEventListener("error", (/** @type {Event} */ event) => (left && !(event instanceof ErrorEvent)) || tell(event instanceof ErrorEvent ? `${event.message} ${event.error?.stack ?? ""}` : `not loaded: ${/** @type {any} */ (event.target)?.outerHTML}`), true);
}

/**
 * @param {import("node:test").TestContext} t
 * @param {string} server its address
 */
export async function network(t, server) {
  const net = {
    url: "",
    /** What pages said went wrong. @type {string[]} */
    heard: [],
    /** What becomes of each request that carries events. @type {(number: number) => Fate} */
    fate: () => ({}),
    /** Requests with events so far. */
    deliveries: 0,
  };
  net.url = await listen(t, async (request, response) => {
    const path = request.url ?? "/";
    if (path === LISTENER) return response.writeHead(200, { "content-type": "text/javascript" }).end(`(${listener})(${JSON.stringify(ERRORS)})`);
    const body = await text(request).catch(() => undefined);
    // The browser took it back on its way.
    if (body === undefined) return;
    if (path === ERRORS) {
      net.heard.push(body);
      return response.writeHead(204).end();
    }
    const { there = 0, back = 0, lost, unanswered, instead } = path.startsWith("/v1/batch") ? net.fate(net.deliveries++) : {};
    await wait(there);
    if (lost) return request.socket.destroy();
    if (instead) return response.writeHead(instead.status, instead.headers).end();
    const answer = await carry(server + path, request, body).catch(() => undefined);
    await wait(back);
    if (!answer || unanswered) return request.socket.destroy();
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  return net;
}

/** @param {string} url @param {import("node:http").IncomingMessage} request @param {string} body */
async function carry(url, { method, headers }, body) {
  // As it is: a page is changed before it goes on.
  const { "accept-encoding": _, ...plain } = headers;
  const onward = ask(url, { method, headers: { ...plain, "content-length": Buffer.byteLength(body) } });
  onward.end(body);
  const [answer] = /** @type {[import("node:http").IncomingMessage]} */ (await once(onward, "response"));
  const { "transfer-encoding": chunked, "content-length": length, ...kept } = answer.headers;
  const parts = [];
  for await (const part of answer) parts.push(part);
  let content = Buffer.concat(parts);
  const status = answer.statusCode ?? 502;
  if (kept["content-type"]?.startsWith("text/html")) {
    content = Buffer.from(content.toString().replace(/<head>|<!doctype html>/i, `$&<script src="${LISTENER}"></script>`));
  }
  return { status, headers: status === 304 ? kept : { ...kept, "content-length": content.length }, body: content };
}
