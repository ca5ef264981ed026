//! The recurrent cell: a gated recurrent unit over sessions of unequal length, forward and back through time.
//!
//! Sessions of a batch are sorted by falling length and packed step by step: the rows of step t are the first
//! `active[t]` sessions, one after another. So every step is one dense product without padding.

use crate::train::linalg::matrix::{product, rows, sigmoid, tanh};

/// Weights of a cell whose input and state have `width` numbers: `z r n` side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    pub width: usize,
    /// `[width × 3·width]`, from the input.
    pub input: Vec<f32>,
    /// `[width × 3·width]`, from the state.
    pub state: Vec<f32>,
    /// `[3·width]`
    pub bias: Vec<f32>,
}

/// What the way back needs of the way forward.
pub struct Trace {
    /// Rows of each step.
    active: Vec<usize>,
    /// Where each step's rows begin.
    starts: Vec<usize>,
    /// The gates `z r n`, `[rows × 3·width]`.
    gates: Vec<f32>,
    /// What the state gave to n before the reset gate, `[rows × width]`.
    recurrent: Vec<f32>,
    /// The states, `[rows × width]`.
    pub states: Vec<f32>,
}

impl Cell {
    pub fn zeros(width: usize) -> Cell {
        Cell {
            width,
            input: vec![0.0; 3 * width * width],
            state: vec![0.0; 3 * width * width],
            bias: vec![0.0; 3 * width],
        }
    }

    /// The three tensors, always in this order.
    pub fn parts(&mut self) -> [&mut Vec<f32>; 3] {
        [&mut self.input, &mut self.state, &mut self.bias]
    }

    /// `inputs` are packed rows; `active` says how many belong to each step, never rising.
    pub fn forward(&self, inputs: &[f32], active: &[usize]) -> Trace {
        let width = self.width;
        let total: usize = active.iter().sum();
        let mut gates: Vec<f32> = self.bias.repeat(total);
        product(
            rows(inputs, width),
            rows(&self.input, 3 * width),
            1.0,
            &mut gates,
        );
        let mut trace = Trace {
            active: active.to_vec(),
            starts: Vec::with_capacity(active.len()),
            gates,
            recurrent: vec![0.0; total * width],
            states: vec![0.0; total * width],
        };
        let mut from_state = vec![0.0; 3 * width * active.first().copied().unwrap_or(0)];
        let mut start = 0;
        for (step, &count) in active.iter().enumerate() {
            trace.starts.push(start);
            let (before, after) = trace.states.split_at_mut(start * width);
            let previous = match step.checked_sub(1) {
                Some(step) => &before[trace.starts[step] * width..][..count * width],
                None => &[],
            };
            let from_state = &mut from_state[..3 * width * count];
            if step > 0 {
                product(
                    rows(previous, width),
                    rows(&self.state, 3 * width),
                    0.0,
                    from_state,
                );
            } else {
                from_state.fill(0.0);
            }
            for row in 0..count {
                let at = start + row;
                let (z, rest) = trace.gates[at * 3 * width..][..3 * width].split_at_mut(width);
                let (r, n) = rest.split_at_mut(width);
                let (sz, rest) = from_state[row * 3 * width..][..3 * width].split_at(width);
                let (sr, sn) = rest.split_at(width);
                for i in 0..width {
                    z[i] = sigmoid(z[i] + sz[i]);
                    r[i] = sigmoid(r[i] + sr[i]);
                    n[i] = tanh(n[i] + r[i] * sn[i]);
                }
                trace.recurrent[at * width..][..width].copy_from_slice(sn);
                let state = &mut after[row * width..][..width];
                for i in 0..width {
                    let old = if step > 0 {
                        previous[row * width + i]
                    } else {
                        0.0
                    };
                    state[i] = n[i] + z[i] * (old - n[i]);
                }
            }
            start += count;
        }
        trace
    }

    /// From the gradient of the states to that of the weights, added to `into`, and of the inputs, returned.
    pub fn backward(
        &self,
        trace: &Trace,
        inputs: &[f32],
        of_states: &[f32],
        into: &mut Cell,
    ) -> Vec<f32> {
        let width = self.width;
        let total = of_states.len() / width;
        let mut of_input = vec![0.0; total * 3 * width];
        let mut of_state = vec![0.0; total * 3 * width];
        let mut carried = vec![0.0; width * trace.active.first().copied().unwrap_or(0)];
        for step in (0..trace.active.len()).rev() {
            let (start, count) = (trace.starts[step], trace.active[step]);
            for row in 0..count {
                let at = start + row;
                let (z, rest) = trace.gates[at * 3 * width..][..3 * width].split_at(width);
                let (r, n) = rest.split_at(width);
                let sn = &trace.recurrent[at * width..][..width];
                let old = step
                    .checked_sub(1)
                    .map(|step| &trace.states[(trace.starts[step] + row) * width..][..width]);
                let given = &of_states[at * width..][..width];
                let carried = &mut carried[row * width..][..width];
                let (iz, rest) = of_input[at * 3 * width..][..3 * width].split_at_mut(width);
                let (ir, inn) = rest.split_at_mut(width);
                let (hz, rest) = of_state[at * 3 * width..][..3 * width].split_at_mut(width);
                let (hr, hn) = rest.split_at_mut(width);
                for i in 0..width {
                    let dh = given[i] + carried[i];
                    let old = old.map_or(0.0, |old| old[i]);
                    let dn = dh * (1.0 - z[i]) * (1.0 - n[i] * n[i]);
                    let dz = dh * (old - n[i]) * z[i] * (1.0 - z[i]);
                    let dr = dn * sn[i] * r[i] * (1.0 - r[i]);
                    (iz[i], ir[i], inn[i]) = (dz, dr, dn);
                    (hz[i], hr[i], hn[i]) = (dz, dr, dn * r[i]);
                    carried[i] = dh * z[i];
                }
            }
            if step > 0 {
                let of_state = &of_state[start * 3 * width..][..count * 3 * width];
                product(
                    rows(of_state, 3 * width),
                    rows(&self.state, 3 * width).t(),
                    1.0,
                    &mut carried[..count * width],
                );
                let previous = &trace.states[trace.starts[step - 1] * width..][..count * width];
                product(
                    rows(previous, width).t(),
                    rows(of_state, 3 * width),
                    1.0,
                    &mut into.state,
                );
            }
        }
        product(
            rows(inputs, width).t(),
            rows(&of_input, 3 * width),
            1.0,
            &mut into.input,
        );
        for row in of_input.chunks_exact(3 * width) {
            for (sum, value) in into.bias.iter_mut().zip(row) {
                *sum += value;
            }
        }
        let mut of_inputs = vec![0.0; total * width];
        product(
            rows(&of_input, 3 * width),
            rows(&self.input, 3 * width).t(),
            0.0,
            &mut of_inputs,
        );
        of_inputs
    }
}
