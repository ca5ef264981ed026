//! A file in memory, with its compressed forms, as tower-http's `ServeDir` reads one.
//!
//! `ServeDir` looks for a compressed form beside the file, under its name with `.br` or `.gz`. Here the forms are made
//! when first asked for and have no files: shops' folders need no step that compresses them, and no form can be older
//! than its file.
//!
//! `ServeDir` makes the entity tag of size and time of modification. A manifest keeps its size when the model changes, and
//! all files of a container image may bear one time, so the part of the time below a second is here one of the content.

use std::future::{Ready, ready};
use std::io::{Cursor, Error, ErrorKind, Result, SeekFrom};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use axum::body::Bytes;
use tokio::io::{AsyncRead, AsyncSeek, ReadBuf};
use tower_http::services::fs::{Backend, File, Metadata};

use super::assets::Asset;
use super::compression::Encoding;

/// A backend of one file, whatever the path before its extension.
#[derive(Clone)]
pub struct Stored(pub Arc<Asset>);

impl Stored {
    async fn form(self, path: PathBuf) -> Result<Bytes> {
        let Some(encoding) = encoding(&path)? else {
            return Ok(self.0.bytes.clone());
        };
        if let Some(made) = self.0.made(encoding) {
            return made.cloned().ok_or_else(|| ErrorKind::NotFound.into());
        }
        // Compressing a megabyte takes a good part of a second.
        let made = tokio::task::spawn_blocking(move || self.0.encoded(encoding).cloned());
        let made = made.await.map_err(Error::other)?;
        made.ok_or_else(|| ErrorKind::NotFound.into())
    }
}

/// The second of the modification, which becomes `Last-Modified`, and the hash below it.
fn dated(asset: &Asset) -> SystemTime {
    let since = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).ok();
    let second = asset.modified.and_then(since).unwrap_or_default().as_secs();
    let digits = asset.hash.get(..8).unwrap_or_default();
    let hash = u32::from_str_radix(digits, 16).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::new(second, hash % 1_000_000_000)
}

fn encoding(path: &Path) -> Result<Option<Encoding>> {
    match path.extension().and_then(|extension| extension.to_str()) {
        None => Ok(None),
        Some("br") => Ok(Some(Encoding::Brotli)),
        Some("gz") => Ok(Some(Encoding::Gzip)),
        Some(_) => Err(ErrorKind::NotFound.into()),
    }
}

type Later<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

impl Backend for Stored {
    type File = Opened;
    type Metadata = Facts;
    type OpenFuture = Later<Opened>;
    type MetadataFuture = Later<Facts>;

    fn open(&self, path: PathBuf) -> Later<Opened> {
        let dated = dated(&self.0);
        let form = self.clone().form(path);
        Box::pin(async move {
            let bytes = Cursor::new(form.await?);
            Ok(Opened { bytes, dated })
        })
    }

    fn metadata(&self, path: PathBuf) -> Later<Facts> {
        let open = self.open(path);
        Box::pin(async move { Ok(open.await?.facts()) })
    }
}

/// Reads one form of a file.
pub struct Opened {
    bytes: Cursor<Bytes>,
    dated: SystemTime,
}

impl Opened {
    fn facts(&self) -> Facts {
        Facts {
            bytes: self.bytes.get_ref().len() as u64,
            dated: self.dated,
        }
    }
}

impl File for Opened {
    type Metadata = Facts;
    type MetadataFuture<'a> = Ready<Result<Facts>>;

    fn metadata(&self) -> Ready<Result<Facts>> {
        ready(Ok(self.facts()))
    }
}

impl AsyncRead for Opened {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        Pin::new(&mut self.bytes).poll_read(context, buffer)
    }
}

impl AsyncSeek for Opened {
    fn start_seek(mut self: Pin<&mut Self>, position: SeekFrom) -> Result<()> {
        Pin::new(&mut self.bytes).start_seek(position)
    }

    fn poll_complete(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<u64>> {
        Pin::new(&mut self.bytes).poll_complete(context)
    }
}

/// Size and time, of which `ServeDir` makes the entity tag.
pub struct Facts {
    bytes: u64,
    dated: SystemTime,
}

impl Metadata for Facts {
    fn is_dir(&self) -> bool {
        false
    }

    fn modified(&self) -> Result<SystemTime> {
        Ok(self.dated)
    }

    fn len(&self) -> u64 {
        self.bytes
    }
}
