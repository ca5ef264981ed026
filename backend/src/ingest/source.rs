//! A file, opened: what it is by its first bytes, unpacked and decoded, as often as it is read.

mod encoding;
mod unpack;

use std::fs::File as Disk;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use encoding_rs::{Encoding, UTF_8};
use indicatif::ProgressBar;

use super::elements::Elements;
use super::{Error, Understanding};

/// Bytes looked at to tell what a file is.
const HEAD: u64 = 64 * 1024;
const BUFFER: usize = 256 * 1024;

/// What the bytes of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One JSON object a line.
    Lines,
    /// Rows of cells.
    Delimited,
    Xml,
    Parquet,
    Sqlite,
}

/// Unpacked and decoded text.
pub(crate) struct Text {
    pub reader: Box<dyn BufRead>,
    pub gzipped: bool,
}

impl Text {
    /// An error while reading, told as what it means for the file.
    pub fn error(&self, path: &Path, source: io::Error) -> Error {
        broken(path, self.gzipped, source)
    }
}

pub(super) fn broken(path: &Path, gzipped: bool, source: io::Error) -> Error {
    if gzipped {
        Error::Damaged {
            path: path.into(),
            format: "gzip",
            detail: source.to_string(),
        }
    } else {
        Error::Unreadable {
            path: path.into(),
            source,
        }
    }
}

/// The name of a file as samples show it.
pub(super) fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// A file that can be read from its start again and again.
pub(crate) struct Source {
    pub path: PathBuf,
    pub shape: Shape,
    /// Names the work on the progress bar.
    pub what: &'static str,
    pub gzipped: bool,
    pub encoding: &'static Encoding,
    /// True for one JSON array, read as one element a line.
    pub is_array: bool,
    /// Bytes of the byte order mark.
    mark: usize,
    /// What a pipe gave, which cannot be opened again.
    held: Option<Arc<[u8]>>,
    size: u64,
}

impl Source {
    /// Opens a file and tells what it is.
    pub fn open(path: &Path, what: &'static str) -> Result<Source, Error> {
        let unreadable = |source| Error::Unreadable {
            path: path.into(),
            source,
        };
        let mut disk = Disk::open(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => Error::Missing {
                path: path.into(),
                here: std::env::current_dir().unwrap_or_default(),
            },
            _ => unreadable(source),
        })?;
        let about = disk.metadata().map_err(unreadable)?;
        if about.is_dir() {
            return Err(folder(path));
        }
        let held: Option<Arc<[u8]>> = if about.is_file() {
            None
        } else {
            let mut bytes = Vec::new();
            disk.read_to_end(&mut bytes).map_err(unreadable)?;
            Some(bytes.into())
        };
        let mut source = Source {
            path: path.into(),
            shape: Shape::Delimited,
            what,
            gzipped: false,
            encoding: UTF_8,
            is_array: false,
            mark: 0,
            size: held.as_ref().map_or(about.len(), |held| held.len() as u64),
            held,
        };
        let start = head(&mut source.packed(None).map_err(unreadable)?, 6).map_err(unreadable)?;
        source.gzipped = start.starts_with(b"\x1f\x8b");
        let broken = |error| broken(path, source.gzipped, error);
        let start = head(&mut source.unpacked(None).map_err(broken)?, HEAD).map_err(broken)?;
        if let Some((encoding, mark)) = encoding::shown(&start) {
            (source.encoding, source.mark) = (encoding, mark);
        }
        let mut letters = vec![];
        let read = |letters: &mut Vec<u8>| -> io::Result<()> {
            *letters = head(&mut source.decoded(None)?, HEAD)?;
            Ok(())
        };
        read(&mut letters).map_err(broken)?;
        let shape = shape(path, &start, &letters)?;
        if source.gzipped && matches!(shape, Shape::Parquet | Shape::Sqlite) {
            return Err(Error::Format {
                path: path.into(),
                line: 1,
                column: 1,
                found: "a gzipped Parquet file or database".into(),
                remedy: "unpack it with `gunzip`; only text is read gzipped",
            });
        }
        let is_text = !matches!(shape, Shape::Parquet | Shape::Sqlite);
        // XML names its encoding.
        if is_text && source.mark == 0 && source.encoding == UTF_8 {
            let found = match shape {
                Shape::Xml => declared(&letters),
                _ => None,
            };
            let found = match found {
                Some(found) => found,
                None => encoding::found(&|| source.unpacked(None)).map_err(broken)?,
            };
            source.encoding = found;
        }
        source.shape = shape;
        source.is_array = shape == Shape::Lines && letters.trim_ascii_start().starts_with(b"[");
        Ok(source)
    }

    fn packed(&self, bar: Option<ProgressBar>) -> io::Result<Box<dyn Read>> {
        let bytes: Box<dyn Read> = match &self.held {
            Some(held) => Box::new(Cursor::new(Arc::clone(held))),
            None => Box::new(Disk::open(&self.path)?),
        };
        Ok(match bar {
            Some(bar) => Box::new(Counted { inner: bytes, bar }),
            None => bytes,
        })
    }

    fn unpacked(&self, bar: Option<ProgressBar>) -> io::Result<Box<dyn Read>> {
        let packed = self.packed(bar)?;
        Ok(if self.gzipped {
            Box::new(unpack::Members::new(packed))
        } else {
            packed
        })
    }

    fn decoded(&self, bar: Option<ProgressBar>) -> io::Result<Box<dyn Read>> {
        let mut plain = self.unpacked(bar)?;
        head(&mut plain, self.mark as u64)?;
        let text: Box<dyn Read> = if self.encoding == UTF_8 {
            plain
        } else {
            Box::new(encoding::Decoded::new(plain, self.encoding))
        };
        Ok(if self.is_array {
            Box::new(Elements::new(text))
        } else {
            text
        })
    }

    /// The text from its start, its reading shown as progress.
    pub fn text(&self) -> Result<Text, Error> {
        let bar = crate::progress::bar(self.what, self.size);
        let plain = self.decoded(Some(bar));
        let plain = plain.map_err(|error| broken(&self.path, self.gzipped, error))?;
        Ok(Text {
            reader: Box::new(BufReader::with_capacity(BUFFER, plain)),
            gzipped: self.gzipped,
        })
    }

    /// The first lines of the text.
    pub fn start(&self) -> Result<Vec<u8>, Error> {
        let read = || head(&mut self.decoded(None)?, 1 << 20);
        read().map_err(|error| broken(&self.path, self.gzipped, error))
    }

    /// What is known of the file from its bytes.
    pub fn describe(&self, understood: &mut Understanding) {
        let is_text = !matches!(self.shape, Shape::Parquet | Shape::Sqlite);
        understood.gzipped = self.gzipped;
        understood.encoding = is_text.then(|| self.encoding.name());
    }
}

fn head(reader: &mut impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    reader.take(limit).read_to_end(&mut start)?;
    Ok(start)
}

/// The encoding that an XML declaration names.
fn declared(text: &[u8]) -> Option<&'static Encoding> {
    let start = String::from_utf8_lossy(&text[..text.len().min(200)]);
    let named = start
        .strip_prefix("<?xml")?
        .split_once("?>")?
        .0
        .split_once("encoding=")?
        .1;
    let quote = named.chars().next()?;
    Encoding::for_label(named[1..].split(quote).next()?.as_bytes())
}

fn folder(path: &Path) -> Error {
    let mut files: Vec<PathBuf> = std::fs::read_dir(path)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|file| file.is_file())
        .collect();
    files.sort();
    let remedy = match &files[..] {
        [] => "it holds no files; give the path of a file".into(),
        files => {
            let names: Vec<String> = files.iter().take(6).map(|file| name(file)).collect();
            let more = if files.len() > 6 { " …" } else { "" };
            format!("give a file in it: {}{more}", names.join(", "))
        }
    };
    Error::Folder {
        path: path.into(),
        remedy,
    }
}

/// First bytes of files that people hand over by mistake, and what to do about each.
const FOREIGN: [(&[u8], &str, &str); 5] = [
    (
        b"PK\x03\x04",
        "a ZIP archive or a spreadsheet",
        "unpack it, or save the sheet as CSV (UTF-8)",
    ),
    (
        b"\x28\xb5\x2f\xfd",
        "a zstd archive",
        "unpack it, or pack it with gzip",
    ),
    (b"BZh", "a bzip2 archive", "unpack it, or pack it with gzip"),
    (
        b"\xfd7zXZ\x00",
        "an xz archive",
        "unpack it, or pack it with gzip",
    ),
    (
        b"\xd0\xcf\x11\xe0",
        "an old Office document",
        "save the sheet as CSV (UTF-8)",
    ),
];

/// What a file is: `start` are its first bytes, `text` the same as UTF-8.
fn shape(path: &Path, start: &[u8], text: &[u8]) -> Result<Shape, Error> {
    if start.starts_with(b"PAR1") {
        if cfg!(feature = "parquet") {
            return Ok(Shape::Parquet);
        }
        return Err(Error::Format {
            path: path.into(),
            line: 1,
            column: 1,
            found: "a Parquet file, which this build of tillside does not read".into(),
            remedy: "build tillside with its default features, or export the table as CSV",
        });
    }
    if start.starts_with(b"SQLite format 3\0") {
        return Ok(Shape::Sqlite);
    }
    let extension = path
        .extension()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    let Some(first) = text.iter().position(|byte| !byte.is_ascii_whitespace()) else {
        return Err(Error::Empty {
            path: path.into(),
            remedy: "export it again, or leave the option out if there is nothing to read",
        });
    };
    if extension == "parquet" {
        return Err(Error::Damaged {
            path: path.into(),
            format: "Parquet",
            detail: "it does not begin with PAR1".into(),
        });
    }
    let format = |at: usize, found: String, remedy| {
        let before = &text[..at];
        let newlines = before.iter().filter(|byte| **byte == b'\n').count();
        let line_start = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        Error::Format {
            path: path.into(),
            line: newlines as u64 + 1,
            column: (at - line_start) as u64 + 1,
            found,
            remedy,
        }
    };
    for (magic, found, remedy) in FOREIGN {
        if start.starts_with(magic) {
            return Err(format(0, format!("this is {found}"), remedy));
        }
    }
    if let Some(at) = binary(text) {
        return Err(format(
            at,
            "binary data, not text".into(),
            "give CSV, TSV, JSON lines, XML or Parquet",
        ));
    }
    match text[first] {
        b'{' | b'[' => Ok(Shape::Lines),
        b'<' if is_page(&text[first..]) => Err(format(
            first,
            "a web page".into(),
            "download the file that the page links to or shows instead",
        )),
        b'<' => Ok(Shape::Xml),
        other if matches!(&extension[..], "jsonl" | "ndjson" | "json") => Err(format(
            first,
            format!(
                "expected `{{`, found `{}`",
                char::from(other).escape_default()
            ),
            "write one JSON object a line",
        )),
        _ => Ok(Shape::Delimited),
    }
}

/// Where bytes begin that are no text. A zero here and there in a cell is what a database left in it; control characters
/// beside zeros, or many zeros, are no text.
fn binary(text: &[u8]) -> Option<usize> {
    let first = text.iter().position(|byte| *byte == 0)?;
    let zeros = text.iter().filter(|byte| **byte == 0).count();
    let is_control =
        |byte: &u8| *byte < 0x20 && !matches!(byte, 0 | 1 | b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    let controls = text.iter().filter(|byte| is_control(byte)).count();
    (controls > 0 || zeros * 20 > text.len() || text[first..].starts_with(&[0, 0])).then_some(first)
}

fn is_page(text: &[u8]) -> bool {
    let start = text[..text.len().min(200)].to_ascii_lowercase();
    [&b"<!doctype html"[..], b"<html"]
        .iter()
        .any(|tag| start.starts_with(tag))
}

/// Moves the bar by the bytes that come from the disk.
struct Counted {
    inner: Box<dyn Read>,
    bar: ProgressBar,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bar.inc(read as u64);
        Ok(read)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
