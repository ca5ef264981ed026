//! The files of a model.
//!
//! | file | what |
//! | --- | --- |
//! | `pack` | all that was counted as the bytes of a model file |
//! | `lists` | popularity, neighbours and terms, encoded |
//! | `metadata` | settings and names as texts of the file's header |
//! | `shard` | a part for every page, and one for each category |
//! | `card` | the model card, for people |
//! | `output` | the model folder |

pub mod card;
pub mod lists;
mod metadata;
pub mod output;
pub mod pack;
pub mod shard;
