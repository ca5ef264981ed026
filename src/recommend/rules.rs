//! The shop's rules: what is raised, lowered or put behind everything else.
//!
//! A rule holds for the items that meet all its conditions on what the model knows, and multiplies their score by a
//! factor, or buries them: they stay on the list, behind all others. All factors of an item together are held to the
//! bounds of one. Rules say nothing of what may be shown; that is a request's `where` and `exclude`.
//!
//! They come as lines, since text is what crosses into the module cheaply. Each begins with a mark:
//!
//! | mark | what follows |
//! | --- | --- |
//! | `*` | a new rule: its factor, 0 to bury |
//! | `?` | a new condition: `category` (that path, and below), `brand`, `id`, or the name of an attribute |
//! | `=` | a value that meets it; any of several does |
//!
//! Which items meet which rules is worked out when the text or the model is another, and kept until then.

use super::answer::{Because, Code, Entry, List, Placed, Reason, Warning};
use super::candidates::Candidates;
use super::filter::compatibility;
use super::flags::Flags;
use crate::shop::{Model, terms};
use crate::{codec, decimal};

/// The most rules that hold at once.
pub const MAX_RULES: usize = 31;

/// What a factor is held to.
pub const LEAST: f32 = 0.2;
/// Maximum factor of a rule.
pub const MOST: f32 = 5.0;

#[derive(Debug, Default)]
pub(crate) struct Rules {
    /// A hash of the text and of the model's id that the rest is worked out for.
    key: u64,
    factors: Vec<f32>,
    /// Which rules hold for each item, as bits; empty without rules.
    held: Vec<u32>,
    /// Of the rule that is read, how many conditions an item meets: all those before the newest, or it as well.
    met: Vec<u8>,
    conditions: u8,
    odd: Vec<u32>,
    /// Whether there are such lines: a value, a rule.
    warnings: [bool; 2],
}

/// Calls `each` with the items of which `name` is `value`.
pub(crate) fn having(model: &Model, name: &str, value: &str, each: &mut dyn FnMut(u32)) {
    let (category, brand) = match name {
        "id" => {
            if let Some(item) = model.find(value) {
                each(item);
            }
            return;
        }
        "category" => (model.find_category(value), None),
        "brand" => (None, model.find_brand(value)),
        _ => {
            for term in model.find_terms(&terms::attribute(name, value), false) {
                model.term_items(term, &mut *each);
            }
            return;
        }
    };
    for item in 0..model.items() as u32 {
        let within = match (category, model.category(item)) {
            (Some(asked), Some(own)) => model.category_within(own, asked),
            _ => false,
        };
        if within || brand.is_some() && model.brand(item) == brand {
            each(item);
        }
    }
}

impl Rules {
    /// Works out what holds for which item, unless that is known.
    #[inline(never)]
    pub fn read(&mut self, model: &Model, text: &str) {
        let key = codec::hash(text.as_bytes()) ^ codec::hash(model.id().as_bytes()).rotate_left(1);
        if core::mem::replace(&mut self.key, key) == key {
            return;
        }
        self.factors.clear();
        self.odd.clear();
        self.warnings = [false; 2];
        self.held.clear();
        if text.is_empty() {
            return;
        }
        self.held.resize(model.items(), 0);
        self.met.resize(model.items(), 0);
        let (mut name, mut first, mut n) = ("", 0, 0);
        for line in crate::lines::parts(text, b'\n') {
            let value = line.get(1..).unwrap_or_default();
            match line.as_bytes().first() {
                Some(b'*') => {
                    self.close(first);
                    first = n;
                    let factor = decimal::parse(value).map_or(-1.0, |factor| factor as f32);
                    self.factors.push(factor);
                }
                Some(b'?') => {
                    name = value;
                    self.conditions = self.conditions.saturating_add(1);
                }
                _ => {
                    let mut known = false;
                    having(model, name, value, &mut |item| {
                        known = true;
                        let met = &mut self.met[item as usize];
                        if *met + 1 == self.conditions {
                            *met = self.conditions;
                        }
                    });
                    if !known {
                        self.odd.push(n);
                        self.warnings[0] = true;
                    }
                }
            }
            n += 1;
        }
        self.close(first);
    }

    /// Has the next text read whatever it is.
    pub fn forget(&mut self) {
        self.key = 0;
    }

    /// Ends the rule that was read last, which began at line `first`.
    fn close(&mut self, first: u32) {
        let count = self.factors.len();
        let Some(factor) = self.factors.last_mut() else {
            return;
        };
        let given = *factor;
        if given != 0.0 {
            *factor = given.clamp(LEAST, MOST);
        }
        let holds = given >= 0.0 && count <= MAX_RULES && self.conditions > 0;
        if !holds || given != *factor {
            self.odd.push(first);
            self.warnings[1] = true;
        }
        for (rules, met) in self.held.iter_mut().zip(&mut self.met) {
            if holds && *met == self.conditions {
                *rules |= 1 << (count - 1);
            }
            *met = 0;
        }
        self.conditions = 0;
    }

    /// The lines, from 0, that have no effect as they are: values that nothing has, factors out of bounds, rules
    /// without a condition or beyond [`MAX_RULES`].
    pub fn odd(&self) -> &[u32] {
        &self.odd
    }

    /// Whether there are any.
    pub fn hold(&self) -> bool {
        !self.held.is_empty()
    }

    /// What no score is multiplied by more than.
    pub fn most(&self) -> f32 {
        if self.hold() { MOST } else { 1.0 }
    }

    /// The rules that hold for an item, as bits.
    pub fn of(&self, item: u32) -> u32 {
        self.held.get(item as usize).copied().unwrap_or(0)
    }

    /// A score as the rules leave it: below 0 for what is buried, in the order that it would have had.
    pub fn applied(&self, score: f32, item: u32) -> f32 {
        let held = self.of(item);
        if held == 0 {
            return score;
        }
        let (mut all, mut buried) = (1.0, false);
        for (n, factor) in self.factors.iter().enumerate() {
            if held >> n & 1 != 0 {
                buried |= *factor == 0.0;
                all *= if *factor == 0.0 { 1.0 } else { *factor };
            }
        }
        let ruled = score * all.clamp(LEAST, MOST);
        if buried { -1.0 / (1.0 + ruled) } else { ruled }
    }

    /// A score as the rules and what the shopper has leave it.
    #[inline(never)]
    pub fn ruled(&self, candidates: &Candidates, score: f32, item: u32) -> f32 {
        let score = self.applied(score, item);
        if candidates.has(item, Flags::FITS) && score >= 0.0 {
            score + compatibility::FIRST
        } else {
            score
        }
    }

    /// Puts into a list what the rules did to it.
    pub fn explain(&self, candidates: &Candidates, list: &mut List) {
        let [unknown, out_of_range] = self.warnings;
        if unknown {
            list.warnings.push(Warning::RuleUnknown);
        }
        if out_of_range {
            list.warnings.push(Warning::RuleOutOfRange);
        }
        for entry in &mut list.entries {
            let score = self.ruled(candidates, entry.score, entry.item);
            entry.rules = self.of(entry.item);
            entry.ruled = score - entry.score;
            entry.score = score;
            let flags = candidates.flags(entry.item);
            let code = if flags.meets(Flags::OWNED_FIT) {
                Code::Fits
            } else if flags.meets(Flags::FITS) {
                Code::FitsViewed
            } else {
                Code::Boosted
            };
            give(entry, code);
        }
    }
}

/// Says that the shop raised an item, or that it fits, where that is what most of its score rests on.
fn give(entry: &mut Entry, code: Code) {
    let share = entry.ruled / entry.score;
    if entry.ruled <= 0.0 || share <= 0.5 || entry.placed != Placed::Ranked {
        return;
    }
    entry.reasons.insert(
        0,
        Reason {
            code,
            because: Because::Nothing,
            share,
        },
    );
    entry.reasons.truncate(super::reasons::MOST);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recommend::{Placement, Recommender, Request, Source};
    use crate::shop::tests::{Toy, toy};
    use crate::shopper::Shopper;
    use proptest::prelude::*;

    fn ask(model: &Model, viewed: &str, request: &Request) -> List {
        let mut shopper = Shopper::default();
        shopper.view(viewed, model.find(viewed), 1, 1);
        Recommender::default().recommend(model, &shopper, request, 2)
    }

    fn home(rules: &str) -> Request<'_> {
        Request {
            rules,
            ..Request::new(Placement::Home, 10)
        }
    }

    fn keys<'a>(model: &'a Model, list: &List) -> Vec<&'a str> {
        let item = |entry: &Entry| model.key(entry.item);
        list.entries.iter().map(item).collect()
    }

    #[test]
    fn a_rule_raises_what_it_is_about_and_says_so() {
        let model = toy().open();
        let plain = ask(&model, "phone-a", &home(""));
        let list = ask(&model, "phone-a", &home("*4\n?brand\n=Kite"));
        assert_eq!(keys(&model, &plain)[..2], ["phone-b", "phone-c"]);
        assert_eq!(keys(&model, &list)[..2], ["phone-c", "phone-b"]);
        let (before, after) = (&plain.entries[1], &list.entries[0]);
        assert!((after.score - 4.0 * before.score).abs() < 1e-6);
        assert!((after.ruled - 3.0 * before.score).abs() < 1e-6);
        assert_eq!(after.contributions, before.contributions);
        assert_eq!(after.source(), Source::Sequence as usize);
        assert_eq!((after.rules, list.entries[1].rules), (1, 0));
        assert_eq!(after.reasons[0].code, Code::Boosted);
        assert_eq!(after.reasons[1].code, Code::Viewed);
        assert_eq!(list.warnings, []);
    }

    #[test]
    fn what_is_buried_is_behind_all_others_and_still_there() {
        let model = toy().open();
        let list = ask(&model, "phone-a", &home("*0\n?category\n=Phones"));
        assert_eq!(
            keys(&model, &list),
            ["apple", "watch", "pear", "phone-b", "phone-c", "case"]
        );
        for determinantal in [false, true] {
            let alone = Request {
                category: Some("Phones"),
                arrangement: crate::recommend::Arrangement {
                    diversity: 0.9,
                    determinantal,
                    ..Default::default()
                },
                ..home("*0\n?id\n=phone-b\n=phone-c\n*5\n?brand\n=Kite")
            };
            let shown = ask(&model, "phone-a", &alone);
            assert_eq!(keys(&model, &shown), ["case", "phone-c", "phone-b"]);
            assert!(shown.entries[1].score < 0.0 && shown.entries[1].rules == 3);
        }
    }

    #[test]
    fn all_conditions_must_hold_and_any_of_their_values() {
        let model = toy().open();
        let held = |text: &str| {
            let mut rules = Rules::default();
            rules.read(&model, text);
            let items = (0..model.items() as u32).filter(|item| rules.of(*item) == 1);
            let keys = items.map(|item| model.key(item)).collect::<Vec<_>>();
            (keys.join(" "), rules.odd().to_vec())
        };
        let nova = "phone-a phone-b watch";
        assert_eq!(held("*2\n?brand\n=Nova"), (nova.into(), vec![]));
        let both = "*2\n?category\n=Phones\n?brand\n=Nova\n=Shell";
        assert_eq!(held(both), ("phone-a phone-b case".into(), vec![]));
        let red = "*2\n?Color\n=Red\n?brand\n=Nova";
        assert_eq!(held(red), ("phone-a".into(), vec![]));
        let unknown = "*2\n?brand\n=Nova\n=Novva";
        assert_eq!(held(unknown), (nova.into(), vec![3]));
        assert_eq!(held("*2\n?colour\n=red"), (String::new(), vec![2]));
        assert_eq!(held("*2"), (String::new(), vec![0]));
        assert_eq!(held("*much\n?brand\n=Nova").1, [0]);
        assert_eq!(held("*9\n?brand\n=Nova"), (nova.into(), vec![0]));
        assert_eq!(held("?brand\n=Nova\n"), (String::new(), vec![2]));
        let many = "*2\n?brand\n=Nova\n".repeat(MAX_RULES + 1);
        let (keys, odd) = held(many.trim_end());
        assert_eq!((keys.as_str(), odd), ("", vec![3 * MAX_RULES as u32]));
    }

    #[test]
    fn what_is_odd_is_a_warning_and_the_rest_holds() {
        let model = toy().open();
        let list = ask(&model, "phone-a", &home("*9\n?brand\n=Kite\n*2\n?size\n=9"));
        assert_eq!(
            list.warnings,
            [Warning::RuleUnknown, Warning::RuleOutOfRange]
        );
        let held = ask(&model, "phone-a", &home("*5\n?brand\n=Kite"));
        assert_eq!(held.entries, list.entries);
    }

    #[test]
    fn a_list_on_screen_and_the_next_request_follow_their_own_rules() {
        let model = toy().open();
        let (shopper, mut recommender) = (Shopper::default(), Recommender::default());
        let mut order = |rules| {
            let ids = ["phone-a", "apple", "pear"];
            recommender.rerank(&model, &shopper, &home(rules), &ids, |_| false, 1)
        };
        assert_eq!(order("*0\n?id\n=phone-a"), [1, 2, 0]);
        assert_eq!(order(""), [0, 1, 2]);
        assert_eq!(order("*5\n?id\n=pear"), [2, 0, 1]);
    }

    #[test]
    fn an_unpopular_brand_is_raised_from_wherever_it_stands() {
        let keys: Vec<&'static str> = (0..300)
            .map(|n| &*Box::leak(format!("item-{n:03}").into_boxed_str()))
            .collect();
        let item = |(n, key): (usize, &&'static str)| {
            let brand = if n == 299 { "New" } else { "Old" };
            (*key, "Things", brand, 1.0, 0)
        };
        let mut shop = toy();
        shop.items = keys.iter().enumerate().map(item).collect();
        (shop.view, shop.buy, shop.content) = Default::default();
        shop.terms = Vec::new();
        let model = shop.open();
        let list = ask(&model, "item-000", &home("*5\n?brand\n=New"));
        assert_eq!(model.key(list.entries[0].item), "item-299");
    }

    proptest! {
        #[test]
        fn scores_are_as_defined(
            view in prop::collection::btree_map((0u32..8, 0u32..8), 0.01f32..1.0, 0..30),
            drawn in prop::collection::vec((0..4usize, 0..4usize), 0..6),
            viewed in 0..8usize,
        ) {
            const WHERE: [&str; 4] = ["?brand\n=Nova", "?category\n=Phones", "?color\n=red", "?id\n=apple\n=case"];
            const FACTORS: [f32; 4] = [0.0, 0.5, 2.0, 5.0];
            let view = view.iter().filter(|((a, b), _)| a != b).map(|(&(a, b), &weight)| (a, b, weight)).collect();
            let shop = Toy { view, ..toy() };
            let model = shop.open();
            let text: Vec<String> = drawn.iter().map(|&(holds, factor)| format!("*{}\n{}", FACTORS[factor], WHERE[holds])).collect();
            let viewed = shop.items[viewed].0;
            let text = text.join("\n");
            let list = ask(&model, viewed, &home(&text));
            let plain = ask(&model, viewed, &home(""));
            let about = |n: u32, holds: usize| match holds {
                0 => [0, 2, 4].contains(&n),
                1 => [0, 2, 3, 5, 7].contains(&n),
                2 => [0, 5].contains(&n),
                _ => [1, 3].contains(&n),
            };
            let mut expected: Vec<(f32, u32)> = plain.entries.iter().map(|entry| {
                let mine: Vec<f32> = drawn.iter().filter(|rule| about(entry.item, rule.0)).map(|rule| FACTORS[rule.1]).collect();
                let all: f32 = mine.iter().filter(|factor| **factor > 0.0).product();
                let score = entry.score * all.clamp(LEAST, MOST);
                (if mine.contains(&0.0) { -1.0 / (1.0 + score) } else { score }, entry.item)
            }).collect();
            expected.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            prop_assert_eq!(list.entries.len(), expected.len());
            for (entry, (score, item)) in list.entries.iter().zip(expected) {
                prop_assert_eq!((entry.item, entry.score), (item, score));
                let sum: f32 = entry.contributions.iter().sum();
                prop_assert!((sum + entry.ruled - entry.score).abs() <= 1e-6);
            }
        }

        #[test]
        fn any_text_is_read(text: String, marks in prop::collection::vec("[*?=~]?[0-9a-z]{0,6}", 0..12)) {
            let model = toy().open();
            for text in [text, marks.join("\n")] {
                let list = ask(&model, "phone-a", &home(&text));
                prop_assert_eq!(list.entries.len(), 6);
            }
        }
    }
}
