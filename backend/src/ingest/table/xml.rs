//! Product feeds as RSS or Atom: an `item` or `entry` a row, its elements the columns.
//!
//! The feed's own fields (`g:id`) come before those of the format (`id`). An element that comes several times, or holds
//! others, becomes JSON. Entities other than XML's own are left as they are; nothing is fetched.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::path::PathBuf;
use std::rc::Rc;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value};

use super::{Cells, Columns, LONGEST, Step};
use crate::ingest::source::Source;
use crate::ingest::{Error, Reason, Understanding};

const ROWS: [&str; 4] = ["item", "entry", "product", "offer"];
/// Depth at which elements inside a row are still told apart.
const DEEPEST: usize = 8;

pub(super) struct Rows {
    path: PathBuf,
    xml: Reader<Lines>,
    line: Rc<Cell<u64>>,
    buffer: Vec<u8>,
    row: u64,
    met: bool,
    /// Elements around the rows that are open.
    depth: usize,
}

impl Rows {
    pub fn new(source: &Source) -> Result<Rows, Error> {
        let line = Rc::new(Cell::new(1));
        let mut xml = Reader::from_reader(Lines {
            inner: source.text()?.reader,
            line: Rc::clone(&line),
        });
        xml.config_mut().check_end_names = true;
        Ok(Rows {
            path: source.path.clone(),
            xml,
            line,
            buffer: Vec::new(),
            row: 0,
            met: false,
            depth: 0,
        })
    }

    fn damaged(&self, detail: String) -> Error {
        Error::Damaged {
            path: self.path.clone(),
            format: "XML",
            detail: format!("{detail} (line {})", self.line.get()),
        }
    }

    /// Reads one row to its end: its elements by name, or `None` for one that is too large.
    fn row(&mut self, start: &BytesStart<'static>) -> Result<Option<Vec<(String, Value)>>, Error> {
        let mut open = vec![Element::new(start)];
        let mut size = 0;
        let mut fields = Vec::new();
        for attribute in start.attributes().flatten() {
            let name = attribute.key.as_ref().to_owned();
            fields.push((name, Value::String(unescaped(&attribute.value))));
        }
        loop {
            self.buffer.clear();
            let event = self.xml.read_event_into(&mut self.buffer);
            let event = event.map_err(|error| error.to_string());
            let text = match event {
                Err(error) => return Err(self.damaged(error)),
                Ok(Event::Eof) => return Err(self.damaged("it ends inside an element".into())),
                Ok(Event::Start(start)) => {
                    open.push(Element::new(&start));
                    continue;
                }
                Ok(Event::Empty(_)) => continue,
                Ok(Event::End(_)) => {
                    let Some(done) = open.pop() else { continue };
                    let name = done.name.clone();
                    let Some(above) = open.last_mut() else {
                        fields.extend(done.children);
                        return Ok((size <= LONGEST).then_some(fields));
                    };
                    if open_depth(above, size) {
                        above.children.push((name, done.value()));
                    }
                    continue;
                }
                Ok(Event::Text(text)) => text.to_string(),
                Ok(Event::CData(text)) => text.to_string(),
                Ok(Event::GeneralRef(name)) => unescaped(&format!("&{};", &*name)),
                Ok(_) => continue,
            };
            size += text.len() as u64;
            if size <= LONGEST
                && open.len() <= DEEPEST
                && let Some(element) = open.last_mut()
            {
                element.text.push_str(&text);
            }
        }
    }
}

fn open_depth(above: &Element, size: u64) -> bool {
    above.children.len() < 4096 && size <= LONGEST
}

fn unescaped(text: &str) -> String {
    quick_xml::escape::unescape(text).map_or_else(|_| text.to_owned(), |text| text.into_owned())
}

/// An element that is being read.
struct Element {
    name: String,
    text: String,
    children: Vec<(String, Value)>,
}

impl Element {
    fn new(start: &BytesStart) -> Element {
        Element {
            name: start.name().as_ref().to_owned(),
            text: String::new(),
            children: Vec::new(),
        }
    }

    fn value(self) -> Value {
        if self.children.is_empty() {
            return Value::String(self.text.trim().to_owned());
        }
        let mut object = Map::new();
        for (name, value) in self.children {
            object.insert(local(&name).to_owned(), value);
        }
        Value::Object(object)
    }
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

impl super::Rows for Rows {
    fn step(&mut self, columns: &mut Columns, cells: &mut Cells) -> Result<Step, Error> {
        let start = loop {
            self.buffer.clear();
            match self.xml.read_event_into(&mut self.buffer) {
                Err(error) => {
                    let error = error.to_string();
                    return Err(self.damaged(error));
                }
                Ok(Event::Eof) if !self.met => {
                    return Err(Error::Format {
                        path: self.path.clone(),
                        line: 1,
                        column: 1,
                        found: "XML without an element `item` or `entry`".into(),
                        remedy: "give a product feed as RSS or Atom, or export it as CSV, TSV, JSON lines or Parquet",
                    });
                }
                Ok(Event::Eof) if self.depth > 0 => {
                    return Err(self.damaged("it ends inside an element".into()));
                }
                Ok(Event::Eof) => return Ok(Step::End),
                Ok(Event::End(_)) => self.depth = self.depth.saturating_sub(1),
                Ok(Event::Start(start)) if ROWS.contains(&local(start.name().as_ref())) => {
                    break start.into_owned();
                }
                Ok(Event::Start(start)) => {
                    self.depth += 1;
                    // A feed without products is one all the same.
                    let name = start.name().as_ref().to_owned();
                    self.met |= matches!(local(&name), "rss" | "feed" | "channel" | "RDF");
                }
                Ok(_) => {}
            }
        };
        self.met = true;
        self.row = self.line.get();
        let Some(fields) = self.row(&start)? else {
            return Ok(Step::Refused {
                reason: Reason::LongLine,
                column: "1".into(),
                value: String::new(),
            });
        };
        // Fields of the feed before those of the format.
        let (own, others): (Vec<_>, Vec<_>) =
            fields.into_iter().partition(|(name, _)| name.contains(':'));
        let mut row: Vec<(String, Vec<Value>)> = Vec::new();
        let own_names: Vec<String> = own.iter().map(|(name, _)| local(name).to_owned()).collect();
        let others = others
            .into_iter()
            .filter(|(name, _)| !own_names.contains(name));
        for (name, value) in own.into_iter().chain(others) {
            let name = local(&name);
            match row.iter_mut().find(|(known, _)| known == name) {
                Some((_, values)) => values.push(value),
                None => row.push((name.to_owned(), vec![value])),
            }
        }
        for (name, mut values) in row {
            let Some(place) = columns.place(&name) else {
                continue;
            };
            let single = values.len() == 1 || name == "title";
            match (single, values.remove(0)) {
                (true, Value::String(text)) => cells.set(place, &text),
                (true, value) => cells.set(place, &value.to_string()),
                (false, first) => {
                    values.insert(0, first);
                    cells.set(place, &Value::Array(values).to_string());
                }
            }
        }
        Ok(Step::Row)
    }

    fn line(&self) -> u64 {
        self.row
    }

    fn describe(&self, understood: &mut Understanding) {
        understood.format = "XML";
        understood.lines = self.line.get();
    }
}

/// Counts the lines that are read.
struct Lines {
    inner: Box<dyn BufRead>,
    line: Rc<Cell<u64>>,
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count(&buffer[..read]);
        Ok(read)
    }
}

impl Lines {
    fn count(&self, bytes: &[u8]) {
        let ends = bytes.iter().filter(|byte| **byte == b'\n').count();
        self.line.set(self.line.get() + ends as u64);
    }
}

impl BufRead for Lines {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, read: usize) {
        if let Ok(ahead) = self.inner.fill_buf() {
            let ends = ahead[..read].iter().filter(|byte| **byte == b'\n').count();
            self.line.set(self.line.get() + ends as u64);
        }
        self.inner.consume(read);
    }
}
