//! Departments: how much the shopper does in each root category, and how dear what they look at is there.
//!
//! The level is the mean, weighted and faded as interests are, of each item's place among the prices of its own leaf
//! category: 0 is the cheapest, 1 the dearest. So a dear coffee machine and a dear coffee are alike. No price follows
//! from it, and no label under [`ENOUGH`] events.

use super::confidence;
use crate::codec::{Reader, put_float, put_text, put_uint};
use crate::intake::{Event, Kind};
use crate::natural;
use crate::shop::{Model, SEPARATOR};
use crate::value::Value;

pub(super) const VERSION: u8 = 1;

const MOST: usize = 24;
const HALF_LIFE_MS: f64 = 30.0 * 86_400e3;
/// Events below which no level is told.
const ENOUGH: u32 = 3;

#[derive(Clone, Debug, Default, PartialEq)]
struct Department {
    name: String,
    /// Faded: weights, and weights times places of those that have a price.
    weight: f64,
    priced: f64,
    dear: f64,
    at: i64,
    events: u32,
    bought: u32,
}

impl Department {
    fn fade(&mut self, to: i64) {
        let factor = faded(to.saturating_sub(self.at));
        self.weight *= factor;
        self.priced *= factor;
        self.dear *= factor;
        self.at = self.at.max(to);
    }

    fn level(&self) -> Option<f64> {
        (self.events >= ENOUGH && self.priced > 1e-9).then(|| self.dear / self.priced)
    }
}

fn faded(elapsed: i64) -> f64 {
    natural::exp(-core::f64::consts::LN_2 * elapsed.max(0) as f64 / HALF_LIFE_MS)
}

/// The prices of a leaf category in rising order, worked out when the first of its items is met; of one model.
#[derive(Clone, Debug, Default)]
struct Prices(Vec<(u16, Vec<f32>)>);

/// Follows from the model, so that two states are equal whatever is worked out of it.
impl PartialEq for Prices {
    fn eq(&self, _: &Prices) -> bool {
        true
    }
}

impl Prices {
    /// The place of an item among the prices of its category: the middle of the equals.
    fn place(&mut self, model: &Model, item: u32) -> Option<f64> {
        let (category, price) = (model.category(item)?, model.price(item)?);
        let at = self.0.iter().position(|known| known.0 == category);
        let at = at.unwrap_or_else(|| {
            let items = 0..model.items() as u32;
            let mine = items.filter(|other| model.category(*other) == Some(category));
            let mut prices: Vec<f32> = mine.filter_map(|other| model.price(other)).collect();
            prices.sort_unstable_by(f32::total_cmp);
            self.0.push((category, prices));
            self.0.len() - 1
        });
        let prices = &self.0[at].1;
        let below = prices.partition_point(|known| *known < price);
        let equal = prices.partition_point(|known| *known <= price) - below;
        (prices.len() > 1)
            .then(|| (below as f64 + (equal as f64 - 1.0) / 2.0) / (prices.len() as f64 - 1.0))
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Departments {
    list: Vec<Department>,
    prices: Prices,
}

fn weight(kind: Kind) -> f64 {
    match kind {
        Kind::ProductViewed => 1.0,
        Kind::ProductAddedToWishlist | Kind::ProductWatched => 3.0,
        Kind::ProductAdded | Kind::WishlistProductAddedToCart => 4.0,
        Kind::OrderCompleted => 6.0,
        _ => 0.0,
    }
}

impl Departments {
    pub(super) fn learn(&mut self, event: &Event, model: Option<&Model>) {
        let weight = weight(event.kind);
        if weight == 0.0 {
            return;
        }
        for product in &event.products {
            let item = model.and_then(|model| Some((model, model.find(&product.id)?)));
            let path = match item
                .and_then(|(model, item)| Some(model.category_path(model.category(item)?)))
            {
                Some(path) => path,
                None => product.category.clone().unwrap_or_default(),
            };
            let root = path.split(SEPARATOR).next().unwrap_or("").trim();
            if root.is_empty() {
                continue;
            }
            let place = item.and_then(|(model, item)| self.prices.place(model, item));
            let department = self.department(root, event.time);
            let late = faded(department.at.saturating_sub(event.time));
            department.fade(event.time);
            department.weight += weight * late;
            if let Some(place) = place {
                department.priced += weight * late;
                department.dear += weight * late * place;
            }
            department.events = department.events.saturating_add(1);
            if event.kind == Kind::OrderCompleted {
                department.bought = department.bought.saturating_add(1);
            }
        }
    }

    fn department(&mut self, name: &str, time: i64) -> &mut Department {
        let at = self.list.iter().position(|known| known.name == name);
        let at = at.unwrap_or_else(|| {
            if self.list.len() == MOST {
                let strength = |one: &Department| one.weight * faded(time.saturating_sub(one.at));
                let faintest = (0..MOST)
                    .min_by(|a, b| strength(&self.list[*a]).total_cmp(&strength(&self.list[*b])));
                self.list.remove(faintest.unwrap_or(0));
            }
            self.list.push(Department {
                name: name.into(),
                at: time,
                ..Department::default()
            });
            self.list.len() - 1
        });
        &mut self.list[at]
    }

    /// Another model has other prices.
    pub(super) fn resolve(&mut self) {
        self.prices = Prices::default();
    }

    pub(super) fn retain(&mut self, passes: impl Fn(&str) -> bool) {
        self.list.retain(|department| passes(&department.name));
    }

    /// A map by name, for conditions and the portrait: `weight`, `level`, `events`, `bought`, `last`, `confidence`.
    pub fn answer(&self, now: i64) -> Value {
        let one = |department: &Department| {
            let value = Value::map([
                (
                    "weight",
                    (department.weight * faded(now.saturating_sub(department.at))).into(),
                ),
                ("level", department.level().into()),
                ("events", department.events.into()),
                ("bought", department.bought.into()),
                ("last", department.at.into()),
                ("confidence", confidence(department.events).into()),
            ]);
            (department.name.clone(), value)
        };
        Value::Map(self.list.iter().map(one).collect())
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put_uint(out, self.list.len() as u64);
        for department in &self.list {
            put_text(out, &department.name);
            for sum in [department.weight, department.priced, department.dear] {
                put_float(out, sum);
            }
            put_uint(out, department.at as u64);
            put_uint(out, department.events.into());
            put_uint(out, department.bought.into());
        }
    }

    pub(super) fn decode(&mut self, version: u8, reader: &mut Reader) -> bool {
        if version != VERSION {
            return false;
        }
        for _ in 0..reader.count(28, MOST) {
            self.list.push(Department {
                name: reader.text().into(),
                weight: reader.float(),
                priced: reader.float(),
                dear: reader.float(),
                at: reader.uint() as i64,
                events: reader.small(),
                bought: reader.small(),
            });
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::tests::toy;
    use proptest::prelude::*;

    #[test]
    fn a_level_is_the_place_among_the_prices_of_its_category() {
        let model = toy().open();
        let category = model.category(0);
        let mut phones: Vec<(f32, String)> = (0..model.items() as u32)
            .filter(|item| model.category(*item) == category && model.price(*item).is_some())
            .map(|item| (model.price(item).unwrap(), model.key(item).into()))
            .collect();
        phones.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert!(phones.len() > 1, "{phones:?}");
        let level = |key: &str| {
            let mut departments = Departments::default();
            for time in 0..3 {
                departments.learn(
                    &Event::about(Kind::ProductViewed, time, [key]),
                    Some(&model),
                );
            }
            let answer = departments.answer(3);
            answer.entries()[0].1.number_of("level").unwrap()
        };
        assert_eq!(level(&phones[0].1), 0.0);
        assert_eq!(level(&phones.last().unwrap().1), 1.0);
    }

    #[test]
    fn two_events_are_too_few_for_a_level() {
        let model = toy().open();
        let mut departments = Departments::default();
        for time in 0..2 {
            departments.learn(
                &Event::about(Kind::ProductViewed, time, ["phone-a"]),
                Some(&model),
            );
        }
        assert_eq!(
            departments.answer(2).entries()[0].1.get("level"),
            Some(&Value::Null)
        );
    }

    proptest! {
        #[test]
        fn weights_are_those_of_all_events_faded(events in prop::collection::vec((0i64..5_000_000_000, any::<bool>()), 1..40)) {
            let now = 5_000_000_000i64;
            let mut departments = Departments::default();
            for (time, bought) in &events {
                let kind = if *bought { Kind::OrderCompleted } else { Kind::ProductViewed };
                let mut event = Event::about(kind, *time, ["unknown"]);
                event.products[0].category = Some("Books > Novels".into());
                departments.learn(&event, None);
            }
            let mut out = Vec::new();
            departments.encode(&mut out);
            let mut back = Departments::default();
            let mut reader = Reader::new(&out);
            prop_assert!(back.decode(VERSION, &mut reader) && reader.ends());
            let brute: f64 = events.iter().map(|(time, bought)| {
                (if *bought { 6.0 } else { 1.0 }) * libm::exp2(-((now - time) as f64) / HALF_LIFE_MS)
            }).sum();
            let found = &back.list[0];
            prop_assert_eq!(&found.name, "Books");
            prop_assert!((found.weight * faded(now - found.at) - brute).abs() < 1e-9);
        }
    }
}
