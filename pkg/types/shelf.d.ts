/** A shelf on the page, from the request to the click. See docs/shelves.md.
 *
 *  @module tillside/shelf */

import type { Request, Shelf, ShelfItem, Tillside } from "../index.js";

/** Methods of the page's object that a shelf uses. */
export type Till = Pick<Tillside, "ready" | "recommend" | "portrait" | "say" | "watch" | "impression" | "click">;

/** Loads products by their ids: a Map or object by id, or an array of products with `id`, or in the order of the ids. Missing
 *  products are skipped. */
export type Load<P> = (ids: string[]) => Found<P> | Promise<Found<P>>;
/** Products in one of the forms that {@link Load} may return. */
export type Found<P> = Map<string, P> | Record<string, P> | readonly (P | null | undefined)[];

/** Where products and lists come from; `P` is the shop's product type. */
export interface Source<P> {
  /** Called once for the requests of all shelves in one task; give every shelf the same function, so that they share the
   *  cache. */
  load: Load<P>;
  /** Result of `open` or `tillside`; default the object that the page opened last, or opens later. */
  till?: Till;
  /** Called with exceptions of `load`. The shelf keeps its content, and asks again at the next update. */
  onError?: (error: unknown) => void;
}

/** Source of products, and how they are drawn. */
export interface Options<P> extends Source<P> {
  /** Makes a card. `text` is the reason: set it as `textContent`. */
  draw: (product: P, item: ShelfItem, text: string) => Node;
  /** Makes the placeholder of a card, `limit` times; not called if the element has content. */
  placeholder?: () => Node;
  /** Called after each drawn list, also an empty one. */
  onDraw?: (shelf: Shelf) => void;
}

/** A list together with its products. */
export interface State<P> {
  /** The object that made the list. */
  till: Till;
  /** The list with the items that have a product; others are not reported as seen. */
  shelf: Shelf;
  /** In order. */
  items: { item: ShelfItem; product: P; text: string }[];
  /** Exception of `load`. */
  error?: unknown;
}

/** The object that the page opened last, as soon as it exists; undefined if `stopped` returns true. */
export declare function opened(stopped: () => boolean): Promise<Till | undefined>;

/** Keeps a shelf in an element: asks, loads, draws in order, reports the impression (half of it, or of the window, for one second,
 *  once) and clicks (on a card or a link in it, not on a button), and asks again when cart or consent change. Ends when the
 *  returned function is called; drawn cards stay. */
export declare function shelf<P>(element: HTMLElement, request: Request, options: Options<P>): () => void;

/** The same without drawing: `changed` gets each list with its products. */
export declare function follow<P>(request: Request, source: Source<P>, changed: (state: State<P>) => void): () => void;

/** Reports the impression of a list once, by the rules of `shelf`. */
export declare function seen(element: Element, shelf: Shelf, till: Pick<Till, "impression">): () => void;

/** Reports impression and clicks of a list whose cards are the children of an element, in order. */
export declare function observe(element: Element, shelf: Shelf, till: Till): () => void;
