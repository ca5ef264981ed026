// Shopify: a Hydrogen storefront's analytics bus, whose events become this package's, and a web pixel, which reports to the
// collector from checkout pages, where no engine runs.
// @ts-check

/** @typedef {import("../index.js").Tillside} Tillside */
/** @typedef {import("../types/shopify.js").Identified} Identified */

/** The number in a global id. @param {unknown} id */
const number = (id) => String(id ?? "").replace(/\?.*|.*\//g, "");

/** What the shop's feed calls a product. @param {Identified["id"]} by @param {import("../types/shopify.js").Ids} ids */
const called = (by = "product", ids) => (typeof by === "function" ? by(ids) : by === "sku" ? ids.sku : number(ids[by]));

/** A product of Hydrogen's, or a variant and what it is one of. @param {Identified["id"]} by @param {any} one @param {any} [of] */
function product(by, one, of) {
  const { id, title, vendor, productType, type } = of ?? one;
  return {
    product_id: called(by, { product: id, variant: of ? one.id : one.variantId, sku: one.sku ?? "" }),
    name: title,
    brand: vendor,
    category: productType ?? type,
    variant: of ? one.title : one.variantTitle,
    price: one.price?.amount ?? one.price,
    currency: one.price?.currencyCode,
    quantity: one.quantity,
  };
}

/** A line of a cart. @param {Identified["id"]} by @param {any} line @param {number} [quantity] */
const inCart = (by, { merchandise, quantity: all }, quantity = all) => product(by, { ...merchandise, quantity }, merchandise.product);

/** The nodes of a connection. @param {any} list @returns {any[]} */
const nodes = (list) => list?.nodes ?? list?.edges?.map((/** @type {any} */ { node }) => node) ?? list ?? [];

/** @param {Tillside} till @param {import("../types/shopify.js").Bus} bus @param {import("../types/shopify.js").Hydrogen} [options] */
export function hydrogen(till, { subscribe }, { id, purposes } = {}) {
  /** How many more there are, or fewer. @param {any} payload @param {number} sign */
  const moved = ({ currentLine, prevLine }, sign) => inCart(id, currentLine ?? prevLine, sign * ((currentLine?.quantity ?? 0) - (prevLine?.quantity ?? 0)));
  subscribe("page_viewed", () => till.track("Page Viewed"));
  subscribe("product_viewed", ({ products, shop }) => {
    for (const viewed of products) till.track("Product Viewed", { ...product(id, viewed), currency: shop?.currency });
  });
  subscribe("collection_viewed", ({ collection }) => till.track("Product List Viewed", { list_id: collection.handle }));
  subscribe("search_viewed", ({ searchTerm }) => searchTerm && till.track("Products Searched", { query: searchTerm }));
  subscribe("cart_viewed", ({ cart }) => till.track("Cart Viewed", { products: nodes(cart?.lines).map((line) => inCart(id, line)) }));
  subscribe("product_added_to_cart", (payload) => till.track("Product Added", moved(payload, 1)));
  subscribe("product_removed_from_cart", (payload) => till.track("Product Removed", moved(payload, -1)));
  if (!purposes) return () => {};
  const chosen = (/** @type {any} */ { detail }) => till.consent(Object.fromEntries(Object.entries(purposes).map(([purpose, name]) => [purpose, detail[name] === true])));
  document.addEventListener("visitorConsentCollected", chosen);
  return () => document.removeEventListener("visitorConsentCollected", chosen);
}

/** What is told of each of a pixel's events, by its name. @type {Record<string, [event: string, tells: (data: any, by: Identified["id"]) => object]>} */
const PIXEL = {
  product_viewed: ["Product Viewed", ({ productVariant: one }, by) => product(by, one, one.product)],
  product_added_to_cart: ["Product Added", ({ cartLine }, by) => inCart(by, cartLine)],
  product_removed_from_cart: ["Product Removed", ({ cartLine }, by) => inCart(by, cartLine)],
  checkout_started: ["Checkout Started", checkout],
  payment_info_submitted: ["Payment Info Entered", checkout],
  checkout_completed: ["Order Completed", checkout],
};

/** Of a checkout what was bought for how much, and nothing of who bought it. @param {any} data @param {Identified["id"]} by */
function checkout({ checkout: { token, order, currencyCode, totalPrice, lineItems = [] } }, by) {
  const products = lineItems.map((/** @type {any} */ { quantity, variant }) => product(by, { ...variant, quantity }, variant.product));
  return { checkout_id: token, order_id: order?.id && number(order.id), currency: currencyCode, total: totalPrice?.amount, products };
}

/** @param {import("../types/shopify.js").PixelApi} api @param {import("../types/shopify.js").Pixel} options */
export function pixel({ analytics, init, customerPrivacy }, { url, writeKey, id, events = Object.keys(PIXEL).slice(3) }) {
  let allowed = init.customerPrivacy?.analyticsProcessingAllowed;
  customerPrivacy?.subscribe("visitorConsentCollected", (event) => (allowed = event.customerPrivacy.analyticsProcessingAllowed));
  for (const name of events) {
    const [event, tells] = PIXEL[name] ?? [];
    if (!tells) continue;
    analytics.subscribe(name, ({ id: messageId, clientId: anonymousId, timestamp, data }) => {
      if (!allowed) return;
      const message = { type: "track", event, messageId, anonymousId, timestamp, properties: tells(data, id) };
      const body = JSON.stringify({ batch: [message], writeKey, sentAt: new Date().toISOString() });
      // Simple enough to cross origins without being asked for first.
      fetch(url, { method: "POST", body, keepalive: true, headers: { "Content-Type": "text/plain;charset=UTF-8" } }).catch(() => {});
    });
  }
}
