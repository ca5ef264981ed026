//! Everything that a shop hands over for training and measuring, read, checked and cleaned.
//!
//! | function | file | gives |
//! | --- | --- | --- |
//! | [`mod@catalogue`] | a Merchant product feed | [`Catalogue`] |
//! | [`Reader::content`] | a feed of reviews, photos and articles | content items, each with what it is about |
//! | [`mod@events`] | what the collector stored, or a plain table of clicks | [`Interactions`] |
//! | [`mod@sessions`] | `session,items` | [`Interactions`] without times |
//! | [`mod@predictions`] | `session,prefix,target[,time]` | [`Prediction`]s to measure by |
//! | [`mod@baskets`] | `history,basket,target[,days]` | [`Basket`]s to measure by |
//!
//! Tables may be CSV, TSV, JSON lines, XML or Parquet, and text may be gzipped and in any encoding; what a file is, its first
//! bytes decide, and what a column is, the column as a whole. [`Hints`] say what neither does.
//! [`Reader`] reads several and keeps with each file an [`Understanding`]: what each column was taken for, and what became
//! of every row. A row that cannot be used is counted in [`Refusals`] with a reason and a sample, and reading goes on; a file that
//! is wholly wrong is an [`Error`] that names the place and the remedy. The same file always reads to the same values.
//!
//! What each file may hold is written down in `docs/shop-files.md`.
//!
//! This room does not judge shoppers (robots, staff, test orders) and does not weigh events: it says what happened.

mod baskets;
mod catalogue;
mod clicks;
mod column;
mod contents;
mod database;
mod elements;
mod error;
mod events;
mod gather;
mod hints;
mod instant;
mod kinds;
mod layout;
mod messages;
mod orders;
mod predictions;
mod products;
mod reader;
mod refusals;
mod sessions;
mod source;
mod table;
mod understanding;

pub(crate) use clicks::usual;
pub(crate) use column::Look;
pub(crate) use database::messages as database_messages;
pub use error::{Error, File};
pub use hints::{Hints, Mapping};
pub(crate) use instant::{parse as instant, print as iso};
pub(crate) use kinds::{Meaning, word};
pub use layout::Layout;
pub(crate) use layout::Role;
pub(crate) use messages::are_in as holds_messages;
pub use reader::{Reader, baskets, catalogue, events, predictions, sessions};
pub use refusals::{Reason, Refusals, Sample};
pub(crate) use source::{Shape, Source};
pub(crate) use table::{Line, Needed, Table, fold, read_line, refuse_spread};
pub use understanding::{Column, Understanding};

/// Why an event is left out that training has no use for; its name follows.
pub(crate) const NOT_LEARNED: &str = "not learned from: ";

/// One catalogue row, cleaned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Product {
    /// 1–255 bytes, unique in the catalogue.
    pub key: String,
    /// `title` and every `title_xx` column that is not empty.
    pub titles: Vec<String>,
    /// The segments of `product_type`, or of `google_product_category`, from the root; each at most 255 bytes.
    pub category: Vec<String>,
    /// At most 255 bytes.
    pub brand: Option<String>,
    /// `sale_price` where there is one, else `price`; finite, not negative, in the catalogue's currency.
    pub price: Option<f32>,
    pub out_of_stock: bool,
    /// May be bought again soon; `None` where the feed does not say.
    pub repeatable: Option<bool>,
    /// `item_group_id`: the same for all variants of a product.
    pub group: Option<String>,
    /// Other words that it is looked for by, as the feed writes them.
    pub keywords: Vec<String>,
    /// When the shop first had it, Unix milliseconds.
    pub first_seen: Option<i64>,
    /// Lower-case names and values of `color`, `size`, `material`, `gender`, `age_group`, `pattern` and the
    /// `product_detail` entries; name and value together at most 254 bytes, none twice.
    pub attributes: Vec<(String, String)>,
    /// Other products of the catalogue that `related_product` names; none twice, and none is the product itself.
    pub related: Vec<Related>,
}

/// What one product is to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// `accessory`, `required_part`.
    Completes,
    /// `often_bought_with`, `part_of_set`.
    Together,
    /// `substitute`, `different_brand`.
    Replaces,
}

/// Another product, and what it is to this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    pub relation: Relation,
    pub key: String,
}

/// A shop's goods, each key once, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    pub products: Vec<Product>,
    /// The currency of most prices; prices in another are left out and counted.
    pub currency: Option<String>,
}

/// What a shopper did with an item, as far as training uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    View,
    Cart,
    Buy,
}

/// One thing that one shopper did with one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interaction {
    /// Index into [`Interactions::items`].
    pub item: u32,
    /// Unix milliseconds; 0 where the file holds no times.
    pub time: i64,
    pub kind: Kind,
}

/// What one shopper did without a long pause. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Below [`Interactions::shoppers`].
    pub shopper: u32,
    /// Time of the first event.
    pub start: i64,
    /// In time order; events of equal time in the order of the file.
    pub events: Vec<Interaction>,
}

/// What shoppers did, session by session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interactions {
    /// Item keys, each once, 1–255 bytes, in the order of their first appearance.
    pub items: Vec<String>,
    /// Oldest first.
    pub sessions: Vec<Session>,
    /// How many shoppers the sessions belong to.
    pub shoppers: u32,
    /// Time of the newest event; `None` where the file holds no times.
    pub newest: Option<i64>,
    /// Rows read, refused ones included.
    pub rows: u64,
    /// Events that training has no use for, by name: read, understood as far as needed, left alone.
    pub ignored: std::collections::BTreeMap<String, u64>,
}

/// One question to measure by: what comes after these items?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prediction {
    pub session: String,
    /// Item keys in click order, at least one.
    pub prefix: Vec<String>,
    pub target: String,
    /// Unix milliseconds.
    pub time: Option<i64>,
}

/// An order of the past: how many days ago, and its item keys.
#[derive(Clone, Debug, PartialEq)]
pub struct PastOrder {
    pub days: f64,
    pub items: Vec<String>,
}

/// One question to measure by: which item is missing in this basket?
#[derive(Clone, Debug, PartialEq)]
pub struct Basket {
    /// Oldest first.
    pub history: Vec<PastOrder>,
    /// Item keys, at least one.
    pub items: Vec<String>,
    pub target: String,
}

#[cfg(test)]
pub mod tests;
