//! The scene in editions that know none: it changes nothing, and costs nothing.

use crate::recommend::answer::List;
use crate::recommend::call::Call;
use crate::recommend::candidates::Candidates;
use crate::recommend::rules::Rules;
use crate::recommend::variants::Variants;

#[derive(Debug, Default)]
pub(crate) struct Scenic;

impl Scenic {
    pub fn run(&mut self, _: &Call, _: &mut Candidates, _: &Variants) {}

    pub fn explain(&self, _: &mut List) {}

    pub fn weigh(&self, weights: Vec<f32>) -> Vec<f32> {
        weights
    }

    pub fn fill(
        &self,
        _: &Call,
        _: &Candidates,
        _: &Rules,
        _: &mut [Vec<(f32, u32)>],
        _: impl Fn(usize) -> usize,
    ) {
    }
}
