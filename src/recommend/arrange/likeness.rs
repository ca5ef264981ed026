//! Similarity of items by leaf category and brand: of a pair, and of an item to a list.
//! Their descriptions do not count.

use crate::shop::Model;

/// How alike two items are by one category, the leaf, and by one brand; both make 1.
const SAME_CATEGORY: f32 = 0.6;
const SAME_BRAND: f32 = 0.4;

/// What full likeness counts in a determinant: less than 1, so that two items of one kind still span something.
pub(super) const SHARED: f32 = 0.9;

/// An item's brand or leaf category.
pub(super) fn kind(model: &Model, item: u32, brand: bool) -> Option<u16> {
    if brand {
        model.brand(item)
    } else {
        model.category(item)
    }
}

pub(super) fn similarity(model: &Model, one: u32, other: u32) -> f32 {
    let same = |brand| {
        let one = kind(model, one, brand);
        one.is_some() && one == kind(model, other, brand)
    };
    f32::from(same(false)) * SAME_CATEGORY + f32::from(same(true)) * SAME_BRAND
}

/// What items placed one after the other span: the determinant of how alike they are, by the rows of its Cholesky factor
/// (Chen, Zhang and Zhou, NeurIPS 2018). Each row is an item's, the last of its numbers on the diagonal.
pub(super) struct Volume<'a> {
    model: &'a Model,
    rows: Vec<(u32, Vec<f32>)>,
}

impl<'a> Volume<'a> {
    pub(super) fn of(model: &'a Model) -> Self {
        let rows = Vec::new();
        Volume { model, rows }
    }

    /// What the determinant would be multiplied by with one item more: 1 where it is like none, and never less than
    /// [`SHARED`] leaves. `row` is the item's from the last time, or empty.
    pub(super) fn factor(&self, item: u32, row: &mut Vec<f32>) -> f32 {
        for (other, theirs) in &self.rows[row.len()..] {
            let mut part = SHARED * similarity(self.model, item, *other);
            for (one, other) in row.iter().zip(theirs) {
                part -= one * other;
            }
            row.push(part / theirs[row.len()]);
        }
        let mut factor = 1.0;
        for part in row {
            factor -= *part * *part;
        }
        factor
    }

    pub(super) fn add(&mut self, item: u32) {
        let mut row = Vec::new();
        let factor = self.factor(item, &mut row);
        row.push(factor.sqrt());
        self.rows.push((item, row));
    }
}
