//! Chinese words as they are typed with Latin letters: `shouji` and `sj` for 手机.
//!
//! Every pair of characters and every tail of a run, without tones, and the first letters of each. A character has its
//! most frequent reading; the others are left out. They are terms like any other, so that a search finds them without
//! knowing of pinyin.

use pinyin::ToPinyin;

/// Characters of a tail at most.
const TAIL: usize = 4;

/// Syllables as they are typed: ü as v.
fn typed(syllables: &[&str]) -> String {
    syllables.concat().replace('ü', "v")
}

/// A whole text as it is spelt; none where a character of it is not Chinese.
pub fn spelt(text: &str) -> Option<String> {
    let syllables: Option<Vec<&str>> = text
        .chars()
        .map(|symbol| symbol.to_pinyin().map(|one| one.plain()))
        .collect();
    syllables.map(|syllables| typed(&syllables))
}

/// Calls `each` with the spellings of a title's Chinese words, repeats included.
pub fn spellings(title: &str, mut each: impl FnMut(&str)) {
    let mut run: Vec<&'static str> = Vec::new();
    let syllables = title
        .chars()
        .map(|symbol| symbol.to_pinyin().map(|one| one.plain()));
    for syllable in syllables.chain([None]) {
        if let Some(syllable) = syllable {
            run.push(syllable);
            continue;
        }
        for from in 0..run.len() {
            for length in [2, TAIL] {
                let word = &run[from..(from + length).min(run.len())];
                if word.len() < 2 && run.len() > 1 {
                    continue;
                }
                each(&typed(word));
                if word.len() > 1 {
                    let first: String = word.iter().filter_map(|one| one.chars().next()).collect();
                    each(&first);
                }
            }
        }
        run.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::{spellings, spelt};

    #[test]
    fn words_are_spelt_whole_and_by_initials() {
        let mut all = Vec::new();
        spellings("光环 14 手机壳", |word| all.push(word.to_owned()));
        for word in ["guanghuan", "gh", "shouji", "sj", "shoujike", "sjk", "jike"] {
            assert!(all.iter().any(|known| known == word), "{word}: {all:?}");
        }
        all.clear();
        spellings("女鞋 Red", |word| all.push(word.to_owned()));
        assert!(all.contains(&"nvxie".to_owned()), "{all:?}");
        assert_eq!(spelt("女鞋").as_deref(), Some("nvxie"));
        assert_eq!(spelt("5G手机"), None);
        all.clear();
        spellings("Red phone", |word| all.push(word.to_owned()));
        assert!(all.is_empty());
    }
}
