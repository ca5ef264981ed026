/**
 * The console: what the engine knows, decides and sends, live, in a drawer below the page. It asks once a second and after every call,
 * and touches the page only where something has changed, so that a selection or an open row stays as it is.
 */

import { byId, el } from "../dom.js";
import { icon } from "../icons.js";
import { current, t } from "../i18n.js";
import * as router from "../router.js";
import * as till from "../till.js";
import * as portrait from "./portrait.js";
import * as shopper from "./shopper.js";
import * as shelves from "./shelves.js";
import * as queue from "./queue.js";
import * as events from "./events.js";
import * as experiments from "./experiments.js";
import * as model from "./model.js";

/** @typedef {{ state: () => unknown, draw: () => Node[] | Promise<Node[]> }} Tab */
/** @typedef {"portrait" | "shopper" | "shelves" | "experiments" | "queue" | "events" | "model"} Name */

/** @type {Record<Name, Tab>} */
const tabs = { portrait, shopper, shelves, experiments, queue, events, model };
const names = /** @type {Name[]} */ (Object.keys(tabs));

const LEAST = 140;
const STEP = 40;

/** The drawer's style sheet, which no page needs before the drawer is opened. */
const style = el("link", { rel: "stylesheet", href: "/styles/console.css" });

let height = 340;
/** @type {Name} */
let selected = "portrait";
/** @type {HTMLElement | undefined} */
let drawer;
/** What the panel shows, as text. */
let shown = "";
/** @type {ReturnType<typeof setInterval> | undefined} */
let timer;
let due = false;

await new Promise((loaded) => {
  style.onload = style.onerror = loaded;
  document.head.append(style);
});
till.watch(soon);
router.watch(() => {
  // The language may be another.
  if (drawer && drawer.lang !== current()) open();
  soon();
});

export function toggle() {
  if (drawer) close();
  else open().querySelector("button")?.focus();
}

function open() {
  const panel = el("div", { class: "panel", id: "console-panel", role: "tabpanel", tabindex: 0 });
  drawer = el("aside", { class: "console", "aria-label": t("console.title") }, handle(), bar(), panel);
  drawer.lang = current();
  drawer.addEventListener("keydown", (event) => event.key === "Escape" && close());
  byId("console").replaceChildren(drawer);
  resize(height);
  select(selected);
  clearInterval(timer);
  timer = setInterval(soon, 1000);
  return drawer;
}

function close() {
  clearInterval(timer);
  drawer = undefined;
  byId("console").replaceChildren();
  document.documentElement.style.removeProperty("--console");
  byId("console-button").focus();
}

/** One redraw for any number of changes in a row. */
function soon() {
  if (due || !drawer) return;
  due = true;
  setTimeout(() => {
    due = false;
    if (drawer) draw();
  });
}

async function draw() {
  const name = selected;
  const state = JSON.stringify([name, current(), tabs[name].state()]);
  if (state === shown) return;
  shown = state;
  const nodes = await tabs[name].draw();
  if (name !== selected || state !== shown) return;
  const panel = byId("console-panel");
  const open = new Set([...panel.querySelectorAll("details[open]")].map((details) => details.id));
  const closed = new Set([...panel.querySelectorAll("details:not([open])")].map((details) => details.id));
  const top = panel.scrollTop;
  const focused = panel.contains(document.activeElement) ? document.activeElement?.id : "";
  panel.replaceChildren(...nodes);
  for (const details of panel.querySelectorAll("details")) {
    if (open.has(details.id)) details.open = true;
    if (closed.has(details.id)) details.open = false;
  }
  panel.scrollTop = top;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function bar() {
  const list = el(
    "div",
    { class: "tabs", role: "tablist", "aria-label": t("console.title") },
    ...names.map((name) => el("button", { type: "button", role: "tab", id: `tab-${name}`, "data-tab": name, "aria-controls": "console-panel", onclick: () => select(name) }, t(`console.${name}`))),
  );
  list.addEventListener("keydown", (event) => {
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!way) return;
    select(/** @type {Name} */ (names[(names.indexOf(selected) + way + names.length) % names.length]));
    byId(`tab-${selected}`).focus();
  });
  return el("div", { class: "console-bar" }, list, el("button", { class: "round", type: "button", "aria-label": t("console.close"), onclick: close }, icon("close")));
}

/** @param {Name} name */
function select(name) {
  selected = name;
  for (const other of names) {
    const tab = byId(`tab-${other}`);
    tab.setAttribute("aria-selected", String(other === name));
    tab.tabIndex = other === name ? 0 : -1;
  }
  const panel = byId("console-panel");
  panel.setAttribute("aria-labelledby", `tab-${name}`);
  panel.replaceChildren();
  shown = "";
  draw();
}

/** The upper edge, which sets the height by pointer or arrow keys. */
function handle() {
  const edge = el("div", { class: "handle", role: "separator", tabindex: 0, "aria-orientation": "horizontal", "aria-label": t("console.resize"), "aria-valuemin": LEAST });
  edge.addEventListener("pointerdown", (event) => {
    edge.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  edge.addEventListener("pointermove", (event) => {
    if (edge.hasPointerCapture(event.pointerId)) resize(innerHeight - event.clientY);
  });
  edge.addEventListener("keydown", (event) => {
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    resize(height + way * STEP);
  });
  return edge;
}

/** @param {number} to */
function resize(to) {
  const most = Math.max(LEAST, innerHeight - 120);
  height = Math.round(Math.min(Math.max(to, LEAST), most));
  document.documentElement.style.setProperty("--console", `${height}px`);
  const edge = drawer?.querySelector(".handle");
  edge?.setAttribute("aria-valuenow", String(height));
  edge?.setAttribute("aria-valuemax", String(most));
}
