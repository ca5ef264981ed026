//! Arithmetic in loops: the only room with `unsafe`, and it is one line of it.
//!
//! Every kernel is written once, over [`Lanes`]: [`Plain`] is numbers in arrays, the oracle, and what runs natively;
//! `Simd` is fixed simd128, what runs in a page. Both do the same operations in the same order, none of them fused, so
//! results are equal to the bit wherever they are computed. The tests here hold the kernels on [`Plain`] against loops
//! as anyone would write them; `tests/kernels` holds `Simd` against [`Plain`] inside WebAssembly.
//!
//! Whatever the product does not call is not in its module; the bench measures it all the same.
//!
//! | file | what |
//! | --- | --- |
//! | `lanes` | what a processor does to a register |
//! | `product` | a vector times a matrix of bytes |
//! | `softmax` | exponentials and their sum |
//! | `scan` | every row of an int8 matrix against a vector, the best kept |
//! | `pq` | the same of rows cut down to four bits for each part |
//! | `sparse` | sums in a dense array with a list of the places touched |
//! | `top` | the best so far |

mod lanes;
mod pq;
mod product;
mod scan;
mod softmax;
mod sparse;
mod top;

#[cfg(target_arch = "wasm32")]
pub use lanes::Simd;
pub use lanes::{Lanes, Plain};
pub use pq::{BLOCK, fast_scan};
pub use product::add_product;
pub use scan::{scan, widened};
pub use softmax::exponentials;
pub use sparse::{add, add_row};
pub use top::Top;

/// The lanes of this machine.
#[cfg(target_arch = "wasm32")]
pub type Native = Simd;
/// The lanes of this target: fixed simd128 in WebAssembly, plain arrays natively.
#[cfg(not(target_arch = "wasm32"))]
pub type Native = Plain;
