// WebKit, by WebKitWebDriver and its MiniBrowser, which want a display: Xvfb gives one that nobody sees. Protocol:
// https://w3c.github.io/webdriver. A driver has one session, so each device is a driver of its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { remove } from "../remove.mjs";
import { given } from "../surroundings.mjs";
import { deep } from "./deep.mjs";

const PATIENCE_MS = 120_000;
/** As the protocol calls an element in JSON. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** @returns {Promise<import("./index.mjs").Driver>} */
export async function webkit() {
  const screen = await display();
  return { device: () => device(screen.name), close: screen.close };
}

/** A screen in memory. */
async function display() {
  const server = spawn(given("XVFB"), ["-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const [number] = await once(createInterface(/** @type {import("node:stream").Readable} */ (server.stdio[3])), "line");
  return {
    name: `:${number}`,
    async close() {
      const exit = once(server, "exit");
      server.kill();
      await exit;
    },
  };
}

/** A port that nobody has. */
async function port() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  server.close();
  await once(server, "close");
  return port;
}

/** @param {string} display @returns {Promise<import("./index.mjs").Device>} */
async function device(display) {
  const home = mkdtempSync(join(tmpdir(), "tillside-webkit-"));
  const at = await port();
  const child = spawn(given("WEBKIT_DRIVER"), [`--port=${at}`], {
    env: {
      ...process.env,
      DISPLAY: display,
      HOME: home,
      XDG_DATA_HOME: join(home, "data"),
      XDG_CACHE_HOME: join(home, "cache"),
      XDG_RUNTIME_DIR: home,
      LC_ALL: "C",
      GDK_BACKEND: "x11",
      NO_AT_BRIDGE: "1",
      LIBGL_ALWAYS_SOFTWARE: "1",
      MESA_SHADER_CACHE_DISABLE: "1",
      // As root there is no sandbox to be had.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
    },
    stdio: "ignore",
  });
  /** @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>} */
  const call = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${at}${path}`, { method, body: body && JSON.stringify(body) });
    const { value } = await response.json();
    if (value?.error) throw new Error(`${value.error}: ${value.message}`);
    return value;
  };
  for (const end = Date.now() + PATIENCE_MS; !(await call("GET", "/status").catch(() => false)); await wait(50)) {
    if (Date.now() > end) throw new Error("WebKitWebDriver did not start");
  }
  const options = { binary: given("WEBKIT"), args: ["--automation"] };
  const { sessionId } = await call("POST", "/session", { capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } } });
  const session = `/session/${sessionId}`;
  await call("POST", `${session}/timeouts`, { script: PATIENCE_MS, pageLoad: PATIENCE_MS });

  // With its last window a session ends, so the first stays open and empty.
  const first = await call("GET", `${session}/window`);
  // Commands go to the window that was chosen last, so those of two windows take turns.
  let turn = Promise.resolve();
  /** @template T @param {string} window @param {() => Promise<T>} work @returns {Promise<T>} */
  const inside = (window, work) => {
    const result = turn.then(async () => {
      await call("POST", `${session}/window`, { handle: window });
      return work();
    });
    turn = result.then(() => {}, () => {});
    return result;
  };
  return {
    // A browser under automation keeps nothing, its consoles' messages neither; network.mjs hears of errors in another way.
    heard: [],
    tab: () =>
      inside(first, async () => {
        const { handle } = await call("POST", `${session}/window/new`, { type: "window" });
        return tab(call, session, (work) => inside(handle, work));
      }),
    async close() {
      await call("DELETE", session).catch(() => {});
      const exit = child.exitCode === null && once(child, "exit");
      child.kill();
      await exit;
      await remove(home);
    },
  };
}

/**
 * @param {(method: string, path: string, body?: object) => Promise<any>} call
 * @param {string} session
 * @param {<T>(work: () => Promise<T>) => Promise<T>} inside runs work when it is this window's turn
 * @returns {import("./index.mjs").Handle}
 */
function tab(call, session, inside) {
  return {
    goto: (url) => inside(() => call("POST", `${session}/url`, { url })),
    reload: () => inside(() => call("POST", `${session}/refresh`, {})),
    back: () => inside(() => call("POST", `${session}/back`, {})),
    async run(expression) {
      const script = `const done = arguments[0]; ${expression}.then((text) => done([text]), (error) => done([, [error, error?.stack].join("\\n")]));`;
      const [text, error] = await inside(() => call("POST", `${session}/execute/async`, { script, args: [] }));
      if (error) throw new Error(error);
      return text;
    },
    click: (selector) =>
      inside(async () => {
        const element = await call("POST", `${session}/execute/sync`, { script: `return (${deep})(arguments[0])[0];`, args: [selector] });
        await call("POST", `${session}/element/${element[ELEMENT]}/click`, {});
      }),
    picture: () => inside(async () => Buffer.from(await call("GET", `${session}/screenshot`), "base64")),
    close: () => inside(() => call("DELETE", `${session}/window`)),
  };
}
