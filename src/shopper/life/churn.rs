//! Churn: a rule on visits, and the bands of the customer model.
//!
//! The rule: no visit for thirty days, or visits half as frequent as before. It needs no order and no parameters. The
//! bands: one-time buyers by the days since their order, repeat buyers by P(alive) (the bounds are Amperity's).

use super::visits::Lately;

/// Days without a visit after which the rule warns.
pub const SILENT: i32 = 30;
/// Length in days of the span whose visits are compared, and how many such spans before it they are compared with.
pub const SPAN: usize = 30;
/// Number of earlier spans that the latest is compared with.
pub const BEFORE: usize = 3;
/// Visits before that a fall must be from: of fewer, half is chance.
const FEWEST: u32 = 6;
/// The fall in frequency from which the rule warns.
const FALL: f64 = 0.5;

/// Days since the only order, and P(alive) after several, at which the next band begins.
const DAYS: [i32; 4] = [60, 120, 180, 240];
const ALIVE: [f64; 4] = [0.6, 0.5, 0.35, 0.2];

/// How far a buyer has gone, 0–4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Band {
    /// Buys as usual.
    Active,
    /// Somewhat later than usual.
    Cooling,
    /// May not come back.
    AtRisk,
    /// Will probably not come back.
    HighlyAtRisk,
    /// Has almost certainly gone.
    Lost,
}

impl Band {
    /// Names in answers.
    pub const NAMES: [&str; 5] = ["active", "cooling", "at_risk", "highly_at_risk", "lost"];
    const ALL: [Band; 5] = [
        Band::Active,
        Band::Cooling,
        Band::AtRisk,
        Band::HighlyAtRisk,
        Band::Lost,
    ];

    /// Name in answers.
    pub fn name(self) -> &'static str {
        Band::NAMES[self as usize]
    }

    /// Of a buyer whose last order is so many days ago, where only that is known.
    pub fn of_days(days: i32) -> Band {
        Band::ALL[DAYS.iter().filter(|bound| days >= **bound).count()]
    }

    /// Of a repeat buyer.
    pub fn of_alive(alive: f64) -> Band {
        Band::ALL[ALIVE.iter().filter(|bound| alive < **bound).count()]
    }
}

/// The fall in frequency from before, 0–1; `None` where there were too few visits to tell.
pub fn fall(lately: &Lately) -> Option<f64> {
    if lately.before < FEWEST {
        return None;
    }
    let usual = f64::from(lately.before) / BEFORE as f64;
    Some((1.0 - f64::from(lately.recent) / usual).max(0.0))
}

/// What the rule says, and of what.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rule {
    /// Days since the latest visit.
    pub silent: i32,
    /// Fall in the frequency of visits, 0–1; `None` after too few.
    pub fall: Option<f64>,
}

impl Rule {
    /// Whether the last visit is too long ago.
    pub fn is_silent(&self) -> bool {
        self.silent >= SILENT
    }

    /// Whether visits have become rare.
    pub fn has_fallen(&self) -> bool {
        // A visit is a whole number: the fraction is exact up to rounding in its last bits.
        self.fall.is_some_and(|fall| fall >= FALL - 1e-9)
    }

    /// Whether either holds.
    pub fn warns(&self) -> bool {
        self.is_silent() || self.has_fallen()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_warns_from_the_thirtieth_silent_day() {
        let warns = |silent| Rule { silent, fall: None }.warns();
        assert_eq!([29, 30, 31].map(warns), [false, true, true]);
    }

    #[test]
    fn the_rule_warns_where_visits_are_half_as_many() {
        let warns = |recent| {
            let before = 300;
            let fall = fall(&Lately { recent, before });
            Rule { silent: 0, fall }.warns()
        };
        assert_eq!([51, 50, 49].map(warns), [false, true, true]);
        let few = Lately {
            recent: 0,
            before: 5,
        };
        assert_eq!(fall(&few), None);
    }

    #[test]
    fn bands_begin_where_they_are_said_to() {
        let days = [59, 60, 119, 120, 179, 180, 239, 240].map(|days| Band::of_days(days) as u8);
        assert_eq!(days, [0, 1, 1, 2, 2, 3, 3, 4]);
        let alive = [0.6, 0.599, 0.5, 0.49, 0.35, 0.34, 0.2, 0.19].map(|p| Band::of_alive(p) as u8);
        assert_eq!(alive, [0, 1, 1, 2, 2, 3, 3, 4]);
    }
}
