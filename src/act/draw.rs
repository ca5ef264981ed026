//! Draws that anybody can repeat: SplitMix64 (Steele, Lea & Flood 2014) and what is drawn from it.
//!
//! Nothing here has a state of its own, so a page, another tab, a server and a test draw the same.

/// 64-bit FNV-1a.
pub fn fold(key: &str) -> u64 {
    key.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}

/// The finaliser of SplitMix64 (Steele, Lea & Flood 2014).
pub fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Counter-based: the state is a number that anybody may choose, and the same one gives the same draws.
pub struct Random(pub u64);

impl Random {
    /// Uniform in (0, 1).
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        ((mix(self.0) >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// Standard normal (Box & Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let (one, other) = (self.uniform(), self.uniform());
        f64::sqrt(-2.0 * libm::log(one)) * libm::cos(core::f64::consts::TAU * other)
    }
}

/// Gamma(shape, 1) by Marsaglia & Tsang 2000; for a shape below 1 with their boost.
fn gamma(random: &mut Random, shape: f64) -> f64 {
    if shape < 1.0 {
        let boost = crate::natural::pow(random.uniform(), 1.0 / shape);
        return gamma(random, shape + 1.0) * boost;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / f64::sqrt(9.0 * d);
    loop {
        let x = random.normal();
        let v = 1.0 + c * x;
        if v <= 0.0 {
            continue;
        }
        let v = v * v * v;
        if libm::log(random.uniform()) < 0.5 * x * x + d - d * v + d * libm::log(v) {
            return d * v;
        }
    }
}

/// Beta(successes, failures).
pub fn beta(random: &mut Random, successes: f64, failures: f64) -> f64 {
    // A posterior that is no posterior converts like one that nobody has tried.
    let sound = |parameter: f64| {
        if parameter > 0.0 && parameter.is_finite() {
            parameter.min(1e9)
        } else {
            1.0
        }
    };
    let one = gamma(random, sound(successes));
    let other = gamma(random, sound(failures));
    one / (one + other).max(f64::MIN_POSITIVE)
}
