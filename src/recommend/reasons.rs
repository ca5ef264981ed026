//! Why an item is on the list: codes for machines, one sentence for people, in Chinese and in English.
//!
//! The first reason is the one that decides: it is left out in thought, and the item that falls furthest for want of it
//! names it; where no one view decides, several of its category may. What the sequence encoder gives comes of the whole session and of no row: where nothing else leads to an
//! item, the reason names the view it read last. Sentences hold `{}` where the name of that item, category or brand goes;
//! names are the page's to know.

use super::answer::{Because, Cause, Code, Entry, Placed, Reason, Source};
use super::call::Call;
use crate::lines::nth;

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
与您的设备配套
fits_viewed
Works with what you viewed
与您看过的设备配套
new
New in {}
{}新品";

impl Code {
    /// How many codes there are; they are numbered from 0.
    pub const COUNT: usize = Code::New as usize + 1;

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

/// The source that a cause is a part of.
fn of(one: &Cause) -> Source {
    match one.code {
        Code::Similar => Source::Content,
        Code::Bought | Code::GoesWith => Source::Complement,
        _ => Source::Sequence,
    }
}

/// What may be a reason: what it points at, and how much of an entry's score rests on it.
struct Part {
    reason: Reason,
    given: f32,
    /// How many entries would come before this one without it, beyond those that do.
    moves: usize,
}

/// Gives entries their reasons, the one that decides first: without it the entry would fall behind most others. Of
/// reasons that decide alike, or where none does, it is the one that most of the score rests on. `newest` is the item
/// last viewed, which is the cause where nothing but the encoder leads to an entry, `own` why an item of the shopper's
/// own stands there. What stands lower has its places to fall, too, if the last entries are not on the list.
pub(super) fn give(
    call: &Call,
    entries: &mut [Entry],
    newest: Option<(Code, u32)>,
    own: impl Fn(u32) -> Code,
) {
    let mut all: Vec<Vec<Part>> = Vec::with_capacity(entries.len());
    for entry in entries.iter() {
        all.push(parts(call, entry, newest, own(entry.item)));
    }
    for (n, entry) in entries.iter_mut().enumerate() {
        let code = match entry.placed {
            Placed::Ranked => None,
            Placed::Pinned => Some(Code::Pinned),
            Placed::Discovered { .. } => Some(Code::Discovery),
        };
        if let Some(code) = code {
            entry.reasons.push(bare(code));
            continue;
        }
        for at in 0..all[n].len() {
            let Reason { because, code, .. } = all[n][at].reason;
            all[n][at].moves = falls(&all, n, |part| {
                part.because == because && (because != Because::Nothing || part.code == code)
            });
        }
        let most = all[n].iter().map(|part| part.moves).max().unwrap_or(0);
        // Where no one view decides, several of its category may.
        let category = call.model.category(entry.item);
        let is_own = |item| category.is_some() && call.model.category(item) == category;
        let view = |part: &Reason| matches!(part.because, Because::Item(item) if is_own(item));
        let parts = &all[n];
        let several = parts.iter().filter(|part| view(&part.reason)).nth(1);
        let of_category = |part: &Reason| {
            view(part) || matches!(part.because, Because::Category(own) if Some(own) == category)
        };
        let whole = most == 0 && several.is_some() && falls(&all, n, of_category) > 0;
        let leaning = |part: &Part| matches!(part.reason.because, Because::Category(_));
        let leaning = parts.iter().position(leaning).filter(|_| whole);
        // Among those that move it most the strongest; the others by what rests on them.
        let strongest = || parts.iter().position(|part| part.moves == most);
        let first = leaning.or_else(strongest);
        if let Some(first) = first {
            entry.reasons.push(parts[first].reason);
        }
        for (at, part) in parts.iter().enumerate() {
            if Some(at) != first && part.reason.share >= LEAST && entry.reasons.len() < MOST {
                entry.reasons.push(part.reason);
            }
        }
        if entry.reasons.is_empty() {
            // An item that nobody has touched yet, filling a list.
            entry.reasons.push(bare(Code::Popular));
        }
    }
}

/// How many entries behind one would come before it, were what is left out of their scores left out.
fn falls(all: &[Vec<Part>], n: usize, left_out: impl Fn(&Reason) -> bool) -> usize {
    let left = |of: usize| -> f32 {
        let parts = all[of].iter();
        parts
            .filter(|part| !left_out(&part.reason))
            .map(|part| part.given)
            .sum()
    };
    let mine = left(n);
    (n + 1..all.len())
        .filter(|other| left(*other) > mine)
        .count()
}

fn bare(code: Code) -> Reason {
    Reason {
        code,
        because: Because::Nothing,
        share: 0.0,
    }
}

/// What an entry's score rests on, strongest first.
fn parts(call: &Call, entry: &Entry, newest: Option<(Code, u32)>, own: Code) -> Vec<Part> {
    let model = call.model;
    let mut all: Vec<Part> = Vec::with_capacity(8);
    let mut add = |given: f32, code, because| {
        let share = given / entry.score;
        if share > 0.0 {
            let at = all.partition_point(|known| known.given >= given);
            let reason = Reason {
                code,
                because,
                share,
            };
            let part = Part {
                reason,
                given,
                moves: 0,
            };
            all.insert(at, part);
        }
    };
    // All that one item leads to is one reason, in the words of the most of it.
    let mut caused: Vec<(Cause, f32)> = Vec::with_capacity(8);
    let mut sequence = entry.contributions[Source::Sequence as usize];
    for one in &entry.causes {
        if of(one) == Source::Sequence {
            sequence -= one.given;
        }
        cause(&mut caused, *one);
    }
    // What comes of the session as a whole.
    if let Some((code, item)) = newest
        && sequence > ROUNDING * entry.score
    {
        let given = sequence;
        cause(&mut caused, Cause { code, item, given });
    }
    for (one, all) in &caused {
        add(*all, one.code, Because::Item(one.item));
    }
    let lean = (
        call.affinity.category(model, entry.item),
        call.affinity.brand(model, entry.item),
    );
    let affinity =
        entry.contributions[Source::Affinity as usize] / (lean.0 + lean.1).max(f32::MIN_POSITIVE);
    if let Some(category) = model.category(entry.item) {
        let new = model.fresh() > 0.0 && model.is_new(entry.item);
        let code = if new { Code::New } else { Code::Category };
        add(affinity * lean.0, code, Because::Category(category));
    }
    if let Some(brand) = model.brand(entry.item) {
        add(affinity * lean.1, Code::Brand, Because::Brand(brand));
    }
    let mut whole = |source: Source, code| {
        add(entry.contributions[source as usize], code, Because::Nothing);
    };
    whole(Source::Popularity, Code::Popular);
    whole(Source::Search, Code::Search);
    whole(Source::Recent, own);
    all
}

/// Adds a cause to what its item leads to.
fn cause(caused: &mut Vec<(Cause, f32)>, one: Cause) {
    match caused.iter_mut().find(|known| known.0.item == one.item) {
        Some((most, all)) => {
            *all += one.given;
            if one.given > most.given {
                *most = one;
            }
        }
        None => caused.push((one, one.given)),
    }
}

/// What is left of a contribution by rounding alone.
const ROUNDING: f32 = 1e-4;

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
