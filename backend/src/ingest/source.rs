//! A file, opened: what it is by its first bytes, unpacked, with its reading shown as progress.

use std::fs::File as Disk;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use indicatif::ProgressBar;

use super::Error;

/// Bytes looked at to tell what a file is.
const HEAD: u64 = 64 * 1024;
const BUFFER: usize = 256 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What the bytes of a file are.
pub(super) enum Content {
    /// One JSON object a line.
    Lines(Text),
    /// A header and rows of cells.
    Delimited(Text, u8),
    Parquet,
    Sqlite,
}

/// Unpacked text.
pub(super) struct Text {
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

/// Opens a file and tells what it is. `what` names the work on the progress bar.
pub(super) fn open(path: &Path, what: &'static str) -> Result<Content, Error> {
    let unreadable = |source| Error::Unreadable {
        path: path.into(),
        source,
    };
    let disk = Disk::open(path).map_err(|source| match source.kind() {
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
    let bar = crate::progress::bar(what, about.len());
    let mut packed = Counted { inner: disk, bar };
    let start = head(&mut packed, 6).map_err(unreadable)?;
    let gzipped = start.starts_with(b"\x1f\x8b");
    let packed = Cursor::new(start).chain(packed);
    let mut plain: Box<dyn Read> = if gzipped {
        Box::new(MultiGzDecoder::new(BufReader::with_capacity(
            BUFFER, packed,
        )))
    } else {
        Box::new(packed)
    };
    let mut start = head(&mut plain, HEAD).map_err(|source| broken(path, gzipped, source))?;
    let shape = shape(path, &start)?;
    if gzipped && matches!(shape, Shape::Parquet | Shape::Sqlite) {
        return Err(Error::Format {
            path: path.into(),
            line: 1,
            column: 1,
            found: "a gzipped Parquet file or database".into(),
            remedy: "unpack it with `gunzip`; only text is read gzipped",
        });
    }
    if start.starts_with(BYTE_ORDER_MARK) {
        start.drain(..BYTE_ORDER_MARK.len());
    }
    let text = Text {
        reader: Box::new(Cursor::new(start).chain(BufReader::with_capacity(BUFFER, plain))),
        gzipped,
    };
    Ok(match shape {
        Shape::Parquet => Content::Parquet,
        Shape::Sqlite => Content::Sqlite,
        Shape::Lines => Content::Lines(text),
        Shape::Delimited(delimiter) => Content::Delimited(text, delimiter),
    })
}

fn head(reader: &mut impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    reader.take(limit).read_to_end(&mut start)?;
    Ok(start)
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

enum Shape {
    Lines,
    Delimited(u8),
    Parquet,
    Sqlite,
}

/// First bytes of files that people hand over by mistake, and what to do about each.
const FOREIGN: [(&[u8], &str, &str); 7] = [
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
    (b"\xff\xfe", "UTF-16 text", "save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text", "save it as UTF-8"),
];

fn shape(path: &Path, start: &[u8]) -> Result<Shape, Error> {
    if start.starts_with(b"PAR1") {
        return Ok(Shape::Parquet);
    }
    if start.starts_with(b"SQLite format 3\0") {
        return Ok(Shape::Sqlite);
    }
    let extension = path
        .extension()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    let text = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start);
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
    if let Some(at) = text.iter().position(|byte| *byte == 0) {
        return Err(format(
            at,
            "binary data, not text".into(),
            "give CSV, TSV, JSON lines or Parquet",
        ));
    }
    match text[first] {
        b'{' => Ok(Shape::Lines),
        b'[' => Err(format(
            first,
            "a JSON array".into(),
            "write one object a line (JSON lines), for example with `jq -c '.[]'`",
        )),
        b'<' => Err(format(
            first,
            "XML or HTML".into(),
            "export the feed as CSV, TSV, JSON lines or Parquet",
        )),
        other if matches!(&extension[..], "jsonl" | "ndjson" | "json") => Err(format(
            first,
            format!(
                "expected `{{`, found `{}`",
                char::from(other).escape_default()
            ),
            "write one JSON object a line",
        )),
        _ => Ok(Shape::Delimited(delimiter(&text[first..]))),
    }
}

/// The separator that the header uses most outside quotes; comma where there is none.
fn delimiter(text: &[u8]) -> u8 {
    let header = text
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .next()
        .unwrap_or_default();
    let mut quoted = false;
    let mut counts = [(b',', 0), (b'\t', 0), (b';', 0), (b'|', 0)];
    for byte in header {
        quoted ^= *byte == b'"';
        for (delimiter, count) in &mut counts {
            *count += u32::from(!quoted && byte == delimiter);
        }
    }
    // `max_by_key` keeps the last of equals, and a tie should go to the comma.
    counts
        .into_iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map_or(b',', |(delimiter, _)| delimiter)
}

/// Moves the bar by the bytes that come from the disk.
struct Counted {
    inner: Disk,
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
