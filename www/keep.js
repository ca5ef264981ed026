/** What the pages themselves keep on the device, which is little, and nothing unless the shopper allows it. The engine keeps its own. */

const PREFIX = "shop.";
/** The language chosen; the goods that the front page showed last; whether somebody signed in here. @typedef {"language" | "front" | "member"} Key */

/** @param {Key} key @returns {string | null} */
export function kept(key) {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

/** @param {Key} key @param {string | null} value `null` takes it off the device */
export function keep(key, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, value);
  } catch {
    // A device that refuses storage has nothing to forget; what was to be kept lasts as long as the page.
  }
}
