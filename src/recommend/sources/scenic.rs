//! Scene factors: seasons, festivals, weekdays and times of day raise and lower the items that they concern.
//!
//! The trainer counts lifts of items and categories (`item.scene`, `category.scene`), and a shop's calendar says what a season or
//! a festival asks for (`category=Fashion > Coats & Down*1.6`). Together they multiply a score by at least ½ and at most 2
//! ([`lift::BOUND`]), on front pages and in listings of a category, whoever looks: nothing of the shopper goes in. What
//! it gave is said of each item ([`crate::recommend::Entry::scene`]). A model without both, or a request without a scene, changes nothing.

use crate::recommend::answer::{Filtered, List};
use crate::recommend::call::Call;
use crate::recommend::candidates::Candidates;
use crate::recommend::flags::Flags;
use crate::recommend::request::{Placement, Setting};
use crate::recommend::rules::{Rules, having};
use crate::recommend::variants::Variants;
use crate::recommend::{filter, score};
use crate::scene::lift;
use crate::shop::Model;

/// A factor nearer to 1 is left out.
const LEAST: f32 = 0.01;

/// A model, a day, a time of day, a season and a region.
type Key = (u64, i32, u8, u8, Option<[u8; 2]>);

/// The factors of one scene, kept for the next list.
#[derive(Debug, Default)]
struct Lifts {
    /// Of which model, day, time of day, season and region they are.
    key: Option<Key>,
    /// Of every item whose factor is not 1.
    factors: Vec<(u32, f32)>,
    /// The mean factor of each department's items, by its number among the categories.
    departments: Vec<f32>,
}

impl Lifts {
    fn of(&mut self, model: &Model, setting: Setting) {
        let scene = setting.scene;
        let id = crate::codec::hash(model.id().as_bytes());
        let key = Some((
            id,
            scene.day,
            scene.part as u8,
            scene.season as u8,
            scene.region,
        ));
        if self.key == key {
            return;
        }
        let mut logs = vec![0.0; model.items()];
        if model.has_scenes() {
            for (item, log) in logs.iter_mut().enumerate() {
                *log = lift::of_row(model.scene_row(item as u32), scene);
            }
        }
        for near in &scene.festivals {
            let boosts = setting.calendar.0.get(near.festival);
            for (term, factor) in boosts.map_or(&[][..], |festival| &festival.boosts) {
                let (name, value) = term.split_once('=').unwrap_or((term, ""));
                let log = crate::natural::ln(*factor) * near.strength;
                having(model, name.trim_ascii(), value.trim_ascii(), &mut |item| {
                    if let Some(sum) = logs.get_mut(item as usize) {
                        *sum += log;
                    }
                });
            }
        }
        let factors = logs
            .iter()
            .enumerate()
            .map(|(item, log)| (item as u32, lift::factor(*log)));
        let mut sums = vec![(0.0, 0.0); model.categories()];
        for (item, log) in logs.iter().enumerate() {
            let department = model.category(item as u32).map(|own| model.department(own));
            if let Some(sum) = department.and_then(|number| sums.get_mut(usize::from(number))) {
                *sum = (sum.0 + lift::factor(*log), sum.1 + 1.0);
            }
        }
        let mean = |(sum, count): &(f32, f32)| if *count > 0.0 { sum / count } else { 1.0 };
        *self = Lifts {
            key,
            departments: sums.iter().map(mean).collect(),
            factors: factors
                .filter(|(_, factor)| (factor - 1.0).abs() >= LEAST)
                .collect(),
        };
    }
}

/// The scene's part of a call.
#[derive(Debug, Default)]
pub(crate) struct Scenic {
    lifts: Lifts,
    /// What that gave to which items.
    given: Vec<(u32, f32)>,
}

impl Scenic {
    /// Multiplies the scores of what the scene concerns, after variants were joined, and remembers what that gave.
    pub fn run(&mut self, call: &Call, candidates: &mut Candidates, variants: &Variants) {
        self.given.clear();
        let Some(setting) = call.request.setting else {
            return;
        };
        if !matches!(
            call.request.placement,
            Placement::Home | Placement::Category
        ) {
            return;
        }
        self.lifts.of(call.model, setting);
        for &(own, factor) in &self.lifts.factors {
            let mut item = own;
            if !call.in_category(item) {
                continue;
            }
            if call.products {
                if !candidates.has(item, Flags::JOINED) {
                    item = variants.stand(call, candidates, item);
                }
                // Once for each product, by the variant that stands for it.
                if item != own || candidates.has(item, Flags::VARIANT) {
                    continue;
                }
            }
            if candidates.has(item, Flags::RETURNS) {
                continue;
            }
            let given = score::total(call, candidates, item) * (factor - 1.0);
            if given != 0.0 {
                candidates.add(item, given);
                self.given.push((item, given));
            }
        }
    }

    /// Says of each entry what the scene gave it.
    pub fn explain(&self, list: &mut List) {
        for entry in &mut list.entries {
            let found = self.given.iter().find(|one| one.0 == entry.item);
            entry.scene = found.map_or(0.0, |one| one.1);
        }
    }

    /// Weights of departments as the scene has them: the more of one it asks for, the more places it gets.
    pub fn weigh(&self, mut weights: Vec<f32>) -> Vec<f32> {
        if !self.given.is_empty() {
            for (weight, factor) in weights.iter_mut().zip(&self.lifts.departments) {
                *weight *= factor;
            }
        }
        weights
    }

    /// Puts what the scene asks for into the shelves of a front page for strangers, and in order.
    pub fn fill(
        &self,
        call: &Call,
        candidates: &Candidates,
        rules: &Rules,
        shelves: &mut [Vec<(f32, u32)>],
        room: impl Fn(usize) -> usize,
    ) {
        if self.given.is_empty() {
            return;
        }
        let mut filtered = Filtered::default();
        for &(item, given) in &self.given {
            let department = call
                .model
                .category(item)
                .map(|own| call.model.department(own));
            let Some(shelf) = department.and_then(|number| shelves.get_mut(usize::from(number)))
            else {
                continue;
            };
            let known = shelf.iter().any(|one| one.1 == item);
            if given > 0.0
                && !shelf.is_empty()
                && !known
                && filter::allowed(call, candidates, item, &mut filtered)
            {
                let total = score::total(call, candidates, item);
                shelf.push((rules.ruled(candidates, total, item), item));
            }
        }
        for (department, shelf) in shelves.iter_mut().enumerate() {
            let mut ordered: Vec<(f32, u32)> = Vec::with_capacity(shelf.len());
            for &one in shelf.iter() {
                let at = ordered.partition_point(|known| known.0 >= one.0);
                ordered.insert(at, one);
            }
            ordered.truncate(room(department));
            *shelf = ordered;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recommend::{Arrangement, Recommender, Request};
    use crate::scene::calendar::Calendar;
    use crate::scene::day::day_of;
    use crate::scene::{Place, Scene};
    use crate::shop::tests::toy;
    use crate::shopper::Shopper;
    use proptest::prelude::*;

    const CALENDAR: &str = "\
winter|Winter|冬季|*|0|1|winter|category=Coats*2
summer|Summer|夏季|*|0|1|summer|category=Swimwear*2,category=Coats*0.5
black_friday|Black Friday|黑色星期五|US|7|1|11/thu/4+1|category=Phones*2
ramadan|Ramadan|斋月|ID|21|30|2026-02-18|category=Dates*1.5";

    /// Phones before coats, swimwear and dates, all much alike in popularity.
    fn shop() -> Model {
        let mut shop = toy();
        let item = |key, category| (key, category, "", 1.0, 0);
        shop.items = ["a", "b", "c"].map(|key| item(key, "Phones")).into();
        shop.items.extend(["d", "e"].map(|key| item(key, "Coats")));
        shop.items
            .extend(["f", "g"].map(|key| item(key, "Swimwear")));
        shop.items.push(item("h", "Dates"));
        (shop.view, shop.buy, shop.content, shop.terms) = Default::default();
        shop.shares = vec![
            ("Phones", 100),
            ("Coats", 100),
            ("Swimwear", 100),
            ("Dates", 90),
        ];
        shop.open()
    }

    fn ask(
        model: &Model,
        date: (i32, u8, u8),
        region: &str,
        zone: &str,
        departments: bool,
    ) -> List {
        ask_by(CALENDAR, model, date, region, zone, departments)
    }

    fn ask_by(
        calendar: &str,
        model: &Model,
        date: (i32, u8, u8),
        region: &str,
        zone: &str,
        departments: bool,
    ) -> List {
        let calendar = Calendar::read(calendar).unwrap();
        let place = Place {
            region: region.into(),
            zone_name: zone.into(),
            ..Place::default()
        };
        let now = i64::from(day_of(date.0, date.1, date.2)) * 86_400_000 + 43_200_000;
        let scene = Scene::at(now, &place, Some(&calendar));
        let setting = Some(Setting {
            scene: &scene,
            calendar: &calendar,
        });
        let arrangement = Arrangement {
            departments,
            ..Default::default()
        };
        let request = Request {
            setting,
            arrangement,
            ..Request::new(Placement::Home, 8)
        };
        Recommender::default().recommend(model, &Shopper::default(), &request, now)
    }

    fn place(model: &Model, list: &List, key: &str) -> usize {
        list.entries
            .iter()
            .position(|one| model.key(one.item) == key)
            .expect(key)
    }

    #[test]
    fn midwinter_in_stockholm_leads_to_coats_and_in_sydney_to_swimwear() {
        let model = shop();
        let december = (2026, 12, 21);
        let stockholm = ask(&model, december, "SE", "Europe/Stockholm", false);
        let sydney = ask(&model, december, "AU", "Australia/Sydney", false);
        assert!(place(&model, &stockholm, "d") < place(&model, &stockholm, "f"));
        assert!(place(&model, &sydney, "f") < place(&model, &sydney, "d"));
        assert_ne!(stockholm.entries, sydney.entries);
        for list in [&stockholm, &sydney] {
            for entry in &list.entries {
                let sum = entry.contributions.iter().sum::<f32>() + entry.scene;
                assert!(
                    (sum - entry.score).abs() <= 1e-6 * entry.score.max(1.0),
                    "{entry:?}"
                );
            }
        }
        let coat = &stockholm.entries[place(&model, &stockholm, "d")];
        assert!(
            coat.scene > 0.0 && coat.scene <= coat.contributions.iter().sum::<f32>() + 1e-6,
            "twice at most"
        );
    }

    #[test]
    fn without_a_calendar_nothing_changes_but_what_it_lifted() {
        let model = shop();
        let both = |date, region: &str, departments| {
            [CALENDAR, ""].map(|calendar| ask_by(calendar, &model, date, region, "", departments))
        };
        for departments in [false, true] {
            // No season or festival of the calendar asks for anything in spring.
            let [with, without] = both((2026, 4, 15), "FR", departments);
            assert_eq!(with.entries, without.entries);
            let [with, without] = both((2026, 11, 27), "US", departments);
            assert_ne!(with.entries, without.entries);
            for entry in &without.entries {
                assert_eq!(entry.scene, 0.0);
                let lifted = with.entries.iter().find(|one| one.item == entry.item);
                let lifted = lifted.unwrap();
                assert_eq!(lifted.contributions, entry.contributions);
                let plain = lifted.score - lifted.scene;
                assert!(
                    (plain - entry.score).abs() <= 1e-6 * entry.score,
                    "{entry:?}"
                );
            }
        }
    }

    #[test]
    fn a_festival_counts_where_it_is_kept_and_for_strangers_of_every_department() {
        let model = shop();
        let friday = (2026, 11, 27);
        let lift = |region: &str, date, key: &str| {
            let list = ask(&model, date, region, "", true);
            list.entries[place(&model, &list, key)].scene
        };
        assert!(lift("US", friday, "a") > 0.0);
        assert_eq!(
            (lift("CN", friday, "a"), lift("US", (2026, 10, 1), "a")),
            (0.0, 0.0)
        );
        assert!(lift("ID", (2026, 3, 1), "h") > 0.0);
        assert_eq!(lift("JP", (2026, 3, 1), "h"), 0.0);
    }

    #[test]
    fn a_department_that_a_festival_asks_for_gets_more_of_a_strangers_front_page() {
        let model = shop();
        let phones = |date| {
            let list = ask(&model, date, "US", "", true);
            let first = list.entries.iter().take(6);
            first
                .filter(|one| ["a", "b", "c"].contains(&model.key(one.item)))
                .count()
        };
        assert!(phones((2026, 11, 27)) > phones((2026, 10, 1)));
    }

    #[test]
    fn without_a_scene_a_list_is_what_it_was() {
        let model = shop();
        let request = Request::new(Placement::Home, 8);
        let plain = Recommender::default().recommend(&model, &Shopper::default(), &request, 9);
        assert!(plain.entries.iter().all(|entry| entry.scene == 0.0));
        let quiet = ask(&model, (2026, 10, 1), "JP", "", false);
        assert_eq!(quiet.entries, plain.entries);
    }

    proptest! {
        #[test]
        fn no_scene_makes_an_item_more_than_twice_as_good_or_less_than_half(day in 0i32..40_000, region in "(US|AU|ID|SE|JP)?") {
            let model = shop();
            let date = crate::scene::day::civil(day);
            let list = ask(&model, date, &region, "", false);
            for entry in &list.entries {
                let own = entry.score - entry.scene;
                prop_assert!(entry.score <= own * 2.0 + 1e-5 && entry.score >= own / 2.0 - 1e-5);
            }
        }
    }
}
