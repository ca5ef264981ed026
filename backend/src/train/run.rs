//! `tillside train`, from its files to the model folder: the order of the steps.

use tillside::scene::calendar::Calendar;
use tillside::shop::Model;

use super::cli::{Args, Edition};
use super::count::{self, Counted};
use super::encode::{encode, settings};
use super::encoder::{self, Checkpoint, Weights};
use super::error::Error;
use super::fit::customers::{self, Customers};
use super::fit::repurchase::{self, Tried};
use super::fit::tune::{self, Tuned};
use super::forecast::{Amount, Step};
use super::input::Input;
use super::items::goods::Goods;
use super::neighbours::complement::Limits;
use super::settings::Labels;
use super::steps::Steps;
use super::write::card;
use super::write::output::{self, Folders, Parts};
use super::write::pack::Packed;
use super::write::shard::{self, Shard};
use super::{summary, validate};
use crate::check::Robots;
use crate::folder::publish;
use crate::{Outcome, ingest, progress};

/// Beside the model while an encoder is trained: for the trial without the sessions held back, and for the model.
const CHECKPOINTS: [&str; 2] = ["encoder-trial.checkpoint", "encoder.checkpoint"];

pub fn run(args: Args) -> Outcome {
    let mut steps = Steps::start();
    let mut input = Input::read(&args)?;
    if !input.refusals.is_empty() {
        eprintln!("{}", input.refusals);
    }
    let trained = input.read.newest.map_or_else(String::new, ingest::iso);
    let robots = Robots::find(&input.read);
    robots.cap(&mut input.read);
    let catalogue = input.catalogue.as_ref();
    let compatible = validate::compatible(&args.compatible, catalogue)?;
    let labels = validate::labels(&args.shop, catalogue, &trained, &compatible)?;
    let goods = Goods::number(&input.read, &input.read.sessions, catalogue);
    let training = Training::begin(&args, &input, &robots, labels, &goods)?;
    training.foresee(&goods, &mut steps);
    let tuned = training.tune(&mut steps)?;
    let counted = training.count(goods, &tuned.0, &mut steps)?;
    let made = training.pack(&counted, &tuned.0, &mut steps)?;
    training.write(&counted, &tuned, &made, &mut steps)?;
    training.summarise(&counted, &tuned, &made, &steps);
    Ok(())
}

/// Settings that were found, and how well baskets were completed with them, where there were enough.
type Found = (Tuned, Option<Tried>);

/// A model, and its parts where it is split.
struct Made {
    packed: Packed,
    whole: Model,
    split: Vec<Shard>,
}

/// Options and input of a training, checked against each other.
struct Training<'a> {
    args: &'a Args,
    input: &'a Input,
    robots: &'a Robots,
    labels: Labels<'a>,
    limits: Limits,
    weights: Option<Weights>,
    /// Views to learn from.
    views: usize,
}

impl<'a> Training<'a> {
    fn begin(
        args: &'a Args,
        input: &'a Input,
        robots: &'a Robots,
        labels: Labels<'a>,
        goods: &Goods,
    ) -> Result<Training<'a>, Error> {
        validate::check(goods, args.catalog.as_deref())?;
        if !args.force {
            validate::check_loss(goods, args)?;
        }
        let weights = match &args.encoder_weights {
            Some(path) if args.encoder == encoder::Wanted::Off => {
                return Err(Error::Weights {
                    path: path.clone(),
                    why: "--encoder off has no use for it; leave one of the two out".into(),
                });
            }
            Some(path) => Some(validate::weights(path, goods)?),
            None => None,
        };
        // Now rather than after the work.
        let folders = [Some(&args.out), args.publish.as_ref()];
        for folder in folders.into_iter().flatten() {
            publish::prepare(folder)?;
        }
        Ok(Training {
            args,
            input,
            robots,
            labels,
            limits: Limits {
                window: args.window,
                least: args.min_lower_bound,
            },
            weights,
            views: goods.browsing().iter().map(Vec::len).sum(),
        })
    }

    /// Whether an encoder may stay in the model, or only teaches.
    fn stays(&self) -> bool {
        self.args.encoder != encoder::Wanted::Teach
    }

    /// Whether an encoder is tried.
    fn encodes(&self) -> bool {
        self.args.encoder.with(self.views)
    }

    fn neighbours(&self) -> Option<usize> {
        self.args.neighbours.map(usize::from)
    }

    /// Tells the forecast how much there is to do.
    fn foresee(&self, goods: &Goods, steps: &mut Steps) {
        let epochs = settings(self.weights.as_ref(), self.stays()).all() as f64;
        steps.forecast.of(&Amount {
            views: self.views,
            items: goods.len(),
            linear: self.args.linear,
            encoder: match self.encodes() {
                true => epochs / encoder::Settings::default().all() as f64,
                false => 0.0,
            },
        });
    }

    /// Finds settings by trying them on sessions and baskets held back.
    fn tune(&self, steps: &mut Steps) -> Result<Found, Error> {
        let Input {
            catalogue, read, ..
        } = self.input;
        let stays = self.stays();
        let on_trial = self.args.out.join(CHECKPOINTS[0]);
        let trainer = tune::Trainer {
            encode: &|counted, work| encode(counted, self.weights.as_ref(), &on_trial, stays, work),
            stays,
        };
        let trainer = self.encodes().then_some(trainer);
        let mut tuned = steps.during(Step::Settings, |work| {
            tune::tune(
                read,
                self.robots,
                catalogue.as_ref(),
                self.neighbours(),
                self.args.linear,
                trainer,
                work,
            )
            .map_err(Error::Unreadable)
        })?;
        let wanted = [
            (Step::Linear, tuned.settings.is_linear()),
            (Step::Encoder, tuned.settings.is_encoded()),
        ];
        for (step, _) in wanted.into_iter().filter(|(_, wanted)| !wanted) {
            steps.forecast.without(step);
        }
        let baskets = steps.during(Step::Baskets, |work| {
            repurchase::tune(
                read,
                catalogue.as_ref(),
                self.limits,
                &mut tuned.settings,
                |more| work.inc(more),
            )
            .map_err(Error::Unreadable)
        })?;
        Ok((tuned, baskets))
    }

    /// Counts all that goes into the model, and trains what the settings ask for.
    fn count<'g>(
        &self,
        goods: Goods<'g>,
        tuned: &Tuned,
        steps: &mut Steps,
    ) -> Result<Counted<'g>, Error> {
        let mut counted = steps.during(Step::Counting, |work| {
            count::count(goods, Some(self.limits), |step| work.bar.set_message(step))
        });
        if self.args.edition == Edition::Full || self.args.festivals.is_some() {
            counted.customers = Some(fit_customers(self.args, &counted)?);
        }
        counted.titled = self.args.titles;
        if tuned.settings.is_linear() {
            counted.linear = steps.during(Step::Linear, |_| counted.solve());
        }
        if tuned.settings.is_encoded() {
            let at_last = self.args.out.join(CHECKPOINTS[1]);
            let (encoder, foreseen) = steps.during(Step::Encoder, |work| {
                let stays = tuned.settings.encoder > 0.0;
                encode(&counted, self.weights.as_ref(), &at_last, stays, work)
            });
            (counted.encoder, counted.foreseen) = (Some(encoder), foreseen);
        }
        Ok(counted)
    }

    /// Makes the bytes of the model and of its parts, and opens them as a page would.
    fn pack(&self, counted: &Counted, tuned: &Tuned, steps: &mut Steps) -> Result<Made, Error> {
        let (settings, neighbours) = (&tuned.settings, self.neighbours());
        steps.during(Step::Packing, |_| {
            let rows = counted.rows(settings, neighbours);
            let packed = counted.pack_within(&rows, settings, neighbours, &self.labels);
            let whole = Model::open_verified(packed.bytes.clone())?;
            let split = match self.args.head {
                Some(head) => shard::split(counted, &rows, head, &packed.id, |part, rows, id| {
                    let part = part.pack_with(rows, settings, neighbours, &self.labels, Some(id));
                    Model::open_verified(part.bytes.clone())?;
                    Ok(part)
                })?,
                None => Vec::new(),
            };
            Ok(Made {
                packed,
                whole,
                split,
            })
        })
    }

    fn write(
        &self,
        counted: &Counted,
        (tuned, baskets): &Found,
        made: &Made,
        steps: &mut Steps,
    ) -> Result<(), Error> {
        let facts = card::Facts {
            shop: self.labels.shop,
            trained: self.labels.trained,
            compatible: self.labels.compatible,
            sources: &self.args.sources(),
            read: &self.input.read,
            robots: self.robots,
            refusals: &self.input.refusals,
            tuned,
            baskets: baskets.as_ref(),
        };
        let card = card::card(&facts, counted, &made.packed);
        steps.during(Step::Writing, |_| {
            let folders = Folders {
                model: &self.args.out,
                pages: self.args.publish.as_deref(),
                edition: self.args.edition,
            };
            let parts = Parts {
                packed: &made.packed,
                split: &made.split,
                content: &self.input.content,
            };
            output::publish(&folders, &self.labels, counted, &parts, &made.whole, &card)
        })?;
        for name in CHECKPOINTS {
            Checkpoint::remove(&self.args.out.join(name));
        }
        Ok(())
    }

    /// Prints what was made, and what more there is to try.
    fn summarise(&self, counted: &Counted, found: &Found, made: &Made, steps: &Steps) {
        print!(
            "{}{}",
            summary::summary(
                &self.args.out,
                counted,
                &made.packed,
                &made.split,
                (&found.0, found.1.as_ref()),
                &self.input.read,
                steps
            ),
            summary::of_content(&self.input.content)
        );
        let untried =
            self.args.encoder == encoder::Wanted::Off && encoder::Wanted::Auto.with(self.views);
        let takes = steps.forecast.encoder(self.views, counted.goods.len());
        if let Some(takes) = takes.filter(|_| untried) {
            println!(
                "Not tried: a sequence encoder, which may rank better; --encoder on takes about {} more",
                progress::about(takes)
            );
        }
    }
}

/// What the order history says of customers as a whole.
fn fit_customers(args: &Args, counted: &Counted) -> Result<Customers, Error> {
    let read = |path: &std::path::PathBuf| {
        std::fs::read_to_string(path).map_err(|fault| Error::Festivals {
            path: path.clone(),
            why: fault.to_string(),
        })
    };
    let text = match &args.festivals {
        Some(path) => read(path)?,
        None => customers::FESTIVALS.to_owned(),
    };
    let calendar = Calendar::read(&text).map_err(|refused| Error::Festivals {
        path: args.festivals.clone().unwrap_or_default(),
        why: refused.to_string(),
    })?;
    let home = customers::Home {
        zone: args.zone,
        region: args.region,
        southern: tillside::scene::is_southern("", args.region),
    };
    let Counted {
        goods,
        orders,
        categories,
        ..
    } = counted;
    Ok(Customers::of(
        goods, orders, categories, &home, &calendar, &text,
    ))
}
