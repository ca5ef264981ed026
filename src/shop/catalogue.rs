//! Item columns of the model: category, brand, price, stock.
//!
//! Each is optional: a model made from bare sessions has none, and every answer is then the neutral one.

use super::terms::is_ideograph;
use super::{Column, List, NONE, f32_at, u16_at};
use crate::lines::parts;

pub(super) const OUT_OF_STOCK: u8 = 1;
const REPEATABLE: u8 = 2;
const NEW: u8 = 4;

/// Days for which a category that is not bought every week rests after a purchase, where a model does not say.
const REST: u16 = 365;

/// Between the names of a category path.
pub const SEPARATOR: &str = " > ";

impl super::Model {
    /// Number `row` of a column of categories or brands: of one that there is, and of a parent before its child.
    #[inline(never)]
    fn number(&self, column: Column, row: usize) -> Option<u16> {
        let limit = match column {
            Column::Category => self.categories(),
            Column::Brand => self.brands(),
            _ => row,
        };
        let column = self.column(column);
        let value = if row < column.len() / 2 {
            u16_at(&self.file, column.start, row)
        } else {
            NONE
        };
        (usize::from(value) < limit).then_some(value)
    }

    /// The item's category number.
    pub fn category(&self, item: u32) -> Option<u16> {
        self.number(Column::Category, item as usize)
    }

    /// The item's brand number.
    pub fn brand(&self, item: u32) -> Option<u16> {
        self.number(Column::Brand, item as usize)
    }

    /// In the shop's currency; `None` when unknown.
    pub fn price(&self, item: u32) -> Option<f32> {
        let cost = self.cost(item);
        (cost > 0.0).then_some(cost)
    }

    /// The item's title in Chinese or in another language. A model that has titles has a line for each language; where it has one line, that
    /// is the answer in both. Empty where it has none.
    pub fn title(&self, item: u32, chinese: bool) -> &str {
        let text = self.text(List::Title, item as usize);
        let mut lines = parts(text, b'\n');
        let wanted = lines.find(|line| line.chars().any(is_ideograph) == chinese);
        wanted.unwrap_or(text)
    }

    /// The price, or not a number where it is unknown.
    pub fn cost(&self, item: u32) -> f32 {
        let column = self.column(Column::Price);
        let known = (item as usize) < column.len() / 4;
        let price = f32_at(&self.file, column.start, item as usize);
        if known && price > 0.0 && price <= f32::MAX {
            price
        } else {
            f32::NAN
        }
    }

    /// Whether an item is out of stock now.
    #[inline(always)]
    pub fn out_of_stock(&self, item: u32) -> bool {
        self.byte(Column::Flags, item) & OUT_OF_STOCK != 0
    }

    /// Whether the item may be recommended to someone who has bought it.
    pub fn repeatable(&self, item: u32) -> bool {
        self.byte(Column::Flags, item) & REPEATABLE != 0
    }

    /// Whether the item came into the shop shortly before the training.
    pub fn is_new(&self, item: u32) -> bool {
        self.byte(Column::Flags, item) & NEW != 0
    }

    /// The byte of `item.flags` that means this.
    pub fn flags(out_of_stock: bool, repeatable: bool, new: bool) -> u8 {
        (u8::from(out_of_stock) * OUT_OF_STOCK)
            | (u8::from(repeatable) * REPEATABLE)
            | (u8::from(new) * NEW)
    }

    /// For how many days nobody who bought in this category is likely to buy there again.
    pub fn rest(&self, category: u16) -> f32 {
        let column = self.column(Column::Rest);
        let known = usize::from(category) < column.len() / 2;
        let days = u16_at(&self.file, column.start, category.into());
        f32::from(if known { days } else { REST })
    }

    /// The weight of a department on a front page for strangers; 0 where the model does not say.
    pub fn share(&self, category: u16) -> f32 {
        self.byte(Column::Share, category.into()).into()
    }

    /// The department that a category belongs to.
    pub fn department(&self, mut category: u16) -> u16 {
        while let Some(parent) = self.category_parent(category) {
            category = parent;
        }
        category
    }

    /// Number of categories.
    pub fn categories(&self) -> usize {
        self.list(List::Category).len()
    }

    fn category_name(&self, category: u16) -> &str {
        self.text(List::Category, category.into())
    }

    /// The category above; `None` for a root.
    pub fn category_parent(&self, category: u16) -> Option<u16> {
        self.number(Column::Parent, category.into())
    }

    /// `Fresh > Fruit`.
    pub fn category_path(&self, category: u16) -> String {
        let mut path = match self.category_parent(category) {
            Some(parent) => self.category_path(parent) + SEPARATOR,
            None => String::new(),
        };
        path += self.category_name(category);
        path
    }

    /// The number of a category path; spaces around `>` do not matter.
    pub fn find_category(&self, path: &str) -> Option<u16> {
        let mut found = None;
        for name in crate::lines::parts(path, b'>') {
            let name = name.trim_ascii();
            found = Some((0..self.categories() as u16).find(|&category| {
                self.category_parent(category) == found && self.category_name(category) == name
            })?);
        }
        found
    }

    /// Whether a category is `ancestor` or lies below it.
    pub fn category_within(&self, category: u16, ancestor: u16) -> bool {
        // Parents have smaller numbers, so this ends.
        category == ancestor
            || category > ancestor
                && self
                    .category_parent(category)
                    .is_some_and(|parent| self.category_within(parent, ancestor))
    }

    /// Number of brands.
    pub fn brands(&self) -> usize {
        self.list(List::Brand).len()
    }

    /// Name of a brand; empty for an unknown one.
    pub fn brand_name(&self, brand: u16) -> &str {
        self.text(List::Brand, brand.into())
    }

    /// The number of a brand, by its exact name.
    pub fn find_brand(&self, name: &str) -> Option<u16> {
        (0..self.brands() as u16).find(|&brand| self.brand_name(brand) == name)
    }
}
