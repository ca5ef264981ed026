//! One session: two to fifteen product views, and what becomes of them.

use super::event::{Deed, Event, Line};
use super::habits::Sequence;
use super::shopper::{Due, Shopper};

const LONGEST: usize = 15;
/// Sessions begin with a list or a search this often.
const LISTED: f64 = 0.35;
const SEARCHED: f64 = 0.12;
/// Sessions go to a favourite category this often.
const FAVOURITE: f64 = 0.8;
/// Sessions begin with an article of an earlier one this often.
const RETURNING: f64 = 0.2;
/// After a view: a planted step, back to an article of this session, another of this category; else elsewhere.
const STEP: f64 = 0.76;
const BACK: f64 = 0.08;
const SAME_CATEGORY: f64 = 0.11;
/// Browsing leads to a cart, the cart to second thoughts or to an order.
const CART: f64 = 0.4;
const SECOND_ARTICLE: f64 = 0.25;
const REMOVED: f64 = 0.15;
const ORDERED: f64 = 0.75;
/// A look into a category goes to what has come in there of late this often.
const NEWS: f64 = 0.12;
/// What is bought after something is one of its preferred partners this often.
const PARTNER: f64 = 0.85;

pub struct Session<'s, 'a> {
    shopper: &'s mut Shopper<'a>,
    events: &'s mut Vec<Event>,
    day: u32,
    now: i64,
    views: Vec<u32>,
    cart: Vec<Line>,
    /// Something was fetched on purpose, so the cart will be ordered.
    decided: bool,
}

impl<'s, 'a> Session<'s, 'a> {
    pub fn new(
        shopper: &'s mut Shopper<'a>,
        start: i64,
        day: u32,
        events: &'s mut Vec<Event>,
    ) -> Self {
        Session {
            shopper,
            events,
            day,
            now: start,
            views: Vec::new(),
            cart: Vec::new(),
            decided: false,
        }
    }

    pub fn buy_the_usual(&mut self) {
        for item in self.shopper.weekly.clone() {
            self.view(item);
            self.add(item);
            self.decided = true;
        }
    }

    /// Looks for what was going to be bought; what does not fit into this session waits for tomorrow.
    pub fn fetch(&mut self, wanted: Vec<u32>) {
        for item in wanted {
            if self.is_full() {
                let day = self.day + 1;
                self.shopper.due.push(Due { day, item });
            } else {
                self.view(item);
                self.add(item);
                self.decided = true;
            }
        }
    }

    pub fn browse(&mut self) {
        let mut length = 2;
        while length < LONGEST && self.shopper.random.chance(0.8) {
            length += 1;
        }
        let mut item = self.first();
        self.view(item);
        for _ in 1..length {
            if self.is_full() {
                break;
            }
            item = self.next(item);
            self.view(item);
        }
        if self.shopper.random.chance(CART) {
            self.fill();
        }
    }

    /// The article that is looked at longest: mostly the one that was opened last.
    fn fill(&mut self) {
        let random = &mut self.shopper.random;
        let count = if random.chance(SECOND_ARTICLE) { 2 } else { 1 };
        let liked: Vec<u32> = self.views.iter().rev().copied().take(4).collect();
        for _ in 0..count {
            let place = (4.0 * self.shopper.random.unit().powi(2)) as usize;
            if let Some(item) = liked.get(place) {
                self.add(*item);
            }
        }
        if self.shopper.random.chance(REMOVED)
            && !self.decided
            && let Some(line) = self.cart.pop()
        {
            self.tell(Deed::Removed(line), 60);
        }
    }

    /// Ends the session: with an order, with a cart left behind, or with neither. A session has at least two views.
    pub fn close(mut self) {
        while self.views.len() < 2 {
            let item = match self.views.last().copied() {
                Some(last) => self.next(last),
                None => self.first(),
            };
            self.view(item);
        }
        if self.cart.is_empty() || !(self.decided || self.shopper.random.chance(ORDERED)) {
            return;
        }
        let mut place = 0;
        while let Some(line) = self.cart.get(place).copied() {
            self.follow_up(line.item);
            place += 1;
        }
        let lines = std::mem::take(&mut self.cart);
        for line in &lines {
            let good = self.shopper.shop.good(line.item);
            if !good.repeatable {
                self.shopper.owned.insert(line.item);
                self.shopper.settled.insert(good.category);
            }
        }
        self.tell(Deed::Ordered(lines), 120);
    }

    /// Decides what will be bought after this article, and fetches what will be bought at once.
    fn follow_up(&mut self, item: u32) {
        let habits = self.shopper.habits;
        for sequence in &habits.sequences {
            let Some(partners) = sequence.partners.get(&item) else {
                continue;
            };
            if !self.shopper.random.chance(sequence.rule.probability) {
                continue;
            }
            let Some(then) = self.choose(item, sequence, partners) else {
                continue;
            };
            // Soon rather than late, and with days to spare.
            let spread = f64::from(sequence.rule.window_days.saturating_sub(3));
            let delay = (spread * self.shopper.random.unit().powi(3)) as u32;
            if delay == 0 && !self.is_full() {
                self.view(then);
                self.add(then);
            } else {
                let day = self.day + delay.max(1);
                self.shopper.due.push(Due { day, item: then });
            }
        }
    }

    fn choose(&mut self, after: u32, sequence: &Sequence, partners: &[u32]) -> Option<u32> {
        let shopper = &mut *self.shopper;
        for _ in 0..10 {
            let partner = shopper.random.chance(PARTNER);
            let item = match shopper.random.pick(partners) {
                Some(item) if partner => *item,
                _ => {
                    let category = *shopper.random.pick(&sequence.to)?;
                    shopper
                        .shop
                        .draw(category, &shopper.taste, &mut shopper.random)
                }
            };
            let carted = self.cart.iter().any(|line| line.item == item);
            if shopper.shop.good(item).available
                && shopper.shop.work_together(after, item)
                && !shopper.owned.contains(&item)
                && !carted
            {
                return Some(item);
            }
        }
        None
    }

    /// The first article of a stroll, and how it was found.
    fn first(&mut self) -> u32 {
        let shopper = &mut *self.shopper;
        if shopper.random.chance(RETURNING)
            && let Some(item) = shopper.random.pick(&shopper.remembered)
        {
            return *item;
        }
        let category = self.category();
        let how = self.shopper.random.unit();
        if !self.shopper.shop.category(category).path.is_empty() {
            if how < SEARCHED {
                self.tell(Deed::Searched(category), 15);
            } else if how < SEARCHED + LISTED {
                self.tell(Deed::Listed(category), 20);
            }
        }
        self.draw(category)
    }

    fn category(&mut self) -> u32 {
        let shopper = &mut *self.shopper;
        let open = |category: &u32| !shopper.settled.contains(category);
        let favourites: Vec<u32> = shopper.favourites.iter().copied().filter(open).collect();
        match shopper.random.pick(&favourites) {
            Some(category) if shopper.random.chance(FAVOURITE) => *category,
            _ => shopper.shop.draw_category(&mut shopper.random),
        }
    }

    fn draw(&mut self, category: u32) -> u32 {
        let shopper = &mut *self.shopper;
        let (shop, now) = (shopper.shop, self.now);
        let news: Vec<u32> = (shop.category(category).items.iter().copied())
            .filter(|item| (1..=now).contains(&shop.good(*item).since))
            .collect();
        if !news.is_empty() && shopper.random.chance(NEWS) {
            return *shopper.random.pick(&news).unwrap_or(&news[0]);
        }
        let item = shop.draw(category, &shopper.taste, &mut shopper.random);
        shop.in_colour(item, &shopper.taste)
    }

    /// The article, or where the shop does not have it yet another of its category that it has.
    fn there(&self, item: u32) -> u32 {
        let shop = self.shopper.shop;
        let here = |item: &u32| shop.good(*item).since <= self.now;
        if here(&item) {
            return item;
        }
        let others = &shop.category(shop.good(item).category).items;
        others.iter().copied().find(here).unwrap_or(item)
    }

    fn next(&mut self, item: u32) -> u32 {
        let (shop, habits) = (self.shopper.shop, self.shopper.habits);
        let mut how = self.shopper.random.unit();
        let steps = &habits.steps[item as usize];
        let step = steps.to.get(steps.wheel.spin(&mut self.shopper.random));
        if let Some((to, _)) = step.filter(|_| how < STEP) {
            return *to;
        }
        how -= STEP;
        let others: Vec<u32> = self
            .views
            .iter()
            .copied()
            .filter(|other| *other != item)
            .collect();
        if let Some(back) = self.shopper.random.pick(&others).filter(|_| how < BACK) {
            return *back;
        }
        let category = if how < BACK + SAME_CATEGORY {
            shop.good(item).category
        } else {
            self.category()
        };
        self.draw(category)
    }

    fn is_full(&self) -> bool {
        self.views.len() >= LONGEST
    }

    fn view(&mut self, item: u32) {
        let item = self.there(item);
        self.views.push(item);
        self.shopper.remember(item);
        self.tell(Deed::Viewed(item), 90);
    }

    /// Puts an article into the cart, unless it is sold out, there already, or owned.
    fn add(&mut self, item: u32) {
        let shopper = &mut *self.shopper;
        let good = shopper.shop.good(item);
        let carted = self.cart.iter().any(|line| line.item == item);
        if !good.available || good.since > self.now || carted || shopper.owned.contains(&item) {
            return;
        }
        let most = if good.repeatable { 3 } else { 1 };
        let quantity = 1 + shopper.random.below(most) as u32;
        let line = Line { item, quantity };
        self.cart.push(line);
        self.tell(Deed::Added(line), 10);
    }

    /// Notes a deed; until the next, up to twice so many seconds go by.
    fn tell(&mut self, deed: Deed, seconds: i64) {
        self.events.push(Event {
            time: self.now,
            shopper: self.shopper.number,
            deed,
        });
        let pause = 2_000.0 * seconds as f64 * self.shopper.random.unit();
        self.now += 1_000 + pause as i64;
    }
}
