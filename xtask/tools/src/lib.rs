//! Tools of the build script and of the benchmarks: folders of the workspace, other programs, wheels of PyPI.
//!
//! A crate of its own, so that `cargo xtask demo` compiles no benchmark and a benchmark no build script.

#![forbid(unsafe_code)]

pub mod folders;
pub mod process;
pub mod wheel;
