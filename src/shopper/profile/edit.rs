//! Changes of the profile by shopper or shop, as rows of the journal beside events.
//!
//! A change is kept as a row until the journal is folded, like an event, so that two tabs lose neither's.

use super::contacts::{Contact, Response};
use super::enquiries::Enquiry;
use super::erased::What;
use super::watches::News;
use crate::codec::{Reader, put_text, put_uint};

/// The first byte of a row; an event's is 1.
const VERSION: u8 = 0xe1;
/// Bytes of a history or a fact as JSON.
const LONGEST: usize = 4096;
/// Numbers of enquiries and surveys: stored, as those in [`Edit::encode`] are.
const ENQUIRY: u8 = 31;
const SURVEYED: u8 = 32;
const JOIN: u8 = 40;
/// Digits of a backup: of a portrait and what goes with it.
const LONGEST_BACKUP: usize = 2 * 48 * 1024;

/// A change of the profile by shopper or shop, stored like an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// The shopper deleted something.
    Erase(What, String),
    /// The shopper wants more of a category or brand, or less.
    Prefer(What, String, bool),
    /// The shop says who is signed in.
    Member(String),
    /// The shop says a fact: name, JSON and version.
    Fact(String, String, i64),
    /// The shop says a history: source and JSON.
    History(String, String),
    /// The shop says a tag, and until when it holds: 0 without end.
    Tag(String, i64),
    /// An event armed a rule of the shop's actions: rule, item, and until when.
    Armed(String, String, i64),
    /// An action was shown or answered.
    Contact(String, Contact),
    /// The shopper asked about something.
    Enquiry(Enquiry),
    /// A survey was shown, or answered or refused: its kind, what it is about, and whether it is settled.
    Surveyed(String, String, bool),
    /// The shopper was told a price or of stock, or it changed: item, what, and the price or time.
    News(String, News, f64),
    /// What another device of the shopper knows, as digits of a backup.
    Join(String),
}

impl Edit {
    /// The stored form.
    pub fn encode(&self, time: i64) -> Vec<u8> {
        let mut session = String::new();
        let mut kind = String::new();
        let mut out = vec![VERSION];
        put_uint(&mut out, time as u64);
        let (number, first, second, third) = match self {
            Edit::Erase(what, name) => (1, name.as_str(), "", *what as u64),
            Edit::Prefer(what, name, more) => (
                2,
                name.as_str(),
                if *more { "+" } else { "-" },
                *what as u64,
            ),
            Edit::Member(member) => (3, member.as_str(), "", 0),
            Edit::Fact(name, value, version) => (4, name.as_str(), value.as_str(), *version as u64),
            Edit::History(source, history) => (5, source.as_str(), history.as_str(), 0),
            Edit::Tag(name, until) => (6, name.as_str(), "", *until as u64),
            Edit::Enquiry(enquiry) => {
                session = [&*enquiry.words, &enquiry.category].join("\n");
                (
                    ENQUIRY,
                    enquiry.item.as_str(),
                    session.as_str(),
                    enquiry.remark.into(),
                )
            }
            Edit::Surveyed(kind, about, settled) => {
                (SURVEYED, kind.as_str(), about.as_str(), (*settled).into())
            }
            Edit::Armed(rule, item, until) => (7, rule.as_str(), item.as_str(), *until as u64),
            Edit::News(key, news, value) => {
                crate::decimal::print_uint(&mut kind, *news as u64);
                (12, key.as_str(), kind.as_str(), value.to_bits())
            }
            Edit::Join(backup) => (JOIN, backup.as_str(), "", 0),
            Edit::Contact(rule, contact) => {
                crate::decimal::print_uint(&mut session, contact.session);
                let flags = u64::from(contact.interrupts) | u64::from(contact.offer) << 1;
                (
                    8,
                    rule.as_str(),
                    session.as_str(),
                    flags | (contact.response as u64) << 2,
                )
            }
        };
        out.push(number);
        put_text(&mut out, first);
        put_text(&mut out, second);
        put_uint(&mut out, third);
        out
    }

    /// The edit of a row, and when it was made; `None` for a row of another kind.
    pub fn decode(row: &[u8]) -> Option<(Edit, i64)> {
        let reader = &mut Reader::new(row);
        let version = reader.byte();
        reader.require(version == VERSION);
        let time = reader.uint() as i64;
        let number = reader.byte();
        let (first, second, third) = (reader.text(), reader.text(), reader.uint());
        let longest = match number {
            JOIN => LONGEST_BACKUP,
            _ => LONGEST,
        };
        if !reader.ends() || first.len() > longest || second.len() > LONGEST {
            return None;
        }
        let (text, what) = (first.to_owned(), What::from_number(third));
        let edit = match number {
            1 => Edit::Erase(what?, text),
            2 => Edit::Prefer(what?, text, second == "+"),
            3 => Edit::Member(text),
            4 => Edit::Fact(text, second.into(), third as i64),
            5 => Edit::History(text, second.into()),
            6 => Edit::Tag(text, third as i64),
            7 => Edit::Armed(text, second.into(), third as i64),
            8 => {
                let (_, response) = *Response::ALL.get((third >> 2) as usize)?;
                let contact = Contact {
                    response,
                    interrupts: third & 1 != 0,
                    offer: third & 2 != 0,
                    session: second.parse().ok()?,
                };
                Edit::Contact(text, contact)
            }
            JOIN => Edit::Join(text),
            SURVEYED => Edit::Surveyed(text, second.into(), third != 0),
            ENQUIRY => {
                let (words, category) = second.split_once('\n')?;
                Edit::Enquiry(Enquiry {
                    item: text,
                    words: words.into(),
                    category: category.into(),
                    remark: third != 0,
                })
            }
            12 => {
                let value = f64::from_bits(third);
                if !(0.0..=1e15).contains(&value) {
                    return None;
                }
                Edit::News(text, News::from_number(second.parse().ok()?)?, value)
            }
            _ => return None,
        };
        Some((edit, time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{Event, Kind};
    use proptest::prelude::*;

    #[test]
    fn edits_come_back_and_are_no_events() {
        let edits = [
            Edit::Erase(What::Tag, "warm".into()),
            Edit::Prefer(What::Category, "Fresh > Fruit".into(), true),
            Edit::Member("5f4dcc3b5aa765d61d8327deb882cf99".into()),
            Edit::Fact("tier".into(), "\"gold\"".into(), 7),
            Edit::History("crm".into(), "{}".into()),
            Edit::Tag("vip".into(), 9),
            Edit::Armed("welcome".into(), "tv".into(), 11),
            Edit::Contact(
                "welcome".into(),
                Contact {
                    response: Response::Dismissed,
                    interrupts: true,
                    offer: false,
                    session: u64::MAX,
                },
            ),
            Edit::Surveyed("delivery".into(), "o-1".into(), true),
            Edit::Enquiry(Enquiry {
                item: "tv".into(),
                words: "4k hdmi".into(),
                category: "Television > OLED".into(),
                remark: true,
            }),
            Edit::News("tea".into(), News::Price, 79.9),
            Edit::Join("00ff".repeat(4000)),
        ];
        for edit in edits {
            let row = edit.encode(5);
            assert_eq!(Edit::decode(&row), Some((edit, 5)));
            assert_eq!(Event::decode(&row), None);
        }
        let mut row = Vec::new();
        Event::about(Kind::ProductViewed, 5, ["a"]).encode(&mut row);
        assert_eq!(Edit::decode(&row), None);
    }

    proptest! {
        #[test]
        fn any_row_is_an_edit_or_not(row: Vec<u8>) {
            let _ = Edit::decode(&row);
        }
    }
}
