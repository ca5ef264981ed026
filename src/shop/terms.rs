//! Words: how titles and searches are cut into terms, in Chinese and in English.
//!
//! Latin letters and digits form words, lower-cased; Chinese, Japanese and Korean characters form overlapping pairs,
//! and a lone one stands for itself. The trainer and the page call the same function, so a search finds what the
//! index holds. No stemming, no stop words, no dictionary: the index weighs terms by how rare they are. Case is
//! folded for ASCII, Latin-1, Greek and Cyrillic only, since Unicode's tables would cost the page more than they give.

use crate::lines::join;

/// The longest term in bytes; longer words are cut there.
pub const MAX_TERM: usize = 48;

/// The name of the attribute that says what a product is, in a word: `=phone`. No feed has a column without a name.
pub const HEAD: &str = "";

enum Class {
    Word(char),
    Ideograph,
    Gap,
}

fn class(symbol: char) -> Class {
    let fold = |by: i32| char::from_u32((symbol as i32 + by) as u32).unwrap_or(symbol);
    match symbol {
        '0'..='9' | 'a'..='z' => Class::Word(symbol),
        'A'..='Z' => Class::Word(fold(32)),
        // Full-width forms, as Chinese input methods write them.
        '\u{ff10}'..='\u{ff19}' | '\u{ff41}'..='\u{ff5a}' => Class::Word(fold(-0xfee0)),
        '\u{ff21}'..='\u{ff3a}' => Class::Word(fold(32 - 0xfee0)),
        '×' | '÷' => Class::Gap,
        '\u{c0}'..='\u{de}' | 'Α'..='Ω' | 'А'..='Я' => Class::Word(fold(32)),
        '\u{df}'..='\u{24f}' | '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{52f}' => Class::Word(symbol),
        '\u{3041}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' => Class::Ideograph,
        _ => Class::Gap,
    }
}

/// Whether a character is one of Chinese, Japanese or Korean writing.
pub fn is_ideograph(symbol: char) -> bool {
    matches!(class(symbol), Class::Ideograph)
}

/// Calls `each` with the terms of a text, in order, repeats included.
pub fn tokens(text: &str, mut each: impl FnMut(&str)) {
    let mut word = String::new();
    // The ideograph before, and whether it already stands in a pair.
    let mut before: Option<(char, bool)> = None;
    let mut pair = String::new();
    for symbol in join(text, "\0").chars() {
        let class = class(symbol);
        if !matches!(class, Class::Word(_)) && !word.is_empty() {
            each(&word);
            word.clear();
        }
        if !matches!(class, Class::Ideograph)
            && let Some((alone, false)) = before.take()
        {
            pair.clear();
            pair.push(alone);
            each(&pair);
        }
        match class {
            Class::Word(letter) if word.len() + letter.len_utf8() <= MAX_TERM => word.push(letter),
            Class::Ideograph => {
                if let Some((first, _)) = before {
                    pair.clear();
                    pair.push(first);
                    pair.push(symbol);
                    each(&pair);
                }
                before = Some((symbol, before.is_some()));
            }
            _ => {}
        }
    }
}

/// The term that stands for an attribute: `name=value`, lower-cased as words are, spaces inside kept single.
pub fn attribute(name: &str, value: &str) -> String {
    let mut term = String::new();
    fold(name, &mut term);
    term.push('=');
    fold(value, &mut term);
    term.truncate(term.floor_char_boundary(MAX_TERM));
    term
}

fn fold(text: &str, out: &mut String) {
    let start = out.len();
    for symbol in text.chars() {
        match class(symbol) {
            Class::Word(letter) => out.push(letter),
            Class::Ideograph => out.push(symbol),
            Class::Gap if symbol.is_ascii_punctuation() && symbol != '=' => out.push(symbol),
            Class::Gap if out.len() > start && !out.ends_with(' ') => out.push(' '),
            Class::Gap => {}
        }
    }
    if out.len() > start && out.ends_with(' ') {
        out.truncate(out.len() - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(text: &str) -> Vec<String> {
        let mut terms = Vec::new();
        tokens(text, |term| terms.push(term.to_owned()));
        terms
    }

    #[test]
    fn cuts_english_and_chinese() {
        assert_eq!(
            cut("Running Shoes, size 42"),
            ["running", "shoes", "size", "42"]
        );
        assert_eq!(cut("女士跑步鞋"), ["女士", "士跑", "跑步", "步鞋"]);
        assert_eq!(cut("5G手机 256GB 红"), ["5g", "手机", "256gb", "红"]);
        assert_eq!(cut("鞋"), ["鞋"]);
        assert_eq!(cut("Ｐｒｏ２ Café CRÈME"), ["pro2", "café", "crème"]);
        assert_eq!(cut(" -- "), Vec::<String>::new());
    }

    #[test]
    fn attributes_are_one_term() {
        assert_eq!(attribute("Color", " Deep  Red "), "color=deep red");
        assert_eq!(attribute("颜色", "红"), "颜色=红");
        assert_eq!(attribute("a=b", "c=d"), "a b=c d");
    }

    proptest! {
        #[test]
        fn terms_are_short_and_stable(text: String) {
            for term in cut(&text) {
                prop_assert!(!term.is_empty() && term.len() <= MAX_TERM);
                if term.chars().count() > 0 && !term.contains(char::is_whitespace) {
                    prop_assert_eq!(cut(&term), vec![term]);
                }
            }
            prop_assert!(attribute(&text, &text).len() <= MAX_TERM);
        }
    }
}
