//! Answers to a request: entries with scores, contributions and reasons, and what was noticed on the way.

/// How an item came to its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Placed {
    /// By its score.
    Ranked,
    /// Where the shop put it.
    Pinned,
    /// Drawn with this probability.
    Discovered {
        /// Probability, 0–1.
        propensity: f32,
    },
}

/// Where a part of a score comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Source {
    /// Viewed together with what was viewed.
    Sequence,
    /// Bought together with, or after.
    Complement,
    /// Alike by its description.
    Content,
    /// Of a category or brand the shopper leans to.
    Affinity,
    /// Popular in the shop.
    Popularity,
    /// Matches what was typed.
    Search,
    /// Viewed before, or for a cart bought before.
    Recent,
}

/// Number of sources.
pub const SOURCES: usize = 7;

impl Source {
    /// Names in answers and reports.
    pub const NAMES: [&str; SOURCES] = [
        "sequence",
        "complement",
        "content",
        "affinity",
        "popularity",
        "search",
        "recent",
    ];
}

/// Why an item is on the list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reason {
    /// Code of the sentence.
    pub code: Code,
    /// What it refers to.
    pub because: Because,
    /// The part of the score that rests on it, rules aside.
    pub share: f32,
}

/// Code of a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    /// The shopper viewed another item.
    Viewed,
    /// Others view it with the item of the page.
    AlsoViewed,
    /// The shopper bought another item.
    Bought,
    /// It is bought with the item of the page, or of the cart.
    GoesWith,
    /// It is like another item.
    Similar,
    /// In a category that the shopper is interested in.
    Category,
    /// Of a brand that the shopper is interested in.
    Brand,
    /// Popular in the shop.
    Popular,
    /// Matches the search.
    Search,
    /// Viewed before.
    Recent,
    /// The shop put it there.
    Pinned,
    /// Drawn from what hardly anybody sees.
    Discovery,
    /// The shopper bought it before and may need it again.
    Again,
    /// The shop's rules raised it.
    Boosted,
    /// It works with what the shopper has.
    Fits,
    /// It works with what the shopper looked at.
    FitsViewed,
    /// New in a category that the shopper looks at.
    New,
}

/// What a reason points at, as numbers of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// Nothing in particular.
    Nothing,
    /// An item.
    Item(u32),
    /// A category.
    Category(u16),
    /// A brand.
    Brand(u16),
}

/// One place of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Index of the item in the model.
    pub item: u32,
    /// Sum of contributions, scene and rules.
    pub score: f32,
    /// How it came to its place.
    pub placed: Placed,
    /// What each source gave; with [`Entry::ruled`] they sum to the score.
    pub contributions: [f32; SOURCES],
    /// What the shop's rules made of it, below 0 where they lowered or buried it.
    pub ruled: f32,
    /// What the scene made of it, before the rules; below 0 where it lowered it.
    #[cfg(feature = "full")]
    pub scene: f32,
    /// The rules that hold for it, as bits.
    pub rules: u32,
    /// Strongest first; at least one.
    pub reasons: Vec<Reason>,
    /// What each item of the history, the page and the cart gave: the parts of the first three contributions. What the
    /// encoder gave comes of the whole session and is not among them.
    pub causes: Vec<Cause>,
}

/// A part of a score that one item is the cause of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cause {
    /// Code of the reason that it supports.
    pub code: Code,
    /// Index of the causing item in the model.
    pub item: u32,
    /// Contribution to the score.
    pub given: f32,
}

impl Entry {
    /// The source that gave most; the first of equals.
    pub fn source(&self) -> usize {
        let mut best = 0;
        for (source, given) in self.contributions.iter().enumerate() {
            if *given > self.contributions[best] {
                best = source;
            }
        }
        best
    }
}

/// How much of the shopper a list reflects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Fallback {
    /// It follows what was done, or is just what was asked for.
    None,
    /// Nothing is known of how its items go together; it rests on what they are.
    Content,
    /// It is the popular items.
    Popularity,
    /// The list is empty.
    #[default]
    Empty,
}

impl Fallback {
    /// Names in answers and reports.
    pub const NAMES: [&str; 4] = ["none", "content", "popularity", "empty"];
}

/// Candidates that were left out, by the first filter that did. Of the popular items that fill a list only those count
/// that were come to: looking ends where nothing that follows could come in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filtered {
    /// Not available.
    pub out_of_stock: u32,
    /// In the cart.
    pub in_cart: u32,
    /// Bought, and not a product that is bought again.
    pub bought: u32,
    /// Named by the request, or incompatible.
    pub excluded: u32,
}

/// What was odd in a request, though it was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Warning {
    /// The limit was out of range.
    LimitClamped,
    /// The model has no such item.
    UnknownItem,
    /// The model has no such category.
    UnknownCategory,
    /// No item has such an attribute.
    UnknownAttribute,
    /// A row of the model is damaged: its neighbours were left out.
    DamagedRow,
    /// Too many of one brand or category stand together: there was nothing else to put there.
    SpreadRelaxed,
    /// A pinned item that is unknown, out of stock or filtered: its place went to another.
    PinUnavailable,
    /// Two pins on one place, or an item pinned twice: the first holds.
    PinConflict,
    /// Nothing has what a rule asks for.
    RuleUnknown,
    /// A factor was out of bounds and held to them; or a rule has no condition, or is one too many, and is left out.
    RuleOutOfRange,
    /// A word that no product has was taken for the nearest that one has.
    QueryCorrected,
}

impl Warning {
    /// Codes in answers.
    pub const NAMES: [&str; 11] = [
        "limit_clamped",
        "unknown_item",
        "unknown_category",
        "unknown_attribute",
        "damaged_row",
        "spread_relaxed",
        "pin_unavailable",
        "pin_conflict",
        "rule_unknown",
        "rule_range",
        "query_corrected",
    ];
}

/// A ranked list with its status.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct List {
    /// Items from the top.
    pub entries: Vec<Entry>,
    /// Why the list is less than fully personal.
    pub fallback: Fallback,
    /// The share of each source in all scores of the list.
    pub blend: [f32; SOURCES],
    /// Candidates removed by each filter.
    pub filtered: Filtered,
    /// Problems of the request.
    pub warnings: Vec<Warning>,
    /// Of a bundle, with the item it is for; not a number where one of the prices is unknown.
    pub price: f32,
}

impl List {
    /// Says it once.
    pub(super) fn warn(&mut self, warning: Warning) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}
