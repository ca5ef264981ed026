//! Writes the model folder so that a page never sees half of one.
//!
//! Every file is written beside its place and renamed into it; the manifest, which names the rest, comes last. A part
//! has its hash in its name, so a page that has read the old manifest still finds the old parts: they stay until the
//! manifest is replaced once more.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::MANIFEST;
use super::manifest::Manifest;

pub const CARD: &str = "model-card.md";
pub const STABLE: &str = "model.safetensors";

/// A file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be written: {source}; check the path, its permissions and the disk (what was there before is unchanged)", path.display())]
pub struct Unwritten {
    path: PathBuf,
    source: std::io::Error,
}

/// Files of a model folder.
pub struct Files<'a> {
    /// Parts that are new, by their names with hashes.
    pub parts: &'a [(&'a str, &'a [u8])],
    /// Kinds of parts of which those that neither the manifest nor the one before it names are deleted.
    pub sweep: &'a [&'a str],
    /// What else is replaced, by names that stay.
    pub others: &'a [(&'a str, &'a [u8])],
    pub manifest: &'a Manifest,
}

impl Files<'_> {
    /// # Errors
    /// [`Unwritten`]; what was in the folder before still works then.
    pub fn publish(&self, folder: &Path) -> Result<(), Unwritten> {
        prepare(folder)?;
        let mut keep = named_parts(folder);
        keep.extend(self.manifest.parts.iter().map(|part| part.url.clone()));
        for (name, bytes) in self.parts.iter().chain(self.others) {
            replace(folder, name, bytes)?;
        }
        replace(folder, MANIFEST, self.manifest.text().as_bytes())?;
        let entries = fs::read_dir(folder).map_err(failed(folder))?;
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if is_part(&name, self.sweep) && !keep.contains(&name) {
                fs::remove_file(entry.path()).map_err(failed(&entry.path()))?;
            }
        }
        Ok(())
    }
}

/// Makes the folder where it is missing, and sees that it can be written to.
///
/// # Errors
/// [`Unwritten`]
pub fn prepare(folder: &Path) -> Result<(), Unwritten> {
    fs::create_dir_all(folder).map_err(failed(folder))?;
    let trial = folder.join(".trial.part");
    let written = fs::write(&trial, "").and_then(|()| fs::remove_file(&trial));
    written.map_err(failed(folder))
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> Unwritten {
    let path = path.to_owned();
    move |source| Unwritten {
        path: path.clone(),
        source,
    }
}

fn replace(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Unwritten> {
    let (place, beside) = (folder.join(name), folder.join(format!(".{name}.part")));
    let written = File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, &place)
    });
    written.map_err(|source| {
        let _ = fs::remove_file(&beside);
        failed(&place)(source)
    })
}

/// `model-<12 hex digits>.safetensors`, for the kind `model`, or the same with `.json`.
fn is_part(name: &str, kinds: &[&str]) -> bool {
    let bare = name.strip_suffix(".safetensors");
    let name = bare
        .or_else(|| name.strip_suffix(".json"))
        .unwrap_or_default();
    name.rsplit_once('-').is_some_and(|(kind, hash)| {
        kinds.contains(&kind) && hash.len() == 12 && hash.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

/// The parts that the manifest now in the folder names.
fn named_parts(folder: &Path) -> Vec<String> {
    #[derive(Deserialize)]
    struct Manifest {
        parts: Vec<Part>,
    }
    #[derive(Deserialize)]
    struct Part {
        url: String,
    }
    let text = fs::read(folder.join(MANIFEST)).unwrap_or_default();
    let manifest = serde_json::from_slice(&text).unwrap_or(Manifest { parts: Vec::new() });
    manifest.parts.into_iter().map(|part| part.url).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::fallback::Fallback;
    use crate::folder::manifest::Part;

    fn publish(folder: &Path, part: &str) -> Result<(), Unwritten> {
        let manifest = Manifest {
            format: 1,
            model: "m".into(),
            shop: String::new(),
            created: String::new(),
            items: 0,
            encoder: false,
            edition: String::new(),
            parts: vec![Part {
                url: part.into(),
                ..Part::of("model", None, b"")
            }],
            fallback: Fallback::default(),
        };
        Files {
            parts: &[(part, part.as_bytes())],
            sweep: &["model"],
            others: &[(STABLE, part.as_bytes()), (CARD, b"card")],
            manifest: &manifest,
        }
        .publish(folder)
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn keeps_the_part_before_and_what_is_not_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let part = |n: u8| format!("model-{:012x}.safetensors", n);
        let own = folder.path().join("model-notes.safetensors");
        fs::create_dir_all(folder.path()).unwrap();
        fs::write(own, "mine").unwrap();
        for n in 1..=3 {
            publish(folder.path(), &part(n)).unwrap();
        }
        let (two, three) = (part(2), part(3));
        let expected = [
            MANIFEST,
            two.as_str(),
            &three,
            CARD,
            "model-notes.safetensors",
            STABLE,
        ];
        assert_eq!(names(folder.path()), expected);
        assert_eq!(
            fs::read(folder.path().join(STABLE)).unwrap(),
            three.as_bytes()
        );
    }

    #[test]
    fn content_is_swept_with_the_other_parts() {
        let kinds = &["content"];
        assert!(is_part("content-0123456789ab.json", kinds));
        assert!(!is_part("content-notes.json", kinds) && !is_part("manifest.json", kinds));
        assert_eq!(
            Part::of("content", None, b"{}").url,
            "content-44136fa355b3.json"
        );
        assert_eq!(
            Part::of("live", None, b"{}").url,
            "live-44136fa355b3.safetensors"
        );
    }

    #[test]
    fn a_failure_leaves_the_old_model() {
        let folder = tempfile::tempdir().unwrap();
        publish(folder.path(), "model-000000000001.safetensors").unwrap();
        // A folder where a file should go cannot be replaced by one.
        fs::create_dir(folder.path().join("model-000000000002.safetensors")).unwrap();
        let error = publish(folder.path(), "model-000000000002.safetensors").unwrap_err();
        assert!(error.to_string().contains("000000000002"), "{error}");
        let manifest = fs::read_to_string(folder.path().join(MANIFEST)).unwrap();
        assert!(manifest.contains("000000000001"));
        assert!(
            names(folder.path())
                .iter()
                .all(|name| !name.starts_with('.'))
        );
    }
}
