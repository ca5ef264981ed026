//! Repeating behaviour of a shopper: life cycle, purchase cycles and taste, as one section of the profile.
//!
//! They share the zone of the shopper's days, which the host tells with the scene. Answers are JSON; their fields are
//! typed in `pkg/index.d.ts`.

use super::Shopper;
use super::cycle::gamma::Prior;
use super::cycle::{self, Cycles, Due, Known, Line};
use super::life::{self, Doing, Life, Parameters, rfm::Cuts};
use super::profile::Orders;
use super::taste::{self, Taste};
use crate::answer::{Value, map, number, of, pair, texts};
use crate::codec::{Reader, put_uint};
use crate::intake::Event;
use crate::shop::Model;
use crate::shop::customers::Fitted;
use crate::shop::segments::{self, Segments};

/// Version of the stored section.
pub const VERSION: u8 = 1;

/// Entries of an answer's lists.
const LIST: usize = 40;

/// What orders and visits tell about a customer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Habits {
    /// Minutes east of UTC.
    pub zone: i32,
    /// Days with visits and orders.
    pub life: Life,
    /// Repurchase cycles.
    pub cycles: Cycles,
    /// Price level, promotions, brands and drift.
    pub taste: Taste,
}

impl Parameters {
    /// What a model brings.
    pub fn of(model: Option<&Model>) -> Parameters {
        let Some(model) = model else {
            return Parameters::default();
        };
        let four = |numbers: &[f32]| Some([0, 1, 2, 3].map(|n| f64::from(numbers[n])));
        let three = |numbers: &[f32]| Some([0, 1, 2].map(|n| f64::from(numbers[n])));
        let activity = model.fitted(Fitted::Activity).and_then(four);
        let spend = model.fitted(Fitted::Spend).and_then(three);
        let cuts = model.fitted(Fitted::Rfm).map(|numbers| {
            let numbers: Vec<f64> = numbers.iter().map(|cut| f64::from(*cut)).collect();
            Cuts::checked(&numbers)
        });
        Parameters {
            activity: activity.and_then(life::bgnbd::BgNbd::checked),
            spend: spend.and_then(life::gamma_gamma::GammaGamma::checked),
            cuts: cuts.flatten(),
            interval: prior(model, Fitted::Interval),
        }
    }
}

fn prior(model: &Model, what: Fitted) -> Option<Prior> {
    let [mean, variance, weight] = *model.fitted(what)? else {
        return None;
    };
    Prior::checked(mean.into(), variance.into(), weight.into())
}

/// What is usual for a line: of its category, else of all categories.
fn usual(model: Option<&Model>, line: &Line) -> Option<Prior> {
    let model = model?;
    let all = prior(model, Fitted::Cycle)?;
    let category = if line.category {
        model.find_category(&line.key)
    } else {
        model.find(&line.key).and_then(|item| model.category(item))
    };
    let own = category.and_then(|category| model.category_cycle(category));
    let own =
        own.and_then(|[mean, variance]| Prior::checked(mean.into(), variance.into(), all.weight));
    own.or(Some(all))
}

/// Whether a line may be suggested: a product that is bought again, as the model says, or was, here; a category that was
/// bought from twice.
fn wanted(model: Option<&Model>, line: &Line) -> bool {
    let item = model.and_then(|model| Some((model, model.find(&line.key)?)));
    match item {
        Some((model, item)) if !line.category => model.repeatable(item),
        _ => line.count() > 1,
    }
}

impl Habits {
    /// Folds a clean event in, after the orders were.
    pub fn learn(&mut self, event: &Event, orders: &Orders, model: Option<&Model>) {
        let parameters = Parameters::of(model);
        let at = (event.time, event.session.0);
        self.life.learn(orders, at, self.zone, &parameters);
        self.cycles.learn(event, self.zone, model);
        self.taste.learn(event, model);
    }

    /// Forgets the categories, brands and products that the shopper deleted.
    pub fn retain(
        &mut self,
        category: impl Fn(&str) -> bool,
        brand: impl Fn(&str) -> bool,
        item: impl Fn(&str) -> bool,
    ) {
        self.cycles.retain(&category, item);
        self.taste.retain(&category, brand);
    }

    /// What is bought again, the due first.
    pub fn due(&self, model: Option<&Model>, now: i64, known: Known) -> Vec<Due> {
        let prior = |line: &Line| usual(model, line);
        let wanted = |line: &Line| wanted(model, line);
        self.cycles.due(now, self.zone, known, &prior, &wanted)
    }

    /// What is due now.
    pub fn due_now(&self, model: Option<&Model>, now: i64) -> Vec<Due> {
        let mut due = self.due(model, now, Known::default());
        due.retain(|one| one.due);
        due
    }

    /// Appends the stored form.
    pub fn encode(&self, out: &mut Vec<u8>) {
        put_uint(out, u64::from(self.zone as u32));
        self.life.encode(out);
        self.cycles.encode(out);
        self.taste.encode(out);
    }

    /// Whether this version is known.
    pub fn decode(&mut self, version: u8, reader: &mut Reader) -> bool {
        if version != VERSION {
            return false;
        }
        self.zone = reader.small() as i32;
        self.life.decode(life::VERSION, reader)
            && self.cycles.decode(cycle::VERSION, reader)
            && self.taste.decode(taste::VERSION, reader)
    }

    /// The answer to `stage`.
    pub fn stage(
        &mut self,
        orders: &Orders,
        doing: Doing,
        model: Option<&Model>,
        now: i64,
    ) -> Value {
        let parameters = Parameters::of(model);
        let answer = self.life.answer(orders, &parameters, now, self.zone, doing);
        let three = |next: [f64; 3]| Value::List(next.iter().map(|day| number(*day)).collect());
        let digits = |digits: life::rfm::Digits| {
            map([
                ("recency", number(digits.recency)),
                ("frequency", number(digits.frequency)),
                ("monetary", number(digits.monetary)),
                ("segment", digits.segment().into()),
            ])
        };
        let segment = self.segment(orders, model, now);
        let rule = &answer.rule;
        let mut why = Vec::new();
        let (_, away) = self
            .life
            .churn(crate::scene::day::local_day(now, self.zone));
        let returns = away >= life::churn::SILENT;
        if rule.is_silent() || returns {
            why.push("silent");
        }
        if rule.has_fallen() {
            why.push("fallen");
        }
        if answer.band.is_some_and(|band| band as u8 > 1) {
            why.push("band");
        }
        map([
            ("stage", answer.stage.name().into()),
            ("since", number(answer.since as f64)),
            ("journey", answer.journey.name().into()),
            ("trips", number(answer.trips.count)),
            ("idle", of(answer.idle, number)),
            ("rfm", of(answer.rfm, digits)),
            ("segment", segment),
            ("alive", of(answer.alive, number)),
            ("expected", of(answer.expected, pair)),
            ("next", of(answer.next, three)),
            ("spend", of(answer.spend, number)),
            ("average", of(answer.mean, number)),
            ("trend", of(answer.trend, number)),
            (
                "churn",
                map([
                    ("probability", of(answer.churn, number)),
                    ("band", of(answer.band, |band| band.name().into())),
                    ("warning", (rule.warns() || returns).into()),
                    ("silent", number(rule.silent)),
                    ("away", number(away)),
                    ("fall", of(rule.fall, number)),
                    ("why", texts(&why)),
                ]),
            ),
            ("ruleOnly", answer.rule_only.into()),
        ])
    }

    /// The segment of customers that the orders are nearest to; `Null` without orders, or where the model has no segments.
    pub fn segment(&self, orders: &Orders, model: Option<&Model>, now: i64) -> Value {
        let trips = life::Trips::of(orders, self.zone);
        let Some(segments) = Segments::of(model).filter(|_| trips.count > 0) else {
            return Value::Null;
        };
        let today = crate::scene::day::local_day(now, self.zone);
        let totals = orders.totals();
        let spend = totals.value / f64::from(totals.orders.max(1));
        let found = segments::features(today.saturating_sub(trips.last), trips.count, spend);
        let nearest = segments.nearest(&found);
        map([
            ("name", segments.name(nearest.number).into()),
            ("number", number(nearest.number as f64)),
            ("traits", texts(&segments.traits(nearest.number))),
            ("share", number(segments.share(nearest.number))),
            ("distance", number(nearest.distance)),
        ])
    }

    /// The rule of churn as attributes of conditions: `warning`, `silent` and `fall`, and `away`, the days between this visit
    /// and the one before it, so that who has just come back is still known to have been away.
    pub fn churn(&self, now: i64) -> Value {
        let (rule, away) = self
            .life
            .churn(crate::scene::day::local_day(now, self.zone));
        map([
            (
                "warning",
                (rule.warns() || away >= life::churn::SILENT).into(),
            ),
            ("silent", number(rule.silent)),
            ("away", number(away)),
            ("fall", of(rule.fall, number)),
        ])
    }

    /// The answer to `due`.
    pub fn due_answer(
        &self,
        orders: &Orders,
        model: Option<&Model>,
        now: i64,
        request: &Value,
    ) -> Value {
        let keys = |name| crate::answer::texts_of(request, name);
        let (undelivered, stocked) = (keys("undelivered"), keys("stocked"));
        let known = Known {
            undelivered: &undelivered,
            stocked: &stocked,
        };
        let entry = |due: &Due| {
            map([
                (
                    if due.category { "category" } else { "id" },
                    due.key.as_str().into(),
                ),
                ("due", due.due.into()),
                ("suppressed", of(due.suppressed, |why| why.name().into())),
                ("probability", number(due.probability)),
                ("window", pair(due.window())),
                ("evidence", number(due.evidence)),
                ("weekday", of(due.weekday, |(day, _)| number(day))),
                ("weekdayProbability", of(due.weekday, |(_, p)| number(p))),
                ("elapsed", number(due.elapsed)),
                ("every", number(due.every)),
                ("rate", number(due.rate)),
            ])
        };
        let trips = life::Trips::of(orders, self.zone);
        let usual = |line: &cycle::Usual| {
            map([
                ("id", line.key.as_str().into()),
                ("quantity", number(line.quantity)),
                ("share", number(line.share)),
            ])
        };
        let all = self.due(model, now, known);
        let basket = self.cycles.usual(&trips.days);
        map([
            (
                "items",
                Value::List(all.iter().take(LIST).map(entry).collect()),
            ),
            (
                "usual",
                Value::List(basket.iter().take(LIST).map(usual).collect()),
            ),
        ])
    }

    /// The answer to `taste`.
    pub fn taste_answer(&self, orders: &Orders) -> Value {
        let taste = &self.taste;
        let level = |level: taste::Level| {
            map([
                ("percentile", number(level.mean)),
                ("between", pair(level.between)),
                ("evidence", number(level.evidence)),
            ])
        };
        let levels = taste.levels();
        let levels = levels
            .iter()
            .map(|(name, one)| map([("category", (*name).into()), ("level", level(*one))]));
        let sensitivity = taste.sensitivity(orders).map(|found| {
            map([
                ("all", number(found.all)),
                ("conversion", number(found.conversion)),
                ("between", pair(found.between)),
                ("discount", number(found.discount)),
                ("reduced", number(found.reduced)),
                ("evidence", number(found.evidence)),
            ])
        });
        let loyalty = taste.brands.loyalty().map(|found| {
            map([
                ("brand", found.leading.as_str().into()),
                ("share", number(found.share)),
                ("concentration", number(found.concentration)),
                ("evidence", number(found.evidence)),
            ])
        });
        let drift = taste.drift.report().map(|found| {
            let movers = found.movers.iter().map(|(name, change)| {
                map([("name", name.as_str().into()), ("change", number(*change))])
            });
            map([
                ("divergence", number(found.divergence)),
                ("moved", found.moved.into()),
                ("movers", Value::List(movers.collect())),
                ("evidence", number(found.events)),
            ])
        });
        let breadth = taste::breadth(&self.cycles).map(|(count, effective)| {
            map([
                ("categories", number(count)),
                ("effective", number(effective)),
            ])
        });
        map([
            ("type", of(taste.named(orders), |named| named.name().into())),
            ("price", of(taste.level(), level)),
            ("viewedPrice", of(taste.viewed(), level)),
            ("prices", Value::List(levels.collect())),
            ("promotion", of(sensitivity, |value| value)),
            ("loyalty", of(loyalty, |value| value)),
            ("breadth", of(breadth, |value| value)),
            ("drift", of(drift, |value| value)),
        ])
    }
}

impl Shopper {
    /// What the shopper is doing, for the stage.
    pub fn doing(&self) -> Doing {
        Doing {
            has_cart: !self.cart().is_empty(),
            has_viewed: !self.recent().is_empty(),
        }
    }
}
