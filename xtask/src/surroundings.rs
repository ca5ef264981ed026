//! Environment variables that scripts under `tests/` need:
//!
//! | variable | what |
//! | --- | --- |
//! | `TILLSIDE` | the backend's binary |
//! | `TILLSIDE_SHOP`, `TILLSIDE_MODEL` | folders of the demo's shop and of the model trained on it |
//! | `TILLSIDE_SITE` | the demo's pages |
//! | `TILLSIDE_KERNELS` | the kernels as a WebAssembly module of their own |
//! | `CHROMIUM`, `FIREFOX` | browsers to start |
//! | `WEBKIT_DRIVER`, `WEBKIT`, `XVFB` | WebKit's driver, its browser and a display for it; missing where there are none |
//! | `PYTHONPATH` | where the Python packages of `tests/requirements.txt` are |

use std::ffi::OsString;
use std::path::Path;

use anyhow::Result;

use crate::browser;
use crate::build;
use crate::python;
use crate::shop::{self, Shop};

/// Makes or finds each of them.
pub fn make(tillside: &Path) -> Result<Vec<(&'static str, OsString)>> {
    let folders = shop::prepare(Shop::Tillside, tillside)?;
    let mut around: Vec<(&'static str, OsString)> = vec![
        ("TILLSIDE", tillside.into()),
        ("TILLSIDE_SHOP", folders.shop.into()),
        ("TILLSIDE_MODEL", folders.model.into()),
        ("TILLSIDE_SITE", folders.site.into()),
        ("TILLSIDE_KERNELS", build::kernels()?.into()),
        ("PYTHONPATH", python::packages()?.into()),
    ];
    let browsers = browser::all()?.into_iter();
    around.extend(browsers.map(|(variable, program)| (variable, program.into())));
    Ok(around)
}
