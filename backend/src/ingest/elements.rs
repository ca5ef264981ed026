//! A JSON array of objects, as many exports are, read as JSON lines: one element a line, however it is laid out.
//!
//! Byte for byte, without building anything, so that an array of any size takes no memory. What is no JSON stays as wrong
//! as it was, for the reader of lines to refuse.

use std::io::{self, Read};

pub struct Elements<R> {
    inner: R,
    /// Open brackets and braces; 1 between the elements.
    depth: u32,
    quoted: bool,
    escaped: bool,
}

impl<R: Read> Elements<R> {
    pub fn new(inner: R) -> Elements<R> {
        Elements {
            inner,
            depth: 0,
            quoted: false,
            escaped: false,
        }
    }

    fn turn(&mut self, byte: u8) -> u8 {
        if self.quoted {
            self.quoted = self.escaped || byte != b'"';
            self.escaped = !self.escaped && byte == b'\\';
            return byte;
        }
        match byte {
            b'"' => self.quoted = true,
            b'[' | b'{' => {
                self.depth += 1;
                if self.depth == 1 {
                    return b' ';
                }
            }
            b']' | b'}' if self.depth > 0 => {
                self.depth -= 1;
                if self.depth == 0 {
                    return b'\n';
                }
            }
            b',' if self.depth == 1 => return b'\n',
            b'\n' | b'\r' => return b' ',
            _ => {}
        }
        byte
    }
}

impl<R: Read> Read for Elements<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        for byte in &mut buffer[..read] {
            *byte = self.turn(*byte);
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn lines(text: &str) -> Vec<Value> {
        let mut plain = String::new();
        let read = Elements::new(text.as_bytes()).read_to_string(&mut plain);
        assert_eq!(read.expect("it is read"), text.len());
        let lines = plain.lines().filter(|line| !line.trim().is_empty());
        lines
            .map(|line| serde_json::from_str(line).expect("an element"))
            .collect()
    }

    proptest! {
        #[test]
        fn each_element_is_a_line(
            cells in prop::collection::vec(("[a-z\"\\\\,\\[\\]{}\n]{0,8}", prop::collection::vec(0u8..9, 0..3)), 0..6),
            pretty: bool,
        ) {
            let rows: Vec<Value> = cells.into_iter().map(|(text, list)| json!({ "a": text, "b": { "c": list } })).collect();
            let text = match pretty {
                true => serde_json::to_string_pretty(&rows),
                false => serde_json::to_string(&rows),
            };
            prop_assert_eq!(lines(&text.expect("it is written")), rows);
        }
    }
}
