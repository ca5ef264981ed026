// Firefox, by WebDriver BiDi over its own socket: no driver beside it. Protocol: https://w3c.github.io/webdriver-bidi

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { WebSocket } from "ws";
import { remove } from "../remove.mjs";
import { given } from "../surroundings.mjs";
import { deep } from "./deep.mjs";

/** Nothing that a fresh profile would do or ask by itself. */
const PREFERENCES = {
  "app.normandy.enabled": false,
  "app.update.disabledForTesting": true,
  "browser.safebrowsing.downloads.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.page": 0,
  "datareporting.policy.dataSubmissionEnabled": false,
  "extensions.getAddons.cache.enabled": false,
  "intl.accept_languages": "en-GB, en",
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "remote.active-protocols": 1,
  "services.settings.server": "data:,",
  "toolkit.telemetry.reportingpolicy.firstRun": false,
};

/** @returns {Promise<import("./index.mjs").Driver>} */
export async function firefox() {
  const profile = mkdtempSync(join(tmpdir(), "tillside-firefox-"));
  const preferences = Object.entries(PREFERENCES).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`);
  writeFileSync(join(profile, "user.js"), preferences.join("\n"));
  const child = spawn(given("FIREFOX"), ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"], {
    // As root there is no sandbox to be had.
    env: { ...process.env, HOME: profile, MOZ_DISABLE_CONTENT_SANDBOX: "1" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const session = await connect(await address(child));
  /** What each tab's errors go to. @type {Map<string, string[]>} */
  const listeners = new Map();
  await session.send("session.new", { capabilities: {} });
  await session.send("session.subscribe", { events: ["log.entryAdded"] });
  session.on("log.entryAdded", ({ level, text, source, stackTrace }) => {
    if (level !== "error") return;
    const [frame] = stackTrace?.callFrames ?? [];
    listeners.get(source.context)?.push(`${text} (${frame?.url ?? ""})`);
  });
  return {
    async device() {
      const { userContext } = await session.send("browser.createUserContext", {});
      /** @type {string[]} */
      const heard = [];
      return {
        heard,
        async tab() {
          const { context } = await session.send("browsingContext.create", { type: "tab", userContext });
          listeners.set(context, heard);
          return tab(session.send, context);
        },
        close: () => session.send("browser.removeUserContext", { userContext }),
      };
    },
    async close() {
      const exit = child.exitCode === null && once(child, "exit");
      await session.send("browser.close", {}).catch(() => child.kill());
      await exit;
      await remove(profile);
    },
  };
}

/** Where a browser that has just started says that it listens. @param {import("node:child_process").ChildProcess} child @returns {Promise<string>} */
function address(child) {
  return new Promise((resolve, reject) => {
    /** @type {string[]} */
    const said = [];
    createInterface(/** @type {import("node:stream").Readable} */ (child.stderr)).on("line", (line) => {
      const [, url] = line.match(/WebDriver BiDi listening on (ws:\S+)/) ?? [];
      if (url) resolve(url);
      else said.push(line);
    });
    child.once("exit", () => reject(new Error(`Firefox ended: ${said.join("\n")}`)));
  });
}

/** @typedef {(method: string, params: object) => Promise<any>} Send */

/** @param {string} address */
async function connect(address) {
  const socket = new WebSocket(`${address}/session`, { perMessageDeflate: false });
  await once(socket, "open");
  let count = 0;
  /** @type {Map<number, { resolve: (result: any) => void, reject: (error: Error) => void }>} */
  const waiting = new Map();
  /** @type {Map<string, (params: any) => void>} */
  const handlers = new Map();
  socket.on("message", (data) => {
    const { id, type, result, error, message, method, params } = JSON.parse(String(data));
    if (type === "event") return handlers.get(method)?.(params);
    const call = waiting.get(id);
    waiting.delete(id);
    if (type === "error") call?.reject(new Error(`${error}: ${message}`));
    else call?.resolve(result);
  });
  socket.on("close", () => {
    for (const { reject } of waiting.values()) reject(new Error("Firefox closed the connection"));
  });
  return {
    /** @type {Send} */
    send: (method, params) =>
      new Promise((resolve, reject) => {
        waiting.set(++count, { resolve, reject });
        socket.send(JSON.stringify({ id: count, method, params }));
      }),
    /** @param {string} event @param {(params: any) => void} handler */
    on: (event, handler) => handlers.set(event, handler),
  };
}

/** @param {Send} send @param {string} context @returns {import("./index.mjs").Handle} */
function tab(send, context) {
  /** @param {string} expression @returns {Promise<any>} */
  const evaluate = async (expression) => {
    const { type, result, exceptionDetails } = await send("script.evaluate", { expression, target: { context }, awaitPromise: true });
    if (type === "exception") throw new Error(exceptionDetails.text);
    return result;
  };
  return {
    goto: (url) => send("browsingContext.navigate", { context, url, wait: "complete" }),
    reload: () => send("browsingContext.reload", { context, wait: "complete" }),
    back: () => send("browsingContext.traverseHistory", { context, delta: -1 }),
    run: async (expression) => (await evaluate(expression)).value,
    async click(selector) {
      const found = await evaluate(`(() => {
        const [element] = (${deep})(${JSON.stringify(selector)});
        element.scrollIntoView({ block: "center", behavior: "instant" });
        return element;
      })()`);
      const actions = [
        { type: "pointerMove", x: 0, y: 0, origin: { type: "element", element: { sharedId: found.sharedId } } },
        { type: "pointerDown", button: 0 },
        { type: "pointerUp", button: 0 },
      ];
      await send("input.performActions", { context, actions: [{ type: "pointer", id: "mouse", actions }] });
    },
    picture: async () => Buffer.from((await send("browsingContext.captureScreenshot", { context })).data, "base64"),
    close: () => send("browsingContext.close", { context }),
  };
}
