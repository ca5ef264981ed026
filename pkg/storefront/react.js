// Shelves in React: `tillside/shelf` behind a hook and a component. What the server renders, placeholders, is what the first
// client render gives; a component that StrictMode mounts twice asks once and is seen once.
// @ts-check

import { createElement, useEffect, useRef, useState } from "react";
import { follow, observe } from "./shelf.js";

/** @type {any[]} */
const NONE = [];
/** Until the first list is there. @type {any} */
const WAITING = { items: NONE, ready: false };

/** @param {import("../index.js").Request} request @param {import("../types/shelf.js").Source<any>} source */
export function useShelf(request, source) {
  /** @type {[any, (state: any) => void]} */
  const [state, setState] = useState(WAITING);
  /** @type {import("react").RefObject<any>} */
  const ref = useRef(null);
  /** @type {import("react").RefObject<any>} */
  const newest = useRef(source);
  const { load, till } = source;
  // A request is an object of its own in every render.
  const key = JSON.stringify(request);
  useEffect(() => {
    newest.current = source;
  });
  useEffect(() => follow(JSON.parse(key), { load, till, onError: (error) => newest.current.onError?.(error) }, (state) => setState({ ...state, ready: true })), [key, load, till]);
  useEffect(() => (state.till && ref.current ? observe(ref.current, state.shelf, state.till) : undefined), [state]);
  return { ...state, ref };
}

/** @param {any} props */
export function Shelf({ load, till, onError, as = "div", render, placeholder, rest, ...request }) {
  const { ref, items, ready } = useShelf(request, { load, till, onError });
  const children = ready
    ? items.map((/** @type {any} */ { item, product, text }) => render(product, item, text))
    : placeholder && Array.from({ length: request.limit ?? 12 }, (_, n) => createElement(placeholder, { key: n }));
  return createElement(as, { ...rest, ref, "aria-busy": !ready || undefined, "data-placement": request.placement }, children);
}
