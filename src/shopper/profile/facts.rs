//! Facts of the shop about a member, and histories as summaries.
//!
//! Both merge as a lattice (Shapiro et al., 2011), so that the same thing said twice, in another order or by another tab
//! leaves the same state: of a fact the newest version counts, of two of one version the greater value; of a source's
//! history the one that reaches further. Sums go over sources. A history covers the orders up to its last: what the
//! device saw of them itself is not counted twice. Names and values that hold personal data or speak of special
//! categories are refused: a member is a hash that the shop makes.

use crate::codec::{Reader, put_text, put_uint};
use crate::consent;
use crate::value::Value;

use super::orders::{Order, Totals};
use super::tags::special;

pub(super) const VERSION: u8 = 1;

const FACTS: usize = 40;
const SOURCES: usize = 8;
/// Bytes of a name, and of a value.
const NAME: usize = 40;
const TEXT: usize = 120;
/// A member's hash: long enough not to be a name or a number.
const MEMBER: core::ops::RangeInclusive<usize> = 16..=128;

#[derive(Clone, Debug, PartialEq)]
struct Fact {
    name: String,
    /// JSON of a text, number or truth value.
    value: String,
    version: i64,
}

/// A history of orders as a source sums it up.
#[derive(Clone, Debug, Default, PartialEq)]
struct History {
    source: String,
    totals: Totals,
}

/// Facts of the shop about a signed-in member.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The hash of the member who is signed in; empty for a guest.
    pub member: String,
    facts: Vec<Fact>,
    histories: Vec<History>,
}

/// Whether a text may be kept: of no person, and of no special category.
fn is_plain(text: &str) -> bool {
    consent::find(text, true).is_none() && special(text).is_none()
}

/// Why a member's name is refused.
pub fn refuses_member(member: &str) -> Option<&'static str> {
    let is_hash = |byte: u8| byte.is_ascii_alphanumeric() || b"-_=+/".contains(&byte);
    if member.contains('@') || member.bytes().filter(u8::is_ascii_digit).count() == member.len() {
        Some("personal:member")
    } else if !MEMBER.contains(&member.len()) || !member.bytes().all(is_hash) {
        Some("bad_type:member")
    } else {
        None
    }
}

impl Facts {
    /// Takes a fact over; whether it was plain and of a type that is kept.
    pub fn set(&mut self, name: &str, value: &Value, version: i64) -> bool {
        let text = match value {
            Value::Text(text) if text.len() <= TEXT && is_plain(text) => value.to_json(),
            Value::Number(_) | Value::Bool(_) => value.to_json(),
            _ => return false,
        };
        if name.is_empty() || name.len() > NAME || name.contains('.') || !is_plain(name) {
            return false;
        }
        let fact = Fact {
            name: name.into(),
            value: text,
            version,
        };
        match self.facts.iter_mut().find(|known| known.name == name) {
            Some(known) if (known.version, &known.value) < (version, &fact.value) => *known = fact,
            Some(_) => {}
            None => {
                let at = self.facts.partition_point(|known| known.name < fact.name);
                self.facts.insert(at, fact);
                if self.facts.len() > FACTS {
                    // The last by name, so that the order in which they came makes no difference.
                    self.facts.pop();
                }
            }
        }
        true
    }

    /// Takes over a source's history: `orders`, `spent`, `discount`, `items`, `coupons`, `first`, `last`, and the sums
    /// `gaps` and `squares` in days. Whether it makes sense.
    pub fn import(&mut self, source: &str, history: &Value, now: i64) -> bool {
        let number = |name: &str| history.number_of(name).unwrap_or(0.0);
        let (orders, first, last) = (number("orders"), number("first"), number("last"));
        let sums = [
            number("items"),
            number("spent"),
            number("discount"),
            number("gaps"),
            number("squares"),
            number("coupons"),
        ];
        let sound = (1.0..=1e6).contains(&orders)
            && orders as u32 as f64 == orders
            && 0.0 < first
            && first <= last
            && last <= now as f64
            && sums.iter().all(|sum| (0.0..=1e12).contains(sum))
            && number("coupons") <= orders
            && !source.is_empty()
            && source.len() <= NAME
            && is_plain(source);
        if !sound {
            return false;
        }
        let [items, value, discount, gaps, squares, coupons] = sums;
        // Where a source does not say its gaps, they are as equal as first and last allow.
        let span = (last - first) / 86_400e3;
        let gaps = if gaps > 0.0 { gaps } else { span };
        let squares = if squares > 0.0 || orders < 2.0 {
            squares
        } else {
            span * span / (orders - 1.0)
        };
        let totals = Totals::of(
            orders as u32,
            coupons as u32,
            [items, value, discount, gaps, squares],
            first as i64,
            last as i64,
        );
        self.join(History {
            source: source.into(),
            totals,
        });
        true
    }

    fn join(&mut self, history: History) {
        match self
            .histories
            .iter_mut()
            .find(|known| known.source == history.source)
        {
            Some(known) if known.totals.is_before(&history.totals) => *known = history,
            Some(_) => {}
            None => {
                let at = self
                    .histories
                    .partition_point(|known| known.source < history.source);
                self.histories.insert(at, history);
                self.histories.truncate(SOURCES);
            }
        }
    }

    /// Merges what another device or tab was handed.
    pub fn merge(&mut self, other: &Facts) {
        self.member = self.member.clone().max(other.member.clone());
        for fact in &other.facts {
            let value = Value::parse(&fact.value).unwrap_or_default();
            self.set(&fact.name, &value, fact.version);
        }
        other
            .histories
            .iter()
            .for_each(|history| self.join(history.clone()));
    }

    /// All orders: those of the histories, and those of the device since.
    pub fn totals(&self, own: &Totals, rows: &[Order]) -> Totals {
        let mut histories = self.histories.iter().map(|history| history.totals);
        let Some(first) = histories.next() else {
            return *own;
        };
        let mut all = histories.fold(first, |sum, more| sum.plus(&more));
        let covered = all.last().unwrap_or(0);
        for row in rows.iter().filter(|row| row.time > covered) {
            all.add(row);
        }
        all
    }

    /// Value of a fact.
    pub fn value(&self, name: &str) -> Option<Value> {
        let fact = self.facts.iter().find(|fact| fact.name == name)?;
        Value::parse(&fact.value).ok()
    }

    /// Deletes a fact.
    pub fn erase(&mut self, name: &str) {
        self.facts.retain(|fact| fact.name != name);
    }

    /// Name, value and version of each, a map by name.
    pub fn all(&self) -> Value {
        let one = |fact: &Fact| {
            (
                fact.name.clone(),
                Value::parse(&fact.value).unwrap_or_default(),
            )
        };
        Value::Map(self.facts.iter().map(one).collect())
    }

    /// As the portrait has them.
    pub fn answer(&self) -> Value {
        let one = |fact: &Fact| {
            Value::map([
                ("name", fact.name.as_str().into()),
                ("value", Value::parse(&fact.value).unwrap_or_default()),
                ("last", fact.version.into()),
            ])
        };
        Value::List(self.facts.iter().map(one).collect())
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put_text(out, &self.member);
        put_uint(out, self.facts.len() as u64);
        for fact in &self.facts {
            put_text(out, &fact.name);
            put_text(out, &fact.value);
            put_uint(out, fact.version as u64);
        }
        put_uint(out, self.histories.len() as u64);
        for history in &self.histories {
            put_text(out, &history.source);
            history.totals.encode(out);
        }
    }

    pub(super) fn decode(&mut self, version: u8, reader: &mut Reader) -> bool {
        if version != VERSION {
            return false;
        }
        self.member = reader.text().into();
        for _ in 0..reader.count(3, FACTS) {
            self.facts.push(Fact {
                name: reader.text().into(),
                value: reader.text().into(),
                version: reader.uint() as i64,
            });
        }
        for _ in 0..reader.count(45, SOURCES) {
            self.histories.push(History {
                source: reader.text().into(),
                totals: Totals::decode(reader),
            });
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 1_800_000_000_000;

    #[test]
    fn persons_and_special_categories_are_refused() {
        let mut facts = Facts::default();
        for (name, value) in [
            ("mail", "anna@example.com"),
            ("phone", "+86 138 0013 8000"),
            ("faith", "Muslim"),
            ("religion", "none"),
            ("a.b", "x"),
            ("", "x"),
        ] {
            assert!(!facts.set(name, &value.into(), 1), "{name}");
        }
        assert!(facts.set("tier", &"gold".into(), 1));
        assert_eq!(facts, {
            let mut one = Facts::default();
            one.set("tier", &"gold".into(), 1);
            one
        });
        assert_eq!(refuses_member("anna@example.com"), Some("personal:member"));
        assert_eq!(refuses_member("13800138000138000"), Some("personal:member"));
        assert_eq!(refuses_member("anna"), Some("bad_type:member"));
        assert_eq!(refuses_member("5f4dcc3b5aa765d61d8327deb882cf99"), None);
    }

    #[test]
    fn ten_years_of_history_are_taken_and_not_counted_twice() {
        let mut facts = Facts::default();
        let year = 365.0 * 86_400e3;
        let history = Value::map([
            ("orders", 120u32.into()),
            ("spent", 9600.0.into()),
            ("first", (NOW as f64 - 10.0 * year).into()),
            ("last", (NOW as f64 - 86_400e3).into()),
        ]);
        assert!(facts.import("crm", &history, NOW) && facts.import("crm", &history, NOW));
        let row = |time: i64| Order {
            id: time as u64,
            time,
            value: 50.0,
            ..Order::default()
        };
        let rows = [row(NOW - 3 * 86_400_000), row(NOW)];
        let mut own = Totals::default();
        rows.iter().for_each(|row| own.add(row));
        let all = facts.totals(&own, &rows);
        assert_eq!((all.orders, all.value), (121, 9650.0));
        assert!((all.mean_gap().unwrap() - 3650.0 / 120.0).abs() < 1e-6);
        for wrong in [
            ("orders", -1.0),
            ("orders", 0.5),
            ("spent", f64::NAN),
            ("last", NOW as f64 + 1.0),
            ("first", NOW as f64),
        ] {
            let mut bad = history.clone();
            bad.set(wrong.0, wrong.1.into());
            assert!(!facts.import("other", &bad, NOW), "{wrong:?}");
        }
    }

    fn any_facts() -> impl Strategy<Value = Facts> {
        let fact = (0u8..4, 0u8..3, 0i64..4);
        let history = (0u8..3, 1u32..4, 1i64..5);
        (
            prop::collection::vec(fact, 0..8),
            prop::collection::vec(history, 0..6),
        )
            .prop_map(|(list, histories)| {
                let mut facts = Facts::default();
                for (name, value, version) in list {
                    facts.set(&format!("f{name}"), &f64::from(value).into(), version);
                }
                for (source, orders, last) in histories {
                    let history = Value::map([
                        ("orders", orders.into()),
                        ("first", 1i64.into()),
                        ("last", last.into()),
                    ]);
                    facts.import(&format!("s{source}"), &history, NOW);
                }
                facts
            })
    }

    fn merged(a: &Facts, b: &Facts) -> Facts {
        let mut both = a.clone();
        both.merge(b);
        both
    }

    proptest! {
        #[test]
        fn merging_is_idempotent_commutative_and_associative(a in any_facts(), b in any_facts(), c in any_facts()) {
            prop_assert_eq!(&merged(&a, &a), &a);
            prop_assert_eq!(merged(&a, &b), merged(&b, &a));
            prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
        }

        #[test]
        fn comes_back_from_storage(facts in any_facts()) {
            let mut out = Vec::new();
            facts.encode(&mut out);
            let mut back = Facts::default();
            let mut reader = Reader::new(&out);
            prop_assert!(back.decode(VERSION, &mut reader) && reader.ends());
            prop_assert_eq!(back, facts);
        }
    }
}
