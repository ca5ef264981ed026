//! The columns of a product feed that are used.

use crate::ingest::table::Table;

/// The columns that are used, by their feed names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Id,
    Title,
    ProductType,
    GoogleCategory,
    Brand,
    Price,
    SalePrice,
    Availability,
    Repeatable,
    Detail,
    Related,
    /// Taken as an attribute of this name.
    Attribute(&'static str),
}

impl Column {
    /// Feeds also write names with spaces, capitals and the namespace `g:`.
    pub fn named(name: &str) -> Option<Column> {
        Some(match &plain(name)[..] {
            "id" => Column::Id,
            "product_type" => Column::ProductType,
            "google_product_category" => Column::GoogleCategory,
            "brand" => Column::Brand,
            "price" => Column::Price,
            "sale_price" => Column::SalePrice,
            "availability" => Column::Availability,
            "repeatable" => Column::Repeatable,
            "product_detail" => Column::Detail,
            "related_product" => Column::Related,
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
    known: usize,
}

impl Columns {
    pub fn learn(&mut self, names: &[String]) {
        if names.len() == self.known {
            return;
        }
        for (place, name) in names.iter().enumerate().skip(self.known) {
            if let Some(column) = Column::named(name) {
                self.places.push((column, plain(name), place));
            }
        }
        self.places.sort();
        self.known = names.len();
    }

    /// The current row's texts, empty ones left out: `title` before `title_en` before `title_zh`.
    pub fn texts<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = (Column, &'a str)> {
        let texts = self
            .places
            .iter()
            .map(|(column, _, place)| (*column, table.cell(*place)));
        texts.filter(|(_, text)| !text.is_empty())
    }
}
