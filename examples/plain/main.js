// A shop without a framework: a shelf, a consent banner, and the events of a page.

import { tillside } from "tillside";
import { define } from "tillside/element";

/** @type {Map<string, string>} */
const titles = new Map();

// At once: what happens before the engine is there waits, in order.
const till = tillside({
  model: "/model/manifest.json",
  collector: { url: "/v1/batch", writeKey: "plain" },
  title: (id) => titles.get(id) ?? load([id]).then(() => titles.get(id)),
});

/** @param {string[]} ids */
async function load(ids) {
  const products = await (await fetch(`/products?ids=${ids.join()}`)).json();
  for (const { id, title } of products) titles.set(id, title);
  return products;
}

define({ load });

// The answer is remembered on the device; a banner is there for who has given none.
const banner = /** @type {HTMLFormElement} */ (document.querySelector("#consent"));
till.ready.then(() => {
  const { consent } = till.status();
  banner.hidden = consent.personalisation || consent.measurement;
});
banner.addEventListener("submit", (event) => {
  event.preventDefault();
  const yes = /** @type {HTMLButtonElement} */ (event.submitter).value === "yes";
  till.consent({ personalisation: yes, measurement: yes });
  banner.hidden = true;
});

// Of a product page: "#p/sku-1".
const look = () => {
  const id = location.hash.match(/^#p\/(.+)/)?.[1];
  if (id) till.track("Product Viewed", { product_id: decodeURIComponent(id) });
};
addEventListener("hashchange", look);
look();
