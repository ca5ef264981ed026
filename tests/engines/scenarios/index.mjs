// What every engine must do alike, as tests.

import test, { after } from "node:test";
import { launch } from "../../support/engines/index.mjs";
import { keepPictures } from "../visit.mjs";
import * as consent from "./consent.mjs";
import * as pages from "./pages.mjs";
import * as queue from "./queue.mjs";
import * as story from "./story.mjs";
import * as stress from "./stress.mjs";
import * as vectors from "./vectors.mjs";

/** @typedef {(t: import("node:test").TestContext, browser: import("../../support/engines/index.mjs").Browser) => Promise<void>} Scenario */

/** Each exports scenarios by sentences. @type {{ scenarios: Record<string, Scenario> }[]} */
const ALL = [story, consent, queue, pages, vectors, stress];

/** Scenarios that an engine does not hold yet: they run, and what becomes of them is reported, without failing the run.
 * @type {Partial<Record<import("../../support/engines/index.mjs").Name, Record<string, string>>>} */
const OPEN = {
  firefox: { "600 events with leaving, loading again, slow and lost answers in 2 tabs are 600 rows": "the driver loses a tab that leaves in the middle of a question" },
  webkit: { "a visit from the first page to the rows in the database": "the list that was chosen from is not always among the rows when they are read" },
};

/** @param {import("../../support/engines/index.mjs").Name} name */
export function scenarios(name) {
  /** @type {ReturnType<typeof launch> | undefined} */
  let browser;
  if (name === "webkit" && !process.env.WEBKIT_DRIVER) return test("WebKit", (t) => t.skip("this system has no WebKitWebDriver"));
  after(async () => (await browser)?.close());
  for (const { scenarios } of ALL) {
    for (const [sentence, scenario] of Object.entries(scenarios)) {
      const todo = OPEN[name]?.[sentence];
      test(`${sentence} (${name})`, { todo }, (t) => keepPictures(t, async () => scenario(t, await (browser ??= launch(name)))));
    }
  }
}
