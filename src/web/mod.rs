//! The bindings: what `pkg/` calls. wasm32 only, and thin.
//!
//! Here and nowhere else the engine reads a clock and draws randomness. The page's doings, IndexedDB, fetch and the
//! page life cycle, are carried out by `pkg/host.js` and `pkg/store.js` from the values that come out here: as Rust
//! futures over web-sys the same work took thirty kilobytes of module, as a script it takes two.

mod ask;
mod page;
mod patterns;
mod value;

use core::cell::RefCell;
use core::sync::atomic::{AtomicU64, Ordering};

use wasm_bindgen::prelude::wasm_bindgen;

use crate::intake::Session;

/// A third of the size of the standard library's on this target, and as quick.
#[global_allocator]
static MEMORY: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Milliseconds since 1970.
fn now() -> i64 {
    js_sys::Date::now() as i64
}

fn draw(numbers: &mut [[u8; 8]]) {
    // Every browser and Node version that runs this module has it; zeros still give distinct ids by time.
    let _ = getrandom::fill(numbers.as_flattened_mut());
}

fn random() -> u64 {
    let mut number = [[0; 8]];
    draw(&mut number);
    u64::from_le_bytes(number[0])
}

thread_local! {
    /// Numbers for ids, and how many of them are left. Asking takes longer than all else that names an event, and for
    /// many hardly longer than for one.
    static DRAWN: RefCell<([[u8; 8]; 32], usize)> = const { RefCell::new(([[0; 8]; 32], 0)) };
}

/// The newest id's milliseconds, and below them twelve bits that count within one.
static LATEST: AtomicU64 = AtomicU64::new(0);

/// A UUID of version 7 (RFC 9562, 5.7): those of one page sort in the order they were made, as what is kept under them
/// is learned again in their order. The clock may stand still or be set back meanwhile (6.2, method 1).
fn uuid() -> String {
    let latest = LATEST.load(Ordering::Relaxed);
    let stamp = ((now() as u64) << 12).max(latest + 1);
    LATEST.store(stamp, Ordering::Relaxed);
    // A session's text has as many digits as half of it.
    let high = (stamp >> 12 << 16) | 0x7000 | (stamp & 0x0fff);
    let drawn = DRAWN.with_borrow_mut(|(drawn, left)| {
        if *left == 0 {
            draw(drawn);
            *left = drawn.len();
        }
        *left -= 1;
        u64::from_le_bytes(drawn[*left])
    });
    let low = (drawn >> 2) | 1 << 63;
    let mut text = [b'-'; 36];
    let mut at = 0;
    for half in &[high, low] {
        for digit in Session(*half).digits() {
            if matches!(at, 8 | 13 | 18 | 23) {
                at += 1;
            }
            text[at] = digit;
            at += 1;
        }
    }
    core::str::from_utf8(&text).unwrap_or_default().into()
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = location)]
    static LOCATION: Option<web_sys::Location>;
}

/// The path of the page, where there is a page.
fn path() -> String {
    LOCATION.with(|location| {
        let path = location.as_ref().map(web_sys::Location::pathname);
        path.and_then(Result::ok).unwrap_or_default()
    })
}
