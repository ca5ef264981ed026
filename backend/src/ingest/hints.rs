//! Hints about a table from the command line: `--map` and `--layout`.

use super::column::Look;
use super::column::time::Times;
use super::layout::{Layout, Role};
use super::table::fold;

/// Columns of a catalogue that can be mapped, by their feed names.
const FIELDS: [&str; 20] = [
    "id",
    "title",
    "product_type",
    "google_product_category",
    "brand",
    "price",
    "sale_price",
    "sale_price_effective_date",
    "availability",
    "repeatable",
    "color",
    "size",
    "material",
    "gender",
    "age_group",
    "pattern",
    "product_detail",
    "related_product",
    "in_stock",
    "path",
];

/// Columns of files of sessions, of test rows and of baskets.
const QUESTIONS: [&str; 7] = [
    "session", "items", "prefix", "target", "basket", "history", "days",
];

/// How to read tables that do not say it themselves
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Hints {
    /// Role of a column: `--map item=article_no`, or by number in a table without header, `--map item=2`. Roles of events:
    /// session, user, order, item, items, time, clock, kind, quantity; of a catalogue: the feed's field names. A time may
    /// have a kind: `--map time=day:yyyymmdd`. Repeatable
    #[arg(long, value_name = "NAME=COLUMN", value_parser = Mapping::parse)]
    pub map: Vec<Mapping>,
    /// Known layout of tables that are not recognised automatically; see docs/shop-files.md
    #[arg(long, value_name = "NAME", value_parser = layout)]
    pub layout: Option<&'static Layout>,
}

fn layout(name: &str) -> Result<&'static Layout, String> {
    Layout::named(name).ok_or_else(|| {
        let known: Vec<&str> = Layout::names().collect();
        format!("unknown layout; known are {}", known.join(", "))
    })
}

/// One column and what it is to be read as.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    pub(super) name: String,
    pub(super) column: String,
    pub(super) times: Option<Times>,
}

impl Mapping {
    /// `NAME=COLUMN`, `NAME=COLUMN:KIND` for times.
    pub fn parse(text: &str) -> Result<Mapping, String> {
        let (name, column) = text
            .split_once('=')
            .filter(|(_, column)| !column.trim().is_empty())
            .ok_or("write NAME=COLUMN, such as item=article_no")?;
        let name = name.trim();
        let is_title = name.starts_with("title");
        let is_known = Role::named(name).is_some() || FIELDS.contains(&name) || is_title;
        if !is_known && !QUESTIONS.contains(&name) {
            let roles = "session, user, order, item, items, time, clock, kind, quantity";
            return Err(format!(
                "unknown name `{name}`; events have {roles}, catalogues {}, test files {}",
                FIELDS.join(", "),
                QUESTIONS.join(", ")
            ));
        }
        let (column, times) = match column.rsplit_once(':') {
            Some((column, kind)) if name == "time" => match Times::named(kind) {
                Some(times) => (column, Some(times)),
                None => (
                    text.split_once('=').map_or(column, |(_, whole)| whole),
                    None,
                ),
            },
            _ => (column, None),
        };
        Ok(Mapping {
            name: name.to_owned(),
            column: column.trim().to_owned(),
            times,
        })
    }
}

impl Hints {
    fn of(&self, column: &str) -> Option<&Mapping> {
        let exact = self.map.iter().find(|mapping| mapping.column == column);
        exact.or_else(|| {
            self.map
                .iter()
                .find(|mapping| fold(&mapping.column) == fold(column))
        })
    }

    /// The role that a person gives a column of events.
    pub(super) fn role(&self, column: &str) -> Option<Role> {
        Role::named(&self.of(column)?.name)
    }

    /// The feed's name that a person gives a column of a catalogue.
    pub(super) fn field(&self, column: &str) -> Option<&str> {
        let mapping = self.of(column)?;
        let is_field = FIELDS.contains(&mapping.name.as_str()) || mapping.name.starts_with("title");
        is_field.then_some(mapping.name.as_str())
    }

    /// The name of a column of sessions, test rows or baskets: what a person calls it, or its own.
    pub(super) fn question<'a>(&'a self, column: &'a str) -> &'a str {
        let named = self.of(column).map(|mapping| mapping.name.as_str());
        let named = named.filter(|name| *name == "time" || QUESTIONS.contains(name));
        // What a person maps is the only column for it.
        let taken = self
            .map
            .iter()
            .any(|mapping| fold(&mapping.name) == fold(column));
        named.unwrap_or(if taken { "" } else { column })
    }

    /// Mapped columns of sessions, test rows or baskets that are not among `columns`.
    pub(super) fn unmet(&self, columns: &[String]) -> Vec<&Mapping> {
        let met = |mapping: &&Mapping| {
            let column = fold(&mapping.column);
            !columns.iter().any(|name| fold(name) == column)
        };
        self.map.iter().filter(met).collect()
    }

    /// The kind of time that a person gives a column.
    pub(super) fn times(&self, column: &str) -> Option<Times> {
        self.of(column)?.times
    }

    pub(super) fn maps_role(&self, role: Role) -> bool {
        self.map
            .iter()
            .any(|mapping| Role::named(&mapping.name) == Some(role))
    }

    /// Mapped columns of events (or of catalogues) that are not among `columns`.
    pub(super) fn missing(&self, events: bool, columns: &[String]) -> Vec<&Mapping> {
        let met = |mapping: &&Mapping| {
            let is_role = Role::named(&mapping.name).is_some();
            is_role == events
                && !columns
                    .iter()
                    .any(|name| *name == mapping.column || fold(name) == fold(&mapping.column))
        };
        self.map.iter().filter(met).collect()
    }

    pub(super) fn look(&self, column: &str) -> Option<Look> {
        self.role(column).map(Role::look)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_names_a_column_and_for_times_their_kind() {
        let mapping = Mapping::parse("item=Article: No").expect("a mapping");
        assert_eq!((&*mapping.name, &*mapping.column), ("item", "Article: No"));
        let mapping = Mapping::parse("time=day:yyyymmdd").expect("a mapping");
        assert_eq!(
            (&*mapping.column, mapping.times),
            ("day", Times::named("yyyymmdd"))
        );
        let mapping = Mapping::parse("time=at:noon").expect("a mapping");
        assert_eq!((&*mapping.column, mapping.times), ("at:noon", None));
        for (text, word) in [
            ("item", "NAME=COLUMN"),
            ("item=", "NAME=COLUMN"),
            ("itme=x", "unknown name `itme`"),
        ] {
            assert!(
                Mapping::parse(text)
                    .expect_err("it is refused")
                    .contains(word),
                "{text}"
            );
        }
        assert!(
            layout("amazon")
                .expect_err("it is refused")
                .contains("amazon-reviews")
        );
        assert_eq!(layout("H&M").expect("a layout").name, "h&m");
    }
}
