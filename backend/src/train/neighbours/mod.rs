//! Rows of neighbours: what goes with an item, and how strongly.
//!
//! | file | what |
//! | --- | --- |
//! | `sequence` | what is viewed after what |
//! | `reweight` | these rules, reweighted by reciprocity and recent trend |
//! | `linear` | session-aware linear weights (SLIST) |
//! | `distil` | rows that learn from an encoder |
//! | `complement` | what is bought with and after what |
//! | `basket_ridge` | which of these complete a basket together |
//! | `view_to_buy` | what is bought by those who viewed an item |
//! | `bought` | the rows of all three |
//! | `related` | what the feed says of two products |
//! | `content` | what is alike by its description |

mod basket_ridge;
pub mod bought;
pub mod complement;
pub mod content;
pub mod distil;
pub mod linear;
pub mod related;
pub mod reweight;
pub mod sequence;
pub mod view_to_buy;
