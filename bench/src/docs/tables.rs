//! Tables in Markdown: one function for each kind of record, printed and put on the page alike.

use std::fmt::Write;

use crate::baskets::Figures as Baskets;
use crate::experiments::Figures as Lab;
use crate::exposures::Figures as Exposures;
use crate::page::Table;
use crate::quality::{Described, Ranking};
use crate::train::Figures as Training;

/// The head of a table whose first `texts` columns are texts and the others numbers, and its rows.
fn table(columns: &[&str], texts: usize, rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let rule = (0..columns.len()).map(|at| if at < texts { "---" } else { "--:" });
    let rule = rule.collect::<Vec<_>>().join(" | ");
    let mut text = format!("| {} |\n| {rule} |", columns.join(" | "));
    for row in rows {
        // Writing to a String does not fail.
        let _ = write!(text, "\n| {} |", row.join(" | "));
    }
    text
}

/// Ranking, a row for each log. Size with brotli has a column where it was measured.
pub fn rankings(found: &[Ranking]) -> String {
    let brotli = found
        .iter()
        .any(|ranking| ranking.brotli_bytes_per_item.is_some());
    let mut columns = vec!["log", "items", "bytes", "an item"];
    columns.extend(brotli.then_some("with brotli"));
    columns.extend([
        "training",
        "HR@20 new",
        "MRR@20 new",
        "HR@20 all",
        "MRR@20 all",
        "HR@20 others",
        "MRR@20 others",
        "cosine HR@20 new",
        "ratio",
        "one list, p50 / p99",
    ]);
    let row = |ranking: &Ranking| {
        let mut cells = vec![
            ranking.log.clone(),
            ranking.items.to_string(),
            ranking.model_bytes.to_string(),
            format!("{:.1}", ranking.bytes_per_item),
        ];
        let bytes = ranking.brotli_bytes_per_item;
        cells.extend(brotli.then(|| bytes.map_or(String::new(), |bytes| format!("{bytes:.1}"))));
        cells.push(format!("{:.1} s", ranking.training_seconds));
        let pairs = [ranking.new, ranking.all, ranking.others];
        cells.extend(
            pairs
                .as_flattened()
                .iter()
                .map(|value| format!("{value:.4}")),
        );
        cells.push(format!("{:.4}", ranking.cosine));
        cells.push(format!("{:.3}", ranking.new[0] / ranking.cosine));
        let [p50, p99] = ranking.microseconds;
        cells.push(format!("{p50:.0} / {p99:.0} µs"));
        cells
    };
    table(&columns, 1, found.iter().map(row))
}

/// Basket completion: the methods, and a line on the model.
pub fn baskets(found: &Baskets) -> String {
    let mut rows = vec![("this model", found.model)];
    rows.extend(found.known.map(|known| ("best other method", known)));
    rows.extend([
        ("cosine of baskets", found.cosine),
        ("most sold", found.popular),
    ]);
    let [best, _] = found.known.unwrap_or(found.cosine);
    let rows = rows.into_iter().map(|(name, [hr, mrr])| {
        vec![
            name.to_owned(),
            format!("{hr:.4}"),
            format!("{mrr:.4}"),
            format!("{:.3}", hr / best),
        ]
    });
    let rows = table(&[&found.name, "HR@20", "MRR@20", "ratio"], 1, rows);
    let [p50, p99] = found.microseconds;
    format!(
        "{rows}\n\n{} baskets, {} items, {} bytes ({:.1} an item), trained in {:.1} s, one list {p50:.0} / {p99:.0} µs (p50 / p99).",
        found.baskets, found.items, found.model_bytes, found.bytes_per_item, found.training_seconds,
    )
}

/// Each figure without and with a catalogue.
pub fn content(found: &[Described]) -> String {
    let columns = [
        "log",
        "trained on",
        "rare answers",
        "HR@20 rare",
        "MRR@20 rare",
        "HR@20 new",
        "MRR@20 new",
        "bytes an item",
    ];
    let row = |described: &Described| {
        let (without, with) = (&described.without, &described.with);
        let sessions = match described.one_in {
            1 => "all sessions".to_owned(),
            one_in => format!("one session in {one_in}"),
        };
        let mut cells = vec![
            described.log.clone(),
            sessions,
            described.rare_answers.to_string(),
        ];
        let before = [without.rare, without.new];
        let after = [with.rare, with.new];
        let both = before.as_flattened().iter().zip(after.as_flattened());
        cells.extend(both.map(|(without, with)| format!("{without:.4} → {with:.4}")));
        cells.push(format!(
            "{:.1} → {:.1}",
            without.bytes_per_item, with.bytes_per_item
        ));
        cells
    };
    table(&columns, 2, found.iter().map(row))
}

/// Throughput of the lab, beside that of the first log.
pub fn lab(found: &Lab) -> String {
    let columns = [
        "`tillside lab analyse`",
        "log, MB",
        "seconds",
        "events a second",
        "peak memory, MB",
        "× events",
        "× units",
        "× memory",
    ];
    let base = &found.analysed[0];
    let times = |value: f64, base: f64| format!("{:.1}", value / base);
    let rows = found.analysed.iter().map(|one| {
        let memory = one.memory_mb.zip(base.memory_mb);
        vec![
            format!("{} events of {} units", one.events, one.units),
            one.megabytes.to_string(),
            format!("{:.1}", one.seconds),
            format!("{:.0}", one.events as f64 / one.seconds),
            one.memory_mb.map_or(String::new(), |mb| mb.to_string()),
            times(one.events as f64, base.events as f64),
            times(one.units as f64, base.units as f64),
            memory.map_or(String::new(), |(mb, base)| times(mb as f64, base as f64)),
        ]
    });
    format!(
        "{}\n\n`tillside lab simulate --shoppers {} --days {}`: {} sessions with {} events in {:.1} s, {:.0} sessions a second.",
        table(&columns, 1, rows),
        found.shoppers,
        found.days,
        found.sessions,
        found.simulated_events,
        found.simulate_seconds,
        found.sessions as f64 / found.simulate_seconds
    )
}

/// Cost of training, beside that of the baseline.
pub fn training(found: &Training) -> String {
    let what = format!(
        "{} clicks of {} sessions on {} items",
        found.clicks, found.sessions, found.items
    );
    let columns = [
        &*what,
        "seconds",
        "× bare counting",
        "peak memory, MB",
        "error of time left",
    ];
    let bare = found.bare_seconds;
    let mut rows = vec![vec![
        "pairs counted in one hash map".to_owned(),
        format!("{bare:.1}"),
        "1.0".to_owned(),
        String::new(),
        String::new(),
    ]];
    rows.extend(found.ways.iter().map(|way| {
        let command = format!("tillside train {}", way.arguments.join(" "));
        let memory = way.memory_mb;
        let error = way.error_of_time_left;
        vec![
            format!("`{}`, {}", command.trim(), way.what),
            format!("{:.1}", way.seconds),
            format!("{:.1}", way.seconds / bare),
            memory.map_or(String::new(), |memory| memory.to_string()),
            error.map_or(String::new(), |error| format!("{:.0} %", 100.0 * error)),
        ]
    }));
    table(&columns, 1, rows)
}

/// As they were printed.
pub fn page(tables: &[Table]) -> String {
    let texts = tables.iter().map(|found| {
        let mut columns = vec![found.title.as_str()];
        columns.extend(found.columns.iter().map(String::as_str));
        let rows = found.rows.iter().map(|row| {
            let mut row = row.clone();
            row.resize(columns.len(), String::new());
            row
        });
        table(&columns, 1, rows)
    });
    texts.collect::<Vec<_>>().join("\n\n")
}

/// A row for each library, engine and way of leaving.
pub fn exposures(found: &Exposures) -> String {
    let columns: Vec<_> = found.columns.iter().map(String::as_str).collect();
    table(&columns, 3, found.rows.iter().cloned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_right_of_texts() {
        let rows = [vec!["a".to_owned(), "1".to_owned()]];
        assert_eq!(
            table(&["name", "count"], 1, rows),
            "| name | count |\n| --- | --: |\n| a | 1 |"
        );
    }

    #[test]
    fn a_short_row_has_all_cells() {
        let found = Table {
            title: "calls".into(),
            columns: vec!["least".into(), "p50".into()],
            rows: vec![vec!["track".into(), "1".into()]],
        };
        assert!(page(&[found]).ends_with("| track | 1 |  |"));
    }
}
