//! Decay of a view with the days: a half-life, chosen on held-back visits.
//!
//! The first looks of the newest sessions are asked of a shopper who has only the views of their sessions before, at
//! their real times. Half-lives take their turns, and the one with the best ranks is the model's; a shop without such
//! visits, or without times, has the default.

use tillside::recommend::{Placement, Request};
use tillside::shop::Model;
use tillside::shopper::Shopper;

use crate::evaluate::{Asked, LIMIT, ask_again};
use crate::ingest::{Interactions, Kind, Session};
use crate::train::fit::tune::{FEWEST, worth};

/// Half-lives that are tried, in days; the default comes first and wins ties.
const DAYS: [f32; 6] = [30.0, 3.0, 7.0, 14.0, 90.0, 365.0];

/// Questions at most, views of a shopper that are remembered, and looks of a visit that are asked for.
const MOST: usize = 2_000;
const REMEMBERED: usize = 30;
const FIRST: usize = 2;

/// The half-life, and how many questions chose it.
pub fn fit(
    model: Model,
    read: &Interactions,
    old: &[Session],
    newest: &[Session],
) -> (Model, Option<f32>) {
    if read.newest.is_none() {
        return (model, None);
    }
    let mut views: Vec<Vec<(u32, i64, u64)>> = vec![Vec::new(); read.shoppers as usize];
    let mut asked: Vec<Asked> = Vec::new();
    let step = newest.len().div_ceil(MOST / FIRST).max(1);
    let sessions = old.iter().map(|session| (session, false));
    let newest = newest
        .iter()
        .enumerate()
        .map(|(n, session)| (session, n % step == 0));
    for ((session, ask), number) in sessions.chain(newest).zip(1u64..) {
        let past = &mut views[session.shopper as usize];
        let looks = session
            .events
            .iter()
            .filter(|event| event.kind == Kind::View);
        if ask && !past.is_empty() {
            let from = past.len().saturating_sub(REMEMBERED);
            let mut shopper = Shopper::default();
            let view = |shopper: &mut Shopper, item: u32, time, session| {
                let key = &read.items[item as usize];
                shopper.view(key, model.find(key), time, session);
            };
            for &(item, time, session) in &past[from..] {
                view(&mut shopper, item, time, session);
            }
            for event in looks.clone().take(FIRST) {
                let mut request = Request::new(Placement::Home, LIMIT);
                (request.keep_viewed, request.skus) = (true, true);
                asked.push(Asked {
                    shopper: shopper.clone(),
                    request,
                    now: event.time,
                    target: &read.items[event.item as usize],
                });
                view(&mut shopper, event.item, event.time, number);
            }
        }
        past.extend(looks.map(|event| (event.item, event.time, number)));
    }
    if asked.len() < FEWEST {
        return (model, None);
    }
    let mut model = model;
    let mut best: Option<(f64, f32)> = None;
    for days in DAYS {
        model = model.ageing(days);
        let found = worth(&ask_again(&model, &asked, |_| ()).metrics);
        if best.is_none_or(|(most, _)| found > most) {
            best = Some((found, days));
        }
    }
    (model, best.map(|(_, days)| days))
}
