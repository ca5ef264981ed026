//! The kernels inside WebAssembly, for `tests/wasm` and `bench/page`: simd128 held against plain arrays, and calls that
//! run a kernel often enough to be timed.
//!
//! What a call works on lies in a room that JavaScript fills. Exported names are unmangled, which the language counts as
//! unsafe; nothing else here is.

#![allow(unsafe_code)]

use std::cell::RefCell;
use std::hint::black_box;

use tillside::kernel::{self, Lanes, Native, Plain, Top};
use tillside::shop::{Matrix, Model};

#[derive(Default)]
struct Room {
    bytes: Vec<u8>,
    model: Model,
    session: Vec<u32>,
    sums: Vec<f32>,
    touched: Vec<u32>,
    heard: Vec<(u32, f32)>,
}

thread_local! {
    static ROOM: RefCell<Room> = RefCell::default();
}

fn within<T>(work: impl FnOnce(&mut Room) -> T) -> T {
    ROOM.with_borrow_mut(work)
}

/// Makes room for so many bytes, and says where it is.
#[unsafe(no_mangle)]
pub extern "C" fn room(bytes: usize) -> *const u8 {
    within(|room| {
        room.bytes = vec![0; bytes];
        room.bytes.as_ptr()
    })
}

/// Takes three numbers.
#[unsafe(no_mangle)]
pub extern "C" fn three(a: f64, b: f64, c: f64) -> f64 {
    black_box(a) + b * c
}

/// R: reads the room once.
#[unsafe(no_mangle)]
pub extern "C" fn read() -> u64 {
    within(|room| {
        let words = room.bytes.as_chunks::<8>().0.iter();
        words.fold(0u64, |sum, word| {
            sum.wrapping_add(u64::from_le_bytes(*word))
        })
    })
}

fn bytes(seed: u32, many: usize) -> Vec<u8> {
    let mut at = seed;
    let mut next = || {
        at = at.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (at >> 24) as u8
    };
    (0..many).map(|_| next()).collect()
}

fn best<L: Lanes>(matrix: &[u8], width: usize, limit: usize) -> Vec<(i32, u32)> {
    let query: Vec<i8> = bytes(7, width).iter().map(|&byte| byte as i8).collect();
    let mut top = Top::new(limit);
    kernel::scan::<L>(matrix, &kernel::widened::<L>(&query), &mut top);
    top.best
}

/// The best 20 rows of the room.
#[unsafe(no_mangle)]
pub extern "C" fn scan(width: usize) -> i32 {
    within(|room| best::<Native>(&room.bytes, width, 20)[0].0)
}

fn best_coded<L: Lanes>(codes: &[u8], parts: usize, rows: u32, limit: usize) -> Vec<(u16, u32)> {
    let mut top = Top::new(limit);
    kernel::fast_scan::<L>(codes, &bytes(9, 16 * parts), rows, &mut top);
    top.best
}

/// The best 20 rows of the room, which has so many parts of four bits in each.
#[unsafe(no_mangle)]
pub extern "C" fn fast_scan(parts: usize) -> u32 {
    within(|room| {
        let rows = room.bytes.len() / (parts / 2);
        u32::from(best_coded::<Native>(&room.bytes, parts, rows as u32, 20)[0].0)
    })
}

/// Opens the model in the room; how many items it has, 0 where it is refused.
#[unsafe(no_mangle)]
pub extern "C" fn open() -> usize {
    within(|room| {
        let file = std::mem::take(&mut room.bytes);
        room.model = Model::open(file).unwrap_or_default();
        room.sums = vec![0.0; room.model.items()];
        room.model.items()
    })
}

/// Takes the keys in the room, one on a line, for the session.
#[unsafe(no_mangle)]
pub extern "C" fn session() -> usize {
    within(|room| {
        let text = String::from_utf8(std::mem::take(&mut room.bytes)).unwrap_or_default();
        let keys = text.lines();
        room.session = keys.filter_map(|key| room.model.find(key)).collect();
        room.session.len()
    })
}

/// E: sums the rows of the session's items, viewed together and alike, as the model has them; so many times.
#[unsafe(no_mangle)]
pub extern "C" fn accumulate(times: u32) -> usize {
    within(|room| {
        let mut all = 0;
        for _ in 0..times {
            for &item in &room.session {
                for matrix in [Matrix::View, Matrix::Content] {
                    room.heard.clear();
                    let row = room.model.read_neighbours(matrix, item, &mut room.heard);
                    all += usize::from(row.is_ok());
                    kernel::add_row(&mut room.sums, &mut room.touched, &mut room.heard, 0.5);
                }
            }
            for item in room.touched.drain(..) {
                room.sums[item as usize] = 0.0;
            }
        }
        all
    })
}

/// Runs every kernel on simd128 and on plain arrays; a bit for each whose results differ.
#[unsafe(no_mangle)]
pub extern "C" fn differing(seed: u32) -> u32 {
    let many = seed as usize % 50;
    let drawn = bytes(seed, 300 * 64);
    let width = 16 * (1 + seed as usize % 5);
    let matrix = &drawn[..many * width];
    let scans =
        best::<Native>(matrix, width, 1 + many / 3) == best::<Plain>(matrix, width, 1 + many / 3);

    let parts = 2 * (1 + seed as usize % 9);
    let codes = &drawn[..many.div_ceil(16) * 8 * parts];
    let coded = best_coded::<Native>(codes, parts, many as u32, 7)
        == best_coded::<Plain>(codes, parts, many as u32, 7);

    let numbers = |bytes: &[u8]| -> Vec<f32> {
        bytes
            .iter()
            .map(|&byte| (f32::from(byte) - 128.0) * 0.73)
            .collect()
    };
    let same = |a: &[f32], b: &[f32]| {
        a.iter()
            .map(|x| x.to_bits())
            .eq(b.iter().map(|x| x.to_bits()))
    };
    let x = numbers(&drawn[..many]);
    let mut products = [
        numbers(&drawn[50..50 + 2 * many]),
        numbers(&drawn[50..50 + 2 * many]),
    ];
    kernel::add_product::<Native>(&drawn, 0.013, &x, &mut products[0]);
    kernel::add_product::<Plain>(&drawn, 0.013, &x, &mut products[1]);

    let mut powers = [
        numbers(&drawn[..4 * many + 3]),
        numbers(&drawn[..4 * many + 3]),
    ];
    let sums = [
        kernel::exponentials::<Native>(&mut powers[0]),
        kernel::exponentials::<Plain>(&mut powers[1]),
    ];
    let equal = [
        scans,
        coded,
        same(&products[0], &products[1]),
        same(&powers[0], &powers[1]) && sums[0].to_bits() == sums[1].to_bits(),
    ];
    (0..)
        .zip(equal)
        .map(|(bit, equal)| u32::from(!equal) << bit)
        .sum()
}
