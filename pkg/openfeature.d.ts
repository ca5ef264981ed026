/** An OpenFeature web provider over Tillside's features; see docs/experiments.md. */

import type { Tillside } from "./index.js";

interface Resolution<T> {
  value: T;
  reason: string;
  variant?: string;
  errorCode?: any;
  errorMessage?: string;
}

export declare class TillsideProvider {
  /** `till` was opened with `edition: "full"` and `features`. */
  constructor(till: Tillside);
  readonly metadata: { readonly name: string };
  readonly runsOn: "client";
  resolveBooleanEvaluation(key: string, fallback: boolean, context: object): Resolution<boolean>;
  resolveStringEvaluation(key: string, fallback: string, context: object): Resolution<string>;
  resolveNumberEvaluation(key: string, fallback: number, context: object): Resolution<number>;
  resolveObjectEvaluation<T>(key: string, fallback: T, context: object): Resolution<T>;
  track(name: string, context: object, details?: object): void;
}
