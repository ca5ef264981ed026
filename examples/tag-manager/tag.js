// The tag: reads the dataLayer from its beginning and from then on, and shows a list. It reads Consent Mode, and waits for it.
(function () {
  var till = tillside.tillside({
    model: "/model/manifest.json",
    collector: { url: "/v1/batch", writeKey: "tags" },
  });

  tillsideDataLayer.dataLayer(till, {
    purposes: { personalisation: "personalization_storage", measurement: "analytics_storage" },
  });

  till.ready.then(function () {
    var list = document.querySelector("#for-you");
    var shelf = till.recommend({ placement: "home", limit: 4 });
    fetch("/products?ids=" + shelf.items.map(function (item) { return item.id; }))
      .then(function (answer) { return answer.json(); })
      .then(function (products) {
        list.replaceChildren.apply(list, products.map(function (product) {
          var card = document.createElement("li");
          card.dataset.id = product.id;
          card.textContent = product.title;
          card.addEventListener("click", function () { till.click(shelf, product.id); });
          return card;
        }));
        till.impression(shelf);
      });
  });
})();
