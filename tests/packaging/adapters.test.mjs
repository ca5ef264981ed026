// Adapters of data layers that shops have: GTM's and GA4's `dataLayer`, Hydrogen's analytics bus, by Shopify's own published code, and a
// web pixel. Each in a real browser, before the real collector.

import assert from "node:assert/strict";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { after } from "node:test";
import { build } from "esbuild";
import { collector } from "../clients/collector.mjs";
import { complaints, launch } from "../support/browser.mjs";
import { site } from "../support/site.mjs";
import { given, root } from "../support/surroundings.mjs";
import { exec, project } from "./package.mjs";

const skip = !process.env.TILLSIDE_PACKAGING && "run with --packaging";
const TOOLS = join(root, "tests/packaging/tools");
const ICON = `<svg xmlns="http://www.w3.org/2000/svg"/>`;

/** @type {ReturnType<typeof launch> | undefined} */
let browser;
after(async () => (await browser)?.close());

/** @param {import("node:test").TestContext} t */
async function tab(t) {
  const context = await (await (browser ??= launch())).newContext();
  t.after(() => context.close());
  context.setDefaultTimeout(240_000);
  const page = await context.newPage();
  return { page, heard: complaints(page) };
}

/** What the collector has, without what differs each time. @param {() => import("../clients/collector.mjs").Row[]} rows */
const told = (rows) => rows().map(({ event, message }) => [event, message.properties]);

const LAYER = `
  window.dataLayer = [{ "gtm.start": 1, event: "gtm.js" }];
  function gtag() { dataLayer.push(arguments); }
  gtag("consent", "default", { analytics_storage: "granted" });
  gtag("js", new Date());
  gtag("event", "view_item", { items: [{ item_id: "sku-1", item_name: "One" }] });
  dataLayer.push(null, { get event() { throw new Error("the shop's own"); } });
  dataLayer.push({ event: "view_item", ecommerce: { items: [{ item_id: "sku-2", item_name: "Two" }] } });
  // As Tag Manager does, which was there before.
  const before = dataLayer.push;
  dataLayer.push = function () { window.through = (window.through ?? 0) + arguments.length; return before.apply(dataLayer, arguments); };
`;
const TAG = `
  window.till = tillside.tillside({ model: "/model/manifest.json", collector: { url: "/v1/batch", writeKey: "layer" }, timeout: 60000, consent: { measurement: true } });
  window.end = tillsideDataLayer.dataLayer(till, { purposes: { personalisation: "personalization_storage", measurement: "analytics_storage" } });
  tillsideDataLayer.dataLayer(till);
`;

test("the dataLayer is read from its beginning and on, in GTM's words and gtag's, and Consent Mode where it is mapped", async (t) => {
  const folder = await project(t, {
    "package.json": `{ "type": "module" }`,
    "icon.svg": ICON,
    "layer.js": LAYER,
    "tag.js": TAG,
    "index.html": `<!doctype html><html lang="en"><title>shop</title><link rel="icon" href="icon.svg"><script src="layer.js"></script><script src="classic.js"></script><script src="datalayer.classic.js"></script><script src="tag.js"></script>`,
  });
  for (const file of ["classic.js", "datalayer.classic.js"]) await copyFile(join(folder, "node_modules/tillside/dist", file), join(folder, file));
  const { url, rows } = await collector(t, "--site", folder, "--model", given("TILLSIDE_MODEL"));
  const { page, heard } = await tab(t);
  await page.goto(url);
  await page.evaluate(() => /** @type {any} */ (globalThis).till.ready);
  const after = await page.evaluate(async () => {
    const { dataLayer, gtag, till, end } = /** @type {any} */ (globalThis);
    const consent = () => ({ ...till.status().consent });
    const pushed = dataLayer.push({ event: "add_to_cart", ecommerce: { currency: "EUR", items: [{ item_id: "sku-1", price: 10, quantity: 2 }] } });
    const before = consent();
    gtag("consent", "update", { personalization_storage: "granted" });
    await till.flush();
    const granted = consent();
    gtag("event", "search", { search_term: "shoes" });
    gtag("consent", "update", { analytics_storage: "denied", ad_storage: "granted" });
    await till.consent({});
    const denied = consent();
    await till.consent({ measurement: true });
    end();
    gtag("event", "view_item", { items: [{ item_id: "sku-9" }] });
    await till.flush();
    return { pushed: pushed === dataLayer.length - 4, through: /** @type {any} */ (globalThis).through, before, granted, denied, refused: till.status().intake.refused };
  });
  assert.deepEqual(after, {
    pushed: true,
    through: 5,
    before: { personalisation: false, measurement: true, experiment: false },
    granted: { personalisation: true, measurement: true, experiment: false },
    denied: { personalisation: true, measurement: false, experiment: false },
    refused: {},
  });
  assert.deepEqual(told(rows), [
    ["Product Viewed", { product_id: "sku-1", name: "One" }],
    ["Product Viewed", { product_id: "sku-2", name: "Two" }],
    ["Product Added", { currency: "EUR", product_id: "sku-1", price: 10, quantity: 2 }],
  ]);
  assert.deepEqual(heard, []);
});

const HYDROGEN = `
  import { useEffect, useState } from "react";
  import { createRoot } from "react-dom/client";
  import { createBrowserRouter, RouterProvider } from "react-router";
  import { Analytics, useAnalytics } from "@shopify/hydrogen";
  import { tillside } from "tillside/inline";
  import { hydrogen } from "tillside/shopify";

  const till = (window.till = tillside({ model: "/model/manifest.json", collector: { url: "/v1/batch", writeKey: "hydrogen" }, timeout: 60_000 }));

  function Personal() {
    const { subscribe, register } = useAnalytics();
    const { ready } = register("Tillside");
    useEffect(() => {
      const end = hydrogen(till, { subscribe }, { purposes: { personalisation: "preferencesAllowed", measurement: "analyticsAllowed" } });
      ready();
      return end;
    }, []);
    return null;
  }

  const money = (amount) => ({ amount, currencyCode: "EUR" });
  const line = (number, quantity) => ({
    id: "gid://shopify/CartLine/" + number,
    quantity,
    merchandise: { id: "gid://shopify/ProductVariant/4" + number, title: "Blue", sku: "S-" + number, price: money("19.5"), product: { id: "gid://shopify/Product/" + number, title: "Shoe " + number, vendor: "Nova", productType: "Shoes", handle: "shoe-" + number } },
    cost: { totalAmount: money("19.5"), amountPerQuantity: money("19.5") },
  });
  const carts = [
    { id: "gid://shopify/Cart/c", updatedAt: "2026-01-01T00:00:00Z", totalQuantity: 1, lines: { nodes: [line(1, 1)] }, cost: {} },
    { id: "gid://shopify/Cart/c", updatedAt: "2026-01-01T00:00:01Z", totalQuantity: 4, lines: { nodes: [line(1, 3), line(2, 1)] }, cost: {} },
    { id: "gid://shopify/Cart/c", updatedAt: "2026-01-01T00:00:02Z", totalQuantity: 1, lines: { nodes: [line(1, 1)] }, cost: {} },
  ];
  const shop = { shopId: "gid://shopify/Shop/1", acceptedLanguage: "EN", currency: "EUR", hydrogenSubchannelId: "0" };
  const consent = { checkoutDomain: "checkout.shop.example", storefrontAccessToken: "0123456789abcdef0123456789abcdef" };
  const viewed = { id: "gid://shopify/Product/7", title: "Boot", price: "45.0", vendor: "Kite", variantId: "gid://shopify/ProductVariant/47", variantTitle: "Red", quantity: 1, sku: "S-7", productType: "Boots" };

  function Shop() {
    const [step, setStep] = useState(0);
    window.next = () => setStep((step) => step + 1);
    return (
      <Analytics.Provider cart={carts[step]} shop={shop} consent={consent}>
        <Personal />
        <output>{step}</output>
        <Analytics.ProductView data={{ products: [viewed] }} />
        <Analytics.CollectionView data={{ collection: { id: "gid://shopify/Collection/3", handle: "boots" } }} />
        <Analytics.SearchView data={{ searchTerm: "boots" }} />
        <Analytics.CartView />
      </Analytics.Provider>
    );
  }
  till.ready.then(() => createRoot(document.querySelector("main")).render(<RouterProvider router={createBrowserRouter([{ path: "*", element: <Shop /> }])} />));
`;

/** What stands in for the script that Shopify serves: its page has answered the banner. */
const PRIVACY = `
  const yes = () => true;
  window.Shopify ??= {};
  Object.assign((window.Shopify.customerPrivacy ??= {}), {
    consentStatus: "loaded",
    setTrackingConsent() {},
    currentVisitorConsent: () => ({ analytics: "yes", marketing: "yes", preferences: "yes", sale_of_data: "yes" }),
    analyticsProcessingAllowed: yes, marketingAllowed: yes, preferencesProcessingAllowed: yes, saleOfDataAllowed: yes,
    shouldShowBanner: () => false,
  });
  document.dispatchEvent(new CustomEvent("visitorConsentCollected", { detail: { analyticsAllowed: true, preferencesAllowed: true, marketingAllowed: false, saleOfDataAllowed: false } }));
  document.dispatchEvent(new CustomEvent("consentTrackingApiLoaded"));
`;

test("Hydrogen's own analytics bus: what it says of pages, products and the cart arrives, and its banner's answer", { skip }, async (t) => {
  const folder = await project(t, { "package.json": `{ "type": "module" }`, "main.jsx": HYDROGEN }, TOOLS);
  const out = join(folder, "site");
  await mkdir(out);
  await build({ entryPoints: [join(folder, "main.jsx")], bundle: true, format: "esm", jsx: "automatic", outfile: join(out, "main.js"), define: { "process.env.NODE_ENV": `"production"` }, conditions: ["production"], logLevel: "error" });
  await writeFile(join(out, "icon.svg"), ICON);
  await writeFile(join(out, "index.html"), `<!doctype html><html lang="en"><title>shop</title><link rel="icon" href="icon.svg"><main></main><script type="module" src="main.js"></script>`);
  const { url, rows } = await collector(t, "--site", out, "--model", given("TILLSIDE_MODEL"));
  const { page } = await tab(t);
  await page.route("**/*", async (route) => {
    const address = route.request().url();
    if (address.includes("consent-tracking-api")) return route.fulfill({ contentType: "text/javascript", body: PRIVACY });
    if (!address.startsWith(url)) return route.fulfill({ contentType: "text/javascript", body: "" });
    if (address !== `${url}/` && address !== url) return route.continue();
    const response = await route.fetch();
    const { "content-security-policy": _, ...headers } = response.headers();
    return route.fulfill({ response, headers });
  });
  await page.goto(url);
  /** @param {string} event @param {number} [least] */
  const arrived = async (event, least = 1) => {
    for (let tries = 0; tries < 600; tries++) {
      await page.evaluate(() => /** @type {any} */ (globalThis).till?.flush());
      if (rows().filter((row) => row.event === event).length >= least) return;
      await page.waitForTimeout(200);
    }
    assert.fail(`${event} did not arrive: ${JSON.stringify(told(rows))}`);
  };
  await arrived("Product Viewed");
  await arrived("Cart Viewed");
  await page.evaluate(() => /** @type {any} */ (globalThis).next());
  await arrived("Product Added", 2);
  await page.evaluate(() => /** @type {any} */ (globalThis).next());
  await arrived("Product Removed", 2);
  const of = (/** @type {string} */ event) => told(rows).filter(([name]) => name === event).map(([, properties]) => properties);
  const shoe = (/** @type {number} */ number, /** @type {number} */ quantity) => ({ currency: "EUR", product_id: `${number}`, category: "Shoes", brand: "Nova", price: 19.5, quantity, name: `Shoe ${number}`, variant: "Blue" });
  assert.deepEqual(of("Product Viewed"), [{ currency: "EUR", product_id: "7", category: "Boots", brand: "Kite", price: 45, name: "Boot", variant: "Red" }]);
  assert.deepEqual(of("Product Added").sort((a, b) => a.product_id - b.product_id), [shoe(1, 2), shoe(2, 1)]);
  assert.deepEqual(of("Product Removed").sort((a, b) => a.product_id - b.product_id), [shoe(1, 2), shoe(2, 1)]);
  assert.deepEqual(of("Product List Viewed"), [{ list_id: "boots" }]);
  assert.deepEqual(of("Products Searched"), [{ query: "boots" }]);
  assert.equal(of("Page Viewed").length, 1);
  const { consent, portrait } = await page.evaluate(() => {
    const { till } = /** @type {any} */ (globalThis);
    return { consent: till.status().consent, portrait: till.portrait() };
  });
  assert.deepEqual(consent, { personalisation: true, measurement: true, experiment: false });
  assert.deepEqual(portrait.names, { 7: "Boot", 1: "Shoe 1", 2: "Shoe 2" });
});

test("under the policy that Hydrogen makes, with its nonce and two words more, the engine opens", { skip }, async (t) => {
  const folder = await project(t, {
    "package.json": `{ "type": "module" }`,
    "policy.js": `
      import { createContentSecurityPolicy } from "@shopify/hydrogen";
      const { nonce, header } = createContentSecurityPolicy({ scriptSrc: ["'self'", "'wasm-unsafe-eval'"], shop: { checkoutDomain: "checkout.shop.example", storeDomain: "shop.example" } });
      console.log(JSON.stringify({ nonce, header }));`,
  }, TOOLS);
  const { stdout } = await exec(process.execPath, ["policy.js"], { cwd: folder, env: { ...process.env, NODE_ENV: "production" } });
  const { nonce, header } = JSON.parse(stdout);
  const dist = join(folder, "node_modules/tillside/dist");
  const script = `import { Tillside } from "./index.js"; const till = await Tillside.open({ features: { features: { a: { defaultValue: 1 } } }, timeout: 60_000 }); document.querySelector("output").textContent = till.status().engine;`;
  await writeFile(join(dist, "index.html"), `<!doctype html><html lang="en"><title>shop</title><link rel="icon" href="data:,"><output></output><script type="module" nonce="${nonce}">${script}</script>`);
  const served = await site(dist, { "content-security-policy": header });
  t.after(() => served.close());
  const { page } = await tab(t);
  await page.goto(served.url);
  await page.locator("output:not(:empty)").waitFor({ state: "attached" });
  assert.equal(await page.locator("output").textContent(), "wasm");
});

/** A pixel as `register` of @shopify/web-pixels-extension runs it, in a worker, with events as Shopify's reference has them. */
const PIXEL = `
  import { pixel } from "tillside/shopify";
  const heard = {};
  const analytics = { subscribe: (name, callback) => (heard[name] = callback) };
  let privacy;
  const customerPrivacy = { subscribe: (_, callback) => (privacy = callback) };
  onmessage = ({ data: { allowed, name, event, url } }) => {
    if (url) pixel({ analytics, init: { customerPrivacy: { analyticsProcessingAllowed: false } }, customerPrivacy }, { url, writeKey: "pixel", id: "variant", events: ["checkout_completed", "product_added_to_cart", "no_such"] });
    else if (name) heard[name]?.(event);
    else privacy({ customerPrivacy: { analyticsProcessingAllowed: allowed } });
    postMessage(Object.keys(heard));
  };
`;

test("a web pixel reports an order, with leave, and nothing of who bought", async (t) => {
  const folder = await project(t, { "package.json": `{ "type": "module" }`, "worker.js": PIXEL });
  const out = join(folder, "site");
  await mkdir(out);
  await build({ entryPoints: [join(folder, "worker.js")], bundle: true, format: "iife", outfile: join(out, "pixel.js"), logLevel: "error" });
  await writeFile(join(out, "index.html"), `<!doctype html><html lang="en"><title>checkout</title><link rel="icon" href="data:,">`);
  const checkout = await site(out, {});
  t.after(() => checkout.close());
  const { url, rows } = await collector(t, "--allow-origin", new URL(checkout.url).origin);
  const { page } = await tab(t);
  await page.goto(checkout.url);
  const variant = { id: "44", title: "Blue", sku: "S-1", price: { amount: 19.5, currencyCode: "EUR" }, product: { id: "1", title: "Shoe", vendor: "Nova", type: "Shoes" } };
  const event = (/** @type {string} */ id, /** @type {object} */ data) => ({ id, clientId: "client-1", timestamp: "2026-11-30T10:00:00.000Z", data });
  const order = { token: "t-1", email: "li.na@example.com", phone: "+861234", shippingAddress: { firstName: "Na", city: "Wuhan" }, order: { id: "gid://shopify/Order/9" }, currencyCode: "EUR", totalPrice: { amount: 39, currencyCode: "EUR" }, lineItems: [{ id: "l-1", quantity: 2, title: "Shoe", variant }] };
  await page.evaluate(async (steps) => {
    const worker = new Worker("pixel.js");
    for (const step of steps) {
      const answered = new Promise((resolve) => (worker.onmessage = resolve));
      worker.postMessage(step);
      await answered;
    }
  }, [
    { url: `${url}/v1/batch` },
    { name: "checkout_completed", event: event("m-0", { checkout: order }) },
    { allowed: true },
    { name: "product_added_to_cart", event: event("m-1", { cartLine: { quantity: 1, merchandise: variant } }) },
    { name: "checkout_completed", event: event("m-2", { checkout: order }) },
  ]);
  for (let tries = 0; tries < 300 && rows().length < 2; tries++) await page.waitForTimeout(100);
  const product = { product_id: "44", name: "Shoe", brand: "Nova", category: "Shoes", variant: "Blue", price: 19.5, currency: "EUR" };
  assert.deepEqual(rows().map(({ message_id, anonymous_id, event, message }) => [message_id, anonymous_id, event, message.properties]).sort(), [
    ["m-1", "client-1", "Product Added", { ...product, quantity: 1 }],
    ["m-2", "client-1", "Order Completed", { checkout_id: "t-1", order_id: "9", currency: "EUR", total: 39, products: [{ ...product, quantity: 2 }] }],
  ]);
  const stored = JSON.stringify(rows());
  for (const personal of ["li.na", "+861234", "Wuhan"]) assert.ok(!stored.includes(personal), personal);
});
