//! The bindings: what `pkg/` calls. wasm32 only, and thin.
//!
//! Here and nowhere else the engine reads a clock and draws randomness. The page's doings, IndexedDB, fetch and the
//! page life cycle, are carried out by `pkg/host.js` and `pkg/store.js` from the values that come out here: as Rust
//! futures over web-sys the same work took thirty kilobytes of module, as a script it takes two.

mod page;
mod value;

use core::sync::atomic::{AtomicU64, Ordering};

use wasm_bindgen::prelude::wasm_bindgen;

/// A third of the size of the standard library's on this target, and as quick.
#[global_allocator]
static MEMORY: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Milliseconds since 1970.
fn now() -> i64 {
    js_sys::Date::now() as i64
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Every browser and Node version that runs this module has it; zeros still give distinct ids by time.
    let _ = getrandom::fill(&mut bytes);
    bytes
}

/// The newest id's milliseconds, and below them twelve bits that count within one.
static LATEST: AtomicU64 = AtomicU64::new(0);

/// A UUID of version 7 (RFC 9562, 5.7): those of one page sort in the order they were made, as what is kept under them
/// is learned again in their order. The clock may stand still or be set back meanwhile (6.2, method 1).
fn uuid() -> String {
    let latest = LATEST.load(Ordering::Relaxed);
    let stamp = ((now() as u64) << 12).max(latest + 1);
    LATEST.store(stamp, Ordering::Relaxed);
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&(stamp >> 12).to_be_bytes()[2..]);
    bytes[6..8].copy_from_slice(&((stamp as u16 & 0x0fff) | 0x7000).to_be_bytes());
    bytes[8..].copy_from_slice(&random::<8>());
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let mut text = String::with_capacity(36);
    for (n, byte) in bytes.iter().enumerate() {
        if matches!(n, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(if digit < 10 {
                b'0' + digit
            } else {
                b'a' - 10 + digit
            }));
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
