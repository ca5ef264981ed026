//! Relations that the feed states, added to the rows of complements.
//!
//! What completes a product, or belongs with it, stands first in its row, bought or not: the shop knows what fits. What
//! replaces it is taken out, in both directions, whatever shoppers did. The feed is believed for the product that it
//! speaks of and for no other: that a case is said to go with one colour of a phone says nothing against the others.

use std::collections::{HashMap, HashSet};

use crate::ingest::Relation;
use crate::train::items::goods::Goods;
use crate::train::linalg::sums::{Row, strongest};
use crate::train::neighbours::complement::KEEP;

/// What a relation weighs where nothing in the row weighs more.
const WEIGHT: f32 = 0.3;

/// Puts the relations of the feed into the rows of what is bought together.
pub fn relate(rows: &mut [Row], goods: &Goods) {
    let said = goods
        .products
        .iter()
        .flatten()
        .any(|one| !one.related.is_empty());
    if !said {
        return;
    }
    let numbers: HashMap<&str, u32> = goods.keys.iter().copied().zip(0..).collect();
    let mut replaces: HashSet<(u32, u32)> = HashSet::new();
    let mut belongs: HashMap<u32, Vec<u32>> = HashMap::new();
    for (product, item) in goods.products.iter().zip(0..) {
        for related in product.iter().flat_map(|product| &product.related) {
            let Some(&other) = numbers.get(related.key.as_str()) else {
                continue;
            };
            if related.relation == Relation::Replaces {
                replaces.extend([(item, other), (other, item)]);
            } else {
                belongs.entry(item).or_default().push(other);
            }
        }
    }
    for (row, item) in rows.iter_mut().zip(0..) {
        if let Some(others) = belongs.get(&item) {
            *row = led(std::mem::take(row), others);
        }
        row.retain(|(other, _)| !replaces.contains(&(item, *other)));
    }
}

/// The row with `others` as strong as its strongest.
fn led(mut row: Row, others: &[u32]) -> Row {
    let most = row
        .iter()
        .fold(WEIGHT, |most, (_, weight)| most.max(*weight));
    row.retain(|(other, _)| !others.contains(other));
    let mut distinct = others.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    row.extend(distinct.into_iter().map(|other| (other, most)));
    strongest(row, KEEP)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::tests::interactions;
    use crate::ingest::{Catalogue, Product, Related};

    #[test]
    fn what_the_feed_says_goes_before_what_was_bought() {
        let product = |key: &str, related: &[(Relation, &str)]| Product {
            key: key.into(),
            related: related
                .iter()
                .map(|&(relation, key)| Related {
                    relation,
                    key: key.into(),
                })
                .collect(),
            ..Product::default()
        };
        let products = vec![
            product(
                "a-phone",
                &[
                    (Relation::Completes, "b-case"),
                    (Relation::Replaces, "d-phone"),
                ],
            ),
            product("b-case", &[]),
            product("c-charger", &[]),
            product("d-phone", &[]),
            product("e-film", &[(Relation::Together, "b-case")]),
        ];
        let catalogue = Catalogue {
            products,
            currency: None,
        };
        let read = interactions(&[]);
        let goods = Goods::number(&read, &[], Some(&catalogue));
        let mut rows = vec![
            vec![(2, 0.6), (3, 0.5), (1, 0.1)],
            vec![],
            vec![],
            vec![(0, 0.4), (2, 0.2)],
            vec![],
        ];
        relate(&mut rows, &goods);
        assert_eq!(
            rows[0],
            [(1, 0.6), (2, 0.6)],
            "its case as strong as the charger"
        );
        assert_eq!(rows[3], [(2, 0.2)], "a substitute in the other direction");
        assert_eq!(rows[4], [(1, WEIGHT)], "never bought");
        assert!(rows[1].is_empty() && rows[2].is_empty());
    }
}
