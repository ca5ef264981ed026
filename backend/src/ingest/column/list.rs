//! Separator of several values in one cell, decided by the whole column.

/// Separates the values of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ingest) enum Separator {
    #[default]
    Space,
    Comma,
    Semicolon,
    Bar,
}

impl Separator {
    pub fn name(self) -> &'static str {
        match self {
            Separator::Space => "space",
            Separator::Comma => "comma",
            Separator::Semicolon => "semicolon",
            Separator::Bar => "bar",
        }
    }

    fn mark(self) -> char {
        match self {
            Separator::Space => ' ',
            Separator::Comma => ',',
            Separator::Semicolon => ';',
            Separator::Bar => '|',
        }
    }

    /// The values of a cell, trimmed, empty ones left out.
    pub fn split(self, text: &str) -> impl Iterator<Item = &str> {
        let mark = self.mark();
        let parts = text.split(move |c: char| match self {
            Separator::Space => c.is_whitespace(),
            _ => c == mark,
        });
        parts.map(str::trim).filter(|part| !part.is_empty())
    }
}

#[derive(Debug, Default)]
pub(in crate::ingest) struct Census {
    /// Cells with a space that follows no comma, semicolon or bar.
    spaced: u64,
    /// Cells with each of the marks.
    marked: [u64; 3],
    /// Cells in which a comma stands between two paths (`A > B, C > D`).
    paths: u64,
    json: u64,
    cells: u64,
}

const MARKS: [(char, Separator); 3] = [
    (',', Separator::Comma),
    (';', Separator::Semicolon),
    ('|', Separator::Bar),
];

impl Census {
    pub fn see(&mut self, text: &str) {
        self.cells += 1;
        if text.starts_with('[') {
            self.json += 1;
            return;
        }
        let mut before = ' ';
        let mut spaced = false;
        for c in text.chars() {
            spaced |=
                c.is_whitespace() && !matches!(before, ',' | ';' | '|') && !before.is_whitespace();
            before = c;
        }
        self.spaced += u64::from(spaced);
        for ((mark, _), count) in MARKS.iter().zip(&mut self.marked) {
            *count += u64::from(text.contains(*mark));
        }
        let mut parts = text.split(',');
        let first = parts.next().unwrap_or_default().contains('>');
        self.paths += u64::from(first && parts.any(|part| part.contains('>')));
    }

    pub fn is_json(&self) -> bool {
        self.json * 2 > self.cells
    }

    /// What separates keys. Space, as documented, where there are spaces between keys; else the mark of most cells.
    pub fn of_keys(&self) -> Separator {
        let (most, separator) = MARKS
            .iter()
            .zip(self.marked)
            .map(|((_, separator), cells)| (cells, *separator))
            .rev()
            .max_by_key(|(cells, _)| *cells)
            .unwrap_or_default();
        // A mark in a key here and there, beside cells that separate by spaces, separates nothing.
        if most > 0 && self.spaced * 4 <= most {
            separator
        } else {
            Separator::Space
        }
    }

    /// Whether commas separate paths rather than being part of a name.
    pub fn commas_part_paths(&self) -> bool {
        self.paths > 0
    }
}
