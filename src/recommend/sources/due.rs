//! Due repurchases on the front page: products that the shopper buys again and whose time has come lead it.
//!
//! At most a quarter of the list, so that it stays a place to discover. A due product that is excluded only because it was
//! just viewed is shown all the same; one that the request leaves out is not. Of a category that is due, what the shopper
//! bought of it stands for it.

use super::{Contributor, standing};
use crate::recommend::answer::{List, Source};
use crate::recommend::call::Call;
use crate::recommend::candidates::Candidates;
use crate::recommend::flags::Flags;
use crate::recommend::request::Placement;
use crate::shopper::cycle::Due;

/// The part of a list that due items may take.
const PART: usize = 4;

/// The due line that an item belongs to: its own, or that of its category.
pub(super) fn line<'a>(call: &Call, due: &'a [Due], item: u32) -> Option<&'a Due> {
    let key = call.model.key(item);
    let category = call.model.category(item);
    let path = category.map(|number| call.model.category_path(number));
    let own = due.iter().find(|due| !due.category && due.key == key);
    own.or_else(|| {
        due.iter()
            .find(|due| due.category && Some(&due.key) == path.as_ref())
    })
}

/// The source: lifts what is due above the best of the rest.
#[derive(Debug, Default)]
pub(crate) struct DueNow;

impl Contributor for DueNow {
    /// After all others: the best of them is what it lifts above.
    fn run(&mut self, call: &Call, candidates: &mut Candidates, _: &mut List) {
        if call.request.placement != Placement::Home || !call.request.personal {
            return;
        }
        let shopper = call.shopper;
        let due = shopper.profile.habits.due_now(Some(call.model), call.now);
        if due.is_empty() {
            return;
        }
        let best = candidates
            .touched()
            .iter()
            .map(|item| candidates.score(*item))
            .fold(0.0, f32::max);
        let [affinity, popularity] = standing::most(call, 1.0);
        let level = best + affinity + popularity;
        let mut found: Vec<(f32, u32)> = Vec::new();
        for bought in shopper.bought() {
            let repeatable = bought.item.filter(|item| call.model.repeatable(*item));
            let Some(item) = repeatable else { continue };
            if let Some(due) = line(call, &due, item) {
                let rate = due.rate.min(1.0) as f32;
                let at = found.partition_point(|known| known.0 >= rate);
                found.insert(at, (rate, item));
            }
        }
        found.truncate((call.limit / PART).max(1));
        for (rate, item) in found {
            let asked = call.request.exclude.iter();
            let mut left_out = asked.filter_map(|key| call.model.find(key));
            if left_out.all(|other| other != item) {
                candidates.unflag(item, Flags::EXCLUDED);
            }
            candidates.give(item, level * (1.0 + rate));
        }
        candidates.ledger.close(Source::Recent, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{Event, Kind};
    use crate::recommend::{Code, Recommender, Request};
    use crate::shop::tests::toy;
    use crate::shopper::Shopper;
    use crate::shopper::profile::Setup;

    /// A Friday, noon UTC.
    const FRIDAY: i64 = 1_795_780_800_000;
    const DAY: i64 = 86_400_000;

    #[test]
    fn pears_of_every_friday_lead_the_front_page_on_friday_and_not_on_tuesday() {
        let model = toy().open();
        let mut shopper = Shopper::default();
        let mut meets = |kind, time: i64, key: &str| {
            let mut event = Event::about(kind, time, [key]);
            event.id = format!("{time}");
            shopper.learn(&event, Some(&model));
            shopper.deepen(&event, Some(&model), &Setup::default());
        };
        for week in 1..=4 {
            meets(Kind::OrderCompleted, FRIDAY - (5 - week) * 7 * DAY, "pear");
        }
        meets(Kind::ProductViewed, FRIDAY - 8 * DAY, "pear");
        meets(Kind::ProductViewed, FRIDAY - 4 * DAY, "phone-a");
        let mut recommender = Recommender::default();
        let request = Request::new(Placement::Home, 4);
        let mut home = |now| recommender.recommend(&model, &shopper, &request, now);
        let friday = home(FRIDAY);
        let first = &friday.entries[0];
        assert_eq!(model.key(first.item), "pear");
        assert_eq!(first.reasons[0].code, Code::Again);
        assert!(first.contributions[Source::Recent as usize] > 0.0);
        let sum: f32 = first.contributions.iter().sum();
        assert!((sum - first.score).abs() <= 1e-6 * first.score.max(1.0));
        let tuesday = home(FRIDAY - 3 * DAY);
        assert!(
            tuesday
                .entries
                .iter()
                .all(|entry| model.key(entry.item) != "pear")
        );
    }
}
