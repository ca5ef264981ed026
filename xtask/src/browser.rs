//! The browsers for the tests: those that variables name, those that are installed, or Debian's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::debian;
use xtask_tools::process::{output, which};

/// A program, where it may be, and what brings it.
struct Program {
    /// The variable that names it.
    variable: &'static str,
    /// On the `PATH`.
    names: &'static [&'static str],
    places: &'static [&'static str],
    package: &'static str,
}

const CHROMIUM: Program = Program {
    variable: "CHROMIUM",
    names: &[
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ],
    places: &[
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ],
    package: "chromium",
};
const FIREFOX: Program = Program {
    variable: "FIREFOX",
    names: &["firefox-esr", "firefox"],
    places: &["/Applications/Firefox.app/Contents/MacOS/firefox"],
    package: "firefox-esr",
};
const WEBKIT_DRIVER: Program = Program {
    variable: "WEBKIT_DRIVER",
    names: &["WebKitWebDriver"],
    places: &[],
    package: "webkit2gtk-driver",
};
/// The browser that the driver drives comes with the engine's library.
const WEBKIT: Program = Program {
    variable: "WEBKIT",
    names: &[],
    places: &[],
    package: "webkit2gtk-driver",
};
/// WebKit has no way to do without a display.
const DISPLAY: Program = Program {
    variable: "XVFB",
    names: &["Xvfb"],
    places: &[],
    package: "xvfb",
};
const MINI_BROWSER: (&str, &str) = ("/usr/lib", "MiniBrowser");

impl Program {
    fn find(&self) -> Result<Option<PathBuf>> {
        if let Some(named) = std::env::var_os(self.variable).map(PathBuf::from) {
            if named.is_file() {
                return Ok(Some(named));
            }
            bail!(
                "{} names {}, which is no file",
                self.variable,
                named.display()
            );
        }
        let on_path = self.names.iter().find_map(|name| which(name));
        let elsewhere = || {
            let mut places = self.places.iter().map(PathBuf::from);
            places.find(|path| path.is_file())
        };
        let beside_library = || {
            (self.variable == WEBKIT.variable)
                .then(|| mini_browser(Path::new(MINI_BROWSER.0)))
                .flatten()
        };
        Ok(on_path.or_else(elsewhere).or_else(beside_library))
    }

    fn found(&self) -> Result<(&'static str, PathBuf)> {
        let found = self.find()?.with_context(|| {
            format!(
                "install {}, or name it with the variable {}",
                self.package, self.variable
            )
        })?;
        Ok((self.variable, found))
    }
}

/// `<library>/<architecture>/webkit2gtk-<version>/MiniBrowser`, the newest.
fn mini_browser(library: &Path) -> Option<PathBuf> {
    let inside = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    };
    let is_webkit = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("webkit2gtk-") || name.starts_with("webkitgtk-")
    };
    let mut found: Vec<PathBuf> = inside(library)
        .iter()
        .flat_map(|architecture| inside(architecture))
        .filter(is_webkit)
        .map(|folder| folder.join(MINI_BROWSER.1))
        .filter(|path| path.is_file())
        .collect();
    found.sort();
    found.pop()
}

/// Each variable that tests read, and the program that it names. What is missing is installed, all at once. Where there is
/// no WebKit to be had, its tests are left out.
pub fn all() -> Result<Vec<(&'static str, PathBuf)>> {
    let mut missing = Vec::new();
    for program in [CHROMIUM, FIREFOX, WEBKIT_DRIVER, WEBKIT, DISPLAY] {
        let is_wanted = debian::is_here() || matches!(program.package, "chromium" | "firefox-esr");
        if is_wanted && program.find()?.is_none() && !missing.contains(&program.package) {
            missing.push(program.package);
        }
    }
    // Without such a font, pictures of pages show boxes.
    let chinese = output(Command::new("fc-list").args([":lang=zh-cn", "family"]));
    if debian::is_here() && !chinese.is_ok_and(|fonts| !fonts.is_empty()) {
        missing.push("fonts-noto-cjk");
    }
    if !missing.is_empty() {
        debian::install(&missing, "test in Chromium, Firefox and WebKit")?;
    }
    let mut found = vec![CHROMIUM.found()?, FIREFOX.found()?];
    match (WEBKIT_DRIVER.found(), WEBKIT.found(), DISPLAY.found()) {
        (Ok(driver), Ok(browser), Ok(display)) => found.extend([driver, browser, display]),
        (Err(error), _, _) | (_, Err(error), _) | (_, _, Err(error)) if debian::is_here() => {
            return Err(error);
        }
        _ => eprintln!("  WebKit is left out: this system has no WebKitWebDriver"),
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_beside_webkits_library_is_found_in_its_newest_version() {
        let library = tempfile::tempdir().unwrap();
        assert_eq!(mini_browser(library.path()), None);
        for version in [
            "webkit2gtk-4.0",
            "webkit2gtk-4.1",
            "webkit2gtk-4.2",
            "gtk-4.9",
        ] {
            let folder = library.path().join("x86_64-linux-gnu").join(version);
            fs::create_dir_all(&folder).unwrap();
            if version != "webkit2gtk-4.2" {
                fs::write(folder.join(MINI_BROWSER.1), "").unwrap();
            }
        }
        let found = mini_browser(library.path()).unwrap();
        assert!(found.ends_with("webkit2gtk-4.1/MiniBrowser"), "{found:?}");
    }
}
