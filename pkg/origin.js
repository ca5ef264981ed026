// Where a visit came from, in the words that events may carry, read off the page's address and its referrer. Of click
// identifiers only that there was one is told, of the referrer only its class.
// @ts-check

/** Click identifiers of paid search. */
const PAID = ["gclid", "gbraid", "wbraid", "dclid", "msclkid"];
/** Sites by class; what follows their name is a country's or no matter. */
const SEARCH = /(^|\.)(google|bing|baidu|sogou|yahoo|duckduckgo|yandex|ecosia|naver|so)\.[a-z.]+$/;
const SOCIAL = /(^|\.)(facebook|instagram|tiktok|douyin|weibo|xiaohongshu|pinterest|reddit|linkedin|youtube|twitter|x|t)\.(com|cn|co)$/;

/** @param {string} [address] @param {string} [referrer] @returns {import("./index.d.ts").Origin} */
export function origin(address = globalThis.location?.href, referrer = globalThis.document?.referrer) {
  /** @type {import("./index.d.ts").Origin} */
  const found = {};
  try {
    const { searchParams, hostname } = new URL(address);
    const said = (/** @type {string} */ name) => searchParams.get(name)?.trim() || undefined;
    const channel = said("utm_medium") ?? (PAID.some(said) ? "paid_search" : undefined);
    const campaign = said("utm_campaign");
    if (channel) found.channel = channel;
    if (campaign) found.campaign = campaign;
    const from = new URL(referrer).hostname;
    if (from !== hostname) found.referrer_class = SEARCH.test(from) ? "search" : SOCIAL.test(from) ? "social" : "referral";
  } catch {
    // No address, or no referrer: nothing more is known.
  }
  return found;
}
