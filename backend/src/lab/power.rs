//! Sample size of an experiment: the two-sided test of two shares, by the normal approximation.

use super::analyse::difference::{phi, quantile};
use crate::{Coded, Outcome};

/// Compute the units that an experiment needs, or the smallest effect that a number of units can detect
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Base conversion rate
    #[arg(long, value_name = "SHARE")]
    base: f64,
    /// Relative effect to detect, 0.1 for 10 %
    #[arg(long, value_name = "SHARE", required_unless_present = "units")]
    effect: Option<f64>,
    /// Units in each variation, to compute the smallest detectable effect
    #[arg(long, value_name = "COUNT", conflicts_with = "effect")]
    units: Option<f64>,
    /// Significance level, two-sided
    #[arg(long, value_name = "SHARE", default_value_t = 0.05)]
    alpha: f64,
    /// Probability of detecting an existing effect
    #[arg(long, value_name = "SHARE", default_value_t = 0.8)]
    power: f64,
    /// Units a day, to compute the duration
    #[arg(long, value_name = "COUNT")]
    per_day: Option<f64>,
}

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("--{option} {value} is out of range; expected {expected}")]
    Range {
        option: &'static str,
        value: f64,
        expected: &'static str,
    },
}

impl Coded for Error {
    fn code(&self) -> &'static str {
        "lab.range"
    }
}

/// Units of each variation that find a relative effect on a share.
pub fn units(base: f64, effect: f64, alpha: f64, power: f64) -> f64 {
    let other = base * (1.0 + effect);
    let z = quantile(1.0 - alpha / 2.0) + quantile(power);
    let variance = base * (1.0 - base) + other * (1.0 - other);
    (z * z * variance / (other - base).powi(2)).ceil()
}

/// How often that many units of each variation find a relative effect on a share.
pub fn power(base: f64, effect: f64, alpha: f64, units: f64) -> f64 {
    let other = base * (1.0 + effect);
    let error = ((base * (1.0 - base) + other * (1.0 - other)) / units).sqrt();
    phi((other - base).abs() / error - quantile(1.0 - alpha / 2.0))
}

/// The least relative effect that so many units find.
pub fn effect(base: f64, alpha: f64, wanted: f64, units: f64) -> f64 {
    let (mut low, mut high) = (0.0, (1.0 - base) / base);
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if power(base, middle, alpha, units) < wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

pub fn run(args: Args) -> Outcome {
    let share = |option, value: f64| {
        if value > 0.0 && value < 1.0 {
            return Ok(());
        }
        Err(Error::Range {
            option,
            value,
            expected: "a number between 0 and 1",
        })
    };
    share("base", args.base)?;
    share("alpha", args.alpha)?;
    share("power", args.power)?;
    let (effect, units) = match (args.effect, args.units) {
        (Some(effect), _) => {
            let other = args.base * (1.0 + effect);
            if effect == 0.0 || other <= 0.0 || other >= 1.0 {
                Err(Error::Range {
                    option: "effect",
                    value: effect,
                    expected: "a relative change that leaves the share between 0 and 1",
                })?;
            }
            (effect, units(args.base, effect, args.alpha, args.power))
        }
        (None, Some(units)) if units >= 2.0 => {
            (effect(args.base, args.alpha, args.power, units), units)
        }
        (None, units) => Err(Error::Range {
            option: "units",
            value: units.unwrap_or(0.0),
            expected: "at least 2",
        })?,
    };
    println!(
        "{units} units in each variation find {:+.1} % on {:.2} % with a power of {:.0} % at the level {}",
        effect * 100.0,
        args.base * 100.0,
        args.power * 100.0,
        args.alpha
    );
    if let Some(per_day) = args.per_day.filter(|per_day| *per_day > 0.0) {
        println!(
            "{:.0} days for two variations at {per_day} units a day",
            (2.0 * units / per_day).ceil()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_per_cent_on_one_in_twenty_takes_thirty_one_thousand_units() {
        let needed = units(0.05, 0.1, 0.05, 0.8);
        assert!((31_000.0..31_500.0).contains(&needed), "{needed}");
        assert!((power(0.05, 0.1, 0.05, needed) - 0.8).abs() < 0.001);
        assert!((effect(0.05, 0.05, 0.8, needed) - 0.1).abs() < 0.001);
    }
}
