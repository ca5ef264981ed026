//! Arithmetic that several rooms share.
//!
//! | file | what |
//! | --- | --- |
//! | `matrix` | dense products |
//! | `ridge`, `dense` | a ridge regression for each item over its sources, or over all items at once |
//! | `sums` | sparse rows, and sums over them in a fixed order |
//! | `wilson` | the lower end of a share's confidence interval |

pub mod dense;
pub mod matrix;
pub mod ridge;
pub mod sums;
pub mod wilson;
