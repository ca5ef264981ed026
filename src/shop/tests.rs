use super::pack::Packer;
use super::rows::{encode_items, encode_neighbours};
use super::*;
use crate::recommend::{Placement, Recommender, Request};
use crate::shopper::Shopper;
use proptest::prelude::*;

/// What a small model is made of: `(key, category, brand, price, flags)` by falling popularity, and neighbours.
pub(crate) struct Toy {
    pub items: Vec<(&'static str, &'static str, &'static str, f32, u8)>,
    pub view: Vec<(u32, u32, f32)>,
    pub buy: Vec<(u32, u32, f32)>,
    pub content: Vec<(u32, u32, f32)>,
    pub terms: Vec<(&'static str, Vec<u32>)>,
    pub blend: Option<&'static str>,
    pub revisit: Option<&'static str>,
    pub encoder: Option<Drawn>,
    /// The variant that leads each product; empty where there are no variants.
    pub groups: Vec<u16>,
    /// Weights of categories, by path.
    pub shares: Vec<(&'static str, u8)>,
    pub meta: Vec<(&'static str, &'static str)>,
}

/// An encoder of width 4 with two codes an item, its numbers drawn from a seed.
#[derive(Clone, Copy)]
pub(crate) struct Drawn {
    pub seed: u8,
    pub share: f32,
}

impl Drawn {
    /// Bytes that look random, `name` apart from `name`.
    pub(crate) fn bytes(self, name: u8, many: usize) -> Vec<u8> {
        let mut at = u32::from(self.seed) << 8 | u32::from(name);
        (0..many)
            .map(|_| {
                at = at.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (at >> 24) as u8
            })
            .collect()
    }

    pub(crate) fn bias(self) -> Vec<f32> {
        let bytes = self.bytes(0, 12);
        bytes.iter().map(|&b| f32::from(b) / 128.0 - 1.0).collect()
    }

    fn pack(self, items: usize, packer: &mut Packer) {
        packer.f32s("encoder.bias", &self.bias());
        packer.f32s("encoder.scale", &[0.01, 0.015, 0.02, 5.0, self.share]);
        packer.u8s("encoder.code", &self.bytes(1, 2 * items));
        packer.u8s("encoder.centroid", &self.bytes(2, 1024));
        packer.u8s("encoder.weight", &self.bytes(3, 96));
    }
}

impl Toy {
    pub(crate) fn pack(&self) -> Vec<u8> {
        let n = self.items.len();
        let mut packer = Packer::default();
        let keys: Vec<&str> = self.items.iter().map(|item| item.0).collect();
        packer.keys(&keys);
        let popularity: Vec<u8> = (0..n)
            .map(|item| 255 - (item * 200 / n.max(1)) as u8)
            .collect();
        packer.u8s("item.popularity", &popularity);

        let (mut names, mut parents, mut paths) = (Vec::new(), Vec::new(), Vec::new());
        let mut category = Vec::new();
        for item in &self.items {
            let mut parent = u16::MAX;
            let mut path = String::new();
            for name in item.1.split(" > ").filter(|name| !name.is_empty()) {
                path += name;
                let known = paths.iter().position(|known| *known == path);
                let number = known.unwrap_or_else(|| {
                    paths.push(path.clone());
                    names.push(name);
                    parents.push(parent);
                    paths.len() - 1
                });
                parent = number as u16;
                path += " > ";
            }
            category.push(parent);
        }
        packer.texts("category.name", &names);
        packer.u16s("category.parent", &parents);
        packer.u16s("item.category", &category);
        let mut brands: Vec<&str> = self
            .items
            .iter()
            .map(|item| item.2)
            .filter(|brand| !brand.is_empty())
            .collect();
        brands.sort_unstable();
        brands.dedup();
        packer.texts("brand.name", &brands);
        let brand: Vec<u16> = self
            .items
            .iter()
            .map(|item| {
                brands
                    .iter()
                    .position(|brand| *brand == item.2)
                    .map_or(u16::MAX, |n| n as u16)
            })
            .collect();
        packer.u16s("item.brand", &brand);
        packer.f32s(
            "item.price",
            &self.items.iter().map(|item| item.3).collect::<Vec<_>>(),
        );
        packer.u8s(
            "item.flags",
            &self.items.iter().map(|item| item.4).collect::<Vec<_>>(),
        );
        for (name, list) in [
            ("view", &self.view),
            ("buy", &self.buy),
            ("content", &self.content),
        ] {
            let rows: Vec<Vec<u8>> = (0..n as u32)
                .map(|own| {
                    let mut row = Vec::new();
                    let of = list.iter().filter(|(item, _, _)| *item == own);
                    encode_neighbours(
                        &mut of.map(|&(_, to, weight)| (to, weight)).collect(),
                        &mut row,
                    );
                    row
                })
                .collect();
            packer.rows(name, &rows);
        }
        let mut terms = self.terms.clone();
        terms.sort();
        packer.texts(
            "term.text",
            &terms.iter().map(|term| term.0).collect::<Vec<_>>(),
        );
        let rows: Vec<Vec<u8>> = terms
            .iter()
            .map(|(_, items)| {
                let mut row = Vec::new();
                encode_items(items, &mut row);
                row
            })
            .collect();
        packer.rows("term.items", &rows);
        if !self.groups.is_empty() {
            packer.u16s("item.group", &self.groups);
        }
        if !self.shares.is_empty() {
            let share = |path: &String| {
                let known = self.shares.iter().find(|known| known.0 == path.as_str());
                known.map_or(0, |known| known.1)
            };
            packer.u8s(
                "category.share",
                &paths.iter().map(share).collect::<Vec<_>>(),
            );
        }
        if let Some(encoder) = self.encoder {
            encoder.pack(n, &mut packer);
        }
        let items = n.to_string();
        let mut meta = vec![
            ("items", items.as_str()),
            ("model", "toy"),
            ("compatible", "ecosystem=\necosystem=open"),
        ];
        meta.extend(self.blend.map(|blend| ("blend", blend)));
        meta.extend(&self.meta);
        meta.extend(self.revisit.map(|revisit| ("revisit", revisit)));
        packer.finish(&meta)
    }

    pub(crate) fn open(&self) -> Model {
        Model::open(self.pack()).unwrap()
    }
}

/// Phones, a case, watches and fruit.
pub(crate) fn toy() -> Toy {
    Toy {
        items: vec![
            ("phone-a", "Phones > Smartphones", "Nova", 3999.0, 0),
            ("apple", "Fresh > Fruit", "Orchard", 9.9, 2),
            ("phone-b", "Phones > Smartphones", "Nova", 2999.0, 0),
            ("case", "Phones > Cases", "Shell", 99.0, 0),
            ("watch", "Watches", "Nova", 1299.0, 0),
            ("phone-c", "Phones > Smartphones", "Kite", 1999.0, 0),
            ("pear", "Fresh > Fruit", "Orchard", 12.5, 2),
            ("phone-old", "Phones > Smartphones", "Kite", 999.0, 1),
        ],
        view: vec![
            (0, 2, 0.5),
            (0, 5, 0.25),
            (0, 7, 0.2),
            (2, 0, 0.5),
            (2, 5, 0.3),
            (5, 0, 0.4),
            (1, 6, 0.6),
            (6, 1, 0.6),
            (4, 0, 0.3),
        ],
        buy: vec![(0, 3, 0.4), (2, 3, 0.3), (0, 4, 0.2), (1, 6, 0.5)],
        content: vec![
            (0, 2, 0.9),
            (2, 0, 0.9),
            (5, 7, 0.8),
            (7, 5, 0.8),
            (1, 6, 0.7),
            (6, 1, 0.7),
        ],
        terms: vec![
            ("phone", vec![0, 2, 5, 7]),
            ("5g", vec![0, 2]),
            ("手机", vec![0, 2, 5, 7]),
            ("color=red", vec![0, 5]),
            ("apple", vec![1]),
        ],
        blend: None,
        revisit: None,
        encoder: None,
        groups: Vec::new(),
        shares: Vec::new(),
        meta: Vec::new(),
    }
}

#[test]
fn reads_back_what_was_packed() {
    let model = toy().open();
    model.verify().unwrap();
    assert_eq!((model.items(), model.id()), (8, "toy"));
    for (item, row) in toy().items.iter().enumerate() {
        let item = item as u32;
        assert_eq!(model.key(item), row.0);
        assert_eq!(model.find(row.0), Some(item));
        assert_eq!(model.category_path(model.category(item).unwrap()), row.1);
        assert_eq!(model.brand_name(model.brand(item).unwrap()), row.2);
        assert_eq!(model.price(item), Some(row.3));
        assert_eq!(model.out_of_stock(item), row.4 & 1 != 0);
        assert_eq!(model.repeatable(item), row.4 & 2 != 0);
    }
    assert_eq!(model.find("phone"), None);
    assert_eq!(model.key(8), "");
    assert_eq!(model.category(8), None);
    assert_eq!(model.price(8), None);
    let phones = model.find_category("Phones>Smartphones").unwrap();
    assert!(model.category_within(phones, model.find_category("Phones").unwrap()));
    assert!(!model.category_within(model.find_category("Phones").unwrap(), phones));
    assert_eq!(model.find_category("Phones > Fruit"), None);
    let mut seen = Vec::new();
    model
        .neighbours(Matrix::View, 0, |item, _| seen.push(item))
        .unwrap();
    assert_eq!(seen, [2, 5, 7]);
}

#[test]
fn finds_terms_whole_and_by_prefix() {
    let model = toy().open();
    assert_eq!(model.find_terms("phone", false).len(), 1);
    assert_eq!(model.find_terms("pho", false).len(), 0);
    assert_eq!(model.find_terms("pho", true).len(), 1);
    assert_eq!(model.find_terms("手", true).len(), 1);
    assert_eq!(model.find_terms("zzz", true).len(), 0);
    let mut found = Vec::new();
    assert_eq!(
        model.term_items(model.find_terms("color=red", false).start, |item| found
            .push(item)),
        2
    );
    assert_eq!(found, [0, 5]);
}

#[test]
fn an_empty_catalogue_is_a_model() {
    let mut packer = Packer::default();
    packer.keys(&[""; 0]);
    packer.u8s("item.popularity", &[]);
    let model = Model::open(packer.finish(&[("items", "0"), ("model", "none")])).unwrap();
    assert_eq!(model.items(), 0);
    assert_eq!(model.find("x"), None);
}

#[test]
fn what_it_does_not_know_is_ignored_unless_required() {
    let with = |requires| {
        let mut packer = Packer::default();
        packer.keys(&["a"]);
        packer.u8s("item.popularity", &[9]);
        packer.f32s("my.vectors", &[0.5; 8]);
        Model::open(packer.finish(&[("items", "1"), ("model", "m"), ("requires", requires)]))
    };
    assert!(with("item.key.order").is_ok());
    assert_eq!(
        with("view.data my.vectors").unwrap_err(),
        ModelError::Requires {
            name: "my.vectors".into()
        }
    );
}

#[test]
fn numbers_of_the_metadata_are_as_many_and_in_range() {
    let open = |blend, revisit| {
        let toy = Toy {
            blend: Some(blend),
            revisit: Some(revisit),
            ..toy()
        };
        Model::open(toy.pack())
    };
    let (blend, revisit) = ("1 2 3 4 5", "-1 2 3 4 5 6 7 8 9 10 11 12 13 14 100");
    let model = open(blend, revisit).unwrap();
    assert_eq!(model.blend().popularity, 5.0);
    assert_eq!(model.revisit().unwrap()[..2], [-1.0, 2.0]);
    assert_eq!(model.revisit().unwrap()[14], 100.0);
    assert!(toy().open().revisit().is_none());
    for wrong in ["1 2 3 4", "1 2 3 4 5 6", "1 2 3 4 -1", "1 2  3 4", ""] {
        let refused = open(wrong, revisit).unwrap_err();
        assert_eq!(refused, ModelError::Metadata { key: "blend" }, "{wrong}");
    }
    for wrong in ["1", "-1 2 3 4 5 6 7 8 9 10 11 12 13 14 101"] {
        let refused = open(blend, wrong).unwrap_err();
        assert_eq!(refused, ModelError::Metadata { key: "revisit" }, "{wrong}");
    }
}

#[test]
fn broken_invariants_are_named() {
    let open = |keys: &[&str], popularity: &[u8], more: fn(&mut Packer)| {
        let mut packer = Packer::default();
        packer.keys(keys);
        packer.u8s("item.popularity", popularity);
        more(&mut packer);
        let items = keys.len().to_string();
        Model::open(packer.finish(&[("items", &items), ("model", "m")]))
    };
    let build = |keys: &[&str], popularity: &[u8], more| open(keys, popularity, more).unwrap_err();
    // What is left until it is read, and harmless then.
    let verify = |keys: &[&str], popularity: &[u8], more| {
        let model = open(keys, popularity, more).unwrap();
        exercise(&model);
        model.verify().unwrap_err()
    };
    let tensor = |name: &str, why| ModelError::Tensor {
        name: name.into(),
        why,
    };
    assert_eq!(
        verify(&["a", "a"], &[2, 1], |_| ()),
        tensor("item.key.order", Why::Order)
    );
    assert_eq!(
        verify(&["a", ""], &[2, 1], |_| ()),
        tensor("item.key", Why::Text)
    );
    assert_eq!(
        verify(&["a", "b"], &[1, 2], |_| ()),
        tensor("item.popularity", Why::Order)
    );
    assert_eq!(
        build(&["a", "b"], &[1], |_| ()),
        tensor("item.popularity", Why::Shape)
    );
    assert_eq!(
        verify(&["a"], &[1], |packer| packer
            .f32s("item.price", &[f32::NAN])),
        tensor("item.price", Why::Range)
    );
    assert_eq!(
        verify(&["a"], &[1], |packer| packer.u16s("item.category", &[0])),
        tensor("item.category", Why::Range)
    );
    assert_eq!(
        build(&["a"], &[1], |packer| packer.u8s("view.length", &[0])),
        tensor("view.length", Why::Dtype)
    );
    assert_eq!(
        build(&["a"], &[1], |packer| packer.u16s("view.length", &[0])),
        tensor("view.data", Why::Missing)
    );
    assert_eq!(
        build(&["a"], &[1], |packer| packer
            .rows("view", &[vec![], vec![]])),
        tensor("view.length", Why::Shape)
    );
    let cycle = |packer: &mut Packer| {
        packer.texts("category.name", &["x", "y"]);
        packer.u16s("category.parent", &[1, 0]);
    };
    assert_eq!(
        verify(&["a"], &[1], cycle),
        tensor("category.parent", Why::Range)
    );
    assert_eq!(
        verify(&["a"], &[1], |packer| {
            packer.u8s("brand.name.length", &[1]);
            packer.u8s("brand.name.bytes", &[0xff]);
        }),
        tensor("brand.name", Why::Text)
    );
    assert_eq!(
        verify(&["a"], &[1], |packer| packer.u8s("item.flags", &[8])),
        tensor("item.flags", Why::Range)
    );
    assert_eq!(
        verify(&["a", "b"], &[2, 1], |packer| packer
            .u16s("item.group", &[1, 1])),
        tensor("item.group", Why::Range)
    );
    assert_eq!(
        verify(&["a"], &[1], |packer| packer
            .texts("term.text", &[&"x".repeat(49)])),
        tensor("term.text", Why::Text)
    );
    assert_eq!(
        verify(&["a"], &[1], |packer| packer
            .texts("term.text", &["b", "a"])),
        tensor("term.text", Why::Order)
    );
}

#[test]
fn an_encoder_must_be_whole() {
    let build = |bias: usize, scale: &[f32], code: usize, centroid: usize, weight: usize| {
        let mut packer = Packer::default();
        packer.keys(&["a", "b"]);
        packer.u8s("item.popularity", &[2, 1]);
        packer.f32s("encoder.bias", &vec![0.5; bias]);
        packer.f32s("encoder.scale", scale);
        packer.u8s("encoder.code", &vec![1; code]);
        packer.u8s("encoder.centroid", &vec![1; centroid]);
        packer.u8s("encoder.weight", &vec![1; weight]);
        Model::open(packer.finish(&[("items", "2"), ("model", "m")]))
    };
    let scale = [1.0; 5];
    let model = build(12, &scale, 4, 1024, 96).unwrap();
    let encoder = model.encoder().unwrap();
    assert_eq!((encoder.width, encoder.codes), (4, 2));
    for (wrong, name, why) in [
        (build(13, &scale, 4, 1024, 96), "bias", Why::Shape),
        (build(0, &scale, 4, 1024, 96), "bias", Why::Shape),
        (build(771, &scale, 2, 65792, 396_294), "bias", Why::Shape),
        (build(12, &[1.0; 4], 4, 1024, 96), "scale", Why::Shape),
        (
            build(12, &[1.0, -1.0, 1.0, 1.0, 1.0], 4, 1024, 96),
            "scale",
            Why::Range,
        ),
        (build(12, &[f32::NAN; 5], 4, 1024, 96), "scale", Why::Range),
        (build(12, &scale, 5, 1024, 96), "code", Why::Shape),
        (build(12, &scale, 6, 1024, 96), "code", Why::Shape),
        (build(12, &scale, 0, 1024, 96), "code", Why::Shape),
        (build(12, &scale, 4, 1023, 96), "centroid", Why::Shape),
        (build(12, &scale, 4, 1024, 95), "weight", Why::Shape),
    ] {
        let name = format!("encoder.{name}");
        assert_eq!(wrong.unwrap_err(), ModelError::Tensor { name, why });
    }
}

#[test]
fn a_damaged_row_is_found_by_verify_and_harmless_before() {
    let mut packer = Packer::default();
    packer.keys(&["a", "b"]);
    packer.u8s("item.popularity", &[2, 1]);
    packer.rows("view", &[vec![1, 160, 1, 15], vec![1, 160, 7, 15]]);
    let model = Model::open(packer.finish(&[("items", "2"), ("model", "m")])).unwrap();
    assert!(model.neighbours(Matrix::View, 0, |_, _| ()).is_ok());
    assert!(
        model
            .neighbours(Matrix::View, 1, |_, _| panic!("out of range"))
            .is_err()
    );
    assert_eq!(
        model.verify().unwrap_err(),
        ModelError::Row {
            name: "view".into(),
            row: 1
        }
    );
}

/// Opens what is perhaps a model; must not panic whatever the bytes.
fn attempt(bytes: Vec<u8>) {
    let size = bytes.len();
    if let Ok(model) = Model::open(bytes) {
        assert!(model.items() <= size);
        exercise(&model);
    }
}

/// Uses everything a model offers.
fn exercise(model: &Model) {
    let whole = model.verify().is_ok();
    for item in (0..model.items() as u32 + 2).chain([u32::MAX]) {
        let found = model.find(model.key(item));
        assert!(found.is_none_or(|found| if whole {
            found == item
        } else {
            (found as usize) < model.items()
        }));
        for matrix in [Matrix::View, Matrix::Buy, Matrix::Content] {
            let _ = model.neighbours(matrix, item, |n, _| assert!((n as usize) < model.items()));
        }
        let _ = (
            model
                .price(item)
                .inspect(|price| assert!(*price > 0.0 && price.is_finite())),
            model.out_of_stock(item),
            model.popularity(item),
        );
        let _ = model
            .category(item)
            .map(|category| model.category_path(category));
        let _ = model.brand(item).map(|brand| model.brand_name(brand).len());
    }
    for term in model.find_terms("", true) {
        model.term_items(term, |item| assert!((item as usize) < model.items()));
    }
    let mut shopper = Shopper::default();
    for item in (0..model.items() as u32).take(3) {
        shopper.view(model.key(item), Some(item), 1000, 1);
    }
    let request = Request::new(Placement::Home, 20);
    let list = Recommender::default().recommend(model, &shopper, &request, 2000);
    assert!(list.entries.len() <= 20);
}

proptest! {
    #[test]
    fn any_bytes_are_refused_or_usable(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        attempt(bytes);
    }

    #[test]
    fn a_damaged_model_is_refused_or_usable(damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4), cut in any::<prop::sample::Index>(), whole: bool) {
        let encoder = Some(Drawn { seed: 1, share: 1.0 });
        let mut bytes = Toy { encoder, ..toy() }.pack();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if !whole {
            bytes.truncate(cut.index(bytes.len()));
        }
        attempt(bytes);
    }
}
