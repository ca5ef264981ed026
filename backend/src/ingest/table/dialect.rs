//! Dialect of a delimited table (separator, quotes, header), decided by its first megabyte.

/// What a quote inside a quoted cell is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    /// `""`, as RFC 4180 says.
    Doubled,
    /// `\"`.
    Backslash,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub delimiter: &'static str,
    pub quotes: Quotes,
    /// Ends a line.
    pub end: u8,
    /// Lines before the first row: `sep=;` and comments.
    pub skip: usize,
    /// Whether the first row names the columns.
    pub header: bool,
}

/// Delimiters, the likelier first, and what a person calls them.
const DELIMITERS: [(&str, &str); 6] = [
    (",", "comma"),
    ("\t", "tab"),
    (";", "semicolon"),
    ("|", "vertical bar"),
    ("\u{1}", "ctrl-A"),
    ("::", "double colon"),
];
/// Lines looked at to tell quotes.
const LINES: usize = 2000;

impl Dialect {
    pub fn of(start: &[u8]) -> Dialect {
        let end = if start.contains(&b'\n') || !start.contains(&b'\r') {
            b'\n'
        } else {
            b'\r'
        };
        let mut skip = 0;
        let mut lines: Vec<&[u8]> = start.split(|byte| *byte == end).take(LINES).collect();
        let mut said = None;
        if let Some(sign) = lines.first().and_then(|line| separator(line)) {
            said = Some(sign);
            skip = 1;
        }
        let separators = |line: &[u8]| {
            DELIMITERS
                .iter()
                .map(|(sign, _)| count(line, sign))
                .max()
                .unwrap_or(0)
        };
        // Comments before the header hold fewer cells than what follows; a header that begins with `#` as many.
        while let (Some(line), Some(next)) = (
            lines.get(skip),
            lines[skip.min(lines.len())..]
                .iter()
                .skip(1)
                .find(|line| !line.trim_ascii().is_empty() && !line.starts_with(b"#")),
        ) && line.starts_with(b"#")
            && separators(line) < separators(next)
        {
            skip += 1;
        }
        lines.drain(..skip.min(lines.len()));
        lines.retain(|line| !line.trim_ascii().is_empty());
        let header = lines.first().copied().unwrap_or_default();
        let delimiter = said.unwrap_or_else(|| likeliest(header));
        let mut dialect = Dialect {
            delimiter,
            quotes: Quotes::Doubled,
            end,
            skip,
            header: true,
        };
        dialect.quotes = dialect.quotes_of(&lines);
        let mut cells = super::delimited::Cells::default();
        dialect.split(header.trim_ascii_end(), &mut cells, None);
        dialect.header = !cells.iter().any(is_value);
        dialect
    }

    /// Quotes are written in the way in which more cells end where they should.
    fn quotes_of(&self, lines: &[&[u8]]) -> Quotes {
        let clean = |quotes| {
            let dialect = Dialect {
                quotes,
                ..self.clone()
            };
            let mut cells = super::delimited::Cells::default();
            let slashed = lines
                .iter()
                .filter(|line| line.windows(2).any(|pair| pair == b"\\\""));
            slashed
                .filter(|line| {
                    dialect
                        .split(line.trim_ascii_end(), &mut cells, None)
                        .is_clean()
                })
                .count()
        };
        if clean(Quotes::Backslash) > clean(Quotes::Doubled) {
            Quotes::Backslash
        } else {
            Quotes::Doubled
        }
    }

    /// The cells of the first rows.
    pub fn rows(&self, start: &[u8], most: usize) -> Vec<Vec<String>> {
        let lines = start.split(|byte| *byte == self.end).skip(self.skip);
        let lines = lines
            .map(<[u8]>::trim_ascii_end)
            .filter(|line| !line.is_empty());
        let mut cells = super::delimited::Cells::default();
        let rows = lines.take(most).map(|line| {
            self.split(line, &mut cells, None);
            cells
                .iter()
                .map(|cell| String::from_utf8_lossy(cell).into_owned())
                .collect()
        });
        rows.collect()
    }

    pub fn delimiter_name(&self) -> &'static str {
        let known = DELIMITERS.iter().find(|(sign, _)| *sign == self.delimiter);
        known.map_or("", |(_, name)| name)
    }
}

/// `sep=;`, by which spreadsheets are told the delimiter.
fn separator(line: &[u8]) -> Option<&'static str> {
    let text = line.trim_ascii_end();
    let sign = text
        .strip_prefix(b"sep=")
        .or_else(|| text.strip_prefix(b"\"sep="))?;
    let sign = sign.strip_suffix(b"\"").unwrap_or(sign);
    let sign = if sign.is_empty() && line.ends_with(b"\t") {
        b"\t"
    } else {
        sign
    };
    DELIMITERS
        .iter()
        .map(|(known, _)| *known)
        .find(|known| known.as_bytes() == sign)
}

/// How often a delimiter stands outside quotes.
fn count(line: &[u8], sign: &str) -> usize {
    let (mut quoted, mut found, mut at) = (false, 0, 0);
    while at < line.len() {
        quoted ^= line[at] == b'"';
        if !quoted && line[at..].starts_with(sign.as_bytes()) {
            found += 1;
            at += sign.len();
        } else {
            at += 1;
        }
    }
    found
}

/// The separator that the header uses most outside quotes; comma where there is none, or as many.
fn likeliest(header: &[u8]) -> &'static str {
    let counted = DELIMITERS
        .iter()
        .rev()
        .map(|(sign, _)| (count(header, sign), *sign));
    counted
        .max_by_key(|(found, _)| *found)
        .map_or(",", |(found, sign)| if found == 0 { "," } else { sign })
}

/// Whether a cell of the first row is a value rather than a name: a number or a time.
fn is_value(cell: &[u8]) -> bool {
    let text = String::from_utf8_lossy(cell);
    let text = text.trim();
    let number = !text.is_empty()
        && text.parse::<f64>().is_ok()
        && text.bytes().any(|byte| byte.is_ascii_digit());
    number || crate::ingest::instant::shape(text).is_some()
}
