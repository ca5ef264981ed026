//! Profile of the full edition: the portrait's four dimensions, as sections.
//!
//! A section is stored as number, version and bytes. Each decodes every version of its own that was ever written, so what
//! is stored migrates and is never dropped; a section that this version does not know, written by a later one, is kept as
//! it is and written again. Sections hold sums, counts and short rings, never rows without end: [`BUDGET`] holds for all.
//!
//! | file | what |
//! | --- | --- |
//! | `activity.rs` | visits, days, searches, where visits come from |
//! | `behaviour.rs` | categories and brands against the shop's shares |
//! | `contacts.rs` | what was shown of the shop's actions, and what came of it |
//! | `declared.rs` | attributes that a shop defines over events |
//! | `departments.rs` | weight of each department, and how dear what is looked at is there |
//! | `edit.rs` | what the shopper deletes and the shop hands over, as rows of the journal |
//! | `enquiries.rs` | what was asked in public: products and words of the catalogue |
//! | `erased.rs` | what was deleted, and until when it stays so |
//! | `facts.rs` | attributes: what the shop says of a member, and histories as summaries |
//! | `intent.rs` | what the shopper is at, and what keeps them from buying |
//! | `known.rs` | all of it as attributes of conditions |
//! | `orders.rs` | transactions: orders as sums, counts and gaps; what is cancelled was never there |
//! | `sentiment.rs` | what was said: ratings, surveys, refusals, returns, service |
//! | `surveys.rs` | when to ask how it was |
//! | `shared.rs` | what several devices of a shopper share |
//! | `wishes.rs` | what the shopper declared to want |
//! | `tags.rs` | what a shop calls a shopper, by rules |
//! | `watches.rs` | prices that the shopper knows: of what is watched, and of what was looked at |

mod activity;
mod behaviour;
pub mod contacts;
pub mod declared;
mod departments;
pub mod edit;
pub mod enquiries;
pub mod erased;
pub mod facts;
pub mod intent;
mod known;
mod orders;
mod sentiment;
mod shared;
pub mod surveys;
pub mod tags;
pub mod watches;
mod wishes;

use crate::codec::{self, Reader, put_uint};
use crate::intake::{Event, Field, Kind};
use crate::shop::{Model, terms};
use crate::shopper::habits::{self, Habits};
use crate::shopper::{Shopper, parted};
use crate::value::Value;
use activity::Activity;
use behaviour::Shares;
pub use behaviour::lift;
use contacts::Contacts;
use declared::{Declared, Definition, Refused};
use departments::Departments;
use edit::Edit;
use enquiries::Enquiries;
use erased::{Erased, What};
use facts::Facts;
use intent::Signals;
pub use known::Known;
pub use orders::{OldDays, Order, Orders, Totals};
use sentiment::Sentiment;
use surveys::Surveys;
use tags::{Rule, Tags};
use watches::Watches;
use wishes::Wishes;

/// What the sealed sections may take. With [`super::Shopper`]'s own budget, 64 KiB.
pub const BUDGET: usize = 30 * 1024;

/// Version of the container, not of what is in it.
const CONTAINER: u8 = 1;

/// Numbers of sections: stored, so never reuse or reorder.
const ORDERS: u8 = 1;
const ACTIVITY: u8 = 2;
const DEPARTMENTS: u8 = 3;
const SENTIMENT: u8 = 4;
const SIGNALS: u8 = 5;
const DECLARED: u8 = 6;
const FACTS: u8 = 7;
const ERASED: u8 = 8;
const CONTACTS: u8 = 9;
const WATCHES: u8 = 14;
const HABITS: u8 = 20;
const ENQUIRIES: u8 = 31;
const SURVEYS: u8 = 32;
const WISHES: u8 = 33;

/// How many items of a word are looked at for what a search is about.
const FOUND: usize = 200;

/// What a shop defines for its pages; read when a page opens, not stored.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// Declared attributes.
    pub attributes: Vec<Definition>,
    /// Rules of tags.
    pub rules: Vec<Rule>,
}

impl Setup {
    /// Reads `attributes` and `tags`; what is refused is left out and said.
    pub fn read(from: &Value) -> (Setup, Vec<Refused>) {
        let none = Value::Null;
        let list = |name: &str| from.get(name).unwrap_or(&none);
        let (attributes, mut refused) = declared::read("attributes", list("attributes"));
        let (rules, more) = tags::read("tags", list("tags"));
        refused.extend(more);
        (Setup { attributes, rules }, refused)
    }
}

/// A section as it is stored.
#[derive(Clone, Debug, PartialEq)]
struct Raw {
    number: u8,
    version: u8,
    bytes: Vec<u8>,
}

/// Profile of the full edition: everything beyond what lists need.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// Orders.
    pub orders: Orders,
    /// Visits, searches and channels.
    pub activity: Activity,
    /// Interests by department.
    pub departments: Departments,
    /// Ratings, surveys and complaints.
    pub sentiment: Sentiment,
    /// Signals of intent.
    pub signals: Signals,
    /// Attributes that the shop declared.
    pub declared: Declared,
    /// Facts of the shop.
    pub facts: Facts,
    /// Deletions by the shopper.
    pub erased: Erased,
    /// Contacts by actions.
    pub contacts: Contacts,
    /// Public questions.
    pub enquiries: Enquiries,
    /// Habits as a customer.
    pub habits: Habits,
    /// Surveys.
    pub surveys: Surveys,
    /// Preferences that the shopper stated.
    pub wishes: Wishes,
    /// Watched items.
    pub watches: Watches,
    /// Stored in a row of their own.
    pub tags: Tags,
    shares: Shares,
    /// Sections of a later version of this crate.
    unknown: Vec<Raw>,
}

impl Shopper {
    /// Folds a clean event into the profile, after [`Shopper::learn`] has folded it into what lists need.
    pub fn deepen(&mut self, event: &Event, model: Option<&Model>, setup: &Setup) {
        let profile = &mut self.profile;
        profile.orders.learn(event, profile.habits.zone);
        profile.habits.learn(event, &profile.orders, model);
        profile.activity.learn(event);
        profile.departments.learn(event, model);
        profile
            .sentiment
            .learn(event, |n| category(event, n, model));
        profile.signals.learn(event);
        if event.kind == Kind::SurveyAnswered {
            profile.surveys.learn(event);
        }
        profile.watches.learn(event);
        profile.declared.learn(&setup.attributes, event);
        let said = said(event);
        if said != 0.0 {
            for n in 0..event.products.len() {
                if let Some(name) = category(event, n, model)
                    && let Some(new) = self.categories.add(name, said, event.time)
                {
                    new.number = model.and_then(|model| model.find_category(&new.name));
                }
            }
        }
        if event.kind == Kind::ProductsSearched
            && let Some(model) = model
            && let Some(query) = event.text(Field::Query)
            && let Some(number) = sought(query, model)
            && let Some(new) = self
                .categories
                .add(model.category_path(number), 1.0, event.time)
        {
            new.number = Some(number);
        }
        if !self.profile.erased.is_empty() {
            self.enforce(event.time);
        }
    }

    /// What was deleted and came again goes again.
    pub(super) fn enforce(&mut self, now: i64) {
        let erased = &self.profile.erased;
        self.categories
            .retain(|name| !erased.has(What::Category, name, now));
        self.brands
            .retain(|name| !erased.has(What::Brand, name, now));
        self.recent
            .retain(|viewed| !erased.has(What::Item, &viewed.key, now));
        self.names
            .retain(|known| !erased.has(What::Item, parted(known).0, now));
        self.profile
            .activity
            .retain_searches(|name| !erased.has(What::Search, name, now));
        self.profile
            .departments
            .retain(|name| !erased.has(What::Category, name, now));
        self.profile
            .watches
            .retain(|key| !erased.has(What::Item, key, now));
        self.profile.habits.retain(
            |name| !erased.has(What::Category, name, now),
            |name| !erased.has(What::Brand, name, now),
            |key| !erased.has(What::Item, key, now),
        );
    }

    /// Carries out a change of the shopper or the shop.
    pub fn edit(&mut self, edit: &Edit, time: i64) {
        let profile = &mut self.profile;
        match edit {
            Edit::Erase(what, name) => {
                profile.erased.add(*what, name, time);
                profile.enquiries.erase(*what, name);
                profile.wishes.remove(*what, name);
                match what {
                    What::Tag => profile.tags.remove(name),
                    What::Fact => profile.facts.erase(name),
                    What::Item => profile.signals.erase(intent::item_hash(name)),
                    What::Category => profile.sentiment.erase(name),
                    What::Brand | What::Search | What::Wish => {}
                }
                self.enforce(time);
            }
            Edit::Prefer(what, name, more) => {
                let interests = match what {
                    What::Category => &mut self.categories,
                    What::Brand => &mut self.brands,
                    _ => return,
                };
                if *more {
                    profile.wishes.add(*what, name, interests, time);
                } else {
                    profile.wishes.remove(*what, name);
                    // Lest another device brings it back.
                    profile.erased.add(What::Wish, name, time);
                    interests.scale(name, UNLOVED, time);
                }
                profile.wishes.tell(*what, interests);
            }
            Edit::Surveyed(kind, about, settled) => {
                profile.surveys.note(kind, about, *settled, time);
            }
            Edit::Member(member) => profile.facts.member.clone_from(member),
            Edit::Fact(name, value, version) => {
                if !profile.erased.has(What::Fact, name, time) {
                    let value = Value::parse(value).unwrap_or_default();
                    profile.facts.set(name, &value, *version);
                }
            }
            Edit::History(source, history) => {
                let history = Value::parse(history).unwrap_or_default();
                profile.facts.import(source, &history, time);
            }
            Edit::Enquiry(enquiry) => {
                let erased = &profile.erased;
                if erased.has(What::Item, &enquiry.item, time) {
                    return;
                }
                profile.enquiries.add(enquiry, time);
                // A product that is asked about counts by its event.
                if enquiry.item.is_empty()
                    && !enquiry.category.is_empty()
                    && !erased.has(What::Category, &enquiry.category, time)
                {
                    self.categories.add(enquiry.category.clone(), 1.0, time);
                }
            }
            Edit::News(key, news, value) => profile.watches.hear(key, *news, *value, time),
            Edit::Armed(rule, item, until) => profile.contacts.arm(rule, item, *until, time),
            Edit::Contact(rule, contact) => profile.contacts.record(rule, *contact, time),
            Edit::Join(backup) => self.join_backup(backup, time),
            Edit::Tag(name, until) => {
                if !profile.erased.has(What::Tag, name, time) {
                    profile.tags.import(name, time, *until);
                }
            }
        }
    }

    /// Tells the interests what was declared of them, after both were read from the device.
    pub fn remember_wishes(&mut self) {
        self.profile
            .wishes
            .tell(What::Category, &mut self.categories);
        self.profile.wishes.tell(What::Brand, &mut self.brands);
    }

    /// Sets and removes tags as the shop's rules say; whether anything changed that is to be kept.
    pub fn retag(&mut self, model: Option<&Model>, setup: &Setup, now: i64) -> bool {
        let mut tags = core::mem::take(&mut self.profile.tags);
        let known = Known::new(self, model, setup, now);
        let changed = tags.apply(&setup.rules, &known, &self.profile.erased, now);
        self.profile.tags = tags;
        changed
    }
}

/// What wishing for less of something leaves of the interest in it.
const UNLOVED: f64 = 0.25;

/// Seconds from which on staying is reading.
const STAYED: f64 = 30.0;

/// What an event adds to an interest beside what its kind does: a stay, and what a rating says.
fn said(event: &Event) -> f64 {
    match event.kind {
        Kind::ProductDwelled => {
            let stayed = sentiment::number(event, Field::Duration);
            f64::from(u8::from(stayed >= Some(STAYED)))
        }
        Kind::ProductRated | Kind::ProductReviewed => sentiment::opinion(event),
        _ => 0.0,
    }
}

/// The category of a product of an event.
fn category(event: &Event, n: usize, model: Option<&Model>) -> Option<String> {
    let product = event.products.get(n)?;
    let known = model
        .and_then(|model| Some(model.category_path(model.category(model.find(&product.id)?)?)));
    known.or_else(|| product.category.clone())
}

/// The leaf category that at least half of what a search finds belongs to: of the items that have its rarest word.
pub fn sought(query: &str, model: &Model) -> Option<u16> {
    let mut rarest: Option<Vec<u32>> = None;
    terms::tokens(query, |word| {
        let mut items = Vec::new();
        for term in model.find_terms(word, false) {
            model.term_items(term, |item| {
                if items.len() < FOUND {
                    items.push(item);
                }
            });
        }
        if !items.is_empty()
            && rarest
                .as_ref()
                .is_none_or(|known| items.len() < known.len())
        {
            rarest = Some(items);
        }
    });
    let items = rarest?;
    let mut counts: Vec<(u16, usize)> = Vec::new();
    for category in items.iter().filter_map(|item| model.category(*item)) {
        match counts.iter_mut().find(|known| known.0 == category) {
            Some(known) => known.1 += 1,
            None => counts.push((category, 1)),
        }
    }
    let (category, count) = counts.into_iter().max_by_key(|known| known.1)?;
    (count * 2 >= items.len()).then_some(category)
}

impl Profile {
    /// Looks everything up again, after another model was opened.
    pub fn resolve(&mut self, model: &Model) {
        self.departments.resolve();
        self.shares = Shares::of(model);
    }

    /// What is kept on the device, tags aside.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut section = Vec::new();
        let mut put = |number: u8, version: u8, encode: &dyn Fn(&mut Vec<u8>)| {
            section.clear();
            encode(&mut section);
            out.push(number);
            out.push(version);
            put_uint(&mut out, section.len() as u64);
            out.extend_from_slice(&section);
        };
        put(ORDERS, orders::VERSION, &|out| self.orders.encode(out));
        put(ACTIVITY, activity::VERSION, &|out| {
            self.activity.encode(out)
        });
        put(DEPARTMENTS, departments::VERSION, &|out| {
            self.departments.encode(out)
        });
        put(SENTIMENT, sentiment::VERSION, &|out| {
            self.sentiment.encode(out)
        });
        put(SIGNALS, intent::VERSION, &|out| self.signals.encode(out));
        put(DECLARED, declared::VERSION, &|out| {
            self.declared.encode(out)
        });
        put(FACTS, facts::VERSION, &|out| self.facts.encode(out));
        put(ERASED, erased::VERSION, &|out| self.erased.encode(out));
        if !self.contacts.is_empty() {
            put(CONTACTS, contacts::VERSION, &|out| {
                self.contacts.encode(out)
            });
        }
        if !self.watches.is_empty() {
            put(WATCHES, watches::VERSION, &|out| self.watches.encode(out));
        }
        put(HABITS, habits::VERSION, &|out| self.habits.encode(out));
        if !self.enquiries.is_empty() {
            put(ENQUIRIES, enquiries::VERSION, &|out| {
                self.enquiries.encode(out)
            });
        }
        if !self.surveys.is_empty() {
            put(SURVEYS, surveys::VERSION, &|out| self.surveys.encode(out));
        }
        if !self.wishes.is_empty() {
            put(WISHES, wishes::VERSION, &|out| self.wishes.encode(out));
        }
        for raw in &self.unknown {
            put(raw.number, raw.version, &|out| {
                out.extend_from_slice(&raw.bytes)
            });
        }
        codec::seal(CONTAINER, &out)
    }

    /// Reads what [`Profile::encode`] of this or an earlier version wrote; `None` when it is damaged.
    pub fn decode(sealed: &[u8]) -> Option<Profile> {
        let reader = &mut Reader::open(CONTAINER, sealed);
        let mut profile = Profile::default();
        while reader.has_more() {
            let (number, version) = (reader.byte(), reader.byte());
            let length = reader.count(1, BUDGET);
            let bytes = reader.bytes(length);
            let section = &mut Reader::new(bytes);
            let known = match number {
                ORDERS => profile.orders.decode(version, section),
                ACTIVITY => profile.activity.decode(version, section),
                DEPARTMENTS => profile.departments.decode(version, section),
                SENTIMENT => profile.sentiment.decode(version, section),
                SIGNALS => profile.signals.decode(version, section),
                DECLARED => profile.declared.decode(version, section),
                FACTS => profile.facts.decode(version, section),
                ERASED => profile.erased.decode(version, section),
                CONTACTS => profile.contacts.decode(version, section),
                WATCHES => profile.watches.decode(version, section),
                HABITS => profile.habits.decode(version, section),
                ENQUIRIES => profile.enquiries.decode(version, section),
                SURVEYS => profile.surveys.decode(version, section),
                WISHES => profile.wishes.decode(version, section),
                _ => false,
            };
            if known {
                reader.require(section.ends());
            } else {
                profile.unknown.push(Raw {
                    number,
                    version,
                    bytes: bytes.into(),
                });
            }
        }
        reader.ends().then_some(profile)
    }

    /// All orders: those that the device saw, and the histories that were handed over.
    pub fn totals(&self) -> Totals {
        self.facts.totals(&self.orders.totals(), self.orders.rows())
    }

    /// The dimension `transactions` of the portrait.
    pub fn transactions(&self, now: i64) -> Value {
        let totals = self.totals();
        let mean =
            |sum: f64| Value::from((totals.orders > 0).then(|| sum / f64::from(totals.orders)));
        let days = totals
            .last()
            .map(|last| now.saturating_sub(last) as f64 / 86_400e3);
        Value::map([
            ("orders", totals.orders.into()),
            ("returns", self.orders.returns().into()),
            ("spent", totals.value.into()),
            ("average", mean(totals.value)),
            ("items", mean(totals.items)),
            ("discount", mean(totals.discount)),
            ("coupons", totals.coupons.into()),
            ("first", totals.first().into()),
            ("last", totals.last().into()),
            ("days", days.into()),
            ("gap", totals.mean_gap().into()),
            ("gapSpread", totals.gap_deviation().into()),
            ("confidence", confidence(totals.orders).into()),
        ])
    }
}

/// How much may be built on so many events: n / (n + 5), as the recommender's own trust in a history grows.
pub fn confidence(evidence: u32) -> f64 {
    f64::from(evidence) / (f64::from(evidence) + 5.0)
}

#[cfg(test)]
mod tests;
