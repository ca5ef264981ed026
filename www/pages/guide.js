/**
 * What a shopper handed over, for a store's guide or an agent: opened from the part of the address that no server sees, and gone from the
 * address as soon as it was read. Nothing is tracked and nothing is sent.
 */

import { el } from "../dom.js";
import { clock, t, title } from "../i18n.js";
import { good as fetchGood, picture } from "../shop.js";
import { inWords, sections } from "../handoff.js";
import { refresh } from "../router.js";
import * as crm from "../crm.js";
import * as till from "../till.js";

/** @import { Route, View } from "../types.js" */

/** The code that is read, for as long as the page is open. */
let code = "";
/** @type {ReturnType<typeof setTimeout> | undefined} */
let ending;

/** @param {Route} route @returns {Promise<View>} */
export async function view({ key }) {
  if (key) {
    code = key;
    history.replaceState(history.state, "", "#/guide");
  }
  clearTimeout(ending);
  return { title: t("guide.title"), nodes: [el("div", { class: "plain guide" }, el("h1", {}, t("guide.title")), ...(code ? await opened() : [el("p", {}, t("guide.none"))]), form())] };
}

async function opened() {
  const { openCode } = await import("/pkg/handoff.js");
  const keys = await crm.keys().catch(() => []);
  const read = await openCode(till.engine(), code, { keys });
  if (!read.ok) return [el("p", { class: "told", role: "alert", "data-code": read.code }, t(reasons[read.code] ?? "guide.bad"))];
  const { snapshot } = read;
  const [said, about] = await Promise.all([inWords(snapshot), snapshot.intent?.item ? fetchGood(snapshot.intent.item).catch(() => undefined) : undefined]);
  // What has expired is not left on a screen.
  ending = setTimeout(() => refresh({ again: true }), Math.min(snapshot.expires - Date.now(), 2 ** 31 - 1));
  return [
    el("p", { class: "quiet" }, t("guide.until", { time: clock(snapshot.expires), member: (snapshot.member ?? "").slice(0, 8) })),
    about ? el("p", { class: "about" }, el("img", { src: picture(about), alt: title(about), width: 96, height: 96 })) : "",
    ...sections(said, "h2"),
    snapshot.omitted ? el("p", { class: "quiet" }, t("guide.omitted", { count: snapshot.omitted })) : "",
  ];
}

/** @type {Record<string, "guide.expired" | "guide.forged" | "guide.large" | "guide.damaged" | "guide.unverifiable">} */
const reasons = {
  handoff_expired: "guide.expired",
  handoff_forged: "guide.forged",
  handoff_unsigned: "guide.forged",
  handoff_unknown_key: "guide.forged",
  handoff_too_large: "guide.large",
  handoff_damaged: "guide.damaged",
  handoff_unverifiable: "guide.unverifiable",
};

/** For a code that was read by another program, or a link that was sent. */
function form() {
  const field = el("input", { id: "guide-code", name: "code", autocomplete: "off", required: true, "aria-describedby": "guide-note" });
  const form = el("form", {}, el("p", { class: "field" }, el("label", { for: "guide-code" }, t("guide.paste")), field, el("span", { class: "quiet", id: "guide-note" }, t("guide.note"))), el("button", { class: "secondary", type: "submit" }, t("guide.open")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    code = field.value.trim().replace(/^.*#\/guide\//, "");
    refresh({ again: true });
  });
  return form;
}
