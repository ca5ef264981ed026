// A shop in React: one shelf, and an event when a product is opened.

import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { tillside } from "tillside";
import { Shelf } from "tillside/react";

const till = tillside({
  model: "/model/manifest.json",
  collector: { url: "/v1/batch", writeKey: "react" },
  consent: { personalisation: true, measurement: true }, // what your banner was told
});

/** Outside of the component: every shelf shares what it has loaded. @param {string[]} ids */
const load = async (ids) => (await fetch(`/products?ids=${ids.join()}`)).json();

const Placeholder = () => <li style={{ height: "3em" }}>…</li>;

function Shop() {
  const [open, setOpen] = useState("");
  const look = (id) => {
    setOpen(id);
    till.track("Product Viewed", { product_id: id });
  };
  return (
    <main>
      <h2>For you</h2>
      <Shelf placement="home" limit={6} load={load} as="ul" placeholder={Placeholder} render={(product, item, why) => (
        <li key={product.id} data-id={product.id} style={{ height: "3em" }}>
          <a href={product.link} onClick={() => look(product.id)}>{product.title}</a> <small>{why}</small>
        </li>
      )} />
      {open && <p>You are looking at {open}.</p>}
    </main>
  );
}

createRoot(document.querySelector("#root")).render(<StrictMode><Shop /></StrictMode>);
