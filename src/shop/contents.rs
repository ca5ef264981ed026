//! Content items: reviews, buyers' photos, videos, articles, guides, themes and banners, each with what it is about.
//!
//! They come from a feed of their own, beside the products', and are a part file of the model: JSON of
//! `{"format": 1, "content": […]}`, each row with `id`, `type`, `items`, `categories`, `brands` and `day` (days since
//! 1970). A part holds what ranks, and no texts or pictures: those are the page's, as a product's are. A reader that does
//! not know the part leaves it alone. The trainer writes it with the same rows, so the two cannot drift apart.

use super::Model;
use crate::value::Value;

/// The `format` that this reader reads.
pub const FORMAT: u32 = 1;
/// Rows of a part; the trainer keeps the newest.
pub const MOST: usize = 5_000;
/// Products, categories and brands that one is about, each.
pub const MOST_ABOUT: usize = 20;
/// Bytes of an id and of whatever it is about.
pub const LONGEST: usize = 255;

/// What a content item may be.
pub const TYPES: [&str; 7] = [
    "review", "photo", "video", "article", "guide", "theme", "banner",
];

/// The number of a type in [`TYPES`]; letter case and a plural do not matter, and a few other names are taken.
pub fn kind(name: &str) -> Option<u8> {
    let name = name.trim().to_ascii_lowercase();
    let name = match &name[..] {
        "ugc" | "buyer_photo" | "buyer photo" | "picture" | "image" | "buyershow" | "买家秀" => {
            "photo"
        }
        "rating" | "评价" | "评论" => "review",
        "clip" | "视频" => "video",
        "story" | "post" | "blog" | "文章" => "article",
        "howto" | "how-to" | "指南" => "guide",
        "topic" | "collection" | "主题" => "theme",
        other => other.strip_suffix('s').unwrap_or(other),
    };
    TYPES
        .iter()
        .position(|known| *known == name)
        .map(|at| at as u8)
}

/// One review, photo, article.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Content {
    /// Id of the content item.
    pub id: String,
    /// Number in [`TYPES`].
    pub kind: u8,
    /// Keys of products.
    pub items: Vec<String>,
    /// Paths of categories.
    pub categories: Vec<String>,
    /// Names of brands that it is about.
    pub brands: Vec<String>,
    /// Days since 1970; 0 where the feed does not say.
    pub day: u32,
}

/// Why a part is refused.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentError {
    /// It is no JSON of this form.
    Form,
    /// It is of a later format.
    Version,
}

impl ContentError {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            ContentError::Form => "content_form",
            ContentError::Version => "content_version",
        }
    }

    /// What to do about it.
    pub fn remedy(self) -> &'static str {
        match self {
            ContentError::Form => {
                "write {\"format\": 1, \"content\": […]}, as `tillside train --content` does"
            }
            ContentError::Version => "train again with this version, or upgrade the page",
        }
    }
}

/// What a content item is about in the model now open.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct About {
    /// Products, by the variant that stands for each.
    pub items: Vec<u32>,
    /// Categories that it names.
    pub categories: Vec<u16>,
    /// Leaf categories of its products.
    pub leaves: Vec<u16>,
    /// Brands of the model.
    pub brands: Vec<u16>,
}

/// All of a shop's content.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    rows: Vec<Content>,
    about: Vec<About>,
}

impl Contents {
    /// Reads a part. A row that is not as it should be is left out.
    ///
    /// # Errors
    /// Where it is no part at all.
    pub fn read(part: &Value) -> Result<Contents, ContentError> {
        let format = part.number_of("format").ok_or(ContentError::Form)?;
        if format != f64::from(FORMAT) {
            return Err(ContentError::Version);
        }
        let rows = part.get("content").and_then(Value::list);
        let rows = rows.ok_or(ContentError::Form)?;
        let rows: Vec<Content> = rows.iter().filter_map(row).take(MOST).collect();
        let about = vec![About::default(); rows.len()];
        Ok(Contents { rows, about })
    }

    /// A part as [`Contents::read`] takes it.
    pub fn part(rows: &[Content]) -> Value {
        let texts =
            |texts: &[String]| Value::List(texts.iter().map(|text| text.as_str().into()).collect());
        let one = |row: &Content| {
            let mut value = Value::map([
                ("id", row.id.as_str().into()),
                ("type", TYPES[usize::from(row.kind) % TYPES.len()].into()),
            ]);
            for (name, list) in [
                ("items", &row.items),
                ("categories", &row.categories),
                ("brands", &row.brands),
            ] {
                if !list.is_empty() {
                    value.set(name, texts(list));
                }
            }
            if row.day > 0 {
                value.set("day", row.day.into());
            }
            value
        };
        Value::map([
            ("format", FORMAT.into()),
            ("content", Value::List(rows.iter().map(one).collect())),
        ])
    }

    /// Looks up what each is about, after another model was opened.
    pub fn resolve(&mut self, model: &Model) {
        self.about = self.rows.iter().map(|row| about(row, model)).collect();
    }

    /// All content items, in the file's order.
    pub fn rows(&self) -> &[Content] {
        &self.rows
    }

    /// What row `n` is about.
    pub fn about(&self, n: usize) -> &About {
        &self.about[n]
    }

    /// Whether there is no content.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

fn row(value: &Value) -> Option<Content> {
    let fits = |text: &&str| !text.is_empty() && text.len() <= LONGEST;
    let texts = |name: &str| -> Vec<String> {
        let list = value.get(name).map_or(&[][..], Value::elements);
        let texts = list.iter().filter_map(Value::text).filter(fits);
        texts.take(MOST_ABOUT).map(String::from).collect()
    };
    Some(Content {
        id: Some(value.text_of("id")).filter(fits)?.into(),
        kind: kind(value.text_of("type"))?,
        items: texts("items"),
        categories: texts("categories"),
        brands: texts("brands"),
        day: value.number_of("day").map_or(0, |day| day as u32),
    })
}

fn about(row: &Content, model: &Model) -> About {
    let mut about = About::default();
    for key in &row.items {
        let Some(item) = model.find(key) else {
            continue;
        };
        let leader = model.leader(item);
        if !about.items.contains(&leader) {
            about.items.push(leader);
        }
        if let Some(leaf) = model.category(item)
            && !about.leaves.contains(&leaf)
        {
            about.leaves.push(leaf);
        }
    }
    let found = row.categories.iter();
    about.categories = found.filter_map(|path| model.find_category(path)).collect();
    let found = row.brands.iter();
    about.brands = found.filter_map(|name| model.find_brand(name)).collect();
    about
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::tests::toy;
    use proptest::prelude::*;

    pub(crate) fn content(id: &str, kind: u8, items: &[&str], categories: &[&str]) -> Content {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Content {
            id: id.into(),
            kind,
            items: owned(items),
            categories: owned(categories),
            brands: Vec::new(),
            day: 20_000,
        }
    }

    #[test]
    fn a_part_comes_back_as_it_was_written() {
        let rows = [
            content("r-1", 0, &["phone-a", "gone"], &[]),
            content("g-1", 4, &[], &["Fresh > Fruit"]),
        ];
        let text = Contents::part(&rows).to_json();
        let mut read = Contents::read(&Value::parse(&text).unwrap()).unwrap();
        assert_eq!(read.rows(), rows);
        let model = toy().open();
        read.resolve(&model);
        assert_eq!(read.about(0).items, [model.find("phone-a").unwrap()]);
        assert_eq!(read.about(0).leaves.len(), 1);
        let fruit = model.find_category("Fresh > Fruit").unwrap();
        assert_eq!(read.about(1).categories, [fruit]);
    }

    #[test]
    fn what_is_no_part_is_refused_and_what_is_no_row_is_left_out() {
        let read = |json: &str| Contents::read(&Value::parse(json).unwrap());
        assert_eq!(read("{}").unwrap_err(), ContentError::Form);
        assert_eq!(read(r#"{"format":1}"#).unwrap_err(), ContentError::Form);
        let later = read(r#"{"format":2,"content":[]}"#).unwrap_err();
        assert_eq!(
            (later, later.code()),
            (ContentError::Version, "content_version")
        );
        let some = read(
            r#"{"format":1,"content":[7,{"id":"a"},{"id":"b","type":"review"},{"type":"guide"}]}"#,
        );
        assert_eq!(some.unwrap().rows().len(), 1);
    }

    #[test]
    fn types_are_known_by_other_names() {
        for (name, known) in [
            ("Reviews", "review"),
            ("UGC", "photo"),
            ("买家秀", "photo"),
            ("Guide", "guide"),
        ] {
            assert_eq!(TYPES[usize::from(kind(name).unwrap())], known);
        }
        assert_eq!(kind("coupon"), None);
    }

    proptest! {
        #[test]
        fn any_json_is_a_part_or_not(json: String) {
            if let Ok(value) = Value::parse(&json) {
                let _ = Contents::read(&value);
            }
        }
    }
}
