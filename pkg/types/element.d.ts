/** The custom element `<till-shelf placement="home">`. See docs/shelves.md.
 *
 *  @module tillside/element */

import type { Options } from "./shelf.js";

/** Settings for all `<till-shelf>` elements of a page; `P` is the shop's product type. */
export interface Settings<P> extends Omit<Options<P>, "draw"> {
  /** Makes a card, an `<li>`; without it, or where it gives nothing, the element's `<template>` does. */
  draw?: (...card: Parameters<Options<P>["draw"]>) => Node | undefined;
}

/** Defines the element, once for a page, and does nothing where there is none. */
export declare function define<P>(settings: Settings<P>, name?: string): void;
