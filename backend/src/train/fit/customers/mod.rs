//! What order history says of a shop's customers as a whole, for the full edition: parameters of the customer models,
//! what is usual between purchases, price quantiles, scenes and festivals.
//!
//! | file | what |
//! | --- | --- |
//! | `fit` | BG/NBD and gamma-gamma by maximum likelihood |
//! | `simplex` | how they are maximised |
//! | `habits` | intervals and prices by category, quintiles |
//! | `segments` | groups whose orders are alike |
//! | `scenes` | weekdays, seasons and festivals |
//!
//! Nothing here is about one customer: each number is of at least ten of them.

mod fit;
mod habits;
mod scenes;
mod segments;
mod simplex;

use std::fmt::Write;

use tillside::scene::calendar::Calendar;
use tillside::scene::day;
use tillside::shop::customers::{FITTED, Fitted};
use tillside::shop::pack::Packer;
use tillside::shop::segments::{Features, features};

use crate::train::items::columns::Categories;
use crate::train::items::goods::Goods;
use crate::train::items::orders::Order;
pub use scenes::Home;

/// The calendar that is shipped where no other is given.
pub const FESTIVALS: &str = include_str!("../../../../data/festivals.txt");
/// Years of tabulated days that a model brings, after that of its newest event.
const YEARS: i32 = 5;

/// All that goes into the model.
#[derive(Default)]
pub struct Customers {
    fitted: [Option<Vec<f64>>; FITTED.len()],
    /// Mean and variance each.
    cycles: Vec<f32>,
    prices: Vec<f32>,
    segments: Vec<f32>,
    scenes: Option<scenes::Scenes>,
    festivals: String,
    /// Customers with an order, and with two.
    pub customers: usize,
    pub repeaters: usize,
}

pub(super) fn day(time: i64, zone: i32) -> i32 {
    day::local_day(time, zone)
}

/// One customer's trips.
struct History {
    days: Vec<i32>,
    orders: u32,
    spend: f64,
}

fn histories(goods: &Goods, orders: &[Order], zone: i32) -> Vec<History> {
    let price =
        |item: &u32| -> Option<f64> { goods.products[*item as usize]?.price.map(f64::from) };
    orders
        .chunk_by(|a, b| a.shopper == b.shopper)
        .map(|orders| {
            let mut days: Vec<i32> = orders.iter().map(|order| day(order.time, zone)).collect();
            days.dedup();
            let spend = |order: &Order| -> f64 { order.items.iter().filter_map(price).sum() };
            History {
                days,
                orders: orders.len() as u32,
                spend: orders.iter().map(spend).sum(),
            }
        })
        .collect()
}

impl Customers {
    pub fn of(
        goods: &Goods,
        orders: &[Order],
        categories: &Categories,
        home: &Home,
        calendar: &Calendar,
        festivals: &str,
    ) -> Customers {
        let mut all = Customers {
            festivals: trimmed(festivals, newest(goods), home.zone),
            prices: habits::deciles(goods, categories),
            scenes: scenes::scenes(goods, categories, home, calendar),
            ..Customers::default()
        };
        // Without times there is no before and after.
        let Some(end) = newest(goods).map(|time| day(time, home.zone)) else {
            return all;
        };
        let histories = histories(goods, orders, home.zone);
        all.customers = histories.len();
        all.repeaters = histories.iter().filter(|one| one.days.len() > 1).count();
        let seen: Vec<(u32, u32, u32)> = histories
            .iter()
            .map(|one| {
                let (first, last) = (one.days[0], one.days[one.days.len() - 1]);
                let days = |to: i32| (to - first).max(0) as u32;
                (one.days.len() as u32 - 1, days(last), days(end))
            })
            .collect();
        let repeat = histories.iter().filter(|one| one.days.len() > 1);
        let spends: Vec<(u32, f64)> = repeat
            .clone()
            .map(|one| (one.orders, one.spend / f64::from(one.orders)))
            .collect();
        let mut intervals = habits::Intervals::default();
        repeat.for_each(|one| intervals.add(&habits::gaps(&one.days)));
        let (by_category, cycle) = habits::cycles(orders, categories, home.zone);
        all.cycles = by_category
            .iter()
            .flat_map(|one| one.moments().unwrap_or_default().map(|x| x as f32))
            .collect();
        let prior = |of: &habits::Intervals| {
            let [mean, variance] = of.moments()?;
            Some(vec![mean, variance, of.weight()])
        };
        let rfm = || {
            if histories.len() < fit::CUSTOMERS {
                return None;
            }
            let of = |value: &dyn Fn(&History) -> f64| {
                habits::quintiles(histories.iter().map(value).collect())
            };
            let idle = of(&|one| f64::from(end - one.days[one.days.len() - 1]))?;
            let trips = of(&|one| one.days.len() as f64)?;
            let spend = of(&|one| one.spend / f64::from(one.orders))?;
            Some([idle, trips, spend].concat())
        };
        let alike: Vec<Features> = histories
            .iter()
            .map(|one| {
                let idle = end - one.days[one.days.len() - 1];
                let spend = one.spend / f64::from(one.orders);
                features(idle, one.days.len() as u32, spend)
            })
            .collect();
        all.segments = segments::fit(&alike).unwrap_or_default();
        let mut put = |what: Fitted, numbers: Option<Vec<f64>>| all.fitted[what as usize] = numbers;
        put(Fitted::Activity, fit::activity(&seen).map(Vec::from));
        put(Fitted::Spend, fit::spend(&spends).map(Vec::from));
        put(Fitted::Rfm, rfm());
        put(Fitted::Interval, prior(&intervals));
        put(Fitted::Cycle, prior(&cycle));
        all
    }

    /// What does not go by items or categories, which a part numbers anew.
    pub fn of_all(&self) -> Customers {
        Customers {
            fitted: self.fitted.clone(),
            segments: self.segments.clone(),
            festivals: self.festivals.clone(),
            customers: self.customers,
            repeaters: self.repeaters,
            ..Customers::default()
        }
    }

    /// Writes tensors.
    pub fn pack(&self, packer: &mut Packer) {
        let some = |numbers: &[f32]| numbers.iter().any(|number| *number > 0.0);
        if some(&self.cycles) {
            packer.f32s("category.cycle", &self.cycles);
        }
        if some(&self.prices) {
            packer.f32s("category.price", &self.prices);
        }
        if !self.segments.is_empty() {
            packer.f32s("customers.segments", &self.segments);
        }
        if !self.festivals.is_empty() {
            packer.u8s("festivals", self.festivals.as_bytes());
        }
        if let Some(scenes) = &self.scenes {
            packer.rows("item.scene", &scenes.items);
            packer.rows("category.scene", &scenes.categories);
        }
    }

    /// Values of the model's metadata; empty where nothing was fitted.
    pub fn metadata(&self) -> [(&'static str, String); FITTED.len()] {
        let mut all = FITTED.map(|(key, _)| (key, String::new()));
        for ((_, text), numbers) in all.iter_mut().zip(&self.fitted) {
            let numbers: Vec<String> = numbers.iter().flatten().map(|n| decimal(*n)).collect();
            *text = numbers.join(" ");
        }
        all
    }

    /// A section of the model card.
    pub fn card(&self) -> String {
        let mut text = format!(
            "\n## Customers\n\nOf {} customers with an order, {} have ordered on several days.\n\n| model | parameters |\n| --- | --- |\n",
            self.customers, self.repeaters
        );
        let names = [
            "BG/NBD, days: r, α, a, b",
            "gamma-gamma: p, q, γ",
            "RFM cuts: days, trips, spend",
            "interval between trips: mean, variance, weight",
            "interval in a category: mean, variance, weight",
        ];
        for (name, (_, numbers)) in names.iter().zip(self.metadata()) {
            let numbers = if numbers.is_empty() {
                "not fitted: too few customers, or no times or prices"
            } else {
                &numbers
            };
            let _ = writeln!(text, "| {name} | {numbers} |");
        }
        let rows = segments::card(&self.segments);
        if !rows.is_empty() {
            text += "\nSegments of customers whose orders are alike, by their centres:\n\n| segment | share | days since the last order | trips | spend of an order |\n| --- | --: | --: | --: | --: |\n";
            for row in rows {
                let _ = writeln!(text, "| {} |", row.join(" | "));
            }
        }
        let count = |of: &[f32], each: usize| of.chunks(each).filter(|one| one[0] > 0.0).count();
        let lifts = |rows: &[Vec<u8>]| rows.iter().filter(|row| !row.is_empty()).count();
        let (items, groups) = self.scenes.as_ref().map_or((0, 0), |scenes| {
            (lifts(&scenes.items), lifts(&scenes.categories))
        });
        let _ = writeln!(
            text,
            "\nCategories with an interval of their own: {}, with price quantiles: {}. Items with a scene: {items}, categories: {groups}. Festivals: {}.",
            count(&self.cycles, 2),
            count(&self.prices, tillside::shop::customers::DECILES),
            self.festivals.lines().count(),
        );
        text
    }
}

/// Of at most six places behind the point, as a page reads it.
fn decimal(value: f64) -> String {
    let mut text = String::new();
    tillside::decimal::print(&mut text, value);
    text
}

fn newest(goods: &Goods) -> Option<i64> {
    let sessions = goods.sessions.iter().flat_map(|session| &session.events);
    sessions
        .map(|event| event.time)
        .max()
        .filter(|time| *time > 0)
}

/// The lines of a calendar without comments, and of tabulated days those a page may still need.
fn trimmed(festivals: &str, newest: Option<i64>, zone: i32) -> String {
    let year = newest.map(|time| day::civil(day(time, zone)).0);
    let needed = |date: &&str| {
        let of = date.get(..4).and_then(|year| year.parse().ok());
        match (of, year) {
            (Some(of), Some(year)) => (year - 1..=year + YEARS).contains(&of),
            _ => true,
        }
    };
    let mut lines = Vec::new();
    for line in festivals.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut parts: Vec<String> = line.split('|').map(str::to_owned).collect();
        if let Some(when) = parts
            .get_mut(6)
            .filter(|when| when.len() > 12 && !when.contains('/'))
        {
            let kept: Vec<&str> = when.split(' ').filter(needed).collect();
            // A festival whose table has ended keeps its place: lifts go by number.
            if !kept.is_empty() {
                *when = kept.join(" ");
            }
        }
        lines.push(parts.join("|"));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests;
