//! Experiments in a simulated shop: shoppers are put into variations by the evaluator that pages use, orders follow planted
//! effects, and exposures get lost as they do where a page is left before its report is on its way.
//!
//! Of what a shopper would have ordered anyway a part is taken away, so that of two variations one has as many more orders
//! than the other as was planted, whatever the shop is like.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use tillside::condition::NoPatterns;
use tillside::experiment::{Features, Subject, Traces};
use tillside::value::Value;

use super::error::Error;
use super::event::{Deed, Event, shopper_id};
use crate::random::Random;

/// After so long without an event a shopper's next one is another visit.
const VISIT: i64 = 30 * 60 * 1000;

/// What is said of one variation of an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    experiment: String,
    variation: String,
    share: f64,
}

/// `EXPERIMENT:VARIATION=SHARE`.
pub fn said(text: &str) -> Result<Said, String> {
    let read = || {
        let (name, share) = text.rsplit_once('=')?;
        let (experiment, variation) = name.rsplit_once(':')?;
        let share: f64 = share.parse().ok()?;
        let named = !experiment.is_empty() && !variation.is_empty();
        (named && (-0.95..=5.0).contains(&share)).then(|| Said {
            experiment: experiment.into(),
            variation: variation.into(),
            share,
        })
    };
    read().ok_or_else(|| {
        "write EXPERIMENT:VARIATION=SHARE with a share of -0.95 to 5, such as ranker:1=0.1".into()
    })
}

/// Experiments, and what is planted in them.
#[derive(Debug)]
pub struct Planted {
    features: Features,
    /// How many more orders a variation has.
    effects: Vec<Said>,
    /// Which part of a variation's exposures never arrives.
    lost: Vec<Said>,
}

impl Planted {
    pub fn read(path: &Path, effects: Vec<Said>, lost: Vec<Said>) -> Result<Planted, Error> {
        let refused = |detail: String| Error::Features {
            path: PathBuf::from(path),
            detail,
        };
        let text = std::fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
        let payload = Value::parse(&text).map_err(|_| refused("it is no JSON".into()))?;
        let features =
            Features::read(&payload).map_err(|error| refused(error.remedy().to_owned()))?;
        Ok(Planted {
            features,
            effects,
            lost,
        })
    }

    /// The variations of a shopper, by experiment.
    fn variations(&self, shopper: u32) -> Vec<(String, String)> {
        let attributes = Value::map([("id", shopper_id(shopper).as_str().into())]);
        let subject = Subject::new(&attributes, &NoPatterns);
        let mut traces = Traces::default();
        for key in self.features.keys() {
            self.features.evaluate(key, &subject, &mut traces);
        }
        let exposures = traces.exposures.into_iter();
        exposures
            .map(|exposure| (exposure.experiment, exposure.variation))
            .collect()
    }

    fn share(said: &[Said], (experiment, variation): &(String, String)) -> f64 {
        let of = |said: &&Said| said.experiment == *experiment && said.variation == *variation;
        said.iter().find(of).map_or(0.0, |said| said.share)
    }

    /// Of what shoppers with these variations would order, the part that they do.
    fn kept(&self, variations: &[(String, String)]) -> f64 {
        let part = |of: &(String, String)| {
            let effects = self.effects.iter();
            let effects = effects.filter(|said| said.experiment == of.0);
            let most = effects.map(|said| said.share).fold(0.0, f64::max);
            (1.0 + Planted::share(&self.effects, of)) / (1.0 + most)
        };
        variations.iter().map(part).product()
    }

    /// Puts the experiments into what shoppers did, which stays in its order.
    pub fn plant(&self, events: Vec<Event>, seed: u64) -> Vec<Event> {
        struct Known {
            variations: Vec<(String, String)>,
            last: i64,
            random: Random,
        }
        let mut shoppers: HashMap<u32, Known> = HashMap::new();
        let mut planted = Vec::with_capacity(events.len());
        for event in events {
            let known = shoppers.entry(event.shopper).or_insert_with(|| Known {
                variations: self.variations(event.shopper),
                last: i64::MIN / 2,
                random: Random::of(seed, "planted", event.shopper.into()),
            });
            if event.time - known.last > VISIT {
                for variation in &known.variations {
                    if !known.random.chance(Planted::share(&self.lost, variation)) {
                        planted.push(Event {
                            time: event.time,
                            shopper: event.shopper,
                            deed: Deed::Exposed(Box::new(variation.clone())),
                        });
                    }
                }
            }
            known.last = event.time;
            let ordered = matches!(event.deed, Deed::Ordered(_));
            if !ordered || known.random.chance(self.kept(&known.variations)) {
                planted.push(event);
            }
        }
        planted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planted(effects: &[&str], lost: &[&str]) -> Planted {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("features.json");
        let payload = r#"{"features":{"ranker":{"defaultValue":"a","rules":[{"key":"ranker","variations":["a","b"],"hashVersion":2}]}}}"#;
        std::fs::write(&path, payload).unwrap();
        let read = |texts: &[&str]| texts.iter().map(|text| said(text).unwrap()).collect();
        Planted::read(&path, read(effects), read(lost)).unwrap()
    }

    fn counts(events: &[Event]) -> [[f64; 2]; 2] {
        let mut arm: HashMap<u32, usize> = HashMap::new();
        let mut counts = [[0.0; 2]; 2];
        for event in events {
            match &event.deed {
                Deed::Exposed(variation) => {
                    let number = usize::from(variation.1 == "1");
                    arm.insert(event.shopper, number);
                    counts[0][number] += 1.0;
                }
                Deed::Ordered(_) => {
                    if let Some(number) = arm.get(&event.shopper) {
                        counts[1][*number] += 1.0;
                    }
                }
                _ => {}
            }
        }
        counts
    }

    #[test]
    fn orders_follow_the_planted_effect_and_exposures_get_lost_as_asked() {
        let events: Vec<Event> = (0..40_000)
            .flat_map(|shopper| {
                let event = |after, deed| Event {
                    time: i64::from(shopper) * 1000 + after,
                    shopper,
                    deed,
                };
                [
                    event(0, Deed::Viewed(1)),
                    event(60_000, Deed::Ordered(Vec::new())),
                ]
            })
            .collect();
        let [exposed, ordered] = counts(&planted(&["ranker:1=0.25"], &[]).plant(events.clone(), 1));
        assert_eq!(exposed[0] + exposed[1], 40_000.0);
        assert!((exposed[0] / 20_000.0 - 1.0).abs() < 0.03, "{exposed:?}");
        let lift = ordered[1] / exposed[1] / (ordered[0] / exposed[0]) - 1.0;
        assert!((lift - 0.25).abs() < 0.03, "{lift}");
        let [exposed, _] = counts(&planted(&[], &["ranker:1=0.2"]).plant(events, 1));
        assert!((exposed[1] / exposed[0] - 0.8).abs() < 0.03, "{exposed:?}");
    }

    #[test]
    fn what_is_said_wrongly_is_refused() {
        for wrong in [
            "ranker",
            "ranker=0.1",
            ":1=0.1",
            "ranker:1=ten",
            "ranker:1=9",
        ] {
            assert!(said(wrong).is_err(), "{wrong}");
        }
    }
}
