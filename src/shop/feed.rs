//! The shop's feed as of now: list prices, stock and flash sales beside the model, by the server's clock.
//!
//! A model knows what a price was when it was trained; a page patches what is newer. The feed keeps what a model has no
//! column for, in memory and for as long as the page is open. A device's clock may be wrong by minutes: the feed says
//! what time its server had, and everything with an end is decided by that. Without a server's time, a flash sale counts as live
//! only while it would be so for a clock that is wrong by [`SKEW_MS`] either way, so that nothing ended is shown as live.
//!
//! Rows have versions. One that is not newer than what is known changes nothing, and a patch that builds on another version
//! of the feed than the known one is refused whole: the page fetches the feed again.

use crate::value::Value;

/// How wrong a device's clock may be where no server has told its own.
pub const SKEW_MS: i64 = 10 * 60_000;
/// How long a count of stock may be spoken of.
pub const FRESH_MS: i64 = 60_000;
const HOUR_MS: i64 = 3_600_000;
/// Tiers of one early access.
const TIERS: usize = 20;
/// Rows kept; further ones are refused.
const MOST: usize = 10_000;
/// Bytes of an id, and of where an item ships from.
const LONGEST: usize = 256;

/// A price for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Flash {
    /// Price during the sale, in major units.
    pub price: f64,
    /// Milliseconds since 1970, by the server's clock.
    pub from: i64,
    /// End, exclusive, in milliseconds since 1970.
    pub until: i64,
    /// What is left for this price; 0 is sold out, `None` is not counted.
    pub left: Option<u32>,
}

/// Where a flash sale stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Begins later.
    Upcoming,
    /// Runs now.
    Live,
    /// Every piece is sold.
    SoldOut,
    /// Is over.
    Ended,
}

impl State {
    /// Name in answers.
    pub fn name(self) -> &'static str {
        ["upcoming", "live", "sold_out", "ended"][self as usize]
    }
}

impl Flash {
    /// Where it stands at a time that is right up to `skew` either way.
    pub fn state(&self, server: i64, skew: i64) -> State {
        if server.saturating_add(skew) >= self.until {
            State::Ended
        } else if self.left == Some(0) {
            State::SoldOut
        } else if server.saturating_sub(skew) >= self.from {
            State::Live
        } else {
            State::Upcoming
        }
    }
}

/// A product that higher tiers may see first.
#[derive(Clone, Debug, PartialEq)]
pub struct Early {
    /// When everybody may, by the server's clock.
    pub public: i64,
    /// Hours before that from which members of a tier may, by its id.
    pub tiers: Vec<(String, i64)>,
}

impl Early {
    /// When members of a tier may see it; an empty tier is nobody's.
    pub fn opens(&self, tier: &str) -> i64 {
        let own = self
            .tiers
            .iter()
            .find(|(id, _)| !tier.is_empty() && id == tier);
        self.public - own.map_or(0, |(_, hours)| hours * HOUR_MS)
    }
}

/// What the feed says of one item.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Id of the item.
    pub id: String,
    version: i64,
    /// Usual price in major units; `None` where the feed does not say.
    pub price: Option<f64>,
    /// The price before the reduction.
    pub list: Option<f64>,
    /// The lowest of the last 30 days, as the shop says.
    pub lowest: Option<f64>,
    /// What it cost before the feed said its price first.
    pub before: Option<f64>,
    /// Whether it is out of stock; `None` where the feed does not say.
    pub out: Option<bool>,
    /// Pieces in stock, and when that was counted.
    pub stock: Option<u32>,
    /// Time of the stock count, in milliseconds since 1970.
    pub counted: i64,
    /// Flash sale.
    pub flash: Option<Flash>,
    /// Early access.
    pub early: Option<Early>,
    /// Where it ships from; empty where the feed does not say.
    pub ships: String,
}

/// What became of the rows of a patch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Rows that were applied.
    pub applied: u32,
    /// Not newer than what is known.
    pub stale: u32,
    /// Rows that were refused.
    pub refused: u32,
}

/// Why a patch was refused whole.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedError {
    /// It is of a version before the known one.
    Stale {
        /// The known version.
        known: i64,
    },
    /// It builds on another version than the known one.
    Gap {
        /// The known version.
        known: i64,
    },
    /// Its prices are of another currency than those before.
    Currency,
    /// It has no rows.
    Rows,
}

impl FeedError {
    /// Stable code, and what to do.
    pub fn told(self) -> (&'static str, &'static str) {
        match self {
            FeedError::Stale { .. } => ("feed.stale", "send a version at least as new as `known`"),
            FeedError::Gap { .. } => ("feed.gap", "fetch the whole feed, and patch from `known`"),
            FeedError::Currency => (
                "feed.currency",
                "send prices in the currency of the first feed",
            ),
            FeedError::Rows => ("feed.rows", "give `rows`, a list with an `id` in each"),
        }
    }

    /// The version to patch from.
    pub fn known(self) -> Option<i64> {
        match self {
            FeedError::Stale { known } | FeedError::Gap { known } => Some(known),
            _ => None,
        }
    }
}

/// Live prices and stock of a shop.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    /// By id.
    rows: Vec<Row>,
    version: i64,
    /// ISO 4217 code of all prices.
    pub currency: String,
    /// What the server's clock is ahead of the device's, where it was told.
    ahead: Option<i64>,
}

/// A price as a feed writes it, a number or `12.50 CNY`, and its currency; `Err` where it is none.
fn price(value: Option<&Value>) -> Result<Option<(f64, &str)>, ()> {
    let (amount, currency) = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => (Some(*number), ""),
        Some(Value::Text(text)) => {
            let text = text.trim_ascii();
            let at = text
                .find(|letter: char| letter.is_ascii_alphabetic())
                .unwrap_or(text.len());
            let (amount, currency) = text.split_at(at);
            (crate::decimal::parse(amount), currency.trim_ascii())
        }
        Some(_) => (None, ""),
    };
    match amount {
        Some(amount) if amount > 0.0 && amount <= 1e12 => Ok(Some((amount, currency))),
        _ => Err(()),
    }
}

/// A time or a count of a row; `Err` where it is neither.
fn whole(value: Option<&Value>, most: f64) -> Result<Option<i64>, ()> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) if (0.0..=most).contains(number) => Ok(Some(*number as i64)),
        Some(_) => Err(()),
    }
}

impl Feed {
    /// What the server's clock says when the device's says `now`.
    pub fn server(&self, now: i64) -> i64 {
        now.saturating_add(self.ahead.unwrap_or(0))
    }

    /// How far [`Feed::server`] may be from the truth.
    pub fn skew(&self) -> i64 {
        match self.ahead {
            Some(_) => 0,
            None => SKEW_MS,
        }
    }

    /// Version of the newest patch.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// Rows by id.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The row of an item.
    pub fn find(&self, id: &str) -> Option<&Row> {
        let at = self
            .rows
            .binary_search_by(|row| row.id.as_str().cmp(id))
            .ok()?;
        self.rows.get(at)
    }

    /// Takes a patch over: `version`, `base` where it is not the whole feed, `currency`, `served` (what the server's clock said when it
    /// answered), `counted` (when its stock was counted; else `served`), and `rows` with `id`, `price`, `list_price`,
    /// `lowest_price`, `availability`, `stock`, `flash` (`price`, `from`, `until`, `left`), `early` (`public`, `tiers`: hours by id), `ship_from`, `version`.
    /// `before` is what an item costs as far as is known without the feed.
    ///
    /// # Errors
    /// [`FeedError`]; nothing has changed then but the server's clock.
    pub fn take(
        &mut self,
        patch: &Value,
        now: i64,
        before: &dyn Fn(&str) -> Option<f64>,
    ) -> Result<Taken, FeedError> {
        if let Some(served) = patch
            .number_of("served")
            .filter(|time| (1e9..1e15).contains(time))
        {
            self.ahead = Some(served as i64 - now);
        }
        let rows = patch
            .get("rows")
            .and_then(Value::list)
            .ok_or(FeedError::Rows)?;
        let number = |name: &str| patch.number_of(name).map(|number| number as i64);
        let known = self.version;
        let version = number("version").unwrap_or(known);
        if version < known {
            return Err(FeedError::Stale { known });
        }
        if number("base").is_some_and(|base| base != known) {
            return Err(FeedError::Gap { known });
        }
        let currency = patch.text_of("currency");
        if !currency.is_empty() && !self.currency.is_empty() && currency != self.currency {
            return Err(FeedError::Currency);
        }
        if self.currency.is_empty() {
            self.currency = currency.chars().take(3).collect();
        }
        let counted = number("counted")
            .or(number("served"))
            .unwrap_or_else(|| self.server(now));
        let mut taken = Taken::default();
        for row in rows {
            let count = match self.take_row(row, version, counted, before) {
                Some(true) => &mut taken.applied,
                Some(false) => &mut taken.stale,
                None => &mut taken.refused,
            };
            *count += 1;
        }
        self.version = version;
        Ok(taken)
    }

    /// Whether a row was newer; `None` where it makes no sense.
    fn take_row(
        &mut self,
        row: &Value,
        version: i64,
        counted: i64,
        before: &dyn Fn(&str) -> Option<f64>,
    ) -> Option<bool> {
        let id = row.text_of("id");
        let version = row
            .number_of("version")
            .map_or(version, |number| number as i64);
        let place = self
            .rows
            .binary_search_by(|known| known.id.as_str().cmp(id));
        if id.is_empty() || id.len() > LONGEST || place.is_err() && self.rows.len() >= MOST {
            return None;
        }
        let mut new = match place {
            Ok(at) => self.rows.get(at)?.clone(),
            Err(_) => Row {
                id: id.into(),
                before: before(id),
                version: i64::MIN,
                ..Row::default()
            },
        };
        if version < new.version {
            return Some(false);
        }
        new.version = version;
        let money = |name: &str| match price(row.get(name)).ok()? {
            Some((_, currency)) if !currency.is_empty() && currency != self.currency => None,
            amount => Some(amount.map(|(amount, _)| amount)),
        };
        new.price = money("price")?.or(new.price);
        new.list = money("list_price")?.or(new.list);
        new.lowest = money("lowest_price")?.or(new.lowest);
        let availability = row.text_of("availability");
        if !availability.is_empty() {
            new.out = Some(super::live::out_of_stock(availability)?);
        }
        if let Some(stock) = whole(row.get("stock"), 1e9).ok()? {
            (new.stock, new.counted) = (Some(stock as u32), counted);
            if availability.is_empty() {
                new.out = Some(stock == 0);
            }
        }
        match row.get("flash") {
            None => {}
            Some(Value::Null) => new.flash = None,
            Some(flash) => new.flash = Some(read_flash(flash, new.list.or(new.price))?),
        }
        match row.get("early") {
            None => {}
            Some(Value::Null) => new.early = None,
            Some(early) => new.early = Some(read_early(early)?),
        }
        if let Some(ships) = row.get("ship_from").and_then(Value::text) {
            new.ships = ships.chars().take(LONGEST / 4).collect();
        }
        match place {
            Ok(at) => self.rows[at] = new,
            Err(at) => self.rows.insert(at, new),
        }
        Some(true)
    }
}

/// An early access: `public`, and `tiers` with hours by id.
fn read_early(early: &Value) -> Option<Early> {
    let public = whole(early.get("public"), 1e15).ok()??;
    let tiers = early.get("tiers").and_then(Value::fields).unwrap_or(&[]);
    let one = |(id, hours): &(String, Value)| {
        let hours = whole(Some(hours), 10_000.0).ok()??;
        Some((id.chars().take(LONGEST / 4).collect(), hours))
    };
    let tiers = tiers.iter().take(TIERS).map(one).collect::<Option<_>>()?;
    Some(Early { public, tiers })
}

/// A flash sale that makes sense: it ends after it began, and is no dearer than `usual`.
fn read_flash(flash: &Value, usual: Option<f64>) -> Option<Flash> {
    let (amount, _) = price(flash.get("price")).ok()??;
    let from = whole(flash.get("from"), 1e15).ok()??;
    let until = whole(flash.get("until"), 1e15).ok()??;
    let left = whole(flash.get("left"), 1e9).ok()?.map(|left| left as u32);
    let sound = from < until && usual.is_none_or(|usual| amount < usual);
    sound.then_some(Flash {
        price: amount,
        from,
        until,
        left,
    })
}

impl Row {
    /// Whether members of a tier may see it already.
    pub fn is_open(&self, tier: &str, server: i64, skew: i64) -> bool {
        let early = self.early.as_ref();
        early.is_none_or(|early| server.saturating_sub(skew) >= early.opens(tier))
    }

    /// What is left, where it is few and was counted a moment ago.
    pub fn few(&self, most: u32, server: i64) -> Option<u32> {
        let fresh = (0..=FRESH_MS).contains(&server.saturating_sub(self.counted));
        self.stock
            .filter(|stock| fresh && (1..=most).contains(stock))
    }

    /// What it costs at this moment, flash sale included.
    pub fn cost(&self, server: i64, skew: i64) -> Option<f64> {
        let flash = self
            .flash
            .as_ref()
            .filter(|flash| flash.state(server, skew) == State::Live);
        flash.map(|flash| flash.price).or(self.price)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 1_800_000_000_000;
    const MINUTE: i64 = 60_000;

    fn patch(json: &str) -> Value {
        Value::parse(json).expect("it is JSON")
    }

    fn take(feed: &mut Feed, json: &str) -> Result<Taken, FeedError> {
        feed.take(&patch(json), NOW, &|_| Some(100.0))
    }

    /// A feed with one flash sale of two hours around the server's now.
    fn flash(ahead: Option<i64>, left: &str) -> Feed {
        let mut feed = Feed::default();
        let served = ahead.map_or(String::new(), |ahead| {
            format!(r#""served":{},"#, NOW + ahead)
        });
        let server = NOW + ahead.unwrap_or(0);
        let (from, until) = (server - 60 * MINUTE, server + 60 * MINUTE);
        take(&mut feed, &format!(r#"{{{served}"version":1,"currency":"CNY","rows":[{{"id":"tea","price":80,"list_price":100,"flash":{{"price":60,"from":{from},"until":{until}{left}}}}}]}}"#)).unwrap();
        feed
    }

    #[test]
    fn a_flash_sale_is_live_by_the_servers_clock_whatever_the_devices_says() {
        let state = |feed: &Feed, minutes: i64| {
            let row = feed.find("tea").unwrap();
            row.flash
                .as_ref()
                .unwrap()
                .state(feed.server(NOW + minutes * MINUTE), feed.skew())
        };
        for ahead in [-10 * MINUTE, 0, 10 * MINUTE] {
            let feed = flash(Some(ahead), "");
            let row = feed.find("tea").unwrap();
            assert_eq!(
                [-61, -60, 59, 60].map(|minutes| state(&feed, minutes)),
                [State::Upcoming, State::Live, State::Live, State::Ended]
            );
            assert_eq!(row.cost(feed.server(NOW), feed.skew()), Some(60.0));
            assert_eq!(
                row.cost(feed.server(NOW + 60 * MINUTE), feed.skew()),
                Some(80.0)
            );
        }
        // Without a server's time nothing that may have ended, or not begun, is live.
        let feed = flash(None, "");
        assert_eq!(
            [-60, -51, -50, 49, 50].map(|minutes| state(&feed, minutes)),
            [
                State::Upcoming,
                State::Upcoming,
                State::Live,
                State::Live,
                State::Ended
            ]
        );
        let sold = flash(Some(0), r#","left":0"#);
        assert_eq!(
            sold.find("tea")
                .unwrap()
                .flash
                .as_ref()
                .unwrap()
                .state(NOW, 0),
            State::SoldOut
        );
        assert_eq!(sold.find("tea").unwrap().cost(NOW, 0), Some(80.0));
    }

    #[test]
    fn few_pieces_are_spoken_of_for_a_minute_after_they_were_counted() {
        let mut feed = Feed::default();
        take(&mut feed, &format!(r#"{{"served":{NOW},"version":1,"rows":[{{"id":"tea","stock":3}},{{"id":"pot","stock":0}},{{"id":"cup","stock":40}}]}}"#)).unwrap();
        let few = |id: &str, seconds: i64| feed.find(id).unwrap().few(5, NOW + seconds * 1000);
        assert_eq!(
            [0, 60, 61, -1].map(|seconds| few("tea", seconds)),
            [Some(3), Some(3), None, None]
        );
        assert_eq!((few("pot", 0), few("cup", 0)), (None, None));
        assert_eq!(feed.find("pot").unwrap().out, Some(true));
    }

    #[test]
    fn old_and_partial_patches_are_checked_by_version() {
        let mut feed = Feed::default();
        let row = |version: i64, price: i64| {
            format!(
                r#"{{"version":{version},"currency":"CNY","rows":[{{"id":"tea","price":{price}}}]}}"#
            )
        };
        assert_eq!(take(&mut feed, &row(5, 90)).unwrap().applied, 1);
        assert_eq!(
            take(&mut feed, &row(4, 10)),
            Err(FeedError::Stale { known: 5 })
        );
        assert_eq!(
            take(&mut feed, r#"{"version":9,"base":7,"rows":[]}"#),
            Err(FeedError::Gap { known: 5 })
        );
        assert_eq!(take(&mut feed, r#"{"version":6,"base":5,"rows":[{"id":"tea","price":85},{"id":"tea","price":1,"version":2}]}"#).unwrap(), Taken { applied: 1, stale: 1, refused: 0 });
        assert_eq!(
            take(&mut feed, r#"{"version":7,"currency":"USD","rows":[]}"#),
            Err(FeedError::Currency)
        );
        assert_eq!(take(&mut feed, r#"{"version":7}"#), Err(FeedError::Rows));
        let tea = feed.find("tea").unwrap();
        assert_eq!(
            (tea.price, tea.before, feed.version()),
            (Some(85.0), Some(100.0), 6)
        );
    }

    #[test]
    fn rows_that_make_no_sense_are_refused_one_by_one() {
        let mut feed = Feed::default();
        take(
            &mut feed,
            r#"{"version":1,"currency":"CNY","rows":[{"id":"tea","price":"90.00 CNY"}]}"#,
        )
        .unwrap();
        for row in [
            r#"{"id":""}"#,
            r#"{"price":3}"#,
            r#"{"id":"tea","price":-1}"#,
            r#"{"id":"tea","price":"cheap"}"#,
            r#"{"id":"tea","price":"12 USD"}"#,
            r#"{"id":"tea","stock":-2}"#,
            r#"{"id":"tea","availability":"perhaps"}"#,
            r#"{"id":"tea","flash":{"price":50,"from":9,"until":9}}"#,
            r#"{"id":"tea","flash":{"price":95,"from":1,"until":9}}"#,
            r#"{"id":"tea","flash":{"price":50}}"#,
        ] {
            let taken = take(&mut feed, &format!(r#"{{"version":2,"rows":[{row}]}}"#)).unwrap();
            assert_eq!(taken.refused, 1, "{row}");
        }
        assert_eq!(feed.find("tea").unwrap().price, Some(90.0));
    }

    #[test]
    fn higher_tiers_see_first_and_nobody_else_before_the_hour() {
        let mut feed = Feed::default();
        let public = NOW + 30 * HOUR_MS;
        take(&mut feed, &format!(r#"{{"served":{NOW},"version":1,"rows":[{{"id":"tea","early":{{"public":{public},"tiers":{{"gold":24,"diamond":48}}}}}},{{"id":"pot","early":{{"tiers":{{}}}}}}]}}"#)).unwrap();
        let tea = feed.find("tea").unwrap();
        let open = |tier: &str, hours: i64| tea.is_open(tier, NOW + hours * HOUR_MS, 0);
        assert!(open("diamond", 0) && !open("gold", 0) && !open("silver", 0) && !open("", 0));
        assert!(!open("gold", 5) && open("gold", 6) && !open("silver", 29));
        assert!(["gold", "silver", ""].map(|tier| open(tier, 30)) == [true; 3]);
        assert!(
            !tea.is_open("gold", NOW + 6 * HOUR_MS, SKEW_MS),
            "not before a clock that may be fast"
        );
        assert!(feed.find("pot").is_none());
    }

    proptest! {
        #[test]
        fn any_patch_is_taken_or_refused(rows in prop::collection::vec("(\\{\"id\":\"[ab]\",\"price\":-?[1-9][0-9]{0,2},\"version\":[0-9]\\}|\\{\\}|null|\\[\\]|7)", 0..9), version in -3i64..9) {
            let mut feed = Feed::default();
            let json = format!(r#"{{"version":{version},"rows":[{}]}}"#, rows.join(","));
            if let Ok(taken) = take(&mut feed, &json) {
                prop_assert_eq!((taken.applied + taken.stale + taken.refused) as usize, rows.len());
            }
            prop_assert!(feed.rows().is_sorted_by(|a, b| a.id < b.id));
        }
    }
}
