//! `enquire`: what a shopper typed in public → the catalogue's words and the product it is about. The text goes no further.

use super::{Engine, ask};
use crate::shop::{Model, terms};
use crate::shopper::profile::edit::Edit;
use crate::shopper::profile::enquiries::{Enquiry, LONGEST, MOST_WORDS};
use crate::shopper::profile::sought;
use crate::value::Value;

/// A word of more than this part of the goods says nothing.
const COMMON: usize = 3;
/// Words of no meaning of their own, which titles may have.
const STOP: [&str; 22] = [
    "a", "an", "and", "are", "at", "by", "can", "does", "for", "from", "how", "in", "is", "it",
    "of", "on", "the", "this", "to", "what", "with", "you",
];
/// Characters of a Chinese run.
const RUN: usize = 12;
/// Letters from which on a Latin word may be of a title alone.
const LONG: usize = 5;
/// Bytes of a text that are looked at.
const TEXT: usize = 2_000;
/// Bytes of a product's key, as in events.
const MOST_BYTES: usize = 256;
/// Products that an enquiry may be about.
const MOST_ITEMS: usize = 100;

impl Engine {
    pub(super) fn enquire(&mut self, request: &Value, now: i64) -> Value {
        if !self.purposes.personalisation {
            return ask::refused("no_consent");
        }
        let words = self
            .model
            .as_ref()
            .map_or(Vec::new(), |model| words(request.text_of("text"), model));
        let mut enquiry = Enquiry {
            item: request.text_of("item").into(),
            remark: request.text_of("kind") == "comment",
            ..Enquiry::default()
        };
        if enquiry.item.len() > MOST_BYTES {
            return ask::refused("too_long:item");
        }
        for word in words.iter().take(MOST_WORDS) {
            if enquiry.words.len() + word.len() < LONGEST {
                if !enquiry.words.is_empty() {
                    enquiry.words.push(' ');
                }
                enquiry.words.push_str(word);
            }
        }
        if let Some(model) = &self.model {
            if enquiry.item.is_empty() {
                let among = request.get("items").map_or(&[][..], Value::elements);
                let among = among.iter().filter_map(Value::text).take(MOST_ITEMS);
                enquiry.item = meant(&words, among, model).unwrap_or_default().into();
            }
            let item = model.find(&enquiry.item);
            let category = item.and_then(|item| model.category(item));
            let category = category.or_else(|| sought(&enquiry.words, model));
            enquiry.category = category.map_or(String::new(), |one| model.category_path(one));
        }
        if !enquiry.item.is_empty() || !enquiry.words.is_empty() {
            self.edit(&Edit::Enquiry(enquiry.clone()), now);
        }
        let some = |text: String| match text.is_empty() {
            true => Value::Null,
            false => text.into(),
        };
        let words = enquiry.words.split(' ').filter(|word| !word.is_empty());
        Value::map([
            ("ok", true.into()),
            ("words", Value::List(words.map(Value::from).collect())),
            ("item", some(enquiry.item)),
            ("category", some(enquiry.category)),
        ])
    }
}

/// Whether a term is a word of the catalogue rather than how one is typed: the index also holds Chinese words in Latin
/// letters, whole and by initials, which names of people are spelt like. A Latin word counts where a category, brand or
/// attribute has it, or where it is long and cannot be read as such syllables.
fn is_word(term: &str, model: &Model) -> bool {
    if !term.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return true;
    }
    term.len() >= LONG && !is_syllables(term) || names(term, model)
}

/// Whether a category, a brand or an attribute has a word, in singular or plural.
fn names(word: &str, model: &Model) -> bool {
    let single = |word: &str| word.strip_suffix('s').unwrap_or(word).len();
    let has = |text: &str| {
        let mut found = false;
        terms::tokens(text, |term| {
            found |= term[..single(term)] == word[..single(word)];
        });
        found
    };
    let mut categories = 0..model.categories() as u16;
    let mut brands = 0..model.brands() as u16;
    categories.any(|one| has(&model.category_path(one)))
        || brands.any(|one| has(model.brand_name(one)))
        || model.find_terms("", true).any(|term| {
            let term = model.term(term);
            term.contains('=') && has(term)
        })
}

/// Whether a word can be cut into syllables of Chinese; more are taken for one than there are.
fn is_syllables(word: &str) -> bool {
    let initial = ["zh", "ch", "sh", ""];
    let finals = [
        "", "i", "n", "ng", "o", "r", "a", "e", "u", "an", "ang", "en", "ong", "ao", "ai",
    ];
    // Which beginnings of the word are whole syllables.
    let mut ends = vec![false; word.len() + 1];
    ends[0] = true;
    for from in 0..word.len() {
        if !ends[from] {
            continue;
        }
        let rest = &word[from..];
        let digraph = initial.iter().find(|one| rest.starts_with(**one));
        let consonant = digraph.map_or(0, |one| one.len());
        let vowel = |byte: u8| b"aeiouv".contains(&byte);
        let begins = match consonant {
            0 => usize::from(!rest.bytes().next().is_some_and(vowel)),
            two => two,
        };
        let tail = &rest[begins.min(rest.len())..];
        if !tail.bytes().next().is_some_and(vowel) {
            continue;
        }
        for one in finals {
            if tail[1..].starts_with(one) {
                ends[from + begins + 1 + one.len()] = true;
            }
        }
    }
    ends[word.len()]
}

/// The words of a text that the catalogue has, each once, the rarest first. Pairs of ideographs that follow one another
/// are joined.
fn words(text: &str, model: &Model) -> Vec<String> {
    let text = &text[..text.floor_char_boundary(TEXT)];
    let most = (model.items() / COMMON).max(1);
    let mut found: Vec<(usize, String)> = Vec::new();
    // Whether the term before was found, so that a pair may go on from it.
    let mut joins = false;
    terms::tokens(text, |term| {
        let pair = term.chars().nth(1).is_some() && !term.is_ascii();
        let count = match STOP.contains(&term) {
            true => 0,
            false => carried(term, model).len(),
        };
        let known = (1..=most).contains(&count) && is_word(term, model);
        if known {
            match found.last_mut() {
                Some((least, run)) if joins && pair && follows(run, term) => {
                    run.extend(term.chars().nth(1));
                    *least = (*least).min(count);
                }
                _ => found.push((count, term.into())),
            }
        }
        joins = known && pair;
    });
    let mut words: Vec<String> = Vec::new();
    found.sort_by_key(|(count, _)| *count);
    for (_, word) in found {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// Whether a pair begins with what a run ends with.
fn follows(run: &str, pair: &str) -> bool {
    run.chars().count() < RUN && run.chars().next_back() == pair.chars().next()
}

/// The items whose title has a word, or the singular of it.
fn carried(word: &str, model: &Model) -> Vec<u32> {
    let mut items = Vec::new();
    for form in [word, word.strip_suffix('s').unwrap_or(word)] {
        for term in model.find_terms(form, false) {
            model.term_items(term, |item| items.push(item));
        }
        if !items.is_empty() {
            break;
        }
    }
    items
}

/// Of some products the one that has most of the words, rarer ones counting for more; none where two have as much.
fn meant<'a>(
    words: &[String],
    among: impl Iterator<Item = &'a str>,
    model: &Model,
) -> Option<&'a str> {
    let mut scores: Vec<(&str, u32, f64)> = among
        .filter_map(|key| Some((key, model.leader(model.find(key)?), 0.0)))
        .collect();
    for word in words {
        let mut items = Vec::new();
        terms::tokens(word, |term| items.extend(carried(term, model)));
        let weight = 1.0 / (1.0 + items.len() as f64);
        for (_, leader, score) in &mut scores {
            if items.iter().any(|item| model.leader(*item) == *leader) {
                *score += weight;
            }
        }
    }
    let best = scores.iter().max_by(|a, b| a.2.total_cmp(&b.2))?;
    let alone = scores.iter().filter(|one| one.2 >= best.2).count() == 1;
    (alone && best.2 > 0.0).then_some(best.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::tests::toy;

    #[test]
    fn only_words_of_the_catalogue_are_found() {
        let model = toy().open();
        assert_eq!(
            words(
                "Hi, I am Anna: is the 5G one better than apples? anna@example.com",
                &model
            ),
            ["apple", "5g"].map(|word| if word == "apple" { "apples" } else { word })
        );
        assert_eq!(words("我叫李娜，这个5G手机好吗", &model), ["5g"]);
        assert!(words("what is it", &model).is_empty());
    }

    #[test]
    fn words_that_a_name_may_be_spelt_like_are_left_out() {
        for name in [
            "lina", "wangfang", "zhangwei", "xiaoming", "chunhua", "liqiang", "yuer",
        ] {
            assert!(is_syllables(name), "{name}");
        }
        for word in ["battery", "phone", "screen", "watch", "strap", "wireless"] {
            assert!(!is_syllables(word), "{word}");
        }
        let model = toy().open();
        // In the toy shop "5g" is a term, "phones" a category, "nova" a brand and "red" an attribute.
        for word in ["5g", "phone", "nova", "red", "手机"] {
            assert!(is_word(word, &model), "{word}");
        }
        for word in ["my", "sj", "shouji"] {
            assert!(!is_word(word, &model), "{word}");
        }
    }

    #[test]
    fn a_question_without_a_product_may_mean_one_of_the_room() {
        let model = toy().open();
        let found = words("is the apple fresh", &model);
        let room = ["apple", "phone-a"];
        assert_eq!(meant(&found, room.into_iter(), &model), Some("apple"));
        let found = words("5g", &model);
        assert_eq!(
            meant(&found, ["phone-a", "phone-b"].into_iter(), &model),
            None
        );
        assert_eq!(meant(&[], room.into_iter(), &model), None);
    }
}
