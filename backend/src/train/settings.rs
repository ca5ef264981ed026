//! Settings that training chooses, and the texts that a model carries.

use tillside::shop::{Blend, REPURCHASE, RETURN};

/// What the trainer finds out by trying.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How much rows of rare items borrow: [`widen`](super::neighbours::sequence::widen).
    pub widen: f32,
    /// How much rules lean to what holds both ways, and to what is rising: [`reweight::lean`](super::neighbours::reweight::lean).
    pub mutual: f32,
    pub trend: f32,
    /// How much rules lean to what predicts together: [`linear::lean`](super::neighbours::linear::lean).
    pub linear: f32,
    /// δ of the session weights.
    pub decay: f32,
    pub blend: Blend,
    /// The weights of the odds of a return, where there was enough to fit them to.
    pub revisit: Option<[f32; RETURN]>,
    /// The weights of the odds of buying again, likewise.
    pub repurchase: Option<[f32; REPURCHASE]>,
    /// Half-life of views in days, where it was fitted.
    pub age: Option<f32>,
    /// The share of what completes baskets together in what is bought together: [`Bought::rows`](super::neighbours::bought::Bought::rows).
    pub joint: f32,
    /// Whether what is bought together may be of one leaf category.
    pub substitutes: bool,
    /// λ of what the encoder foresees, as a part of the sequence's; 0 where no encoder is worth its bytes.
    pub encoder: f32,
    /// How much rows lean to what an encoder foresees of their items: [`distil::lean`](super::neighbours::distil::lean).
    pub taught: f32,
}

impl Settings {
    /// Whether rules follow linear weights, which are then solved for.
    pub fn is_linear(&self) -> bool {
        self.linear > 0.0
    }

    /// Whether an encoder is in the model, or teaches its rows.
    pub fn is_encoded(&self) -> bool {
        self.encoder > 0.0 || self.taught > 0.0
    }
}

impl Default for Settings {
    /// What is best or nearly so on most shops: used where there is too little to try on.
    fn default() -> Self {
        Settings {
            widen: 3.0,
            mutual: 0.2,
            trend: 0.3,
            linear: 0.0,
            decay: 2.0,
            blend: Blend {
                popularity: 0.002,
                ..Blend::default()
            },
            revisit: None,
            repurchase: None,
            age: None,
            joint: 0.5,
            substitutes: false,
            encoder: 0.0,
            taught: 0.0,
        }
    }
}

/// Free text of the model's metadata.
#[derive(Clone, Copy, Default)]
pub struct Labels<'a> {
    pub shop: &'a str,
    pub currency: &'a str,
    /// ISO 8601, or empty.
    pub trained: &'a str,
    /// Attributes of which only equal values work together, as [`Model::compatible`](tillside::shop::Model::compatible) gives them.
    pub compatible: &'a str,
}
