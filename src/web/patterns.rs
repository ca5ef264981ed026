//! The page's regular expressions, for conditions.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::condition::Patterns;

#[wasm_bindgen(module = "/src/web/look.js")]
extern "C" {
    fn matches(pattern: &str, any_case: bool, text: &str) -> bool;
}

/// `RegExp` of the page.
#[derive(Debug)]
pub struct RegExp;

impl Patterns for RegExp {
    fn matches(&self, pattern: &str, any_case: bool, text: &str) -> Option<bool> {
        Some(matches(pattern, any_case, text))
    }
}
