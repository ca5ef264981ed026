/** Two rankers in one list. See docs/experiments.md.
 *
 *  @module tillside/interleave */

import type { Request, Shelf, Tillside } from "../index.js";

/** Arguments of {@link interleave}. */
export interface Interleaving {
  /** The name of the experiment in reports. */
  experiment: string;
  /** Two requests by the names of their rankers, the control first: { plain: { placement: "home" }, varied: { placement: "home", diversity: 0.5 } }. */
  rankers: Record<string, Request>;
  /** Items of this list, default 12. */
  limit?: number;
  /** Items shown on earlier pages of the list; all pages together have at most 100 items. */
  after?: readonly string[];
}

/** A list that two rankers draft in turn (team-draft interleaving); a coin flip, fixed for the visit, decides which starts. Reports
 *  name the ranker of an item that the other would not have placed. Without consent to experiments, an engine, the full edition
 *  or two rankers: the first ranker's list. */
export declare function interleave(till: Tillside, wish: Interleaving): Shelf;
