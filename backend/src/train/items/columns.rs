//! Item columns of the model from the catalogue: categories, brands, prices, stock, terms.

use std::collections::{BTreeMap, HashMap};

use tillside::shop::{Model, terms};

use crate::ingest::Product;
use crate::train::items::goods::Goods;
use crate::train::items::heads;
use crate::train::items::orders::Order;
use crate::train::items::pinyin;
use crate::train::linalg::wilson::lower_bound;

/// No category, brand or parent.
pub const NONE: u16 = u16::MAX;

/// Names a numbered column can tell apart.
const NAMES: usize = NONE as usize;

/// Purchases of one item by one shopper that a category needs to teach anything.
const PURCHASES: f64 = 30.0;

/// A category is bought again when at least this share of purchases, with confidence, is.
const AGAIN: f64 = 0.01;

/// A category tree and each item's place in it.
#[derive(Default)]
pub struct Categories {
    pub names: Vec<String>,
    pub parents: Vec<u16>,
    pub of: Vec<u16>,
    /// Items whose category is cut short, since there are more than a column can number.
    pub cut: usize,
}

impl Categories {
    pub fn of(products: &[Option<&Product>]) -> Categories {
        let mut numbers: HashMap<(u16, &str), u16> = HashMap::new();
        let mut all = Categories::default();
        for product in products {
            let mut place = NONE;
            for name in product.iter().flat_map(|product| &product.category) {
                let next = all.names.len();
                let known = numbers.get(&(place, name.as_str())).copied();
                if known.is_none() && next == NAMES {
                    all.cut += 1;
                    break;
                }
                place = known.unwrap_or_else(|| {
                    numbers.insert((place, name), next as u16);
                    all.names.push(name.clone());
                    all.parents.push(place);
                    next as u16
                });
            }
            all.of.push(place);
        }
        all
    }

    pub fn leaf(&self, item: u32) -> Option<u16> {
        Some(self.of[item as usize]).filter(|&category| category != NONE)
    }

    /// The category and those above it, nearest first.
    pub fn upward(&self, category: u16) -> impl Iterator<Item = u16> + '_ {
        let parent =
            |&category: &u16| Some(self.parents[usize::from(category)]).filter(|&p| p != NONE);
        std::iter::successors(Some(category).filter(|&category| category != NONE), parent)
    }

    pub fn path(&self, category: u16) -> String {
        let mut names: Vec<&str> = self
            .upward(category)
            .map(|c| self.names[usize::from(c)].as_str())
            .collect();
        names.reverse();
        names.join(tillside::shop::SEPARATOR)
    }
}

/// Brand names, and each item's.
pub struct Brands {
    pub names: Vec<String>,
    pub of: Vec<u16>,
    /// Items left without, since there are more brands than a column can number.
    pub cut: usize,
}

impl Brands {
    pub fn of(goods: &Goods) -> Brands {
        let mut numbers: HashMap<&str, u16> = HashMap::new();
        let mut all = Brands {
            names: Vec::new(),
            of: Vec::new(),
            cut: 0,
        };
        for product in &goods.products {
            let brand = product.and_then(|product| product.brand.as_deref());
            let number = brand.map_or(NONE, |brand| {
                let next = all.names.len();
                match numbers.get(brand) {
                    Some(&known) => known,
                    None if next == NAMES => {
                        all.cut += 1;
                        NONE
                    }
                    None => {
                        numbers.insert(brand, next as u16);
                        all.names.push(brand.to_owned());
                        next as u16
                    }
                }
            });
            all.of.push(number);
        }
        all
    }
}

/// 0 where the feed has no price.
pub fn prices(goods: &Goods) -> Vec<f32> {
    let price = |product: &Option<&Product>| product.and_then(|product| product.price);
    goods
        .products
        .iter()
        .map(|product| price(product).unwrap_or(0.0))
        .collect()
}

/// Out of stock as the feed says; repeatable as the feed says, and where it does not, as shoppers do.
pub fn flags(goods: &Goods, categories: &Categories, orders: &[Order], new: &[bool]) -> Vec<u8> {
    let learned = repeatable(goods.len(), categories, orders);
    goods
        .products
        .iter()
        .zip(learned)
        .zip(new)
        .map(|((product, learned), new)| {
            let out_of_stock = product.is_some_and(|product| product.out_of_stock);
            let told = product.and_then(|product| product.repeatable);
            Model::flags(out_of_stock, told.unwrap_or(learned), *new)
        })
        .collect()
}

/// Whether the items of a category are bought again by those who bought them: judged on the nearest category up the
/// path with enough purchases, at last on the whole shop.
fn repeatable(items: usize, categories: &Categories, orders: &[Order]) -> Vec<bool> {
    #[derive(Clone, Copy, Default)]
    struct Habit {
        once: f64,
        again: f64,
    }
    impl Habit {
        fn add(&mut self, again: bool) {
            self.once += 1.0;
            self.again += f64::from(u8::from(again));
        }
        fn verdict(self) -> Option<bool> {
            (self.once >= PURCHASES).then(|| lower_bound(self.again, self.once) >= AGAIN)
        }
    }
    let mut shop = Habit::default();
    let mut habits = vec![Habit::default(); categories.names.len()];
    for orders in orders.chunk_by(|a, b| a.shopper == b.shopper) {
        let mut times: BTreeMap<u32, u32> = BTreeMap::new();
        for &item in orders.iter().flat_map(|order| &order.items) {
            *times.entry(item).or_default() += 1;
        }
        for (item, times) in times {
            shop.add(times > 1);
            for category in categories.upward(categories.of[item as usize]) {
                habits[usize::from(category)].add(times > 1);
            }
        }
    }
    let verdict = |category| {
        let nearest = categories
            .upward(category)
            .find_map(|c| habits[usize::from(c)].verdict());
        nearest.or(shop.verdict()).unwrap_or(false)
    };
    (0..items)
        .map(|item| verdict(categories.of[item]))
        .collect()
}

/// Title words, attributes and what products are, each with its items, both rising.
pub fn postings(goods: &Goods) -> BTreeMap<String, Vec<u32>> {
    let mut postings: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    let mut post = |term: &str, item: u32| match postings.get_mut(term) {
        Some(items) if items.last() == Some(&item) => {}
        Some(items) => items.push(item),
        None => {
            postings.insert(term.to_owned(), vec![item]);
        }
    };
    for ((product, heads), item) in goods.products.iter().zip(heads::heads(goods)).zip(0..) {
        let Some(product) = product else { continue };
        for head in heads {
            post(&terms::attribute(terms::HEAD, &head), item);
        }
        for title in &product.titles {
            terms::tokens(title, |word| post(word, item));
            pinyin::spellings(title, |word| post(word, item));
        }
        for words in &product.keywords {
            terms::tokens(words, |word| post(word, item));
            pinyin::spellings(words, |word| post(word, item));
        }
        // What a category is called says what its items are.
        if let Some(leaf) = product.category.last() {
            terms::tokens(leaf, |word| post(word, item));
        }
        for (name, value) in &product.attributes {
            post(&terms::attribute(name, value), item);
        }
    }
    postings
}

/// Each product's title on a line for each language: the first with Chinese characters and the first without. A line has 126 bytes at most.
pub fn titles(products: &[Option<&Product>]) -> Vec<String> {
    let one = |product: &Product| {
        let written = |chinese: bool| {
            let is = |title: &&String| title.chars().any(terms::is_ideograph) == chinese;
            let title = product.titles.iter().find(is)?;
            Some(title[..title.floor_char_boundary(126)].replace('\n', " "))
        };
        let lines: Vec<String> = [written(false), written(true)]
            .into_iter()
            .flatten()
            .collect();
        lines.join("\n")
    };
    let all = products.iter();
    all.map(|product| product.map_or_else(String::new, one))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Catalogue;
    use crate::ingest::tests::interactions;

    fn product(key: &str, category: &[&str], repeatable: Option<bool>) -> Product {
        Product {
            key: key.into(),
            titles: vec![format!("Red {key} 红苹果")],
            category: category.iter().map(|&name| name.into()).collect(),
            brand: Some("Orchard".into()),
            attributes: vec![("color".into(), "red".into())],
            repeatable,
            ..Product::default()
        }
    }

    #[test]
    fn categories_are_a_tree() {
        let catalogue = Catalogue {
            products: vec![
                product("a", &["Fresh", "Fruit"], None),
                product("b", &["Fresh"], None),
                product("c", &["Phones", "Fruit"], None),
                product("d", &[], None),
            ],
            currency: None,
        };
        let read = interactions(&[]);
        let goods = Goods::number(&read, &[], Some(&catalogue));
        let categories = Categories::of(&goods.products);
        assert_eq!(categories.names, ["Fresh", "Fruit", "Phones", "Fruit"]);
        assert_eq!(categories.parents, [NONE, 0, NONE, 2]);
        assert_eq!(categories.of, [1, 0, 3, NONE]);
        assert_eq!(categories.path(3), "Phones > Fruit");
        assert_eq!(Brands::of(&goods).of, [0; 4]);
        let postings = postings(&goods);
        assert_eq!(postings["color=red"], [0, 1, 2, 3]);
        assert_eq!(postings["苹果"], [0, 1, 2, 3]);
        assert_eq!(postings["b"], [1]);
    }

    #[test]
    fn a_title_is_kept_in_each_of_two_languages_and_cut_at_a_character() {
        let titled = |titles: &[&str]| Product {
            titles: titles.iter().map(|&title| title.into()).collect(),
            ..Product::default()
        };
        let long = "长".repeat(60);
        let products = [
            titled(&["Apples", "苹果", "Fruit", "水果"]),
            titled(&["梨"]),
            titled(&["two\nlines"]),
            titled(&[&long]),
        ];
        let mut given: Vec<Option<&Product>> = products.iter().map(Some).collect();
        given.push(None);
        let cut = "长".repeat(42);
        assert_eq!(
            titles(&given),
            ["Apples\n苹果", "梨", "two lines", &cut, ""]
        );
    }

    #[test]
    fn habits_are_learned_by_category_and_the_feed_is_believed_first() {
        let catalogue = Catalogue {
            products: vec![
                product("a", &["Fresh", "Fruit"], None),
                product("b", &["Fresh", "Nuts"], None),
                product("c", &["Fresh", "Fruit"], Some(false)),
                product("p", &["Phones"], None),
                product("q", &["Phones"], Some(true)),
            ],
            currency: None,
        };
        let mut sessions = Vec::new();
        for shopper in 0..40 {
            sessions.push((shopper, 1, "AP"));
            sessions.push((shopper, 200, "A"));
        }
        let read = interactions(&sessions);
        let goods = Goods::number(&read, &read.sessions, Some(&catalogue));
        let categories = Categories::of(&goods.products);
        let flags = flags(&goods, &categories, &goods.orders(), &[false; 5]);
        let of = |key| flags[goods.keys.iter().position(|known| *known == key).unwrap()] & 2 != 0;
        assert!(of("a"));
        assert!(
            of("b"),
            "nuts have no purchases of their own: fresh goods decide"
        );
        assert!(!of("c") && of("q"), "the feed says so");
        assert!(!of("p"));
    }
}
