use super::words::Both;

/// One article of the store, as it stands on the shelf.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// What it is, in words: `lumero-halo-14-5g-phone-256-gb-sky`.
    pub id: String,
    /// The same for all sizes and colours of a thing.
    pub group: String,
    /// Without size and colour.
    pub name: Both,
    pub title: Both,
    pub about: Both,
    pub price: f64,
    /// Where it is on offer.
    pub sale_price: Option<f64>,
    pub out_of_stock: bool,
    pub repeatable: bool,
    pub brand: String,
    /// The brand in Chinese.
    pub brand_zh: String,
    /// The day the shop first had it, of what is new in the shoppers' time.
    pub first_seen: Option<String>,
    pub category: String,
    /// Names and values, in the order of the table, none twice.
    pub attributes: Vec<(String, String)>,
    /// The drawing that shows it.
    pub picture: String,
    /// Six hexadecimal digits: the thing itself.
    pub colour: String,
    /// Six hexadecimal digits: its brand.
    pub accent: String,
}

/// A department or an aisle.
#[derive(Clone, Debug, PartialEq)]
pub struct Category {
    /// `Fresh > Fruit`.
    pub path: String,
    pub zh: String,
    /// Other words that it is looked for by.
    pub also: String,
}
