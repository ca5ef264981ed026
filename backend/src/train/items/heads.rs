//! Head noun of a title: the phone of `5G Phone, 256 GB` and not of `Phone Case`, 手机 and not 手机壳.
//!
//! A noun stands at the end of its group in English titles as in Chinese ones. Of an English title that is the last word before a
//! comma, a bracket, a number or a preposition; of a Chinese one the end of each run of characters, since brand, name and
//! colour are runs of their own. What ends many titles of a category names what is sold there; colours, materials and names
//! do not. Of the feed's `keywords` each is a name already.
//!
//! It is no parser: a title that ends with its colour has no such word, and is found by its words as before.

use std::collections::BTreeMap;

use tillside::shop::terms;

use crate::ingest::Product;

use crate::train::items::goods::Goods;
use crate::train::items::pinyin;

/// What share of a category's products, and how many, end so where it names them.
const SHARE: f64 = 0.2;
const FEWEST: usize = 2;

/// After these an English title says what a thing is for, or made of.
const PREPOSITIONS: [&str; 4] = ["for", "with", "in", "of"];

/// The words that say what each product is, by its number; for a product without a category only those of its keywords.
pub fn heads(goods: &Goods) -> Vec<Vec<String>> {
    let mut votes: BTreeMap<(&[String], String), usize> = BTreeMap::new();
    let mut sizes: BTreeMap<&[String], usize> = BTreeMap::new();
    for product in goods.products.iter().flatten() {
        *sizes.entry(&product.category).or_default() += 1;
        for head in of_titles(product) {
            *votes.entry((&product.category, head)).or_default() += 1;
        }
    }
    let elected = |product: &Product, head: &String| {
        let (Some(&size), Some(&votes)) = (
            sizes.get(product.category.as_slice()),
            votes.get(&(product.category.as_slice(), head.clone())),
        ) else {
            return false;
        };
        !product.category.is_empty() && votes >= FEWEST && votes as f64 >= SHARE * size as f64
    };
    let of = |product: &Product| {
        let mut heads: Vec<String> = of_titles(product);
        heads.retain(|head| elected(product, head));
        heads.extend(product.keywords.iter().flat_map(|words| ends(words)));
        heads.sort_unstable();
        heads.dedup();
        heads
    };
    let none = |product: &Option<&Product>| product.map(of).unwrap_or_default();
    goods.products.iter().map(none).collect()
}

fn of_titles(product: &Product) -> Vec<String> {
    let mut heads: Vec<String> = product
        .titles
        .iter()
        .flat_map(|title| ends(title))
        .collect();
    heads.sort_unstable();
    heads.dedup();
    heads
}

/// The ends of a text: of its first English group the last word, of each run of Chinese characters the last two and the
/// last one, and how these are spelt.
fn ends(text: &str) -> Vec<String> {
    let mut ends = Vec::new();
    let group = text.split([',', ';', '(', '[', '|', '/']).next();
    let mut last = None;
    for word in group.unwrap_or_default().split_whitespace() {
        let plain = word.chars().all(|one| one.is_alphabetic() || one == '-');
        let known = last.is_some();
        if known && PREPOSITIONS.contains(&word.to_lowercase().as_str()) {
            break;
        }
        if plain && word.is_ascii() {
            last = Some(word);
        }
    }
    if let Some(word) = last {
        // Of `t-shirt` what the index has.
        terms::tokens(word, |word| {
            ends.truncate(0);
            ends.push(word.to_owned());
        });
    }
    let han = |symbol: char| ('\u{4e00}'..='\u{9fff}').contains(&symbol);
    for run in text.split(|symbol: char| !han(symbol)) {
        let symbols: Vec<(usize, char)> = run.char_indices().collect();
        for length in [1, 2] {
            if let Some(&(from, _)) = symbols.len().checked_sub(length).map(|at| &symbols[at]) {
                let end = &run[from..];
                ends.push(end.to_owned());
                ends.extend(pinyin::spelt(end));
            }
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Catalogue;
    use crate::ingest::tests::interactions;

    #[test]
    fn a_title_ends_with_what_a_thing_is() {
        for (title, has, has_not) in [
            ("Lumero Halo 14 5G Phone, 256 GB, Sky", "phone", "sky"),
            ("Carapax Flower Case for Pop 7, Mint", "case", "pop"),
            ("Tea Dress in Rose", "dress", "rose"),
            ("光环 14 手机壳", "机壳", "手机"),
            ("光环 14 手机壳", "壳", "机"),
            ("鹿鸣 14 5G手机 256 GB", "shouji", "shou"),
            ("鲜虾 500 g", "虾", "鲜"),
        ] {
            let ends = ends(title);
            assert!(ends.iter().any(|end| end == has), "{title}: {ends:?}");
            assert!(ends.iter().all(|end| end != has_not), "{title}: {ends:?}");
        }
        assert_eq!(ends(""), Vec::<String>::new());
        assert_eq!(ends("256 GB"), ["gb"]);
    }

    #[test]
    fn what_ends_many_titles_of_a_category_names_what_is_sold_there() {
        let product = |key: &str, title: &str, category: &str| Product {
            key: key.into(),
            titles: vec![title.into()],
            category: vec!["Phones".into(), category.into()],
            keywords: (key == "d")
                .then(|| "flip phone".into())
                .into_iter()
                .collect(),
            ..Product::default()
        };
        let catalogue = Catalogue {
            products: vec![
                product("a", "Halo Phone", "Smart"),
                product("b", "Ridge Phone", "Smart"),
                product("c", "Pop Phone, Red", "Smart"),
                product("d", "Arc Flip", "Smart"),
                product("e", "Phone Case", "Cases"),
            ],
            currency: None,
        };
        let read = interactions(&[]);
        let goods = Goods::number(&read, &[], Some(&catalogue));
        let heads = heads(&goods);
        let of = |key: &str| {
            let at = goods.keys.iter().position(|known| *known == key);
            heads[at.expect("it is sold")].join(" ")
        };
        assert_eq!([of("a"), of("c")], ["phone", "phone"]);
        assert_eq!(of("d"), "phone", "of its keywords; few end with flip");
        assert_eq!(of("e"), "", "one product is no category's name");
    }
}
