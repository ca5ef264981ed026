//! Columns looked at as a whole before any cell is read.
//!
//! What a cell means may depend on its neighbours above and below: which number of `03/01/2024` is the month, whether
//! `1.299` is one or a thousand, whether `100.0` is item 100. A table is therefore gone through twice; the first time
//! each wanted column is surveyed here, and what it is follows from all of its cells.

pub(super) mod key;
pub(super) mod list;
pub(super) mod money;
pub(super) mod null;
pub(super) mod time;

use std::collections::BTreeMap;

use super::understanding::EXAMPLES;

/// Distinct words kept of a column.
const MOST_WORDS: usize = 64;
/// Characters of an example.
const LETTERS: usize = 40;

/// The type of value to detect in the cells of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// An item, product, order.
    Key,
    /// A shopper or a session.
    Person,
    /// Several item keys.
    Keys,
    Time,
    Money,
    /// One of few words: kinds of event, availability.
    Word,
    /// Category paths.
    Path,
    Text,
}

/// Cells of one sort, and the first of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub cells: u64,
    /// The text and its line.
    pub first: Option<(String, u64)>,
    /// Another text and its line.
    second: Option<(String, u64)>,
}

impl Seen {
    pub fn note(&mut self, text: &str, line: u64) {
        self.cells += 1;
        match &self.first {
            None => self.first = Some((text.to_owned(), line)),
            Some((first, _)) if self.second.is_none() && first != text => {
                self.second = Some((text.to_owned(), line));
            }
            Some(_) => {}
        }
    }
}

/// Two cells of a column that cannot both be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clash {
    pub one: (String, u64, &'static str),
    pub other: (String, u64, &'static str),
}

impl Clash {
    pub fn between(
        one: &Seen,
        one_is: &'static str,
        other: &Seen,
        other_is: &'static str,
    ) -> Clash {
        let (text, line) = one.first.clone().unwrap_or_default();
        let again = std::ptr::eq(one, other);
        let second = if again { other.second.clone() } else { None };
        let (text_2, line_2) = second.or_else(|| other.first.clone()).unwrap_or_default();
        Clash {
            one: (text, line, one_is),
            other: (text_2, line_2, other_is),
        }
    }
}

/// What the first pass finds in one column.
#[derive(Debug)]
pub(super) struct Survey {
    look: Look,
    /// Cells with a value.
    pub cells: u64,
    /// Words for no value.
    pub nulls: BTreeMap<String, u64>,
    two_letters: u64,
    pub examples: Vec<String>,
    pub times: time::Census,
    pub money: money::Census,
    pub keys: key::Census,
    pub lists: list::Census,
    /// Values and how often each comes, of at most [`MOST_WORDS`].
    pub words: BTreeMap<String, u64>,
    /// Cells with a word that is not among `words`.
    pub other_words: u64,
}

impl Survey {
    pub fn new(look: Look) -> Survey {
        Survey {
            look,
            cells: 0,
            nulls: BTreeMap::new(),
            two_letters: 0,
            examples: Vec::new(),
            times: time::Census::default(),
            money: money::Census::default(),
            keys: key::Census::default(),
            lists: list::Census::default(),
            words: BTreeMap::new(),
            other_words: 0,
        }
    }

    pub fn see(&mut self, text: &str, line: u64) {
        if text.is_empty() {
            return;
        }
        if null::is_word(text, self.look) {
            *self.nulls.entry(text.to_owned()).or_default() += 1;
            return;
        }
        self.cells += 1;
        self.two_letters +=
            u64::from(text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()));
        if self.examples.len() < EXAMPLES {
            let short: String = text.chars().take(LETTERS).collect();
            if !self.examples.contains(&short) {
                self.examples.push(short);
            }
        }
        match self.look {
            Look::Key | Look::Person => self.keys.see(text, line),
            Look::Keys => self.lists.see(text),
            Look::Time => self.times.see(text, line),
            Look::Money => self.money.see(text, line),
            Look::Path => {
                self.lists.see(text);
                self.word(text);
            }
            Look::Word => self.word(text),
            Look::Text => {}
        }
    }

    fn word(&mut self, text: &str) {
        if let Some(many) = self.words.get_mut(text) {
            *many += 1;
        } else if self.words.len() < MOST_WORDS {
            self.words.insert(text.to_owned(), 1);
        } else {
            self.other_words += 1;
        }
    }

    /// Settles which words are no value: `NA` among codes of two letters is one.
    pub fn settle(&mut self) {
        if self.two_letters * 2 > self.cells && self.nulls.contains_key("NA") {
            let cells = self.nulls.remove("NA").unwrap_or_default();
            self.cells += cells;
        }
    }

    /// Whether a cell holds no value although something is written in it.
    pub fn is_null(&self, text: &str) -> bool {
        !self.nulls.is_empty() && self.nulls.contains_key(text)
    }
}
