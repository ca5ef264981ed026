//! Search quality on committed queries: plain, misspelt, in pinyin, in Chinese, and with a price.

use serde::Deserialize;
use tillside::recommend::{Placement, Recommender, Request};
use tillside::shop::Model;
use tillside::shopper::Shopper;

use super::Figure;

/// Places of a first page, the part of what it shows, or of what the aisle has, that must be of the aisle, and how many at
/// least: who types `prawns`
/// has found what they want among all seafood where two of them are there.
const PLACES: usize = 12;
const RIGHT: f64 = 0.5;
const FEWEST: usize = 2;

#[derive(Deserialize)]
struct Row {
    aisle: String,
    plain: String,
    misspelt: String,
    pinyin: String,
    chinese: String,
}

fn rows() -> Vec<Row> {
    let table = include_str!("queries.csv");
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b'|')
        .quoting(false)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(table.as_bytes());
    reader.deserialize().filter_map(Result::ok).collect()
}

/// What may be paid, by what the query says: a bound that half of the aisle is below.
fn median(model: &Model, aisle: u16) -> f32 {
    let own = (0..model.items() as u32).filter(|item| model.category(*item) == Some(aisle));
    let mut prices: Vec<f32> = own.filter_map(|item| model.price(item)).collect();
    prices.sort_by(f32::total_cmp);
    prices.get(prices.len() / 2).copied().unwrap_or(0.0).ceil()
}

/// Whether the first page is mostly of the aisle, and within the price.
fn found(model: &Model, aisle: u16, query: &str, most: f32) -> bool {
    let request = Request {
        query,
        ..Request::new(Placement::Search, PLACES)
    };
    let list = Recommender::default().recommend(model, &Shopper::default(), &request, 0);
    let right = list
        .entries
        .iter()
        .filter(|one| model.category(one.item) == Some(aisle));
    let cheap = |item| model.price(item).is_some_and(|price| price <= most);
    let own = (0..model.items() as u32).filter(|item| model.category(*item) == Some(aisle));
    let products = own
        .filter(|item| model.leader(*item) == *item && (most == f32::INFINITY || cheap(*item)))
        .count();
    let wanted = (RIGHT * list.entries.len().min(products) as f64).max(FEWEST.min(products) as f64);
    let within = most == f32::INFINITY || list.entries.iter().all(|one| cheap(one.item));
    right.count() as f64 >= wanted && within
}

/// Shares of success by kind of query; `misses` has those that failed printed.
pub fn success(model: &Model, misses: bool) -> Vec<Figure> {
    let names = [
        "search: plain queries that find their aisle, share",
        "search: misspelt",
        "search: pinyin",
        "search: Chinese",
        "search: with a price word",
    ];
    let (mut right, mut all) = ([0.0; 5], 0.0);
    for (n, row) in rows().iter().enumerate() {
        let Some(aisle) = model.find_category(&row.aisle) else {
            continue;
        };
        all += 1.0;
        for (k, query) in [&row.plain, &row.misspelt, &row.pinyin, &row.chinese]
            .iter()
            .enumerate()
        {
            let is = found(model, aisle, query, f32::INFINITY);
            right[k] += f64::from(u8::from(is));
            if !is && misses {
                eprintln!("missed: {query} ({})", row.aisle);
            }
        }
        let most = median(model, aisle);
        let priced = match n % 4 {
            0 => format!("{} under {most}", row.plain),
            1 => format!("{most}以下 {}", row.chinese),
            2 => format!("cheap {}", row.plain),
            _ => format!("便宜 {}", row.chinese),
        };
        let bound = if n % 4 < 2 { most } else { f32::INFINITY };
        let is = found(model, aisle, &priced, bound);
        right[4] += f64::from(u8::from(is));
        if !is && misses {
            eprintln!("missed: {priced} ({})", row.aisle);
        }
    }
    let figure = |(name, right): (&'static str, f64)| Figure {
        name,
        single: None,
        value: right / f64::max(all, 1.0),
        bar: "at least .95",
    };
    names.into_iter().zip(right).map(figure).collect()
}

#[cfg(test)]
mod tests {
    use super::rows;

    #[test]
    fn there_are_two_hundred_queries_of_known_aisles() {
        let aisles = crate::lab::goods::categories();
        let rows = rows();
        assert!(rows.len() >= 50);
        for row in rows {
            assert!(
                aisles.iter().any(|aisle| aisle.path == row.aisle),
                "{}",
                row.aisle
            );
        }
    }
}
