//! A feed of content: reviews, buyers' photos, videos, articles, guides, themes and banners.
//!
//! Required columns: `id`, `type`, and `title` or `title_xx`. `about_items`, `about_categories` and `about_brands` list the
//! products, categories and brands that the content refers to, separated by `|` or as a JSON list; `date` is the date of
//! publication. Other columns, such as `link` and `image_link`, are used by the page and not read. A row without any
//! reference, such as a banner for everybody, is accepted; a row whose references are all missing from the catalogue is rejected.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use tillside::shop::SEPARATOR;
use tillside::shop::contents::{Content, LONGEST, MOST, MOST_ABOUT, kind};

use super::column::Look;
use super::error::File;
use super::instant::{self, DAY};
use super::source::Source;
use super::table::{Needed, Table, fold};
use super::{Catalogue, Error, Reader, Reason, Refusals};

/// The canonical name of a column, or `None` if the column is not read.
fn named(name: &str) -> Option<&'static str> {
    let name = fold(name);
    Some(match &name[..] {
        "id" | "contentid" => "id",
        "type" | "kind" | "contenttype" => "type",
        "aboutitems" | "aboutitem" | "itemids" | "productids" | "productid" => "about_items",
        "aboutcategories" | "aboutcategory" | "producttype" => "about_categories",
        "aboutbrands" | "aboutbrand" | "brand" => "about_brands",
        "date" | "published" | "publishdate" | "created" => "date",
        title if title == "title" || title.starts_with("title") && title.len() == 7 => "title",
        _ => return None,
    })
}

fn look(name: &str) -> Option<Look> {
    named(name).map(|name| match name {
        "id" => Look::Key,
        _ => Look::Text,
    })
}

/// Keys, category paths and brands of the catalogue, against which references are checked.
struct Known<'a> {
    items: HashSet<&'a str>,
    categories: HashSet<String>,
    brands: HashSet<&'a str>,
}

impl<'a> Known<'a> {
    fn of(catalogue: &'a Catalogue) -> Known<'a> {
        let mut known = Known {
            items: HashSet::new(),
            categories: HashSet::new(),
            brands: HashSet::new(),
        };
        for product in &catalogue.products {
            known.items.insert(&product.key);
            known.brands.extend(product.brand.as_deref());
            for depth in 1..=product.category.len() {
                let path = product.category[..depth].join(SEPARATOR);
                known.categories.insert(path);
            }
        }
        known
    }
}

pub(super) fn read(
    path: &Path,
    catalogue: &Catalogue,
    reader: &mut Reader,
) -> Result<Vec<Content>, Error> {
    let mut mine = Refusals::default();
    let source = Source::open(path, "reading the content feed")?;
    let mut table = Table::open(source, File::Content, None, &look)?;
    for (needed, others) in [
        ("id", &["key", "uuid"][..]),
        ("type", &["class"]),
        ("title", &["name", "headline"]),
    ] {
        table.need(Needed(needed, ""), others, |name| {
            named(name) == Some(needed)
        })?;
    }
    let mut columns: Vec<(usize, &'static str)> = Vec::new();
    for (place, name) in table.columns().to_vec().iter().enumerate() {
        let Some(what) = named(name) else {
            continue;
        };
        match what {
            "id" => table.take_keys(place, what)?,
            _ => table.take(place, what),
        }
        columns.push((place, what));
    }
    let known = Known::of(catalogue);
    // Of rows of one id the last counts.
    let mut rows: BTreeMap<String, (u64, Content)> = BTreeMap::new();
    while table.advance(&mut mine)? {
        let mut reading = Reading {
            table: &table,
            columns: &columns,
            known: &known,
            refusals: &mut mine,
        };
        let Some(content) = reading.row() else {
            continue;
        };
        let line = table.line();
        let before = rows.insert(content.id.clone(), (line, content));
        if let Some((line, content)) = before {
            mine.note(Reason::Replaced, &table.name, line, "id", &content.id);
        }
    }
    let mut rows: Vec<(u64, Content)> = rows.into_values().collect();
    rows.sort_by(|(_, a), (_, b)| b.day.cmp(&a.day).then_with(|| a.id.cmp(&b.id)));
    for (line, content) in rows.iter().skip(MOST) {
        mine.note(Reason::ContentBeyond, &table.name, *line, "id", &content.id);
    }
    rows.truncate(MOST);
    let content: Vec<Content> = rows.into_iter().map(|(_, content)| content).collect();
    table.conclude(content.len() as u64, None, mine, reader)?;
    Ok(content)
}

/// One row being read.
struct Reading<'a> {
    table: &'a Table,
    columns: &'a [(usize, &'static str)],
    known: &'a Known<'a>,
    refusals: &'a mut Refusals,
}

impl Reading<'_> {
    /// The first cell of a column of this name that says something.
    fn cell(&self, wanted: &str) -> &str {
        let own = self.columns.iter().filter(|(_, what)| *what == wanted);
        let cells = own.map(|(place, _)| self.table.cell(*place));
        cells
            .into_iter()
            .find(|cell| !cell.is_empty())
            .unwrap_or("")
    }

    fn note(&mut self, reason: Reason, column: &str, value: &str) {
        let (name, line) = (&self.table.name, self.table.line());
        self.refusals.note(reason, name, line, column, value);
    }

    fn row(&mut self) -> Option<Content> {
        let id = self.cell("id").to_owned();
        let refused = match id.len() {
            0 => Some(Reason::NoItem),
            1..=LONGEST => None,
            _ => Some(Reason::LongItem),
        };
        if let Some(reason) = refused {
            self.note(reason, "id", &id);
            return None;
        }
        let word = self.cell("type").to_owned();
        let Some(kind) = kind(&word) else {
            self.note(Reason::ContentType, "type", &word);
            return None;
        };
        if self.cell("title").is_empty() {
            self.note(Reason::Untitled, "title", &id);
            return None;
        }
        let date = self.cell("date").to_owned();
        let day = match date.is_empty() {
            true => Some(0),
            false => instant::parse(&date)
                .filter(|time| *time > 0)
                .map(|time| (time / DAY) as u32),
        };
        let Some(day) = day else {
            self.note(Reason::Time, "date", &date);
            return None;
        };
        let known = self.known;
        let said = ["about_items", "about_categories", "about_brands"]
            .iter()
            .any(|name| !self.cell(name).is_empty());
        let content = Content {
            kind,
            items: self.about("about_items", |item| {
                known.items.contains(item).then(|| item.to_owned())
            }),
            categories: self.about("about_categories", |path| {
                let parts: Vec<&str> = path.split('>').map(str::trim).collect();
                let path = parts.join(SEPARATOR);
                known.categories.contains(&path).then_some(path)
            }),
            brands: self.about("about_brands", |brand| {
                known.brands.contains(brand).then(|| brand.to_owned())
            }),
            day,
            id,
        };
        let nothing =
            content.items.is_empty() && content.categories.is_empty() && content.brands.is_empty();
        if said && nothing {
            self.note(Reason::AboutNothing, "about_items", &content.id);
            return None;
        }
        Some(content)
    }

    /// The references of a cell that exist in the catalogue; the others are counted.
    fn about(&mut self, column: &str, find: impl Fn(&str) -> Option<String>) -> Vec<String> {
        let cell = self.cell(column).to_owned();
        let mut found: Vec<String> = Vec::new();
        for text in list(&cell) {
            match find(&text) {
                Some(one) if !found.contains(&one) && found.len() < MOST_ABOUT => found.push(one),
                Some(_) => {}
                None => self.note(Reason::About, column, &text),
            }
        }
        found
    }
}

/// The texts of a cell, which may be a JSON list.
fn list(cell: &str) -> Vec<String> {
    let json: Option<Vec<String>> = cell
        .starts_with('[')
        .then(|| serde_json::from_str(cell).ok())
        .flatten();
    let texts = json.unwrap_or_else(|| cell.split('|').map(str::to_owned).collect());
    let texts = texts.into_iter().map(|text| text.trim().to_owned());
    texts.filter(|text| !text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Product;

    fn catalogue() -> Catalogue {
        let product = |key: &str, category: &[&str], brand: &str| Product {
            key: key.into(),
            category: category.iter().map(|&name| name.into()).collect(),
            brand: Some(brand.into()),
            ..Product::default()
        };
        Catalogue {
            products: vec![
                product("phone", &["Phones", "Smartphones"], "Nova"),
                product("apple", &["Fresh", "Fruit"], "Orchard"),
            ],
            currency: None,
        }
    }

    fn given(name: &str, text: &str) -> (Result<Vec<Content>, Error>, Reader) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let mut reader = Reader::default();
        let read = reader.content(&path, &catalogue());
        (read, reader)
    }

    #[test]
    fn a_feed_in_lines_or_in_cells_reads_the_same() {
        let lines = concat!(
            r#"{"id":"r-1","type":"review","title":"Good","title_zh":"好","about_items":["phone"],"date":"2026-05-01","link":"x"}"#,
            "\n",
            r#"{"id":"g-1","type":"guides","title_zh":"挑水果","about_categories":["Fresh > Fruit","Phones"],"about_brands":"Orchard"}"#,
            "\n",
        );
        let cells = "id,type,title,title_zh,about_items,about_categories,about_brands,date\n\
                     r-1,review,Good,好,phone,,,2026-05-01\n\
                     g-1,guide,,挑水果,,Fresh>Fruit|Phones,Orchard,\n";
        let (one, reader) = given("content.jsonl", lines);
        let one = one.unwrap();
        assert!(reader.refusals.is_empty(), "{}", reader.refusals);
        assert_eq!(given("content.csv", cells).0.unwrap(), one);
        assert_eq!(
            (one[0].id.as_str(), one[0].items.as_slice(), one[0].day),
            ("r-1", &["phone".to_owned()][..], 20_574)
        );
        assert_eq!(one[1].categories, ["Fresh > Fruit", "Phones"]);
        assert_eq!(one[1].brands, ["Orchard"]);
    }

    #[test]
    fn what_cannot_be_used_is_counted_with_its_reason() {
        let cells = "id,type,title,about_items,date\n\
                     a,review,Good,phone,\nb,review,Good,phone|gone,\nc,review,Good,gone,\nd,poem,Good,phone,\n\
                     e,photo,,phone,\n,photo,Good,phone,\nf,photo,Good,phone,someday\ng,banner,Sale,,\na,review,Better,apple,\nh,photo,x,apple,\ni,photo,x,apple,\n";
        let (read, reader) = given("content.csv", cells);
        let read = read.unwrap();
        let ids: Vec<&str> = read.iter().map(|content| content.id.as_str()).collect();
        assert_eq!(ids, ["a", "b", "g", "h", "i"]);
        assert_eq!(read[0].items, ["apple"]);
        for (reason, count) in [
            (Reason::About, 2),
            (Reason::AboutNothing, 1),
            (Reason::ContentType, 1),
            (Reason::Untitled, 1),
            (Reason::NoItem, 1),
            (Reason::Time, 1),
            (Reason::Replaced, 1),
        ] {
            assert_eq!(reader.refusals.count(reason), count, "{reason:?}");
        }
    }

    #[test]
    fn another_file_is_refused_as_a_whole() {
        let error = given("content.csv", "sku,price\na,1\n").0.unwrap_err();
        assert_eq!(crate::Coded::code(&error), "content.column");
        let error = given("content.csv", "id,type,title\na,x,T\nb,y,T\nc,z,T\n")
            .0
            .unwrap_err();
        assert_eq!(crate::Coded::code(&error), "content.mostly_unreadable");
    }
}
