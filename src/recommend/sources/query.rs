//! Search query: words to look for, and bounds on the price.
//!
//! A number with a word of price beside it is a bound (`under 500`, `500以下`), a word of price alone a wish (`cheap`,
//! `便宜`). It knows no grammar: what is no price is a word, and what no product has finds nothing.

use crate::lines::parts;
use crate::shop::terms;

/// The most words that are looked for.
const MOST: usize = 16;

/// A line each: words before or after a number that make it the most, or the least, and words for what costs little.
const PRICES: &str = "\
 under below within max less 以下 以内 之内 低于 不到 
 over above min more 以上 高于 
 cheap cheapest affordable budget inexpensive 便宜 实惠 低价 平价 ";
/// Words that say nothing beside a number of a price.
const FILLERS: &str = " than to rmb cny yuan 元以 块以 元 块 ";

#[derive(Debug, PartialEq)]
pub(super) struct Query {
    pub words: Vec<String>,
    /// What may be paid.
    pub least: f32,
    pub most: f32,
    /// Whether something cheap is wanted.
    pub cheap: bool,
}

/// Whether a line of words, with a space on either side of each, has a word.
fn has(line: &str, word: &str) -> bool {
    parts(line, b' ').any(|known| known == word)
}

pub(super) fn read(text: &str) -> Query {
    let mut words: Vec<String> = Vec::new();
    terms::tokens(text, |word| words.push(word.into()));
    let mut query = Query {
        words: Vec::new(),
        least: 0.0,
        most: f32::INFINITY,
        cheap: false,
    };
    let mut kinds = parts(PRICES, b'\n');
    let kinds = [(); 3].map(|()| kinds.next().unwrap_or_default());
    let number = |word: &String| {
        let digits = word.bytes().all(|byte| byte.is_ascii_digit());
        crate::decimal::parse(word).filter(|_| digits)
    };
    // What a word is beside a number: within two words on either side.
    let beside = |n: usize, line: &str| {
        let near = n.saturating_sub(2)..(n + 3).min(words.len());
        let mut between = near.clone().filter(|at| has(line, &words[*at]));
        between.next().is_some()
    };
    let mut bound = false;
    for (n, word) in words.iter().enumerate() {
        if let Some(amount) = number(word) {
            if beside(n, kinds[0]) {
                (query.most, bound) = (amount as f32, true);
            } else if beside(n, kinds[1]) {
                (query.least, bound) = (amount as f32, true);
            }
        }
    }
    for word in &words {
        let priced = bound
            && (number(word)
                .is_some_and(|amount| [query.least, query.most].contains(&(amount as f32)))
                || [kinds[0], kinds[1], FILLERS]
                    .iter()
                    .any(|line| has(line, word)));
        if has(kinds[2], word) {
            query.cheap = true;
        } else if !priced && !query.words.contains(word) && query.words.len() < MOST {
            query.words.push(word.clone());
        }
    }
    query
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prices_are_told_from_words() {
        for (text, words, least, most, cheap) in [
            ("Cheap phone", "phone", 0.0, f32::INFINITY, true),
            ("headphones under 500", "headphones", 0.0, 500.0, false),
            ("less than 99 yuan kettle", "kettle", 0.0, 99.0, false),
            ("500以下 耳机", "耳机", 0.0, 500.0, false),
            ("500元以下的耳机", "下的 的耳 耳机", 0.0, 500.0, false),
            ("便宜 手机", "手机", 0.0, f32::INFINITY, true),
            ("laptop over 3000", "laptop", 3000.0, f32::INFINITY, false),
            ("halo 14", "halo 14", 0.0, f32::INFINITY, false),
            ("under armour", "under armour", 0.0, f32::INFINITY, false),
            ("", "", 0.0, f32::INFINITY, false),
        ] {
            let found = read(text);
            let expected = (words.to_owned(), least, most, cheap);
            let found = (found.words.join(" "), found.least, found.most, found.cheap);
            assert_eq!(found, expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text: String) {
            let query = read(&text);
            prop_assert!(query.words.len() <= MOST && query.least >= 0.0 && query.most >= 0.0);
        }
    }
}
