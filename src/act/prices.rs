//! Alerts about prices and stock: what is new for this shopper in the shop's feed.
//!
//! | alert | when |
//! | --- | --- |
//! | `drop` | the price is lower, by a least part, than the one that the shopper knows: of what they watch, of what they looked at, and of things in the categories they like best |
//! | `restock` | what they watch was out of stock and is there again |
//! | `few` | few are left of what they watch, counted a minute ago at most |
//! | `ending` | a flash sale of what they watch ends soon |
//!
//! Each is given until it was told, and then no more: see [`crate::shopper::profile::watches`]. Prices are compared within one
//! currency. It deliberately invents no urgency: every count and every end is the feed's, by the server's clock.

use crate::answer::{Value, map, number, of};
use crate::shop::Model;
use crate::shop::feed::{Feed, Row, State};
use crate::shopper::Shopper;
use crate::shopper::profile::watches::{News, Watch};

/// Categories that count as liked.
const LIKED: usize = 3;
/// Alerts of one answer.
const MOST: usize = 20;
const MINUTE_MS: i64 = 60_000;
/// Flash sales of one answer.
const FLASHES: usize = 50;

/// What counts as news.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// The least part by which a price must fall, 0.01 to 0.9.
    pub minimum: f64,
    /// Up to so many pieces are few.
    pub few: u32,
    /// Minutes before its end from which a flash sale ends soon.
    pub ending: i64,
}

impl Wish {
    /// Reads `minimum`, `few` and `ending`; what is out of range counts as not given.
    pub fn read(request: &Value) -> Wish {
        let within = |name: &str, least: f64, most: f64, default: f64| {
            request
                .number_of(name)
                .filter(|given| (least..=most).contains(given))
                .unwrap_or(default)
        };
        Wish {
            minimum: within("minimum", 0.01, 0.9, 0.05),
            few: within("few", 1.0, 100.0, 5.0) as u32,
            ending: within("ending", 1.0, 1440.0, 60.0) as i64,
        }
    }
}

/// An alert about an item.
#[derive(Clone, Debug, PartialEq)]
pub enum Alert {
    /// The price fell.
    Drop {
        /// Key of the item.
        id: String,
        /// Price that the shopper knows.
        from: f64,
        /// Price now.
        to: f64,
        /// Whether the shopper watches the item.
        watched: bool,
        /// For an item that was not seen yet, the liked category that it belongs to.
        category: Option<String>,
    },
    /// Available again.
    Restock {
        /// Key of the item.
        id: String,
    },
    /// Few pieces left.
    Few {
        /// Key of the item.
        id: String,
        /// Pieces left.
        left: u32,
    },
    /// A flash sale ends soon.
    Ending {
        /// Key of the item.
        id: String,
        /// End in milliseconds since 1970.
        until: i64,
        /// Price until then.
        price: f64,
    },
}

impl Alert {
    /// Type of the alert in answers.
    pub fn name(&self) -> &'static str {
        match self {
            Alert::Drop { .. } => "drop",
            Alert::Restock { .. } => "restock",
            Alert::Few { .. } => "few",
            Alert::Ending { .. } => "ending",
        }
    }

    /// Key of the item.
    pub fn id(&self) -> &str {
        match self {
            Alert::Drop { id, .. }
            | Alert::Restock { id }
            | Alert::Few { id, .. }
            | Alert::Ending { id, .. } => id,
        }
    }

    /// What the shopper knows once it was told, and its value.
    pub fn news(&self) -> (News, f64) {
        match self {
            Alert::Drop { to, .. } => (News::Price, *to),
            Alert::Restock { .. } => (News::Restock, 0.0),
            Alert::Few { .. } => (News::Few, 0.0),
            Alert::Ending { until, .. } => (News::Ending, *until as f64),
        }
    }

    /// The alert as a JSON value.
    pub fn to_value(&self, currency: &str) -> Value {
        let mut answer = map([("type", self.name().into()), ("id", self.id().into())]);
        match self {
            Alert::Drop {
                from,
                to,
                watched,
                category,
                ..
            } => {
                answer.set("from", number(*from));
                answer.set("to", number(*to));
                answer.set("part", number(1.0 - to / from));
                answer.set("currency", currency.into());
                answer.set("watched", (*watched).into());
                answer.set("category", of(category.as_deref(), Value::from));
            }
            Alert::Restock { .. } => {}
            Alert::Few { left, .. } => answer.set("left", (*left).into()),
            Alert::Ending { until, price, .. } => {
                answer.set("until", (*until).into());
                answer.set("price", number(*price));
                answer.set("currency", currency.into());
            }
        }
        answer
    }
}

/// What is known of the shop at one moment.
pub struct Shop<'a> {
    /// Prices and stock.
    pub feed: &'a Feed,
    /// The open model; `None` before one is open.
    pub model: Option<&'a Model>,
    /// Milliseconds since 1970.
    pub now: i64,
}

impl Shop<'_> {
    fn server(&self) -> i64 {
        self.feed.server(self.now)
    }

    fn item(&self, key: &str) -> Option<(&Model, u32)> {
        let model = self.model?;
        Some((model, model.find(key)?))
    }

    /// What an item costs at this moment.
    pub fn cost(&self, key: &str) -> Option<f64> {
        let row = self.feed.find(key);
        let said = row.and_then(|row| row.cost(self.server(), self.feed.skew()));
        said.or_else(|| {
            self.item(key)
                .and_then(|(model, item)| model.price(item))
                .map(f64::from)
        })
    }

    /// Whether there is none of it.
    pub fn out(&self, key: &str) -> bool {
        let said = self.feed.find(key).and_then(|row| row.out);
        said.unwrap_or_else(|| {
            self.item(key)
                .is_some_and(|(model, item)| model.out_of_stock(item))
        })
    }

    /// Whether prices of the shop may be compared with one in this currency.
    fn compares(&self, currency: &str) -> bool {
        currency.is_empty() || self.feed.currency.is_empty() || currency == self.feed.currency
    }

    fn of_watch(&self, watch: &Watch, wish: Wish, found: &mut Vec<Alert>) {
        let (id, out) = (|| watch.key.clone(), self.out(&watch.key));
        if let Some(to) = self.cost(&watch.key)
            && !out
            && watch.price > 0.0
            && self.compares(&watch.currency)
            && falls(watch.price, to, wish)
        {
            found.push(Alert::Drop {
                id: id(),
                from: watch.price,
                to,
                watched: watch.watched(),
                category: None,
            });
        }
        if !watch.watched() {
            return;
        }
        if watch.was_out() && !out {
            found.push(Alert::Restock { id: id() });
        }
        let Some(row) = self.feed.find(&watch.key) else {
            return;
        };
        if let Some(left) = row
            .few(wish.few, self.server())
            .filter(|_| !watch.told_few())
        {
            found.push(Alert::Few { id: id(), left });
        }
        if let Some(flash) = &row.flash
            && flash.state(self.server(), self.feed.skew()) == State::Live
            && flash.until - self.server() <= wish.ending * MINUTE_MS
            && flash.until != watch.flash
        {
            found.push(Alert::Ending {
                id: id(),
                until: flash.until,
                price: flash.price,
            });
        }
    }

    /// A drop of something that the shopper has not seen, in a category that they like.
    fn of_row(&self, row: &Row, liked: &[String], wish: Wish) -> Option<Alert> {
        let (from, to) = (row.before?, row.cost(self.server(), self.feed.skew())?);
        if !falls(from, to, wish) || self.out(&row.id) {
            return None;
        }
        let (model, item) = self.item(&row.id)?;
        let category = model.category_path(model.category(item)?);
        liked.contains(&category).then(|| Alert::Drop {
            id: row.id.clone(),
            from,
            to,
            watched: false,
            category: Some(category),
        })
    }
}

/// Whether a price has fallen enough, rounding aside.
fn falls(from: f64, to: f64, wish: Wish) -> bool {
    to > 0.0 && to <= from * (1.0 - wish.minimum) + 1e-9 * from
}

/// All that is new: what is watched first, then the greatest drops.
pub fn alerts(shop: &Shop, shopper: &Shopper, wish: Wish) -> Vec<Alert> {
    let watches = &shopper.profile.watches;
    let mut found = Vec::new();
    for watch in watches.all() {
        shop.of_watch(watch, wish, &mut found);
    }
    // Inserted one by one: each sort of another type is kilobytes of the module.
    let mut interests: Vec<(f64, &str)> = Vec::new();
    for one in shopper.categories().iter() {
        let long = one.at(shop.now).1;
        let at = interests.partition_point(|known| known.0 >= long);
        interests.insert(at, (long, one.name.as_str()));
    }
    let liked = interests.iter().take(LIKED);
    let liked: Vec<String> = liked.map(|one| one.1.into()).collect();
    for row in shop.feed.rows() {
        let bought = || shopper.bought().iter().any(|bought| bought.key == row.id);
        if watches.find(&row.id).is_none() && !bought() {
            found.extend(shop.of_row(row, &liked, wish));
        }
    }
    let rank = |alert: &Alert| match alert {
        Alert::Drop {
            from, to, watched, ..
        } => (!watched, to / from),
        _ => (false, 1.0),
    };
    let mut ranked: Vec<((bool, f64), Alert)> = Vec::with_capacity(found.len());
    for alert in found {
        let own = rank(&alert);
        let at = ranked.partition_point(|known| known.0 <= own);
        ranked.insert(at, (own, alert));
    }
    ranked.truncate(MOST);
    ranked.into_iter().map(|one| one.1).collect()
}

/// What a new feed changes of what the shopper knows: a rise ends a drop that was told, and what is gone may come again.
pub fn changes(shop: &Shop, shopper: &Shopper) -> Vec<(String, News, f64)> {
    let mut found = Vec::new();
    for watch in shopper.profile.watches.all() {
        let Some(row) = shop.feed.find(&watch.key) else {
            continue;
        };
        if let Some(price) = row
            .price
            .filter(|price| watch.told() && shop.compares(&watch.currency) && *price > watch.price)
        {
            found.push((watch.key.clone(), News::Price, price));
        }
        if watch.watched() && !watch.was_out() && row.out == Some(true) {
            found.push((watch.key.clone(), News::Gone, 0.0));
        }
    }
    found
}

/// The tier that the shop's facts name; empty where nobody is signed in, or nothing says.
pub fn tier(shopper: &Shopper) -> String {
    let facts = &shopper.profile.facts;
    let tier = facts.value("tier").filter(|_| !facts.member.is_empty());
    let tier = tier.as_ref().and_then(Value::text);
    tier.unwrap_or_default().into()
}

/// What rules can ask of prices: how many drops and restocks there are, how many items are watched, and how many this
/// shopper's tier may see before others.
pub fn attributes(shop: &Shop, shopper: &Shopper) -> Value {
    let found = alerts(shop, shopper, Wish::read(&Value::Null));
    let count = |name: &str| found.iter().filter(|alert| alert.name() == name).count() as u32;
    let watches = shopper.profile.watches.all().iter();
    let watched = watches.filter(|watch| watch.watched()).count() as u32;
    let (tier, server, skew) = (tier(shopper), shop.server(), shop.feed.skew());
    let first = |row: &&Row| row.is_open(&tier, server, skew) && !row.is_open("", server, skew);
    let early = shop.feed.rows().iter().filter(first).count() as u32;
    map([
        ("drops", count("drop").into()),
        ("restocks", count("restock").into()),
        ("watched", watched.into()),
        ("early", early.into()),
    ])
}

/// What is watched, the newest first, with the price that the shopper knows and the price now.
pub fn watched(shop: &Shop, shopper: &Shopper) -> Value {
    let mut all: Vec<&Watch> = Vec::new();
    for watch in shopper.profile.watches.all() {
        if watch.watched() {
            let at = all.partition_point(|known| known.time >= watch.time);
            all.insert(at, watch);
        }
    }
    let one = |watch: &&Watch| {
        map([
            ("id", watch.key.as_str().into()),
            ("since", watch.time.into()),
            ("known", number(watch.price)),
            ("price", of(shop.cost(&watch.key), number)),
            ("currency", watch.currency.as_str().into()),
            ("out", shop.out(&watch.key).into()),
        ])
    };
    Value::List(all.iter().map(one).collect())
}

/// Items with a flash sale that is on or to come, the one that ends first before the others.
pub fn flashes(feed: &Feed, now: i64) -> Value {
    let (server, skew) = (feed.server(now), feed.skew());
    let on = |row: &&Row| {
        let state = row.flash.as_ref().map(|flash| flash.state(server, skew));
        matches!(state, Some(State::Live | State::Upcoming))
    };
    let until = |row: &Row| row.flash.as_ref().map_or(0, |flash| flash.until);
    let mut found: Vec<&Row> = Vec::new();
    for row in feed.rows().iter().filter(on) {
        let at = found.partition_point(|known| until(known) <= until(row));
        found.insert(at, row);
    }
    let answers = found.iter().take(FLASHES);
    Value::List(answers.map(|row| state(feed, &row.id, 0, now)).collect())
}

/// An item as of now: prices, stock, flash sale; `null` where the feed does not have it.
pub fn state(feed: &Feed, id: &str, few: u32, now: i64) -> Value {
    let Some(row) = feed.find(id) else {
        return Value::Null;
    };
    let server = feed.server(now);
    let money = |amount: Option<f64>| of(amount, number);
    let flash = of(row.flash.as_ref(), |flash| {
        map([
            ("state", flash.state(server, feed.skew()).name().into()),
            ("price", number(flash.price)),
            ("from", flash.from.into()),
            ("until", flash.until.into()),
            ("left", of(flash.left, Value::from)),
        ])
    });
    map([
        ("id", id.into()),
        ("price", money(row.cost(server, feed.skew()).or(row.price))),
        ("list", money(row.list)),
        ("lowest", money(row.lowest)),
        ("currency", feed.currency.as_str().into()),
        ("out", of(row.out, Value::from)),
        ("few", of(row.few(few, server), Value::from)),
        ("ships", row.ships.as_str().into()),
        ("flash", flash),
        ("server", server.into()),
    ])
}
