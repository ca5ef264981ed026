//! Neighbours of the seeds: items viewed together with them, bought together, or alike by their descriptions.
//!
//! Session-aware linear models (SLIST, Choi et al., WWW 2021): a score is the sum of the seeds' rows in a sparse matrix,
//! each times the seed's weight. The trainer makes the rows; here they are read where they lie and added up.

use super::Contributor;
use crate::recommend::answer::{Code, List, Source, Warning};
use crate::recommend::call::{Call, Seed};
use crate::recommend::candidates::Candidates;
use crate::recommend::flags::Flags;
use crate::shop::Matrix;

#[derive(Debug, Default)]
pub(crate) struct Neighbours;

impl Contributor for Neighbours {
    fn run(&mut self, call: &Call, candidates: &mut Candidates, list: &mut List) {
        let model = call.model;
        for seed in &call.seeds {
            let from = candidates.ledger.given.len();
            let row = model.read_neighbours(seed.matrix, seed.item, &mut candidates.ledger.given);
            if row.is_err() {
                list.warn(Warning::DamagedRow);
            }
            let bought = seed.code == Code::Bought;
            if call.only_found || bought {
                let mut at = from;
                for n in from..candidates.ledger.given.len() {
                    let one = candidates.ledger.given[n];
                    if !(call.only_found && !candidates.has(one.0, Flags::FOUND)
                        || bought && came(call, seed, one.0))
                    {
                        candidates.ledger.given[at] = one;
                        at += 1;
                    }
                }
                candidates.ledger.given.truncate(at);
            }
            if bought && !call.settled.is_empty() {
                let own = model.category(seed.item);
                for n in from..candidates.ledger.given.len() {
                    let item = candidates.ledger.given[n].0;
                    if model.category(item) != own {
                        candidates.flag(item, Flags::DUE);
                    }
                }
            }
            candidates.give_row(from, seed.weight);
            let cause = (seed.code, seed.item);
            candidates.ledger.close(source(seed.matrix), Some(cause));
        }
    }
}

/// The source that the rows of a matrix are of.
fn source(matrix: Matrix) -> Source {
    match matrix {
        Matrix::View => Source::Sequence,
        Matrix::Buy => Source::Complement,
        Matrix::Content => Source::Content,
    }
}

/// Whether what a purchase leads to is no longer due: something of the same leaf category as `item`, of things that
/// are not bought every week, came in the same order or after it.
fn came(call: &Call, seed: &Seed, item: u32) -> bool {
    let model = call.model;
    let kind = model.category(item);
    let mut purchase = i64::MIN;
    for bought in call.shopper.bought().iter().rev() {
        if kind.is_none() || bought.time < purchase {
            break;
        }
        let Some(other) = bought.item else { continue };
        if other == seed.item {
            purchase = bought.time;
        } else if model.category(other) == kind && !model.repeatable(other) {
            return true;
        }
    }
    false
}
