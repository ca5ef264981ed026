//! A shop's campaigns of offers, as `tillside lab offers` publishes them: arms, and what was learned of them.
//!
//! Read whole or not at all: a page that cannot read a new file goes on with what it had. Public by design, as everything
//! that a page gets: discounts and weights, no cost, no margin, no row about a person.

use super::offer::{Arm, Benefit, Limits, MAX_ARMS, Sorted, Sums, shares, sort};
use super::policy::{Context, FEATURES, LOWER, Posterior, WEIGHTS, Weights};
use crate::value::Value;

/// The format that this build reads.
pub const FORMAT: f64 = 1.0;
/// Campaigns of one file.
pub const MOST: usize = 64;
/// The least probability of every possible arm, where a campaign does not say.
pub const FLOOR: f64 = 0.02;
/// Of so many arms none can have more.
const HIGHEST: f64 = 1.0 / MAX_ARMS as f64;

/// Why a file is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CampaignError {
    /// `offers_format`, `offers_campaign`, `offers_arm`, `offers_posterior`.
    pub code: &'static str,
    /// Path in the file.
    pub path: String,
    /// What to write instead.
    pub remedy: &'static str,
}

/// A campaign of offers: arms, period and policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Campaign {
    /// Name of the campaign.
    pub id: String,
    /// Benefits to choose from.
    pub arms: Vec<Arm>,
    /// The least probability of every possible arm.
    pub floor: f64,
    /// Unix milliseconds: not before and not from.
    pub from: i64,
    /// End, exclusive, in milliseconds since 1970.
    pub until: i64,
    /// How long what was offered holds.
    pub lasts_ms: Option<i64>,
    /// Trained policy; without one, Thompson sampling over the arms' own counts.
    pub posterior: Option<Posterior>,
}

/// Campaigns of a shop.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Campaigns {
    /// In a major unit.
    pub minor_units: f64,
    /// Campaigns in the file's order.
    pub all: Vec<Campaign>,
}

/// What a shopper, a cart and a time come to.
#[derive(Clone, Debug)]
pub struct Moment {
    /// Subtotal and headroom of the cart.
    pub sums: Sums,
    /// Limits beside the headroom: coupon held, budget left.
    pub limits: Limits,
    /// Features of shopper and cart.
    pub context: Context,
    /// What this shopper is expected to spend, in minor units; 0 where nobody knows.
    pub spend: f64,
}

impl Campaign {
    /// The arms that are possible, and with which probability each is chosen.
    pub fn shares(&self, moment: &Moment) -> (Sorted, Vec<f64>) {
        let sorted = sort(&self.arms, moment.sums, moment.limits);
        let subtotal = moment.sums.subtotal;
        let shares = match &self.posterior {
            None => shares(&self.arms, &sorted.possible, subtotal),
            Some(posterior) => {
                let cap = posterior.cap.max(moment.spend);
                posterior.shares(
                    &moment.context,
                    &self.arms,
                    &sorted.possible,
                    (subtotal, cap),
                    self.floor,
                )
            }
        };
        (sorted, shares)
    }

    /// By which posterior it decides; `prior` before it has one.
    pub fn version(&self) -> &str {
        let known = self.posterior.as_ref();
        known.map_or("prior", |posterior| &posterior.version)
    }
}

impl Campaigns {
    /// The campaign of this name.
    pub fn find(&self, id: &str) -> Option<&Campaign> {
        self.all.iter().find(|campaign| campaign.id == id)
    }

    /// Reads `{format, minor_units, campaigns: {id: {arms, floor, from, until, hours, posterior}}}`.
    ///
    /// # Errors
    /// The first thing that is wrong, with its path and the remedy.
    pub fn read(file: &Value) -> Result<Campaigns, CampaignError> {
        let at = Place(String::new());
        if file.number_of("format") != Some(FORMAT) {
            let remedy = "give a file of format 1, as `tillside lab offers` writes it";
            return Err(at.field("format").refused("offers_format", remedy));
        }
        let minor_units = at
            .field("minor_units")
            .number(file, "minor_units", (1.0, 1e4), "offers_format")?
            .unwrap_or(100.0);
        let entries = file.get("campaigns").and_then(Value::fields);
        let entries = entries.ok_or_else(|| {
            let remedy = "give an object of campaigns by id";
            at.field("campaigns").refused("offers_format", remedy)
        })?;
        if entries.len() > MOST {
            let remedy = "give at most 64 campaigns";
            return Err(at.field("campaigns").refused("offers_format", remedy));
        }
        let mut all = Vec::new();
        for (id, campaign) in entries {
            all.push(Campaign::read(
                id,
                campaign,
                &at.field("campaigns").field(id),
            )?);
        }
        Ok(Campaigns { minor_units, all })
    }
}

impl Campaign {
    fn read(id: &str, value: &Value, at: &Place) -> Result<Campaign, CampaignError> {
        let arms = read_arms(value, &at.field("arms"))?;
        let number = |name: &str, range| {
            let at = at.field(name);
            at.number(value, name, range, "offers_campaign")
        };
        const YEAR_9999: f64 = 253_402_300_799_999.0;
        let posterior = match value.get("posterior") {
            None | Some(Value::Null) => None,
            Some(posterior) => Some(read_posterior(posterior, &at.field("posterior"))?),
        };
        Ok(Campaign {
            id: id.into(),
            arms,
            floor: number("floor", (0.001, HIGHEST))?.unwrap_or(FLOOR),
            from: number("from", (0.0, YEAR_9999))?.unwrap_or(0.0) as i64,
            until: number("until", (0.0, YEAR_9999))?.unwrap_or(YEAR_9999) as i64,
            lasts_ms: number("hours", (0.1, 8784.0))?.map(|hours| (hours * 3_600_000.0) as i64),
            posterior,
        })
    }
}

fn read_arms(value: &Value, at: &Place) -> Result<Vec<Arm>, CampaignError> {
    let given = value.get("arms").and_then(Value::list).unwrap_or(&[]);
    if !(2..=MAX_ARMS).contains(&given.len()) {
        let remedy = "give a list of 2 to 16 arms, one of them without a discount";
        return Err(at.refused("offers_arm", remedy));
    }
    let mut arms: Vec<Arm> = Vec::new();
    for (n, arm) in given.iter().enumerate() {
        let at = at.element(n);
        let arm = Arm::read(arm).map_err(|(field, remedy)| {
            let at = at.field(field);
            at.refused("offers_arm", remedy)
        })?;
        if arms.iter().any(|known| known.id == arm.id) {
            let remedy = "give every arm another id: logs name arms by it";
            return Err(at.field("id").refused("offers_arm", remedy));
        }
        arms.push(arm);
    }
    let none = |arm: &&Arm| arm.benefit == Benefit::None && arm.threshold == 0;
    if arms.iter().filter(none).count() != 1 {
        let remedy = "give exactly one arm without amount, percent and threshold: to offer nothing is always possible";
        return Err(at.refused("offers_arm", remedy));
    }
    Ok(arms)
}

fn read_posterior(value: &Value, at: &Place) -> Result<Posterior, CampaignError> {
    const CODE: &str = "offers_posterior";
    let names = value.get("features").map_or(&[][..], Value::elements);
    if !names
        .iter()
        .map(|name| name.text().unwrap_or(""))
        .eq(FEATURES)
    {
        let remedy = "its features are not those of this engine; train it with the same build's `tillside lab offers`";
        return Err(at.field("features").refused(CODE, remedy));
    }
    let positive = |name: &str| {
        let at = at.field(name);
        let remedy = "write a number above 0, in minor units";
        at.number(value, name, (f64::MIN_POSITIVE, 1e12), CODE)?
            .ok_or_else(|| at.refused(CODE, remedy))
    };
    let (cart, cap) = (positive("cart")?, positive("cap")?);
    let mean: Weights = numbers(value, "mean", at)?;
    let lower: [f64; LOWER] = numbers(value, "cholesky", at)?;
    for row in 0..WEIGHTS {
        if lower[row * (row + 3) / 2] < 0.0 {
            let remedy = "no element of the factor's diagonal is negative";
            return Err(at.field("cholesky").refused(CODE, remedy));
        }
    }
    let version = value.text_of("version");
    if version.is_empty() || version.len() > 64 {
        let remedy = "name the version with a text of at most 64 bytes";
        return Err(at.field("version").refused(CODE, remedy));
    }
    Ok(Posterior::new(version.into(), (cart, cap), mean, &lower))
}

/// So many finite numbers within ±1000.
fn numbers<const N: usize>(
    value: &Value,
    name: &str,
    at: &Place,
) -> Result<[f64; N], CampaignError> {
    let given = value.get(name).map_or(&[][..], Value::elements);
    let mut read = [0.0; N];
    let sound = given.len() == N
        && given.iter().zip(&mut read).all(|(given, read)| {
            *read = given.number().unwrap_or(f64::NAN);
            read.abs() <= 1e3
        });
    match sound {
        true => Ok(read),
        false => {
            let remedy = "write as many finite numbers within 1000 as the features ask for, as `tillside lab offers` does";
            Err(at.field(name).refused("offers_posterior", remedy))
        }
    }
}

/// Where in a file something is.
struct Place(String);

impl Place {
    fn field(&self, name: &str) -> Place {
        let mut path = self.0.clone();
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(name);
        Place(path)
    }

    fn element(&self, n: usize) -> Place {
        let mut path = self.0.clone();
        path.push('[');
        crate::decimal::print_uint(&mut path, n as u64);
        path.push(']');
        Place(path)
    }

    fn refused(&self, code: &'static str, remedy: &'static str) -> CampaignError {
        CampaignError {
            code,
            path: self.0.clone(),
            remedy,
        }
    }

    fn number(
        &self,
        value: &Value,
        name: &str,
        (least, most): (f64, f64),
        code: &'static str,
    ) -> Result<Option<f64>, CampaignError> {
        match value.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) if (least..=most).contains(number) => Ok(Some(*number)),
            Some(_) => Err(self.refused(code, RANGES)),
        }
    }
}

const RANGES: &str = "write a number in its range: minor_units 1 to 10000, floor 0.001 to 0.0625, hours 0.1 to 8784, from and until in milliseconds since 1970";

#[cfg(test)]
pub(super) mod tests;
