//! Writes the model folder so that a page never sees half of one.
//!
//! Every file is written beside its place and renamed into it; the manifest, which names the rest, comes last. A part
//! has its hash in its name, so a page that has read the old manifest still finds the old part: it stays until the
//! next training.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use serde::Deserialize;

use super::error::Error;

pub const MANIFEST: &str = "manifest.json";
pub const CARD: &str = "model-card.md";
pub const STABLE: &str = "model.safetensors";

/// The files of a model folder.
pub struct Files<'a> {
    /// Name of the part, with its hash.
    pub part: &'a str,
    pub model: &'a [u8],
    pub manifest: &'a str,
    pub card: &'a str,
}

impl Files<'_> {
    /// # Errors
    /// [`Error::Write`]; what was in the folder before still works then.
    pub fn publish(&self, folder: &Path) -> Result<(), Error> {
        prepare(folder)?;
        let before = named_part(folder);
        for (name, bytes) in [
            (self.part, self.model),
            (STABLE, self.model),
            (CARD, self.card.as_bytes()),
            (MANIFEST, self.manifest.as_bytes()),
        ] {
            replace(folder, name, bytes)?;
        }
        let keep = [Some(self.part.to_owned()), before];
        let entries = fs::read_dir(folder).map_err(failed(folder))?;
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if is_part(&name) && !keep.contains(&Some(name)) {
                fs::remove_file(entry.path()).map_err(failed(&entry.path()))?;
            }
        }
        Ok(())
    }
}

/// Makes the folder where it is missing, and sees that it can be written to.
///
/// # Errors
/// [`Error::Write`]
pub fn prepare(folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(failed(folder))?;
    let trial = folder.join(".trial.part");
    let written = fs::write(&trial, "").and_then(|()| fs::remove_file(&trial));
    written.map_err(failed(folder))
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Write {
        path: path.clone(),
        source,
    }
}

fn replace(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Error> {
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

/// `model-<12 hex digits>.safetensors`
fn is_part(name: &str) -> bool {
    let hash = name
        .strip_prefix("model-")
        .and_then(|rest| rest.strip_suffix(".safetensors"));
    hash.is_some_and(|hash| hash.len() == 12 && hash.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// The part that the manifest now in the folder names.
fn named_part(folder: &Path) -> Option<String> {
    #[derive(Deserialize)]
    struct Manifest {
        parts: Vec<Part>,
    }
    #[derive(Deserialize)]
    struct Part {
        url: String,
    }
    let text = fs::read(folder.join(MANIFEST)).ok()?;
    let manifest: Manifest = serde_json::from_slice(&text).ok()?;
    manifest.parts.into_iter().next().map(|part| part.url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publish(folder: &Path, part: &str) -> Result<(), Error> {
        let manifest = format!(r#"{{"parts":[{{"url":"{part}"}}]}}"#);
        Files {
            part,
            model: part.as_bytes(),
            manifest: &manifest,
            card: "card",
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
    fn a_failure_leaves_the_old_model() {
        let folder = tempfile::tempdir().unwrap();
        publish(folder.path(), "model-000000000001.safetensors").unwrap();
        // A folder where a file should go cannot be replaced by one.
        fs::create_dir(folder.path().join("model-000000000002.safetensors")).unwrap();
        let error = publish(folder.path(), "model-000000000002.safetensors").unwrap_err();
        assert!(matches!(error, Error::Write { .. }));
        let manifest = fs::read_to_string(folder.path().join(MANIFEST)).unwrap();
        assert!(manifest.contains("000000000001"));
        assert!(
            names(folder.path())
                .iter()
                .all(|name| !name.starts_with('.'))
        );
    }
}
