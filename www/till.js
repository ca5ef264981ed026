/**
 * The one place where the shop talks to Tillside: it opens the engine, passes calls on, and keeps the last of them for the console.
 * Nothing else imports the package.
 */

import { Content, enquire as kept } from "/pkg/content.js";
import { Tillside } from "/pkg/dist/index.js";
import { Stores, locate } from "/pkg/stores.js";
import { current, named, short, tag } from "./i18n.js";
import { brandNamed, category, known } from "./shop.js";
import { tags } from "./tags.js";
import * as experiments from "./experiments.js";

/** @import { Consent, Request, Shelf, Tracked } from "../pkg/index.js" */
/** @typedef {{ time: number, event: string, item: string, result: Tracked }} Call */

const CALLS = 50;

/** @type {Tillside} */
let till;
let count = 0;

/** Reviews, photos and guides. @type {Content} */
let contents;

/** Newest first. @type {Call[]} */
export const calls = [];

/** @type {Set<() => void>} */
const watchers = new Set();

async function open() {
  count++;
  const before = till?.status();
  await till?.close();
  answers.clear();
  till = await Tillside.open({
    // A device that keeps nothing does not keep the choice either.
    consent: before?.storage === "memory" ? before.consent : undefined,
    edition: "full",
    // The demo is there to be tried out, by programs too.
    automated: false,
    // A shop that is tried out on a busy machine would rather wait than show a shelf that nobody chose.
    timeout: 15_000,
    actions: "default",
    tags,
    features: experiments.features,
    overrides: experiments.overrides(),
    model: "/model/manifest.json",
    collector: { url: "/v1/batch", writeKey: "demo" },
    locale: tag(current()),
    title: called,
    onWarning: changed,
  });
  contents = await Content.open(till, { model: "/model/manifest.json", locale: tag(current()), title: called });
  changed();
}

/** What the page calls an item or a category. @param {string} id */
function called(id) {
  const good = known(id);
  if (good) return short(good);
  const found = category(id);
  return found ? named(found.name) : brandNamed(id);
}

/** Opening starts with the first import: nothing on the page is waited for longer. */
export const opened = open();

/** What hands something over waits for it. */
export const ready = opened;

/** How many engines this page has opened: what the one before was told, the next one does not know. */
export const openings = () => count;

/** Opens the engine again, in the language that the page now speaks. */
export const reopen = open;

/** Calls `watcher` after everything that may change what the engine has to tell. @param {() => void} watcher */
export function watch(watcher) {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function changed() {
  for (const watcher of watchers) watcher();
}

/** @param {string} event @param {string} item @param {Tracked} result */
function record(event, item, result) {
  calls.unshift({ time: Date.now(), event, item, result });
  calls.length = Math.min(calls.length, CALLS);
  changed();
  return result;
}

/** @param {string} event a name of the Segment e-commerce spec @param {Record<string, unknown>} properties */
export const track = (event, properties) => record(event, String(properties.product_id ?? properties.category ?? properties.query ?? ""), till.track(event, properties));

/** @param {Request} request */
export const recommend = (request) => (request.placement === "home" ? experiments.front(till, request) : till.recommend(request));

/** What the pages were answered, by the key of the feature. @type {Map<string, import("../pkg/index.js").Feature>} */
export const answers = new Map();

/** What an experiment decided. Asking is using. @param {string} key */
export function feature(key) {
  const answer = till.feature(key);
  answers.set(key, answer);
  return answer;
}

/** The newest lists, with all that they were made of. */
export const decisions = () => till.ask("decisions") ?? [];

/** Whether a list is made again as it was. @param {import("../pkg/index.js").Decision} record */
export const replay = (record) => till.ask("replay", record)?.same ?? false;

/** Lets what watches the engine look again. */
export const renew = () => changed();

/** @param {import("../pkg/index.js").PageRequest} request */
export const page = (request) => till.page(request);

/** @param {import("../pkg/index.js").BundleRequest} request */
export const bundle = (request) => till.bundle(request);

/** @param {import("../pkg/content.js").ContentRequest} request */
export const content = (request) => contents.list(request);

/** @param {import("../pkg/index.js").Page} page @param {number} count @param {string[]} exclude */
export const mixed = (page, count, exclude) => contents.feed(page, { content: count, exclude });

/** What was typed stays out of the console's list, as it stays out of everything else. @param {import("../pkg/content.js").Enquiry} what */
export function enquire(what) {
  const heard = kept(till, what);
  changed();
  return heard;
}

/** @param {string} id */
export const variants = (id) => till.variants(id);

/** @param {string} id */
export const gift = (id) => record("Product Gifted", id, till.gift(id));

/** @param {string} id */
export const notForMe = (id) => record("Product Disliked", id, till.notForMe(id));

/** @param {import("../pkg/index.js").Reported} shelf */
export const impression = (shelf) => record("impression", shelf.placement, till.impression(shelf));

/** @param {import("../pkg/index.js").Reported} shelf @param {string} id */
export const click = (shelf, id) => record("click", id, till.click(shelf, id));

/** @param {string} decision @returns {import("../pkg/index.js").Explanation} */
export const explain = (decision) => {
  const why = contents.explain(decision);
  return "gone" in why ? till.explain(decision) : /** @type {any} */ ({ ...why, items: why.items.map((item) => ({ ...item, causes: [], rules: [] })) });
};

/** @param {import("../pkg/index.js").Moment} moment */
export const actions = (moment) => till.actions(moment);

/** @param {import("../pkg/index.js").Preference} what */
export async function prefer(what) {
  const answer = await till.prefer(what);
  changed();
  return answer;
}

/** @param {{ rule: string }} action @param {import("../pkg/index.js").Response} response */
export const respond = (action, response) => till.respond(action, response);

/** @param {import("../pkg/index.js").Identity} who */
export const identify = (who) => till.identify(who);

/** @param {{ action: string } & import("../pkg/index.js").Moment} question */
export const whyNot = (question) => till.whyNot(question);

/** @param {string} what @param {object} [request] */
export const ask = (what, request) => till?.ask(what, request);

/** @param {import("../pkg/index.js").OfferRequest} request */
export const offer = (request) => till.offer(request);

export const portrait = () => till.portrait();
export const intent = () => till.intent();
export const stage = () => till.stage();
export const taste = () => till.taste();
/** @param {import("../pkg/index.js").DueRequest} request */
export const due = (request) => till.due(request);

/** @param {import("../pkg/index.js").Erasure} what */
export async function erase(what) {
  const answer = await till.erase(what);
  changed();
  return answer;
}

/** @param {string} item @param {Request} request */
export const explainNot = (item, request) => till.explainNot({ item, request });

export const status = () => till.status();
export const exported = () => till.export();

/** @param {Consent} choice */
export async function consent(choice) {
  const status = await till.consent(choice);
  changed();
  return status;
}

export async function forget() {
  await till.forget();
  calls.length = 0;
  changed();
}

export async function flush() {
  const waiting = await till.flush();
  changed();
  return waiting;
}

/** The shop's stores, from its CRM; nothing where it has none. @type {Promise<unknown[] | null> | undefined} */
let listed;
/** @type {{ till: Tillside, stores: Stores } | undefined} */
let opened_;

/** The stores as the engine that is open now has them. */
export async function stores() {
  listed ??= fetch("/crm/v1/stores").then((response) => (response.ok ? response.json() : null), () => null);
  const list = await listed;
  if (!list) return (listed = undefined), null;
  if (opened_?.till !== till) opened_ = { till, stores: new Stores(till, list) };
  return opened_.stores;
}

/** The object that is open, for scripts of the package that stand beside it. */
export const engine = () => till;

/** Where the shopper is, roughly; with their leave for this once. */
export const whereabouts = () => locate({ consent: true });

/** Whether the engine remembers what the shopper does. */
export function remembers() {
  const { engine, consent } = till.status();
  return engine === "wasm" && consent.personalisation;
}
