// The tag: reads the dataLayer from its beginning and from then on, and shows a list. It reads Consent Mode, and waits for it.
(function () {
  var till = tillside.tillside({
    model: "/model/manifest.json",
    collector: { url: "/v1/batch", writeKey: "tags" },
  });

  function take(entry) {
    // gtag() pushes its arguments, Tag Manager objects. What is denied by default is not a withdrawal.
    if (entry[0] === "consent" && entry[1] === "update") {
      till.consent({
        personalisation: entry[2].personalization_storage === "granted",
        measurement: entry[2].analytics_storage === "granted",
      });
    } else if (entry[0] === "event") {
      till.track(entry[1], entry[2]);
    } else if (entry.event && entry.ecommerce) {
      till.track(entry.event, entry.ecommerce);
    }
  }
  var layer = (window.dataLayer = window.dataLayer || []);
  layer.forEach(take);
  var push = layer.push;
  layer.push = function () {
    Array.prototype.forEach.call(arguments, take);
    return push.apply(layer, arguments);
  };

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
