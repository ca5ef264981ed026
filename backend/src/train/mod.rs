//! Catalogue and events in, a model out, in the rooms of the data's order.
//!
//! | file | what |
//! | --- | --- |
//! | `cli`, `run` | the options, and the order of the steps |
//! | `input`, `validate` | the files, read; what is refused before the work begins |
//! | `items` | items in the model's numbering, with categories, prices, words and variants, and what shoppers did with them |
//! | `linalg` | dense products, regressions, sparse sums |
//! | `neighbours` | what is viewed, bought and alike: rules, regressions, what related items and an encoder add |
//! | `encoder`, `encode` | what comes next, from a session in its order; its training as a step |
//! | `fit` | settings found by trying them, odds of returning and buying again, habits of customers |
//! | `count`, `settings`, `rows` | all that is counted before settings; the settings; rows of neighbours as they have them |
//! | `write` | the bytes of a model file, its parts, its card, its folder |
//! | `steps`, `forecast`, `summary` | what goes on, how long all takes, and what is said at the end |
//! | `part` | a model of a part of the orders, to measure by |
//! | `refresh` | newer prices, stock and popularity for a model that is there |
//!
//! The same input gives the same bytes, whatever the number of threads: rows are counted one by one, sums run in the
//! order of the input, and nothing depends on a clock or on the order of a hash map.

mod cli;
mod count;
mod encode;
mod encoder;
mod error;
mod fit;
mod forecast;
mod input;
mod items;
mod linalg;
mod neighbours;
pub(crate) mod part;
pub mod refresh;
mod rows;
mod run;
mod settings;
mod steps;
mod summary;
mod validate;
mod write;

pub use cli::Args;
pub use error::Error;
pub use run::run;
