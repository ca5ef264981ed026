// A Vite project without a configuration: what it builds, and what its development server gives, run in a browser.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import test from "node:test";
import { complaints, launch } from "../support/browser.mjs";
import { site } from "../support/site.mjs";
import { exec, project, tool } from "./package.mjs";

const VITE = tool("vite/bin/vite.js");

const FILES = {
  "package.json": `{ "type": "module" }`,
  "index.html": `<!doctype html><html lang="en"><title>shop</title><link rel="icon" href="data:," /><output></output><script type="module" src="/main.js"></script></html>`,
  "main.js": `
    import { Tillside } from "tillside";
    const till = await Tillside.open();
    document.querySelector("output").textContent = till.status().engine;
  `,
};

/** What the page at that address says of its engine, which must not complain. @param {string} url */
async function engineAt(url) {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const heard = complaints(page);
    await page.goto(url);
    await page.locator("output:not(:empty)").waitFor({ state: "attached" });
    assert.deepEqual(heard, []);
    return await page.locator("output").textContent();
  } finally {
    await browser.close();
  }
}

test("the built page opens the engine, under the policy that the documentation asks for", async (t) => {
  const folder = await project(t, FILES);
  await exec(process.execPath, [VITE, "build"], { cwd: folder });
  const assets = await readdir(join(folder, "dist/assets"));
  const modules = assets.filter((name) => name.endsWith(".wasm")).map((name) => name.replace(/-.*/, ""));
  assert.deepEqual(modules.sort(), ["tillside_bg", "tillside_encoder_bg", "tillside_full_bg"], "each once");
  const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:";
  const built = await site(join(folder, "dist"), { "content-security-policy": policy });
  t.after(() => built.close());
  assert.equal(await engineAt(built.url), "wasm");
});

test("the development server's page opens the engine", async (t) => {
  const folder = await project(t, FILES);
  const server = spawn(process.execPath, [VITE, "--host", "127.0.0.1", "--port", "0"], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(async () => {
    server.kill();
    if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
  });
  for await (const line of createInterface(server.stdout)) {
    const url = line.match(/http:\S+/)?.[0];
    if (url) return assert.equal(await engineAt(url), "wasm");
  }
  assert.fail("the development server stopped before it listened");
});
