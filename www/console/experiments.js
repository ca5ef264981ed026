/** The shop's experiments: what the visitor sees, why, and what a developer would rather see. */

import { el } from "../dom.js";
import { number, t } from "../i18n.js";
import { choose, chosen, FRONT, RANKERS, REASON, WORDINGS } from "../experiments.js";
import { refresh } from "../router.js";
import { onPage } from "../shelf.js";
import * as till from "../till.js";
import { block, facts } from "./parts.js";

/** @typedef {"plain" | "varied" | "both" | "short" | "full" | "byChance" | "unseen"} Word */

/** What came of making the lists again, and how many there were. */
let [again, count] = ["", 0];

export const state = () => [chosen, till.status().consent, till.status().session, again, front()?.status.decision, till.answers.get(REASON)?.value, till.decisions().length];

/** The shelf of suggestions on the page in view. */
const front = () => onPage().find(({ placement }) => placement === "home");

export function draw() {
  const { consent } = till.status();
  return [
    !consent.experiment && el("p", { class: "quiet" }, t("experiments.none")),
    el("div", { class: "blocks" }, block(t("experiments.front"), ranker()), block(t("experiments.reason"), wording()), block(t("experiments.lists"), lists())),
  ].filter((node) => node instanceof Node);
}

/** @param {Word} name */
const word = (name) => t(`experiments.${name}`);

/** A choice of what to see; the first is chance. @param {string} id @param {readonly Word[]} words @param {Word | null} selected @param {(n: number) => void} choose */
function override(id, words, selected, choose) {
  const options = ["byChance", ...words].map((name, n) => el("option", { value: String(n), selected: name === (selected ?? "byChance") }, word(/** @type {Word} */ (name))));
  const list = el("select", { id, "aria-label": t("experiments.override") }, ...options);
  list.addEventListener("change", async () => {
    choose(Number(list.value) - 1);
    // Overrides are the engine's from its start.
    await till.reopen();
    await refresh({ again: true });
  });
  return list;
}

function ranker() {
  const shelf = front();
  const of = (/** @type {string | undefined} */ name) => number(shelf?.items.filter(({ ranker }) => ranker === name).length ?? 0);
  const interleaved = shelf?.status.policy === "interleaved";
  const why = chosen.ranker ? "forced" : !shelf ? "elsewhere" : interleaved ? "coin" : "notIn";
  return el(
    "div",
    { "data-experiment": FRONT },
    facts([
      [t("experiments.arm"), word(chosen.ranker ?? (!shelf ? "unseen" : interleaved ? "both" : "plain"))],
      [t("experiments.why"), t(`experiments.${why}`)],
      [t("experiments.override"), override("override-ranker", RANKERS, chosen.ranker, (n) => choose({ ranker: RANKERS[n] ?? null }))],
    ]),
    interleaved && el("p", { class: "quiet" }, t("experiments.drafted", { plain: of("plain"), varied: of("varied"), both: of(undefined) })),
  );
}

function wording() {
  // Looking here is not using: it shows what the shelves were answered.
  const answer = till.answers.get(REASON);
  const why = chosen.wording ? "forced" : !answer ? "unasked" : answer.variation ? "hashed" : "notIn";
  return el(
    "div",
    { "data-experiment": REASON },
    facts([
      [t("experiments.arm"), word(chosen.wording ?? /** @type {Word} */ (answer?.value ?? "unseen"))],
      [t("experiments.why"), t(`experiments.${why}`)],
      [t("experiments.override"), override("override-wording", WORDINGS, chosen.wording, (n) => choose({ wording: WORDINGS[n] ?? null }))],
    ]),
  );
}

function lists() {
  const records = till.decisions();
  const replay = el("button", { class: "secondary", type: "button", id: "replay" }, t("experiments.replay"));
  replay.addEventListener("click", () => {
    const same = records.filter(till.replay).length;
    count = records.length;
    again = t("experiments.same", { same: number(same), count: number(count) });
    till.renew();
  });
  const variants = records.at(-1)?.variants ?? "";
  return el(
    "div",
    {},
    facts([
      [t("experiments.variants"), variants ? el("code", {}, variants) : "–"],
      [t("experiments.decisions"), number(records.length)],
    ]),
    records.length > 0 && replay,
    el("p", { id: "replayed", role: "status" }, records.length === count && again),
  );
}
