//! A large catalogue in parts: the most popular items for every page, and for each top category a part with these and
//! all of its own. A page opens one of them.
//!
//! Each is a whole model of its own, numbered by popularity like any other, so that a page reads it as it reads every
//! model, and the memory it takes is that of one. What is paid for that is the head, which every part repeats.
//! Neighbours that are not in a part make room for weaker ones that are.

use crate::train::count::Counted;
use crate::train::encoder::Encoder;
use crate::train::error::Error;
use crate::train::fit::customers::Customers;
use crate::train::items::columns::{Brands, Categories, NONE};
use crate::train::items::goods::{Goods, Unknown};
use crate::train::items::products;
use crate::train::linalg::sums::Row;
use crate::train::neighbours::bought::Bought;
use crate::train::neighbours::sequence::Rules;
use crate::train::rows::Rows;
use crate::train::write::pack::Packed;

/// A part with its items.
pub struct Shard {
    /// The top category; none for the head.
    pub category: Option<String>,
    pub items: usize,
    pub packed: Packed,
}

/// The head, and then the shards of all top categories that have more than the head holds. `pack` is given what was
/// counted of a part, its rows, and its identifier: that of the training, and for a shard its
/// number.
///
/// # Errors
/// Those of `pack`.
pub fn split(
    counted: &Counted,
    whole: &Rows,
    head: u32,
    id: &str,
    pack: impl Fn(&Counted, &Rows, &str) -> Result<Packed, Error>,
) -> Result<Vec<Shard>, Error> {
    let items = counted.goods.len() as u32;
    let head = head.min(items);
    let categories = &counted.categories;
    let top = |item: u32| categories.upward(categories.of[item as usize]).last();
    let mut roots: Vec<u16> = (head..items).filter_map(top).collect();
    roots.sort_unstable();
    roots.dedup();
    let shards = roots.into_iter().map(Some);
    let wanted = std::iter::once(None).chain(shards).zip(0..);
    let shard = |(root, number): (Option<u16>, usize)| {
        let own = (head..items).filter(|&item| root.is_some() && top(item) == root);
        let choice: Vec<u32> = (0..head).chain(own).collect();
        let (part, rows) = restrict(counted, whole, &choice);
        let id = match number {
            0 => id.to_owned(),
            _ => format!("{id}.{number}"),
        };
        Ok(Shard {
            category: root.map(|root| categories.path(root)),
            items: choice.len(),
            packed: pack(&part, &rows, &id)?,
        })
    };
    wanted.map(shard).collect()
}

/// How many items beyond the head are in no shard.
pub fn left_out(categories: &Categories, head: usize) -> usize {
    let of = categories.of[head..].iter();
    of.filter(|&&category| category == NONE).count()
}

/// What was counted of some items, which rise, and of nothing but them.
fn restrict<'a>(counted: &Counted<'a>, whole: &Rows, choice: &[u32]) -> (Counted<'a>, Rows) {
    let mut numbers: Vec<Option<u32>> = vec![None; counted.goods.len()];
    for (&item, number) in choice.iter().zip(0..) {
        numbers[item as usize] = Some(number);
    }
    let rows = |all: &[Row]| -> Vec<Row> {
        let row = |&item: &u32| -> Row {
            let row = all.get(item as usize).into_iter().flatten();
            let kept = row.filter_map(|&(other, weight)| Some((numbers[other as usize]?, weight)));
            kept.collect()
        };
        choice.iter().map(row).collect()
    };
    fn of<T: Clone>(choice: &[u32], all: &[T]) -> Vec<T> {
        choice.iter().map(|&n| all[n as usize].clone()).collect()
    }
    let goods = Goods {
        keys: of(choice, &counted.goods.keys),
        products: of(choice, &counted.goods.products),
        popularity: of(choice, &counted.goods.popularity),
        sessions: Vec::new(),
        unknown: Unknown::default(),
    };
    let part = Counted {
        categories: Categories::of(&goods.products),
        brands: Brands::of(&goods),
        orders: Vec::new(),
        view: Rules {
            rows: Vec::new(),
            seen: Vec::new(),
        },
        rising: Vec::new(),
        linear: Vec::new(),
        limits: counted.limits,
        bought: Bought::default(),
        content: counted.content.as_deref().map(&rows),
        encoder: counted.encoder.as_ref().map(|encoder| {
            let codes = encoder.codes.len() / counted.goods.len();
            let of = |&item: &u32| &encoder.codes[item as usize * codes..][..codes];
            Encoder {
                codes: choice.iter().flat_map(of).copied().collect(),
                ..encoder.clone()
            }
        }),
        // The rows have learnt what there was to learn.
        foreseen: Vec::new(),
        flags: counted.flags.as_ref().map(|flags| of(choice, flags)),
        groups: products::groups(&goods),
        rests: counted.rests.clone(),
        shares: counted.shares.clone(),
        fresh: counted.fresh,
        described: counted.described,
        titled: counted.titled,
        customers: counted.customers.as_ref().map(Customers::of_all),
        goods,
    };
    let rows = Rows {
        viewed: rows(&whole.viewed),
        bought: rows(&whole.bought),
    };
    (part, rows)
}
