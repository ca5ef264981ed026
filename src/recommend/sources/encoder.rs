//! Sequence encoder: a probability for each candidate, from the session in its order.
//!
//! A gated recurrent unit reads the session's items, oldest first; its last state meets every candidate's vector. With
//! vectors made of centroids a candidate costs one look into a table for each of its codes. Candidates are the head
//! of the catalogue and whatever the neighbours touched, so that a call's cost stops growing with the catalogue.
//!
//! What was computed is kept until the session changes, and the state until it does other than grow: see [`Memory`].

use super::Contributor;
use crate::kernel::{Native, exponentials};
use crate::recommend::answer::{List, Source};
use crate::recommend::call::Call;
use crate::recommend::candidates::Candidates;
use crate::recommend::flags::Flags;
use crate::shop::{Encoder, Matrix};

/// The newest items that are read.
const STEPS: usize = 10;

/// The most popular items that are always candidates.
const HEAD: usize = 16_384;

/// Probabilities below this are not worth a place among the candidates.
const LEAST: f32 = 1e-4;

/// A function of encoder, session and filter, kept for the next call.
#[derive(Debug, Default)]
struct Memory {
    /// [`Encoder::number`]; 0 before any.
    encoder: u32,
    /// What was read, oldest first.
    session: Vec<u32>,
    state: Vec<f32>,
    /// What the state gives every centroid: `[codes × 256]`.
    table: Vec<f32>,
    /// Whether what follows is of the head's items that a filter found; of all of them otherwise.
    only_found: bool,
    /// The highest logit, the sum of `exp(logit − most)`, and those that may be worth a place.
    most: f32,
    total: f32,
    likely: Vec<(u32, f32)>,
}

fn codes<'a>(encoder: &Encoder<'a>, item: u32) -> &'a [u8] {
    let start = item as usize * encoder.codes;
    let codes = encoder.code.get(start..start + encoder.codes);
    codes.unwrap_or(&[])
}

impl Memory {
    /// Reads the session, where it is not what was read before: only what is new, where it begins so. Says whether there
    /// was anything to read.
    fn read(&mut self, encoder: &Encoder, session: Vec<u32>) -> bool {
        let width = encoder.width;
        if self.encoder != encoder.number || !session.starts_with(&self.session) {
            self.encoder = encoder.number;
            self.session.clear();
            self.state = vec![0.0; width];
        }
        let read = core::mem::replace(&mut self.session, session).len();
        if read == self.session.len() {
            return false;
        }
        for &item in &self.session[read..] {
            step(encoder, item, &mut self.state);
        }
        let length = (self.state.iter().map(|x| x * x).sum::<f32>() + 1e-12).sqrt();
        let scale = encoder.sharpness / length;
        let along: Vec<f32> = self.state.iter().map(|x| x * scale).collect();
        self.table.resize(encoder.codes * 256, 0.0);
        let parts = along.chunks_exact(width / encoder.codes);
        for (part, (along, row)) in parts.zip(self.table.chunks_exact_mut(256)).enumerate() {
            encoder.centroid.products(part * 256, along, row);
        }
        true
    }

    fn logit(&self, encoder: &Encoder, item: u32) -> f32 {
        let mut logit = 0.0;
        for (&code, row) in codes(encoder, item)
            .iter()
            .zip(self.table.as_chunks::<256>().0)
        {
            logit += row[usize::from(code)];
        }
        logit
    }

    /// Weighs all items of the head that `may` be predicted.
    fn weigh(&mut self, encoder: &Encoder, head: u32, may: impl Fn(u32) -> bool) {
        let mut chances = vec![f32::NEG_INFINITY; head as usize];
        for (item, chance) in (0..).zip(&mut chances) {
            if may(item) {
                *chance = self.logit(encoder, item);
            }
        }
        for &item in &self.session {
            if let Some(chance) = chances.get_mut(item as usize) {
                *chance = f32::NEG_INFINITY;
            }
        }
        let most = chances.iter().copied().fold(f32::MIN, f32::max);
        (self.most, self.total) = (most, 0.0);
        self.likely.clear();
        if most == f32::MIN {
            self.most = 0.0;
            return;
        }
        chances.iter_mut().for_each(|chance| *chance -= most);
        self.total = exponentials::<Native>(&mut chances);
        let least = LEAST * self.total;
        for (item, chance) in (0..).zip(chances) {
            if chance >= least {
                self.likely.push((item, chance));
            }
        }
    }
}

/// The state after one more item.
fn step(encoder: &Encoder, item: u32, state: &mut [f32]) {
    let width = encoder.width;
    let mut input = vec![0.0; width];
    let parts = input.chunks_exact_mut(width / encoder.codes);
    for (part, (out, &code)) in parts.zip(codes(encoder, item)).enumerate() {
        let row = part * 256 + usize::from(code);
        encoder.centroid.add_product(row, &[1.0], out);
    }
    let mut gates = encoder.bias.to_vec();
    let mut recurrent = vec![0.0; 3 * width];
    encoder.input.add_product(0, &input, &mut gates);
    encoder.state.add_product(0, state, &mut recurrent);
    let (both, new) = gates.split_at_mut(2 * width);
    for (gate, recurrent) in both.iter_mut().zip(&recurrent) {
        *gate = -*gate - recurrent;
    }
    exponentials::<Native>(both);
    for (i, new) in new.iter_mut().enumerate() {
        *new = -2.0 * (*new + recurrent[2 * width + i] / (1.0 + both[width + i]));
    }
    exponentials::<Native>(new);
    for i in 0..width {
        // tanh x = 2 σ(2x) − 1
        let n = 2.0 / (1.0 + new[i]) - 1.0;
        state[i] = n + (state[i] - n) / (1.0 + both[i]);
    }
}

/// The source: what it has read, and what it may weigh the same next time.
#[derive(Debug, Default)]
pub(crate) struct Predictions {
    memory: Memory,
}

impl Contributor for Predictions {
    /// After the neighbours: items that their rows touched are candidates beyond the head.
    fn run(&mut self, call: &Call, candidates: &mut Candidates, _: &mut List) {
        let Some(encoder) = call.model.encoder() else {
            return;
        };
        let mut session = Vec::with_capacity(STEPS);
        for seed in &call.seeds {
            if seed.matrix == Matrix::View && session.len() < STEPS {
                session.push(seed.item);
            }
        }
        if session.is_empty() {
            return;
        }
        session.reverse();
        let found = call.only_found;
        let memory = &mut self.memory;
        let head = call.model.items().min(HEAD) as u32;
        let may = |item: u32| !found || candidates.has(item, Flags::FOUND);
        if memory.read(&encoder, session) || found || memory.only_found {
            memory.only_found = found;
            memory.weigh(&encoder, head, may);
        }
        let kept = memory.likely.len();
        let mut total = memory.total;
        for &item in candidates.touched() {
            if item >= head && may(item) && !memory.session.contains(&item) {
                let mut chance = [memory.logit(&encoder, item) - memory.most];
                exponentials::<Native>(&mut chance);
                let [chance] = chance;
                total += chance;
                memory.likely.push((item, chance));
            }
        }
        let share = call.blend.sequence * encoder.share / total;
        let least = LEAST * total;
        for &(item, chance) in &memory.likely {
            if chance >= least {
                candidates.give(item, chance * share);
            }
        }
        candidates.ledger.close(Source::Sequence, None);
        memory.likely.truncate(kept);
    }
}

#[cfg(test)]
mod tests {
    use crate::recommend::{Code, Placement, Recommender, Request, Source};
    use crate::shop::Model;
    use crate::shop::tests::{Drawn, Toy, toy};
    use crate::shopper::Shopper;
    use proptest::prelude::*;

    /// The same in `f64`, number by number.
    fn chances(drawn: Drawn, items: usize, session: &[u32]) -> Vec<f64> {
        let number = |byte: u8, step: f64| (f64::from(byte) - 128.0) * step;
        let (code, centroid) = (drawn.bytes(1, 2 * items), drawn.bytes(2, 1024));
        let (weight, bias) = (drawn.bytes(3, 96), drawn.bias());
        let vector = |item: usize| -> Vec<f64> {
            (0..4)
                .map(|i| {
                    let part = i / 2;
                    let row = part * 256 + usize::from(code[2 * item + part]);
                    number(centroid[2 * row + i % 2], f64::from(0.01f32))
                })
                .collect()
        };
        let mut h = [0.0; 4];
        for &item in session {
            let x = vector(item as usize);
            let sum = |from: &[f64], half: usize, column: usize, step: f32| -> f64 {
                let cell = |i: usize| weight[half * 48 + 12 * i + column];
                (0..4)
                    .map(|i| from[i] * number(cell(i), f64::from(step)))
                    .sum()
            };
            let input = |column| sum(&x, 0, column, 0.015) + f64::from(bias[column]);
            let state = |column| sum(&h, 1, column, 0.02);
            let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
            h = core::array::from_fn(|i| {
                let z = sigmoid(input(i) + state(i));
                let r = sigmoid(input(4 + i) + state(4 + i));
                let n = (input(8 + i) + r * state(8 + i)).tanh();
                (1.0 - z) * n + z * h[i]
            });
        }
        let length = h.iter().map(|x| x * x).sum::<f64>().sqrt();
        let logit = |item: usize| -> f64 {
            let along: f64 = h.iter().zip(vector(item)).map(|(a, b)| a * b).sum();
            5.0 * along / length
        };
        let mut chances: Vec<f64> = (0..items).map(|item| logit(item).exp()).collect();
        session
            .iter()
            .for_each(|&item| chances[item as usize] = 0.0);
        let total: f64 = chances.iter().sum();
        chances.iter().map(|chance| chance / total).collect()
    }

    fn viewed(model: &Model, session: &[u32]) -> Shopper {
        let mut shopper = Shopper::default();
        for (&item, time) in session.iter().zip(0..) {
            shopper.view(model.key(item), Some(item), time, 1);
        }
        shopper
    }

    proptest! {
        #[test]
        fn adds_the_probabilities_of_a_recurrent_unit(
            seed: u8,
            session in Just([0u32, 1, 2, 3, 4]).prop_shuffle(),
            length in 1usize..5,
        ) {
            let drawn = Drawn { seed, share: 2.0 };
            let (with, without) = (Toy { encoder: Some(drawn), ..toy() }.open(), toy().open());
            let session = &session[..length];
            let shopper = viewed(&with, session);
            let rank = |model: &Model| {
                let request = Request::new(Placement::Home, 20);
                Recommender::default().recommend(model, &shopper, &request, 1000)
            };
            let (with, without) = (rank(&with), rank(&without));
            let chances = chances(drawn, toy().items.len(), session);
            prop_assert_eq!(with.entries.len(), without.entries.len());
            for entry in &with.entries {
                let before = without.entries.iter().find(|other| other.item == entry.item).unwrap();
                let added = f64::from(entry.score - before.score);
                let expected = 2.0 * chances[entry.item as usize];
                // What is hardly likely at all is left out.
                prop_assert!((added - expected).abs() < 3e-4, "{} {added} {expected}", entry.item);
                let given: f32 = entry.contributions.iter().sum();
                prop_assert!((given - entry.score).abs() < 1e-5);
            }
        }
    }

    proptest! {
        /// One recommender that goes on, over models of one size, against a new one for each list.
        #[test]
        fn what_is_kept_changes_nothing(
            calls in prop::collection::vec((0usize..3, 0u32..8, 0u8..4), 1..14),
            seeds: [u8; 2],
        ) {
            let of = |seed| {
                let encoder = Some(Drawn { seed, share: 2.0 });
                Toy { encoder, ..toy() }.open()
            };
            let models = [of(seeds[0]), of(seeds[1]), toy().open()];
            let (mut shopper, mut kept) = (Shopper::default(), Recommender::default());
            for (time, (model, item, ask)) in calls.into_iter().enumerate() {
                let model = &models[model];
                let mut request = Request::new(Placement::Home, 20);
                match ask {
                    0 => request.attributes.push("color=red".into()),
                    1 => request.category = Some("Phones"),
                    2 => (),
                    _ => shopper.view(model.key(item), Some(item), time as i64, 1),
                }
                let list = kept.recommend(model, &shopper, &request, 1000);
                prop_assert_eq!(list, Recommender::default().recommend(model, &shopper, &request, 1000));
            }
        }
    }

    #[test]
    fn what_it_alone_foresees_is_for_the_item_viewed_last() {
        let encoder = Some(Drawn {
            seed: 3,
            share: 4.0,
        });
        let model = Toy {
            view: vec![(0, 2, 0.5)],
            content: Vec::new(),
            encoder,
            blend: Some("1 0 0 0 0"),
            ..toy()
        }
        .open();
        let shopper = viewed(&model, &[1, 4]);
        let request = Request::new(Placement::Home, 20);
        let list = Recommender::default().recommend(&model, &shopper, &request, 1000);
        let foreseen = list
            .entries
            .iter()
            .filter(|entry| entry.contributions[Source::Sequence as usize] > 0.0);
        assert!(foreseen.clone().count() >= 2);
        for entry in foreseen {
            let reason = entry
                .reasons
                .iter()
                .find(|reason| reason.code == Code::Viewed)
                .unwrap();
            assert_eq!(reason.because, crate::recommend::Because::Item(4));
        }
    }
}
