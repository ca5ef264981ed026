//! A compiler for `wasm32-unknown-unknown`: found, or installed.
//!
//! The order: the toolchain in use if it has the target; `rustup target add`; Debian's rustc, which also works where
//! rustup reaches no server. Where the library's source is there too (`rustup component add rust-src`, Debian's
//! rust-web-src), the standard library is built along, without panic messages: that makes the smallest module.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use clap::ValueEnum;

use crate::debian;
use crate::system;
use xtask_tools::process::{output, shown, which};

pub const TARGET: &str = "wasm32-unknown-unknown";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CLIPPY: &str = "/usr/bin/cargo-clippy";
const DEBIAN_PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src"];
/// What Debian calls the linker of the LLVM that its rustc is built with, or near enough.
const DEBIAN_LINKER: (&str, &str) = ("lld-19", "/usr/bin/wasm-ld-19");
/// In a sysroot, where the library's source is there.
const LIBRARY: &str = "lib/rustlib/src/rust/library/std/Cargo.toml";
const SMALLER: &str = "make the module smaller by some kilobytes";
const RUSTUP_PATIENCE: Duration = Duration::from_secs(180);

/// A compiler that is asked for by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Wanted {
    Toolchain,
    Debian,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compiler {
    /// The toolchain in use; without the library's source, with the standard library as its makers built it.
    Toolchain { source: bool },
    /// Debian's, with a standard library built along.
    Debian { linker: PathBuf },
}

impl Compiler {
    /// `wanted` is nothing to take what there is. What was found is kept in `memory`, so that
    /// a machine without the first choice does not try to install it at each build.
    pub fn find(wanted: Option<Wanted>, memory: &Path) -> Result<Self> {
        let remembered = fs::read_to_string(memory).unwrap_or_default();
        let found = match wanted {
            Some(Wanted::Debian) => debian(true)?,
            Some(Wanted::Toolchain) => toolchain(true)?,
            None if has_target() => toolchain(remembered != "toolchain")?,
            None if remembered == "debian" && debian(false).is_ok() => debian(false)?,
            None => any()?,
        };
        let name = match found {
            Compiler::Toolchain { .. } => "toolchain",
            Compiler::Debian { .. } => "debian",
        };
        if remembered != name {
            if let Some(folder) = memory.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(memory, name)?;
        }
        Ok(found)
    }

    /// One line for people and for stamps: which, and its version.
    pub fn describe(&self) -> Result<String> {
        Ok(match self {
            Compiler::Toolchain { source } => format!(
                "{} of the toolchain in use, {}",
                rustc_version("rustc")?,
                if *source {
                    "its library built along"
                } else {
                    "without rust-src: larger by some kilobytes"
                }
            ),
            Compiler::Debian { linker } => {
                format!(
                    "{} from Debian, linker {}",
                    rustc_version(DEBIAN_RUSTC)?,
                    linker.display()
                )
            }
        })
    }

    /// `cargo rustc` for the target; `small` leaves out panic messages where it can.
    pub fn cargo(&self, small: bool) -> Command {
        let program = match self {
            Compiler::Toolchain { .. } => "cargo",
            Compiler::Debian { .. } => DEBIAN_CARGO,
        };
        self.command(program, "rustc", small)
    }

    /// `cargo clippy` for the target, with the flags of a small module, so that both share one standard library.
    pub fn clippy(&self) -> Result<Command> {
        if matches!(self, Compiler::Toolchain { .. }) {
            return Ok(self.command("cargo", "clippy", true));
        }
        if !Path::new(DEBIAN_CLIPPY).is_file() {
            debian::install(&["rust-web-clippy"], "lint the WebAssembly module")?;
        }
        // Not by way of cargo, which would look for rustup's first.
        let mut command = self.command(DEBIAN_CLIPPY, "clippy", true);
        command.env("CARGO", DEBIAN_CARGO);
        Ok(command)
    }

    fn builds_library(&self) -> bool {
        !matches!(self, Compiler::Toolchain { source: false })
    }

    fn command(&self, program: &str, verb: &str, small: bool) -> Command {
        let mut command = Command::new(program);
        // Not with the `experimental-mv` convention, by which functions return several values as WebAssembly does: the module
        // is smaller and wrong, since LLVM 22 reads what a function returned before it is called (a bundle's price, a list's
        // model), and functions of 128 bits that were compiled by the usual convention trap.
        command.args([verb, "--target", TARGET]);
        // Flags from outside would replace those of `.cargo/config.toml`, which the module needs.
        for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET"] {
            command.env_remove(name);
        }
        if self.builds_library() {
            command
                .arg("-Zbuild-std=std,panic_abort")
                .env("RUSTC_BOOTSTRAP", "1");
        }
        if small && self.builds_library() {
            let flags = r#"["-Zunstable-options", "-Cpanic=immediate-abort", "-Zlocation-detail=none", "-Zfmt-debug=none"]"#;
            command.args(["-Zbuild-std-features=optimize_for_size", "--config"]);
            command.arg(format!("target.{TARGET}.rustflags={flags}"));
        }
        if let Compiler::Debian { linker } = self {
            // What rustup's cargo sets would lead Debian's to the other toolchain's programs and libraries.
            for name in ["RUSTUP_TOOLCHAIN", "CARGO", "LD_LIBRARY_PATH"] {
                command.env_remove(name);
            }
            command
                .env("RUSTC", DEBIAN_RUSTC)
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
        command
    }
}

fn any() -> Result<Compiler> {
    let first = match toolchain(true) {
        Ok(found) => return Ok(found),
        Err(error) => error,
    };
    eprintln!("  {first:#}");
    debian(true).map_err(|second| {
        anyhow!(
            "no compiler for {TARGET}: {first:#}; {second:#}. Install one: `rustup target add {TARGET}`, or on Debian \
             `apt-get install -y --no-install-recommends {}`",
            DEBIAN_PACKAGES.join(" ")
        )
    })
}

fn has_target() -> bool {
    sysroot("rustc").is_ok_and(|sysroot| {
        sysroot
            .join("lib/rustlib")
            .join(TARGET)
            .join("lib")
            .is_dir()
    })
}

fn toolchain(may_add_source: bool) -> Result<Compiler> {
    if !has_target() {
        if which("rustup").is_none() {
            bail!("the toolchain in use has no {TARGET}");
        }
        rustup(&["target", "add", TARGET], "compile WebAssembly")?;
        if !has_target() {
            bail!("rustup added {TARGET}, but not to the toolchain in use");
        }
    }
    if may_add_source && !has_source() && which("rustup").is_some() {
        // A larger module is still a module.
        if let Err(error) = rustup(&["component", "add", "rust-src"], SMALLER) {
            eprintln!("  {error:#}");
        }
    }
    let source = has_source();
    Ok(Compiler::Toolchain { source })
}

/// `why` completes the sentence "… is needed to".
fn rustup(arguments: &[&str], why: &str) -> Result<()> {
    let mut command = Command::new("rustup");
    command
        .args(arguments)
        .envs([("RUSTUP_MAX_RETRIES", "1"), ("RUST_BACKTRACE", "0")]);
    let what = arguments.last().copied().unwrap_or_default();
    system::permit(what, why, &command)?;
    within(&mut command, RUSTUP_PATIENCE)
}

fn has_source() -> bool {
    sysroot("rustc").is_ok_and(|sysroot| sysroot.join(LIBRARY).is_file())
}

fn debian(may_install: bool) -> Result<Compiler> {
    if let Err(error) = check_debian() {
        if !may_install {
            return Err(error);
        }
        debian::install(DEBIAN_PACKAGES, "compile WebAssembly")?;
        check_debian()?;
    }
    let rustup_linker = host_folder("rustc").map(|folder| folder.join("bin/rust-lld"));
    if let Ok(linker) = rustup_linker
        && linker.is_file()
    {
        return Ok(Compiler::Debian { linker });
    }
    let (package, path) = DEBIAN_LINKER;
    if !Path::new(path).is_file() {
        debian::install(&[package], "link WebAssembly")?;
    }
    Ok(Compiler::Debian {
        linker: path.into(),
    })
}

/// Whether Debian's rustc, its cargo and the library's source are there and new enough for this workspace.
fn check_debian() -> Result<()> {
    if !Path::new(DEBIAN_CARGO).is_file() || !Path::new(DEBIAN_RUSTC).is_file() {
        bail!("{} not installed", DEBIAN_PACKAGES.join(" "));
    }
    let source = sysroot(DEBIAN_RUSTC)?.join(LIBRARY);
    if !source.is_file() {
        bail!(
            "{} is missing, the package rust-web-src has it",
            source.display()
        );
    }
    let (version, needed) = (rustc_version(DEBIAN_RUSTC)?, env!("CARGO_PKG_RUST_VERSION"));
    if minor(&version) < minor(needed) {
        bail!("Debian's {version} is older than {needed}");
    }
    Ok(())
}

/// The second number of the first version in the text: 92 of "rustc 1.92.0 (…)".
fn minor(text: &str) -> Option<u32> {
    let version = text
        .split_whitespace()
        .find(|word| word.starts_with("1."))?;
    version.split('.').nth(1)?.parse().ok()
}

fn rustc_version(rustc: &str) -> Result<String> {
    rustc_says(rustc, &["--version"])
}

fn sysroot(rustc: &str) -> Result<PathBuf> {
    rustc_says(rustc, &["--print", "sysroot"]).map(PathBuf::from)
}

fn host_folder(rustc: &str) -> Result<PathBuf> {
    let verbose = rustc_says(rustc, &["-vV"])?;
    let host = verbose
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .context("rustc names no host")?;
    Ok(sysroot(rustc)?.join("lib/rustlib").join(host))
}

fn rustc_says(rustc: &str, arguments: &[&str]) -> Result<String> {
    let mut command = Command::new(rustc);
    if rustc == DEBIAN_RUSTC {
        command.env_remove("LD_LIBRARY_PATH");
    }
    output(command.args(arguments))
}

/// Runs, but not for longer than that: without a network some programs wait for minutes.
fn within(command: &mut Command, patience: Duration) -> Result<()> {
    let mut child = command
        .spawn()
        .with_context(|| format!("`{}` could not be started", shown(command)))?;
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            if status.success() {
                return Ok(());
            }
            bail!("`{}` failed ({status})", shown(command));
        }
        if started.elapsed() > patience {
            child.kill()?;
            child.wait()?;
            bail!(
                "`{}` did not finish in {} s",
                shown(command),
                patience.as_secs()
            );
        }
        sleep(Duration::from_millis(50));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert_eq!(
            minor("rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)"),
            Some(96)
        );
        assert!(minor("rustc 1.100.0") > minor("1.92"));
        assert_eq!(minor("rustc"), None);
    }

    #[test]
    fn what_does_not_finish_is_stopped() {
        let error =
            within(Command::new("sleep").arg("60"), Duration::from_millis(120)).unwrap_err();
        assert!(error.to_string().contains("`sleep 60` did not finish"));
        assert!(within(&mut Command::new("true"), Duration::from_secs(60)).is_ok());
        let error = within(&mut Command::new("false"), Duration::from_secs(60)).unwrap_err();
        assert!(error.to_string().contains("`false` failed"));
    }

    #[test]
    fn the_smallest_module_needs_the_librarys_source() {
        let shown_with = |compiler: Compiler| shown(&compiler.cargo(true));
        assert!(!shown_with(Compiler::Toolchain { source: false }).contains("-Z"));
        assert!(shown_with(Compiler::Toolchain { source: true }).contains("immediate-abort"));
        let debian = Compiler::Debian {
            linker: "/lld".into(),
        };
        assert!(shown_with(debian.clone()).contains("immediate-abort"));
        assert!(!shown(&debian.cargo(false)).contains("immediate-abort"));
    }
}
