//! What opening costs in memory, whatever the bytes say of themselves.
//!
//! A file that claims four million items, a tensor as large as the address space or a header of exabytes is refused for
//! it; that is no help to a page which has by then asked for as much memory. So all that is allocated while
//! [`Model::open`] and [`Model::refresh`] look at a file, what they give back meanwhile included, is held to [`BASE`] and
//! [`TIMES`] the length of the file. It is counted for each thread, so that tests beside these do not count.
//!
//! A sound model costs far less: the names in its header, and four bytes for each sixteen rows.

use std::hint::black_box;

use allocation_counter::measure;
use proptest::prelude::*;
use proptest::sample::Index;
use tillside::shop::Model;
use tillside::shop::pack::Packer;
use tillside::shop::rows::{encode_items, encode_neighbours};

/// The engine's own lists, and the text of a refusal.
const BASE: usize = 4096;

/// A pair of the header's metadata takes 7 bytes of text (`"a":"",`) and 48 of memory, in a list that may just have
/// doubled and counts with all that it outgrew: that is 27 times, and the name itself comes on top. Nothing costs more.
const TIMES: usize = 32;

/// What a header may claim: of items, of elements, of a place in the file. Most are far beyond any file here.
const CLAIMS: [&str; 8] = [
    "0",
    "65535",
    "65537",
    "1000000",
    "4194304",
    "4294967296",
    "18446744073709551615",
    "99999999999999999999999",
];

fn allocated(work: impl FnOnce()) -> usize {
    measure(work).bytes_total as usize
}

/// Opens what is perhaps a model.
fn open(file: &[u8]) {
    let copy = file.to_vec();
    let cost = allocated(|| drop(black_box(Model::open(copy))));
    let most = BASE + TIMES * file.len();
    assert!(cost <= most, "{cost} of {most} for {} bytes", file.len());
}

/// Takes over what is perhaps a live part of [`shop`].
fn refresh(live: &[u8]) {
    let mut model = Model::open(shop(ITEMS)).unwrap();
    let cost = allocated(|| drop(black_box(model.refresh(live))));
    let most = BASE + TIMES * live.len();
    assert!(cost <= most, "{cost} of {most} for {} bytes", live.len());
}

const ITEMS: usize = 40;

/// A model that has everything a model may have.
fn shop(items: usize) -> Vec<u8> {
    let mut packer = Packer::default();
    let keys: Vec<String> = (0..items).map(|item| format!("sku-{item}")).collect();
    packer.keys(&keys);
    packer.u8s("item.popularity", &vec![7; items]);
    packer.u16s("item.category", &vec![1; items]);
    packer.u16s("item.brand", &vec![0; items]);
    packer.f32s("item.price", &vec![9.5; items]);
    packer.u8s("item.flags", &vec![2; items]);
    packer.texts("category.name", &["Fresh", "Fruit"]);
    packer.u16s("category.parent", &[u16::MAX, 0]);
    packer.texts("brand.name", &["Orchard"]);
    packer.texts("term.text", &["fruit", "ripe"]);
    let mut having = vec![Vec::new(), Vec::new()];
    encode_items(&[0, 1, 2], &mut having[0]);
    encode_items(&[1], &mut having[1]);
    packer.rows("term.items", &having);
    let count = items as u32;
    for (name, step) in [("view", 1), ("buy", 2), ("content", 3)] {
        let row = |item| {
            let mut row = Vec::new();
            let mut list = vec![((item + step) % count, 0.5)];
            encode_neighbours(&mut list, &mut row);
            row
        };
        packer.rows(name, &(0..count).map(row).collect::<Vec<_>>());
    }
    packer.f32s("encoder.bias", &[0.5; 12]);
    packer.f32s("encoder.scale", &[1.0; 5]);
    packer.u8s("encoder.code", &vec![1; 2 * items]);
    packer.u8s("encoder.centroid", &[1; 1024]);
    packer.u8s("encoder.weight", &[1; 96]);
    packer.finish(&[
        ("items", &items.to_string()),
        ("model", "m"),
        ("decay", "2"),
        ("blend", "1 0.5 0.2 0.1 0.02"),
        ("revisit", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15"),
        ("repurchase", "1 2 3 4 5 6"),
        ("window", "90"),
        ("compatible", "ecosystem=\necosystem=open"),
    ])
}

fn live() -> Vec<u8> {
    let mut packer = Packer::default();
    packer.f32s("item.price", &[1.5; ITEMS]);
    packer.u8s("item.flags", &[1; ITEMS]);
    packer.u8s("item.popularity", &[3; ITEMS]);
    packer.u32s("item.rising", &[9, 4]);
    packer.finish_live("m")
}

/// A file with this header.
fn file(header: &str, data: &[u8]) -> Vec<u8> {
    let length = header.len() as u64;
    [&length.to_le_bytes(), header.as_bytes(), data].concat()
}

/// The header of a file, and what comes after it.
fn halves(file: &[u8]) -> (String, &[u8]) {
    let (length, rest) = file.split_first_chunk().unwrap();
    let (header, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
    (String::from_utf8(header.to_vec()).unwrap(), data)
}

/// A header as text and numbers in turn, the text first.
fn cut(header: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for symbol in header.chars() {
        if symbol.is_ascii_digit() != (parts.len() % 2 == 0) {
            parts.push(String::new());
        }
        parts.last_mut().unwrap().push(symbol);
    }
    parts
}

/// Calls `each` with the file for every number of its header that claims something else, for all of them that do, and for
/// a header that claims another length.
fn claiming(whole: &[u8], each: impl Fn(&[u8])) {
    let (header, data) = halves(whole);
    let parts = cut(&header);
    assert_eq!(parts.concat(), header);
    for claim in CLAIMS {
        for n in (1..parts.len()).step_by(2) {
            let mut parts = parts.clone();
            parts[n] = claim.into();
            each(&file(&parts.concat(), data));
        }
        let all = parts.iter().enumerate();
        let all = all.map(|(n, part)| if n % 2 == 0 { part } else { claim });
        each(&file(&all.collect::<String>(), data));
        if let Ok(length) = claim.parse::<u64>() {
            each(&[&length.to_le_bytes(), &whole[8..]].concat());
        }
    }
}

#[test]
fn what_a_model_claims_is_not_allocated() {
    claiming(&shop(ITEMS), open);
}

#[test]
fn what_a_live_part_claims_is_not_allocated() {
    claiming(&live(), refresh);
}

#[test]
fn a_header_of_nothing_but_entries_is_within_the_bound() {
    let names: Vec<String> = (0..2050).map(|n| format!("{n:x}")).collect();
    let list = |count: usize, of: fn(&str) -> String| {
        let entries: Vec<String> = names[..count].iter().map(|name| of(name)).collect();
        entries.join(",")
    };
    let pair = |name: &str| format!("\"{name}\":\"\"");
    let tensor =
        |name: &str| format!("\"{name}\":{{\"shape\":[],\"dtype\":\"\",\"data_offsets\":[0,0]}}");
    // Lists have just doubled.
    for count in [5, 9, 17, 33, 65, 129, 1025, 2049] {
        for header in [
            format!("{{\"__metadata__\":{{{}}}}}", list(count, pair)),
            format!("{{{}}}", list(count, tensor)),
        ] {
            open(&file(&header, &[]));
            refresh(&file(&header, &[]));
        }
    }
}

#[test]
fn a_sound_model_costs_its_names_and_four_bytes_for_sixteen_rows() {
    for items in [1, 1000, 70_000] {
        let model = shop(items);
        let cost = allocated(|| assert!(black_box(Model::open(model)).is_ok()));
        // Four of its lists have a row for each item.
        let most = 4 * BASE + items;
        assert!(cost <= most, "{cost} of {most} for {items} items");
    }
}

#[test]
fn a_model_without_prices_or_stock_makes_room_once_for_each() {
    let mut packer = Packer::default();
    let keys: Vec<String> = (0..ITEMS).map(|item| item.to_string()).collect();
    packer.keys(&keys);
    packer.u8s("item.popularity", &[7; ITEMS]);
    let bare = packer.finish(&[("items", &ITEMS.to_string()), ("model", "m")]);
    let mut model = Model::open(bare).unwrap();
    let live = live();
    let cost = allocated(|| assert!(model.refresh(&live).is_ok()));
    let most = BASE + TIMES * live.len() + 2 * model.bytes();
    assert!(cost <= most, "{cost} of {most}");
    let again = allocated(|| assert!(model.refresh(&live).is_ok()));
    assert!(again <= BASE + TIMES * live.len(), "{again}");
}

/// The words of a header, in any order.
fn words() -> impl Strategy<Value = String> {
    let word = "[\\[\\]{},:\"\\\\0-9a-z ]|\"__metadata__\":\\{|\"item\\.[a-z]{0,3}\":\\{|\"dtype\":\"U8\"|\"shape\":\\[[0-9]{0,20}\\]|\"data_offsets\":\\[0,[0-9]{0,20}\\]|\"items\":\"[0-9]{0,8}\"";
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

/// Bytes changed, and where the file ends too early.
type Damage = (Vec<(Index, u8)>, Option<Index>);

fn damage() -> impl Strategy<Value = Damage> {
    let changes = prop::collection::vec((any::<Index>(), any::<u8>()), 1..6);
    (changes, prop::option::of(any::<Index>()))
}

fn damaged(mut file: Vec<u8>, (changes, end): &Damage) -> Vec<u8> {
    for (at, byte) in changes {
        let at = at.index(file.len());
        file[at] = *byte;
    }
    if let Some(end) = end {
        file.truncate(end.index(file.len()));
    }
    file
}

proptest! {
    #[test]
    fn any_bytes_are_within_the_bound(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        open(&bytes);
        refresh(&bytes);
    }

    #[test]
    fn any_header_is_within_the_bound(header in words(), data in prop::collection::vec(any::<u8>(), 0..40), open_brace: bool) {
        let header = if open_brace { format!("{{{header}") } else { header };
        open(&file(&header, &data));
        refresh(&file(&header, &data));
    }

    #[test]
    fn a_damaged_file_is_within_the_bound(damage in damage()) {
        open(&damaged(shop(ITEMS), &damage));
        refresh(&damaged(live(), &damage));
    }

    #[test]
    fn claims_together_are_within_the_bound(claims in prop::collection::vec((any::<Index>(), 0..CLAIMS.len()), 1..6)) {
        for (whole, each) in [(shop(ITEMS), open as fn(&[u8])), (live(), refresh)] {
            let (header, data) = halves(&whole);
            let mut parts = cut(&header);
            for (at, claim) in &claims {
                let number = 2 * at.index(parts.len() / 2) + 1;
                parts[number] = CLAIMS[*claim].into();
            }
            each(&file(&parts.concat(), data));
        }
    }
}
