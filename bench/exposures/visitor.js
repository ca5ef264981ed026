// Each page is a new visitor, who uses a variation and leaves for the next page: `?library=tillside|plugin|callback`, `left` visitors to
// come, `within` so many milliseconds. The last page is titled "done".

const query = new URLSearchParams(location.search);
const left = Number(query.get("left"));
const within = Number(query.get("within"));
const features = { hero: { rules: [{ key: "hero", variations: ["a", "b"], hashVersion: 2 }] } };

/** The variation of this visitor, by each library as its documentation has it. @type {Record<string, () => Promise<string | undefined>>} */
const libraries = {
  async tillside() {
    const { Tillside } = await import("/pkg/dist/index.js");
    const till = await Tillside.open({
      // A device of its own, which nobody will ever see again.
      name: `visitor-${left}`,
      edition: "full",
      automated: false,
      collector: { url: "/v1/batch", writeKey: "bench" },
      consent: { measurement: true, experiment: true },
      features: { features },
    });
    return till.variation("hero")?.key;
  },
  async plugin() {
    const { GrowthBook, growthbookTrackingPlugin } = await import("/peer/growthbook.js");
    const plugins = [growthbookTrackingPlugin({ ingestorHost: location.origin, enableFeatureUsageEvents: false })];
    const growthbook = new GrowthBook({ clientKey: "bench", attributes: { id: crypto.randomUUID() }, plugins });
    growthbook.initSync({ payload: { features } });
    return growthbook.evalFeature("hero").experimentResult?.key;
  },
  async callback() {
    const { GrowthBook } = await import("/peer/growthbook.js");
    const id = crypto.randomUUID();
    const growthbook = new GrowthBook({
      attributes: { id },
      trackingCallback: (/** @type {{ key: string }} */ experiment, /** @type {{ key: string }} */ result) => {
        const properties = { experimentId: experiment.key, variationId: result.key };
        void fetch("/track", { method: "POST", body: JSON.stringify([{ device_id: id, properties_json: properties }]) });
      },
    });
    growthbook.initSync({ payload: { features } });
    return growthbook.evalFeature("hero").experimentResult?.key;
  },
};

if (left === 0) document.title = "done";
else {
  const variation = (await libraries[query.get("library") ?? ""]?.()) ?? "-";
  query.set("left", String(left - 1));
  query.set("seen", `${query.get("seen") ?? ""}${variation}`);
  const leave = () => location.replace(`?${query}`);
  if (within === 0) leave();
  else setTimeout(leave, Math.random() * within);
}
