//! Clicks in any order → sessions.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use tillside::intake::{Kind as Event, Sessions};

use super::orders::Orders;
use super::{Error, Interaction, Interactions, Kind, Reason, Session};

/// Bytes of an item key that a model can hold.
const LONGEST: usize = 255;
/// Distinct names of unknown events that are told apart.
const MOST_NAMES: usize = 64;
/// Names shown in the message that none is known.
const MOST_SHOWN: usize = 12;
/// Letters kept of an unknown name.
const MOST_LETTERS: usize = 64;
const OTHER_NAMES: &str = "(other names)";

/// Numbers for names, in the order of their first appearance.
#[derive(Default)]
struct Names(HashMap<Box<str>, u32>);

impl Names {
    fn number(&mut self, name: &str, new: impl FnOnce() -> u32) -> u32 {
        if let Some(number) = self.0.get(name) {
            return *number;
        }
        let number = new();
        self.0.insert(name.into(), number);
        number
    }
}

/// What belongs together: everything that one shopper did, or one session as the table gives it.
struct Visit {
    /// The visit that stands for the shopper.
    shopper: u32,
    /// Whether it is to be cut into sessions.
    cut: bool,
}

/// The visits that go by one session number. Many tools number the sessions of each user from 1, so a number alone does
/// not say which session it is.
#[derive(Default)]
struct Given {
    /// Of each user, by the visit that stands for the user.
    of: Vec<(u32, u32)>,
    /// Of rows that name no user.
    nobodys: Option<u32>,
}

/// One click as read.
struct Click {
    visit: u32,
    item: u32,
    time: i64,
    kind: Kind,
}

/// What the name of an event means to training.
#[derive(Clone, Copy)]
enum Meaning {
    Used(Kind),
    /// A known event of no use.
    Known(&'static str),
    Unknown,
}

/// Collects clicks of any number of files.
#[derive(Default)]
pub(super) struct Gather {
    items: Names,
    users: Names,
    given: HashMap<Box<str>, Given>,
    orders: Names,
    reported: Orders,
    visits: Vec<Visit>,
    clicks: Vec<Click>,
    meanings: HashMap<String, Meaning>,
    ids: HashSet<u64>,
    /// Rows of events that training has no use for, by name.
    pub ignored: BTreeMap<String, u64>,
    rows: u64,
}

impl Gather {
    /// Counts rows that were read, used or not.
    pub fn count(&mut self, rows: u64) {
        self.rows += rows;
    }

    /// Is this the first message with that id? Ids are kept as hashes: of ten million, two differing ones share a hash
    /// with a probability of 3 in a million.
    pub fn is_first(&mut self, id: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        self.ids.insert(hasher.finish())
    }

    /// The number of an item key, or what is wrong with it.
    pub fn item(&mut self, key: &str) -> Result<u32, Reason> {
        let key = key.trim();
        match key.len() {
            0 => Err(Reason::NoItem),
            1..=LONGEST => {
                let next = self.items.0.len() as u32;
                Ok(self.items.number(key, || next))
            }
            _ => Err(Reason::LongItem),
        }
    }

    /// The visit that a row belongs to: the session that it names, of its user where it names one; else all that its
    /// user did, else its order. `None` where all three are empty.
    pub fn visit(&mut self, session: &str, user: &str, order: &str) -> Option<u32> {
        let visits = &mut self.visits;
        let mut new = |shopper: Option<u32>, cut| {
            let number = visits.len() as u32;
            let shopper = shopper.unwrap_or(number);
            visits.push(Visit { shopper, cut });
            number
        };
        let shopper = (!user.is_empty()).then(|| self.users.number(user, || new(None, true)));
        if !session.is_empty() {
            if !self.given.contains_key(session) {
                self.given.insert(session.into(), Given::default());
            }
            let given = self.given.get_mut(session)?;
            let Some(shopper) = shopper else {
                return Some(*given.nobodys.get_or_insert_with(|| new(None, false)));
            };
            let known = given.of.iter().find(|(of, _)| *of == shopper);
            if let Some((_, visit)) = known {
                return Some(*visit);
            }
            let visit = new(Some(shopper), false);
            given.of.push((shopper, visit));
            return Some(visit);
        }
        if shopper.is_some() || order.is_empty() {
            return shopper;
        }
        Some(self.orders.number(order, || new(None, true)))
    }

    /// Rows without a user belong to the one user who has a session of that number: they are from before a login.
    fn join_sessions(&mut self) {
        let joined = self.given.values().filter_map(|given| match given.of[..] {
            [(_, visit)] => Some((given.nobodys?, visit)),
            _ => None,
        });
        let joined: HashMap<u32, u32> = joined.collect();
        if joined.is_empty() {
            return;
        }
        for click in &mut self.clicks {
            click.visit = joined.get(&click.visit).copied().unwrap_or(click.visit);
        }
    }

    /// Takes in the report of an order: which of its items were not reported with it before.
    pub fn order(&mut self, visit: u32, number: &str, time: i64, items: &[u32]) -> Vec<bool> {
        let shopper = self.visits[visit as usize].shopper;
        self.reported.report(shopper, number, time, items)
    }

    /// Takes in one row of an order: false where the same item was reported with it at another time.
    pub fn order_row(&mut self, visit: u32, number: &str, time: i64, item: u32) -> bool {
        let shopper = self.visits[visit as usize].shopper;
        self.reported.row(shopper, number, time, item)
    }

    /// A visit of a shopper who is not met again.
    pub fn stranger(&mut self) -> u32 {
        let number = self.visits.len() as u32;
        self.visits.push(Visit {
            shopper: number,
            cut: false,
        });
        number
    }

    pub fn click(&mut self, visit: u32, item: u32, time: i64, kind: Kind) {
        self.clicks.push(Click {
            visit,
            item,
            time,
            kind,
        });
    }

    /// What to use an event of that name as, in any dialect that the page understands too; one that training has no
    /// use for is counted.
    pub fn used(&mut self, name: &str, names: &mut Census) -> Option<Kind> {
        match self.meaning(name) {
            Meaning::Used(kind) => {
                names.known += 1;
                return Some(kind);
            }
            Meaning::Known(canonical) => {
                names.known += 1;
                self.ignore(canonical);
            }
            Meaning::Unknown => {
                names.meet(name);
                self.ignore(name);
            }
        }
        None
    }

    fn meaning(&mut self, name: &str) -> Meaning {
        if let Some(meaning) = self.meanings.get(name) {
            return *meaning;
        }
        let meaning = match Event::from_name(name) {
            Some(Event::ProductViewed) => Meaning::Used(Kind::View),
            Some(Event::ProductAdded | Event::WishlistProductAddedToCart) => {
                Meaning::Used(Kind::Cart)
            }
            Some(Event::OrderCompleted) => Meaning::Used(Kind::Buy),
            Some(other) => Meaning::Known(other.name()),
            None => Meaning::Unknown,
        };
        if self.meanings.len() < MOST_NAMES {
            self.meanings.insert(name.to_owned(), meaning);
        }
        meaning
    }

    /// Counts an event that training has no use for.
    pub fn ignore(&mut self, name: &str) {
        let name = label(name);
        let known = self.ignored.contains_key(&name) || self.ignored.len() < MOST_NAMES;
        let name = if known { name } else { OTHER_NAMES.to_owned() };
        *self.ignored.entry(name).or_default() += 1;
    }

    pub fn finish(mut self) -> Interactions {
        self.join_sessions();
        self.clicks.sort_by_key(|click| (click.visit, click.time));
        // Rows that say in which order things happened, and not when, are at time 0.
        let newest = self
            .clicks
            .iter()
            .map(|click| click.time)
            .max()
            .filter(|time| *time > 0);
        let mut sessions = Vec::new();
        for clicks in self.clicks.chunk_by(|one, next| one.visit == next.visit) {
            let visit = &self.visits[clicks[0].visit as usize];
            cut(clicks, visit, &mut sessions);
        }
        sessions.sort_by_key(|session| session.start);
        let shoppers = number_shoppers(&mut sessions);
        Interactions {
            items: listed(self.items),
            sessions,
            shoppers,
            newest,
            rows: self.rows,
            ignored: self.ignored,
        }
    }
}

fn cut(clicks: &[Click], visit: &Visit, sessions: &mut Vec<Session>) {
    let mut rule = Sessions::default();
    for (nth, click) in clicks.iter().enumerate() {
        let opens = if visit.cut {
            rule.assign(click.time, 0).1 == 1
        } else {
            nth == 0
        };
        let event = Interaction {
            item: click.item,
            time: click.time,
            kind: click.kind,
        };
        match sessions.last_mut() {
            Some(session) if !opens => session.events.push(event),
            _ => sessions.push(Session {
                shopper: visit.shopper,
                start: click.time,
                events: vec![event],
            }),
        }
    }
}

/// Numbers the shoppers of `sessions` in order of appearance; how many they are.
fn number_shoppers(sessions: &mut [Session]) -> u32 {
    let mut numbers = HashMap::new();
    for session in sessions {
        let next = numbers.len() as u32;
        session.shopper = *numbers.entry(session.shopper).or_insert(next);
    }
    numbers.len() as u32
}

fn listed(names: Names) -> Vec<String> {
    let mut list = vec![String::new(); names.0.len()];
    for (name, number) in names.0 {
        list[number as usize] = name.into();
    }
    list
}

/// The name of an event as a person reads it in a list.
pub(super) fn label(name: &str) -> String {
    match name {
        "" => "(no name)".into(),
        name => name.chars().take(MOST_LETTERS).collect(),
    }
}

/// The names of the events of one file: a file with none that is known is the wrong file or in a foreign tongue.
#[derive(Default)]
pub(super) struct Census {
    /// Events with a known name.
    pub known: u64,
    unknown: BTreeSet<String>,
    met: u64,
}

impl Census {
    fn meet(&mut self, name: &str) {
        self.met += 1;
        if self.unknown.len() < MOST_SHOWN {
            self.unknown.insert(format!("`{}`", label(name)));
        }
    }

    pub fn conclude(self, path: &Path) -> Result<(), Error> {
        if self.known > 0 || self.met == 0 {
            return Ok(());
        }
        Err(Error::Names {
            path: path.into(),
            rows: self.met,
            found: self.unknown.into_iter().collect::<Vec<_>>().join(", "),
        })
    }
}
