//! Plots of what calls take by the size of the catalogue, from what `tests/bench/page.mjs` leaves beside its models.

use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::page::Plot;
use crate::folders::root;

/// Medians of one catalogue, in microseconds.
#[derive(Deserialize)]
struct Medians {
    items: u64,
    /// Where the calls ran: one of [`PLACES`].
    place: String,
    recommend: f64,
    rerank: f64,
}

const PLACES: [(&str, &str); 2] = [("Chromium", "#0d5c4a"), ("Node", "#d9a441")];

/// Draws the plots and returns what shows them on the page.
pub fn plots() -> Result<String> {
    let path = root().join("target/bench/page.json");
    let fault = || format!("{} is not what tests/bench/page.mjs writes", path.display());
    let text = fs::read_to_string(&path).with_context(fault)?;
    let medians: Vec<Medians> = serde_json::from_str(&text).with_context(fault)?;
    let plot = |name, title, value: fn(&Medians) -> f64| {
        Plot {
            title,
            kinds: &PLACES,
            groups: groups(&medians, value),
        }
        .write(name)
    };
    let plots = [
        plot(
            "page-recommend",
            "recommend, home, 20 viewed, 20 results: µs of a call, p50",
            |found| found.recommend,
        )?,
        plot("page-rerank", "rerank of 100: µs of a call, p50", |found| {
            found.rerank
        })?,
    ];
    Ok(plots.join("\n\n"))
}

/// A group for each size, in the order in which they were measured.
fn groups(medians: &[Medians], value: fn(&Medians) -> f64) -> Vec<(String, Vec<Option<f64>>)> {
    let mut sizes: Vec<u64> = medians.iter().map(|found| found.items).collect();
    sizes.dedup();
    let of = |items, place| {
        let mut found = medians.iter();
        found.find(|found| found.items == items && found.place == place)
    };
    let values = |items| PLACES.map(|(place, _)| of(items, place).map(value)).into();
    let group = |&items: &u64| (format!("{items} items"), values(items));
    sizes.iter().map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_for_each_size_and_a_value_for_each_place() {
        let medians = |items, place: &str, recommend| Medians {
            items,
            place: place.into(),
            recommend,
            rerank: 1.0,
        };
        let found = [
            medians(1000, "Chromium", 80.0),
            medians(1000, "Node", 96.0),
            medians(10_000, "Node", 104.0),
        ];
        assert_eq!(
            groups(&found, |found| found.recommend),
            [
                ("1000 items".into(), vec![Some(80.0), Some(96.0)]),
                ("10000 items".into(), vec![None, Some(104.0)]),
            ]
        );
    }
}
