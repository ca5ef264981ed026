/** The strip of live rooms on the front page. */

import { el } from "./dom.js";
import { pick } from "./i18n.js";
import { toLive } from "./links.js";
import { goods, picture, rooms } from "./shop.js";
import { widgets } from "./widgets.js";

/** Nothing in a shop without rooms. */
export async function liveStrip() {
  const all = await rooms();
  if (!all.length) return null;
  const [found] = await Promise.all([goods(all.flatMap(({ items: [first] }) => first ?? [])), widgets()]);
  const strip = el("till-live", { class: "shelf" });
  strip.rooms = all.map(({ id, name, host, items: [first] }) => {
    const good = first ? found.get(first) : undefined;
    return { id, name: pick(name), host: pick(host), link: toLive(id), ...(good && { image: picture(good) }) };
  });
  return strip;
}
