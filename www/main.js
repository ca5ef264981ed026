/** Start: the shop's description and the engine are fetched side by side; the first page is drawn when both are there. */

import { announce, byId, el } from "./dom.js";
import * as i18n from "./i18n.js";
import { keep } from "./keep.js";
import * as shop from "./shop.js";
import * as till from "./till.js";
import * as cart from "./cart.js";
import * as shell from "./shell.js";
import * as prices from "./prices.js";
import * as router from "./router.js";

router.prepare();

const actions = { speak, console: () => toggleConsole() };

async function start() {
  await Promise.all([parsed(), shop.ready, till.opened, prices.started]);
  byId("skip").addEventListener("click", skip);
  shell.draw(actions);
  cart.watch(shell.bag);
  router.watch(shell.place);
  await router.start();
  await after();
}

/** What nobody waits for: the notice, the question of consent, the console. */
async function after() {
  const [notice, consent, member, devices] = await Promise.all([import("./notice.js"), import("./consent.js"), import("./member.js"), import("./backup.js")]);
  member.start().then(devices.start).catch(() => {});
  // Who goes away after a product and comes back was comparing elsewhere.
  document.addEventListener("visibilitychange", () => {
    if (document.querySelector("main .product")) till.track(document.visibilityState === "hidden" ? "Page Left" : "Page Returned", {});
  });
  notice.start();
  consent.start().catch(() => {});
  addEventListener("keydown", (event) => {
    const { target } = event;
    const typing = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
    if ((event.key === "~" || event.key === "`") && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) toggleConsole();
  });
  if (new URLSearchParams(location.search).has("console")) await toggleConsole();
}

async function toggleConsole() {
  const drawer = await import("./console/drawer.js");
  drawer.toggle();
}

/** @param {i18n.Language} language */
async function speak(language) {
  i18n.speak(language);
  if (till.status().consent.personalisation) keep("language", language);
  await till.reopen();
  await prices.fresh();
  shell.draw(actions);
  await router.refresh({ again: true });
  // What was said last was said in the other language.
  announce("");
  byId("language").focus();
}

/** @param {Event} event */
function skip(event) {
  event.preventDefault();
  byId("main").focus();
}

/** The script runs as soon as it is there, perhaps before the rest of the document is. */
const parsed = () => document.readyState === "loading" && new Promise((done) => addEventListener("DOMContentLoaded", done, { once: true }));

start().catch((error) => {
  byId("main").replaceChildren(
    el("div", { class: "plain" }, el("h1", {}, i18n.t("broken.title")), el("p", {}, i18n.t("broken.text")), el("p", { class: "quiet" }, String(error?.message ?? error))),
  );
});
