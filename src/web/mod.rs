//! The bindings: what `pkg/` calls. wasm32 only, and thin.
//!
//! Here and nowhere else the engine reads a clock and draws randomness. The page's doings, IndexedDB, fetch and the
//! page life cycle, are carried out by `pkg/host.js` and `pkg/store.js` from the values that come out here: as Rust
//! futures over web-sys the same work took thirty kilobytes of module, as a script it takes two.

mod page;
mod value;

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

fn random() -> u64 {
    let mut bytes = [0; 8];
    // Every browser and Node version that runs this module has it; zeros still give distinct ids by time.
    let _ = getrandom::fill(&mut bytes);
    u64::from_le_bytes(bytes)
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
    let low = (random() >> 2) | 1 << 63;
    let mut text = String::with_capacity(36);
    for half in &[high, low] {
        for digit in Session(*half).text().chars() {
            if matches!(text.len(), 8 | 13 | 18 | 23) {
                text.push('-');
            }
            text.push(digit);
        }
    }
    text
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
