//! Whole lists of a toy shop. Helpers here; a file for each question.

mod arrangement;
mod definition;
mod placements;
mod purchases;
mod requests;
mod rerank;

use super::*;
use crate::intake::{Event, Kind, Product, Session};
use crate::shop::Matrix;
use crate::shop::tests::{Toy, toy};
use proptest::prelude::*;

const NOW: i64 = 1_800_000_000_000;

fn shopper(model: &Model, viewed: &[&str]) -> Shopper {
    let mut shopper = Shopper::default();
    for (n, key) in viewed.iter().enumerate() {
        shopper.view(key, model.find(key), NOW - 1000 + n as i64, 1);
    }
    shopper
}

fn keys<'a>(model: &'a Model, list: &List) -> Vec<&'a str> {
    list.entries
        .iter()
        .map(|entry| model.key(entry.item))
        .collect()
}

fn ask(model: &Model, shopper: &Shopper, request: &Request) -> List {
    Recommender::default().recommend(model, shopper, request, NOW)
}

fn request(placement: Placement) -> Request<'static> {
    Request::new(placement, 10)
}
