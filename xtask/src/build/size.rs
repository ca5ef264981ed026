//! What a page downloads, in bytes.

use anyhow::Result;

use crate::folders::root;
use crate::node::node;
use crate::process::run;

/// Prints the package's files raw, with gzip -9 and with brotli, and their sum.
pub fn sizes() -> Result<()> {
    run(node()?.arg(root().join("tests/bench/size.mjs")))
}
