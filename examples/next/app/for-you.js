"use client";
import { tillside } from "tillside";
import { Shelf } from "tillside/react";

// Not on the server: there an object would be one shopper for everybody.
if (typeof window !== "undefined") {
  tillside({
    model: "/model/manifest.json",
    collector: { url: "/v1/batch", writeKey: "next" },
    consent: { personalisation: true, measurement: true }, // what your banner was told
  });
}

const load = async (ids) => (await fetch(`/products?ids=${ids.join()}`)).json();
const style = { height: "3em" };
const Placeholder = () => <li style={style}>…</li>;

export const ForYou = () => (
  <Shelf placement="home" limit={6} load={load} as="ul" placeholder={Placeholder} render={(product, item, why) => (
    <li key={product.id} data-id={product.id} style={style}><a href={product.link}>{product.title}</a> <small>{why}</small></li>
  )} />
);
