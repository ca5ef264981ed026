//! The model folder, checked before it is used: a page that downloads a damaged model only finds out late.
//!
//! The format is `docs/model-format.md`. What is inside a part is the reader's to check; here it is only whole.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::MANIFEST;
use super::manifest::{FORMAT, Manifest, Part};
use crate::Coded;
use crate::digest::sha256;

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    #[error("there is no model in {path}: {source}; make one with `tillside train --out {path}`", path = .path.display())]
    Missing {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{} is a file; give the folder that `tillside train --out` made", .0.display())]
    NoFolder(PathBuf),
    #[error("{path}, which its manifest names, cannot be read: {source}; copy the model again, or train again", path = .path.display())]
    Unreadable {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path} cannot be read: {source}; train the model again", path = .path.display())]
    Manifest {
        path: PathBuf,
        source: serde_json::Error,
    },
    #[error("{path} has format {found}, this version reads {FORMAT}; train the model again", path = .path.display())]
    Version { path: PathBuf, found: u64 },
    #[error("{manifest} names the part {url:?}, which is not a file in its folder; train the model again", manifest = .manifest.display())]
    Part { manifest: PathBuf, url: String },
    #[error("{path} has {found}, its manifest says {expected}; the file is damaged or of another training: copy it again, or train again", path = .path.display())]
    Hash {
        path: PathBuf,
        found: String,
        expected: String,
    },
}

impl Coded for ModelError {
    fn code(&self) -> &'static str {
        match self {
            ModelError::Missing { .. } | ModelError::Unreadable { .. } => "model.missing",
            ModelError::NoFolder(_) => "model.folder",
            ModelError::Manifest { .. } => "manifest.json",
            ModelError::Version { .. } => "manifest.version",
            ModelError::Part { .. } => "manifest.part",
            ModelError::Hash { .. } => "model.hash",
        }
    }
}

/// What a model calls itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Identity {
    pub id: String,
    pub items: usize,
}

/// Compares size and hash of every part in `folder` with its manifest. Returns the files that make up the model.
pub fn check(folder: &Path) -> Result<Vec<PathBuf>, ModelError> {
    let (path, manifest) = read(folder)?;
    let mut files = Vec::new();
    for part in &manifest.parts {
        files.push(check_part(folder, &path, part)?);
    }
    files.push(path);
    Ok(files)
}

/// A file of a model: what it is, and of which category where it is not for every page.
pub struct File {
    pub name: String,
    pub category: Option<String>,
    pub path: PathBuf,
}

/// The parts that make up the model in `folder`, checked like [`check`].
pub fn files(folder: &Path) -> Result<Vec<File>, ModelError> {
    let (path, manifest) = read(folder)?;
    let file = |part: Part| {
        Ok(File {
            path: check_part(folder, &path, &part)?,
            name: part.name,
            category: part.category,
        })
    };
    manifest.parts.into_iter().map(file).collect()
}

/// The model that is in `folder` now, by its manifest.
pub fn identity(folder: &Path) -> Result<Identity, ModelError> {
    let (_, manifest) = read(folder)?;
    Ok(Identity {
        id: manifest.model,
        items: manifest.items,
    })
}

/// The manifest of `folder`, of a format that this version reads; its parts are not looked at.
pub fn read(folder: &Path) -> Result<(PathBuf, Manifest), ModelError> {
    let path = folder.join(MANIFEST);
    if folder.is_file() {
        return Err(ModelError::NoFolder(folder.into()));
    }
    let text = std::fs::read(&path).map_err(|source| ModelError::Missing {
        path: folder.into(),
        source,
    })?;
    let manifest: Manifest = match serde_json::from_slice(&text) {
        Ok(manifest) => manifest,
        Err(source) => return Err(ModelError::Manifest { path, source }),
    };
    if manifest.format != FORMAT {
        let found = manifest.format;
        return Err(ModelError::Version { path, found });
    }
    Ok((path, manifest))
}

fn check_part(folder: &Path, manifest: &Path, part: &Part) -> Result<PathBuf, ModelError> {
    let plain = !part.url.is_empty()
        && !part.url.starts_with('.')
        && !part.url.contains(['/', '\\', ':', '%', '?', '#']);
    if !plain {
        return Err(ModelError::Part {
            manifest: manifest.into(),
            url: part.url.clone(),
        });
    }
    let path = folder.join(&part.url);
    let bytes = std::fs::read(&path).map_err(|source| ModelError::Unreadable {
        path: path.clone(),
        source,
    })?;
    let hash = sha256(&bytes);
    let differs = |found: String, expected: String| ModelError::Hash {
        path: path.clone(),
        found,
        expected,
    };
    if bytes.len() != part.bytes {
        return Err(differs(
            format!("{} bytes", bytes.len()),
            format!("{} bytes", part.bytes),
        ));
    }
    if !hash.eq_ignore_ascii_case(&part.sha256) {
        return Err(differs(
            format!("sha256 {hash}"),
            format!("sha256 {}", part.sha256),
        ));
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const PART: &str = "model-d2a84f4b8b65.safetensors";
    const BYTES: &[u8] = b"part";

    fn manifest() -> serde_json::Value {
        let hash = sha256(BYTES);
        json!({
            "format": 1, "model": "3f9c", "items": 7, "later": "fields are ignored",
            "parts": [{ "name": "model", "url": PART, "bytes": BYTES.len(), "sha256": hash }],
        })
    }

    fn check_with(manifest: &str) -> Result<Vec<PathBuf>, ModelError> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("manifest.json"), manifest).expect("written");
        std::fs::write(folder.path().join(PART), BYTES).expect("written");
        check(folder.path())
    }

    #[test]
    fn a_whole_folder_passes() {
        assert_eq!(
            check_with(&manifest().to_string())
                .expect("it is whole")
                .len(),
            2
        );
    }

    #[test]
    fn damage_is_named() {
        let with = |pointer: &str, value: serde_json::Value| {
            let mut manifest = manifest();
            *manifest.pointer_mut(pointer).expect("it is there") = value;
            manifest.to_string()
        };
        for (manifest, code) in [
            ("{".to_owned(), "manifest.json"),
            ("{}".to_owned(), "manifest.json"),
            (with("/format", json!(2)), "manifest.version"),
            (with("/parts/0/bytes", json!(5)), "model.hash"),
            (with("/parts/0/sha256", json!("00")), "model.hash"),
            (
                with("/parts/0/url", json!("model-gone.safetensors")),
                "model.missing",
            ),
            (with("/parts/0/url", json!("../secret")), "manifest.part"),
            (
                with("/parts/0/url", json!("https://elsewhere/x")),
                "manifest.part",
            ),
        ] {
            let error = check_with(&manifest).expect_err("it is damaged");
            assert_eq!(error.code(), code, "{error}");
        }
        let nowhere = check(Path::new("/nowhere/at/all")).expect_err("it is missing");
        assert_eq!(nowhere.code(), "model.missing");
    }
}
