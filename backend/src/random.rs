//! Randomness that is the same on every machine and in every version: SplitMix64.
//!
//! A crate's generator may change between versions, and equal seeds must give equal bytes.

/// The stream of one seed.
pub struct Random(u64);

impl Random {
    /// The stream of one thing among many: shopper 7, item 300. Streams of different things are unrelated.
    pub fn of(seed: u64, stream: &str, number: u64) -> Self {
        let start = [seed, number].into_iter().flat_map(u64::to_le_bytes);
        let hash = start
            .chain(stream.bytes())
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
            });
        Random(hash)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// In 0..1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// In 0..`below`; 0 where there is nothing to choose from.
    pub fn below(&mut self, below: usize) -> usize {
        ((self.unit() * below as f64) as usize).min(below.saturating_sub(1))
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }
}

/// Draws with fixed weights.
#[derive(Debug)]
pub struct Wheel(Vec<f64>);

impl Wheel {
    pub fn new(weights: impl IntoIterator<Item = f64>) -> Self {
        let sums = weights.into_iter().scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        });
        Wheel(sums.collect())
    }

    /// The place of a weight; 0 where there is none.
    pub fn spin(&self, random: &mut Random) -> usize {
        let at = random.unit() * self.0.last().copied().unwrap_or(0.0);
        let place = self.0.partition_point(|sum| *sum <= at);
        place.min(self.0.len().saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_repeatable_and_apart() {
        let draw = |number| {
            let mut random = Random::of(1, "shopper", number);
            [random.next(), random.next(), random.next()]
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn a_wheel_draws_by_weight_and_never_what_has_none() {
        let wheel = Wheel::new([1.0, 0.0, 3.0]);
        let mut random = Random::of(1, "wheel", 0);
        let mut counts = [0; 3];
        for _ in 0..40_000 {
            counts[wheel.spin(&mut random)] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!((9_500..10_500).contains(&counts[0]), "{counts:?}");
    }

    #[test]
    fn shuffling_keeps_everything() {
        let mut list: Vec<u32> = (0..100).collect();
        Random::of(1, "list", 0).shuffle(&mut list);
        assert_ne!(list, (0..100).collect::<Vec<_>>());
        list.sort_unstable();
        assert_eq!(list, (0..100).collect::<Vec<_>>());
    }
}
