//! Bytes for what is kept on the device: little varints and short strings, read back with every length checked.
//!
//! Not a general serialisation: serde with a format crate costs the page several times these bytes. What is stored
//! carries its own version and checksum; see [`seal`] and [`open`].

/// Appends an unsigned LEB128.
pub fn put_uint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a length and the text.
pub fn put_text(out: &mut Vec<u8>, text: &str) {
    put_uint(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Appends the eight bytes of a float, little-endian.
pub fn put_float(out: &mut Vec<u8>, value: f64) {
    out.extend_from_slice(&value.to_le_bytes());
}

/// Reads what the `put_` functions wrote. At the end, or on anything malformed, it fails once and for all: what is read
/// from then on is zero or empty, and [`Reader::ends`] says no. So a decoder reads straight on and asks once.
pub struct Reader<'a> {
    rest: &'a [u8],
    failed: bool,
}

impl<'a> Reader<'a> {
    /// Reads from the start of some bytes.
    pub fn new(rest: &'a [u8]) -> Reader<'a> {
        Reader {
            rest,
            failed: false,
        }
    }

    /// The body that [`seal`] packed under `version`; failed from the start when a bit is wrong.
    pub fn open(version: u8, sealed: &'a [u8]) -> Reader<'a> {
        match open(version, sealed) {
            Some(body) => Reader::new(body),
            None => Reader {
                rest: &[],
                failed: true,
            },
        }
    }

    /// What was read was of the wrong kind.
    #[inline(never)]
    pub fn fail(&mut self) {
        self.failed = true;
        self.rest = &[];
    }

    /// Fails unless `holds`.
    #[inline(never)]
    pub fn require(&mut self, holds: bool) {
        if !holds {
            self.fail();
        }
    }

    /// Whether something is left.
    pub fn has_more(&self) -> bool {
        !self.rest.is_empty()
    }

    /// Whether all was read and nothing was wrong.
    pub fn ends(&self) -> bool {
        !self.failed && self.rest.is_empty()
    }

    /// The next byte; 0 beyond the end.
    pub fn byte(&mut self) -> u8 {
        self.bytes(1).first().copied().unwrap_or(0)
    }

    /// The next variable-length integer.
    pub fn uint(&mut self) -> u64 {
        let (mut value, mut shift) = (0u64, 0);
        while shift < 70 {
            let byte = self.byte();
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return value;
            }
            shift += 7;
        }
        self.fail();
        0
    }

    /// A number of 32 bits.
    pub fn small(&mut self) -> u32 {
        let value = self.uint();
        self.require(value <= u32::MAX.into());
        value as u32
    }

    /// A count of things that take at least `each` bytes apiece, at most `most`: it fails when the rest could not hold
    /// them, so that a damaged count can never cause a large allocation.
    pub fn count(&mut self, each: usize, most: usize) -> usize {
        let count = self.uint().min(u32::MAX.into()) as usize;
        if count <= most && count <= self.rest.len() / each {
            return count;
        }
        self.fail();
        0
    }

    /// The next bytes; none where fewer are left.
    pub fn bytes(&mut self, length: usize) -> &'a [u8] {
        match self.rest.split_at_checked(length) {
            Some((taken, rest)) => {
                self.rest = rest;
                taken
            }
            None => {
                self.fail();
                &[]
            }
        }
    }

    /// The next text; empty where it is not UTF-8.
    pub fn text(&mut self) -> &'a str {
        let length = self.count(1, usize::MAX);
        let text = core::str::from_utf8(self.bytes(length));
        self.require(text.is_ok());
        text.unwrap_or("")
    }

    /// A finite float.
    pub fn float(&mut self) -> f64 {
        let bytes = self.bytes(8).try_into().unwrap_or_default();
        let value = f64::from_le_bytes(bytes);
        self.require(value.is_finite());
        value
    }
}

/// FNV-1a, 64 bits.
pub fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// Puts a version in front of a body and a checksum behind it.
pub fn seal(version: u8, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 9);
    out.push(version);
    out.extend_from_slice(body);
    let sum = hash(&out);
    out.extend_from_slice(&sum.to_le_bytes());
    out
}

fn open(version: u8, sealed: &[u8]) -> Option<&[u8]> {
    let (content, sum) = sealed.split_at_checked(sealed.len().checked_sub(8)?)?;
    let (&found, body) = content.split_first()?;
    (found == version && hash(content).to_le_bytes() == sum).then_some(body)
}

/// Bytes as text, for rows and answers that are text.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)].into());
        text.push(DIGITS[usize::from(byte & 15)].into());
    }
    text
}

/// The bytes that [`hex`] wrote.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |digit: u8| (digit as char).to_digit(16);
    let byte = |pair: &[u8]| match pair {
        [high, low] => Some((digit(*high)? << 4 | digit(*low)?) as u8),
        _ => None,
    };
    text.as_bytes().chunks(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_put_is_read(numbers: Vec<u64>, texts: Vec<String>, float in -1e300f64..1e300) {
            let mut out = Vec::new();
            for &number in &numbers { put_uint(&mut out, number); }
            for text in &texts { put_text(&mut out, text); }
            put_float(&mut out, float);
            let mut reader = Reader::new(&out);
            for &number in &numbers { prop_assert_eq!(reader.uint(), number); }
            for text in &texts { prop_assert_eq!(reader.text(), text.as_str()); }
            prop_assert_eq!(reader.float(), float);
            prop_assert!(reader.ends());
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes: Vec<u8>, asks in prop::collection::vec(0u8..6, 0..20)) {
            let mut reader = Reader::new(&bytes);
            for ask in asks {
                match ask {
                    0 => drop(reader.byte()),
                    1 => drop(reader.uint()),
                    2 => drop(reader.small()),
                    3 => prop_assert!(reader.count(3, 99) <= bytes.len() / 3),
                    4 => drop(reader.text().len()),
                    _ => prop_assert!(reader.float().is_finite() || !reader.ends()),
                }
            }
            let _ = open(1, &bytes);
        }

        #[test]
        fn once_failed_it_reads_nothing_more(bytes in prop::collection::vec(any::<u8>(), 1..40)) {
            let mut reader = Reader::new(&bytes);
            reader.fail();
            prop_assert_eq!((reader.byte(), reader.uint(), reader.text(), reader.float()), (0, 0, "", 0.0));
            prop_assert!(!reader.ends() && !reader.has_more());
        }

        #[test]
        fn one_flipped_bit_is_noticed(body: Vec<u8>, at: prop::sample::Index, bit in 0..8u8) {
            let mut sealed = seal(3, &body);
            prop_assert_eq!(open(3, &sealed), Some(body.as_slice()));
            prop_assert_eq!(open(2, &sealed), None);
            let at = at.index(sealed.len());
            sealed[at] ^= 1 << bit;
            prop_assert_eq!(open(3, &sealed), None);
        }
    }
}
