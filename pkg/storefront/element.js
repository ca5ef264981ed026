// `<till-shelf placement="home">`: a shelf as an element of the page, for pages without a framework. All of it is in the
// page's own tree, so the shop's style sheets hold; what the server puts into its list stays until the cards are there.
// @ts-check

import { shelf } from "./shelf.js";

/** Attributes that are words of the request. */
const WORDS = ["placement", "item", "category", "query"];

/** Where a template asks for something of the product: an attribute, or the text. */
const FILLED = { text: "textContent", href: "href", src: "src", alt: "alt", title: "title" };

/** A card from the element's `<template>`: `data-text`, `data-href`, `data-src`, `data-alt` and `data-title` name what of the
 * product goes there, "reason" why it is there. @param {HTMLTemplateElement} template @param {any} product @param {string} reason */
function card(template, product, reason) {
  const made = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  for (const element of made.querySelectorAll("*")) {
    for (const [name, property] of Object.entries(FILLED)) {
      const wanted = element.getAttribute(`data-${name}`);
      if (wanted === null) continue;
      const value = String((wanted === "reason" ? reason : product[wanted]) ?? "");
      // A feed is data: it may not bring a script.
      const isLink = property === "href" || property === "src";
      if (!isLink || /^https?:/.test(new URL(value, document.baseURI).protocol)) /** @type {any} */ (element)[property] = value;
    }
  }
  return made.firstElementChild ?? made;
}

/** @param {import("../types/element.js").Settings<any>} settings @param {string} [name] */
export function define({ draw, onDraw, ...settings }, name = "till-shelf") {
  if (typeof customElements === "undefined" || customElements.get(name)) return;
  customElements.define(
    name,
    class extends HTMLElement {
      static observedAttributes = [...WORDS, "limit"];
      #stop = () => {};

      connectedCallback() {
        this.attributeChangedCallback();
      }

      disconnectedCallback() {
        this.#stop();
      }

      attributeChangedCallback() {
        this.#stop();
        if (!this.isConnected) return;
        const given = WORDS.flatMap((word) => (this.hasAttribute(word) ? [[word, this.getAttribute(word)]] : []));
        const limit = this.hasAttribute("limit") ? { limit: Number(this.getAttribute("limit")) } : {};
        const template = this.querySelector("template");
        const list = this.querySelector("ul,ol") ?? this.appendChild(document.createElement("ul"));
        this.#stop = shelf(/** @type {HTMLElement} */ (list), /** @type {any} */ ({ placement: "home", ...Object.fromEntries(given), ...limit }), {
          ...settings,
          draw: (product, item, text) => draw?.(product, item, text) ?? (template ? card(template, product, text) : document.createElement("li")),
          onDraw: (shelf) => {
            // A heading above nothing says nothing; what stands in view keeps its room.
            this.hidden = shelf.items.length === 0 && this.getBoundingClientRect().top >= innerHeight;
            onDraw?.(shelf);
          },
        });
      }
    },
  );
}
