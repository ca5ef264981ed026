//! The word of the shop that a misspelt one stands for.
//!
//! Optimal string alignment distance (Damerau, CACM 1964): one letter too many, too few, another, or two that changed
//! places, once in a word of four to seven letters and twice in a longer one. Of words as near, the one that most
//! products have. It corrects only what the shop does not have, and no numbers: `14` is not a misspelt `13`. Who misspells
//! a short word seldom gets another first letter (Yannakoudakis and Fawthrop 1983), so `nike` is no misspelt `bike`.

use crate::shop::Model;

const SHORTEST: usize = 4;
const LONG: usize = 8;
const LONGEST: usize = 24;
/// Letters that a plural adds: one misspelt word stands for the plural, too.
const PLURAL: usize = 2;

/// The number of the term.
pub(super) fn nearest(model: &Model, word: &str) -> Option<usize> {
    let letters = word.as_bytes();
    let plain = |word: &[u8]| word.iter().all(u8::is_ascii_lowercase);
    if !(SHORTEST..=LONGEST).contains(&letters.len()) || !plain(letters) {
        return None;
    }
    let most = if letters.len() < LONG { 1 } else { 2 };
    let set = |word: &[u8]| {
        word.iter()
            .fold(0u32, |set, letter| set | 1 << (letter & 31))
    };
    let own = set(letters);
    let mut best: Option<(usize, usize, usize)> = None;
    for term in model.find_terms("", true) {
        let other = model.term(term).as_bytes();
        if other.len().abs_diff(letters.len()) > most + PLURAL
            || !plain(other)
            || (set(other) ^ own).count_ones() as usize > 2 * most + PLURAL
        {
            continue;
        }
        // Its first letter, unless that was left out, came too early or is one too many.
        let begins = other.first() == letters.first()
            || other.get(1) == letters.first()
            || letters.get(1) == other.first();
        if letters.len() < LONG && !begins {
            continue;
        }
        let singular = other.strip_suffix(b"s").unwrap_or(other);
        // Watches are of a watch, machines of no machin.
        let shorter = other
            .strip_suffix(b"es")
            .filter(|stem| stem.ends_with(b"h") || matches!(stem.last(), Some(b's' | b'x' | b'z')));
        let shorter = shorter.unwrap_or(other);
        let forms = [other, singular, shorter].into_iter();
        let forms = forms.filter(|form| form.len().abs_diff(letters.len()) <= most);
        // Of the singular and the plural the one that was meant: a letter of an ending counts less than any other.
        let apart = forms.map(|form| 4 * distance(letters, form) + other.len() - form.len());
        let Some(apart) = apart.min().filter(|apart| *apart < 4 * (most + 1)) else {
            continue;
        };
        let rarity = usize::MAX - model.term_items(term, |_| ());
        if best.is_none_or(|best| (apart, rarity) < (best.0, best.1)) {
            best = Some((apart, rarity, term));
        }
    }
    best.map(|best| best.2)
}

fn distance(one: &[u8], other: &[u8]) -> usize {
    let mut rows = [[0usize; LONGEST + 4]; 3];
    for (n, cell) in rows[1].iter_mut().enumerate() {
        *cell = n;
    }
    for (i, a) in one.iter().enumerate() {
        // Two rows up, one up, and this one.
        rows[2] = [0; LONGEST + 4];
        rows[2][0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let mut cost = rows[1][j] + usize::from(a != b);
            cost = cost.min(rows[1][j + 1] + 1).min(rows[2][j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                cost = cost.min(rows[0][j - 1] + 1);
            }
            rows[2][j + 1] = cost;
        }
        rows.rotate_left(1);
    }
    rows[1][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::tests::toy;

    #[test]
    fn distances_by_hand() {
        for (one, other, apart) in [
            ("coffe", "coffee", 1),
            ("mashine", "machine", 1),
            ("pohne", "phone", 1),
            ("earbud", "earbuds", 1),
            ("keyborad", "keyboard", 1),
            ("kettle", "kettle", 0),
            ("headfones", "headphones", 2),
            ("ab", "cd", 2),
        ] {
            assert_eq!(distance(one.as_bytes(), other.as_bytes()), apart, "{one}");
            assert_eq!(distance(other.as_bytes(), one.as_bytes()), apart, "{other}");
        }
    }

    #[test]
    fn only_what_the_shop_does_not_have_is_corrected() {
        let mut shop = toy();
        shop.terms = vec![
            ("coffee", vec![0, 1, 2]),
            ("toffee", vec![0]),
            ("machine", vec![1]),
            ("machines", vec![0, 1]),
            ("kettles", vec![0]),
            ("color=cofee", vec![0]),
        ];
        let model = shop.open();
        let corrected = |word| nearest(&model, word).map(|term| model.term(term).to_owned());
        assert_eq!(corrected("coffe").as_deref(), Some("coffee"));
        assert_eq!(
            corrected("offee").as_deref(),
            Some("coffee"),
            "more have it"
        );
        assert_eq!(corrected("mahcine").as_deref(), Some("machine"));
        assert_eq!(corrected("kettl").as_deref(), Some("kettles"));
        assert_eq!(corrected("mchin"), None);
        assert_eq!(
            corrected("boffee"),
            None,
            "a brand that the shop does not have"
        );
        assert_eq!(corrected("手机"), None);
        assert_eq!(corrected("1234"), None);
    }
}
