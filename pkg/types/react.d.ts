/** Shelves as a hook and a component. See docs/shelves.md.
 *
 *  @module tillside/react */

import type { ComponentType, ElementType, HTMLAttributes, ReactElement, RefObject } from "react";
import type { Request, ShelfItem } from "../index.js";
import type { Source, State } from "./shelf.js";

/** State of a shelf; `P` is the shop's product type. */
export interface Used<P> extends Partial<Pick<State<P>, "till" | "shelf" | "error">> {
  items: State<P>["items"];
  /** Whether the first list is there. False on the server and in the first render of the page. */
  ready: boolean;
  /** For the element whose children are the cards, in order: what is seen and chosen is reported from it. */
  ref: RefObject<any>;
}

/** Asks when it is mounted, when the request or `load` is another, and when something that the shopper did calls for it. */
export declare function useShelf<P>(request: Request, source: Source<P>): Used<P>;

/** Properties of {@link Shelf}: a request, a source of products, and how a card is drawn. */
export interface ShelfProps<P> extends Source<P>, Request {
  /** A card, with a `key`. `text` is why it is there. */
  render: (product: P, item: ShelfItem, text: string) => ReactElement;
  /** Keeps the room of each card until it is there, `limit` times; the server renders it. */
  placeholder?: ComponentType;
  /** The element around the cards; default "div". */
  as?: ElementType;
  /** More properties of that element. */
  rest?: HTMLAttributes<HTMLElement>;
}

/** A shelf as a component: requests, draws, and reports impressions and clicks. */
export declare function Shelf<P>(props: ShelfProps<P>): ReactElement;
