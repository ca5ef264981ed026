/** `tillside/shelf`: a shelf on the page, from the question to the click. See docs/shelves.md. */

import type { Request, Shelf, ShelfItem, Tillside } from "../index.js";

/** What a shelf needs of the page's object. */
export type Till = Pick<Tillside, "ready" | "recommend" | "portrait" | "say" | "watch" | "impression" | "click">;

/** A way to products by their ids: a Map or object by id, or an array of products with `id`, or in the order of the ids. What is
 *  missing is left out. */
export type Load<P> = (ids: string[]) => Found<P> | Promise<Found<P>>;
export type Found<P> = Map<string, P> | Record<string, P> | readonly (P | null | undefined)[];

export interface Source<P> {
  /** Called once for all that the shelves of a page want in one task; give every shelf the same function, and what one has loaded
   *  the others have. */
  load: Load<P>;
  /** What `open` or `tillside` gave; default the object that the page opened last, or opens later. */
  till?: Till;
  /** Gets what `load` throws. The shelf stays as it is, and asks again when something calls for it. */
  onError?: (error: unknown) => void;
}

export interface Options<P> extends Source<P> {
  /** Makes a card. `text` is why it is there: set it as `textContent`. */
  draw: (product: P, item: ShelfItem, text: string) => Node;
  /** Makes what keeps the room of a card until it is there, `limit` times; not where the element has something already. */
  placeholder?: () => Node;
  /** Called after each list that was drawn, an empty one too. */
  onDraw?: (shelf: Shelf) => void;
}

export interface State<P> {
  till: Till;
  /** With the items that have a product; what could not be drawn was not seen. */
  shelf: Shelf;
  /** In order. */
  items: { item: ShelfItem; product: P; text: string }[];
  /** What `load` threw. */
  error?: unknown;
}

/** Keeps a shelf in an element: asks, loads, draws in order, reports that it was seen (half of it, or of the window, for one
 *  second, once) and what was chosen (a click on a card, on a link in it, not on a button), and asks again when the cart changed or
 *  the shopper chose. Ends when the function that it returns is called; drawn cards stay. */
export declare function shelf<P>(element: HTMLElement, request: Request, options: Options<P>): () => void;

/** The same without drawing: `changed` gets each list with its products. */
export declare function follow<P>(request: Request, source: Source<P>, changed: (state: State<P>) => void): () => void;

/** Reports once that a list was seen, by the rules of `shelf`. */
export declare function seen(element: Element, shelf: Shelf, till: Pick<Till, "impression">): () => void;

/** Reports what becomes of a list whose cards are the children of an element, in order. */
export declare function observe(element: Element, shelf: Shelf, till: Till): () => void;
