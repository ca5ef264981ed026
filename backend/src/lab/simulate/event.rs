//! Events of a simulated shopper, as the collector would have stored them.

use std::io::Write;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use super::shop::Shop;
use crate::random::Random;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Looked for a category by its name.
    Searched(u32),
    /// Opened the list of a category.
    Listed(u32),
    Viewed(u32),
    Added(Line),
    Removed(Line),
    Ordered(Vec<Line>),
    /// Was put into a variation of an experiment: names of both.
    Exposed(Box<(String, String)>),
}

/// An article and how many of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub item: u32,
    pub quantity: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Unix milliseconds.
    pub time: i64,
    pub shopper: u32,
    pub deed: Deed,
}

pub fn shopper_id(number: u32) -> String {
    format!("shopper-{number}")
}

#[derive(Serialize)]
struct Message<'a> {
    r#type: &'static str,
    event: &'static str,
    #[serde(rename = "anonymousId")]
    anonymous_id: String,
    #[serde(rename = "messageId")]
    message_id: String,
    timestamp: String,
    properties: Properties<'a>,
    context: Context,
}

#[derive(Serialize)]
struct Context {
    library: Library,
}

#[derive(Serialize)]
struct Library {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Properties<'a> {
    Exposure {
        experiment_id: String,
        variation_id: String,
    },
    Search {
        query: String,
    },
    List {
        category: &'a str,
    },
    Product(Product<'a>),
    Order {
        order_id: String,
        total: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        currency: Option<&'a str>,
        products: Vec<Product<'a>>,
    },
}

#[derive(Serialize)]
struct Product<'a> {
    product_id: &'a str,
    price: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    quantity: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'a str>,
}

/// Writes events as Segment messages, one a line. Equal events give equal bytes.
pub struct Writer<'a, W> {
    out: W,
    shop: &'a Shop,
    ids: Random,
    orders: u64,
}

impl<'a, W: Write> Writer<'a, W> {
    pub fn new(out: W, shop: &'a Shop, seed: u64) -> Self {
        Writer {
            out,
            shop,
            ids: Random::of(seed, "messages", 0),
            orders: 0,
        }
    }

    pub fn write(&mut self, event: &Event) -> std::io::Result<()> {
        let (name, properties) = self.properties(&event.deed);
        let id = u128::from(self.ids.next()) << 64 | u128::from(self.ids.next());
        let message = Message {
            r#type: "track",
            event: name,
            anonymous_id: shopper_id(event.shopper),
            message_id: uuid::Builder::from_random_bytes(id.to_be_bytes())
                .into_uuid()
                .to_string(),
            timestamp: DateTime::from_timestamp_millis(event.time)
                .unwrap_or(DateTime::<Utc>::MAX_UTC)
                .to_rfc3339_opts(SecondsFormat::Millis, true),
            properties,
            context: Context {
                library: Library {
                    name: "tillside-lab",
                    version: env!("CARGO_PKG_VERSION"),
                },
            },
        };
        serde_json::to_writer(&mut self.out, &message)?;
        self.out.write_all(b"\n")
    }

    pub fn finish(mut self) -> std::io::Result<()> {
        self.out.flush()
    }

    fn properties(&mut self, deed: &Deed) -> (&'static str, Properties<'a>) {
        match deed {
            Deed::Searched(category) => {
                let path = &self.shop.category(*category).lower;
                let query = path.rsplit(" > ").next().unwrap_or_default().to_owned();
                ("Products Searched", Properties::Search { query })
            }
            Deed::Listed(category) => {
                let category = &self.shop.category(*category).path;
                ("Product List Viewed", Properties::List { category })
            }
            Deed::Viewed(item) => (
                "Product Viewed",
                Properties::Product(self.product(*item, None, true)),
            ),
            Deed::Added(line) => (
                "Product Added",
                Properties::Product(self.product(line.item, Some(line.quantity), true)),
            ),
            Deed::Removed(line) => (
                "Product Removed",
                Properties::Product(self.product(line.item, Some(line.quantity), true)),
            ),
            Deed::Exposed(variation) => {
                let (experiment, variation) = &**variation;
                let exposure = Properties::Exposure {
                    experiment_id: experiment.clone(),
                    variation_id: variation.clone(),
                };
                ("Experiment Viewed", exposure)
            }
            Deed::Ordered(lines) => {
                self.orders += 1;
                let cents =
                    |line: &Line| self.shop.good(line.item).cents * u64::from(line.quantity);
                let order = Properties::Order {
                    order_id: format!("order-{}", self.orders),
                    total: money(lines.iter().map(cents).sum()),
                    currency: self.shop.currency.as_deref(),
                    products: lines
                        .iter()
                        .map(|line| self.product(line.item, Some(line.quantity), false))
                        .collect(),
                };
                ("Order Completed", order)
            }
        }
    }

    /// `single` where the currency is not said for the whole order.
    fn product(&self, item: u32, quantity: Option<u32>, single: bool) -> Product<'a> {
        let good = self.shop.good(item);
        Product {
            product_id: &good.key,
            price: money(good.cents),
            quantity,
            currency: self.shop.currency.as_deref().filter(|_| single),
        }
    }
}

fn money(cents: u64) -> f64 {
    cents as f64 / 100.0
}
