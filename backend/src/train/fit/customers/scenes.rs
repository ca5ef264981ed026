//! What items and categories gain on a weekday, at a time of day, in a season and near a festival: smoothed log-lifts.
//!
//! `ln((c + κp) / (n + κ) / p)`: of the n events of an item c are in the scene, which is the share p of all events. Kept
//! are lifts that are neither small nor chance. Seasons need a year of history, so that what only grew is not taken for a
//! season; weekdays four weeks.

use tillside::scene::calendar::Calendar;
use tillside::scene::lift::{FESTIVAL, PART, SEASON, WEEKDAY, code};
use tillside::scene::{Part, Season, day};

use crate::train::items::columns::Categories;
use crate::train::items::goods::{Goods, weight};

/// Events, weighed, that an item and a category need.
const FEWEST: f64 = 200.0;
/// κ.
const SMOOTH: f64 = 100.0;
/// The least lift that is kept, either way, and the most.
const LEAST: f64 = 0.15;
const MOST: f64 = 1.0;
/// Standard deviations of chance that it must be beyond.
const CHANCE: f64 = 3.0;
/// Days of history that a feature of a week, a festival and a season need.
const DAYS: [i32; 3] = [28, 180, 365];

/// Where the shop is, as far as the trainer is told.
#[derive(Clone, Copy, Default)]
pub struct Home {
    /// Minutes east of UTC.
    pub zone: i32,
    pub region: Option<[u8; 2]>,
    pub southern: bool,
}

/// Rows of an item or category, as the model has them.
pub struct Scenes {
    pub items: Vec<Vec<u8>>,
    pub categories: Vec<Vec<u8>>,
}

/// All features that an event may have.
fn features(time: i64, home: &Home, calendar: &Calendar, span: i32) -> Vec<u8> {
    let today = day::local_day(time, home.zone);
    let mut found = Vec::new();
    if span >= DAYS[0] {
        found.push(WEEKDAY + day::weekday(today));
        found.push(PART + Part::of(day::local_minute(time, home.zone)) as u8);
    }
    if span >= DAYS[2] {
        found.push(SEASON + Season::of(day::civil(today).1, home.southern) as u8);
    }
    if span >= DAYS[1] {
        for near in calendar.near(today, home.region) {
            // The far end of a lead is like any day.
            if near.strength >= 0.5 {
                found.push(FESTIVAL + near.festival as u8);
            }
        }
    }
    found
}

/// Counts of one item or category.
#[derive(Clone, Default)]
struct Counts {
    all: f64,
    of: Vec<(u8, f64)>,
}

impl Counts {
    fn add(&mut self, feature: u8, weight: f64) {
        match self.of.iter_mut().find(|known| known.0 == feature) {
            Some(known) => known.1 += weight,
            None => self.of.push((feature, weight)),
        }
    }

    fn share(&self, feature: u8) -> f64 {
        let found = self.of.iter().find(|known| known.0 == feature);
        found.map_or(0.0, |known| known.1) / self.all.max(1.0)
    }

    fn row(&self, shop: &Counts) -> Vec<u8> {
        let mut row = Vec::new();
        if self.all < FEWEST {
            return row;
        }
        let mut features: Vec<u8> = shop.of.iter().map(|known| known.0).collect();
        features.sort_unstable();
        for feature in features {
            let (p, seen) = (shop.share(feature), self.share(feature) * self.all);
            let lift = ((seen + SMOOTH * p) / (self.all + SMOOTH) / p).ln();
            // Events come in sessions and weigh up to six: chance is wider than that of single draws.
            let chance = (6.0 * self.all * p * (1.0 - p)).sqrt();
            if lift.abs() >= LEAST && (seen - self.all * p).abs() > CHANCE * chance {
                row.extend([feature, code(lift.clamp(-MOST, MOST) as f32)]);
            }
        }
        row
    }
}

/// `None` where no time is known, or nothing stands out.
pub fn scenes(
    goods: &Goods,
    categories: &Categories,
    home: &Home,
    calendar: &Calendar,
) -> Option<Scenes> {
    let times = || {
        let sessions = goods.sessions.iter();
        sessions
            .flat_map(|session| &session.events)
            .map(|event| event.time)
    };
    let (oldest, newest) = (times().min()?, times().max()?);
    if oldest == 0 {
        return None;
    }
    let span = day::local_day(newest, home.zone) - day::local_day(oldest, home.zone) + 1;
    let mut shop = Counts::default();
    let mut items = vec![Counts::default(); goods.len()];
    let mut groups = vec![Counts::default(); categories.names.len()];
    for session in &goods.sessions {
        // What is done within one session is of one scene.
        let features = features(session.start, home, calendar, span);
        for event in &session.events {
            let weight = weight(event.kind) as f64;
            let add = |counts: &mut Counts| {
                counts.all += weight;
                features
                    .iter()
                    .for_each(|feature| counts.add(*feature, weight));
            };
            add(&mut shop);
            add(&mut items[event.item as usize]);
            for category in categories.upward(categories.of[event.item as usize]) {
                add(&mut groups[usize::from(category)]);
            }
        }
    }
    let rows = |counts: &[Counts]| -> Vec<Vec<u8>> {
        counts.iter().map(|counts| counts.row(&shop)).collect()
    };
    let found = Scenes {
        items: rows(&items),
        categories: rows(&groups),
    };
    let any = found
        .items
        .iter()
        .chain(&found.categories)
        .any(|row| !row.is_empty());
    any.then_some(found)
}
