//! The tables for people, in Markdown.

use std::fmt::Write;

use super::Measured;
use super::activity::Activity;
use super::basket::Baskets;
use super::score::Score;
use super::timing::Timing;

/// Joins cells into rows; numbers stand right.
fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut text = format!("| {} |\n| --- |", head.join(" | "));
    for _ in 1..head.len() {
        text += " --: |";
    }
    for row in rows {
        // Writing to a String does not fail.
        let _ = write!(text, "\n| {} |", row.join(" | "));
    }
    text
}

fn scores(head: &str, scores: &[Score]) -> String {
    let row = |score: &Score| {
        vec![
            score.name.to_owned(),
            format!("{:.3}", score.predicted),
            format!("{:.3}", score.observed),
            format!("{:.4}", score.brier),
            format!("{:.4}", score.log_loss),
            format!("{:.3}", score.calibration_error),
        ]
    };
    let rows: Vec<Vec<String>> = scores.iter().map(row).collect();
    let head = [head, "predicted", "observed", "Brier", "log loss", "ECE"];
    table(&head, &rows)
}

/// Predicted and observed by tenths.
fn reliability(score: &Score) -> String {
    let bins = score.bins.iter().filter(|bin| bin.count > 0);
    let rows: Vec<Vec<String>> = bins
        .map(|bin| {
            vec![
                format!("{:.1} to {:.1}", bin.from, bin.from + 0.1),
                bin.count.to_string(),
                format!("{:.3}", bin.predicted),
                format!("{:.3}", bin.observed),
            ]
        })
        .collect();
    table(&[score.name, "customers", "predicted", "observed"], &rows)
}

fn activity(found: &Activity, days: i32) -> String {
    let head = format!("ordered again in {days} days");
    let repeat = format!("the same, of {} repeat buyers", {
        let bins = &found.again_of_repeaters[0].bins;
        bins.iter().map(|bin| bin.count).sum::<usize>()
    });
    let counts: Vec<Vec<String>> = (found.orders.iter())
        .map(|count| {
            vec![
                count.name.to_owned(),
                format!("{:.0}", count.predicted),
                format!("{:.0}", count.observed),
                format!("{:.3}", count.mean_absolute_error),
                format!("{:.3}", count.root_mean_square_error),
            ]
        })
        .collect();
    let orders = format!("days with an order, {} customers", found.customers);
    let [r, alpha, a, b] = found.parameters;
    let mut parts = vec![
        format!(
            "BG/NBD, days: r {r:.4}, α {alpha:.3}, a {a:.4}, b {b:.3}; log likelihood {:.0}.",
            found.log_likelihood
        ),
        scores(&head, &found.again),
        scores(&repeat, &found.again_of_repeaters),
    ];
    parts.extend(found.again.iter().take(2).map(reliability));
    parts.push(table(
        &[&orders, "predicted", "observed", "MAE", "RMSE"],
        &counts,
    ));
    parts.join("\n\n")
}

fn timing(what: &str, found: &Timing) -> String {
    let rows: Vec<Vec<String>> = (found.dates.iter())
        .map(|dates| {
            vec![
                dates.name.to_owned(),
                format!("{:.2}", dates.median_error_days),
                format!("{:.2}", dates.mean_error_days),
                format!("{:.3}", dates.median_error_of_cycle),
                format!("{:.3}", dates.near),
            ]
        })
        .collect();
    let head = [
        what,
        "median error, days",
        "mean error, days",
        "median error, cycles",
        "within 20 % of the cycle",
    ];
    format!(
        "{}\n\n{} short cycles asked, {} went on in the span. Window: {:.3} of them should be in it, {:.3} were; {:.1} days wide.",
        table(&head, &rows),
        found.asked,
        found.came,
        found.window.nominal,
        found.window.observed,
        found.window.mean_days
    )
}

fn baskets(found: &Baskets) -> String {
    let rows: Vec<Vec<String>> = (found.rows.iter())
        .map(|row| {
            vec![
                row.name.to_owned(),
                format!("{:.4}", row.recall),
                format!("{:.4}", row.ndcg),
            ]
        })
        .collect();
    format!(
        "{}\n\n{} customers with 3 to 50 baskets, {} items.",
        table(&["next basket", "Recall@10", "NDCG@10"], &rows),
        found.customers,
        found.items
    )
}

pub fn print(found: &Measured) -> String {
    let days = found.hold_out_days;
    let mut parts = vec![format!(
        "{} customers, {} of them repeat buyers, up to {}; {days} days held out.",
        found.customers, found.repeaters, found.until
    )];
    match &found.activity {
        Some(found) => parts.push(activity(found, days)),
        None => parts.push("No activity model: too few customers came back.".into()),
    }
    parts.push(timing("next order", &found.next_order));
    for (what, lines) in [
        ("product", &found.products),
        ("category", &found.categories),
    ] {
        if lines.dates.asked > 0 {
            parts.push(timing(&format!("next purchase of a {what}"), &lines.dates));
            let head = format!("a {what} within 7 days");
            parts.push(scores(&head, &lines.within_a_week));
        }
    }
    parts.extend(found.next_basket.as_ref().map(baskets));
    parts.join("\n\n")
}
