/** `tillside/element`: `<till-shelf placement="home">`. See docs/shelves.md. */

import type { Options } from "./shelf.js";

export interface Settings<P> extends Omit<Options<P>, "draw"> {
  /** Makes a card, an `<li>`; without it, or where it gives nothing, the element's `<template>` does. */
  draw?: (...card: Parameters<Options<P>["draw"]>) => Node | undefined;
}

/** Defines the element, once for a page, and does nothing where there is none. */
export declare function define<P>(settings: Settings<P>, name?: string): void;
