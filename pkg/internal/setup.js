// What the shop sets up in `open`, given to the engine: its definitions and rules; what of them does not hold is a problem
// with its remedy. The engine is the judge of them.
// @ts-check

import * as engine from "../dist/tillside.js";
import { problem } from "../load.js";

/** @typedef {(problem: import("../index.d.ts").Problem) => void} Warn */

/** Hands the shop's definitions over; says which do not hold. @param {number} page @param {any} from @param {Warn} warn */
export function define(page, { attributes, tags, actions }, warn) {
  /** @param {string} what @param {object} request */
  const problems = (what, request) => {
    const answer = engine.take(engine.ask(page, what, JSON.stringify(request)));
    return answer ? JSON.parse(answer).problems : [];
  };
  if (attributes || tags) {
    for (const { path, code, remedy } of problems("define", { attributes, tags })) warn(problem(`setup.${code}`, `${path}: ${remedy}.`));
  }
  if (actions) {
    for (const { path, code, message } of problems("rules", Array.isArray(actions) ? { rules: actions } : {})) warn(problem(`actions.${code}`, `${path}: ${message}.`));
  }
}

/** Says which of the shop's rules do not hold as they are. @param {string} rules as lines @param {Uint32Array} odd lines of them @param {Warn} warn */
export function inspect(rules, odd, warn) {
  let [rule, path] = [-1, ""];
  rules.split("\n").forEach((line, n) => {
    const text = line.slice(1);
    if (line[0] === "*") path = `rules[${++rule}]`;
    else if (line[0] === "?") path = `rules[${rule}].where.${text}`;
    if (!odd.includes(n)) return;
    if (line[0] === "*") warn(problem("rules.range", `${path}: a rule needs a \`where\`, and a \`boost\` of 0.2 to 5 or \`bury: true\`, and there may be 31.`));
    else warn(problem("rules.unknown", `${path}: no item has "${text}"; check its spelling in the feed, or take it out.`));
  });
}
