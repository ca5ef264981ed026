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

/// Reads what the `put_` functions wrote; every method is `None` at the end or on anything malformed.
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    pub fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    pub fn uint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return None;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// A count of things that take at least `each` bytes apiece: refused when the rest could not hold them, so that a
    /// damaged count can never cause a large allocation.
    pub fn count(&mut self, each: usize) -> Option<usize> {
        let count = usize::try_from(self.uint()?).ok()?;
        (count.checked_mul(each)? <= self.0.len()).then_some(count)
    }

    pub fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub fn text(&mut self) -> Option<&'a str> {
        let length = self.count(1)?;
        core::str::from_utf8(self.bytes(length)?).ok()
    }

    /// A finite float.
    pub fn float(&mut self) -> Option<f64> {
        let value = f64::from_le_bytes(self.bytes(8)?.try_into().ok()?);
        value.is_finite().then_some(value)
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

/// The body that [`seal`] packed under `version`; `None` when a bit is wrong.
pub fn open(version: u8, sealed: &[u8]) -> Option<&[u8]> {
    let (content, sum) = sealed.split_at_checked(sealed.len().checked_sub(8)?)?;
    let (&found, body) = content.split_first()?;
    (found == version && hash(content).to_le_bytes() == sum).then_some(body)
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
            let mut reader = Reader(&out);
            for &number in &numbers { prop_assert_eq!(reader.uint(), Some(number)); }
            for text in &texts { prop_assert_eq!(reader.text(), Some(text.as_str())); }
            prop_assert_eq!(reader.float(), Some(float));
            prop_assert!(reader.0.is_empty());
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
            let mut reader = Reader(&bytes);
            while reader.text().is_some() {}
            let _ = (reader.uint(), reader.float(), reader.count(3), open(1, &bytes));
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
