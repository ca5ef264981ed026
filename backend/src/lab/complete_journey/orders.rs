//! `events.jsonl`: every basket as one "Order Completed", oldest first.

use std::io::Write;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use super::read::Line;

#[derive(Serialize)]
struct Message {
    r#type: &'static str,
    event: &'static str,
    #[serde(rename = "anonymousId")]
    anonymous_id: String,
    #[serde(rename = "messageId")]
    message_id: String,
    timestamp: String,
    properties: Order,
    context: Context,
}

#[derive(Serialize)]
struct Order {
    order_id: String,
    total: f64,
    currency: &'static str,
    products: Vec<Product>,
}

#[derive(Serialize)]
struct Product {
    product_id: String,
    price: f64,
    quantity: i64,
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

/// Writes the lines of all baskets; says how many baskets there are.
pub fn write(lines: &mut [Line], out: &mut impl Write) -> std::io::Result<usize> {
    lines.sort_by_key(|line| (line.time, line.basket, line.product));
    let mut baskets = 0;
    for basket in lines.chunk_by(|one, two| (one.time, one.basket) == (two.time, two.basket)) {
        serde_json::to_writer(&mut *out, &message(basket))?;
        out.write_all(b"\n")?;
        baskets += 1;
    }
    Ok(baskets)
}

/// `basket` is not empty.
fn message(basket: &[Line]) -> Message {
    let Line {
        household,
        basket: id,
        time,
        ..
    } = basket[0];
    let paid = basket.iter().map(|line| line.dollars);
    Message {
        r#type: "track",
        event: "Order Completed",
        anonymous_id: format!("household-{household}"),
        message_id: format!("basket-{id}-{time}"),
        timestamp: DateTime::from_timestamp_millis(time)
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
            .to_rfc3339_opts(SecondsFormat::Millis, true),
        properties: Order {
            order_id: id.to_string(),
            total: cents(paid.sum()),
            currency: super::CURRENCY,
            products: basket
                .iter()
                .map(|line| Product {
                    product_id: line.product.to_string(),
                    price: line.price(),
                    quantity: line.quantity,
                })
                .collect(),
        },
        context: Context {
            library: Library {
                name: "tillside-lab",
                version: env!("CARGO_PKG_VERSION"),
            },
        },
    }
}

impl Line {
    /// Paid for each; `quantity` is at least 1.
    pub fn price(&self) -> f64 {
        cents(self.dollars / self.quantity as f64)
    }
}

fn cents(dollars: f64) -> f64 {
    (dollars * 100.0).round() / 100.0
}
