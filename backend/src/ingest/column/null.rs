//! Null markers of databases, data frames and spreadsheets.

use super::Look;

const WORDS: [&str; 33] = [
    "\\N",
    "NULL",
    "null",
    "Null",
    "(null)",
    "<null>",
    "[null]",
    "NA",
    "N/A",
    "n/a",
    "#N/A",
    "<NA>",
    "NaN",
    "nan",
    "NAN",
    "-nan",
    "NaT",
    "None",
    "none",
    "NONE",
    "nil",
    "undefined",
    "(not set)",
    "(none)",
    "#REF!",
    "#VALUE!",
    "#NULL!",
    "#DIV/0!",
    "#NAME?",
    "-",
    "--",
    "inf",
    "-inf",
];
/// The same where shoppers and sessions are named: those who did not say who they are.
const NOBODY: [&str; 12] = [
    "guest",
    "Guest",
    "GUEST",
    "anonymous",
    "Anonymous",
    "unknown",
    "Unknown",
    "-1",
    "游客",
    "匿名",
    "[object Object]",
    "00000000-0000-0000-0000-000000000000",
];
/// The same where times are.
const NEVER: [&str; 4] = [
    "0000-00-00 00:00:00",
    "0000-00-00",
    "0000-00-00T00:00:00Z",
    "0001-01-01T00:00:00Z",
];
const LONGEST: usize = 36;

/// Whether a text says that there is no value.
pub(in crate::ingest) fn is_word(text: &str, look: Look) -> bool {
    if text.len() > LONGEST {
        return false;
    }
    WORDS.contains(&text)
        || look == Look::Person && NOBODY.contains(&text)
        || look == Look::Key && text == "[object Object]"
        || look == Look::Time && NEVER.contains(&text)
}
