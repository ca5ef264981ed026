//! A store, read from JSON once; refused with path and remedy.

use super::clock::Clock;
use super::distance::Spot;
use super::hours::Hours;
use crate::act::rule::Text;
use crate::lines::join;
use crate::scene::day::{local_day, local_minute};
use crate::value::Value;

const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;
/// Stores of one shop.
pub const MAX_STORES: usize = 500;
/// Items that one store names, each of in stock and on show.
const MAX_ITEMS: usize = 5000;
const MAX_TEXT: usize = 256;
/// Days ahead in which the next opening is looked for.
const AHEAD: i32 = 8;
/// Minutes between two visits that can be booked, before closing, and from now.
const EVERY: u16 = 60;
const LAST: u16 = 30;
const NOTICE_MS: i64 = 60 * MINUTE_MS;

/// One store.
#[derive(Clone, Debug)]
pub struct Store {
    /// Id of the store.
    pub id: String,
    /// Name in both languages.
    pub name: Text,
    /// Address in both languages.
    pub address: Text,
    /// Rounded place.
    pub spot: Spot,
    /// Two letters; nothing where the list does not say.
    pub region: Option<[u8; 2]>,
    /// `Asia/Shanghai`: how a page writes times of the store.
    pub zone: String,
    /// Rules of its time zone.
    pub clock: Clock,
    /// Opening hours.
    pub hours: Hours,
    /// Ids of items that it has, and of those that stand there to be tried; sorted.
    stock: Vec<String>,
    demo: Vec<String>,
}

/// A shop's stores, in its own order.
#[derive(Clone, Debug, Default)]
pub struct Stores {
    /// Stores in the shop's order.
    pub stores: Vec<Store>,
}

/// What is wrong with a store.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Not a list.
    NotAList,
    /// More stores than are read.
    TooMany,
    /// A missing or invalid id.
    Id,
    /// A repeated id.
    Repeated,
    /// A missing or invalid name.
    Name,
    /// Coordinates out of range.
    Place,
    /// Not two letters.
    Region,
    /// An invalid time zone.
    Clock,
    /// Invalid opening hours.
    Hours,
    /// An invalid date.
    Date,
    /// An invalid list of items.
    Items,
}

/// Why a store is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError {
    /// What is wrong.
    pub fault: Fault,
    /// Where: `stores[3].hours[0]`.
    pub path: String,
    /// The offending value, as JSON.
    pub value: String,
}

impl StoreError {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        self.told().0
    }

    /// What to write instead.
    pub fn remedy(&self) -> &'static str {
        self.told().1
    }

    fn told(&self) -> (&'static str, &'static str) {
        match self.fault {
            Fault::NotAList => ("stores_list", "write a list of stores"),
            Fault::TooMany => ("stores_too_many", "write at most 500 stores"),
            Fault::Id => ("store_id", "give each store an id of 1 to 256 bytes"),
            Fault::Repeated => ("store_repeated", "give each store an id of its own"),
            Fault::Name => (
                "store_text",
                "write a text in both languages: {\"en\": …, \"zh\": …}",
            ),
            Fault::Place => (
                "store_place",
                "write latitude (-90 to 90) and longitude (-180 to 180) in degrees",
            ),
            Fault::Region => ("store_region", "write a region as two letters, \"CN\""),
            Fault::Clock => (
                "store_clock",
                "write the zone's POSIX rule, \"CET-1CEST,M3.5.0,M10.5.0/3\": the last line of its file in /usr/share/zoneinfo",
            ),
            Fault::Hours => (
                "store_hours",
                "write opening hours as \"Mo-Fr 10:00-19:00\"",
            ),
            Fault::Date => ("store_closed", "write dates as \"2026-12-25\""),
            Fault::Items => ("store_items", "write a list of at most 5000 item ids"),
        }
    }
}

impl core::fmt::Display for StoreError {
    fn fmt(&self, out: &mut core::fmt::Formatter) -> core::fmt::Result {
        write!(out, "{} is {}; {}", self.path, self.value, self.remedy())
    }
}

impl Stores {
    /// Reads `{"stores": […]}`, or the list alone. All mistakes are listed; stores without one are kept. What else an
    /// entry says is the shop's own.
    pub fn read(value: &Value) -> (Stores, Vec<StoreError>) {
        let mut read = Reader::default();
        let found = value.get("stores").unwrap_or(value);
        let Some(list) = found.list() else {
            read.wrong(Fault::NotAList, "stores", found);
            return (Stores::default(), read.errors);
        };
        if list.len() > MAX_STORES {
            let count = Value::Number(list.len() as f64);
            read.wrong(Fault::TooMany, "stores", &count);
        }
        let mut stores: Vec<Store> = Vec::new();
        for (n, value) in list.iter().take(MAX_STORES).enumerate() {
            let path = numbered("stores", n);
            let before = read.errors.len();
            let Some(store) = read.store(&path, value) else {
                continue;
            };
            if stores.iter().any(|other| other.id == store.id) {
                let id = Value::Text(store.id.clone());
                read.wrong(Fault::Repeated, &join(&path, ".id"), &id);
            }
            if read.errors.len() == before {
                stores.push(store);
            }
        }
        (Stores { stores }, read.errors)
    }

    /// The store of an id.
    pub fn find(&self, id: &str) -> Option<&Store> {
        self.stores.iter().find(|store| store.id == id)
    }
}

impl Store {
    /// Whether it has an item in stock.
    pub fn has(&self, item: &str) -> bool {
        self.stock
            .binary_search_by(|id| id.as_str().cmp(item))
            .is_ok()
    }

    /// Whether it displays an item.
    pub fn shows(&self, item: &str) -> bool {
        self.demo
            .binary_search_by(|id| id.as_str().cmp(item))
            .is_ok()
    }

    /// When it closes, where it is open now.
    pub fn closes(&self, now: i64) -> Option<i64> {
        let offset = self.clock.offset(now);
        let left = self
            .hours
            .left(local_day(now, offset), local_minute(now, offset))?;
        let minute = now.div_euclid(MINUTE_MS);
        Some((minute + i64::from(left)) * MINUTE_MS)
    }

    /// When it opens next, where it does within eight days.
    pub fn opens(&self, now: i64) -> Option<i64> {
        let today = local_day(now, self.clock.offset(now));
        (today..today + AHEAD)
            .flat_map(|day| self.hours.of(day).map(move |(from, _)| (day, from)))
            .map(|(day, from)| self.clock.time(day, from.into()))
            .find(|time| *time > now)
    }

    /// Times at which a visit may begin within so many days, the next first: every hour from opening until half an hour before closing,
    /// an hour from now at the earliest.
    pub fn visits(&self, now: i64, days: i32) -> Vec<i64> {
        let today = local_day(now, self.clock.offset(now));
        let mut times: Vec<i64> = (today..today.saturating_add(days.clamp(0, 31)))
            .flat_map(|day| self.hours.of(day).map(move |(from, to)| (day, from, to)))
            .flat_map(|(day, from, to)| {
                let begins = (from..=to.saturating_sub(LAST)).step_by(EVERY.into());
                begins.map(move |minute| (day, minute))
            })
            .map(|(day, minute)| self.clock.time(day, minute.into()))
            .filter(|time| *time >= now.saturating_add(NOTICE_MS))
            .collect();
        times.sort_unstable();
        times.dedup();
        times
    }

    /// Whether a visit may begin at a time: while the store is open, at most a month ahead.
    pub fn takes(&self, visit: i64, now: i64) -> bool {
        (now..now.saturating_add(31 * DAY_MS)).contains(&visit) && self.closes(visit).is_some()
    }
}

#[derive(Default)]
struct Reader {
    errors: Vec<StoreError>,
}

impl Reader {
    fn wrong(&mut self, fault: Fault, path: &str, value: &Value) {
        let mut shown = value.to_json();
        if shown.len() > 80 {
            let end = (0..=80).rev().find(|at| shown.is_char_boundary(*at));
            shown.truncate(end.unwrap_or(0));
            shown.push('…');
        }
        self.errors.push(StoreError {
            fault,
            path: path.into(),
            value: shown,
        });
    }

    fn store(&mut self, path: &str, value: &Value) -> Option<Store> {
        let at = |name: &str| join(path, &join(".", name));
        let null = Value::Null;
        let field = |name: &str| value.get(name).unwrap_or(&null);
        let id = value.text_of("id");
        if id.is_empty() || id.len() > MAX_TEXT {
            self.wrong(Fault::Id, &at("id"), field("id"));
        }
        let spot = Spot::read(value);
        if spot.is_none() {
            self.wrong(Fault::Place, path, value);
        }
        let clock = Clock::parse(value.text_of("clock"));
        if clock.is_none() {
            self.wrong(Fault::Clock, &at("clock"), field("clock"));
        }
        let region = crate::scene::region(value.text_of("region"));
        if region.is_none() && value.get("region").is_some() {
            self.wrong(Fault::Region, &at("region"), field("region"));
        }
        let store = Store {
            id: id.into(),
            name: self.both(&at("name"), field("name")),
            address: self.both(&at("address"), field("address")),
            spot: spot?,
            region,
            zone: value.text_of("zone").into(),
            clock: clock?,
            hours: self.hours(path, field("hours"), field("closed")),
            stock: self.items(&at("stock"), field("stock")),
            demo: self.items(&at("demo"), field("demo")),
        };
        Some(store)
    }

    fn both(&mut self, path: &str, value: &Value) -> Text {
        let text = Text {
            en: value.text_of("en").into(),
            zh: value.text_of("zh").into(),
        };
        let sound = |text: &String| (1..=MAX_TEXT).contains(&text.len());
        if !sound(&text.en) || !sound(&text.zh) {
            self.wrong(Fault::Name, path, value);
        }
        text
    }

    /// One line of hours, or a list of them.
    fn hours(&mut self, path: &str, hours: &Value, closed: &Value) -> Hours {
        let mut all = Hours::default();
        let lines = match hours {
            Value::List(lines) => &lines[..],
            Value::Null => &[],
            line => core::slice::from_ref(line),
        };
        for (n, line) in lines.iter().enumerate() {
            if !line.text().is_some_and(|line| all.add(line)) {
                self.wrong(Fault::Hours, &numbered(&join(path, ".hours"), n), line);
            }
        }
        if all.is_empty() && self.errors.is_empty() {
            self.wrong(Fault::Hours, &join(path, ".hours"), hours);
        }
        for (n, date) in closed.elements().iter().enumerate() {
            if !date.text().is_some_and(|date| all.close(date)) {
                self.wrong(Fault::Date, &numbered(&join(path, ".closed"), n), date);
            }
        }
        all
    }

    fn items(&mut self, path: &str, value: &Value) -> Vec<String> {
        let list = value.elements();
        let mut items: Vec<String> = list
            .iter()
            .filter_map(|item| item.text().map(String::from))
            .collect();
        let sound = matches!(value, Value::List(_) | Value::Null)
            && items.len() == list.len()
            && items.len() <= MAX_ITEMS;
        if !sound {
            self.wrong(Fault::Items, path, value);
        }
        items.sort_unstable();
        items
    }
}

/// `name[3]`.
fn numbered(name: &str, n: usize) -> String {
    let mut path = String::from(name);
    path.push('[');
    crate::decimal::print_uint(&mut path, n as u64);
    path.push(']');
    path
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// 10:00 in Nanjing on Monday 2026-11-30.
    pub const MORNING: i64 = 1_796_004_000_000;
    pub const HOUR: i64 = 3_600_000;

    pub fn store(id: &str, latitude: f64, longitude: f64) -> Value {
        Value::map([
            ("id", id.into()),
            ("name", Value::map([("en", id.into()), ("zh", id.into())])),
            (
                "address",
                Value::map([("en", "1 Road".into()), ("zh", "路1号".into())]),
            ),
            ("latitude", latitude.into()),
            ("longitude", longitude.into()),
            ("region", "CN".into()),
            ("zone", "Asia/Shanghai".into()),
            ("clock", "CST-8".into()),
            ("hours", "10:00-22:00".into()),
            ("stock", vec!["ac", "fan"].into()),
            ("demo", vec!["ac"].into()),
        ])
    }

    pub fn stores(list: Vec<Value>) -> Stores {
        let (stores, errors) = Stores::read(&Value::List(list));
        assert_eq!(errors, []);
        stores
    }

    #[test]
    fn a_store_opens_closes_and_takes_visits_by_its_own_clock() {
        let all = stores(vec![store("nanjing", 32.0415, 118.7847)]);
        let store = all.find("nanjing").expect("it is there");
        assert_eq!(store.closes(MORNING - 1), None);
        assert_eq!(store.opens(MORNING - 1), Some(MORNING));
        assert_eq!(store.closes(MORNING), Some(MORNING + 12 * HOUR));
        assert_eq!(store.closes(MORNING + 12 * HOUR), None);
        assert_eq!(store.opens(MORNING), Some(MORNING + 24 * HOUR));
        let visits = store.visits(MORNING + HOUR / 2, 2);
        assert_eq!(visits.len(), 10 + 12);
        assert_eq!(
            (visits[0], visits[9]),
            (MORNING + 2 * HOUR, MORNING + 11 * HOUR)
        );
        assert!(visits.iter().all(|visit| store.takes(*visit, MORNING)));
        assert!(!store.takes(MORNING + 13 * HOUR, MORNING));
        assert!(!store.takes(MORNING - HOUR, MORNING));
        assert!(!store.takes(MORNING + 40 * DAY_MS, MORNING));
        assert!(store.has("fan") && !store.shows("fan") && store.shows("ac") && !store.has("tv"));
    }

    #[test]
    fn every_mistake_is_named_with_code_path_and_remedy() {
        let mut broken = store("a", 32.0, 118.0);
        for (name, value) in [
            ("id", Value::from("")),
            ("name", "Nanjing".into()),
            ("latitude", 95.0.into()),
            ("clock", "Asia/Shanghai".into()),
            ("region", "CHN".into()),
        ] {
            broken.set(name, value);
        }
        let mut late = store("b", 32.0, 118.0);
        late.set("hours", vec!["Mo-Fr 10-19"].into());
        late.set("closed", vec!["Christmas"].into());
        late.set("stock", "ac".into());
        let list = vec![broken, late, store("c", 1.0, 1.0), store("c", 1.0, 1.0)];
        let (stores, errors) = Stores::read(&Value::List(list));
        assert_eq!(stores.stores.len(), 1);
        let found: Vec<_> = errors
            .iter()
            .map(|error| (error.path.as_str(), error.code()))
            .collect();
        assert_eq!(
            found,
            [
                ("stores[0].id", "store_id"),
                ("stores[0]", "store_place"),
                ("stores[0].clock", "store_clock"),
                ("stores[0].region", "store_region"),
                ("stores[0].name", "store_text"),
                ("stores[1].hours[0]", "store_hours"),
                ("stores[1].closed[0]", "store_closed"),
                ("stores[1].stock", "store_items"),
                ("stores[3].id", "store_repeated"),
            ]
        );
        assert!(
            errors
                .iter()
                .all(|error| !error.remedy().is_empty() && !error.value.is_empty())
        );
        let (_, errors) = Stores::read(&Value::Null);
        assert_eq!(errors[0].code(), "stores_list");
    }
}
