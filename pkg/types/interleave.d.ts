/** `tillside/interleave`: two rankers in one list. See docs/experiments.md. */

import type { Request, Shelf, Tillside } from "../index.js";

export interface Interleaving {
  /** The name of the experiment in reports. */
  experiment: string;
  /** Two requests by the names of their rankers, the control first: { plain: { placement: "home" }, varied: { placement: "home", diversity: 0.5 } }. */
  rankers: Record<string, Request>;
  /** Items of this list, default 12. */
  limit?: number;
  /** Items of the list that earlier pages of it showed; all pages together are 100 items long. */
  after?: readonly string[];
}

/** A list that both rankers draft in turn; a coin, the same for the whole visit, decides who begins. Its reports say which ranker
 *  put an item there where the other would not have. Without leave for experiments, an engine or the full edition, and where
 *  there are not two rankers, the first ranker's list. */
export declare function interleave(till: Tillside, wish: Interleaving): Shelf;
