//! What a variation's units say of one metric: count, mean and variance of an estimate, for means, ratios and means
//! adjusted by what units did before (CUPED).

/// Sums of one variation from which every estimate is made: a metric's numerator `x`, its denominator `d` for ratios,
/// and `p`, the numerator before exposure. In one pass, with sums of squares about a common shift would be no more
/// exact here: values are capped money and small counts in f64.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sums {
    pub n: f64,
    pub x: f64,
    pub xx: f64,
    pub d: f64,
    pub dd: f64,
    pub xd: f64,
    pub p: f64,
    pub pp: f64,
    pub xp: f64,
}

impl Sums {
    pub fn add(&mut self, x: f64, d: f64, p: f64) {
        self.n += 1.0;
        self.x += x;
        self.xx += x * x;
        self.d += d;
        self.dd += d * d;
        self.xd += x * d;
        self.p += p;
        self.pp += p * p;
        self.xp += x * p;
    }

    /// Takes back what [`Sums::add`] added.
    pub fn remove(&mut self, x: f64, d: f64, p: f64) {
        let mut one = Sums::default();
        one.add(x, d, p);
        for (sum, value) in [
            (&mut self.n, one.n),
            (&mut self.x, one.x),
            (&mut self.xx, one.xx),
            (&mut self.d, one.d),
            (&mut self.dd, one.dd),
            (&mut self.xd, one.xd),
            (&mut self.p, one.p),
            (&mut self.pp, one.pp),
            (&mut self.xp, one.xp),
        ] {
            *sum -= value;
        }
    }

    pub fn join(&self, other: &Sums) -> Sums {
        Sums {
            n: self.n + other.n,
            x: self.x + other.x,
            xx: self.xx + other.xx,
            d: self.d + other.d,
            dd: self.dd + other.dd,
            xd: self.xd + other.xd,
            p: self.p + other.p,
            pp: self.pp + other.pp,
            xp: self.xp + other.xp,
        }
    }

    /// Covariance of a sample, from its sum of products and its sums.
    fn covariance(&self, products: f64, one: f64, other: f64) -> f64 {
        (products - one * other / self.n) / (self.n - 1.0)
    }

    /// The mean of the numerator.
    pub fn mean(&self) -> Estimate {
        Estimate {
            n: self.n,
            mean: self.x / self.n,
            variance: self.covariance(self.xx, self.x, self.x),
            base: self.x / self.n,
        }
    }

    /// The ratio of the sums, by the delta method.
    pub fn ratio(&self) -> Estimate {
        let (m, d) = (self.x / self.n, self.d / self.n);
        let numerator = self.covariance(self.xx, self.x, self.x);
        let denominator = self.covariance(self.dd, self.d, self.d);
        let both = self.covariance(self.xd, self.x, self.d);
        Estimate {
            n: self.n,
            mean: m / d,
            variance: numerator / (d * d) + m * m * denominator / d.powi(4)
                - 2.0 * m * both / d.powi(3),
            base: m / d,
        }
    }

    /// How much of what a unit does it did before: the coefficient of CUPED (Deng et al., WSDM 2013), of both
    /// variations together. 0 where nothing varied before.
    pub fn theta(&self, other: &Sums) -> f64 {
        let all = self.join(other);
        let before = all.covariance(all.pp, all.p, all.p);
        if before > 0.0 {
            all.covariance(all.xp, all.x, all.p) / before
        } else {
            0.0
        }
    }

    /// The mean less what could be expected from before.
    pub fn adjusted(&self, theta: f64) -> Estimate {
        let before = self.covariance(self.pp, self.p, self.p);
        let both = self.covariance(self.xp, self.x, self.p);
        let plain = self.mean();
        Estimate {
            n: self.n,
            mean: plain.mean - theta * self.p / self.n,
            variance: plain.variance + theta * theta * before - 2.0 * theta * both,
            base: plain.mean,
        }
    }
}

/// An estimate of one variation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    pub n: f64,
    pub mean: f64,
    /// Of one unit, not of the mean.
    pub variance: f64,
    /// What relative differences are relative to: the mean before any adjustment.
    pub base: f64,
}
