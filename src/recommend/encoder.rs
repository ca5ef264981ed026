//! What the sequence encoder foresees: a probability for each candidate from the session in its order.
//!
//! A gated recurrent unit reads the session's items, oldest first; its last state meets every candidate's vector. With
//! vectors made of centroids a candidate costs one look into a table for each of its codes. Candidates are the head
//! of the catalogue and whatever the neighbours touched, so that a call's cost stops growing with the catalogue.

use super::seeds::Seed;
use super::{Call, FOUND, Recommender};
use crate::shop::{Encoder, Matrix};

/// The newest items that are read.
const STEPS: usize = 10;

/// The most popular items that are always candidates.
const HEAD: usize = 16_384;

/// Probabilities below this are not worth a place among the candidates.
const LEAST: f32 = 1e-4;

/// A logit so far below the highest is not worth its exponential.
const NEGLIGIBLE: f32 = 16.0;

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-x))
}

/// Appends an item's vector.
fn vector(encoder: &Encoder, item: u32, out: &mut Vec<f32>) {
    let span = encoder.width / encoder.codes;
    let start = item as usize * encoder.codes;
    let codes = encoder.code.get(start..start + encoder.codes);
    for (part, &code) in codes.unwrap_or(&[]).iter().enumerate() {
        let at = out.len();
        out.resize(at + span, 0.0);
        encoder
            .centroid
            .add_product(part * 256 + usize::from(code), &[1.0], &mut out[at..]);
    }
    out.resize(encoder.width, 0.0);
}

/// The state after these items, oldest first.
fn state(encoder: &Encoder, session: &[u32]) -> Vec<f32> {
    let width = encoder.width;
    let mut state = vec![0.0; width];
    for &item in session {
        let mut input = Vec::new();
        vector(encoder, item, &mut input);
        let mut gates = encoder.bias.to_vec();
        let mut recurrent = vec![0.0; 3 * width];
        encoder.input.add_product(0, &input, &mut gates);
        encoder.state.add_product(0, &state, &mut recurrent);
        for i in 0..width {
            let z = sigmoid(gates[i] + recurrent[i]);
            let r = sigmoid(gates[width + i] + recurrent[width + i]);
            let n =
                2.0 * sigmoid(2.0 * (gates[2 * width + i] + r * recurrent[2 * width + i])) - 1.0;
            state[i] = n + z * (state[i] - n);
        }
    }
    state
}

/// What a state gives every centroid: `[codes × 256]`.
fn table(encoder: &Encoder, state: &[f32]) -> Vec<f32> {
    let span = encoder.width / encoder.codes;
    let mut table = Vec::with_capacity(encoder.codes * 256);
    let mut centroid = vec![0.0; span];
    for (part, state) in state.chunks_exact(span).enumerate() {
        for code in 0..256 {
            centroid.fill(0.0);
            encoder
                .centroid
                .add_product(part * 256 + code, &[1.0], &mut centroid);
            table.push(state.iter().zip(&centroid).map(|(a, b)| a * b).sum());
        }
    }
    table
}

impl Recommender {
    /// Adds what the encoder foresees after the items whose neighbours are looked up.
    pub(super) fn foresee(&mut self, call: &Call, seeds: &[Seed]) {
        self.foreseen.clear();
        let Some(encoder) = call.model.encoder() else {
            return;
        };
        let viewed = seeds.iter().filter(|seed| seed.matrix == Matrix::View);
        let mut session: Vec<u32> = viewed.map(|seed| seed.item).take(STEPS).collect();
        if session.is_empty() {
            return;
        }
        session.reverse();
        let mut state = state(&encoder, &session);
        let length = libm::sqrtf(state.iter().map(|x| x * x).sum::<f32>() + 1e-12);
        state
            .iter_mut()
            .for_each(|x| *x *= encoder.sharpness / length);
        let table = table(&encoder, &state);

        let head = call.model.items().min(HEAD) as u32;
        let tail = self.touched.iter().copied().filter(|&item| item >= head);
        let mut most = f32::MIN;
        for item in (0..head).chain(tail) {
            if call.only_found && self.flags[item as usize] & FOUND == 0 || session.contains(&item)
            {
                continue;
            }
            let start = item as usize * encoder.codes;
            let codes = encoder.code.get(start..start + encoder.codes);
            let parts = codes.unwrap_or(&[]).iter().zip(table.chunks_exact(256));
            let logit: f32 = parts.map(|(&code, part)| part[usize::from(code)]).sum();
            if logit > most - NEGLIGIBLE {
                most = most.max(logit);
                self.foreseen.push((item, logit));
            }
        }
        let mut total = 0.0;
        for (_, value) in &mut self.foreseen {
            *value = libm::expf(*value - most);
            total += *value;
        }
        let mut foreseen = core::mem::take(&mut self.foreseen);
        foreseen.retain(|(_, value)| *value >= LEAST * total);
        for (item, value) in &mut foreseen {
            *value *= call.blend.sequence * encoder.share / total;
            self.add(*item, *value);
        }
        self.foreseen = foreseen;
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
