/** Shelves as a composable and a component. See docs/shelves.md.
 *
 *  @module tillside/vue */

import type { DefineComponent, MaybeRefOrGetter, Ref, ShallowRef } from "vue";
import type { Request } from "../index.js";
import type { Load, Source, State, Till } from "./shelf.js";

/** State of a shelf; `P` is the shop's product type. */
export interface Used<P> extends Partial<Pick<State<P>, "till" | "shelf" | "error">> {
  items: State<P>["items"];
  /** Whether the first list is there. False on the server and in the first render of the page. */
  ready: boolean;
}

/** Asks when it is mounted, when the request is another, and when something that the shopper did calls for it. Give `element` to
 *  the element whose children are the cards, in order. */
export declare function useShelf<P>(request: MaybeRefOrGetter<Request>, source: Source<P>): { state: ShallowRef<Used<P>>; element: Ref<Element | undefined> };

/** The default slot is a card and gets `{ item, product, text }`; the slot `placeholder` keeps the room of each until it is there. */
export declare const Shelf: DefineComponent<{ request: Request; load: Load<any>; till?: Till; as?: string }>;
