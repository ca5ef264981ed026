//! All that opening leaves until it is read, for tools that would rather know than tolerate.
//!
//! A page never calls it, so that its module does not hold it: what is damaged there, in a file whose hash nobody could
//! check, is left out where it is read.

use super::open::{COLUMNS, LISTS};
use super::terms::MAX_TERM;
use super::{Column, List, Model, ModelError, NONE, Why, f32_at, rows, u16_at};

impl Model {
    /// Opens a model file and checks all that it holds.
    ///
    /// # Errors
    /// As [`Model::open`] and [`Model::verify`].
    pub fn open_verified(file: Vec<u8>) -> Result<Model, ModelError> {
        let model = Model::open(file)?;
        model.verify()?;
        Ok(model)
    }

    /// Checks every invariant of `docs/model-format.md` that [`Model::open`] does not.
    ///
    /// # Errors
    /// [`ModelError::Tensor`] or [`ModelError::Row`] at the first that is broken.
    pub fn verify(&self) -> Result<(), ModelError> {
        self.verify_texts()?;
        self.verify_order()?;
        let brands = self.list(List::Brand).len();
        self.verify_numbers(Column::Category, |_| self.categories())?;
        self.verify_numbers(Column::Brand, |_| brands)?;
        self.verify_numbers(Column::Parent, |row| row)?;
        let prices = self.column(Column::Price);
        let price = |row| f32_at(&self.file, prices.start, row);
        hold(
            (0..prices.len() / 4).all(|row| (0.0..=f32::MAX).contains(&price(row))),
            COLUMNS[Column::Price as usize].0,
            Why::Range,
        )?;
        let flags = &self.file[self.column(Column::Flags).clone()];
        hold(
            flags
                .iter()
                .all(|&flags| flags <= Model::flags(true, true, true)),
            COLUMNS[Column::Flags as usize].0,
            Why::Range,
        )?;
        hold(
            self.verify_groups(),
            COLUMNS[Column::Group as usize].0,
            Why::Range,
        )?;
        let popularity = &self.file[self.column(Column::Popularity).clone()];
        hold(
            self.reordered || popularity.is_sorted_by(|a, b| a >= b),
            COLUMNS[Column::Popularity as usize].0,
            Why::Order,
        )?;
        #[cfg(feature = "full")]
        self.verify_customers()?;
        self.verify_rows()
    }

    fn verify_texts(&self) -> Result<(), ModelError> {
        for (&(name, texts, _), list) in LISTS.iter().zip(&self.lists) {
            let mut texts =
                (0..if texts { list.len() } else { 0 }).map(|row| list.get(&self.file, row));
            hold(
                texts.all(|text| core::str::from_utf8(text).is_ok()),
                name,
                Why::Text,
            )?;
        }
        Ok(())
    }

    /// Keys and terms strictly rise in their order: then they are distinct, and the order is a permutation.
    fn verify_order(&self) -> Result<(), ModelError> {
        const ORDER: &str = COLUMNS[Column::Order as usize].0;
        let keys = self.list(List::Key);
        let mut before: &[u8] = &[];
        for rank in 0..self.items {
            let item = self.ordered(&self.file, rank) as usize;
            hold(item < self.items, ORDER, Why::Range)?;
            let key = keys.get(&self.file, item);
            hold(!key.is_empty(), "item.key", Why::Text)?;
            hold(before < key, ORDER, Why::Order)?;
            before = key;
        }
        let terms = self.list(List::Term);
        let term = |n| terms.get(&self.file, n);
        let rises = (1..terms.len()).all(|n| term(n - 1) < term(n));
        hold(rises, "term.text", Why::Order)?;
        let short = (0..terms.len()).all(|n| term(n).len() <= MAX_TERM);
        hold(short, "term.text", Why::Text)
    }

    /// No number of the column but [`NONE`] reaches the limit of its row.
    fn verify_numbers(
        &self,
        column: Column,
        limit: impl Fn(usize) -> usize,
    ) -> Result<(), ModelError> {
        let place = self.column(column);
        let below = |row| {
            let value = u16_at(&self.file, place.start, row);
            value == NONE || usize::from(value) < limit(row)
        };
        let all = (0..place.len() / 2).all(below);
        hold(all, COLUMNS[column as usize].0, Why::Range)
    }

    /// A calendar that can be read, quantiles that rise, and whole pairs in the rows of scenes.
    #[cfg(feature = "full")]
    fn verify_customers(&self) -> Result<(), ModelError> {
        let calendar = crate::scene::calendar::Calendar::read(self.festivals());
        hold(calendar.is_ok(), "festivals", Why::Text)?;
        let segments = self.segments();
        let known = segments.is_empty() || super::segments::Segments::checked(&segments).is_some();
        hold(known, "customers.segments", Why::Range)?;
        for (name, list) in self.scene_rows() {
            for row in 0..list.len() {
                if list.get(&self.file, row).len() % 2 == 1 {
                    let name = name.into();
                    return Err(ModelError::Row { name, row });
                }
            }
        }
        Ok(())
    }

    fn verify_rows(&self) -> Result<(), ModelError> {
        let mut read = Vec::new();
        for (&(name, texts, _), list) in LISTS.iter().zip(&self.lists) {
            for row in 0..if texts { 0 } else { list.len() } {
                let bytes = list.get(&self.file, row);
                read.clear();
                let outcome = if name == "term.items" {
                    rows::items(bytes, self.items, |_| ())
                } else {
                    rows::neighbours(bytes, row as u32, self.items, &mut read)
                };
                outcome.map_err(|_| ModelError::Row {
                    name: name.into(),
                    row,
                })?;
            }
        }
        Ok(())
    }
}

fn hold(holds: bool, name: &str, why: Why) -> Result<(), ModelError> {
    if holds {
        Ok(())
    } else {
        Err(ModelError::Tensor {
            name: name.into(),
            why,
        })
    }
}
