//! The goods of a department store that does not exist, written for this project.
//!
//! The tables beside this file hold what a person wrote: products by trade, invented brands, the kinds of things,
//! departments, words in both languages. [`all`] multiplies each row by its makers, sizes and colours; the same tables
//! always give the same goods in the same order. The tables are part of the program, so a mistake in one of them is a
//! mistake in the program: it stops with the place, and the tests read every cell.
//!
//! | in a product's row | means |
//! | --- | --- |
//! | `makers` | `Brand` or `Brand:Line`, one product each; `{line}` in a title is the line's name |
//! | `price` | for a brand of level 1, in CNY |
//! | `size` | `name: option; option +20; option *1.8`, the price changed by what follows; without a name it is the feed's `size` |
//! | `look` | a choice of colours; after `/`, one for each maker in turn, or for each size where there is one maker |
//! | `attributes` | `name=value`; a bare `ecosystem` is the brand's |

mod cells;
mod expand;
mod price;
mod product;
mod slug;
mod table;
#[cfg(test)]
mod tests;
mod words;

pub use expand::all;
pub use product::{Category, Product};
pub use table::categories;
pub use words::{Words, words};
