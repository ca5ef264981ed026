/** In-page personalisation. See README.md and docs/integration.md. Times are milliseconds since 1970 unless a field says otherwise.
 *
 *  @module tillside */

/** Kind of list; docs/integration.md says what each ranks. */
export type Placement = "home" | "product" | "complements" | "cart" | "category" | "search" | "recent" | "again";

/** Purposes that the shopper allows. Each is denied until granted. */
export interface Consent {
  /** Keep a portrait on this device and use it. */
  personalisation?: boolean;
  /** Report events to the collector. */
  measurement?: boolean;
  /** Random assignment to variations of experiments; their use is reported if `measurement` is allowed too. */
  experiment?: boolean;
}

/** Assignment of an experiment. */
export interface Variation {
  key: string;
  value: unknown;
  /** Set by `overrides`, not assigned at random. */
  forced: boolean;
  /** Of a contextual bandit: the probability of this variation. */
  propensity?: number;
}

/** Two rankings to be drafted into one list; used by `interleave` of "tillside/interleave". */
export interface DraftRequest {
  experiment: string;
  /** Ids, best first. */
  a: readonly string[];
  b: readonly string[];
  /** Ids that earlier pages of the list showed. */
  shown?: readonly string[];
  limit: number;
}

/** An item of a drafted list. */
export interface Drafted {
  id: string;
  ranker: "a" | "b";
  /** True if the other ranking would not have placed it here: a click on it is evidence. */
  competitive: boolean;
}

/** Record of a list with all its inputs; see docs/experiments.md. */
export interface Decision {
  decision: string;
  time: number;
  model: string;
  /** Hash of the model part, with its live prices and stock. */
  goods: string;
  /** Variations used in the visit, "ranker=1,hero=a". */
  variants: string;
  request: Record<string, unknown>;
  made: { items: { id: string; score: number; placed: string; propensity: number; given: number[] }[]; fallback: string };
  /** The shopper as stored, in hexadecimal digits. */
  portrait: string;
  profile: string;
}

/** Result of recomputing a recorded list. */
export interface Replayed {
  /** True if the recomputed list equals the recorded one. */
  same: boolean;
  made?: Decision["made"];
  /** Why not: "no_model", "damaged" and "request" are of the record; "other_model": the model was another, or its prices and stock. */
  code?: "no_model" | "damaged" | "request" | "other_model";
}

/** Value of a feature, and its source. */
export interface Feature {
  /** Undefined for an unknown feature. */
  value: unknown;
  on: boolean;
  source: "unknownFeature" | "defaultValue" | "force" | "experiment" | "prerequisite" | "cyclicPrerequisite" | "override";
  variation?: Variation;
}

/** Options of `Tillside.open` and {@link tillside}. */
export interface Options {
  /** URL of the model's manifest.json. Without it every shelf is the request's `fallback`. */
  model?: string;
  /** The page's category, "Fresh > Fruit": of a model in parts, opens the one with its items. */
  category?: string;
  /** Where reports go. Without it nothing is sent. */
  collector?: { url: string; writeKey: string };
  consent?: Consent;
  /** Features and experiments, in the full edition: GrowthBook's payload, or its URL. */
  features?: string | object;
  /** Attributes for conditions of features. Assignment hashes `id`, default the device's id. */
  featureAttributes?: Record<string, unknown>;
  /** Forced variations by experiment, for previews: { ranker: 1 }. They are not reported. */
  overrides?: Record<string, number>;
  /** "full" loads the module that also answers `intent`, `tags` and the portrait's dimensions; default: the manifest's
   *  edition, else "recommender". */
  edition?: "recommender" | "full";
  /** Language of reasons: "zh" or "en"; default from the document or navigator. */
  locale?: string;
  /** Name of the store on the device, for several shops on one origin. Default "tillside". */
  name?: string;
  /** Milliseconds after which `open` resolves with whatever has loaded; default 4000. Later parts are used when they
   *  arrive. */
  timeout?: number;
  /** True on pages of the shop's own staff: nothing is learnt or reported; `track` answers "staff". */
  staff?: boolean;
  /** Whether a program drives the browser. Default: what the browser says (`navigator.webdriver`, the name of a robot), and
   *  an untouched page with more than 60 events a minute. If so, nothing is learnt or reported; `track` answers "robot".
   *  Set it to false in your own browser tests. */
  automated?: boolean;
  /** The shop's rules on scores, for every list; `status().problems` names values that the model does not have. */
  rules?: readonly Rule[];
  /** Name of an item, a category path or a brand in a reason. If it returns undefined or a promise for an item, the reason
   *  uses a sentence without a name, and `say` waits for the promise. Default for categories and brands: the model's
   *  name. */
  title?: (id: string) => string | undefined | Promise<string | undefined>;
  /** The shop's own event names, mapped to names that `track` takes: `{ View: "Product Viewed" }`. */
  events?: Record<string, string>;
  /** Attributes that the shop declares over events; full edition. Errors are in `status().problems`. */
  attributes?: readonly Declaration[];
  /** Rules for tags; of the full edition. */
  tags?: readonly TagRule[];
  /** Rules of triggers and offers, or "default" for those that come with the package; of the full edition. */
  actions?: "default" | readonly ActionRule[];
  /** Where the wasm file is, if the bundler moved it, as an address, `URL`, `Request` or `Response`; or its bytes or compiled module. For a model with a sequence encoder
   *  it is `tillside/encoder.wasm`, which reads every other model too; for the full edition `tillside/full.wasm`. */
  wasm?: string | object;
  /** Called with each problem, for logging. Its exceptions are caught. */
  onWarning?: (warning: Problem) => void;
}

/** A problem that did not stop the page: stable code, cause and remedy. */
export interface Problem {
  /** Stable, dotted: "model.hash", "storage.denied", … docs/integration.md lists them all. */
  code: string;
  /** Cause with the offending value, and remedy. */
  message: string;
}

/** Result of `track`: the event's id and session, or why it was refused. */
export type Tracked =
  | { ok: true; id: string; session: string }
  /** `reason` is stable: "unknown_event", "missing:product_id", "duplicate", "no_consent", … "waiting": taken when the engine
   *  or the device has answered, or when a prerendered page becomes visible. */
  | { ok: false; reason: string };

/** Merchandising rule: raises, lowers or buries items. */
export interface Rule {
  /** Matches items that have all of these; of several values any. `brand`, `category` (a path, and below), `id`, or an
   *  attribute named as in the feed: { brand: ["Nova", "Kite"], color: "red" }. */
  where: Record<string, string | number | readonly (string | number)[]>;
  /** Factor on the score, 0.2–5; the product of several rules is limited to the same range. */
  boost?: number;
  /** Places the item after all others; takes precedence over `boost`. */
  bury?: boolean;
}

/** A request for a list of products. */
export interface Request {
  placement: Placement;
  /** 1–100, default 12. */
  limit?: number;
  /** The item the page is about: needed by `product` and `complements`. */
  item?: string;
  /** A category path, "Fresh > Fruit": needed by `category`, optional elsewhere. */
  category?: string;
  /** Search text: needed by `search`. */
  query?: string;
  /** Attributes every item must have, e.g. { color: "red" }, as the feed has them. */
  where?: Record<string, string>;
  /** Items not to show. */
  exclude?: readonly string[];
  /** Ids to show if no list can be computed. */
  fallback?: readonly string[];
  /** 0–1, default 0: weight of dissimilarity against the score. A number uses the mean similarity to the items above
   *  (maximal marginal relevance); `by: "dpp"` counts them jointly (determinantal point process). */
  diversity?: number | { by: "dpp"; strength: number };
  /** Maximum of one brand, and of one leaf category, in any five consecutive places. Relaxed, category first, if no other
   *  item is left: warning "spread_relaxed". */
  spread?: { brand?: number; category?: number };
  /** 0–0.5, default 0: share of places for rarely viewed items, drawn with a known propensity. */
  discovery?: number;
  /** Items at positions from 1. Of two on one position the first wins; an item that may not be shown loses its place. */
  pins?: readonly { id: string; position: number }[];
  /** Lists compatible items of the shopper, or of `item`, first, and drops incompatible ones; items without the attribute
   *  stay. Default false; `complements` always drops items incompatible with `item`. Needs a model trained with
   *  `--compatible`. */
  compatible?: boolean;
  /** false: the list of an unknown shopper. For the control of an experiment with personalisation. */
  personal?: boolean;
  /** In addition to those of `open`; 31 in all apply. */
  rules?: readonly Rule[];
  /** Lists variants of one product (a colour, a size) singly. Default false: a list holds a product once, as the variant that
   *  suits the shopper and is in stock. Needs a feed with `item_group_id`. */
  skus?: boolean;
  /** For an unknown shopper, spreads `home` over the shop's departments by learned weights. Default false; true in lists of
   *  `page`. */
  departments?: boolean;
}

/** A shelf of a page: a placement, or a request; the page fills in item and exclusions. */
export type Slot = Partial<Request> & { placement: Placement };

/** A request for the shelves of a page. */
export interface PageRequest {
  /** Kind of page: selects the shelves if `slots` does not. */
  surface: "home" | "product" | "cart" | "order" | (string & {});
  /** Shelves from the top, as placements or requests; nearly empty ones are left out. A `category` without a category uses the
   *  shopper's favourite category that has no shelf yet. */
  slots?: readonly (Slot | Placement)[];
  /** The item the page is about. */
  item?: string;
  /** Items on the page already. */
  exclude?: readonly string[];
}

/** A survey that is due, and its order or service contact. */
export interface Survey {
  due: "delivery" | "service";
  about: string;
  /** Days since then. */
  days: number;
}

/** Shelves that together show no product twice. */
export interface Page {
  surface: string;
  shelves: (Shelf & { category?: string })[];
  /** The next items of the feed below the shelves, none of them shown yet; at the end an empty shelf. */
  more(limit?: number): Shelf;
}

/** A request to reorder a list that the shop made. */
export interface RerankRequest {
  /** How scores are made, as for `recommend`. */
  placement: Placement;
  item?: string;
  /** The list on screen; the first 500 are ordered. */
  ids: readonly string[];
  /** How many of them have been seen and stay where they are; default 0. */
  visible?: number;
  /** Items that stay where they are. */
  pinned?: readonly string[];
  /** In addition to those of `open`. */
  rules?: readonly Rule[];
}

/** Change notification for pages that draw by themselves: an event was taken, consent changed here or in another tab, another
 *  model or part was opened. */
export type Notice = { kind: "event"; event: string } | { kind: "consent" } | { kind: "model" };

/** Change of an item, in the fields of a Merchant feed; omitted fields stay as they were. */
export interface Change {
  id: string;
  /** In the shop's currency: 19.9, "19.90" or "19.90 CNY". */
  price?: number | string;
  /** Takes precedence over `price`. */
  sale_price?: number | string;
  /** "in_stock", "out_of_stock", "preorder", "backorder", … */
  availability?: string;
}

/** Result of `patch`: changes by outcome. */
export interface Patched {
  /** True if a model is open and no change was refused. */
  ok: boolean;
  applied: number;
  /** Changes of items outside the open part; kept for a part that has them. */
  unknown: number;
  /** Changes without an id or a field, with an invalid price or availability, or beyond the 10,000th. */
  refused: number;
}

/** Source of a candidate; "host" marks the request's `fallback`. */
export type Source = "sequence" | "complement" | "content" | "affinity" | "popularity" | "search" | "recent" | "host";

/** Why an item is on a list. */
export interface Reason {
  code: "viewed" | "also_viewed" | "bought" | "goes_with" | "similar" | "category" | "brand" | "popular" | "search" | "recent" | "pinned" | "discovery" | "again" | "boosted" | "fits" | "fits_viewed" | "new" | "host";
  /** The item, category or brand that caused it. */
  because?: string;
  /** One sentence in the chosen language. */
  text: string;
}

/** An item of a list, in its place. */
export interface ShelfItem {
  id: string;
  /** Higher is better, below 0 is buried; comparable within one shelf only. */
  score: number;
  source: Source;
  /** From 1. */
  position: number;
  placed: "ranked" | "pinned" | "discovered";
  /** The probability with which a discovered item was drawn for its place; 1 for the others. */
  propensity: number;
  /** The decisive reason first, the others by contribution; at least one. */
  reasons: [Reason, ...Reason[]];
  /** Of an interleaved list: the ranker that placed it, if the other would not have. */
  ranker?: string;
}

/** Contributions to the scores of a list. */
export interface Explained {
  decision: string;
  /** When it was made, milliseconds since 1970. */
  time: number;
  placement: Placement;
  model: string;
  items: (ShelfItem & {
    /** Contributions of the sources, of the scene (season, festival, time) and of the rules or compatibility; they sum to the
     *  score. */
    contributions: Partial<Record<Source | "scene" | "rules", number>>;
    /** Contribution of each item of the history, the page or the cart, strongest first. */
    causes: { code: Reason["code"]; because: string; given: number }[];
    /** Matching rules, numbered from 0, those of `open` first; a factor of 0 buries. */
    rules: { rule: number; factor: number }[];
  })[];
}

/** The newest 200 lists of this page can be explained, until another part of the model is opened. */
export type Explanation = (Explained & { gone?: undefined }) | { decision: string; gone: true };

/** How a list was made; reports use it. */
export interface ShelfStatus {
  /** Identifies this list in reports. */
  decision: string;
  /** The model that ranked it; "" where none did. */
  model: string;
  /** "interleaved" for a list drafted by two rankers, "common" for one with `personal: false`. */
  policy?: "interleaved" | "common";
  /** Of an interleaved list: the experiment, and its two source lists. */
  experiment?: string;
  decisions?: string[];
  /** Why the list is less than fully personal: "none" when it is. */
  fallback: "none" | "content" | "popularity" | "host" | "empty";
  /** True if the list uses the shopper's history and is not a fallback ("none" or "content"). */
  personal: boolean;
  /** Share of each source in the scores; sums to 1 unless the list is empty. */
  blend: Partial<Record<Source, number>>;
  /** Candidates removed by each filter; incompatible items count as excluded. */
  filtered: { outOfStock: number; inCart: number; bought: number; excluded: number };
  /** Stable codes of problems in the request: "unknown_placement", "unknown_item", "limit_clamped", … */
  warnings: string[];
  /** Duration of the computation. */
  microseconds: number;
}

/** A ranked list of products. */
export interface Shelf {
  placement: Placement;
  items: ShelfItem[];
  /** The reason that at least half of the items share: a card need only show what differs. */
  reason?: Reason;
  /** Of a search: the corrected text, if a word was misspelt. */
  corrected?: string;
  status: ShelfStatus;
}

/** Fields of a list that reports use. */
export interface Reported {
  placement: string;
  items: readonly { id: string; position: number }[];
  status: Pick<ShelfStatus, "decision" | "model">;
}

/** A request for a set that completes an item. */
export interface BundleRequest {
  /** The item to complete. */
  item: string;
  /** Maximum of further items, default 3. */
  limit?: number;
  /** Maximum total price, the item included; above 0. */
  priceCap?: number;
  exclude?: readonly string[];
  rules?: readonly Rule[];
  /** Ids to show if no set can be computed; without a price. */
  fallback?: readonly string[];
}

/** A set with an item, no two of one leaf category. */
export interface Bundle extends Shelf {
  /** Total of the item and the set; undefined if one price is unknown. */
  price?: number;
  /** Common reason; undefined for an empty set. */
  reason?: Reason;
}

/** Everything remembered about the shopper, and derived from it. */
export interface Portrait {
  /** Newest first. */
  recent: { id: string; time: number }[];
  cart: { id: string; quantity: number }[];
  bought: { id: string; time: number; count: number }[];
  /** `short`: half-life 30 minutes; `long`: 30 days. Strongest first. */
  categories: { name: string; short: number; long: number; evidence: number }[];
  brands: { name: string; short: number; long: number; evidence: number }[];
  /** By id, what the page's events called the last sixty items that were viewed, put into the cart or bought; reasons say it. */
  names: Record<string, string>;
  events: number;
  /** Of the full edition. */
  attributes?: { member: boolean; facts: Fact[]; tags: Tag[] };
  /** Of the full edition. */
  behaviour?: Behaviour;
  /** Of the full edition. */
  transactions?: Transactions;
  /** Of the full edition. */
  sentiment?: Sentiment;
  /** Public questions, newest first: words of the catalogue, never the text. Full edition. */
  enquiries?: { kind: "question" | "comment"; item: string | null; words: string[]; category: string | null; time: number }[];
}

/** The shop's fact about a member. */
export interface Fact {
  name: string;
  value: string | number | boolean;
  last: number;
}

/** Interests and activity, from events of this device. */
export interface Behaviour {
  categories: Lean[];
  brands: Lean[];
  /** By name; `level` is the price percentile of viewed items within their category, 0–1, null under three events. */
  departments: Record<string, { weight: number; level: number | null; events: number; bought: number; last: number; confidence: number }>;
  visits: number;
  /** Days with an event. */
  days: number;
  first: number | null;
  last: number | null;
  searches: { name: string; short: number; long: number; evidence: number; last: number; confidence: number }[];
  /** Where visits came from. */
  channels: { name: string; visits: number; last: number }[];
}

/** Opinions of the shopper: means of ratings and surveys, null without any. */
export interface Sentiment {
  rating: number | null;
  ratings: number;
  product: number | null;
  service: number | null;
  delivery: number | null;
  dislikes: number;
  returns: number;
  contacts: number;
  /** Open. */
  issues: number;
  /** The least liked first. */
  categories: { name: string; value: number; evidence: number; last: number; confidence: number }[];
  last: number | null;
  evidence: number;
  confidence: number;
}

/** A condition in the language of GrowthBook, over what docs/integration.md lists. */
export type Condition = Record<string, unknown>;

/** An attribute that the shop declares: a measure of an event's property over a window of days. */
export interface Declaration {
  /** Without dots; conditions use it. */
  name: string;
  /** Any event name that `track` takes. */
  event: string;
  measure: "count" | "sum" | "min" | "max" | "mean" | "first" | "last" | "unique";
  /** The measured property; without it events are counted. */
  of?: string;
  /** Over the event's properties. */
  where?: Condition;
  /** The last so many days; default all time. */
  days?: number;
}

/** `short`: the window had more samples than are kept. */
export interface Attribute {
  value: unknown;
  short: boolean;
}

/** A rule that gives and takes a tag. */
export interface TagRule {
  tag: string;
  title?: { en?: string; zh?: string };
  enter: Condition;
  /** Default: the tag ends with its lifetime only. */
  exit?: Condition;
  /** Since the condition held last; default 90. */
  days?: number;
}

/** A tag of the shopper, with its origin and evidence. */
export interface Tag {
  name: string;
  title: { en: string; zh: string };
  since: number;
  until: number | null;
  origin: "derived" | "imported";
  /** Attributes that the condition used, with their values. */
  evidence: Record<string, unknown> | null;
}

/** Intent of the current visit. */
export interface Intent {
  phase: "explore" | "compare" | "decide" | "checkout" | "leaving";
  /** Probability that this visit ends in a purchase, 0–1; null without the full edition. */
  purchase: number | null;
  hesitating: boolean;
  /** 0–1. */
  hesitation: number;
  reason: "price" | "fit" | "trust" | "delivery" | "comparison" | null;
  /** The item that the shopper hesitates over. */
  item: string | null;
  evidence: { sign: string; count: number }[];
}

/** The first clause that keeps an item off a list, with actual and needed value. */
export interface WhyNot {
  clause:
    | "shown" | "unknown_item" | "category" | "not_found" | "substitute" | "out_of_stock" | "in_cart" | "bought" | "unfit" | "settled"
    | "variant" | "excluded" | "of_page" | "viewed" | "filtered" | "buried" | "score" | "no_model" | "no_engine";
  /** A place, path, quantity, time, score or the item that stands for its product, as the clause has it. */
  actual: number | string | null;
  needed: number | null;
  /** Of `score`: its place, where it is among the best hundred, and how many places there are. */
  rank?: number | null;
  limit?: number;
}

/** A part of the portrait to delete. */
export interface Erasure {
  kind: "tag" | "category" | "brand" | "item" | "search" | "fact";
  name: string;
}

/** A wish to see more or less of a category or brand. */
export interface Preference {
  kind: "category" | "brand";
  name: string;
  /** false for less. */
  more: boolean;
}

/** A signed-in member, with the shop's facts and tags. */
export interface Identity {
  /** A hash that the shop makes, of 16 to 128 letters and digits; null at sign-out. */
  member?: string | null;
  facts?: Record<string, string | number | boolean>;
  tags?: readonly (string | { name: string; until?: number })[];
  /** The value with the greater version wins; default now. */
  version?: number;
}

/** Surface of an action, and attributes of the page for conditions (`page.…`). */
export interface Moment {
  surface: string;
  page?: Record<string, unknown>;
}

/** A rule; see docs/actions.md. */
export interface ActionRule {
  id: string;
  when?: { event: string };
  if?: Condition;
  /** Off the site without title, and with content: the template. */
  do: { type: ActionType; title?: string | { en: string; zh: string }; text?: string | { en: string; zh: string }; campaign?: string; content?: string };
  surfaces?: readonly string[];
  value?: number;
  success?: number;
  interrupts?: boolean;
  caps?: { session?: number; day?: number; total?: number };
  cooldown_hours?: number;
  lasts_minutes?: number;
  quiet?: { from: number; to: number };
  ladder?: string;
  wait_hours?: number;
  /** Off the page a message is asked for by a report, and `actions` does not answer it. */
  channel?: "page" | "mail" | "sms" | "wecom";
  after_hours?: number;
  note?: string;
}

/** Kind of an action; offers carry a campaign. */
export type ActionType = "apology" | "reminder" | "information" | "survey" | "service" | "store" | "preview" | "offer";

/** An action that a rule proposes for a surface. */
export interface Action {
  rule: string;
  type: ActionType;
  title: { en: string; zh: string };
  text: { en: string; zh: string };
  /** The CRM's campaign that mints the coupon of an offer. */
  campaign: string | null;
  content: string | null;
  item: string | null;
  channel: "page";
  interrupts: boolean;
  /** Unix milliseconds of its event, and of its end: no reload moves them. */
  since: number | null;
  until: number | null;
  score: number;
}

/** Response of the shopper to an action. */
export type Response = "shown" | "accepted" | "dismissed";

/** The first reason against a rule; `clause` if it is the condition. */
export interface HeldBack {
  code: "unknown_rule" | "not_armed" | "surface" | "condition" | "quiet" | "cap" | "complaint" | "ladder" | "ladder_done" | "channel" | "worth" | "outranked" | "no_engine";
  clause?: { path: string; attribute: string; actual: unknown; expected: unknown; failed: boolean };
  [value: string]: unknown;
}

/** Money in minor units. An arm without amount and percent is no discount. */
export interface OfferArm {
  id: string;
  amount?: number;
  percent?: number;
  cap?: number;
  threshold?: number;
  successes?: number;
  failures?: number;
}

/** A campaign that `tillside/offers` handed over, or arms of the request's own. */
export type OfferRequest = {
  /** In minor units. `headroom`: by how many percent the line may be reduced; without it not at all. */
  cart: readonly { amount: number; headroom?: number }[];
  /** Names shopper, campaign and period. */
  key: string;
} & (
  | { arms: readonly OfferArm[] }
  | {
      campaign: string;
      /** Campaigns of which the wallet has a coupon: they give no other. */
      held?: readonly string[];
      /** What the campaign's budget has left, in minor units. */
      left?: number;
    }
);

/** The benefit chosen for a cart, or why none was. Amounts are in minor units. */
export type Offer =
  | {
      arm: string;
      discount: number;
      /** The probability that this arm had. */
      propensity: number;
      leftOut: { arm: string; code: string }[];
      /** Whether the choice was not the same for everybody with this cart: of a campaign, because it read the portrait. */
      disclosure: boolean;
      next?: { arm: string; missing: number };
      /** Of a campaign: its name, the version of its posterior or "prior", when it was decided and when that ends. */
      campaign?: string;
      policy?: string;
      since?: number;
      expires?: number | null;
    }
  | { arm: null; code: string; path?: string; remedy?: string; next?: { arm: string; missing: number } };

/** Summary of an order history from another system; amounts in the shop's currency. */
export interface Imported {
  source: string;
  history: { orders: number; first: number; last: number; spent?: number; discount?: number; items?: number; coupons?: number; gaps?: number; squares?: number };
}

/** `reason` is stable: "no_consent", "edition" where the full edition is needed, "personal:member", … */
export type Changed = { ok: true; switched?: boolean; refused?: string[] } | { ok: false; reason: string };

/** An interest relative to the shop's share: `lift` is the natural logarithm of the ratio to the mean shopper, over 30 days;
 *  `shortLift` the same over 30 minutes. */
export interface Lean {
  name: string;
  short: number;
  long: number;
  /** Of the shop's items. */
  share: number;
  lift: number;
  shortLift: number;
  evidence: number;
  /** Milliseconds since 1970. */
  last: number;
  /** 0–1. */
  confidence: number;
}

/** Orders as sums and gaps; null where there are too few. */
export interface Transactions {
  orders: number;
  /** Refunds. */
  returns: number;
  spent: number;
  /** Of an order: paid, pieces, discount. */
  average: number | null;
  items: number | null;
  discount: number | null;
  /** Orders with a coupon. */
  coupons: number;
  first: number | null;
  last: number | null;
  /** Days between orders, and their standard deviation. */
  gap: number | null;
  gapSpread: number | null;
  /** Days since the last. */
  days: number | null;
  confidence: number;
}

/** The last order is recent or long ago, trips are many or few, orders large or small. */
export type SegmentTrait = "recent" | "away" | "frequent" | "occasional" | "large_orders" | "small_orders";

/** Customers whose orders are alike. */
export interface Segment {
  /** Such as "frequent-recent": its two leading traits. */
  name: string;
  /** From 0, the segment of most customers first. */
  number: number;
  /** What sets it apart from the average customer, the furthest first; empty for the average. */
  traits: SegmentTrait[];
  /** Of the shop's customers, 0–1. */
  share: number;
  /** From its centre, in standard deviations. */
  distance: number;
}

/** Life cycle of the shopper as a customer. */
export interface Stage {
  stage: "prospect" | "new" | "growing" | "mature" | "dormant" | "churned" | "won_back";
  /** Milliseconds since 1970; a stage lasts at least a day. */
  since: number;
  journey: "discover" | "consider" | "decide" | "receive" | "repeat" | "lapse";
  /** Days with an order. */
  trips: number;
  /** Days since the last order. */
  idle: number | null;
  /** Digits 1–5 by the shop's quintiles; null where the model brings none. */
  rfm: { recency: number; frequency: number; monetary: number; segment: string } | null;
  /** The customers of the shop whose orders are alike: the nearest centroid of k-means; null without orders, or where the model has no segments. */
  segment: Segment | null;
  /** The probability that the shopper still buys here (BG/NBD); 1 after one order. */
  alive: number | null;
  /** Expected orders within 30 and 90 days. */
  expected: [number, number] | null;
  /** Days by which the next order comes with 25, 50 and 75 %, if it comes. */
  next: [number, number, number] | null;
  /** Expected spend of an order (gamma-gamma), and the mean so far. */
  spend: number | null;
  average: number | null;
  /** By how much an order's spend changes in 30 days (Theil–Sen). */
  trend: number | null;
  churn: {
    /** Of no order within 90 days. */
    probability: number | null;
    band: "active" | "cooling" | "at_risk" | "highly_at_risk" | "lost" | null;
    /** The rule: no visit for 30 days, or half as many as before. */
    warning: boolean;
    /** Days since the last visit. */
    silent: number;
    /** Days between today's visit and the previous one. */
    away: number;
    /** Of the frequency of visits, 0–1; null after too few. */
    fall: number | null;
    why: ("silent" | "fallen" | "band")[];
  };
  /** The model brings no parameters: the rule and days alone decide. */
  ruleOnly: boolean;
}

/** Products to leave out of the repurchases that are due. */
export interface DueRequest {
  /** Ids of products in delivery, or still in stock at home: not due. */
  undelivered?: readonly string[];
  stocked?: readonly string[];
}

/** Repurchases that are due, and the usual basket. */
export interface DueAnswer {
  /** Most overdue first; a product has an `id`, a category its path. */
  items: {
    id?: string;
    category?: string;
    due: boolean;
    suppressed: "undelivered" | "stocked" | null;
    /** Probability of a purchase within seven days. */
    probability: number;
    /** Days from now: the middle half of the next purchase. */
    window: [number, number];
    /** Intervals seen. */
    evidence: number;
    /** Monday is 0; null unless it can be claimed. */
    weekday: number | null;
    weekdayProbability: number | null;
    /** Days since the last purchase, and the mean interval. */
    elapsed: number;
    every: number;
    /** Purchases a day, by which the list is ordered. */
    rate: number;
  }[];
  /** Products in at least half of the last ten trips. */
  usual: { id: string; quantity: number; share: number }[];
}

/** A mean percentile of price within the leaf category, and its 90 % interval. */
export interface PriceLevel {
  percentile: number;
  between: [number, number];
  evidence: number;
}

/** Price level, response to promotions, brand loyalty, breadth and drift of interests. */
export interface Taste {
  /** Null on too little evidence. */
  type: "price_sensitive" | "balanced" | "quality_seeking" | null;
  price: PriceLevel | null;
  viewedPrice: PriceLevel | null;
  prices: { category: string; level: PriceLevel }[];
  /** Three measures of how much reduced prices move the shopper, 0–1, and their mean. No price depends on them. */
  promotion: { all: number; conversion: number; between: [number, number]; discount: number; reduced: number; evidence: number } | null;
  loyalty: { brand: string; share: number; concentration: number; evidence: number } | null;
  breadth: { categories: number; effective: number } | null;
  /** Jensen–Shannon divergence in bits of the latest from earlier interests; `moved` if it is above chance. */
  drift: { divergence: number; moved: boolean; movers: { name: string; change: number }[]; evidence: number } | null;
}

/** Surroundings that the page knows; omitted fields keep their last value. */
export interface Place {
  /** Minutes east of UTC, and the zone's name. */
  zone?: number;
  zoneName?: string;
  locale?: string;
  /** Two letters, never a place. */
  region?: string;
  device?: "phone" | "tablet" | "desktop";
  page?: string;
}

/** The surroundings as understood: page, local time, season, region, device, festivals. */
export interface Scene {
  page: string;
  zone: number;
  /** Monday is 0. */
  weekday: number;
  part: "night" | "morning" | "afternoon" | "evening";
  season: "spring" | "summer" | "autumn" | "winter";
  region: string | null;
  language: string;
  device: "phone" | "tablet" | "desktop" | null;
  /** Near by region and date; `strength` rises to 1 on its own days, `ahead` are days until then. */
  festivals: { id: string; en: string; zh: string; strength: number; ahead: number }[];
  warnings: ("zone_invalid" | "locale_invalid" | "region_invalid" | "device_invalid")[];
}

/** State of the engine on this page. */
export interface Status {
  /** "wasm" when the engine runs, "fallback" when it could not start. */
  engine: "wasm" | "fallback";
  model: { id: string; items: number; bytes: number } | null;
  consent: Required<Consent>;
  /** True if shelves can be personal: engine, model and consent to personalisation are there. */
  personal: boolean;
  /** Global Privacy Control as the browser reports it. */
  gpc: boolean;
  /** "disk" only while consent allows it and the device does. */
  storage: "disk" | "memory";
  session: string;
  /** Bytes of wasm memory. */
  memory: number;
  queue: { waiting: number; bytes: number; sent: number; dropped: number; nextTry: number | null };
  /** Accepted events; refused ones by reason; and dropped properties of accepted ones: outside the allow-list, with personal data,
   *  or of the wrong kind. */
  intake: { accepted: number; refused: Record<string, number>; dropped: { unknown: number; personal: number; invalid: number } };
  problems: Problem[];
}

/** Where a visit came from, as properties of an event. */
export interface Origin {
  /** `utm_medium`, or "paid_search" for a click identifier of paid search. */
  channel?: string;
  /** `utm_campaign`. */
  campaign?: string;
  /** Absent if the page was reached from the shop itself, or directly. */
  referrer_class?: "search" | "social" | "referral";
}

/** Reads an address and a referrer, default the page's own: `track("Page Viewed", origin())`. Identifiers are not in it. */
export declare function origin(address?: string, referrer?: string): Origin;

/** A working object in the same tick. Until it is open, lists are the request's `fallback`, and calls (events, consent, impressions,
 *  clicks, everything that returns a promise) wait and run in order; `track` answers "waiting". Throws TypeError for unknown or
 *  mistyped options. */
export declare function tillside(options?: Options): Tillside;

/** One shopper and one shop on this page. */
export declare class Tillside {
  private constructor();
  /** Resolves with this object when it is open; never rejects. */
  readonly ready: Promise<Tillside>;
  /** Never rejects for anything that happens at run time (network, model, storage, wasm), and resolves within `timeout`: the
   *  page gets a working object and `status().problems`. On one page the same options give the same object.
   *  Rejects with TypeError for unknown or mistyped options. */
  static open(options?: Options): Promise<Tillside>;

  /** `event`: a Segment e-commerce name, or one of GA4, Shopify or Google Retail. Never throws. */
  track(event: string, properties?: object): Tracked;
  /** Synchronous. Never throws. */
  recommend(request: Request): Shelf;
  /** The shelves of a whole page, no product twice on it. Never throws. */
  page(request: PageRequest): Page;
  /** The ids of all variants of an item's product, itself included, the most popular first; empty for an unknown item. */
  variants(item: string): string[];
  /** Marks a purchase as a gift: its effect on the portrait is undone. */
  gift(item: string): Tracked;
  /** Excludes a product from suggestions; its views no longer count. */
  notForMe(item: string): Tracked;
  /** A set of complements of an item and of each other. Never throws. */
  bundle(request: BundleRequest): Bundle;
  /** A permutation of the ids, ranked for the shopper; unknown ids come last. Never throws. */
  rerank(request: RerankRequest): string[];
  /** Applies changed prices and stock from the next list on. Never throws. */
  patch(feed: readonly Change[]): Patched;
  /** Of a model in parts, opens the one with the items of this category; resolves to whether they are loaded. Until then, or if it
   *  cannot be loaded, lists use the previous part. Never rejects. */
  enter(category: string): Promise<boolean>;
  /** Explains a list by its `shelf.status.decision`. */
  explain(decision: string): Explanation;
  /** The sentence of a reason, with the name that `title` gives, for which it waits for a second at most. */
  say(reason: Reason): Promise<string>;
  /** Calls `watcher` after each change, until the function that it returns is called. */
  watch(watcher: (notice: Notice) => void): () => void;
  /** Report that a shelf was seen; call it when it is on screen. Counted once for each shelf. */
  impression(shelf: Reported): Tracked;
  /** Report a click on an item of a shelf; reports the shelf as seen first if it was not. */
  click(shelf: Reported, id: string): Tracked;
  /** A feature's value, in the full edition. The call counts as exposure: the experiment that decides the value is reported, once a
   *  session. `attributes` take precedence over those of `open`. */
  feature(key: string, attributes?: Record<string, unknown>): Feature;
  /** The variation of an experiment; undefined outside it. The call counts as exposure, as with `feature`. */
  variation(experiment: string, attributes?: Record<string, unknown>): Variation | undefined;
  /** One list drafted from two rankings; undefined without consent to experiments. Full edition, as the next two. */
  ask(what: "draft", request: DraftRequest): Drafted[] | undefined;
  /** The newest 200 lists of this page with all their inputs, oldest first; in memory only. */
  ask(what: "decisions"): Decision[] | undefined;
  /** Recomputes the list of a record on the open model. */
  ask(what: "replay", record: Decision): Replayed | undefined;
  /** The survey that may be shown now, by the facts of `identify`; null if none is due. */
  ask(what: "survey"): Survey | null | undefined;
  /** Any question of the full edition by name, JSON both ways, for scripts beside this object ("tillside/stores", "tillside/content",
   *  "tillside/prices"); undefined in an edition without an answer. Prefer the methods. Never throws. */
  ask(what: string, request?: unknown): any;
  /** Everything remembered about this shopper, and derived from it. */
  portrait(): Portrait;
  /** Phase of the visit, purchase probability and hesitation. Full edition, as all below up to `import`. */
  intent(): Intent;
  /** Tags of the shopper, by the shop's rules. */
  tags(): Tag[];
  /** Current values of the shop's declared attributes, by name. */
  attributes(): Record<string, Attribute>;
  /** Why an item is not in the list of a request. */
  explainNot(question: { item: string; request?: Request }): WhyNot;
  /** The shopper deletes a tag, an interest, a viewed item, a search or a fact; it stays deleted for 180 days. */
  erase(what: Erasure): Promise<Changed>;
  /** The shopper wants to see more of a category or brand, or less. */
  prefer(what: Preference): Promise<Changed>;
  /** Signs a member in, with the shop's facts about them. Another member, or null, deletes the data of the previous one. */
  identify(who: Identity): Promise<Changed>;
  /** Imports an order history, summarised by a source of the shop. */
  import(what: Imported): Promise<Changed>;
  /** Actions of the shop's rules for this surface now, best first; full edition, as all below up to `offer`. */
  actions(moment: Moment): Action[];
  /** Records the response to an action, for caps and ladders. */
  respond(action: { rule: string }, response: Response): boolean;
  /** Why a rule gives no action now; null if it does. */
  whyNot(question: { action: string } & Moment): HeldBack | null;
  /** Chooses one of a campaign's benefits for a cart, under the headroom of its lines; the same key gives the same answer. */
  offer(request: OfferRequest): Offer;
  /** Full edition: life cycle, probability of being alive, expected spend. */
  stage(): Stage | undefined;
  /** Full edition: repurchases due, and the usual basket. */
  due(request?: DueRequest): DueAnswer;
  /** Full edition: price level, promotions, brands, breadth, drift of interests. */
  taste(): Taste | undefined;
  /** Full edition: sets the scene from now on, and returns it as understood. Time zone and language are the page's by
   *  default. */
  scene(place?: Place): Scene | undefined;
  /** Grants or withdraws purposes, effective at once; the data of a withdrawn purpose is deleted. */
  consent(consent: Consent): Promise<Status>;
  /** A copy for the shopper: `{ portrait, queue }`, the portrait and the reports that wait to be sent. Not in it: the choice of
   *  purposes, ids that detect duplicates, assignments of experiments and offers, and words of events not folded yet; see docs/privacy.md. */
  export(): Promise<object>;
  /** Delete everything on this device about this shopper. */
  forget(): Promise<void>;
  /** Try to send what is waiting; resolves with how many events are still waiting. */
  flush(): Promise<number>;
  /** State of the engine, with the problems so far. Never throws. */
  status(): Status;
  /** Stops timers and listeners, and writes pending rows, once every opener has closed it. */
  close(): Promise<void>;
}
