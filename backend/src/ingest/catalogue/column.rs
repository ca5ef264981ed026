//! The columns of a product feed that are used.

use std::collections::BTreeMap;

use crate::ingest::column::Look;
use crate::ingest::column::money::Money;
use crate::ingest::column::time::Times;
use crate::ingest::error::File;
use crate::ingest::layout::Layout;
use crate::ingest::table::{Table, fold};
use crate::ingest::{Error, Hints};

/// An amount of money, and its currency where the cell names one.
pub type Amount = (f32, Option<String>);

/// The columns that are used, by their feed names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Id,
    Title,
    ProductType,
    GoogleCategory,
    /// A list that is one path, from the root.
    Path,
    Brand,
    Price,
    SalePrice,
    /// `start/end`.
    SaleDates,
    SaleStarts,
    SaleEnds,
    Availability,
    /// Yes, no, or how many there are.
    InStock,
    Repeatable,
    Detail,
    Related,
    /// Names the language of the row's texts; empty in the row that holds all else.
    Language,
    Group,
    FirstSeen,
    /// Synonyms and names in other languages.
    Keywords,
    /// Taken as an attribute of this name.
    Attribute(&'static str),
}

/// Product types of shop systems, such as `simple` and `variable`; they are not categories.
const SYSTEM_TYPES: [&str; 14] = [
    "simple",
    "configurable",
    "grouped",
    "bundle",
    "virtual",
    "downloadable",
    "variable",
    "variation",
    "external",
    "giftcard",
    "gift-card",
    "subscription",
    "simple product",
    "variable product",
];

impl Column {
    /// Feeds also write names with spaces, capitals and the namespace `g:`.
    pub fn named(name: &str) -> Option<Column> {
        Some(match &plain(name)[..] {
            "id" => Column::Id,
            "product_type" => Column::ProductType,
            "google_product_category" => Column::GoogleCategory,
            "path" => Column::Path,
            "brand" => Column::Brand,
            "price" => Column::Price,
            "sale_price" => Column::SalePrice,
            "sale_price_effective_date" => Column::SaleDates,
            "sale_starts" => Column::SaleStarts,
            "sale_ends" => Column::SaleEnds,
            "availability" => Column::Availability,
            "in_stock" => Column::InStock,
            "repeatable" => Column::Repeatable,
            "product_detail" => Column::Detail,
            "related_product" => Column::Related,
            "language" => Column::Language,
            "item_group_id" => Column::Group,
            "first_seen" | "date_added" => Column::FirstSeen,
            "keywords" => Column::Keywords,
            "fits" => Column::Attribute("fits"),
            "model" => Column::Attribute("model"),
            "color" => Column::Attribute("color"),
            "size" => Column::Attribute("size"),
            "material" => Column::Attribute("material"),
            "gender" => Column::Attribute("gender"),
            "age_group" => Column::Attribute("age_group"),
            "pattern" => Column::Attribute("pattern"),
            "title" => Column::Title,
            title if is_title_in_a_language(title) => Column::Title,
            _ => return None,
        })
    }

    /// A column by its own name, without a layout that says more. `path`, `language` and dates in two columns are names
    /// that a layout gives.
    fn usual(name: &str) -> Option<Column> {
        let column = Column::named(name)?;
        let by_layout = matches!(
            column,
            Column::Path
                | Column::Language
                | Column::InStock
                | Column::SaleStarts
                | Column::SaleEnds
        );
        (!by_layout).then_some(column)
    }

    fn look(self) -> Look {
        match self {
            Column::Id => Look::Key,
            Column::ProductType | Column::GoogleCategory | Column::Path => Look::Path,
            Column::Price | Column::SalePrice => Look::Money,
            Column::SaleStarts | Column::SaleEnds => Look::Time,
            Column::Availability | Column::InStock | Column::Repeatable => Look::Word,
            _ => Look::Text,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Column::Id => "id",
            Column::Title => "title",
            Column::ProductType => "product_type",
            Column::GoogleCategory => "google_product_category",
            Column::Path => "category path",
            Column::Brand => "brand",
            Column::Price => "price",
            Column::SalePrice => "sale_price",
            Column::SaleDates => "sale_price_effective_date",
            Column::SaleStarts => "start of the sale",
            Column::SaleEnds => "end of the sale",
            Column::Availability => "availability",
            Column::InStock => "stock",
            Column::Repeatable => "repeatable",
            Column::Detail => "product_detail",
            Column::Related => "related_product",
            Column::Group => "item_group_id",
            Column::FirstSeen => "first_seen",
            Column::Keywords => "keywords",
            Column::Language => "language of the row",
            Column::Attribute(name) => name,
        }
    }
}

/// The type of value to detect in a column, by its name; called before the table is read.
pub(super) fn look(name: &str, hints: &Hints) -> Option<Look> {
    let column = hints
        .field(name)
        .and_then(Column::named)
        .or_else(|| Column::usual(name));
    let column = column.or_else(|| Layout::any_field(name).and_then(Column::named));
    column.map(Column::look)
}

fn plain(name: &str) -> String {
    let name = name.to_lowercase().replace([' ', '-'], "_");
    name.strip_prefix("g:").map(str::to_owned).unwrap_or(name)
}

/// `title_zh`, `title_en`, `title_zh_hans`.
fn is_title_in_a_language(name: &str) -> bool {
    let Some(language) = name.strip_prefix("title_") else {
        return false;
    };
    let mut parts = language.split('_');
    let first = parts.next().unwrap_or_default();
    (2..=3).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_lowercase())
        && parts.all(|part| {
            (2..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

/// Where the columns are in a table, in an order of their own: that of the file may change with the format.
#[derive(Default)]
pub(super) struct Columns {
    places: Vec<(Column, String, usize)>,
    money: BTreeMap<usize, Money>,
    times: BTreeMap<usize, Times>,
    /// Separates the paths of a cell, where a cell holds several.
    pub between_paths: Option<char>,
    /// The layout says so: every such mark parts paths.
    pub are_paths_parted: bool,
    /// Separates the steps of a path.
    pub between_steps: char,
    /// The first step of every path, which says nothing.
    pub root: Option<&'static str>,
}

impl Columns {
    /// Decides what every column is, from a table's names and cells.
    pub fn of(table: &mut Table, hints: &Hints) -> Result<Columns, Error> {
        let said = hints.layout.filter(|layout| layout.file == File::Catalogue);
        let layout = said.or_else(|| Layout::by_names(File::Catalogue, table.met()));
        let mut columns = Columns {
            between_steps: '>',
            ..Columns::default()
        };
        if let Some(layout) = layout {
            table.laid_out(layout.name);
            if let Some((paths, steps)) = layout.paths {
                (columns.between_paths, columns.between_steps) = (Some(paths), steps);
                columns.are_paths_parted = true;
            }
            columns.root = layout.root;
        }
        let mapped: Vec<Option<Column>> = table
            .columns()
            .iter()
            .map(|name| hints.field(name).and_then(Column::named))
            .collect();
        for (place, name) in table.columns().to_vec().into_iter().enumerate() {
            let usual = Column::usual(&name);
            let column = match (mapped[place], layout) {
                (Some(column), _) => Some(column),
                (None, Some(layout)) => {
                    let beside = usual.filter(|column| {
                        matches!(column, Column::Attribute(_))
                            || is_title_in_a_language(&plain(&name))
                    });
                    layout.field(&name).and_then(Column::named).or(beside)
                }
                (None, None) => usual,
            };
            let Some(column) = column else { continue };
            // What a person maps is the only column for it.
            let elsewhere = mapped[place].is_none() && mapped.contains(&Some(column));
            if elsewhere || columns.is_system_type(table, place, column) {
                continue;
            }
            columns.take(table, place, column)?;
            columns.places.push((column, plain(&name), place));
        }
        columns.places.sort();
        for mapping in hints.missing(false, table.met()) {
            table.note(format!(
                "--map {}={}: there is no such column here",
                mapping.name, mapping.column
            ));
        }
        Ok(columns)
    }

    /// A column of categories that holds what a shop system calls its kinds of products.
    fn is_system_type(&self, table: &mut Table, place: usize, column: Column) -> bool {
        let survey = table.survey(place);
        let is_type = |word: &String| SYSTEM_TYPES.contains(&word.to_lowercase().as_str());
        let all =
            !survey.words.is_empty() && survey.other_words == 0 && survey.words.keys().all(is_type);
        if all && matches!(column, Column::ProductType | Column::GoogleCategory) {
            let words: Vec<String> = survey
                .words
                .keys()
                .take(3)
                .map(|word| format!("`{word}`"))
                .collect();
            table.remark(
                place,
                format!(
                    "not taken for categories: {} are kinds of product of a shop system",
                    words.join(", ")
                ),
            );
        }
        all && matches!(column, Column::ProductType | Column::GoogleCategory)
    }

    fn take(&mut self, table: &mut Table, place: usize, column: Column) -> Result<(), Error> {
        match column.look() {
            Look::Key => table.take_keys(place, column.name())?,
            Look::Money => {
                let money = table.take_money(place, column.name())?;
                self.money.insert(place, money);
            }
            Look::Time => {
                let times = table.take_times(place, column.name(), None)?;
                self.times.insert(place, times);
            }
            _ => table.take(place, column.name()),
        }
        if column == Column::ProductType && table.survey(place).lists.commas_part_paths() {
            self.between_paths = Some(',');
        }
        if self.between_paths.is_some() && column == Column::ProductType {
            table.remark(place, "several paths in a cell: the first counts".into());
        }
        Ok(())
    }

    pub fn has(&self, column: Column) -> bool {
        self.places.iter().any(|(other, ..)| *other == column)
    }

    /// The current row's texts and their places, empty ones left out: `title` before `title_en` before `title_zh`.
    pub fn texts<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = (Column, &'a str)> {
        self.cells(table).map(|(column, text, _)| (column, text))
    }

    fn cells<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = (Column, &'a str, usize)> {
        let texts = self
            .places
            .iter()
            .map(|(column, _, place)| (*column, table.cell(*place), *place));
        texts.filter(|(_, text, _)| !text.is_empty())
    }

    /// Where the first cell of a column that is not empty is, and its text.
    fn filled<'a>(&self, table: &'a Table, column: Column) -> Option<(usize, &'a str)> {
        let mut places = self.places.iter();
        places.find_map(|(other, _, place)| {
            let text = table.cell(*place);
            (*other == column && !text.is_empty()).then_some((*place, text))
        })
    }

    /// The text of a price, and the price where it can be read.
    pub fn price<'a>(&self, table: &'a Table, column: Column) -> Option<(&'a str, Option<Amount>)> {
        let (place, text) = self.filled(table, column)?;
        Some((
            text,
            self.money.get(&place).and_then(|money| money.read(text)),
        ))
    }

    /// The text of a date, and the date where it can be read.
    pub fn time<'a>(&self, table: &'a Table, column: Column) -> Option<(&'a str, Option<i64>)> {
        let (place, text) = self.filled(table, column)?;
        Some((
            text,
            self.times.get(&place).and_then(|times| times.read(text)),
        ))
    }
}

/// Names that are likely the id's, without those that name something else beside it.
pub(super) fn is_like_id(name: &str) -> bool {
    const LIKE_ID: [&str; 11] = [
        "itemid",
        "productid",
        "sku",
        "item",
        "product",
        "offerid",
        "goodsid",
        "stockcode",
        "code",
        "key",
        "articleid",
    ];
    LIKE_ID.contains(&fold(name).as_str())
}
