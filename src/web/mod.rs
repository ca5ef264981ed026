//! The page: bindings, IndexedDB, fetch, and the page's coming and going. wasm32 only, and thin.
//!
//! Here and nowhere else clocks are read and randomness is drawn. Everything the engine decides comes as values, and
//! this room carries it out: [`store`] on the device, [`send`] to the collector, [`host`] when and in which order.
//! [`page`] is what `pkg/index.js` calls.

mod host;
mod page;
mod send;
mod store;
mod value;

use wasm_bindgen::JsValue;

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

/// A UUID of version 7 (RFC 9562, 5.7): sorts by time.
fn uuid() -> String {
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&now().to_be_bytes()[2..]);
    bytes[6..].copy_from_slice(&random::<10>());
    bytes[6] = bytes[6] & 0x0f | 0x70;
    bytes[8] = bytes[8] & 0x3f | 0x80;
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

/// A property of the global object, where it has one.
fn global(name: &str) -> Option<JsValue> {
    js_sys::Reflect::get(&js_sys::global(), &name.into())
        .ok()
        .filter(|value| !value.is_undefined() && !value.is_null())
}
