//! Any bytes as a model, or as a live part of one: opening refuses them or gives a model that every call can use, without
//! a panic.
//!
//! Chance hardly ever meets a whole header, so most inputs are changes to a small valid model.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tillside::recommend::{Placement, Recommender, Request};
use tillside::shop::Model;
use tillside::shop::pack::Packer;
use tillside::shop::rows::{encode_items, encode_neighbours};
use tillside::shopper::Shopper;

static VALID: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let rows = |of: fn(u32) -> Vec<(u32, f32)>| -> Vec<Vec<u8>> {
        let row = |item| {
            let mut row = Vec::new();
            encode_neighbours(&mut of(item), &mut row);
            row
        };
        (0..4).map(row).collect()
    };
    let mut terms = vec![Vec::new(), Vec::new()];
    encode_items(&[0, 2], &mut terms[0]);
    encode_items(&[1, 2, 3], &mut terms[1]);
    let mut packer = Packer::default();
    packer.keys(&["phone", "case", "charger", "apple"]);
    packer.u8s("item.popularity", &[255, 90, 40, 0]);
    packer.texts("category.name", &["Electronics", "Phones", "Fruit"]);
    packer.u16s("category.parent", &[u16::MAX, 0, u16::MAX]);
    packer.u16s("item.category", &[1, 0, 0, 2]);
    packer.texts("brand.name", &["Nova"]);
    packer.u16s("item.brand", &[0, 0, u16::MAX, u16::MAX]);
    packer.f32s("item.price", &[3999.0, 99.0, 49.0, 9.9]);
    packer.u8s("item.flags", &[0, 0, 1, 2]);
    packer.rows("view", &rows(|item| vec![((item + 1) % 4, 0.5), ((item + 2) % 4, 0.2)]));
    packer.rows("buy", &rows(|item| vec![((item + 3) % 4, 0.1)]));
    packer.rows("content", &rows(|item| vec![(3 - item, 0.9)]));
    packer.texts("term.text", &["colour=red", "phone"]);
    packer.rows("term.items", &terms);
    packer.f32s("encoder.bias", &[0.5; 12]);
    packer.f32s("encoder.scale", &[0.1, 0.1, 0.1, 8.0, 0.5]);
    packer.u8s("encoder.code", &[0, 1, 2, 3, 4, 5, 6, 7]);
    packer.u8s("encoder.centroid", &[130; 4 * 256]);
    packer.u8s("encoder.weight", &[120; 96]);
    packer.finish(&[("items", "4"), ("model", "fuzz"), ("decay", "2"), ("blend", "1 0.5 0.2 0.1 0.02")])
});

static LIVE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut packer = Packer::default();
    packer.f32s("item.price", &[1.0, 2.0, 0.0, 4.0]);
    packer.u8s("item.flags", &[1, 0, 3, 0]);
    packer.u8s("item.popularity", &[9, 8, 7, 255]);
    packer.u32s("item.rising", &[3]);
    packer.finish_live("fuzz")
});

/// Bytes of something valid replaced, three bytes of input each: where, and by what. A last one or two cut it short.
fn changed(valid: &[u8], input: &[u8]) -> Vec<u8> {
    let mut bytes = valid.to_vec();
    for change in input.chunks(3) {
        match *change {
            [low, high, value] => {
                let at = usize::from(u16::from_le_bytes([low, high])) % bytes.len();
                bytes[at] = value;
            }
            [low, ref rest @ ..] => {
                let cut = usize::from(u16::from_le_bytes([low, rest.first().copied().unwrap_or(0)]));
                bytes.truncate(bytes.len() - cut % bytes.len());
            }
            [] => {}
        }
    }
    bytes
}

fuzz_target!(|input: &[u8]| {
    let Some((how, input)) = input.split_first() else {
        return;
    };
    let (bytes, live) = match how % 8 {
        0 => (input.to_vec(), None),
        1 => (VALID.clone(), Some(input.to_vec())),
        2 | 3 => (VALID.clone(), Some(changed(&LIVE, input))),
        _ => (changed(&VALID, input), None),
    };
    let length = bytes.len();
    let Ok(mut model) = Model::open(bytes) else {
        return;
    };
    if let Some(live) = live {
        let _ = model.refresh(&live);
    }
    // An item takes bytes in the file, so no file can claim more than it has.
    assert!(model.items() <= length);
    let _ = model.verify();
    let mut shopper = Shopper::default();
    for item in 0..(model.items() as u32).min(3) {
        shopper.view(model.key(item), Some(item), 1000, 1);
    }
    let mut recommender = Recommender::default();
    for number in 0..Placement::NAMES.len() {
        let placement = Placement::from_number(number);
        let key = (model.items() > 0).then(|| model.key(0));
        let request = Request {
            item: key,
            query: "phone",
            ..Request::new(placement, 10)
        };
        let list = recommender.recommend(&model, &shopper, &request, 2000);
        assert!(list.entries.iter().all(|entry| (entry.item as usize) < model.items() && entry.score.is_finite()));
    }
});
