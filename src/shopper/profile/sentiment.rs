//! Sentiment: what the shopper said they like and dislike, by ratings, surveys, refusals, returns and service.
//!
//! Only what is said is counted; nothing is read out of texts. A sum by category fades with a half-life of ninety days,
//! since an opinion outlives an interest.

use super::confidence;
use crate::codec::{Reader, put_float, put_text, put_uint};
use crate::intake::{Event, Field, Kind, Scalar};
use crate::natural;
use crate::value::Value;

pub(super) const VERSION: u8 = 1;

const HALF_LIFE_MS: f64 = 90.0 * 86_400e3;
/// Categories kept; the faintest makes room.
const MOST: usize = 20;

/// A count and a sum.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Mean {
    count: u32,
    sum: f64,
}

impl Mean {
    fn add(&mut self, value: f64) {
        self.count = self.count.saturating_add(1);
        self.sum += value;
    }

    fn value(&self) -> Value {
        (self.count > 0)
            .then(|| self.sum / f64::from(self.count))
            .into()
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Mood {
    category: String,
    value: f64,
    at: i64,
    evidence: u32,
}

impl Mood {
    fn at(&self, now: i64) -> f64 {
        faded(self.value, now.saturating_sub(self.at))
    }
}

fn faded(value: f64, elapsed: i64) -> f64 {
    value * natural::exp(-core::f64::consts::LN_2 * elapsed.max(0) as f64 / HALF_LIFE_MS)
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sentiment {
    ratings: Mean,
    /// Of surveys: product, service, delivery.
    survey: [Mean; 3],
    dislikes: u32,
    returns: u32,
    contacts: u32,
    /// Issues reported and not yet repaired or asked about again.
    issues: u32,
    last: i64,
    moods: Vec<Mood>,
}

/// The number of a field of an event.
pub(super) fn number(event: &Event, wanted: Field) -> Option<f64> {
    let found = event.fields.iter().find(|(field, _)| *field == wanted);
    match found?.1 {
        Scalar::Amount(amount) => Some(amount),
        Scalar::Count(count) => Some(count.into()),
        Scalar::Text(_) => None,
    }
}

/// How good or bad an event says something is; the engagement weights of ratings, refusals and returns.
pub(super) fn opinion(event: &Event) -> f64 {
    match event.kind {
        Kind::ProductRated | Kind::ProductReviewed => match number(event, Field::Rating) {
            Some(rating) if rating >= 4.0 => 3.0,
            Some(rating) if rating <= 2.0 => -4.0,
            _ => 0.0,
        },
        Kind::ProductDisliked => -8.0,
        Kind::OrderRefunded | Kind::OrderReturned => -5.0,
        _ => 0.0,
    }
}

impl Sentiment {
    /// `category` names the category of a product of the event.
    pub(super) fn learn(&mut self, event: &Event, category: impl Fn(usize) -> Option<String>) {
        let count = |count: &mut u32| *count = count.saturating_add(1);
        match event.kind {
            Kind::ProductRated | Kind::ProductReviewed => {
                if let Some(rating) = number(event, Field::Rating) {
                    self.ratings.add(rating);
                }
            }
            Kind::SurveyAnswered => {
                let fields = [Field::Rating, Field::RatingService, Field::RatingDelivery];
                for (mean, field) in self.survey.iter_mut().zip(fields) {
                    if let Some(rating) = number(event, field) {
                        mean.add(rating);
                    }
                }
            }
            Kind::ProductDisliked => count(&mut self.dislikes),
            Kind::OrderRefunded | Kind::OrderReturned => count(&mut self.returns),
            Kind::ServiceContacted | Kind::CallbackRequested => count(&mut self.contacts),
            Kind::ServiceIssueReported => count(&mut self.issues),
            Kind::ServiceRepairRequested => self.issues = self.issues.saturating_sub(1),
            _ => return,
        }
        self.last = self.last.max(event.time);
        let opinion = opinion(event);
        if opinion == 0.0 {
            return;
        }
        for n in 0..event.products.len() {
            if let Some(category) = category(n) {
                self.feel(category, opinion, event.time);
            }
        }
    }

    fn feel(&mut self, category: String, opinion: f64, time: i64) {
        let at = self.moods.iter().position(|mood| mood.category == category);
        let at = at.unwrap_or_else(|| {
            if self.moods.len() == MOST {
                let strength = |mood: &Mood| mood.at(time).abs();
                let faintest = (0..MOST)
                    .min_by(|a, b| strength(&self.moods[*a]).total_cmp(&strength(&self.moods[*b])));
                self.moods.remove(faintest.unwrap_or(0));
            }
            self.moods.push(Mood {
                category,
                at: time,
                ..Mood::default()
            });
            self.moods.len() - 1
        });
        let mood = &mut self.moods[at];
        let to = mood.at.max(time);
        mood.value = faded(mood.value, to - mood.at) + faded(opinion, to - time);
        mood.at = to;
        mood.evidence = mood.evidence.saturating_add(1);
    }

    pub(super) fn erase(&mut self, category: &str) {
        self.moods.retain(|mood| mood.category != category);
    }

    /// Issues that are open.
    pub fn issues(&self) -> u32 {
        self.issues
    }

    /// The dimension `sentiment` of the portrait.
    pub fn answer(&self, now: i64) -> Value {
        let mut moods: Vec<&Mood> = self.moods.iter().collect();
        moods.sort_by(|a, b| {
            a.at(now)
                .total_cmp(&b.at(now))
                .then_with(|| a.category.cmp(&b.category))
        });
        let mood = |mood: &&Mood| {
            Value::map([
                ("name", mood.category.as_str().into()),
                ("value", mood.at(now).into()),
                ("evidence", mood.evidence.into()),
                ("last", mood.at.into()),
                ("confidence", confidence(mood.evidence).into()),
            ])
        };
        let [product, service, delivery] = &self.survey;
        let evidence = self.ratings.count
            + self.dislikes
            + self.returns
            + product.count
            + service.count
            + delivery.count;
        Value::map([
            ("rating", self.ratings.value()),
            ("ratings", self.ratings.count.into()),
            ("product", product.value()),
            ("service", service.value()),
            ("delivery", delivery.value()),
            ("dislikes", self.dislikes.into()),
            ("returns", self.returns.into()),
            ("contacts", self.contacts.into()),
            ("issues", self.issues.into()),
            ("categories", Value::List(moods.iter().map(mood).collect())),
            ("last", Some(self.last).filter(|last| *last > 0).into()),
            ("evidence", evidence.into()),
            ("confidence", confidence(evidence).into()),
        ])
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        let [product, service, delivery] = &self.survey;
        for mean in [&self.ratings, product, service, delivery] {
            put_uint(out, mean.count.into());
            put_float(out, mean.sum);
        }
        for count in [self.dislikes, self.returns, self.contacts, self.issues] {
            put_uint(out, count.into());
        }
        put_uint(out, self.last as u64);
        put_uint(out, self.moods.len() as u64);
        for mood in &self.moods {
            put_text(out, &mood.category);
            put_float(out, mood.value);
            put_uint(out, mood.at as u64);
            put_uint(out, mood.evidence.into());
        }
    }

    pub(super) fn decode(&mut self, version: u8, reader: &mut Reader) -> bool {
        if version != VERSION {
            return false;
        }
        let mut mean = || Mean {
            count: reader.small(),
            sum: reader.float(),
        };
        self.ratings = mean();
        self.survey = [mean(), mean(), mean()];
        for count in [
            &mut self.dislikes,
            &mut self.returns,
            &mut self.contacts,
            &mut self.issues,
        ] {
            *count = reader.small();
        }
        self.last = reader.uint() as i64;
        for _ in 0..reader.count(11, MOST) {
            self.moods.push(Mood {
                category: reader.text().into(),
                value: reader.float(),
                at: reader.uint() as i64,
                evidence: reader.small(),
            });
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rated(time: i64, rating: f64) -> Event {
        let mut event = Event::about(Kind::ProductRated, time, ["a"]);
        event.fields.push((Field::Rating, Scalar::Amount(rating)));
        event
    }

    #[test]
    fn what_is_said_counts_and_what_is_not_does_not() {
        let mut sentiment = Sentiment::default();
        let fruit = |_: usize| Some("Fruit".to_owned());
        sentiment.learn(&rated(1, 5.0), fruit);
        sentiment.learn(&rated(1, 3.0), fruit);
        sentiment.learn(&Event::about(Kind::ProductViewed, 1, ["a"]), fruit);
        let mut survey = Event::about(Kind::SurveyAnswered, 2, Vec::<String>::new());
        survey
            .fields
            .push((Field::RatingService, Scalar::Amount(2.0)));
        sentiment.learn(&survey, |_| None);
        let answer = sentiment.answer(2);
        let of = |name: &str| answer.get(name).cloned().unwrap();
        assert_eq!((of("rating"), of("ratings")), (4.0.into(), 2u32.into()));
        assert_eq!((of("product"), of("service")), (Value::Null, 2.0.into()));
        assert_eq!(
            answer
                .get("categories")
                .unwrap()
                .to_json()
                .matches("Fruit")
                .count(),
            1
        );
        assert_eq!(sentiment.moods[0].evidence, 1, "three of five says nothing");
    }

    proptest! {
        #[test]
        fn a_mood_is_the_sum_of_all_opinions_faded(events in prop::collection::vec((0i64..20_000_000_000, prop::sample::select(vec![1.0, 5.0])), 1..40)) {
            let now = 20_000_000_000i64;
            let mut sentiment = Sentiment::default();
            for (time, rating) in &events {
                sentiment.learn(&rated(*time, *rating), |_| Some("x".into()));
            }
            let mut out = Vec::new();
            sentiment.encode(&mut out);
            let mut back = Sentiment::default();
            let mut reader = Reader::new(&out);
            prop_assert!(back.decode(VERSION, &mut reader) && reader.ends());
            let brute: f64 = events.iter().map(|(time, rating)| {
                let opinion = if *rating > 3.0 { 3.0 } else { -4.0 };
                opinion * libm::exp2(-((now - time) as f64) / HALF_LIFE_MS)
            }).sum();
            prop_assert!((back.moods[0].at(now) - brute).abs() < 1e-9);
        }
    }
}
