//! Settings that nobody should have to know, found by trying them on sessions that were held back.
//!
//! The newest sessions are left out of a training, and the model is asked what came next in them. One setting after
//! another takes the best of a few values, again and again until each is the best beside the others; the default comes
//! first and wins ties, and a value that comes up again is compared with those next to it. With too few questions to tell values apart, the defaults stay.

use std::collections::HashSet;

use tillside::shop::{Model, ModelError};

use crate::check::Robots;
use crate::evaluate::{Metrics, Protocol, Question, ask, ask_again, held_back, prepare};
use crate::ingest::{Catalogue, Interactions};
use crate::train::count::{Counted, count};
use crate::train::encoder::Encoder;
use crate::train::fit::age;
use crate::train::fit::revisit;
use crate::train::forecast::Step;
use crate::train::items::goods::Goods;
use crate::train::linalg::sums::Row;
use crate::train::settings::{Labels, Settings};
use crate::train::steps::Work;

/// The share of sessions held back: one in so many.
pub const HELD_BACK: usize = 10;

/// Fewer questions than this decide nothing.
pub const FEWEST: usize = 200;

/// More than this are asked a sample.
pub const MOST: usize = 8_000;

/// Times that every setting is tried at most.
const ROUNDS: usize = 3;

/// What the rounds after the first must gain together: less is chance.
const CHANGE: f64 = 0.001;

/// Steps of sessions, returns among them, that the odds of a return are fitted to.
const STEPS: usize = 16_000;

/// What trying out found.
pub struct Tuned {
    pub settings: Settings,
    /// How the chosen settings did on what was held back, and of how many questions; `None` where there were too few.
    pub validation: Option<(Metrics, usize)>,
    pub returns: Option<Returns>,
    pub encoder: Option<Encoded>,
    pub linear: Option<Solved>,
}

/// What linear weights gain at the same size of the model: the best of the trials.
pub struct Solved {
    pub without: Metrics,
    pub with: Metrics,
}

/// What a sequence encoder gains at the same size of the model.
pub struct Encoded {
    pub without: Metrics,
    /// Where neighbours learn from it and it stays out of the model: the best of the trials.
    pub taught: Metrics,
    /// Where it stays in the model; `None` where it was not to.
    pub with: Option<Metrics>,
}

/// Trains an encoder for what was counted, and shows how far it is. With it comes what it foresees after each item.
pub type Encode<'a> = &'a dyn Fn(&Counted, &Work) -> (Encoder, Vec<Row>);

/// How an encoder is trained, and what for.
#[derive(Clone, Copy)]
pub struct Trainer<'a> {
    pub encode: Encode<'a>,
    /// Whether it may stay in the model.
    pub stays: bool,
}

/// What the odds of a return gain where they may be answers: fitted to the older half of the steps, judged by the newer.
pub struct Returns {
    pub without: Metrics,
    pub with: Metrics,
    pub calibration: revisit::Calibration,
    pub steps: usize,
}

/// What is tried for the encoder's λ.
const SHARES: [f32; 5] = [1.0, 0.5, 0.25, 2.0, 4.0];

/// What is tried for how much neighbours learn from it.
const TAUGHT: [f32; 3] = [0.4, 0.2, 0.8];

/// What is tried for how much rules lean to what predicts together.
const LINEAR: [f32; 3] = [0.1, 0.25, 0.5];

/// What neighbours that learnt must gain: less is chance.
const GAIN: f64 = 0.002;

/// Finds settings for these interactions. `work` shows what is being tried, and how much of it is left.
///
/// # Errors
/// When a packed model does not open, which would be a fault of the packer.
pub fn tune(
    read: &Interactions,
    robots: &Robots,
    catalogue: Option<&Catalogue>,
    neighbours: Option<usize>,
    linear: bool,
    trainer: Option<Trainer>,
    work: &Work,
) -> Result<Tuned, ModelError> {
    let (old, newest) = read
        .sessions
        .split_at(read.sessions.len() - read.sessions.len() / HELD_BACK);
    let goods = Goods::number(read, old, catalogue);
    let known = known(&goods, read);
    // What robots look at next is no question worth answering well.
    let people = (newest.iter().enumerate())
        .filter(|(nth, _)| !robots.made(old.len() + nth))
        .map(|(_, session)| held_back::browsed(session, read, &known));
    let held_back: Vec<Vec<String>> = people.collect();
    let questions = questions(&held_back);
    let mut settings = Settings::default();
    if questions.len() < FEWEST {
        return Ok(Tuned {
            settings,
            validation: None,
            returns: None,
            encoder: None,
            linear: None,
        });
    }

    let mut counted = count(goods, None, |_| ());
    let trials = trials(&counted);
    let begin = |step, times: usize| work.begin(step, (times * questions.len()) as u64);
    let mut model = open(&counted, &settings, neighbours)?;
    let asked = prepare(&model, &questions, Protocol::New);
    let judge = |model: &Model| ask_again(model, &asked, |n| work.inc(n)).metrics;
    let mut best = judge(&model);
    // Trials after which nothing has changed: all of them, and every setting is the best beside the others.
    let mut settled = 0;
    let mut first = (settings, best);
    for (n, trial) in trials.iter().cycle().enumerate() {
        if settled == trials.len() || n == ROUNDS * trials.len() {
            break;
        }
        if n == trials.len() {
            first = (settings, best);
        }
        if n % trials.len() == 0 {
            let values = trials.iter().map(|trial| trial.values.len() - 1);
            let step = if n == 0 { Step::Settings } else { Step::Again };
            begin(step, values.sum::<usize>());
        }
        let from = settings;
        settled += 1;
        for value in trial.beside(from, n >= trials.len()) {
            let mut other = from;
            *(trial.setting)(&mut other) = value;
            let opened = if trial.repacked {
                open(&counted, &other, neighbours)?
            } else {
                std::mem::take(&mut model).tuned(other.decay, other.blend, None)
            };
            let metrics = judge(&opened);
            let better = worth(&metrics) > worth(&best);
            if better {
                (settings, best, settled) = (other, metrics, 1);
            }
            if better || !trial.repacked {
                model = opened;
            }
        }
        model = model.tuned(settings.decay, settings.blend, None);
    }
    if settings != first.0 && worth(&best) < worth(&first.1) + CHANGE {
        (settings, best) = first;
        model = open(&counted, &settings, neighbours)?;
    }
    let mut solved = None;
    if linear {
        begin(Step::LinearTrial, LINEAR.len());
        counted.linear = counted.solve();
        let mut found = (settings, Metrics::default());
        for linear in LINEAR {
            let other = Settings { linear, ..settings };
            let metrics = judge(&open(&counted, &other, neighbours)?);
            found = better(found, (other, metrics));
        }
        solved = Some(Solved {
            without: best,
            with: found.1,
        });
        if worth(&found.1) >= worth(&best) + GAIN {
            (settings, best) = found;
            model = open(&counted, &settings, neighbours)?;
        }
    }
    let mut encoder = None;
    if let Some(Trainer { encode, stays }) = trainer {
        work.forecast.begin(Step::EncoderTrial);
        let (learnt, foreseen) = encode(&counted, work);
        (counted.encoder, counted.foreseen) = (Some(learnt), foreseen);
        let more = if stays { SHARES.len() } else { 0 };
        begin(Step::Ways, TAUGHT.len() + more);
        let without = (settings, best);
        let best_of = |all: &[Settings]| {
            all.iter()
                .try_fold((settings, Metrics::default()), |found, other| {
                    let metrics = judge(&open(&counted, other, neighbours)?);
                    Ok::<_, ModelError>(better(found, (*other, metrics)))
                })
        };
        let taught = best_of(&learning(&settings))?;
        let with = if stays {
            Some(best_of(&sharing(&settings))?)
        } else {
            None
        };
        encoder = Some(Encoded {
            without: without.1,
            taught: taught.1,
            with: with.map(|with| with.1),
        });
        let gained = worth(&taught.1) >= worth(&best) + GAIN;
        let chosen = if gained { taught } else { without };
        (settings, best) = with.into_iter().fold(chosen, better);
        model = open(&counted, &settings, neighbours)?;
    }
    let steps = thinned(
        held_back::steps(held_back.iter().map(Vec::as_slice)).collect(),
        STEPS,
    );
    let (model, age) = age::fit(model, read, old, newest);
    settings.age = age;
    let (revisit, returns) = returns(model, &settings, &steps, work);
    settings.revisit = revisit;
    Ok(Tuned {
        settings,
        validation: Some((best, questions.len())),
        returns,
        encoder,
        linear: solved,
    })
}

/// The second of two only if it is better.
fn better(first: (Settings, Metrics), second: (Settings, Metrics)) -> (Settings, Metrics) {
    if worth(&second.1) > worth(&first.1) {
        second
    } else {
        first
    }
}

/// The encoder's λ in all its values.
fn sharing(from: &Settings) -> [Settings; SHARES.len()] {
    SHARES.map(|encoder| Settings { encoder, ..*from })
}

/// How much neighbours learn, in all its values.
fn learning(from: &Settings) -> [Settings; TAUGHT.len()] {
    TAUGHT.map(|taught| Settings { taught, ..*from })
}

/// A model to try settings on.
pub fn open(
    counted: &Counted,
    settings: &Settings,
    neighbours: Option<usize>,
) -> Result<Model, ModelError> {
    Model::open(counted.pack(settings, neighbours, &Labels::default()).bytes)
}

/// Fits the odds of a return, if they rank better than none.
fn returns(
    model: Model,
    settings: &Settings,
    steps: &[Question],
    work: &Work,
) -> (Option<revisit::Weights>, Option<Returns>) {
    if steps.iter().filter(|step| !step.is_new()).count() < FEWEST {
        return (None, None);
    }
    let (older, newer) = steps.split_at(steps.len() / 2);
    let all = 3 * newer.len() + older.len() + steps.len();
    work.begin(Step::Returns, all as u64);
    let tick = |n| work.inc(n);
    let judge = |model: &Model| ask(model, newer, Protocol::All, tick).metrics;
    let without = judge(&model);
    let weights = revisit::fit(&model, older, tick);
    let calibration = revisit::calibration(&model, &weights, newer, tick);
    let model = model.tuned(settings.decay, settings.blend, Some(weights));
    let found = Returns {
        without,
        with: judge(&model),
        calibration,
        steps: newer.len(),
    };
    let fitted = worth(&found.with) > worth(&found.without);
    let weights = fitted.then(|| revisit::fit(&model, steps, tick));
    (weights, Some(found))
}

/// A setting, and its values, rising.
struct Trial {
    setting: fn(&mut Settings) -> &mut f32,
    values: &'static [f32],
    /// Whether it is of what is packed, and takes effect only by packing again.
    repacked: bool,
}

impl Trial {
    /// The values other than the one it has; when it has been tried before, only those next to that.
    fn beside(&self, mut settings: Settings, again: bool) -> impl Iterator<Item = f32> {
        let own = *(self.setting)(&mut settings);
        let place = self.values.iter().position(|value| *value == own);
        let beside = self.values.iter().enumerate().filter(move |(n, _)| {
            let apart = place.map_or(1, |place| place.abs_diff(*n));
            apart == 1 || apart > 1 && !again
        });
        beside.map(|(_, value)| *value)
    }
}

/// Only what the shop's data can tell: without descriptions there is no content to weigh.
fn trials(counted: &Counted) -> Vec<Trial> {
    let trial = |setting, values, repacked| Trial {
        setting,
        values,
        repacked,
    };
    let mut trials = vec![
        trial(|s| &mut s.widen, &[0.3, 1.0, 3.0, 8.0], true),
        trial(|s| &mut s.mutual, &[0.0, 0.1, 0.2, 0.35], true),
        trial(|s| &mut s.trend, &[0.0, 0.15, 0.3, 0.6], true),
        trial(|s| &mut s.decay, &[1.0, 1.5, 2.0, 3.0, 5.0], false),
    ];
    if counted.content.is_some() {
        let content: &[f32] = &[0.02, 0.05, 0.1, 0.2, 0.4, 0.8];
        trials.push(trial(|s| &mut s.blend.content, content, false));
        let affinity: &[f32] = &[0.01, 0.03, 0.1, 0.2, 0.4];
        trials.push(trial(|s| &mut s.blend.affinity, affinity, false));
    }
    let popularity: &[f32] = &[0.0005, 0.002, 0.01, 0.05];
    trials.push(trial(|s| &mut s.blend.popularity, popularity, false));
    trials
}

/// What is being sought: to be on the shelf, and to be early on it.
pub fn worth(metrics: &Metrics) -> f64 {
    metrics.hr20 + metrics.mrr20
}

/// Which of the items that were read the model has.
fn known(goods: &Goods, read: &Interactions) -> Vec<bool> {
    let keys: HashSet<&str> = goods.keys.iter().copied().collect();
    read.items
        .iter()
        .map(|key| keys.contains(key.as_str()))
        .collect()
}

/// Every so many of them, so that there are at most `most`.
fn thinned(all: Vec<Question>, most: usize) -> Vec<Question> {
    let step = all.len().div_ceil(most).max(1);
    all.into_iter().step_by(step).collect()
}

/// What came next in each session, where it was new, evenly thinned to at most [`MOST`].
fn questions(sessions: &[Vec<String>]) -> Vec<Question<'_>> {
    let steps = held_back::steps(sessions.iter().map(Vec::as_slice));
    thinned(steps.filter(Question::is_new).collect(), MOST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Session;
    use crate::ingest::tests::interactions;
    use crate::train::encoder;

    /// Shoppers walk the alphabet from some letter on.
    fn walks(sessions: u32) -> Interactions {
        let letters = "abcdefghijklmnopqrstuvwxyz";
        let walk = |n: u32| {
            let from = (n * 7 % 20) as usize;
            (n, i64::from(n), &letters[from..from + 5])
        };
        interactions(&(0..sessions).map(walk).collect::<Vec<_>>())
    }

    #[test]
    fn chooses_what_ranks_no_worse_than_the_defaults() {
        let read = walks(800);
        let tuned = tune(
            &read,
            &Robots::default(),
            None,
            None,
            false,
            None,
            &Work::hidden(),
        )
        .unwrap();
        let (metrics, questions) = tuned.validation.unwrap();
        assert_eq!(questions, 320);
        let (old, newest) = read.sessions.split_at(720);
        let counted = count(Goods::number(&read, old, None), None, |_| ());
        let known = known(&counted.goods, &read);
        let labels = Labels::default();
        let model = Model::open(counted.pack(&Settings::default(), None, &labels).bytes).unwrap();
        let sessions: Vec<_> = newest
            .iter()
            .map(|session| held_back::browsed(session, &read, &known))
            .collect();
        let defaults = ask(&model, &super::questions(&sessions), Protocol::New, |_| ()).metrics;
        assert!(worth(&metrics) >= worth(&defaults));
        assert!(metrics.mrr20 > 0.9, "a walk is easy to foresee");
    }

    #[test]
    fn a_robot_asks_no_questions() {
        let mut read = walks(800);
        // One that walks the shop up and down, among the newest.
        let walk = read.sessions[0].clone();
        let events = walk.events.iter().cycle().take(700).copied().collect();
        read.sessions.push(Session {
            shopper: read.shoppers,
            events,
            ..walk
        });
        read.shoppers += 1;
        let robots = Robots::find(&read);
        assert_eq!(robots.sessions, 1);
        robots.cap(&mut read);
        let tuned = tune(&read, &robots, None, None, false, None, &Work::hidden()).unwrap();
        // Four of each of the 79 people among the newest 80.
        assert_eq!(tuned.validation.unwrap().1, 4 * 79);
    }

    #[test]
    fn tells_the_odds_of_a_return_where_shoppers_go_back() {
        // Every session goes on twice and then back to where it began.
        let letters = "abcdefghijklmnopqrstuvwxyz";
        let loops: Vec<String> = (0..24)
            .map(|from| letters[from..from + 3].to_owned() + &letters[from..=from])
            .collect();
        let read = |sessions: u32| {
            let one = |n: u32| (n, i64::from(n), loops[(n * 7 % 24) as usize].as_str());
            interactions(&(0..sessions).map(one).collect::<Vec<_>>())
        };
        let tuned = tune(
            &read(2500),
            &Robots::default(),
            None,
            None,
            false,
            None,
            &Work::hidden(),
        )
        .unwrap();
        let returns = tuned.returns.unwrap();
        assert_eq!(returns.steps, 375);
        assert!(returns.with.mrr20 > 0.9 && returns.with.mrr20 > returns.without.mrr20);
        assert!(tuned.settings.revisit.is_some());
        // A walk never goes back: there is nothing to fit.
        let tuned = tune(
            &walks(2500),
            &Robots::default(),
            None,
            None,
            false,
            None,
            &Work::hidden(),
        )
        .unwrap();
        assert!(tuned.settings.revisit.is_none() && tuned.returns.is_none());
    }

    #[test]
    fn neighbours_learn_from_an_encoder_that_knows_better() {
        // Most went from a to b, and of late all to c.
        let walk = |n: u32| if n % 5 < 3 && n < 3600 { "ab" } else { "ac" };
        let one = |n: u32| (n, i64::from(n), walk(n));
        let read = interactions(&(0..4000).map(one).collect::<Vec<_>>());
        let encoder = || encoder::fit(&[], 3, &[], encoder::tests::SMALL, None, None, |_, _| ()).0;
        let tuned = |foresees: &str, stays: bool| {
            let encode = |counted: &Counted, _: &Work| {
                let number = |key| counted.goods.keys.iter().position(|known| *known == key);
                let mut foreseen = vec![Row::new(); 3];
                foreseen[number("a").unwrap()].push((number(foresees).unwrap() as u32, 1.0));
                (encoder(), foreseen)
            };
            let trainer = Trainer {
                encode: &encode,
                stays,
            };
            tune(
                &read,
                &Robots::default(),
                None,
                None,
                false,
                Some(trainer),
                &Work::hidden(),
            )
            .unwrap()
        };
        let wise = tuned("c", false);
        let encoded = wise.encoder.unwrap();
        assert!(wise.settings.taught > 0.0 && wise.settings.encoder == 0.0);
        assert!(worth(&encoded.taught) > worth(&encoded.without) && encoded.with.is_none());
        assert_eq!(wise.validation.unwrap().0, encoded.taught);
        let foolish = tuned("b", false);
        assert_eq!(foolish.settings.taught, 0.0);
        assert_eq!(
            foolish.validation.unwrap().0,
            foolish.encoder.unwrap().without
        );
        assert!(tuned("c", true).encoder.unwrap().with.is_some());
    }

    #[test]
    fn what_is_tried_lies_about_the_default() {
        let read = walks(20);
        let counted = count(Goods::number(&read, &read.sessions, None), None, |_| ());
        for trial in trials(&counted) {
            let settings = Settings::default();
            let own = *(trial.setting)(&mut settings.clone());
            assert!(trial.values.is_sorted() && trial.values.contains(&own));
            let all: Vec<f32> = trial.beside(settings, false).collect();
            assert_eq!(all.len(), trial.values.len() - 1);
            let next: Vec<f32> = trial.beside(settings, true).collect();
            assert!(next.len() == 2 && next[0] < own && own < next[1]);
        }
    }

    #[test]
    fn too_few_questions_leave_the_defaults() {
        let tuned = tune(
            &walks(100),
            &Robots::default(),
            None,
            None,
            false,
            None,
            &Work::hidden(),
        )
        .unwrap();
        assert_eq!(tuned.settings, Settings::default());
        assert!(tuned.validation.is_none());
        let nothing = Interactions::default();
        assert!(
            tune(
                &nothing,
                &Robots::default(),
                None,
                None,
                false,
                None,
                &Work::hidden()
            )
            .unwrap()
            .validation
            .is_none()
        );
    }

    #[test]
    fn questions_are_thinned_evenly_and_never_about_what_was_seen() {
        let session: Vec<String> = (0..20_000).map(|n| (n % 15_000).to_string()).collect();
        let sessions = [session];
        let asked = questions(&sessions);
        assert!(asked.len() <= MOST && asked.len() > MOST / 2);
        assert!(asked.iter().all(Question::is_new));
    }
}
