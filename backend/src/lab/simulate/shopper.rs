//! One shopper's life: who they are, and on which days they come with what in mind.

use std::collections::HashSet;

use super::event::Event;
use super::habits::Habits;
use super::session::Session;
use super::shop::{Shop, Taste};
use super::{Calendar, DAY};
use crate::random::Random;

/// Part of the shoppers that buys the same every week.
const WEEKLY: f64 = 0.05;
const LOYAL: f64 = 0.3;
const PRICE_SENSITIVE: f64 = 0.3;
/// Part of the shoppers that insists on a colour.
const INSISTING: f64 = 0.35;
const QUALITY_SEEKING: f64 = 0.2;
/// Days between visits: the most frequent and the rarest visitor.
const GAPS: (f64, f64) = (2.5, 18.0);
/// How many items back a shopper returns to.
const REMEMBERED: usize = 12;

/// Something that is going to be bought.
pub struct Due {
    pub day: u32,
    pub item: u32,
}

pub struct Shopper<'a> {
    pub shop: &'a Shop,
    pub habits: &'a Habits,
    pub number: u32,
    pub random: Random,
    pub favourites: Vec<u32>,
    pub taste: Taste,
    /// What is bought every Friday; empty for most.
    pub weekly: Vec<u32>,
    /// Mean days between visits.
    gap: f64,
    pub due: Vec<Due>,
    /// Bought and not to be bought again.
    pub owned: HashSet<u32>,
    /// Categories that are done with, for something lasting was bought there.
    pub settled: HashSet<u32>,
    /// Oldest first.
    pub remembered: Vec<u32>,
}

impl<'a> Shopper<'a> {
    pub fn new(shop: &'a Shop, habits: &'a Habits, number: u32, seed: u64) -> Self {
        let mut random = Random::of(seed, "shopper", number.into());
        let mut favourites = Vec::new();
        for _ in 0..1 + random.below(3) {
            let category = shop.draw_category(&mut random);
            if !favourites.contains(&category) {
                favourites.push(category);
            }
        }
        let colour = colour(shop, favourites[0], number, seed);
        let taste = taste(shop, favourites[0], colour, &mut random);
        let weekly = if random.chance(WEEKLY) {
            basket(shop, habits, &taste, &mut random)
        } else {
            Vec::new()
        };
        let gap = GAPS.0 + (GAPS.1 - GAPS.0) * random.unit();
        Shopper {
            shop,
            habits,
            number,
            random,
            favourites,
            taste,
            weekly,
            gap,
            due: Vec::new(),
            owned: HashSet::new(),
            settled: HashSet::new(),
            remembered: Vec::new(),
        }
    }

    /// Everything they do while the calendar runs, in order; at most one session a day.
    pub fn live(&mut self, calendar: &Calendar, events: &mut Vec<Event>) {
        for day in 0..calendar.days {
            let weekly =
                !self.weekly.is_empty() && calendar.is_friday(day) && self.random.chance(0.9);
            let browsing = self.random.chance(1.0 / self.gap);
            let wanted = self.wanted(day);
            if !weekly && !browsing && wanted.is_empty() {
                continue;
            }
            let minutes = 14.0 * 60.0 * self.random.unit().sqrt();
            let start = calendar.start + i64::from(day) * DAY + (minutes * 60_000.0) as i64;
            let mut session = Session::new(self, start, day, events);
            if weekly {
                session.buy_the_usual();
            }
            session.fetch(wanted);
            if browsing {
                session.browse();
            }
            session.close();
        }
    }

    /// What is due by this day; it is taken off the list.
    fn wanted(&mut self, day: u32) -> Vec<u32> {
        let (now, later): (Vec<Due>, Vec<Due>) = std::mem::take(&mut self.due)
            .into_iter()
            .partition(|due| due.day <= day);
        self.due = later;
        now.into_iter().map(|due| due.item).collect()
    }

    pub fn remember(&mut self, item: u32) {
        self.remembered.retain(|other| *other != item);
        self.remembered.push(item);
        if self.remembered.len() > REMEMBERED {
            self.remembered.remove(0);
        }
    }
}

/// The colour that the shopper insists on, drawn apart: what else shoppers are like does not turn on it.
fn colour(shop: &Shop, favourite: u32, number: u32, seed: u64) -> Option<String> {
    let mut random = Random::of(seed, "colour", number.into());
    let insists = random.chance(INSISTING);
    let item = insists.then(|| shop.draw(favourite, &Taste::default(), &mut random))?;
    shop.good(item).colour.clone()
}

fn taste(shop: &Shop, favourite: u32, colour: Option<String>, random: &mut Random) -> Taste {
    let brand = random
        .chance(LOYAL)
        .then(|| shop.draw(favourite, &Taste::default(), random))
        .and_then(|item| shop.good(item).brand.clone());
    let kind = random.unit();
    let dearness = if kind < PRICE_SENSITIVE {
        Some(0.1)
    } else if kind < PRICE_SENSITIVE + QUALITY_SEEKING {
        Some(0.9)
    } else {
        None
    };
    Taste {
        dearness,
        brand,
        colour,
    }
}

/// Three to five articles of what is bought every week.
fn basket(shop: &Shop, habits: &Habits, taste: &Taste, random: &mut Random) -> Vec<u32> {
    let mut basket = Vec::new();
    let size = 3 + random.below(3);
    for _ in 0..size * 3 {
        let Some(category) = random.pick(&habits.weekly) else {
            break;
        };
        let item = shop.draw(*category, taste, random);
        if basket.len() < size && shop.good(item).available && !basket.contains(&item) {
            basket.push(item);
        }
    }
    basket
}
