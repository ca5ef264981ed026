//! The measurements, as one JSON object or as a table.

use std::fmt;

use serde::Serialize;
use tillside::shop::Model;

use super::measure::{Answers, Metrics, RARE};

#[derive(Serialize)]
pub struct Report {
    items: usize,
    predictions: usize,
    #[serde(flatten)]
    size: Size,
    all: Metrics,
    others: Metrics,
    new: Metrics,
    #[serde(skip_serializing_if = "Option::is_none")]
    rare: Option<Part>,
    microseconds: Percentiles,
    #[serde(skip)]
    asked_new: usize,
}

/// Of a part of the questions.
#[derive(Serialize)]
struct Part {
    predictions: usize,
    #[serde(flatten)]
    metrics: Metrics,
}

/// Of the model's file, and of what it takes on the way to a page.
#[derive(Serialize)]
struct Size {
    model_bytes: usize,
    bytes_per_item: f64,
    model_brotli_bytes: usize,
    brotli_bytes_per_item: f64,
}

impl Size {
    fn of(model: &Model, compressed: usize) -> Size {
        let each = |bytes: usize| bytes as f64 / model.items().max(1) as f64;
        Size {
            model_bytes: model.bytes(),
            bytes_per_item: each(model.bytes()),
            model_brotli_bytes: compressed,
            brotli_bytes_per_item: each(compressed),
        }
    }
}

/// Of one call of `recommend`.
#[derive(Serialize)]
struct Percentiles {
    p50: f64,
    p99: f64,
}

impl Percentiles {
    fn of(mut nanoseconds: Vec<u32>) -> Percentiles {
        nanoseconds.sort_unstable();
        let at = |share: f64| {
            let place = (nanoseconds.len() as f64 * share) as usize;
            let found = nanoseconds.get(place).or(nanoseconds.last());
            f64::from(found.copied().unwrap_or(0)) / 1_000.0
        };
        Percentiles {
            p50: at(0.5),
            p99: at(0.99),
        }
    }
}

impl Report {
    /// `compressed` is what the model's file takes on the way to a page.
    pub fn new(
        model: &Model,
        compressed: usize,
        all: &Answers,
        others: &Answers,
        new: &Answers,
        rare: Option<&Answers>,
    ) -> Report {
        Report {
            items: model.items(),
            predictions: all.nanoseconds.len(),
            size: Size::of(model, compressed),
            all: all.metrics,
            others: others.metrics,
            new: new.metrics,
            rare: rare.map(|rare| Part {
                predictions: rare.nanoseconds.len(),
                metrics: rare.metrics,
            }),
            microseconds: Percentiles::of([&all.nanoseconds[..], &new.nanoseconds].concat()),
            asked_new: new.nanoseconds.len(),
        }
    }
}

/// On one line.
pub fn json(report: &impl Serialize) -> String {
    // Nothing in it can fail to serialise: finite numbers under fixed names.
    serde_json::to_string(report).unwrap_or_default()
}

/// How the hidden items of baskets were found.
#[derive(Serialize)]
pub struct BasketReport {
    items: usize,
    baskets: usize,
    #[serde(flatten)]
    size: Size,
    cart: Metrics,
    microseconds: Percentiles,
}

impl BasketReport {
    pub fn new(model: &Model, compressed: usize, answers: &Answers) -> BasketReport {
        BasketReport {
            items: model.items(),
            baskets: answers.nanoseconds.len(),
            size: Size::of(model, compressed),
            cart: answers.metrics,
            microseconds: Percentiles::of(answers.nanoseconds.clone()),
        }
    }
}

type Value = fn(&Metrics) -> f64;
const ROWS: [(&str, Value); 8] = [
    ("HitRate@5", |m| m.hr5),
    ("HitRate@10", |m| m.hr10),
    ("HitRate@20", |m| m.hr20),
    ("MRR@5", |m| m.mrr5),
    ("MRR@10", |m| m.mrr10),
    ("MRR@20", |m| m.mrr20),
    ("NDCG@20", |m| m.ndcg20),
    ("coverage@20", |m| m.coverage20),
];

fn head(
    out: &mut fmt::Formatter<'_>,
    items: usize,
    size: &Size,
    Percentiles { p50, p99 }: &Percentiles,
) -> fmt::Result {
    writeln!(
        out,
        "{items} items in {} bytes, {:.1} bytes an item; {} bytes with brotli, {:.1} an item",
        size.model_bytes, size.bytes_per_item, size.model_brotli_bytes, size.brotli_bytes_per_item
    )?;
    writeln!(
        out,
        "one list: {p50:.1} µs at the median, {p99:.1} µs at the 99th percentile\n"
    )
}

impl fmt::Display for BasketReport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        head(out, self.items, &self.size, &self.microseconds)?;
        writeln!(
            out,
            "                    cart\nbaskets         {:>8}",
            self.baskets
        )?;
        for (name, value) in ROWS {
            writeln!(out, "{name:<15} {:>8.4}", value(&self.cart))?;
        }
        writeln!(
            out,
            "\ncart: the whole catalogue is ranked beside the rest of the basket, which is left out"
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        head(out, self.items, &self.size, &self.microseconds)?;
        let mut columns = vec![
            ("all", self.predictions, &self.all),
            ("others", self.predictions, &self.others),
            ("new", self.asked_new, &self.new),
        ];
        if let Some(rare) = &self.rare {
            columns.push(("rare", rare.predictions, &rare.metrics));
        }
        write!(out, "{:<15}", "")?;
        for (name, _, _) in &columns {
            write!(out, " {name:>8}")?;
        }
        write!(out, "\n{:<15}", "predictions")?;
        for (_, predictions, _) in &columns {
            write!(out, " {predictions:>8}")?;
        }
        writeln!(out)?;
        for (name, value) in ROWS {
            write!(out, "{name:<15}")?;
            for (_, _, metrics) in &columns {
                write!(out, " {:>8.4}", value(metrics))?;
            }
            writeln!(out)?;
        }
        write!(
            out,
            "\nall: the whole catalogue is ranked; others: all of it but the item being looked at; \
             new: only what the session has not seen yet"
        )?;
        if self.rare.is_some() {
            write!(
                out,
                "; rare: of new, items with fewer than {RARE} clicks in training"
            )?;
        }
        writeln!(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_of_few() {
        let of = |list: &[u32]| {
            let Percentiles { p50, p99 } = Percentiles::of(list.to_vec());
            (p50, p99)
        };
        assert_eq!(of(&[]), (0.0, 0.0));
        assert_eq!(of(&[3_000]), (3.0, 3.0));
        assert_eq!(
            of(&(1..=100).map(|n| n * 1_000).collect::<Vec<_>>()),
            (51.0, 100.0)
        );
    }
}
