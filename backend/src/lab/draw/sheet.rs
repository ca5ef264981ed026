//! The sheets of drawings, and how one is taken from them.

use std::collections::HashSet;

/// All drawings of one picture.
pub struct Sheet {
    pub picture: &'static str,
    /// A word of the title, empty for any other; the drawing.
    drawings: Vec<(&'static str, String)>,
}

const SHEETS: [&str; 12] = [
    include_str!("phones.svg"),
    include_str!("computers.svg"),
    include_str!("audio.svg"),
    include_str!("appliances.svg"),
    include_str!("kitchen.svg"),
    include_str!("fresh.svg"),
    include_str!("imported.svg"),
    include_str!("baby.svg"),
    include_str!("beauty.svg"),
    include_str!("sports.svg"),
    include_str!("fashion.svg"),
    include_str!("home.svg"),
];

/// Every picture of every sheet.
pub fn all() -> Vec<Sheet> {
    let mut sheets: Vec<Sheet> = Vec::new();
    for (id, body) in SHEETS.into_iter().flat_map(symbols) {
        let (picture, word) = id.split_once('-').unwrap_or((id, ""));
        let drawing = (word, body.lines().map(str::trim).collect());
        match sheets.iter_mut().find(|sheet| sheet.picture == picture) {
            Some(sheet) => sheet.drawings.push(drawing),
            None => sheets.push(Sheet {
                picture,
                drawings: vec![drawing],
            }),
        }
    }
    sheets
}

/// Ids and contents of the symbols of a sheet.
fn symbols(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    text.split("<symbol id=\"").skip(1).filter_map(|symbol| {
        let (id, rest) = symbol.split_once("\">")?;
        let (body, _) = rest.split_once("</symbol>")?;
        Some((id, body))
    })
}

impl Sheet {
    /// The drawing for a title.
    pub fn drawing(&self, title: &str) -> &str {
        let word = self.word(title);
        match self.drawings.iter().find(|(known, _)| *known == word) {
            Some((_, drawing)) => drawing,
            None => panic!("{}: no drawing without a word", self.picture),
        }
    }

    /// The first word of the sheet's that the title holds, else none.
    pub fn word(&self, title: &str) -> &'static str {
        let title = title.to_lowercase();
        let words: HashSet<&str> = title.split(|c: char| !c.is_alphanumeric()).collect();
        let mut fitting = self
            .words()
            .filter(|word| !word.is_empty() && words.contains(word));
        fitting.next().unwrap_or_default()
    }

    pub fn words(&self) -> impl Iterator<Item = &'static str> {
        self.drawings.iter().map(|(word, _)| *word)
    }
}
