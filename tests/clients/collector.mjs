// A collector of the real program on a database of its own, and what that database holds in the end.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { request as send } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { listen } from "../support/listen.mjs";
import { given } from "../support/surroundings.mjs";

const ROWS = fileURLToPath(new URL("rows.py", import.meta.url));

/**
 * A row of the table `events`; `message` is the stored JSON, parsed.
 * @typedef {{ message_id: string, write_key: string, type: string, event: string | null, anonymous_id: string | null,
 *   user_id: string | null, timestamp_ms: number, sent_at_ms: number | null, received_at_ms: number, message: any }} Row
 */

/**
 * Starts a collector that is stopped when the test ends.
 * @param {import("node:test").TestContext} test
 * @param {string[]} args
 */
export async function collector(test, ...args) {
  const data = await mkdtemp(join(tmpdir(), "tillside-"));
  const child = spawn(given("TILLSIDE"), ["serve", "--port", "0", "--data", data, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  test.after(async () => {
    if (child.exitCode === null && child.kill("SIGTERM")) await once(child, "exit");
    await rm(data, { recursive: true });
  });
  /** @type {string} */
  const line = await new Promise((resolve, reject) => {
    createInterface(child.stdout).once("line", resolve).once("close", () => reject(new Error("the collector did not start")));
  });
  return {
    data,
    url: line.replace("listening on ", ""),
    /** @returns {Row[]} */
    rows: () => JSON.parse(execFileSync("python3", [ROWS, join(data, "collector.sqlite")], { encoding: "utf8", maxBuffer: 2 ** 30 })),
  };
}

/**
 * A network before the collector that carries every delivery to it, but loses the answers to the first `lost` of them.
 * @param {import("node:test").TestContext} test
 * @param {string} url
 * @param {number} lost
 */
export async function lossy(test, url, lost) {
  let carried = 0;
  const address = await listen(test, (request, response) => {
    const { method, headers } = request;
    const onward = send(new URL(request.url ?? "/", url), { method, headers }, (answer) => {
      if (++carried <= lost) {
        answer.resume().once("end", () => request.socket.destroy());
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  return { url: address, carried: () => carried };
}
