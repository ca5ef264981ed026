//! From what was counted and the settings to the bytes of a model file.

use tillside::shop::pack::Packer;

use super::lists::{FEWEST, affordable, encode, item_row, popularity};
use super::metadata::{MODEL, metadata};
use crate::compressed::compressed;
use crate::digest::sha256;
use crate::train::count::Counted;
use crate::train::fit::customers::Customers;
use crate::train::fit::habits;
use crate::train::items::columns::{postings, prices, titles};
use crate::train::items::products;
use crate::train::neighbours::{complement, content};
use crate::train::rows::Rows;
use crate::train::settings::{Labels, Settings};

/// What the neighbours of viewed items may take, on average, in bytes for each item.
const VIEW_BYTES: f64 = 50.0;

/// With an encoder they and it share this room, in compressed bytes; neighbours compress to [`COMPRESSED`] of their
/// size, codes and weights not at all.
const ROOM: f64 = 58.0;
const COMPRESSED: f64 = 0.76;

/// What a model with an encoder and without descriptions may take of an item with brotli, everything counted.
const LIMIT: f64 = 60.0;

/// A model file.
pub struct Packed {
    pub bytes: Vec<u8>,
    pub id: String,
    /// Name and bytes of each tensor.
    pub sizes: Vec<(String, usize)>,
    /// Viewed-together neighbours kept of each item.
    pub neighbours: usize,
}

/// Packs with fewer neighbours until what is packed takes no more than `most` with brotli, or few enough are kept.
fn within(most: usize, mut packed: Packed, pack: impl Fn(usize) -> Packed) -> Packed {
    while packed.neighbours > FEWEST && compressed(&packed.bytes[..], packed.bytes.len()) > most {
        packed = pack(packed.neighbours - 1);
    }
    packed
}

impl Counted<'_> {
    /// The model file. `neighbours` is how many to keep of each viewed item's; by default as many as are worth their
    /// bytes.
    pub fn pack(&self, settings: &Settings, neighbours: Option<usize>, labels: &Labels) -> Packed {
        let rows = self.rows(settings, neighbours);
        self.pack_with(&rows, settings, neighbours, labels, None)
    }

    /// As [`Counted::pack`] of rows that are there. Where a shop's rows compress worse than [`COMPRESSED`] says, an
    /// encoder leaves room for fewer of them than it was tried with.
    pub fn pack_within(
        &self,
        rows: &Rows,
        settings: &Settings,
        neighbours: Option<usize>,
        labels: &Labels,
    ) -> Packed {
        let pack = |kept| self.pack_with(rows, settings, kept, labels, None);
        let packed = pack(neighbours);
        let shared = self.encoder.is_some() && settings.encoder > 0.0;
        if !shared || neighbours.is_some() || self.described {
            return packed;
        }
        within((LIMIT * self.goods.len() as f64) as usize, packed, |kept| {
            pack(Some(kept))
        })
    }

    /// As [`Counted::pack`], with the rows given, and the identifier of the training if it is not these bytes' own.
    pub fn pack_with(
        &self,
        rows: &Rows,
        settings: &Settings,
        neighbours: Option<usize>,
        labels: &Labels,
        id: Option<&str>,
    ) -> Packed {
        let mut packer = Packer::default();
        self.pack_items(&mut packer);
        let looks = self.pack_products(&mut packer);
        let room = self.pack_encoder(settings, &mut packer);
        let kept = self.pack_rows(rows, neighbours, room, &mut packer);
        if let Some(customers) = &self.customers {
            customers.pack(&mut packer);
        }
        let sizes = packer
            .sizes()
            .map(|(name, bytes)| (name.to_owned(), bytes))
            .collect();
        let mut texts = metadata(self, settings, labels, looks);
        let fitted = self.customers.as_ref().map(Customers::metadata);
        texts.extend(fitted.into_iter().flatten());
        let finish = |packer: Packer, id: &str| {
            let texts = texts.iter().map(|(key, text)| match *key {
                MODEL => (MODEL, id),
                key => (key, text.as_str()),
            });
            let texts: Vec<_> = texts.filter(|(_, text)| !text.is_empty()).collect();
            packer.finish(&texts)
        };
        let own = || sha256(tensors(&finish(packer.clone(), "unnamed")))[..12].to_owned();
        let id = id.map_or_else(own, str::to_owned);
        Packed {
            bytes: finish(packer, &id),
            id,
            sizes,
            neighbours: kept,
        }
    }

    /// Keys, popularity, and what descriptions say: categories, brands, prices, terms, flags.
    fn pack_items(&self, packer: &mut Packer) {
        packer.keys(&self.goods.keys);
        let counts = &self.goods.popularity;
        let most = counts.first().copied().unwrap_or(0);
        packer.u8s("item.popularity", &popularity(counts, most));
        if self.described {
            packer.texts("category.name", &self.categories.names);
            packer.u16s("category.parent", &self.categories.parents);
            packer.u16s("item.category", &self.categories.of);
            packer.texts("brand.name", &self.brands.names);
            packer.u16s("item.brand", &self.brands.of);
            packer.f32s("item.price", &prices(&self.goods));
            let postings = postings(&self.goods);
            packer.texts("term.text", &postings.keys().collect::<Vec<_>>());
            let rows: Vec<_> = postings.values().map(|items| item_row(items)).collect();
            packer.rows("term.items", &rows);
        }
        if self.titled {
            packer.texts("item.title", &titles(&self.goods.products));
        }
        if let Some(flags) = &self.flags {
            packer.u8s("item.flags", flags);
        }
        if self.described {
            self.pack_habits(packer);
        }
    }

    /// What is known of whole categories.
    fn pack_habits(&self, packer: &mut Packer) {
        let paths = (0..self.categories.names.len() as u16).map(|n| self.categories.path(n));
        let paths: Vec<String> = paths.collect();
        if !self.rests.is_empty() {
            let rest = |path| self.rests.get(path).copied().unwrap_or(habits::LONGEST);
            packer.u16s("category.rest", &paths.iter().map(rest).collect::<Vec<_>>());
        }
        if !self.shares.is_empty() {
            let share = |path| self.shares.get(path).copied().unwrap_or(0);
            let shares: Vec<_> = paths.iter().map(share).collect();
            packer.u8s("category.share", &shares);
        }
    }

    /// Which items are variants of one product. Returns the attribute in which they differ.
    fn pack_products(&self, packer: &mut Packer) -> String {
        let Some(groups) = &self.groups else {
            return String::new();
        };
        if groups.len() > 1 << 16 {
            packer.u32s("item.group", groups);
        } else {
            let groups: Vec<u16> = groups.iter().map(|leader| *leader as u16).collect();
            packer.u16s("item.group", &groups);
        }
        products::looks(&self.goods, groups)
    }

    /// The encoder, where it is worth its bytes. Returns the bytes that it leaves to the neighbours of each item.
    fn pack_encoder(&self, settings: &Settings, packer: &mut Packer) -> f64 {
        let Some(encoder) = self.encoder.as_ref().filter(|_| settings.encoder > 0.0) else {
            return VIEW_BYTES;
        };
        encoder.pack(settings.encoder, packer);
        let each = encoder.bytes() as f64 / self.goods.len().max(1) as f64;
        (ROOM - each) / COMPRESSED
    }

    /// The three matrices. Returns how many neighbours of each viewed item were kept.
    fn pack_rows(
        &self,
        Rows { viewed, bought }: &Rows,
        neighbours: Option<usize>,
        room: f64,
        packer: &mut Packer,
    ) -> usize {
        let mut kept = 0;
        if viewed.iter().any(|row| !row.is_empty()) {
            kept = neighbours.unwrap_or_else(|| affordable(viewed, room));
            packer.rows("view", &encode(viewed, kept));
        }
        if bought.iter().any(|row| !row.is_empty()) {
            packer.rows("buy", &encode(bought, complement::KEEP));
        }
        if let Some(rows) = &self.content {
            packer.rows("content", &encode(rows, content::KEEP));
        }
        kept
    }
}

/// What follows the header of a safetensors file.
fn tensors(file: &[u8]) -> &[u8] {
    let (length, rest) = file.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
    rest.get(u64::from_le_bytes(*length) as usize..)
        .unwrap_or(&[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::tests::interactions;
    use crate::ingest::{Interaction, Interactions, Kind, Session};
    use crate::train::count::count;
    use crate::train::items::goods::Goods;
    use crate::train::neighbours::complement::Limits;
    use crate::train::neighbours::{reweight, sequence};
    use proptest::prelude::*;
    use tillside::shop::{Matrix, Model, RETURN};

    const LABELS: Labels = Labels {
        shop: "corner",
        currency: "CNY",
        trained: "",
        compatible: "",
    };

    fn neighbours(model: &Model, matrix: Matrix, key: &str) -> Vec<(String, f32)> {
        let mut list = Vec::new();
        let item = model.find(key).unwrap();
        model
            .neighbours(matrix, item, |item, weight| {
                list.push((model.key(item).to_owned(), weight))
            })
            .unwrap();
        list
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        /// Rows that compress as badly as can be: as many neighbours as there is room for, and no fewer than the least.
        #[test]
        fn keeps_what_there_is_room_for(most in 0usize..1000, seed: u64) {
            let pack = |neighbours: usize| {
                let mut state = seed | 1;
                let bytes = (0..neighbours * 20).map(|_| {
                    state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    (state >> 56) as u8
                });
                Packed { bytes: bytes.collect(), id: String::new(), sizes: Vec::new(), neighbours }
            };
            let size = |packed: &Packed| compressed(&packed.bytes[..], packed.bytes.len());
            let packed = within(most, pack(40), pack);
            prop_assert!(size(&packed) <= most || packed.neighbours == 4);
            prop_assert!(packed.neighbours == 40 || size(&pack(packed.neighbours + 1)) > most);
        }
    }

    #[test]
    fn a_tiny_model_by_hand() {
        // Views: a b, a b, a c; three shoppers buy c and d together, ten others something else.
        let mut sessions = vec![(0, 1, "ab"), (1, 2, "ab"), (2, 3, "ac")];
        sessions.extend((0..3).map(|shopper| (shopper, 10, "CD")));
        sessions.extend(
            (3..13)
                .zip(["E", "F", "G", "H", "I", "J", "K", "L", "M", "N"])
                .map(|(shopper, item)| (shopper, 13, item)),
        );
        let read = interactions(&sessions);
        let counted = count(
            Goods::number(&read, &read.sessions, None),
            Some(Limits::default()),
            |_| (),
        );
        let settings = Settings {
            widen: 0.0,
            mutual: 0.0,
            trend: 0.0,
            revisit: Some([-0.25; RETURN]),
            repurchase: Some([-1.5, 1.0, -0.313, 0.0, 100.0, -100.0]),
            ..Settings::default()
        };
        let packed = counted.pack(&settings, Some(2), &LABELS);
        let model = Model::open_verified(packed.bytes.clone()).unwrap();
        assert_eq!((model.items(), model.id()), (14, packed.id.as_str()));
        let keys: Vec<&str> = (0..14).map(|item| model.key(item)).collect();
        assert_eq!(
            keys,
            [
                "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "a", "b"
            ]
        );
        assert_eq!(model.popularity(0), 1.0);
        let popularity = (255.0 * 3f64.ln() / 20f64.ln()).round() as f32 / 255.0;
        assert_eq!(model.popularity(model.find("b").unwrap()), popularity);
        // Numbers rise: c before b. b follows a twice, in the older sessions.
        let of_a = neighbours(&model, Matrix::View, "a");
        assert_eq!(
            of_a.iter().map(|n| n.0.as_str()).collect::<Vec<_>>(),
            ["c", "b"]
        );
        let recency = |n: f32| (-0.5 * (15.0 - n) / 16.0).exp();
        let seen = recency(0.0) + recency(1.0) + recency(2.0);
        let expected = [
            recency(2.0) / (seen + 5.0),
            (recency(0.0) + recency(1.0)) / (seen + 5.0),
        ];
        for (found, expected) in of_a.iter().zip(expected) {
            assert!(
                (found.1 / expected - 1.0).abs() < 0.15,
                "{found:?} {expected}"
            );
        }
        assert_eq!(neighbours(&model, Matrix::Buy, "c").len(), 1);
        assert_eq!(neighbours(&model, Matrix::Buy, "c")[0].0, "d");
        assert!(neighbours(&model, Matrix::Buy, "e").is_empty());
        assert!(!model.has(Matrix::Content));
        assert!((model.decay() - 2.0).abs() < 1e-6);
        assert_eq!(model.blend(), settings.blend);
        assert_eq!(model.revisit(), settings.revisit.as_ref());
        assert_eq!(model.repurchase(), settings.repurchase.as_ref());
        assert_eq!(
            packed
                .sizes
                .iter()
                .map(|(name, _)| name.as_str())
                .collect::<Vec<_>>(),
            [
                "item.key.length",
                "item.key.bytes",
                "item.key.order",
                "item.popularity",
                "item.flags",
                "view.length",
                "view.data",
                "buy.length",
                "buy.data",
            ]
        );
    }

    #[test]
    fn the_name_is_the_hash_of_the_tensors() {
        let read = interactions(&[(0, 1, "ab")]);
        let counted = count(
            Goods::number(&read, &read.sessions, None),
            Some(Limits::default()),
            |_| (),
        );
        let pack = |shop| {
            let labels = Labels { shop, ..LABELS };
            counted.pack(&Settings::default(), None, &labels)
        };
        let (one, other) = (pack("one"), pack("other"));
        assert_eq!(one.id, other.id);
        assert_ne!(one.bytes, other.bytes);
        assert_eq!(one.id, sha256(tensors(&one.bytes))[..12]);
    }

    proptest! {
        #[test]
        fn packs_what_was_counted(
            sessions in prop::collection::vec(prop::collection::vec((0u32..40, 0u8..6), 1..12), 1..40),
            keep in 1usize..12,
        ) {
            let mut read = Interactions { items: (0..40).map(|n| format!("item-{n}")).collect(), ..Interactions::default() };
            for (events, n) in sessions.into_iter().zip(0..) {
                let kind = |n: u8| [Kind::View, Kind::View, Kind::View, Kind::Cart, Kind::Buy, Kind::Buy][usize::from(n)];
                let events = events.into_iter().map(|(item, n)| Interaction { item, time: 1, kind: kind(n) }).collect();
                read.sessions.push(Session { shopper: n % 7, start: 1, events });
            }
            let counted = count(Goods::number(&read, &read.sessions, None), Some(Limits::default()), |_| ());
            let settings = Settings::default();
            let model = Model::open_verified(counted.pack(&settings, Some(keep), &LABELS).bytes).unwrap();
            prop_assert_eq!(model.items(), counted.goods.len());
            let view = reweight::lean(&counted.view, &counted.rising, settings.mutual, settings.trend);
            let rows = sequence::widen(&view, settings.widen, keep);
            for (item, key) in counted.goods.keys.iter().enumerate() {
                prop_assert_eq!(model.key(item as u32), *key);
                let row = &rows[item][..rows[item].len().min(keep)];
                let found = neighbours(&model, Matrix::View, key);
                prop_assert_eq!(found.len(), row.len());
                let strongest = row.first().map_or(0.0, |n| n.1);
                for (other, weight) in found {
                    let at = row.iter().find(|n| counted.goods.keys[n.0 as usize] == other);
                    prop_assert!((at.unwrap().1 - weight).abs() < 0.1 * strongest);
                }
            }
        }
    }
}
