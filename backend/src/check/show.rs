//! The report as a person reads it: what was understood first, what is odd last.

use std::fmt;

use super::Report;
use super::catalog::Catalog;
use super::log::Log;
use crate::ingest::{Column, Understanding};

/// Columns of a terminal that a line may take.
const WIDTH: usize = 110;
/// Columns of a value or name.
const SHOWN: usize = 24;
/// Left of every column.
const INDENT: &str = "  ";

pub struct Shown<'a> {
    pub report: &'a Report,
    pub colour: bool,
}

/// A count with its thousands apart.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

pub fn percent(share: f64) -> String {
    match share * 100.0 {
        0.0 => "0 %".into(),
        small if small < 0.01 => "< 0.01 %".into(),
        small if small < 1.0 => format!("{small:.2} %"),
        large => format!("{large:.1} %"),
    }
}

/// Columns of a terminal that a text takes: characters of East Asia take two.
fn width(text: &str) -> usize {
    let wide = |c: char| matches!(c as u32, 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0x1f300..=0x1faff | 0x20000..=0x3fffd);
    text.chars().map(|c| 1 + usize::from(wide(c))).sum()
}

/// A value in one line, cut where it is long.
fn short(text: &str, most: usize) -> String {
    let mut out = String::new();
    let clean = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    for c in clean {
        if width(&out) + 2 > most {
            out.push('…');
            break;
        }
        out.push(c);
    }
    out
}

/// Rows whose cells stand under one another, the last one as long as it is.
fn table(out: &mut fmt::Formatter<'_>, rows: &[Vec<String>]) -> fmt::Result {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| width(cell)).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(widest).collect();
    for row in rows {
        let mut line = String::from(INDENT);
        for (cell, widest) in row.iter().zip(&widths) {
            line += cell;
            line += &" ".repeat(widest - width(cell) + 2);
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Words with commas between them, in lines that fit.
fn wrapped(out: &mut fmt::Formatter<'_>, head: &str, words: &[String]) -> fmt::Result {
    let mut line = format!("{INDENT}{head}");
    for (nth, word) in words.iter().enumerate() {
        let word = if nth + 1 < words.len() {
            format!("{word}, ")
        } else {
            word.clone()
        };
        if width(&line) + width(&word) > WIDTH {
            writeln!(out, "{}", line.trim_end())?;
            line = format!("{INDENT}{}", " ".repeat(width(head)));
        }
        line += &word;
    }
    writeln!(out, "{}", line.trim_end())
}

impl Shown<'_> {
    fn painted(&self, text: &str, code: &str) -> String {
        match self.colour {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }

    fn head(&self, out: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
        writeln!(out, "{}", self.painted(text, "1"))
    }

    fn file(&self, out: &mut fmt::Formatter<'_>, file: &Understanding) -> fmt::Result {
        let name = file
            .path
            .file_name()
            .unwrap_or(file.path.as_os_str())
            .to_string_lossy();
        self.head(out, &format!("{name}: {}", what(file).join(", ")))?;
        wrapped(out, "", &rows(file))?;
        for (reason, rows) in &file.left_out {
            writeln!(out, "{INDENT}{INDENT}left out: {} × {reason}", count(*rows))?;
        }
        let read: Vec<&Column> = file
            .columns
            .iter()
            .filter(|one| one.taken_for.is_some())
            .collect();
        if !read.is_empty() {
            writeln!(out)?;
            let mut cells = vec![
                ["column", "taken for", "first values", ""]
                    .map(str::to_owned)
                    .to_vec(),
            ];
            cells.extend(read.into_iter().map(column));
            table(out, &cells)?;
        }
        let ignored: Vec<String> = file.ignored().map(|one| short(&one.name, SHOWN)).collect();
        if !ignored.is_empty() {
            wrapped(out, "not read: ", &ignored)?;
        }
        let noted = file
            .ignored()
            .filter_map(|one| Some(format!("`{}`: {}", one.name, one.note.as_ref()?)));
        for note in file.notes.iter().cloned().chain(noted) {
            writeln!(out, "{INDENT}note: {note}")?;
        }
        writeln!(out)
    }

    fn log(&self, out: &mut fmt::Formatter<'_>, log: &Log) -> fmt::Result {
        self.head(out, "Clicks")?;
        let row = |name: &str, many: u64, more: String| {
            vec![name.into(), format!("{:>11}", count(many)), more]
        };
        let mut rows = vec![row(
            "events",
            log.events,
            format!(
                "{} views, {} additions to a cart, {} purchases",
                count(log.views),
                count(log.carts),
                count(log.purchases)
            ),
        )];
        rows.push(row(
            "items",
            log.items as u64,
            match log.items {
                0 => String::new(),
                _ => format!(
                    "the most frequent, `{}`, has {} of the events",
                    short(&log.top_item_key, SHOWN),
                    percent(log.top_item)
                ),
            },
        ));
        rows.push(row(
            "shoppers",
            log.shoppers.into(),
            format!(
                "the busiest has {} of the events",
                percent(log.busiest_shopper)
            ),
        ));
        let sessions = format!(
            "{} events in the median, {} of a single event",
            log.median,
            count(log.single as u64)
        );
        rows.push(row("sessions", log.sessions as u64, sessions));
        if let (Some(from), Some(to), Some(days)) = (&log.from, &log.to, log.days) {
            let a_day = log.sessions_a_day.unwrap_or(0.0);
            let more = format!(
                "from {} to {}, {a_day:.1} sessions a day",
                minute(from),
                minute(to)
            );
            rows.push(vec!["days".into(), format!("{days:>11.1}"), more]);
        } else {
            rows.push(vec![
                "days".into(),
                format!("{:>11}", "-"),
                "the file holds no times".into(),
            ]);
        }
        if let Some(strangers) = &log.strangers {
            let more = match strangers.events {
                0 => "every event is on a product of the catalogue".into(),
                _ => format!(
                    "events on {} items that the catalogue does not have, {}, such as {}",
                    count(strangers.items as u64),
                    percent(strangers.share),
                    strangers.samples.join(", ")
                ),
            };
            rows.push(row("strangers", strangers.events, more));
        }
        let again = match log.orders_again {
            0 => "no order is reported twice".into(),
            _ => "repeated reports of orders, left out".into(),
        };
        rows.push(row("orders again", log.orders_again, again));
        let robots = &log.robots;
        let more = match robots.sessions {
            0 => "none found".into(),
            _ => format!(
                "sessions with {} of the views; each counts for at most {} views",
                percent(robots.share),
                robots.busy
            ),
        };
        rows.push(row("robots", robots.sessions as u64, more));
        table(out, &rows)?;
        let clicks = log.samples.iter().map(|one| {
            vec![
                one.time.as_deref().map_or_else(String::new, second),
                one.kind.into(),
                short(&one.item, 2 * SHOWN),
                format!("shopper {}, session {}", one.shopper, one.session),
            ]
        });
        self.back(out, clicks.collect())
    }

    fn catalog(&self, out: &mut fmt::Formatter<'_>, catalog: &Catalog) -> fmt::Result {
        self.head(out, "Catalogue")?;
        let currency = catalog.currency.as_deref().unwrap_or("no currency");
        let prices = match (catalog.cheapest, catalog.median_price, catalog.dearest) {
            (Some(least), Some(median), Some(most)) => {
                format!("prices from {least} to {most}, median {median}, {currency}")
            }
            _ => "no prices".into(),
        };
        let row = |name: &str, many: usize, more: &str| {
            vec![
                name.into(),
                format!("{:>11}", count(many as u64)),
                more.into(),
            ]
        };
        let rows = [
            row("products", catalog.products, &prices),
            row("without", catalog.without_title, "title"),
            row("", catalog.without_price, "price"),
            row("", catalog.without_category, "category"),
            row("", catalog.without_brand, "brand"),
            row("out of stock", catalog.out_of_stock, ""),
        ];
        table(out, &rows)?;
        let products = catalog.samples.iter().map(|one| {
            vec![
                short(&one.id, SHOWN),
                short(&one.title, 2 * SHOWN),
                one.price
                    .map_or_else(|| "no price".into(), |price| price.to_string()),
                short(&one.category, 2 * SHOWN),
                (if one.out_of_stock {
                    "out of stock"
                } else {
                    "in stock"
                })
                .into(),
            ]
        });
        self.back(out, products.collect())
    }

    fn back(&self, out: &mut fmt::Formatter<'_>, rows: Vec<Vec<String>>) -> fmt::Result {
        if !rows.is_empty() {
            writeln!(out, "\n{INDENT}read back:")?;
            table(out, &rows)?;
        }
        writeln!(out)
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for file in &self.report.files {
            self.file(out, file)?;
        }
        if let Some(catalog) = &self.report.catalog {
            self.catalog(out, catalog)?;
        }
        if let Some(log) = &self.report.log {
            self.log(out, log)?;
        }
        let warnings = &self.report.warnings;
        if warnings.is_empty() {
            return writeln!(out, "{}", self.painted("Nothing is odd.", "32"));
        }
        self.head(out, &format!("Odd ({})", warnings.len()))?;
        for warning in warnings {
            writeln!(
                out,
                "{INDENT}{} {}",
                self.painted("!", "1;33"),
                self.painted(&warning.message, "33")
            )?;
            writeln!(out, "{INDENT}{INDENT}{}", warning.remedy)?;
        }
        Ok(())
    }
}

/// What kind of file it is, in words.
fn what(file: &Understanding) -> Vec<String> {
    let mut words = vec![file.file.to_string(), file.format.to_owned()];
    let zipped = file.gzipped.then_some("gzipped");
    words.extend(
        file.delimiter
            .map(|delimiter| format!("separated by {delimiter}")),
    );
    words.extend(
        [zipped, file.encoding]
            .into_iter()
            .flatten()
            .map(str::to_owned),
    );
    words.extend(file.layout.map(|layout| format!("layout {layout}")));
    words.retain(|word| !word.is_empty());
    words
}

/// Lines against rows, and rows against what became of them.
fn rows(file: &Understanding) -> Vec<String> {
    let mut words = Vec::new();
    if file.lines > 0 {
        words.push(format!("{} lines", count(file.lines)));
    }
    if !file.header {
        words.push("no header".into());
    }
    words.push(format!("{} rows", count(file.records)));
    if file.spanning > 0 {
        words.push(format!(
            "{} of them over several lines",
            count(file.spanning)
        ));
    }
    words.push(format!("{} read", count(file.read)));
    words.push(format!("{} left out", count(file.left_out.values().sum())));
    words
}

fn column(column: &Column) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    said.extend(column.time.map(str::to_owned));
    said.extend(
        column
            .decimal
            .as_ref()
            .map(|mark| format!("decimal mark: {mark}")),
    );
    said.extend(
        column
            .separator
            .map(|mark| format!("values separated by {mark}")),
    );
    let words = column.no_value.iter();
    said.extend(words.map(|(word, cells)| format!("{} × `{word}` is no value", count(*cells))));
    said.extend(column.note.clone());
    let examples: Vec<String> = column
        .examples
        .iter()
        .map(|one| short(one, SHOWN))
        .collect();
    vec![
        short(&column.name, SHOWN),
        column.taken_for.clone().unwrap_or_default(),
        examples.join(", "),
        said.join("; "),
    ]
}

/// ISO 8601 as people write it, to the minute.
fn minute(time: &str) -> String {
    time.get(..16).unwrap_or(time).replace('T', " ")
}

fn second(time: &str) -> String {
    time.get(..19).unwrap_or(time).replace('T', " ")
}
