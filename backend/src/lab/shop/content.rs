//! The demo shop's content: reviews, buyers' photos, short videos, guides and news, in English and Chinese.
//!
//! `content.jsonl` is the feed that `tillside train --content` reads; `content/<k>.json` holds what pages show of each. The
//! words are put together from [`phrases`] by a hash of the product, so the same shop always says the same.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Serialize;

use super::page::{SHARDS, json, picture, shard};
use super::phrases;
use crate::lab::goods::{Category, Product, Words};
use crate::random::Random;

/// The last day on which something was written, and how many days back it goes.
const LAST: i64 = 1_793_404_800_000;
const DAYS: usize = 150;
const DAY_MS: i64 = 86_400_000;
const REVIEWS: usize = 2;
/// Of three products one has a second photo, and of six one has a video.
const SECOND_PHOTO: f64 = 0.33;
const VIDEO: f64 = 0.16;
/// New products named by a department's news, and attributes by a guide.
const NEWS: usize = 6;
const COMPARED: usize = 4;

/// One content item.
pub struct Piece {
    pub id: String,
    kind: &'static str,
    title: [String; 2],
    text: [String; 2],
    /// Stars, of a review.
    rating: u8,
    who: [&'static str; 2],
    date: String,
    items: Vec<String>,
    categories: Vec<String>,
    /// A picture that is drawn for it, and how; empty where it shows a product's own.
    pub image: String,
    pub scene: usize,
}

/// The feed's row.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    r#type: &'a str,
    title: &'a str,
    title_zh: &'a str,
    link: String,
    image_link: String,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    about_items: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    about_categories: &'a [String],
    date: &'a str,
}

/// The part of a content item that pages load. Field names are short to keep the files small.
#[derive(Serialize)]
struct Shown<'a> {
    /// Type.
    y: &'a str,
    /// Title and text: English, Chinese.
    t: &'a [String; 2],
    x: &'a [String; 2],
    #[serde(skip_serializing_if = "is_zero")]
    r: u8,
    /// Who wrote it.
    #[serde(skip_serializing_if = "is_nobody")]
    w: &'a [&'static str; 2],
    d: &'a str,
    /// Products.
    p: &'a [String],
    /// Categories.
    c: &'a [String],
    /// Picture, relative to the shop folder.
    i: String,
}

fn is_zero(number: &u8) -> bool {
    *number == 0
}

fn is_nobody(who: &&[&'static str; 2]) -> bool {
    who[0].is_empty()
}

/// Everything that is said, in the order of the goods.
pub fn all(products: &[Product], categories: &[Category], words: &Words) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut groups = HashSet::new();
    for product in products {
        if groups.insert(&product.group) {
            of_product(product, &mut pieces);
        }
    }
    for category in categories {
        let below = format!("{} > ", category.path);
        let leaf = !categories
            .iter()
            .any(|other| other.path.starts_with(&below));
        let own = products.iter();
        let own: Vec<&Product> = own
            .filter(|product| {
                product.category == category.path || product.category.starts_with(&below)
            })
            .collect();
        if leaf && !own.is_empty() {
            pieces.push(guide(category, &own, words));
        }
        let fresh = own.iter().filter(|product| product.first_seen.is_some());
        let mut seen = HashSet::new();
        let fresh: Vec<&&Product> = fresh
            .filter(|product| seen.insert(&product.group))
            .take(NEWS)
            .collect();
        if !category.path.contains(" > ") && !fresh.is_empty() {
            pieces.push(news(category, &fresh));
        }
    }
    pieces
}

/// A day of the last [`DAYS`].
fn day(random: &mut Random) -> String {
    crate::ingest::iso(LAST - random.below(DAYS) as i64 * DAY_MS)[..10].to_owned()
}

fn both(texts: [&str; 2]) -> [String; 2] {
    texts.map(str::to_owned)
}

fn of_product(product: &Product, pieces: &mut Vec<Piece>) {
    let random = &mut Random::of(7, &product.group, 0);
    let family = phrases::family(&product.category);
    let mut heads = BTreeSet::new();
    for number in 1..=REVIEWS {
        let rating = [5, 5, 5, 4, 4, 4, 3, 2][random.below(8)];
        let mut head = phrases::head(rating, random);
        while !heads.insert(head) && heads.len() < REVIEWS {
            head = phrases::head(rating, random);
        }
        let [said, besides] = [
            phrases::said(family, rating, random),
            phrases::besides(rating, random),
        ];
        pieces.push(Piece {
            id: format!("{}-review-{number}", product.group),
            kind: "review",
            title: both(head),
            text: [
                format!("{} {}", said[0], besides[0]),
                format!("{}{}", said[1], besides[1]),
            ],
            rating,
            who: phrases::who(random),
            date: day(random),
            items: vec![product.id.clone()],
            categories: Vec::new(),
            image: String::new(),
            scene: 0,
        });
    }
    let photos = 1 + usize::from(random.chance(SECOND_PHOTO));
    let video = usize::from(random.chance(VIDEO));
    let first = random.below(phrases::SCENES);
    for number in 0..photos + video {
        let kind = if number < photos { "photo" } else { "video" };
        let id = format!("{}-{kind}-{}", product.group, number + 1);
        let caption = phrases::caption(kind, random);
        pieces.push(Piece {
            title: caption.map(str::to_owned),
            text: both(phrases::said(family, 5, random)),
            kind,
            rating: 0,
            who: phrases::who(random),
            date: day(random),
            items: vec![product.id.clone()],
            categories: Vec::new(),
            image: format!("img/buyers/{id}.svg"),
            scene: first + number,
            id,
        });
    }
}

/// A buying guide for a category: lists the attributes in which its products differ.
fn guide(category: &Category, own: &[&Product], words: &Words) -> Piece {
    let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in own.iter().flat_map(|product| &product.attributes) {
        values.entry(name).or_default().insert(value);
    }
    let mut names: Vec<(&str, usize)> = values
        .iter()
        .map(|(name, all)| (*name, all.len()))
        .collect();
    names.retain(|(name, count)| *count > 1 && *name != "model");
    names.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let names: Vec<&str> = names
        .into_iter()
        .map(|(name, _)| name)
        .take(COMPARED)
        .collect();
    let en = category.path.rsplit(" > ").next().unwrap_or_default();
    let listed = |separator: &str, one: &dyn Fn(&str) -> String| {
        let all: Vec<String> = names.iter().map(|name| one(name)).collect();
        all.join(separator)
    };
    let english = listed(", ", &|name| name.replace('_', " "));
    let chinese = listed("、", &|name| words.name(name).unwrap_or(name).to_owned());
    let text = match names.is_empty() {
        true => both(phrases::GUIDE_PLAIN),
        false => [
            phrases::GUIDE[0].replace("{}", &english),
            phrases::GUIDE[1].replace("{}", &chinese),
        ],
    };
    let slug = category.path.to_lowercase().replace([' ', '>', '&'], "-");
    Piece {
        id: format!(
            "guide-{}",
            slug.split('-')
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("-")
        ),
        kind: "guide",
        title: [
            format!("How to choose: {en}"),
            format!("{}怎么选", category.zh),
        ],
        text,
        rating: 0,
        who: ["", ""],
        date: day(&mut Random::of(7, &category.path, 1)),
        items: Vec::new(),
        categories: vec![category.path.clone()],
        image: picture(&own[0].id),
        scene: 0,
    }
}

/// What is new in a department.
fn news(category: &Category, fresh: &[&&Product]) -> Piece {
    let names = |language: usize, separator: &str| {
        let names: Vec<&str> = fresh
            .iter()
            .map(|product| product.name[language].as_str())
            .collect();
        names.join(separator)
    };
    Piece {
        id: format!(
            "news-{}",
            category.path.to_lowercase().replace([' ', '&'], "-")
        ),
        kind: "article",
        title: [
            format!("New this autumn: {}", category.path),
            format!("今秋上新：{}", category.zh),
        ],
        text: [
            phrases::NEWS[0].replace("{}", &names(0, ", ")),
            phrases::NEWS[1].replace("{}", &names(1, "、")),
        ],
        rating: 0,
        who: ["", ""],
        date: "2026-10-28".into(),
        items: fresh.iter().map(|product| product.id.clone()).collect(),
        categories: vec![category.path.clone()],
        image: picture(&fresh[0].id),
        scene: 0,
    }
}

impl Piece {
    /// The picture that pages show with it.
    fn shown(&self) -> String {
        match (self.image.is_empty(), self.items.first()) {
            (true, Some(item)) => picture(item),
            _ => self.image.clone(),
        }
    }

    /// The product that its own picture shows; none where it has no picture of its own.
    pub fn drawn(&self) -> Option<&str> {
        let own = self.image.starts_with("img/buyers/");
        self.items.first().filter(|_| own).map(String::as_str)
    }
}

/// `content.jsonl`.
pub fn feed(pieces: &[Piece]) -> String {
    let row = |piece: &Piece| {
        let link = match (piece.kind, piece.items.first()) {
            ("guide" | "article", _) | (_, None) => format!("#/read/{}", piece.id),
            (_, Some(item)) => format!("#/p/{item}"),
        };
        json(&Row {
            id: &piece.id,
            r#type: piece.kind,
            title: &piece.title[0],
            title_zh: &piece.title[1],
            link,
            image_link: piece.shown(),
            about_items: &piece.items,
            about_categories: &piece.categories,
            date: &piece.date,
        }) + "\n"
    };
    pieces.iter().map(row).collect()
}

/// The contents of `content/0.json`, `content/1.json` and so on.
pub fn shards(pieces: &[Piece]) -> Vec<String> {
    let mut shards = vec![BTreeMap::new(); SHARDS as usize];
    for piece in pieces {
        let shown = Shown {
            y: piece.kind,
            t: &piece.title,
            x: &piece.text,
            r: piece.rating,
            w: &piece.who,
            d: &piece.date,
            p: &piece.items,
            c: &piece.categories,
            i: piece.shown(),
        };
        shards[shard(&piece.id) as usize].insert(&piece.id, json(&shown));
    }
    // Each is JSON already.
    let whole = |shard: &BTreeMap<&String, String>| {
        let entries: Vec<String> = shard
            .iter()
            .map(|(id, shown)| format!("{}:{shown}", json(id)))
            .collect();
        format!("{{{}}}", entries.join(","))
    };
    shards.iter().map(whole).collect()
}

/// A live room, and the categories that it shows.
struct Broadcast {
    id: &'static str,
    name: [&'static str; 2],
    host: [&'static str; 2],
    categories: &'static [&'static str],
}

/// The rooms of `live.json`.
const ROOMS: [Broadcast; 3] = [
    Broadcast {
        id: "gadgets",
        name: ["Phones and watches, live", "数码直播间：手机与手表"],
        host: ["Ning", "小宁"],
        categories: &[
            "Phones > Smartphones",
            "Watches > Smartwatches",
            "Phones > Cases",
            "Audio > Earbuds",
        ],
    },
    Broadcast {
        id: "kitchen",
        name: ["An hour in the kitchen, live", "厨房一小时直播间"],
        host: ["Mr Lu", "老陆"],
        categories: &["Kitchen", "Fresh > Fruit", "Imported Food"],
    },
    Broadcast {
        id: "care",
        name: ["Skin care, asked and answered, live", "护肤问答直播间"],
        host: ["Yue", "小悦"],
        categories: &["Beauty", "Mother & Baby"],
    },
];
/// Products of a room.
const OF_ROOM: usize = 8;

#[derive(Serialize)]
struct Room {
    id: &'static str,
    name: [&'static str; 2],
    host: [&'static str; 2],
    items: Vec<String>,
}

/// `live.json`: rooms that are on at any time, each with its products.
pub fn rooms(products: &[Product]) -> String {
    let room = |room: &Broadcast| {
        let mut items = Vec::new();
        let mut groups = HashSet::new();
        let each = OF_ROOM.div_ceil(room.categories.len());
        for category in room.categories {
            let own = products
                .iter()
                .filter(|product| !product.out_of_stock && product.category.starts_with(category));
            let own = own.filter(|product| groups.insert(product.group.clone()));
            items.extend(own.take(each).map(|product| product.id.clone()));
        }
        Room {
            id: room.id,
            name: room.name,
            host: room.host,
            items,
        }
    };
    json(&ROOMS.iter().map(room).collect::<Vec<_>>())
}
