//! Stamp of a build product: one hash of all its inputs, so that nothing is built twice.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// Everything that decides what comes out, added piece by piece.
pub struct Inputs(Sha256);

impl Inputs {
    pub fn new() -> Self {
        Inputs(Sha256::new())
    }

    pub fn text(mut self, text: &str) -> Self {
        self.add(text.as_bytes());
        self
    }

    /// A file, or a folder with everything in it. What does not exist counts as such.
    pub fn path(mut self, path: &Path) -> Result<Self> {
        let mut files = Vec::new();
        collect(path, &mut files)?;
        files.sort();
        self.add(&files.len().to_le_bytes());
        for file in files {
            let bytes =
                fs::read(&file).with_context(|| format!("{} could not be read", file.display()))?;
            let name = file.strip_prefix(path).unwrap_or(&file);
            self.add(name.as_os_str().as_encoded_bytes());
            self.add(&bytes);
        }
        Ok(self)
    }

    // The length goes first: otherwise moving a byte from one piece to the next would not be seen.
    fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes.len().to_le_bytes());
        self.0.update(bytes);
    }

    pub fn hash(self) -> String {
        self.0
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
    } else if path.is_dir() {
        let entries = fs::read_dir(path)
            .with_context(|| format!("{} could not be listed", path.display()))?;
        for entry in entries {
            collect(&entry?.path(), files)?;
        }
    }
    Ok(())
}

/// The hash that something was last built from, kept in a file.
pub struct Stamp(PathBuf);

impl Stamp {
    pub fn at(path: PathBuf) -> Self {
        Stamp(path)
    }

    pub fn is(&self, hash: &str) -> bool {
        fs::read_to_string(&self.0).is_ok_and(|found| found.trim() == hash)
    }

    /// To be called before the work, so that work broken off halfway is not taken for finished.
    pub fn clear(&self) -> Result<()> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("{} could not be removed", self.0.display()))
            }
            _ => Ok(()),
        }
    }

    pub fn set(&self, hash: &str) -> Result<()> {
        if let Some(folder) = self.0.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&self.0, hash)
            .with_context(|| format!("{} could not be written", self.0.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash_of(folder: &Path) -> String {
        Inputs::new().path(folder).unwrap().hash()
    }

    #[test]
    fn any_change_to_a_tree_changes_its_hash_and_moving_the_tree_does_not() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for folder in [one.path(), two.path()] {
            fs::create_dir(folder.join("a")).unwrap();
            fs::write(folder.join("a/x"), "xy").unwrap();
            fs::write(folder.join("b"), "z").unwrap();
        }
        let before = hash_of(one.path());
        assert_eq!(before, hash_of(two.path()));
        fs::write(one.path().join("b"), "Z").unwrap();
        assert_ne!(before, hash_of(one.path()));
        fs::write(one.path().join("b"), "z").unwrap();
        fs::rename(one.path().join("a/x"), one.path().join("a/y")).unwrap();
        assert_ne!(before, hash_of(one.path()));
        fs::write(two.path().join("c"), "").unwrap();
        assert_ne!(before, hash_of(two.path()));
    }

    #[test]
    fn pieces_do_not_run_into_each_other() {
        let one = Inputs::new().text("ab").text("c").hash();
        assert_ne!(one, Inputs::new().text("a").text("bc").hash());
        assert_ne!(one, Inputs::new().text("abc").hash());
    }

    #[test]
    fn a_stamp_holds_until_cleared() {
        let folder = tempfile::tempdir().unwrap();
        let stamp = Stamp::at(folder.path().join("deep/stamp"));
        assert!(!stamp.is("1"));
        stamp.clear().unwrap();
        stamp.set("1").unwrap();
        assert!(stamp.is("1") && !stamp.is("2"));
        stamp.clear().unwrap();
        assert!(!stamp.is("1"));
    }
}
