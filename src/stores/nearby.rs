//! Stores, item, place and time → the stores to go to: nearest first, or without a place those of the shopper's region.
//!
//! The place is rounded here, whatever was handed over, and is in no answer: a distance is whole kilometres of a rounded
//! place.

use super::distance::Spot;
use super::store::{Store, Stores};
use crate::act::rule::Text;
use crate::value::Value;

/// Kilometres that are near, unless the page says.
pub const NEAR_KM: f64 = 30.0;
const FARTHEST_KM: f64 = 20_100.0;
/// Stores of one answer.
pub const MOST: usize = 20;

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Wish<'a> {
    /// Empty for any store.
    pub item: &'a str,
    /// Other variants of its product: a demonstration unit of one shows them all.
    pub variants: &'a [&'a str],
    /// Rounded place of the shopper.
    pub place: Option<Spot>,
    /// Where the shopper is, as far as it is known without a place: two letters, and the name of the zone.
    pub region: Option<[u8; 2]>,
    /// Time zone of the shopper; empty where unknown.
    pub zone: &'a str,
    /// Maximum distance in kilometres.
    pub within_km: f64,
    /// Only stores that have the item, show it, and are open.
    pub stock: bool,
    /// Only stores that display the item.
    pub demo: bool,
    /// Only stores that are open now.
    pub open: bool,
    /// Maximum number of stores.
    pub limit: usize,
}

/// A store that fits.
#[derive(Clone, Debug)]
pub struct Near<'a> {
    /// The store.
    pub store: &'a Store,
    /// From the rounded place; nothing without one.
    pub km: Option<f64>,
    /// Whether it has the item.
    pub stock: bool,
    /// Whether it displays the product.
    pub demo: bool,
    /// Closing time if open, in milliseconds since 1970.
    pub closes: Option<i64>,
    /// Next opening within eight days, in milliseconds since 1970.
    pub opens: Option<i64>,
}

/// Stores, and how they were found.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// What "near" was decided by.
    pub by: By,
    /// Stores, nearest first.
    pub stores: Vec<Near<'a>>,
}

/// How stores were chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Distance from a place.
    Place,
    /// The shopper's region: no place was given.
    Region,
}

impl By {
    /// Name in answers.
    pub fn name(self) -> &'static str {
        match self {
            By::Place => "place",
            By::Region => "region",
        }
    }
}

impl Near<'_> {
    /// As the border answers.
    pub fn to_value(&self) -> Value {
        let both = |text: &Text| {
            Value::map([
                ("en", text.en.as_str().into()),
                ("zh", text.zh.as_str().into()),
            ])
        };
        Value::map([
            ("id", self.store.id.as_str().into()),
            ("name", both(&self.store.name)),
            ("address", both(&self.store.address)),
            ("zone", self.store.zone.as_str().into()),
            ("km", self.km.into()),
            ("stock", self.stock.into()),
            ("demo", self.demo.into()),
            ("open", self.closes.is_some().into()),
            ("closes", self.closes.into()),
            ("opens", self.opens.into()),
        ])
    }
}

/// The stores that fit a wish, nearest first; without a place in the shop's own order.
pub fn nearby<'a>(stores: &'a Stores, wish: &Wish, now: i64) -> Found<'a> {
    let place = wish.place.map(Spot::rounded);
    let within = wish.within_km.clamp(0.0, FARTHEST_KM) * 1000.0;
    // The zone tells where a shopper is sooner than the language of their browser.
    let zoned = |store: &Store| !wish.zone.is_empty() && store.zone == wish.zone;
    let by_zone = stores.stores.iter().any(zoned);
    let mut found: Vec<(f64, Near)> = Vec::new();
    for store in &stores.stores {
        let metres = place.map(|place| place.metres(store.spot));
        let is_near = match metres {
            Some(metres) => metres <= within,
            None if by_zone => zoned(store),
            None => wish.region.is_some() && store.region == wish.region,
        };
        if !is_near {
            continue;
        }
        let stock = store.has(wish.item);
        let demo = store.shows(wish.item) || wish.variants.iter().any(|one| store.shows(one));
        let closes = store.closes(now);
        if wish.stock && !stock || wish.demo && !demo || wish.open && closes.is_none() {
            continue;
        }
        let near = Near {
            store,
            km: metres.map(|metres| (metres / 1000.0 + 0.5).floor().max(1.0)),
            stock,
            demo,
            closes,
            opens: store.opens(now),
        };
        found.push((metres.unwrap_or(0.0), near));
    }
    // Stable, so that of equals the shop's first wins.
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found.truncate(wish.limit.min(MOST));
    Found {
        by: if place.is_some() {
            By::Place
        } else {
            By::Region
        },
        stores: found.into_iter().map(|(_, near)| near).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::store::tests::{HOUR, MORNING, store, stores};
    use super::*;
    use proptest::prelude::*;

    fn all() -> Stores {
        let mut stockholm = store("stockholm", 59.3326, 18.0632);
        stockholm.set("region", "SE".into());
        stockholm.set("zone", "Europe/Stockholm".into());
        stockholm.set("clock", "CET-1CEST,M3.5.0,M10.5.0/3".into());
        let mut bare = store("bare", 32.05, 118.79);
        bare.set("stock", Value::List(Vec::new()));
        let mut hidden = store("hidden", 32.06, 118.79);
        hidden.set("demo", Value::List(Vec::new()));
        stores(vec![
            store("nanjing", 32.0415, 118.7847),
            bare,
            hidden,
            store("shanghai", 31.2363, 121.4804),
            stockholm,
        ])
    }

    fn invitable(latitude: f64, longitude: f64) -> Wish<'static> {
        Wish {
            item: "ac",
            place: Spot::new(latitude, longitude),
            within_km: NEAR_KM,
            stock: true,
            demo: true,
            open: true,
            limit: 3,
            ..Wish::default()
        }
    }

    fn ids(found: &Found) -> Vec<String> {
        found
            .stores
            .iter()
            .map(|near| near.store.id.clone())
            .collect()
    }

    #[test]
    fn the_nearest_open_store_with_stock_and_a_demonstration_unit_is_found() {
        let all = all();
        let found = nearby(&all, &invitable(32.06, 118.80), MORNING);
        assert_eq!((ids(&found), found.by), (vec!["nanjing".into()], By::Place));
        assert_eq!(found.stores[0].km, Some(3.0));
        let wish = Wish {
            stock: false,
            demo: false,
            ..invitable(32.06, 118.80)
        };
        assert_eq!(
            ids(&nearby(&all, &wish, MORNING)),
            ["hidden", "bare", "nanjing"]
        );
        let wish = Wish {
            within_km: 400.0,
            ..invitable(32.06, 118.80)
        };
        assert_eq!(ids(&nearby(&all, &wish, MORNING)), ["nanjing", "shanghai"]);
        assert_eq!(ids(&nearby(&all, &invitable(0.0, 0.0), MORNING)), [""; 0]);
    }

    #[test]
    fn a_closed_store_and_one_without_stock_are_never_invited_to() {
        let all = all();
        for hour in 0..24 * 14 {
            let now = MORNING + hour * HOUR;
            let found = nearby(&all, &invitable(32.06, 118.80), now);
            let open = hour % 24 < 12;
            assert_eq!(found.stores.len(), usize::from(open), "hour {hour}");
        }
        // Another variant on show is as good, another variant in stock is not.
        let wish = Wish {
            item: "ac-white",
            variants: &["ac"],
            ..invitable(32.06, 118.80)
        };
        assert_eq!(ids(&nearby(&all, &wish, MORNING)), [""; 0]);
        let wish = Wish {
            item: "fan",
            variants: &["ac"],
            ..invitable(32.06, 118.80)
        };
        assert_eq!(ids(&nearby(&all, &wish, MORNING)), ["nanjing"]);
    }

    #[test]
    fn without_a_place_the_stores_of_the_region_answer_without_a_distance() {
        let all = all();
        let wish = Wish {
            place: None,
            region: Some(*b"CN"),
            ..invitable(0.0, 0.0)
        };
        let found = nearby(&all, &wish, MORNING);
        assert_eq!(
            (ids(&found), found.by),
            (vec!["nanjing".into(), "shanghai".into()], By::Region)
        );
        assert_eq!(found.stores[0].km, None);
        let wish = Wish {
            region: Some(*b"GB"),
            zone: "Asia/Shanghai",
            ..wish
        };
        assert_eq!(ids(&nearby(&all, &wish, MORNING)), ["nanjing", "shanghai"]);
        let wish = Wish {
            region: Some(*b"GB"),
            zone: "Europe/London",
            ..wish
        };
        assert_eq!(ids(&nearby(&all, &wish, MORNING)), [""; 0]);
        let wish = Wish {
            region: None,
            zone: "",
            ..wish
        };
        assert_eq!(ids(&nearby(&all, &wish, MORNING)), [""; 0]);
    }

    #[test]
    fn an_answer_holds_no_place() {
        let all = all();
        let found = nearby(&all, &invitable(32.0634, 118.8011), MORNING);
        let json = found.stores[0].to_value().to_json();
        for part in ["32.0", "118.", "latitude", "longitude"] {
            assert!(!json.contains(part), "{json}");
        }
    }

    proptest! {
        #[test]
        fn whoever_is_invited_can_go(latitude in -90.0..=90.0, longitude in -180.0..=180.0, after in 0i64..28 * 24 * 60, within in 0.0..25_000.0) {
            let all = all();
            let now = MORNING + after * 60_000;
            let wish = Wish { within_km: within, ..invitable(latitude, longitude) };
            let found = nearby(&all, &wish, now);
            let mut last = 0.0;
            for near in &found.stores {
                prop_assert!(near.stock && near.demo && near.closes.is_some_and(|closes| closes > now));
                let km = near.km.expect("a place was given");
                prop_assert!(km >= last && km <= within.max(1.0) + 1.0);
                last = km;
            }
        }
    }
}
