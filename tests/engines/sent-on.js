// Each page is a new visitor, who is sent to the next page in the moment that a variation is first used.
// @ts-expect-error where the server has the package
import { Tillside } from "/pkg/dist/index.js";
const query = new URLSearchParams(location.search);
const left = Number(query.get("left"));
if (left === 0) document.title = "done";
else {
  const till = await Tillside.open({
    // A device of its own, which nobody will ever see again.
    name: `visitor-${left}`,
    edition: "full",
    automated: false,
    collector: { url: "/v1/batch", writeKey: "test" },
    consent: { measurement: true, experiment: true },
    features: { features: { hero: { rules: [{ key: "hero", variations: ["a", "b"], hashVersion: 2 }] } } },
  });
  const next = new URLSearchParams({ left: String(left - 1), seen: `${query.get("seen") ?? ""}${till.variation("hero")?.key ?? "-"}` });
  location.replace(`?${next}`);
}
