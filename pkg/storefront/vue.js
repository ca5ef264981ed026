// Shelves in Vue 3: `tillside/shelf` behind a composable and a component. The server and the first client render give the
// same placeholders.
// @ts-check

import { defineComponent, h, onBeforeUnmount, onMounted, ref, shallowRef, toValue, watch } from "vue";
import { follow, observe } from "./shelf.js";

/** @param {any} request @param {import("../types/shelf.js").Source<any>} source */
export function useShelf(request, source) {
  const state = shallowRef(/** @type {any} */ ({ items: [], ready: false }));
  const element = ref();
  /** @type {(() => void)[]} */
  let ends = [];
  const stop = () => ends.splice(0).forEach((end) => end());
  const key = () => JSON.stringify(toValue(request));
  const start = () => {
    stop();
    ends.push(follow(JSON.parse(key()), source, (now) => (state.value = { ...now, ready: true })));
  };
  onMounted(() => {
    start();
    // A new request asks anew.
    watch(key, start);
  });
  watch(
    [state, element],
    ([{ till, shelf }, place], _, cleanUp) => {
      if (till && place) cleanUp(observe(place, shelf, till));
    },
    { flush: "post" },
  );
  onBeforeUnmount(stop);
  return { state, element };
}

export const Shelf = defineComponent({
  props: { request: { type: Object, required: true }, load: { type: Function, required: true }, till: Object, as: { type: String, default: "div" } },
  /** @param {any} props @param {any} context */
  setup(props, { slots, emit }) {
    const { state, element } = useShelf(() => props.request, { load: props.load, till: props.till, onError: (error) => emit("error", error) });
    return () => {
      const { ready, items } = state.value;
      const children = ready ? items.map((/** @type {any} */ one) => slots.default?.(one)) : Array.from({ length: props.request.limit ?? 12 }, () => slots.placeholder?.());
      return h(props.as, { ref: element, "aria-busy": ready ? undefined : "true", "data-placement": props.request.placement }, children);
    };
  },
  emits: ["error"],
});
