//! Daily changes of an opened model: prices, stock and popularity.
//!
//! A live part brings the columns of all items, whole or not at all; a patch of the page single rows, each whole or not
//! at all. Both write where the model's own columns lie, so nothing is kept twice. Item numbers stay what they were:
//! an item's number is its rank when the model was trained, and what has become popular since is named by
//! `item.rising`. Which part is the newest, and whether it is whole, is the manifest's to say.

use core::ops::Range;

use super::catalogue::OUT_OF_STOCK;
use super::open::{COLUMNS, Opening};
use super::safetensors::{self, Dtype};
use super::{Column, Model, ModelError, VERSION, Why, u32_at};
use crate::decimal;
use crate::lines::parts;
use crate::name::fold;

/// The `__metadata__.format` of a live part.
pub const LIVE: &str = "tillside.live";

/// The columns that a live part may bring.
const BROUGHT: [Column; 3] = [Column::Price, Column::Flags, Column::Popularity];

/// The most items of `item.rising`.
pub const MAX_RISING: usize = 200;

/// Words of a Merchant feed's `availability`; the first [`OUT`] say that there is none.
static AVAILABILITY: [u32; 12] = [
    fold("out_of_stock"),
    fold("sold_out"),
    fold("discontinued"),
    fold("unavailable"),
    fold("in_stock"),
    fold("preorder"),
    fold("presale"),
    fold("backorder"),
    fold("limited_availability"),
    fold("in_store_only"),
    fold("online_only"),
    fold("available"),
];
const OUT: usize = 4;

/// Whether an `availability`, plain or as a schema.org address, says that there is none; `None` for another word.
pub fn out_of_stock(availability: &str) -> Option<bool> {
    let last = parts(availability, b'/').last().unwrap_or_default();
    let word = fold(last);
    let known = AVAILABILITY.iter().position(|known| *known == word)?;
    Some(known < OUT)
}

/// What became of a row of a patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patched {
    /// The change holds from the next list on.
    Applied,
    /// This model does not have the item.
    Unknown,
    /// Without an id, saying nothing, or with a price or an availability that is none.
    Refused,
}

impl Model {
    /// Takes over a live part of this model; a refused one changes nothing.
    ///
    /// # Errors
    /// Whatever breaks `docs/model-format.md`.
    pub fn refresh(&mut self, live: &[u8]) -> Result<(), ModelError> {
        let header = safetensors::read(live)?;
        let mut part = Opening {
            file: live,
            header: &header,
            error: None,
        };
        for &(key, value) in &[("format", LIVE), ("version", VERSION), ("model", &self.id)] {
            if header.meta(key) != Some(value) {
                part.misread(key);
            }
        }
        let items = Some(self.items);
        let mut found = Vec::new();
        for &column in &BROUGHT {
            let (name, dtype, _) = COLUMNS[column as usize];
            found.push(part.column(name, dtype, items));
        }
        part.range("item.price", &found[0], 0.0, f32::MAX);
        let rising = part.column("item.rising", Dtype::U32, None);
        let count = (rising.len() / 4).min(MAX_RISING + 1);
        let mut numbers = Vec::new();
        for n in 0..count {
            let item = u32_at(live, rising.start, n);
            if n == MAX_RISING || item as usize >= self.items {
                part.refuse("item.rising", Why::Range);
            }
            numbers.push(item);
        }
        if let Some(error) = part.error {
            return Err(error);
        }
        for (&column, bytes) in BROUGHT.iter().zip(&found) {
            if !bytes.is_empty() {
                let place = self.place(column);
                self.file[place].copy_from_slice(&live[bytes.clone()]);
            }
        }
        let popularity = &self.file[self.column(Column::Popularity).clone()];
        self.reordered = !popularity.is_sorted_by(|a, b| a >= b);
        self.rising = numbers;
        Ok(())
    }

    /// Takes over what a shop's page says of single items. On lines, for each: its key, its price and its availability
    /// as in a feed, empty where it stays as it was. `each` hears what became of them.
    pub fn patch(&mut self, lines: &str, each: &mut dyn FnMut(Patched)) {
        let mut lines = parts(lines, b'\n');
        while let (Some(key), Some(price), Some(stock)) = (lines.next(), lines.next(), lines.next())
        {
            each(self.patch_item(key, price, stock));
        }
    }

    fn patch_item(&mut self, key: &str, price: &str, stock: &str) -> Patched {
        let (cost, out) = (decimal::parse(price), out_of_stock(stock));
        let misread = !price.is_empty() && !cost.is_some_and(|cost| cost >= 0.0)
            || !stock.is_empty() && out.is_none();
        if misread || key.is_empty() || price.len() + stock.len() == 0 {
            return Patched::Refused;
        }
        let Some(item) = self.find(key) else {
            return Patched::Unknown;
        };
        let item = item as usize;
        if let Some(cost) = cost {
            let at = self.place(Column::Price).start + item * 4;
            self.file[at..at + 4].copy_from_slice(&(cost as f32).to_le_bytes());
        }
        if let Some(out) = out {
            let flags = self.place(Column::Flags).start + item;
            let flags = &mut self.file[flags];
            *flags = (*flags & !OUT_OF_STOCK) | (u8::from(out) * OUT_OF_STOCK);
        }
        Patched::Applied
    }

    /// Items that have become popular since the model was trained: candidates wherever popular ones are.
    pub fn rising(&self) -> &[u32] {
        &self.rising
    }

    /// Where a column lies. One that the model was trained without gets a place behind the rest, which says nothing yet.
    #[inline(never)]
    fn place(&mut self, column: Column) -> Range<usize> {
        let size = match column {
            Column::Price => 4 * self.items,
            _ => self.items,
        };
        let place = &mut self.columns[column as usize];
        if place.start == place.end {
            let start = self.file.len();
            self.file.reserve_exact(size);
            self.file.resize(start + size, 0);
            *place = start..start + size;
        }
        place.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recommend::{Placement, Recommender, Request};
    use crate::shop::pack::Packer;
    use crate::shop::tests::toy;
    use crate::shopper::Shopper;
    use proptest::prelude::*;

    /// Price, out of stock, repeatable, popularity.
    type Said = (Option<f32>, bool, bool, u8);

    /// What a model says of every item, and what it names as rising.
    fn seen(model: &Model) -> (Vec<Said>, Vec<u32>) {
        let items = 0..model.items() as u32;
        let one = |item| {
            let popularity = (model.popularity(item) * 255.0).round() as u8;
            let flags = (model.out_of_stock(item), model.repeatable(item));
            (model.price(item), flags.0, flags.1, popularity)
        };
        (items.map(one).collect(), model.rising().to_vec())
    }

    fn live(more: impl Fn(&mut Packer)) -> Vec<u8> {
        let mut packer = Packer::default();
        packer.f32s("item.price", &[1.0, 2.0, 0.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
        packer.u8s("item.flags", &[1, 0, 3, 0, 0, 0, 0, 0]);
        more(&mut packer);
        packer.finish_live("toy")
    }

    #[test]
    fn a_live_part_takes_the_place_of_what_was_trained() {
        let mut model = toy().open();
        let bytes = model.bytes();
        let part = live(|packer| {
            packer.u8s("item.popularity", &[9, 8, 7, 6, 5, 4, 3, 255]);
            packer.u32s("item.rising", &[7]);
        });
        model.refresh(&part).unwrap();
        let (items, rising) = seen(&model);
        assert_eq!(items[0], (Some(1.0), true, false, 9));
        assert_eq!(items[2], (None, true, true, 7));
        assert_eq!(items[7], (Some(8.0), false, false, 255));
        assert_eq!(rising, [7]);
        assert_eq!(model.bytes(), bytes, "in place");
        // One that says nothing of popularity leaves it.
        model.refresh(&live(|_| ())).unwrap();
        assert_eq!(seen(&model).0, items);
        assert!(model.rising().is_empty());
    }

    #[test]
    fn what_has_become_popular_leads_a_listing_wherever_it_is_numbered() {
        let mut model = toy().open();
        let part = live(|packer| packer.u8s("item.popularity", &[9, 8, 7, 6, 5, 4, 3, 255]));
        model.refresh(&part).unwrap();
        let request = Request::new(Placement::Category, 2);
        let list = Recommender::default().recommend(&model, &Shopper::default(), &request, 0);
        let items: Vec<u32> = list.entries.iter().map(|entry| entry.item).collect();
        assert_eq!(items, [7, 1]);
    }

    #[test]
    fn a_refused_live_part_changes_nothing() {
        let tensor = |name: &str, why| ModelError::Tensor {
            name: name.into(),
            why,
        };
        let other = |name: &str| {
            let mut packer = Packer::default();
            packer.u8s("item.flags", &[1; 8]);
            packer.finish_live(name)
        };
        let price = |price: f32| {
            let mut packer = Packer::default();
            packer.u8s("item.flags", &[1; 8]);
            packer.f32s("item.price", &[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, price]);
            packer.finish_live("toy")
        };
        let rising = |items: &[u32]| live(|packer| packer.u32s("item.rising", items));
        for (part, error) in [
            (other("toy.1"), ModelError::Metadata { key: "model" }),
            (toy().pack(), ModelError::Metadata { key: "format" }),
            (vec![1, 2, 3], ModelError::Header { at: 0 }),
            (price(-1.0), tensor("item.price", Why::Range)),
            (price(f32::NAN), tensor("item.price", Why::Range)),
            (price(f32::INFINITY), tensor("item.price", Why::Range)),
            (rising(&[8]), tensor("item.rising", Why::Range)),
            (rising(&[0; 201]), tensor("item.rising", Why::Range)),
            (
                live(|packer| packer.u8s("item.popularity", &[1; 7])),
                tensor("item.popularity", Why::Shape),
            ),
        ] {
            let mut model = toy().open();
            let before = seen(&model);
            assert_eq!(model.refresh(&part).unwrap_err(), error);
            assert_eq!(seen(&model), before);
        }
    }

    fn patch(model: &mut Model, rows: &[[&str; 3]]) -> Vec<Patched> {
        let mut outcomes = Vec::new();
        let lines: Vec<&str> = rows.iter().flatten().copied().collect();
        model.patch(&lines.join("\n"), &mut |outcome| outcomes.push(outcome));
        outcomes
    }

    #[test]
    fn a_patch_changes_what_it_names_and_nothing_else() {
        use Patched::{Applied, Refused, Unknown};
        let mut model = toy().open();
        let before = seen(&model);
        let outcomes = patch(
            &mut model,
            &[
                ["apple", "8.5", ""],
                ["phone-old", "", "in_stock"],
                ["pear", "0", "Out of stock"],
                ["stranger", "1", ""],
                ["case", "-1", "in_stock"],
                ["case", "cheap", ""],
                ["case", "1e3", "out_of_stock"],
                ["case", "1", "perhaps"],
                ["case", "", ""],
                ["", "1", "in_stock"],
            ],
        );
        assert_eq!(outcomes[..4], [Applied, Applied, Applied, Unknown]);
        assert_eq!(outcomes[4..], [Refused; 6]);
        let mut expected = before.clone();
        expected.0[1].0 = Some(8.5);
        expected.0[7].1 = false;
        (expected.0[6].0, expected.0[6].1) = (None, true);
        assert_eq!(seen(&model), expected);
        let mut nothing = toy().open();
        assert_eq!(patch(&mut nothing, &[]), []);
        assert_eq!(seen(&nothing), before);
    }

    #[test]
    fn a_model_of_bare_sessions_takes_them_too() {
        let mut packer = Packer::default();
        packer.keys(&["a", "b"]);
        packer.u8s("item.popularity", &[2, 1]);
        let mut model = Model::open(packer.finish(&[("items", "2"), ("model", "m")])).unwrap();
        assert_eq!(
            patch(&mut model, &[["b", "3", "out_of_stock"]]),
            [Patched::Applied]
        );
        assert_eq!(
            seen(&model).0,
            [(None, false, false, 2), (Some(3.0), true, false, 1)]
        );
        assert_eq!((model.key(0), model.key(1)), ("a", "b"));
    }

    #[test]
    fn availability_is_read_as_feeds_write_it() {
        for (text, out) in [
            ("in_stock", Some(false)),
            ("In Stock", Some(false)),
            ("https://schema.org/OutOfStock", Some(true)),
            ("SoldOut", Some(true)),
            ("backorder", Some(false)),
            ("", None),
            ("schema.org/", None),
            ("outofstocks", None),
        ] {
            assert_eq!(out_of_stock(text), out, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_leave_a_model_that_works(damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4), cut in any::<prop::sample::Index>(), whole: bool) {
            let mut bytes = live(|packer| {
                packer.u8s("item.popularity", &[1; 8]);
                packer.u32s("item.rising", &[3, 5]);
            });
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if !whole {
                bytes.truncate(cut.index(bytes.len()));
            }
            let mut model = toy().open();
            let before = seen(&model);
            match model.refresh(&bytes) {
                Ok(()) => {
                    prop_assert!(seen(&model).0.iter().all(|item| item.0.is_none_or(|price| price > 0.0 && price.is_finite())));
                    prop_assert!(model.rising().iter().all(|&item| item < 8));
                }
                Err(_) => prop_assert_eq!(seen(&model), before),
            }
            prop_assert_eq!(model.find("apple"), Some(1));
        }

        #[test]
        fn any_lines_are_counted_row_by_row(lines in "([a-z-]{0,6}|apple|[0-9.]{0,4}|in_stock|\n){0,30}") {
            let mut model = toy().open();
            let mut count = 0;
            model.patch(&lines, &mut |_| count += 1);
            prop_assert_eq!(count, lines.split('\n').count() / 3);
        }
    }
}
