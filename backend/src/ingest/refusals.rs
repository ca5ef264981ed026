//! Rows that could not be used, counted by reason, so that nothing is dropped silently.

use std::collections::BTreeMap;
use std::fmt;

/// Samples kept for each reason.
const SAMPLES: usize = 3;
/// Characters of an offending value that a sample keeps.
const VALUE: usize = 60;

/// Why a row, or a value in it, was not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// A line of JSON lines that is not a JSON object of the expected shape.
    Json,
    /// A row of CSV or TSV with more or fewer cells than the header.
    Cells,
    /// Bytes that are not UTF-8.
    Encoding,
    /// A line longer than any honest one.
    LongLine,
    /// No item key.
    NoItem,
    /// One of several products of an event, without a key or with one too long.
    Product,
    /// An item key longer than a model can hold.
    LongItem,
    /// A list or an object where an item key is expected.
    Structure,
    /// Neither a session nor a shopper.
    NoShopper,
    /// An exposure without its experiment or its variation.
    NoVariation,
    /// No time, or one that is not a time.
    Time,
    /// A row of a session file without items, or of a test file without prefix, basket or target.
    NoItems,
    /// Ages of orders that are not one for each order, none older than the one before.
    Days,
    /// A price that is not a number of money.
    Price,
    /// A price in another currency than most of the catalogue's.
    Currency,
    /// A sale price that is none today.
    Sale,
    /// An availability that is not one of the feed's words.
    Availability,
    /// A yes-or-no value that is neither.
    Flag,
    /// A text longer than a model can hold.
    LongText,
    /// A `product_detail` that is not section, name and value.
    Detail,
    /// A `related_product` that is not relation, `id` and an id of the catalogue.
    Related,
    /// A `related_product` that is the product itself, or completes what it is completed by.
    Circle,
    /// A row whose key comes again further down: the last one counts.
    Replaced,
    /// A row of a product that is there already, without a title of its own: a variant, a picture, another language.
    Part,
    /// An event whose message id was read before.
    Duplicate,
    /// An order that was read before, reported again under another message id or at another time.
    OrderAgain,
    /// A content item of a type that there is not.
    ContentType,
    /// A content item without a title: nobody could be shown it.
    Untitled,
    /// A product, category or brand that a content item is about and the catalogue does not have.
    About,
    /// A content item about nothing that the catalogue has.
    AboutNothing,
    /// A content item beyond the most that a page reads; the newest stay.
    ContentBeyond,
}

/// What a reason costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    RowRefused,
    ValueLeftOut,
    RowRepeated,
}

impl Reason {
    fn effect(self) -> Effect {
        match self {
            Reason::Json
            | Reason::Cells
            | Reason::Encoding
            | Reason::LongLine
            | Reason::NoItem
            | Reason::LongItem
            | Reason::Structure
            | Reason::NoShopper
            | Reason::NoVariation
            | Reason::Time
            | Reason::NoItems
            | Reason::Days
            | Reason::ContentType
            | Reason::Untitled
            | Reason::AboutNothing
            | Reason::ContentBeyond => Effect::RowRefused,
            Reason::Product
            | Reason::Price
            | Reason::Currency
            | Reason::Sale
            | Reason::Availability
            | Reason::Flag
            | Reason::LongText
            | Reason::Detail
            | Reason::Related
            | Reason::Circle
            | Reason::About => Effect::ValueLeftOut,
            Reason::Replaced | Reason::Part | Reason::Duplicate | Reason::OrderAgain => {
                Effect::RowRepeated
            }
        }
    }

    /// Whether the whole row is lost because it is wrong.
    pub fn refuses_row(self) -> bool {
        self.effect() == Effect::RowRefused
    }

    pub(super) fn text(self) -> &'static str {
        match self {
            Reason::Json => "not a JSON object of the expected shape",
            Reason::Cells => "more or fewer cells than the header",
            Reason::Encoding => "not in the encoding of the file (save it as UTF-8)",
            Reason::LongLine => "line longer than 1 MiB",
            Reason::NoItem => "no item id",
            Reason::Product => "one of several products, without id or with one too long",
            Reason::LongItem => "item id longer than 255 bytes",
            Reason::Structure => "a list or an object where an item id is expected",
            Reason::NoShopper => "neither session nor shopper",
            Reason::NoVariation => "exposure without experiment_id or variation_id",
            Reason::Time => "not a time, or not of the kind that its column holds",
            Reason::NoItems => "no items",
            Reason::Days => "not one number of days for each order, the largest first",
            Reason::Price => "not a price (199.00 CNY)",
            Reason::Currency => "price in another currency than the catalogue's",
            Reason::Sale => "sale price of 0, above the price, or outside its dates",
            Reason::Availability => "not in_stock, out_of_stock, preorder or backorder",
            Reason::Flag => "neither true nor false",
            Reason::LongText => "text longer than 255 bytes",
            Reason::Detail => "not section:attribute:value",
            Reason::Related => {
                "not relation:id:an id of the catalogue (accessory, required_part, often_bought_with, part_of_set, substitute, different_brand)"
            }
            Reason::Circle => "related to itself, or completing what completes it",
            Reason::Replaced => "id comes again further down",
            Reason::Part => "part of a product above (variant, picture, language)",
            Reason::Duplicate => "message id read before",
            Reason::OrderAgain => "order reported again (page loaded again)",
            Reason::ContentType => "not review, photo, video, article, guide, theme or banner",
            Reason::Untitled => "no title",
            Reason::About => "about what the catalogue does not have",
            Reason::AboutNothing => "about nothing that the catalogue has",
            Reason::ContentBeyond => "more content than a page reads (the newest 5000 stay)",
        }
    }
}

/// One place where a reason applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// File name without its folder.
    pub file: String,
    /// Line of a text file, row of a Parquet file or database table; from 1.
    pub line: u64,
    /// Name of the column, or the character position where the line itself is broken.
    pub column: String,
    /// The offending value, shortened.
    pub value: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Entry {
    count: u64,
    samples: Vec<Sample>,
}

/// What could not be used: counted by reason, with the first few samples.
///
/// `Display` is a Markdown table with samples, for the person who ran the command. Samples may hold a shopper's data,
/// so what is published beside a model is [`Refusals::counts`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusals(BTreeMap<Reason, Entry>);

impl Refusals {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn count(&self, reason: Reason) -> u64 {
        self.0.get(&reason).map_or(0, |entry| entry.count)
    }

    pub fn samples(&self, reason: Reason) -> &[Sample] {
        self.0.get(&reason).map_or(&[], |entry| &entry.samples)
    }

    /// Rows lost because they are wrong; repeated rows and left-out values are not among them.
    pub fn rows(&self) -> u64 {
        self.0
            .iter()
            .filter(|(reason, _)| reason.refuses_row())
            .map(|(_, entry)| entry.count)
            .sum()
    }

    /// Reasons that cost whole rows, wrong or repeated, and how many.
    pub(super) fn lost_rows(&self) -> impl Iterator<Item = (Reason, u64)> + '_ {
        let lost = self
            .0
            .iter()
            .filter(|(reason, _)| reason.effect() != Effect::ValueLeftOut);
        lost.map(|(reason, entry)| (*reason, entry.count))
    }

    /// The same table without samples: nothing of a shopper in it.
    pub fn counts(&self) -> impl fmt::Display + '_ {
        Table {
            refusals: self,
            samples: false,
        }
    }

    pub(crate) fn note(
        &mut self,
        reason: Reason,
        file: &str,
        line: u64,
        column: impl fmt::Display,
        value: &str,
    ) {
        let entry = self.0.entry(reason).or_default();
        entry.count += 1;
        if entry.samples.len() < SAMPLES {
            entry.samples.push(Sample {
                file: file.to_owned(),
                line,
                column: column.to_string(),
                value: shorten(value),
            });
        }
    }

    pub(crate) fn absorb(&mut self, other: Refusals) {
        for (reason, theirs) in other.0 {
            let ours = self.0.entry(reason).or_default();
            ours.count += theirs.count;
            let room = SAMPLES.saturating_sub(ours.samples.len());
            ours.samples.extend(theirs.samples.into_iter().take(room));
        }
    }
}

fn shorten(value: &str) -> String {
    let mut short: String = value
        .chars()
        .take(VALUE)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    if value.chars().nth(VALUE).is_some() {
        short.push('…');
    }
    short
}

impl fmt::Display for Refusals {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        Table {
            refusals: self,
            samples: true,
        }
        .fmt(out)
    }
}

struct Table<'a> {
    refusals: &'a Refusals,
    samples: bool,
}

impl fmt::Display for Table<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let samples = self.samples;
        out.write_str(if samples {
            "|    count | effect         | reason | first seen |\n| -------: | -------------- | --- | --- |"
        } else {
            "|    count | effect         | reason |\n| -------: | -------------- | --- |"
        })?;
        for (reason, entry) in &self.refusals.0 {
            let effect = match reason.effect() {
                Effect::RowRefused => "row refused",
                Effect::ValueLeftOut => "value left out",
                Effect::RowRepeated => "row repeated",
            };
            write!(
                out,
                "\n| {:>8} | {effect:<14} | {} |",
                entry.count,
                reason.text()
            )?;
            if samples {
                let seen: Vec<String> = entry.samples.iter().map(Sample::to_string).collect();
                write!(out, " {} |", seen.join("; "))?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sample {
            file,
            line,
            column,
            value,
        } = self;
        write!(out, "{file}:{line}:{column}")?;
        if !value.is_empty() {
            write!(out, " `{}`", value.replace('`', "'").replace('|', "\\|"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_every_refusal_and_keeps_the_first_samples() {
        let mut refusals = Refusals::default();
        for line in 1..=10 {
            refusals.note(Reason::Price, "feed.csv", line, "price", "ten");
        }
        refusals.note(Reason::NoItem, "feed.csv", 11, "id", "");
        assert_eq!(refusals.count(Reason::Price), 10);
        assert_eq!(refusals.samples(Reason::Price).len(), SAMPLES);
        assert_eq!(refusals.rows(), 1, "a bad price does not lose the row");

        let mut sum = refusals.clone();
        sum.absorb(refusals);
        assert_eq!(sum.count(Reason::Price), 20);
        assert_eq!(sum.samples(Reason::Price)[0].line, 1);
    }

    #[test]
    fn the_published_table_holds_no_values() {
        let mut refusals = Refusals::default();
        refusals.note(
            Reason::Time,
            "events.jsonl",
            3,
            "timestamp",
            "maria@example.com",
        );
        assert!(
            refusals
                .to_string()
                .contains("events.jsonl:3:timestamp `maria@example.com`")
        );
        let published = refusals.counts().to_string();
        assert!(published.contains("|        1 | row refused    | not a time"));
        assert!(!published.contains("maria") && !published.contains("events.jsonl"));
    }

    #[test]
    fn a_value_cannot_break_the_table() {
        let mut refusals = Refusals::default();
        let nasty = format!("a|b`c\n{}", "中".repeat(1000));
        refusals.note(Reason::Price, "feed.csv", 1, "price", &nasty);
        let table = refusals.to_string();
        assert_eq!(table.lines().count(), 3, "{table}");
        assert!(table.contains("a\\|b'c\u{fffd}中"));
    }
}
