//! Public questions and remarks of the shopper, as in a live room: products, and words of the catalogue.
//!
//! Never the text itself: of what was typed only those words are kept that titles of the shop's own goods have, the
//! rarest first, so that they neither name anybody nor can be read as the sentence they came from. Whoever helps the
//! shopper next knows what the question was about, and need not ask again.

use super::erased::What;
use crate::codec::{Reader, put_text, put_uint};
use crate::value::Value;

pub(super) const VERSION: u8 = 1;

/// Enquiries kept; the oldest makes room.
const MOST: usize = 20;
/// How long one is kept, and how long its product counts as looked at.
const KEPT_MS: i64 = 90 * 86_400_000;
const FRESH_MS: i64 = 14 * 86_400_000;

/// Words of one enquiry.
pub const MOST_WORDS: usize = 8;
/// Bytes of its words together.
pub const LONGEST: usize = 200;

/// A public question or remark, without its text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Enquiry {
    /// Key of a product; empty where it was about none.
    pub item: String,
    /// Words of the catalogue, separated by spaces, the rarest first.
    pub words: String,
    /// Path of the category that it was about; empty where that is not clear.
    pub category: String,
    /// A remark rather than a question.
    pub remark: bool,
}

/// Enquiries with their times, newest last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Enquiries(Vec<(i64, Enquiry)>);

impl Enquiries {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn add(&mut self, enquiry: &Enquiry, time: i64) {
        self.0.retain(|(at, _)| time - at < KEPT_MS);
        let at = self.0.partition_point(|(known, _)| *known <= time);
        self.0.insert(at, (time, enquiry.clone()));
        if self.0.len() > MOST {
            self.0.remove(0);
        }
    }

    /// Products that were asked about of late, each once, the newest last.
    pub fn items(&self, now: i64) -> Vec<&str> {
        let mut items: Vec<&str> = Vec::new();
        for (at, enquiry) in &self.0 {
            if now - at < FRESH_MS && !enquiry.item.is_empty() {
                items.retain(|known| *known != enquiry.item);
                items.push(&enquiry.item);
            }
        }
        items
    }

    pub(super) fn erase(&mut self, what: What, name: &str) {
        self.0.retain(|(_, enquiry)| match what {
            What::Item => enquiry.item != name,
            What::Category => enquiry.category != name,
            // Words are looked for as searches are.
            What::Search => enquiry.words != name,
            _ => true,
        });
    }

    /// Newest first.
    pub fn answer(&self, now: i64) -> Value {
        let some = |text: &str| match text.is_empty() {
            true => Value::Null,
            false => text.into(),
        };
        let fresh = self.0.iter().rev().filter(|(at, _)| now - at < KEPT_MS);
        let one = |(at, enquiry): &(i64, Enquiry)| {
            let kind = if enquiry.remark {
                "comment"
            } else {
                "question"
            };
            let words = enquiry.words.split(' ').filter(|word| !word.is_empty());
            Value::map([
                ("kind", kind.into()),
                ("item", some(&enquiry.item)),
                ("words", Value::List(words.map(Value::from).collect())),
                ("category", some(&enquiry.category)),
                ("time", (*at).into()),
            ])
        };
        Value::List(fresh.map(one).collect())
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put_uint(out, self.0.len() as u64);
        for (at, enquiry) in &self.0 {
            put_uint(out, *at as u64);
            for text in [&enquiry.item, &enquiry.words, &enquiry.category] {
                put_text(out, text);
            }
            put_uint(out, enquiry.remark.into());
        }
    }

    pub(super) fn decode(&mut self, version: u8, reader: &mut Reader) -> bool {
        if version != VERSION {
            return false;
        }
        for _ in 0..reader.count(5, MOST) {
            let at = reader.uint() as i64;
            let enquiry = Enquiry {
                item: reader.text().into(),
                words: reader.text().into(),
                category: reader.text().into(),
                remark: reader.uint() != 0,
            };
            self.0.push((at, enquiry));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn about(item: &str, words: &str) -> Enquiry {
        Enquiry {
            item: item.into(),
            words: words.into(),
            category: "Phones".into(),
            remark: false,
        }
    }

    #[test]
    fn the_newest_comes_first_and_the_old_ones_go() {
        let mut enquiries = Enquiries::default();
        enquiries.add(&about("tv", "4k"), 0);
        enquiries.add(&about("phone", "5g battery"), KEPT_MS);
        enquiries.add(&about("phone", "case"), KEPT_MS - 5);
        assert_eq!(enquiries.items(KEPT_MS), ["phone"]);
        let answer = enquiries.answer(KEPT_MS + 1).to_json();
        assert!(
            answer.starts_with(r#"[{"kind":"question","item":"phone","words":["5g","battery"]"#),
            "{answer}"
        );
        assert!(!answer.contains("4k"));
        assert!(enquiries.items(KEPT_MS + FRESH_MS).is_empty());
        enquiries.erase(What::Item, "phone");
        assert!(enquiries.is_empty());
    }

    proptest! {
        #[test]
        fn enquiries_come_back_from_storage(all in prop::collection::vec((0i64..9_000_000, "[a-z]{0,8}", "[a-z ]{0,20}", any::<bool>()), 0..40)) {
            let mut enquiries = Enquiries::default();
            for (time, item, words, remark) in all {
                enquiries.add(&Enquiry { remark, ..about(&item, &words) }, time);
            }
            let mut bytes = Vec::new();
            enquiries.encode(&mut bytes);
            let reader = &mut Reader::new(&bytes);
            let mut back = Enquiries::default();
            prop_assert!(back.decode(VERSION, reader) && reader.ends());
            prop_assert_eq!(back, enquiries);
        }
    }
}
