//! Rows of neighbours, as settings have them.

use super::count::Counted;
use super::linalg::sums::Row;
use super::neighbours::sequence::{self, Rules};
use super::neighbours::{distil, linear, related, reweight};
use super::settings::Settings;

/// The most viewed-together neighbours of an item.
pub const MOST: usize = 40;

/// Neighbours that a row may choose from where it learns from an encoder.
const CANDIDATES: usize = 200;

/// What goes together, as settings have it.
pub struct Rows {
    /// More of each row than is kept.
    pub viewed: Vec<Row>,
    pub bought: Vec<Row>,
}

impl Counted<'_> {
    /// What goes together, as the settings have it.
    pub fn rows(&self, settings: &Settings, neighbours: Option<usize>) -> Rows {
        let (joint, substitutes) = (settings.joint, settings.substitutes);
        let mut bought = self.bought.rows(&self.categories, joint, substitutes);
        related::relate(&mut bought, &self.goods);
        Rows {
            viewed: self.viewed(settings, neighbours),
            bought,
        }
    }

    fn viewed(&self, settings: &Settings, neighbours: Option<usize>) -> Vec<Row> {
        let most = neighbours.unwrap_or(MOST);
        let solved;
        let mut view = &self.view;
        if settings.linear > 0.0 && !self.linear.is_empty() {
            solved = Rules {
                rows: linear::lean(&view.rows, &self.linear, settings.linear),
                seen: view.seen.clone(),
            };
            view = &solved;
        }
        let view = reweight::lean(view, &self.rising, settings.mutual, settings.trend);
        if settings.taught > 0.0 && !self.foreseen.is_empty() {
            let rows = sequence::widen(&view, settings.widen, CANDIDATES);
            return distil::lean(rows, &self.foreseen, settings.taught, most);
        }
        sequence::widen(&view, settings.widen, most)
    }

    /// What items weigh as sources of others; see [`linear`].
    pub fn solve(&self) -> Vec<Row> {
        linear::rows(&self.goods.browsing(), self.goods.len())
    }

    /// Neighbours that an encoder is asked about, for rows to learn from it.
    pub fn candidates(&self) -> Vec<Row> {
        sequence::widen(&self.view, Settings::default().widen, CANDIDATES)
    }
}
