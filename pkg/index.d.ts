/** Tillside: in-page personalisation. See README.md and docs/integration.md. */

export type Placement = "home" | "product" | "complements" | "cart" | "category" | "search" | "recent" | "again";

/** What the shopper allows. Everything is denied until granted. */
export interface Consent {
  /** Keep a portrait on this device and use it. */
  personalisation?: boolean;
  /** Report events to the collector. */
  measurement?: boolean;
  /** Take part in experiments: be put into variations by chance. What is used is reported where `measurement` is allowed too. */
  experiment?: boolean;
}

/** What an experiment decided. */
export interface Variation {
  key: string;
  value: unknown;
  /** By `overrides`, and not by chance. */
  forced: boolean;
  /** Of a contextual bandit: the probability that this variation had. */
  propensity?: number;
}

/** Two rankings of which one list is drafted; `interleave` of "tillside/interleave" asks it. */
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
  /** The other ranking would not have put it there: a choice of it tells something. */
  competitive: boolean;
}

/** A list that was made, with all that it was made of; see docs/experiments.md. */
export interface Decision {
  decision: string;
  time: number;
  model: string;
  /** A hash of the part of the model, and of prices and stock that were taken over into it. */
  goods: string;
  /** The variations that were used in the visit, "ranker=1,hero=a". */
  variants: string;
  request: Record<string, unknown>;
  made: { items: { id: string; score: number; placed: string; propensity: number; given: number[] }[]; fallback: string };
  /** The shopper as stored, in hexadecimal digits. */
  portrait: string;
  profile: string;
}

export interface Replayed {
  /** The list is the same as was made then. */
  same: boolean;
  made?: Decision["made"];
  /** Why not: "no_model", "damaged" and "request" are of the record; "other_model": the model was another, or its prices and stock. */
  code?: "no_model" | "damaged" | "request" | "other_model";
}

/** What a feature is. */
export interface Feature {
  /** Undefined where nothing says. */
  value: unknown;
  on: boolean;
  source: "unknownFeature" | "defaultValue" | "force" | "experiment" | "prerequisite" | "cyclicPrerequisite" | "override";
  variation?: Variation;
}

export interface Options {
  /** URL of the model's manifest.json. Without it every shelf is the `fallback` the caller gives. */
  model?: string;
  /** The category that the page is about, "Fresh > Fruit": of a model in parts, the one with its items is opened. */
  category?: string;
  /** Where reports go. Without it nothing is sent. */
  collector?: { url: string; writeKey: string };
  consent?: Consent;
  /** Features and experiments, in the full edition: GrowthBook's payload, or its URL. */
  features?: string | object;
  /** What conditions of features may ask for. `id`, which assignment goes by, is this device's unless it is given. */
  featureAttributes?: Record<string, unknown>;
  /** Variations by experiment that are shown whatever chance says, for a look at them: { ranker: 1 }. They are not reported. */
  overrides?: Record<string, number>;
  /** "full" takes the module that also answers `intent`, `tags` and the portrait's dimensions; default what the manifest
   *  says, else "recommender". */
  edition?: "recommender" | "full";
  /** Language of reasons: "zh" or "en"; default from the document or navigator. */
  locale?: string;
  /** Name of the store on the device, for several shops on one origin. Default "tillside". */
  name?: string;
  /** Milliseconds after which `open` resolves with what it has, whatever does not answer; default 4000. The rest is taken in
   *  when it comes. */
  timeout?: number;
  /** The shop's rules on scores, for every list; of what does not fit the model, `status().problems` says so. */
  rules?: readonly Rule[];
  /** What to call an item, a category path or a brand in a reason. An item that it does not know at once (undefined, or a
   *  promise) is not named: the reason has a sentence that needs no name, and `say` waits for the promise. A category or brand is
   *  called as the model has it. */
  title?: (id: string) => string | undefined | Promise<string | undefined>;
  /** Names of the shop's own events, and what each is in the words that `track` takes: `{ View: "Product Viewed" }`. */
  events?: Record<string, string>;
  /** Attributes that the shop declares over events; of the full edition. What is wrong with one, `status().problems` says. */
  attributes?: readonly Declaration[];
  /** Rules for tags; of the full edition. */
  tags?: readonly TagRule[];
  /** Rules of triggers and offers, or "default" for those that come with the package; of the full edition. */
  actions?: "default" | readonly ActionRule[];
  /** Where the wasm file is, if the bundler moved it, as an address, `URL`, `Request` or `Response`; or its bytes or compiled module. For a model with a sequence encoder
   *  it is `tillside/encoder.wasm`, which reads every other model too; for the full edition `tillside/full.wasm`. */
  wasm?: string | object;
  /** Called with each problem that the page may want to log. Never throws into the page. */
  onWarning?: (warning: Problem) => void;
}

export interface Problem {
  /** Stable, dotted: "model.hash", "storage.denied", … docs/integration.md lists them all. */
  code: string;
  /** What happened, with the offending value, and what to do. */
  message: string;
}

export type Tracked =
  | { ok: true; id: string; session: string }
  /** `reason` is stable: "unknown_event", "missing:product_id", "duplicate", "no_consent", … "waiting": taken when the engine
   *  or the device has answered, or when a prerendered page is looked at. */
  | { ok: false; reason: string };

/** What the shop raises, lowers or puts last. */
export interface Rule {
  /** What an item must be, all of it; of several values any. `brand`, `category` (a path, and below), `id`, or an
   *  attribute as the feed has it: { brand: ["Nova", "Kite"], color: "red" }. */
  where: Record<string, string | number | readonly (string | number)[]>;
  /** What the score is multiplied by, 0.2–5; several rules together are held to that too. */
  boost?: number;
  /** Behind everything that is not buried; counts before `boost`. */
  bury?: boolean;
}

export interface Request {
  placement: Placement;
  /** 1–100, default 12. */
  limit?: number;
  /** The item the page is about: needed by `product` and `complements`. */
  item?: string;
  /** A category path, "Fresh > Fruit": needed by `category`, optional elsewhere. */
  category?: string;
  /** What was typed: needed by `search`. */
  query?: string;
  /** Attributes every item must have, e.g. { color: "red" }, as the feed has them. */
  where?: Record<string, string>;
  /** Items not to show. */
  exclude?: readonly string[];
  /** What to show where nothing can be computed. */
  fallback?: readonly string[];
  /** 0–1, default 0: how much being unlike what stands above counts beside the score. A number looks at how alike all
   *  above is in the mean (maximal marginal relevance); `by: "dpp"` at all of it together (a determinantal point process). */
  diversity?: number | { by: "dpp"; strength: number };
  /** At most so many of one brand, and of one leaf category, in any five in a row. Given up, category first, where nothing
   *  else is left: warning "spread_relaxed". */
  spread?: { brand?: number; category?: number };
  /** 0–0.5, default 0: the share of places for items that hardly anybody sees, drawn with a known propensity. */
  discovery?: number;
  /** Items at places from 1. Of two on one place the first holds; an item that may not be shown loses its place. */
  pins?: readonly { id: string; position: number }[];
  /** Only what works with the shopper's things, or with `item`, and that first; what no attribute speaks of stays. Default
   *  false; `complements` never holds what does not work with `item`. Needs a model trained with `--compatible`. */
  compatible?: boolean;
  /** false: the list is as for somebody of whom nothing is known. For the control of an experiment with personalisation. */
  personal?: boolean;
  /** Beside those given to `open`; 31 in all hold. */
  rules?: readonly Rule[];
  /** Whether variants of one product (a colour, a size) may stand side by side. Default false: a list holds a product once, by the
   *  variant that suits the shopper and is in stock. Needs a feed with `item_group_id`. */
  skus?: boolean;
  /** For somebody of whom nothing is known, `home` spreads over the shop's departments as the model has learnt. Default false; a page
   *  of `page` does. */
  departments?: boolean;
}

/** A shelf of a page: a placement, or a request whose place, item and exclusions the page fills in. */
export type Slot = Partial<Request> & { placement: Placement };

export interface PageRequest {
  /** What kind of page it is: decides the shelves where `slots` does not. */
  surface: "home" | "product" | "cart" | "order" | (string & {});
  /** Shelves from the top, as placements or as requests; one that would be all but empty is left out. A `category` without a category is
   *  of the one the shopper likes best that has no shelf yet. */
  slots?: readonly (Slot | Placement)[];
  /** The item the page is about. */
  item?: string;
  /** Items on the page already. */
  exclude?: readonly string[];
}

/** A survey that is due: about which order, or which contact with service. */
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
  /** The next items of the feed below the shelves, none of which was shown; at the end an empty shelf. */
  more(limit?: number): Shelf;
}

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
  /** Beside those given to `open`. */
  rules?: readonly Rule[];
}

/** What a page that draws by itself may want to hear of: an event was taken, the shopper chose here or in another tab, another
 *  model or part of one was opened. */
export type Notice = { kind: "event"; event: string } | { kind: "consent" } | { kind: "model" };

/** What has changed of an item, in the words of a Merchant feed; what is left out stays as it was. */
export interface Change {
  id: string;
  /** In the shop's currency: 19.9, "19.90" or "19.90 CNY". */
  price?: number | string;
  /** Goes before `price` where there is one. */
  sale_price?: number | string;
  /** "in_stock", "out_of_stock", "preorder", "backorder", … */
  availability?: string;
}

export interface Patched {
  /** Whether a model was there to take the changes, and none was refused. */
  ok: boolean;
  applied: number;
  /** On items that the part of the model now open does not have; kept for one that does. */
  unknown: number;
  /** Without an id, saying nothing, with a price or an availability that is none, or beyond the 10,000th. */
  refused: number;
}

export type Source = "sequence" | "complement" | "content" | "affinity" | "popularity" | "search" | "recent" | "host";

export interface Reason {
  code: "viewed" | "also_viewed" | "bought" | "goes_with" | "similar" | "category" | "brand" | "popular" | "search" | "recent" | "pinned" | "discovery" | "again" | "boosted" | "fits" | "fits_viewed" | "new" | "host";
  /** The item, category or brand that caused it. */
  because?: string;
  /** One sentence in the chosen language. */
  text: string;
}

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
  /** The one that decided for the item first, the others by how much rests on them; at least one. */
  reasons: [Reason, ...Reason[]];
  /** Of an interleaved list: the ranker that put it there, where the other would not have. */
  ranker?: string;
}

/** A list that was made, taken apart. */
export interface Explained {
  decision: string;
  /** When it was made, milliseconds since 1970. */
  time: number;
  placement: Placement;
  model: string;
  items: (ShelfItem & {
    /** What each source gave, what the scene made of it (season, festival, time), and what the rules made of it, or that it fits what the
     *  shopper has; they sum to the score. */
    contributions: Partial<Record<Source | "scene" | "rules", number>>;
    /** What each item of the history, the page or the cart gave, strongest first. */
    causes: { code: Reason["code"]; because: string; given: number }[];
    /** The rules that hold for it, numbered from 0 with those of `open` first; a factor of 0 buries. */
    rules: { rule: number; factor: number }[];
  })[];
}

/** The newest 200 lists of this page can be explained, until another part of the model is opened. */
export type Explanation = (Explained & { gone?: undefined }) | { decision: string; gone: true };

export interface ShelfStatus {
  /** Identifies this list in reports. */
  decision: string;
  /** The model that ranked it; "" where none did. */
  model: string;
  /** Of a list that two rankers drafted in turn, and of one that was asked for with `personal: false`. */
  policy?: "interleaved" | "common";
  /** Of an interleaved list, the experiment, and the two lists that it was drafted from. */
  experiment?: string;
  decisions?: string[];
  /** Why the list is less than fully personal: "none" when it is. */
  fallback: "none" | "content" | "popularity" | "host" | "empty";
  /** Whether what the shopper did was allowed to count, and the list is no fallback ("none" or "content"). */
  personal: boolean;
  /** Share of the scores that each source gave; sums to 1 unless the list is empty. */
  blend: Partial<Record<Source, number>>;
  /** How many candidates each filter removed; what does not work with the shopper's things counts as excluded. */
  filtered: { outOfStock: number; inCart: number; bought: number; excluded: number };
  /** Stable codes of what was odd in the request: "unknown_placement", "unknown_item", "limit_clamped", … */
  warnings: string[];
  microseconds: number;
}

export interface Shelf {
  placement: Placement;
  items: ShelfItem[];
  /** The reason that at least half of the items have in common: a card need only say what differs. */
  reason?: Reason;
  /** Of a search, the words that were looked for where one was misspelt. */
  corrected?: string;
  status: ShelfStatus;
}

/** What reports read of a list. */
export interface Reported {
  placement: string;
  items: readonly { id: string; position: number }[];
  status: Pick<ShelfStatus, "decision" | "model">;
}

export interface BundleRequest {
  /** The item that the set is for. */
  item: string;
  /** Items beside it at most, default 3. */
  limit?: number;
  /** What all may cost together, the item included; above 0. */
  priceCap?: number;
  exclude?: readonly string[];
  rules?: readonly Rule[];
  /** What to show where nothing can be computed; no price is known of it. */
  fallback?: readonly string[];
}

/** A shelf of what makes a set with an item, no two of one leaf category. */
export interface Bundle extends Shelf {
  /** Of the item and all of the set; undefined where one is unknown. */
  price?: number;
  /** Why they go together; undefined when there is nothing. */
  reason?: Reason;
}

export interface Portrait {
  /** Newest first. */
  recent: { id: string; time: number }[];
  cart: { id: string; quantity: number }[];
  bought: { id: string; time: number; count: number }[];
  /** `short`: half-life 30 minutes; `long`: 30 days. Strongest first. */
  categories: { name: string; short: number; long: number; evidence: number }[];
  brands: { name: string; short: number; long: number; evidence: number }[];
  events: number;
  /** Of the full edition. */
  attributes?: { member: boolean; facts: Fact[]; tags: Tag[] };
  /** Of the full edition. */
  behaviour?: Behaviour;
  /** Of the full edition. */
  transactions?: Transactions;
  /** Of the full edition. */
  sentiment?: Sentiment;
  /** What was asked in public, newest first: words of the catalogue and never the text. Of the full edition. */
  enquiries?: { kind: "question" | "comment"; item: string | null; words: string[]; category: string | null; time: number }[];
}

/** What the shop said of a member. */
export interface Fact {
  name: string;
  value: string | number | boolean;
  last: number;
}

export interface Behaviour {
  categories: Lean[];
  brands: Lean[];
  /** By name; `level` is how dear what was looked at is among the prices of its category, 0–1, null under three events. */
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

/** What the shopper said: ratings and surveys as means, null where there are none. */
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

export interface Declaration {
  /** Without dots; conditions use it. */
  name: string;
  /** Any event name that `track` takes. */
  event: string;
  measure: "count" | "sum" | "min" | "max" | "mean" | "first" | "last" | "unique";
  /** The property that is measured; events are counted where there is none. */
  of?: string;
  /** Over the event's properties. */
  where?: Condition;
  /** The last so many days; default all time. */
  days?: number;
}

/** `short`: more fell into the window than is kept. */
export interface Attribute {
  value: unknown;
  short: boolean;
}

export interface TagRule {
  tag: string;
  title?: { en?: string; zh?: string };
  enter: Condition;
  /** Default: the tag ends with its lifetime only. */
  exit?: Condition;
  /** Since the condition held last; default 90. */
  days?: number;
}

export interface Tag {
  name: string;
  title: { en: string; zh: string };
  since: number;
  until: number | null;
  origin: "derived" | "imported";
  /** What the condition looked at, and what that was. */
  evidence: Record<string, unknown> | null;
}

export interface Intent {
  phase: "explore" | "compare" | "decide" | "checkout" | "leaving";
  /** That this visit ends in a purchase, 0–1; null without the full edition. */
  purchase: number | null;
  hesitating: boolean;
  /** 0–1. */
  hesitation: number;
  reason: "price" | "fit" | "trust" | "delivery" | "comparison" | null;
  /** What is hesitated over. */
  item: string | null;
  evidence: { sign: string; count: number }[];
}

/** The first clause that keeps an item off a list, what it met and what it needed. */
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

export interface Erasure {
  kind: "tag" | "category" | "brand" | "item" | "search" | "fact";
  name: string;
}

export interface Preference {
  kind: "category" | "brand";
  name: string;
  /** false for less. */
  more: boolean;
}

export interface Identity {
  /** A hash that the shop makes, of 16 to 128 letters and digits; null where somebody signs out. */
  member?: string | null;
  facts?: Record<string, string | number | boolean>;
  tags?: readonly (string | { name: string; until?: number })[];
  /** Of two values of a fact the one of the greater version counts; default now. */
  version?: number;
}

/** Where an action would be shown, and what the page knows that the engine does not: conditions ask for `page.…`. */
export interface Moment {
  surface: string;
  page?: Record<string, unknown>;
}

/** A rule; see docs/actions.md. */
export interface ActionRule {
  id: string;
  when?: { event: string };
  if?: Condition;
  do: { type: ActionType; title: string | { en: string; zh: string }; text?: string | { en: string; zh: string }; campaign?: string; content?: string };
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
  channel?: string;
  note?: string;
}

export type ActionType = "apology" | "reminder" | "information" | "survey" | "service" | "store" | "preview" | "offer";

export interface Action {
  rule: string;
  type: ActionType;
  title: { en: string; zh: string };
  text: { en: string; zh: string };
  /** The CRM's campaign that mints the coupon of an offer. */
  campaign: string | null;
  content: string | null;
  item: string | null;
  channel: string;
  interrupts: boolean;
  /** Unix milliseconds of its event, and of its end: no reload moves them. */
  since: number | null;
  until: number | null;
  score: number;
}

export type Response = "shown" | "accepted" | "dismissed";

/** The first thing that holds a rule back; `clause` where it is the condition. */
export interface HeldBack {
  code: "unknown_rule" | "not_armed" | "surface" | "condition" | "quiet" | "cap" | "complaint" | "ladder" | "ladder_done" | "worth" | "outranked" | "no_engine";
  clause?: { path: string; attribute: string; actual: unknown; expected: unknown; failed: boolean };
  [value: string]: unknown;
}

/** Money in minor units. An arm without amount and percent is no discount. */
export interface OfferRequest {
  arms: readonly { id: string; amount?: number; percent?: number; cap?: number; threshold?: number; successes?: number; failures?: number }[];
  /** `headroom`: by how many percent the line may be reduced; without it not at all. */
  cart: readonly { amount: number; headroom?: number }[];
  /** Names shopper, campaign and period. */
  key: string;
}

export type Offer =
  | { arm: string; discount: number; propensity: number; leftOut: { arm: string; code: string }[]; disclosure: true; next?: { arm: string; missing: number } }
  | { arm: null; code: string; path?: string; remedy?: string };

export interface Imported {
  source: string;
  history: { orders: number; first: number; last: number; spent?: number; discount?: number; items?: number; coupons?: number; gaps?: number; squares?: number };
}

/** `reason` is stable: "no_consent", "edition" where the full edition is needed, "personal:member", … */
export type Changed = { ok: true; switched?: boolean; refused?: string[] } | { ok: false; reason: string };

/** An interest against the shop's own share: `lift` is the natural logarithm of how many times as strong it is as with the
 *  mean shopper, over 30 days; `shortLift` the same over 30 minutes. */
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

export interface Stage {
  stage: "prospect" | "new" | "growing" | "mature" | "dormant" | "churned" | "won_back";
  /** Milliseconds since 1970; a stage stays for a day at least. */
  since: number;
  journey: "discover" | "consider" | "decide" | "receive" | "repeat" | "lapse";
  /** Days with an order. */
  trips: number;
  /** Days since the last order. */
  idle: number | null;
  /** Digits 1–5 by the shop's quintiles; null where the model brings none. */
  rfm: { recency: number; frequency: number; monetary: number; segment: string } | null;
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
    /** Days between the visit of today and the one before it: who has just come back was away. */
    away: number;
    /** Of the frequency of visits, 0–1; null after too few. */
    fall: number | null;
    why: ("silent" | "fallen" | "band")[];
  };
  /** The model brings no parameters: the rule and days alone decide. */
  ruleOnly: boolean;
}

export interface DueRequest {
  /** Ids of products that are under way to the shopper, or that they say they still have: not due. */
  undelivered?: readonly string[];
  stocked?: readonly string[];
}

export interface DueAnswer {
  /** What is due first; a product has an `id`, a category its path. */
  items: {
    id?: string;
    category?: string;
    due: boolean;
    suppressed: "undelivered" | "stocked" | null;
    /** That it is bought within seven days. */
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
  /** What is in at least half of the last ten trips. */
  usual: { id: string; quantity: number; share: number }[];
}

/** A mean percentile of price within the leaf category, and its 90 % interval. */
export interface PriceLevel {
  percentile: number;
  between: [number, number];
  evidence: number;
}

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
  /** Jensen–Shannon divergence in bits of the latest from earlier interests, and whether it is more than chance. */
  drift: { divergence: number; moved: boolean; movers: { name: string; change: number }[]; evidence: number } | null;
}

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

export interface Status {
  /** "wasm" when the engine runs, "fallback" when it could not start. */
  engine: "wasm" | "fallback";
  model: { id: string; items: number; bytes: number } | null;
  consent: Required<Consent>;
  /** Whether shelves can be personal: an engine, a model, and consent to personalisation. */
  personal: boolean;
  /** Global Privacy Control as the browser reports it. */
  gpc: boolean;
  /** "disk" only while consent allows it and the device does. */
  storage: "disk" | "memory";
  session: string;
  /** Bytes of wasm memory. */
  memory: number;
  queue: { waiting: number; bytes: number; sent: number; dropped: number; nextTry: number | null };
  /** Events taken in, and refused by reason; and what was left out of those taken in: properties outside the allow-list, such
   *  as held personal data, and values that are not what their field holds. */
  intake: { accepted: number; refused: Record<string, number>; dropped: { unknown: number; personal: number; invalid: number } };
  problems: Problem[];
}

/** A working object in the same tick. Until it is open, lists are the request's `fallback`, and what it is told (events, consent,
 *  sights and clicks of lists, everything that gives a promise) waits and is done in order; `track` says "waiting". Throws a
 *  TypeError for options that there are not, or of a wrong type. */
export declare function tillside(options?: Options): Tillside;

export declare class Tillside {
  private constructor();
  /** Resolves with this object when it is open; never rejects. */
  readonly ready: Promise<Tillside>;
  /** Never rejects for anything that happens at run time (network, model, storage, wasm), and resolves within `timeout`: the
   *  page gets a working object and `status().problems`. On one page the same options give the same object.
   *  Rejects with a TypeError for options that there are not, or of a wrong type. */
  static open(options?: Options): Promise<Tillside>;

  /** `event`: a Segment e-commerce name; those of GA4, Shopify and Google Retail are understood. Never throws. */
  track(event: string, properties?: object): Tracked;
  /** Synchronous. Never throws. */
  recommend(request: Request): Shelf;
  /** The shelves of a whole page, no product twice on it. Never throws. */
  page(request: PageRequest): Page;
  /** The ids of all variants of an item's product, itself included, the most popular first; none where the model does not know it. */
  variants(item: string): string[];
  /** A purchase was for somebody else: what it taught is taken back. */
  gift(item: string): Tracked;
  /** The shopper does not want to see this product: it is not suggested again, and looking at it no longer counts. */
  notForMe(item: string): Tracked;
  /** A set of complements of an item and of each other. Never throws. */
  bundle(request: BundleRequest): Bundle;
  /** The ids in the order that suits the shopper now: a permutation. What the model does not know comes last. Never throws. */
  rerank(request: RerankRequest): string[];
  /** Prices and stock that have changed, from the next list on. Never throws. */
  patch(feed: readonly Change[]): Patched;
  /** Of a model in parts, opens the one with the items of this category; resolves with whether they are there.
   *  Lists go on meanwhile with the part before, and stay there where the new one cannot be had. Never rejects. */
  enter(category: string): Promise<boolean>;
  /** Why a list is as it is, by `shelf.status.decision`. */
  explain(decision: string): Explanation;
  /** The sentence of a reason, with the name that `title` gives, for which it waits for a second at most. */
  say(reason: Reason): Promise<string>;
  /** Calls `watcher` after each change, until the function that it returns is called. */
  watch(watcher: (notice: Notice) => void): () => void;
  /** Report that a shelf was seen; call it when it is on screen. Counted once for each shelf. */
  impression(shelf: Reported): Tracked;
  /** Report that an item of a shelf was chosen. Its shelf counts as seen from then on, where it was not reported before. */
  click(shelf: Reported, id: string): Tracked;
  /** A feature's value, in the full edition. Asking is using: an experiment that decides it is reported, once a session.
   *  `attributes` go before those of `open`. */
  feature(key: string, attributes?: Record<string, unknown>): Feature;
  /** The variation of an experiment; undefined for who is not in it. Asking is using, as with `feature`. */
  variation(experiment: string, attributes?: Record<string, unknown>): Variation | undefined;
  /** One list drafted from two rankings; undefined without leave for experiments. Of the full edition, as the next two. */
  ask(what: "draft", request: DraftRequest): Drafted[] | undefined;
  /** The newest 200 lists of this page with all that they were made of, oldest first; in memory only. */
  ask(what: "decisions"): Decision[] | undefined;
  /** Makes the list of a record again, on the model that is open. */
  ask(what: "replay", record: Decision): Replayed | undefined;
  /** The survey that may be shown now, by the facts that `identify` was told; null where none is due. */
  ask(what: "survey"): Survey | null | undefined;
  /** Any question of the full edition by its name, as JSON both ways, for what has functions beside this object ("tillside/stores",
   *  "tillside/content", "tillside/prices"); undefined where this edition has no answer. What has a method of its own is asked by that. Never throws. */
  ask(what: string, request?: unknown): any;
  /** What is remembered about this shopper. */
  portrait(): Portrait;
  /** What the shopper is at, and what keeps them from buying. Of the full edition, as all below up to `import`. */
  intent(): Intent;
  /** What the shop's rules call this shopper. */
  tags(): Tag[];
  /** What the shop's declared attributes are now, by name. */
  attributes(): Record<string, Attribute>;
  /** Why an item is not on the list that a request would get. */
  explainNot(question: { item: string; request?: Request }): WhyNot;
  /** The shopper deletes a tag, an interest, a viewed item, a search or a fact; it stays deleted for 180 days. */
  erase(what: Erasure): Promise<Changed>;
  /** The shopper wants to see more of a category or brand, or less. */
  prefer(what: Preference): Promise<Changed>;
  /** Who is signed in, and what the shop says of them. Another member than before, or none, finds nothing of the one before. */
  identify(who: Identity): Promise<Changed>;
  /** Orders that a source of the shop sums up, ten years of them if need be. */
  import(what: Imported): Promise<Changed>;
  /** What the shop's rules would show or offer here and now, best first; of the full edition, as all below up to `offer`. */
  actions(moment: Moment): Action[];
  /** Says what became of an action: caps and ladders count it. */
  respond(action: { rule: string }, response: Response): boolean;
  /** Why a rule gives no action here and now; null where it does. */
  whyNot(question: { action: string } & Moment): HeldBack | null;
  /** Chooses one of a campaign's benefits for a cart, under the headroom of its lines; the same key gives the same answer. */
  offer(request: OfferRequest): Offer;
  /** Of the full edition: where the shopper stands, how alive they are, and what they may spend. */
  stage(): Stage | undefined;
  /** Of the full edition: what is bought again and when, and the usual basket. */
  due(request?: DueRequest): DueAnswer;
  /** Of the full edition: price level, promotions, brands, breadth, and whether interest has moved. */
  taste(): Taste | undefined;
  /** Of the full edition: tells where the shopper is, from now on, and how that is understood. The page's time zone and
   *  language are told when it opens. */
  scene(place?: Place): Scene | undefined;
  /** Change what is allowed, effective at once; what a withdrawn purpose stored is deleted. */
  consent(consent: Consent): Promise<Status>;
  /** Everything stored on this device about this shopper. */
  export(): Promise<object>;
  /** Delete everything on this device about this shopper. */
  forget(): Promise<void>;
  /** Try to send what is waiting; resolves with how many events are still waiting. */
  flush(): Promise<number>;
  status(): Status;
  /** Stop timers and listeners, and write what is pending; when as many have closed it as have opened it. */
  close(): Promise<void>;
}
