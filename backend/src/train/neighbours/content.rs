//! Content neighbours: cosine of weighted terms (TF-IDF), also for items without clicks.
//!
//! A product's features are the nodes of its category path, its brand, its price band, its attributes and the words
//! of its titles, each weighed by how rare it is. An inverted index finds what shares any; the rarest features are
//! followed first, and of a long list only the most popular items, so that a common word cannot make the search
//! quadratic.

use std::collections::HashMap;

use rayon::prelude::*;
use tillside::shop::terms;

use crate::ingest::Product;
use crate::train::items::products::Odds;
use crate::train::linalg::sums::{Row, Sums};

/// Neighbours kept.
pub const KEEP: usize = 12;

/// Index entries that one item's search may touch in all, and of one feature.
const SEARCH: usize = 8_192;
const POSTINGS: usize = 1_024;

/// Items that are looked through for each that is kept, so that variants do not fill a row.
const VARIANTS: usize = 6;

/// Likeness below this is coincidence.
const LEAST: f32 = 0.1;

/// Half an octave is one price band.
const BANDS_PER_OCTAVE: f32 = 2.0;

/// What a product is described by. Kinds of feature never meet: a brand "Red" is not the colour.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Feature {
    Category(String),
    Brand(String),
    Price(i32),
    Attribute(String),
    Word(String),
}

impl Feature {
    /// How much the kind matters, beside rarity.
    fn worth(&self) -> f32 {
        match self {
            Feature::Category(_) => 1.5,
            Feature::Brand(_) | Feature::Attribute(_) | Feature::Word(_) => 1.0,
            Feature::Price(_) => 0.5,
        }
    }
}

fn features(product: &Product) -> Vec<Feature> {
    let mut features = Vec::new();
    for depth in 1..=product.category.len() {
        let path = product.category[..depth].join(tillside::shop::SEPARATOR);
        features.push(Feature::Category(path));
    }
    features.extend(product.brand.iter().cloned().map(Feature::Brand));
    if let Some(price) = product.price.filter(|&price| price > 0.0) {
        let band = (price.log2() * BANDS_PER_OCTAVE).floor() as i32;
        features.push(Feature::Price(band));
    }
    for (name, value) in &product.attributes {
        features.push(Feature::Attribute(terms::attribute(name, value)));
    }
    for title in &product.titles {
        terms::tokens(title, |word| features.push(Feature::Word(word.to_owned())));
    }
    features
}

/// Every product's features, weighed, and who shares them.
pub struct Descriptions {
    /// Of each item, the rarest first.
    features: Vec<Vec<u32>>,
    /// Squared: what a shared feature adds to a product of two.
    weight: Vec<f32>,
    norm: Vec<f32>,
    postings: Vec<Vec<u32>>,
    pub odds: Odds,
}

impl Descriptions {
    /// `products` are in item order; `None` is like nothing.
    pub fn of(products: &[Option<&Product>]) -> Descriptions {
        let mut numbers: HashMap<Feature, u32> = HashMap::new();
        let mut worth = Vec::new();
        let mut postings: Vec<Vec<u32>> = Vec::new();
        let mut described: Vec<Vec<u32>> = Vec::with_capacity(products.len());
        for (item, product) in products.iter().enumerate() {
            let mut own: Vec<u32> = product
                .map_or(Vec::new(), features)
                .into_iter()
                .map(|feature| {
                    let next = worth.len() as u32;
                    *numbers.entry(feature).or_insert_with_key(|feature| {
                        worth.push(feature.worth());
                        postings.push(Vec::new());
                        next
                    })
                })
                .collect();
            own.sort_unstable();
            own.dedup();
            for &feature in &own {
                postings[feature as usize].push(item as u32);
            }
            described.push(own);
        }
        let rarity = |list: &Vec<u32>| (1.0 + products.len() as f32 / list.len() as f32).ln();
        let weight: Vec<f32> = (postings.iter().zip(worth))
            .map(|(list, worth)| (worth * rarity(list)).powi(2))
            .collect();
        for own in &mut described {
            own.sort_by_key(|&feature| (postings[feature as usize].len(), feature));
        }
        let length = |own: &Vec<u32>| own.iter().map(|&f| weight[f as usize]).sum::<f32>().sqrt();
        Descriptions {
            norm: described.iter().map(length).collect(),
            features: described,
            odds: Odds::of(products),
            weight,
            postings,
        }
    }

    /// Numbers of each item's features.
    pub fn into_features(self) -> Vec<Vec<u32>> {
        self.features
    }

    /// Cosine of two items, from 0 to 1.
    pub fn likeness(&self, a: u32, b: u32) -> f32 {
        let [of_a, of_b] = [a, b].map(|item| &self.features[item as usize]);
        let shared = of_a.iter().filter(|feature| of_b.contains(feature));
        let product: f32 = shared.map(|&feature| self.weight[feature as usize]).sum();
        if product > 0.0 {
            product / (self.norm[a as usize] * self.norm[b as usize])
        } else {
            0.0
        }
    }

    /// The items most like each.
    pub fn neighbours(&self) -> Vec<Row> {
        let items = self.features.len();
        (0..items)
            .into_par_iter()
            .with_min_len(64)
            .map_init(
                || Sums::new(items),
                |sums, item| {
                    let mut left = SEARCH;
                    for &feature in &self.features[item] {
                        let list = &self.postings[feature as usize];
                        let list = &list[..list.len().min(POSTINGS).min(left)];
                        left -= list.len();
                        let product = self.weight[feature as usize];
                        for &other in list.iter().filter(|&&other| other as usize != item) {
                            sums.add(
                                other,
                                product / (self.norm[item] * self.norm[other as usize]),
                            );
                        }
                    }
                    let mut row = sums.strongest(KEEP * VARIANTS);
                    row.retain(|(_, likeness)| *likeness >= LEAST);
                    // Of each other product the variant that is most alike.
                    let mut products = vec![self.odds.product(item as u32)];
                    row.retain(|(other, _)| {
                        let product = self.odds.product(*other);
                        let first = !products.contains(&product);
                        products.push(product);
                        first
                    });
                    row.truncate(KEEP);
                    row
                },
            )
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(category: &str, brand: &str, price: f32, titles: &[&str], color: &str) -> Product {
        Product {
            category: category.split(" > ").map(str::to_owned).collect(),
            brand: Some(brand.to_owned()),
            price: Some(price),
            titles: titles.iter().map(|&title| title.to_owned()).collect(),
            attributes: vec![("color".to_owned(), color.to_owned())],
            ..Product::default()
        }
    }

    fn shelf() -> Vec<Product> {
        vec![
            product(
                "Phones > Smartphones",
                "Nova",
                3999.0,
                &["Nova 5G phone", "新星手机"],
                "red",
            ),
            product(
                "Phones > Smartphones",
                "Nova",
                3499.0,
                &["Nova 5G phone lite", "新星手机"],
                "red",
            ),
            product(
                "Phones > Smartphones",
                "Kite",
                999.0,
                &["Kite phone", "风筝手机"],
                "blue",
            ),
            product("Phones > Cases", "Shell", 99.0, &["Phone case"], "red"),
            product(
                "Fresh > Fruit",
                "Orchard",
                9.9,
                &["Apples", "苹果"],
                "green",
            ),
            product("Fresh > Fruit", "Orchard", 12.0, &["Pears", "梨"], "green"),
        ]
    }

    #[test]
    fn the_most_alike_come_first() {
        let shelf = shelf();
        let rows = Descriptions::of(&shelf.iter().map(Some).collect::<Vec<_>>()).neighbours();
        let order = |item: usize| rows[item].iter().map(|n| n.0).collect::<Vec<_>>();
        assert_eq!(order(0)[..3], [1, 2, 3]);
        assert_eq!(order(5), [4]);
        assert!(rows.iter().flatten().all(|n| n.1 > 0.0 && n.1 <= 1.0001));
    }

    #[test]
    fn a_twin_is_fully_alike_and_the_undescribed_have_no_neighbours() {
        let one = shelf().remove(0);
        let products = [Some(&one), None, Some(&one), Some(&Product::default())];
        let rows = Descriptions::of(&products).neighbours();
        assert_eq!(rows[0].len(), 1);
        assert!((rows[0][0].1 - 1.0).abs() < 1e-5);
        assert_eq!((&rows[1], &rows[3]), (&Row::new(), &Row::new()));
    }

    #[test]
    fn equals_the_naive_cosine() {
        let shelf = shelf();
        let sets: Vec<Vec<Feature>> = shelf
            .iter()
            .map(|product| {
                let mut unique = Vec::new();
                for feature in features(product) {
                    if !unique.contains(&feature) {
                        unique.push(feature);
                    }
                }
                unique
            })
            .collect();
        let weight = |feature: &Feature| {
            let df = sets.iter().filter(|set| set.contains(feature)).count();
            feature.worth() * (1.0 + sets.len() as f32 / df as f32).ln()
        };
        let dot = |a: &[Feature], b: &[Feature]| -> f32 {
            let shared = a.iter().filter(|feature| b.contains(feature));
            shared.map(|feature| weight(feature).powi(2)).sum()
        };
        let descriptions = Descriptions::of(&shelf.iter().map(Some).collect::<Vec<_>>());
        let rows = descriptions.neighbours();
        for (a, row) in rows.iter().enumerate() {
            for (b, set) in sets.iter().enumerate().filter(|(b, _)| *b != a) {
                let cosine = dot(&sets[a], set) / (dot(&sets[a], &sets[a]) * dot(set, set)).sqrt();
                let found = row.iter().find(|n| n.0 as usize == b).map_or(0.0, |n| n.1);
                let expected = if cosine >= LEAST { cosine } else { 0.0 };
                assert!(
                    (found - expected).abs() < 1e-5,
                    "{a} {b}: {found} {expected}"
                );
            }
        }
    }
}
