//! Download sizes of the package, in bytes.

use anyhow::Result;

use crate::node::node;
use xtask_tools::folders::root;
use xtask_tools::process::run;

/// Prints the package's files raw, with gzip -9 and with brotli, and their sum.
pub fn sizes() -> Result<()> {
    run(node()?.arg(root().join("bench/page/size.mjs")))
}
