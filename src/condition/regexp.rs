//! JavaScript's regular expressions outside a page, by the crate `regress`.

use std::collections::HashMap;
use std::sync::Mutex;

use super::Patterns;

/// Patterns are compiled once and kept; as many as this.
const MOST: usize = 1000;

/// Patterns by text and whether case matters not; nothing for one that does not compile.
type Compiled = HashMap<(String, bool), Option<regress::Regex>>;

/// The patterns of a program that runs no page.
#[derive(Debug, Default)]
pub struct RegExp {
    compiled: Mutex<Compiled>,
}

impl Patterns for RegExp {
    fn matches(&self, pattern: &str, any_case: bool, text: &str) -> Option<bool> {
        let mut compiled = self.compiled.lock().ok()?;
        if compiled.len() >= MOST {
            compiled.clear();
        }
        let regex = compiled
            .entry((pattern.into(), any_case))
            .or_insert_with(|| {
                regress::Regex::with_flags(pattern, if any_case { "i" } else { "" }).ok()
            });
        Some(
            regex
                .as_ref()
                .is_some_and(|regex| regex.find(text).is_some()),
        )
    }
}
