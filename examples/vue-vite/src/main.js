// A shop in Vue: one shelf, with slots for a card and for what keeps its room. In a .vue file the slots are templates:
// docs/shelves.md.

import { createApp, h } from "vue";
import { tillside } from "tillside";
import { Shelf } from "tillside/vue";

tillside({
  model: "/model/manifest.json",
  collector: { url: "/v1/batch", writeKey: "vue" },
  consent: { personalisation: true, measurement: true }, // what your banner was told
});

/** @param {string[]} ids */
const load = async (ids) => (await fetch(`/products?ids=${ids.join()}`)).json();
const style = { height: "3em" };

createApp(() =>
  h("main", [
    h("h2", "For you"),
    h(Shelf, { request: { placement: "home", limit: 6 }, load, as: "ul" }, {
      default: ({ product, text }) => h("li", { key: product.id, "data-id": product.id, style }, [h("a", { href: product.link }, product.title), " ", h("small", text)]),
      placeholder: () => h("li", { style }, "…"),
    }),
  ]),
).mount("#root");
