//! Files as they are served: bytes, type, hash and compressed forms, kept in memory while they do not change on disk.
//!
//! A file is read again when its size or time of modification differs from what is kept. What is kept is bounded by
//! bytes; the least recently served files go first. By hand, since tower-http reads from the disk for every request, and
//! since the bytes of a file grow in here when a client asks for a form of it that was not made before.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::SystemTime;

use super::compression::{self, Encoding};
use crate::digest::sha256;
use axum::body::Bytes;

/// Smaller files travel in one packet either way.
const COMPRESS_FROM: usize = 512;

pub struct Asset {
    pub bytes: Bytes,
    pub content_type: String,
    /// SHA-256 of the bytes, hex.
    pub hash: String,
    pub modified: Option<SystemTime>,
    brotli: OnceLock<Option<Bytes>>,
    gzip: OnceLock<Option<Bytes>>,
}

impl Asset {
    fn read(path: &Path) -> std::io::Result<Asset> {
        let mut file = std::fs::File::open(path)?;
        // Taken before reading: a file that changes meanwhile looks changed the next time.
        let modified = file.metadata()?.modified().ok();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(Asset {
            hash: sha256(&bytes),
            bytes: bytes.into(),
            content_type: content_type(path),
            modified,
            brotli: OnceLock::new(),
            gzip: OnceLock::new(),
        })
    }

    /// The compressed bytes, made when first asked for; `None` where compression is not worth it.
    pub fn encoded(&self, encoding: Encoding) -> Option<&Bytes> {
        self.form(encoding)
            .get_or_init(|| {
                if self.bytes.len() < COMPRESS_FROM || !compression::worthwhile(&self.content_type)
                {
                    return None;
                }
                compression::compress(encoding, &self.bytes).map(Bytes::from)
            })
            .as_ref()
    }

    /// The same if it was asked for before; `None` until then.
    pub fn made(&self, encoding: Encoding) -> Option<Option<&Bytes>> {
        self.form(encoding).get().map(Option::as_ref)
    }

    fn form(&self, encoding: Encoding) -> &OnceLock<Option<Bytes>> {
        match encoding {
            Encoding::Brotli => &self.brotli,
            Encoding::Gzip => &self.gzip,
        }
    }

    fn weight(&self) -> usize {
        let encoded = |encoding| self.made(encoding).flatten().map_or(0, Bytes::len);
        self.bytes.len() + encoded(Encoding::Brotli) + encoded(Encoding::Gzip)
    }
}

fn content_type(path: &Path) -> String {
    let extension = path.extension().and_then(|extension| extension.to_str());
    match extension {
        Some("jsonl") => "application/x-ndjson".into(),
        Some("mjs") => "text/javascript; charset=utf-8".into(),
        Some("safetensors") => "application/octet-stream".into(),
        _ => {
            let guess = mime_guess::from_path(path).first_or_octet_stream();
            let text = guess.type_() == "text";
            let essence = guess.essence_str();
            match text {
                true => format!("{essence}; charset=utf-8"),
                false => essence.into(),
            }
        }
    }
}

struct Kept {
    asset: Arc<Asset>,
    used: u64,
}

/// The files in memory.
pub struct Assets {
    budget: usize,
    kept: Mutex<HashMap<PathBuf, Kept>>,
    clock: AtomicU64,
}

impl Assets {
    /// `budget`: bytes to keep. A single file may exceed it.
    pub fn new(budget: usize) -> Self {
        Self {
            budget,
            kept: Mutex::default(),
            clock: AtomicU64::new(0),
        }
    }

    /// The file at `path`, which the caller has checked. Blocks on the disk.
    pub fn get(&self, path: &Path) -> std::io::Result<Arc<Asset>> {
        let metadata = std::fs::metadata(path)?;
        let used = self.clock.fetch_add(1, Ordering::Relaxed);
        if let Some(kept) = self.lock().get_mut(path)
            && kept.asset.bytes.len() as u64 == metadata.len()
            && kept.asset.modified == metadata.modified().ok()
        {
            kept.used = used;
            return Ok(kept.asset.clone());
        }
        let asset = Arc::new(Asset::read(path)?);
        let mut kept = self.lock();
        let fresh = Kept {
            asset: asset.clone(),
            used,
        };
        kept.insert(path.to_owned(), fresh);
        self.evict(&mut kept);
        Ok(asset)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<PathBuf, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Back to three quarters, so that the next eviction is some way off.
    fn evict(&self, kept: &mut HashMap<PathBuf, Kept>) {
        let mut total: usize = kept.values().map(|kept| kept.asset.weight()).sum();
        if total <= self.budget {
            return;
        }
        let mut oldest: Vec<(u64, PathBuf)> = kept
            .iter()
            .map(|(path, kept)| (kept.used, path.clone()))
            .collect();
        oldest.sort_unstable();
        oldest.pop();
        for (_, path) in oldest {
            if total <= self.budget / 4 * 3 {
                break;
            }
            total -= kept.remove(&path).map_or(0, |kept| kept.asset.weight());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(files: &[(&str, usize)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, bytes) in files {
            std::fs::write(folder.path().join(name), vec![b'x'; *bytes]).expect("written");
        }
        folder
    }

    #[test]
    fn a_file_that_changes_is_read_again() {
        let folder = folder_with(&[("a.txt", 600)]);
        let path = folder.path().join("a.txt");
        let assets = Assets::new(1_000_000);
        let first = assets.get(&path).expect("it is there");
        assert!(Arc::ptr_eq(
            &first,
            &assets.get(&path).expect("it is there")
        ));
        std::fs::write(&path, vec![b'y'; 601]).expect("written");
        let second = assets.get(&path).expect("it is there");
        assert_eq!(second.bytes, vec![b'y'; 601]);
        assert_ne!(first.hash, second.hash);
    }

    #[test]
    fn the_least_recently_served_goes_first() {
        let folder = folder_with(&[("a", 300), ("b", 300), ("c", 300), ("d", 300)]);
        let path = |name: &str| folder.path().join(name);
        let assets = Assets::new(1_000);
        let a = assets.get(&path("a")).expect("it is there");
        let b = assets.get(&path("b")).expect("it is there");
        assets.get(&path("c")).expect("it is there");
        assets.get(&path("a")).expect("it is there");
        assets.get(&path("d")).expect("it is there");
        assert!(Arc::ptr_eq(
            &a,
            &assets.get(&path("a")).expect("it is there")
        ));
        assert!(!Arc::ptr_eq(
            &b,
            &assets.get(&path("b")).expect("it is there")
        ));
    }

    #[test]
    fn types_that_pages_need() {
        for (name, expected) in [
            ("index.html", "text/html; charset=utf-8"),
            ("app.js", "text/javascript; charset=utf-8"),
            ("app.mjs", "text/javascript; charset=utf-8"),
            ("app.css", "text/css; charset=utf-8"),
            ("till.wasm", "application/wasm"),
            ("manifest.json", "application/json"),
            ("img.svg", "image/svg+xml"),
            ("model-3f9c0a1b2c3d.safetensors", "application/octet-stream"),
            ("catalog.jsonl", "application/x-ndjson"),
            ("LICENSE", "application/octet-stream"),
        ] {
            assert_eq!(content_type(Path::new(name)), expected, "{name}");
        }
    }
}
