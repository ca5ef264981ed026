/** Time left to an absolute end, by the clock of the server that set it: a reload goes on where it was. */

import { el } from "./dom.js";
import { t } from "./i18n.js";

/**
 * @param {number} until by the server's clock
 * @param {() => number} now what the server's clock says
 * @param {() => void} over called once, at the end
 * @param {string} [label] what ends then
 */
export function countdown(until, now, over, label = t("action.ends")) {
  const time = el("time", { datetime: new Date(until).toISOString(), class: "countdown", role: "timer" });
  let shown = false;
  const tick = () => {
    const left = Math.max(0, Math.ceil((until - now()) / 1000));
    const days = Math.floor(left / 86400);
    const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
    time.textContent = days >= 2 ? t("action.days", { count: days }) : `${two(Math.floor(left / 3600))}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
    if (left === 0) over();
    // Until it is put on the page it waits; taken off it, it ends.
    else if (time.isConnected || !shown) setTimeout(tick, 1000);
    shown ||= time.isConnected;
  };
  tick();
  return el("p", {}, label, " ", time);
}
