//! Why an item is on the list: codes for machines, one sentence for people, in Chinese and in English.
//!
//! A reason names the item whose row gave most to the score. What the sequence encoder gives comes of the whole session
//! and of no row: where nothing else leads to an item, the reason names the view it read last. Sentences hold `{}` where
//! the name of that item, category or brand goes; names are the page's to know.

use super::arrange::Placed;
use super::request::{Because, Code, Entry, Reason, Source};
use crate::lines::nth;
use crate::shop::Model;

/// Languages that [`sentence`] knows.
pub const LANGUAGES: [&str; 2] = ["en", "zh"];

/// Reasons given for one item.
pub(super) const MOST: usize = 3;

/// A reason must carry at least this share of the score to be given beside a stronger one.
const LEAST: f32 = 0.1;

/// Three lines for each code, in the order of [`Code`]: its name, and a sentence in each of [`LANGUAGES`]; of the codes that
/// name an item, with the sentence that does without.
const SENTENCES: &str = "\
viewed
Because you viewed {}|Because of what you viewed
因为您浏览过{}|根据您浏览过的商品
also_viewed
Often viewed together with {}|Often viewed together
看了{}的顾客还看了|看过同款的顾客还看了
bought
Because you bought {}|Because of what you bought
因为您购买过{}|根据您购买过的商品
goes_with
Often bought with {}|Often bought together
常与{}一起购买|常一起购买
similar
Similar to {}|Similar to what you viewed
与{}相似|与您浏览过的商品相似
category
You have been looking at {}
您最近关注{}
brand
From {}, a brand you look at
来自您关注的品牌{}
popular
Popular with other shoppers
大家都在买
search
Matches your search
符合您的搜索
recent
You viewed this recently
您最近浏览过
pinned
Chosen by the shop
店家推荐
discovery
Something new to discover
发现新鲜好物
again
You have bought this before
您曾经买过
boosted
Favoured by the shop
店家力荐
fits
Works with what you have
与您的设备配套";

impl Code {
    /// How many codes there are; they are numbered from 0.
    pub const COUNT: usize = Code::Fits as usize + 1;

    /// The name in the page's API.
    pub fn name(self) -> &'static str {
        nth(SENTENCES, 3 * self as usize)
    }
}

/// The name and the sentence of a reason code, the sentence in `LANGUAGES[language]`; the last code and English
/// beyond the end.
pub fn sentence(code: usize, language: usize) -> (&'static str, &'static str) {
    let first = 3 * code.min(Code::COUNT - 1);
    let language = if language < LANGUAGES.len() {
        language
    } else {
        0
    };
    (nth(SENTENCES, first), nth(SENTENCES, first + 1 + language))
}

/// The item whose row gave most to a source, and how it comes to be one.
fn cause(entry: &Entry, source: Source) -> Option<(Code, u32)> {
    let (mut most, mut cause) = (0.0, None);
    for one in &entry.causes {
        let of = match one.code {
            Code::Similar => Source::Content,
            Code::Bought | Code::GoesWith => Source::Complement,
            _ => Source::Sequence,
        };
        if of == source && one.given > most {
            (most, cause) = (one.given, Some((one.code, one.item)));
        }
    }
    cause
}

/// Gives an entry its reasons. `newest` is the item last viewed, which is the cause where nothing but the encoder leads
/// to an entry; `lean` is how much of the affinity is the category's and how much the brand's, `own` why an item of the
/// shopper's own stands there.
pub(super) fn give(
    model: &Model,
    entry: &mut Entry,
    newest: Option<(Code, u32)>,
    lean: (f32, f32),
    own: Code,
) {
    let code = match entry.placed {
        Placed::Ranked => None,
        Placed::Pinned => Some(Code::Pinned),
        Placed::Discovered { .. } => Some(Code::Discovery),
    };
    if let Some(code) = code {
        entry.reasons.push(Reason {
            code,
            because: Because::Nothing,
            share: 0.0,
        });
        return;
    }
    let causes = [
        cause(entry, Source::Sequence).or(newest),
        cause(entry, Source::Complement),
        cause(entry, Source::Content),
    ];
    let mut add = |source: Source, code, because| {
        let share = entry.contributions[source as usize] / entry.score;
        if share > 0.0 {
            let at = entry.reasons.partition_point(|known| known.share >= share);
            let reason = Reason {
                code,
                because,
                share,
            };
            entry.reasons.insert(at, reason);
        }
    };
    let sources = [Source::Sequence, Source::Complement, Source::Content];
    for (&source, &cause) in sources.iter().zip(&causes) {
        if let Some((code, item)) = cause {
            add(source, code, Because::Item(item));
        }
    }
    match (model.category(entry.item), model.brand(entry.item)) {
        (_, Some(brand)) if lean.1 > lean.0 => {
            add(Source::Affinity, Code::Brand, Because::Brand(brand))
        }
        (Some(category), _) => add(
            Source::Affinity,
            Code::Category,
            Because::Category(category),
        ),
        _ => {}
    }
    add(Source::Popularity, Code::Popular, Because::Nothing);
    add(Source::Search, Code::Search, Because::Nothing);
    add(Source::Recent, own, Because::Nothing);
    entry.reasons.truncate(MOST);
    let weak = entry
        .reasons
        .iter()
        .skip(1)
        .filter(|reason| reason.share < LEAST)
        .count();
    entry.reasons.truncate(entry.reasons.len() - weak);
    if entry.reasons.is_empty() {
        // An item that nobody has touched yet, filling a list.
        entry.reasons.push(Reason {
            code: Code::Popular,
            because: Because::Nothing,
            share: 0.0,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_sentence_in_both_languages() {
        assert_eq!(Code::Viewed.name(), "viewed");
        assert_eq!(Code::Again.name(), "again");
        assert_eq!(Code::Boosted.name(), "boosted");
        assert_eq!(Code::Fits.name(), "fits");
        assert_eq!(SENTENCES.lines().count(), 3 * Code::COUNT);
        for code in 0..Code::COUNT {
            let (name, english) = sentence(code, 0);
            let (_, chinese) = sentence(code, 1);
            assert!(!name.is_empty() && english.is_ascii() && !chinese.is_ascii());
            assert_eq!(english.matches("{}").count(), chinese.matches("{}").count());
            let about_items = code <= Code::Similar as usize;
            for sentence in [english, chinese] {
                let nameless = sentence.split_once('|').map(|(_, nameless)| nameless);
                assert_eq!(nameless.is_some(), about_items);
                assert!(nameless.is_none_or(|text| !text.is_empty() && !text.contains("{}")));
            }
        }
    }
}
