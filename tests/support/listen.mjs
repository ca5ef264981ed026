// Servers of a test's own, on a free port, closed when the test ends.

import { once } from "node:events";
import { createServer, request as ask } from "node:http";

/** @typedef {import("node:http").IncomingMessage} Incoming */
/** @typedef {import("node:http").ServerResponse} Outgoing */

/** @param {import("node:test").TestContext} t @param {(request: Incoming, response: Outgoing) => unknown} handle @returns {Promise<string>} its origin */
export async function listen(t, handle) {
  const server = createServer(handle);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return `http://127.0.0.1:${port}`;
}

/** Passes a request on as it is. @param {string} to the origin @param {Incoming} request @param {Outgoing} response @param {string[]} [without] headers that its answer loses */
export function pass(to, request, response, without = []) {
  const onward = ask(new URL(request.url ?? "/", to), { method: request.method, headers: request.headers }, (answer) => {
    const kept = Object.entries(answer.headers).filter(([name]) => !without.includes(name));
    response.writeHead(answer.statusCode ?? 502, Object.fromEntries(kept));
    answer.pipe(response);
  });
  request.pipe(onward);
}

/**
 * Passes on what the collector and the model are asked to `server`, everything else to `pages`: both under one address. Of the answers the policy is
 * left out: tools and examples have workers made of text and styles in elements.
 * @param {string} pages @param {string} server @param {Incoming} request @param {Outgoing} response
 */
export const together = (pages, server, request, response) =>
  pass(/^\/(v1|model)\//.test(request.url ?? "") ? server : pages, request, response, ["content-security-policy"]);
