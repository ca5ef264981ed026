/** Events of Google Tag Manager's and GA4's `dataLayer`. See docs/integration.md.
 *
 *  @module tillside/datalayer */

import type { Consent, Tillside } from "../index.js";

/** Options of {@link dataLayer}. */
export interface DataLayer {
  /** The global's name, default `dataLayer`. */
  name?: string;
  /** The type of Consent Mode that each purpose goes by, as `{ measurement: "analytics_storage" }`. A purpose without one is the page's to
   *  say, and without any nothing of Consent Mode is read. Only `update` counts. */
  purposes?: { [purpose in keyof Consent]?: string };
}

/** Tracks what was pushed so far, in its order, and what is pushed from now on. Answers how to stop; called twice with one
 *  object, it reads once. */
export declare function dataLayer(till: Tillside, options?: DataLayer): () => void;
