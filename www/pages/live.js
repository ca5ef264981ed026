/** Live rooms: which are on, and one of them with its products and its talk. The picture of a product stands for the broadcast. */

import { gallery, stock } from "../content.js";
import { announce, el } from "../dom.js";
import { pick, short, t, title } from "../i18n.js";
import { toProduct } from "../links.js";
import { liveStrip } from "../live.js";
import { price } from "../price.js";
import { goods, known, picture, rooms } from "../shop.js";
import * as till from "../till.js";
import { view as missing } from "./missing.js";

/** @import { Good, Room, Route, View } from "../types.js" */

/** Letters of a comment. */
const LONGEST = 200;
const PICTURES = 3;

/** @param {Route} route @returns {Promise<View>} */
export async function view({ key, again }) {
  if (!key) return { title: t("live.title"), nodes: [el("h1", {}, t("live.title")), ...[await liveStrip()].flatMap((strip) => strip ?? [])] };
  const room = (await rooms()).find(({ id }) => id === key);
  if (!room) return missing();
  const found = await goods(room.items);
  if (!again) till.track("Live Viewed", { room_id: room.id });
  return { title: pick(room.name), nodes: [await broadcast(room, [...found.values()])] };
}

/** @param {Room} room @param {Good[]} products */
async function broadcast(room, products) {
  const stage = el("div", { class: "stage" });
  /** @type {{ good?: Good | undefined }} */
  const now = {};
  const select = el("select", { id: "live-item" }, el("option", { value: "" }, t("live.general")), ...products.map((good) => el("option", { value: good.id }, short(good))));
  /** @param {Good | undefined} good */
  const show = async (good) => {
    now.good = good;
    select.value = good?.id ?? "";
    const shown = good ?? products[0];
    stage.replaceChildren(
      el("span", { class: "on" }, t("live.badge")),
      ...(shown ? [el("img", { src: picture(shown), alt: title(shown), width: 400, height: 400 }), el("p", {}, el("a", { href: toProduct(shown.id) }, short(shown)), " ", price(shown))] : []),
    );
    const { found } = shown ? await stock({ item: shown.id, exact: true, types: ["photo", "video"], limit: PICTURES }) : { found: new Map() };
    // Another product may be on by now.
    if (now.good === good && found.size) stage.append(el("h2", {}, t("live.buyersShow")), gallery([...found.values()]));
  };
  select.addEventListener("change", () => show(known(select.value)));
  await show(undefined);
  const list = el(
    "ul",
    { class: "live-products", role: "list" },
    ...products.map((good) =>
      el(
        "li",
        { "data-id": good.id },
        el("a", { href: toProduct(good.id) }, el("img", { src: picture(good), alt: "", width: 72, height: 72, loading: "lazy" })),
        el("div", {}, el("a", { href: toProduct(good.id) }, short(good)), price(good)),
        el("button", { class: "secondary", type: "button", "aria-label": t("live.askAbout", { name: short(good) }), onclick: () => (show(good), document.getElementById("live-text")?.focus()) }, t("live.ask")),
      ),
    ),
  );
  return el(
    "div",
    { class: "live", "data-room": room.id },
    el("h1", {}, pick(room.name)),
    el("p", { class: "quiet" }, t("live.host", { host: pick(room.host) })),
    el("div", { class: "live-room" }, stage, talk(room, select, show), el("section", { class: "live-list", "aria-labelledby": "live-list" }, el("h2", { id: "live-list" }, t("live.products")), list)),
  );
}

/** What is said in the room. It is on this page alone, and gone with it. @param {Room} room @param {HTMLSelectElement} select @param {(good: Good | undefined) => void} show */
function talk(room, select, show) {
  const said = el("ol", { class: "said-list", role: "log", "aria-labelledby": "live-talk" });
  const noted = el("p", { class: "quiet noted", role: "status" });
  const text = el("input", { id: "live-text", name: "text", required: true, maxlength: LONGEST, autocomplete: "off" });
  const form = el(
    "form",
    { class: "live-form" },
    el("label", { for: "live-item" }, t("live.about")),
    select,
    el("label", { for: "live-text" }, t("live.say")),
    text,
    el("div", { class: "answers" }, el("button", { class: "primary", type: "submit", value: "question" }, t("live.ask")), el("button", { class: "secondary", type: "submit", value: "comment" }, t("live.comment"))),
  );
  /** @param {string} who @param {string} line */
  const add = (who, line) => said.append(el("li", {}, el("strong", {}, who), " ", line));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const kind = /** @type {HTMLButtonElement | null} */ (/** @type {SubmitEvent} */ (event).submitter)?.value === "comment" ? "comment" : "question";
    const words = text.value.trim();
    if (!words) return;
    const heard = till.enquire({ text: words, item: select.value || undefined, items: room.items, kind, room: room.id });
    add(t("live.you"), words);
    text.value = "";
    const good = known((heard.ok && heard.item) || select.value);
    if (kind === "question") {
      show(good);
      add(pick(room.host), good ? t("live.answer", { name: short(good), text: good.d ? pick(good.d) : "" }) : t("live.thanks"));
    }
    const told = heard.ok && heard.words.length ? t("live.noted", { words: heard.words.join(", ") }) : t("live.notNoted");
    noted.textContent = told;
    announce(told);
    said.scrollTop = said.scrollHeight;
  });
  return el("section", { class: "live-talk", "aria-labelledby": "live-talk" }, el("h2", { id: "live-talk" }, t("live.talk")), said, form, noted, el("p", { class: "quiet" }, t("live.promise")));
}
