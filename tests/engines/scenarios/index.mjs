// What every engine must do alike, as tests.

import test, { after } from "node:test";
import { launch } from "../../support/engines/index.mjs";
import { keepPictures } from "../visit.mjs";
import * as consent from "./consent.mjs";
import * as decisions from "./decisions.mjs";
import * as exposures from "./exposures.mjs";
import * as pages from "./pages.mjs";
import * as queue from "./queue.mjs";
import * as story from "./story.mjs";
import * as stress from "./stress.mjs";
import * as vectors from "./vectors.mjs";

/** @typedef {(t: import("node:test").TestContext, browser: import("../../support/engines/index.mjs").Browser) => Promise<void>} Scenario */

/** Each exports scenarios by sentences. @type {{ scenarios: Record<string, Scenario> }[]} */
const ALL = [story, consent, queue, pages, vectors, decisions, exposures, stress];

/** @param {import("../../support/engines/index.mjs").Name} name */
export function scenarios(name) {
  /** @type {ReturnType<typeof launch> | undefined} */
  let browser;
  if (name === "webkit" && !process.env.WEBKIT_DRIVER) return test("WebKit", (t) => t.skip("this system has no WebKitWebDriver"));
  after(async () => (await browser)?.close());
  for (const { scenarios } of ALL) {
    for (const [sentence, scenario] of Object.entries(scenarios)) {
      test(`${sentence} (${name})`, (t) => keepPictures(t, async () => scenario(t, await (browser ??= launch(name)))));
    }
  }
}
