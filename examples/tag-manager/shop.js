// The shop as it is, with GA4's e-commerce events and Consent Mode in the dataLayer.
window.dataLayer = window.dataLayer || [];
function gtag() {
  dataLayer.push(arguments);
}
gtag("consent", "default", { analytics_storage: "denied", personalization_storage: "denied" });
dataLayer.push({ event: "view_item", ecommerce: { items: [{ item_id: "sku-1", item_name: "The first product" }] } });
document.querySelector("#add").addEventListener("click", function () {
  gtag("consent", "update", { analytics_storage: "granted", personalization_storage: "granted" });
  dataLayer.push({ event: "add_to_cart", ecommerce: { currency: "EUR", items: [{ item_id: "sku-1", item_name: "The first product", price: 10, quantity: 1 }] } });
});
