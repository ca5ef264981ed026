//! Facts as bytes, for sorting and keeping them on disk: what the read-out of experiments needs of each, and no more.
//! Propensities, contexts of bandits and offers are not among it.

use super::browser::Browser;
use super::message::{Assigned, Fact, Outcome};

const ID: u16 = 1;
const SESSION: u16 = 1 << 1;
const BROWSER: u16 = 1 << 2;
const PATH: u16 = 1 << 3;
const CUT: u16 = 1 << 4;
const USED: u16 = 1 << 5;
const ASSIGNED: u16 = 1 << 6;
const OUTCOME: u16 = 1 << 7;
const ORDER: u16 = 1 << 8;
const DRAFT: u16 = 1 << 9;
const CREDIT: u16 = 1 << 10;

/// The most rankers or used variations that are kept of one message.
const MOST: usize = 255;

/// Appends what a fact says beside its unit, time and id.
pub fn pack(fact: &Fact, out: &mut Vec<u8>) {
    let mut flags = 0;
    let mut flag = |is: bool, bit: u16| flags |= if is { bit } else { 0 };
    flag(fact.id.is_some(), ID);
    flag(fact.session.is_some(), SESSION);
    flag(fact.browser.is_some(), BROWSER);
    flag(fact.path.is_some(), PATH);
    flag(fact.cut.is_some(), CUT);
    flag(!fact.used.is_empty(), USED);
    flag(fact.assigned.is_some(), ASSIGNED);
    flag(fact.outcome.is_some(), OUTCOME);
    flag(fact.order.is_some(), ORDER);
    flag(fact.draft.is_some(), DRAFT);
    flag(fact.credit.is_some(), CREDIT);
    out.extend(flags.to_le_bytes());
    if let Some(session) = fact.session {
        out.extend(session.to_le_bytes());
    }
    if let Some(Browser(browser)) = fact.browser {
        out.push(browser);
    }
    for text in [&fact.path, &fact.cut].into_iter().flatten() {
        // Texts are shortened to fewer bytes than this when they are read.
        let text = &text.as_bytes()[..text.len().min(MOST)];
        out.push(text.len() as u8);
        out.extend(text);
    }
    if !fact.used.is_empty() {
        numbers(&fact.used, out);
    }
    if let Some(assigned) = &fact.assigned {
        out.extend(assigned.experiment.to_le_bytes());
        out.extend(assigned.variation.to_le_bytes());
    }
    if let Some((outcome, amount)) = fact.outcome {
        out.push(match outcome {
            Outcome::Order => 0,
            Outcome::Added => 1,
            Outcome::Shown => 2,
            Outcome::Clicked => 3,
        });
        out.extend(amount.to_le_bytes());
    }
    if let Some((order, is_whole)) = fact.order {
        out.extend(order.to_le_bytes());
        out.push(is_whole.into());
    }
    if let Some((experiment, rankers)) = &fact.draft {
        out.extend(experiment.to_le_bytes());
        numbers(rankers, out);
    }
    if let Some((experiment, ranker)) = fact.credit {
        out.extend(experiment.to_le_bytes());
        out.extend(ranker.to_le_bytes());
    }
}

fn numbers(all: &[u32], out: &mut Vec<u8>) {
    let all = &all[..all.len().min(MOST)];
    out.push(all.len() as u8);
    for number in all {
        out.extend(number.to_le_bytes());
    }
}

/// The fact that was packed; nothing where the bytes are not those of one.
pub fn unpack(unit: u64, time: i64, id: u64, bytes: &[u8]) -> Option<Fact> {
    let mut rest = Rest(bytes);
    let flags = u16::from_le_bytes(rest.take()?);
    let has = |bit: u16| flags & bit != 0;
    let mut fact = Fact {
        unit,
        time,
        id: has(ID).then_some(id),
        ..Fact::default()
    };
    if has(SESSION) {
        fact.session = Some(u64::from_le_bytes(rest.take()?));
    }
    if has(BROWSER) {
        let [browser] = rest.take()?;
        fact.browser = Some(Browser(browser));
    }
    if has(PATH) {
        fact.path = Some(rest.text()?);
    }
    if has(CUT) {
        fact.cut = Some(rest.text()?);
    }
    if has(USED) {
        fact.used = rest.numbers()?;
    }
    if has(ASSIGNED) {
        fact.assigned = Some(Assigned {
            experiment: rest.number()?,
            variation: rest.number()?,
            propensity: None,
            leaf: None,
            offer: None,
        });
    }
    if has(OUTCOME) {
        let [outcome] = rest.take()?;
        let outcome = match outcome {
            0 => Outcome::Order,
            1 => Outcome::Added,
            2 => Outcome::Shown,
            3 => Outcome::Clicked,
            _ => return None,
        };
        fact.outcome = Some((outcome, f64::from_le_bytes(rest.take()?)));
    }
    if has(ORDER) {
        let order = u64::from_le_bytes(rest.take()?);
        let [is_whole] = rest.take()?;
        fact.order = Some((order, is_whole != 0));
    }
    if has(DRAFT) {
        fact.draft = Some((rest.number()?, rest.numbers()?));
    }
    if has(CREDIT) {
        fact.credit = Some((rest.number()?, rest.number()?));
    }
    rest.0.is_empty().then_some(fact)
}

/// Bytes that are not yet read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn number(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn numbers(&mut self) -> Option<Vec<u32>> {
        let [count] = self.take()?;
        (0..count).map(|_| self.number()).collect()
    }

    fn text(&mut self) -> Option<Box<str>> {
        let [length] = self.take()?;
        let (text, rest) = self.0.split_at_checked(length.into())?;
        self.0 = rest;
        std::str::from_utf8(text).ok().map(Box::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_comes_back_as_it_was_and_no_part_of_it_is_one() {
        let full = Fact {
            unit: 7,
            time: -5,
            id: Some(9),
            session: Some(u64::MAX),
            browser: Browser::of("Firefox"),
            path: Some("/p/茶".into()),
            cut: Some("".into()),
            used: vec![1, 2],
            assigned: Some(Assigned {
                experiment: 3,
                variation: 4,
                propensity: None,
                leaf: None,
                offer: None,
            }),
            outcome: Some((Outcome::Clicked, 1.5)),
            order: Some((11, true)),
            draft: Some((5, vec![])),
            credit: Some((6, 8)),
        };
        let plain = Fact {
            unit: 7,
            ..Fact::default()
        };
        for fact in [full, plain] {
            let mut bytes = Vec::new();
            pack(&fact, &mut bytes);
            let back = |bytes: &[u8]| unpack(fact.unit, fact.time, fact.id.unwrap_or(0), bytes);
            assert_eq!(back(&bytes).as_ref(), Some(&fact));
            for end in 0..bytes.len() {
                assert_eq!(back(&bytes[..end]), None);
            }
        }
    }
}
