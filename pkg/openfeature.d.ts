/** An OpenFeature web provider over Tillside's features. See docs/experiments.md.
 *
 *  @module tillside/openfeature */

import type { Tillside } from "./index.js";

/** OpenFeature's `ResolutionDetails`. */
interface Resolution<T> {
  value: T;
  reason: string;
  variant?: string;
  errorCode?: any;
  errorMessage?: string;
}

/** Provider for `OpenFeature.setProvider` of `@openfeature/web-sdk`. */
export declare class TillsideProvider {
  /** `till` was opened with `edition: "full"` and `features`. */
  constructor(till: Tillside);
  readonly metadata: { readonly name: string };
  readonly runsOn: "client";
  /** A feature's boolean value; `fallback` with error code TYPE_MISMATCH for a value of another type. */
  resolveBooleanEvaluation(key: string, fallback: boolean, context: object): Resolution<boolean>;
  /** A feature's text, as for booleans. */
  resolveStringEvaluation(key: string, fallback: string, context: object): Resolution<string>;
  /** A feature's number, as for booleans. */
  resolveNumberEvaluation(key: string, fallback: number, context: object): Resolution<number>;
  /** A feature's object or list, as for booleans. */
  resolveObjectEvaluation<T>(key: string, fallback: T, context: object): Resolution<T>;
  /** Tracks an event with its details as properties. */
  track(name: string, context: object, details?: object): void;
}
