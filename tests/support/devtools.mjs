// A browser over its debugging pipe, for measuring: nothing but what is asked for is observed, while a test driver hears
// of every request, and on a small machine that costs the page as much as the page itself.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { QUIET } from "./browser.mjs";
import { remove } from "./remove.mjs";
import { given } from "./surroundings.mjs";

const PATIENCE_MS = 20_000;

/** One page of a fresh profile. */
export async function page() {
  const profile = mkdtempSync(join(tmpdir(), "tillside-"));
  const args = ["--headless", "--remote-debugging-pipe", `--user-data-dir=${profile}`, ...QUIET, "about:blank"];
  const browser = spawn(given("CHROMIUM"), args, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const to = /** @type {import("node:stream").Writable} */ (browser.stdio[3]);
  const from = /** @type {import("node:stream").Readable} */ (browser.stdio[4]);
  /** @type {Map<number, (answer: any) => void>} */
  const waiting = new Map();
  let text = "";
  from.setEncoding("utf8").on("data", (more) => {
    const messages = (text + more).split("\0");
    text = messages.pop() ?? "";
    for (const message of messages) {
      const { id, result } = JSON.parse(message);
      waiting.get(id)?.(result);
      waiting.delete(id);
    }
  });
  let count = 0;
  /** @param {string} method @param {object} params @param {string} [sessionId] @returns {Promise<any>} */
  const send = (method, params, sessionId) =>
    new Promise((resolve) => {
      waiting.set(++count, resolve);
      to.write(`${JSON.stringify({ id: count, method, params, sessionId })}\0`);
    });
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
  /** @param {string} expression @returns {Promise<any>} */
  const evaluate = async (expression) => (await send("Runtime.evaluate", { expression, returnByValue: true }, sessionId))?.result?.value;
  return {
    evaluate,
    /** Seconds of work on the page's main thread so far. @returns {Promise<number>} */
    async worked() {
      await send("Performance.enable", { timeDomain: "threadTicks" }, sessionId);
      const { metrics } = await send("Performance.getMetrics", {}, sessionId);
      return metrics.find((/** @type {{ name: string }} */ { name }) => name === "TaskDuration").value;
    },
    /** @param {string} url */
    goto: (url) => send("Page.navigate", { url }, sessionId),
    /** Waits until the expression is true of the page. @param {string} expression */
    async until(expression) {
      for (const end = Date.now() + PATIENCE_MS; !(await evaluate(expression)); await wait(50)) {
        if (Date.now() > end) throw new Error(`in ${PATIENCE_MS / 1000} seconds never: ${expression}`);
      }
    },
    async close() {
      const exit = once(browser, "exit");
      await send("Browser.close", {});
      await exit;
      await remove(profile);
    },
  };
}
