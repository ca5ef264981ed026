//! Ids, decided by the whole column: where all are whole numbers written as floats (`17850.0`), the point says nothing
//! and is left out; where all are numbers and some are in scientific notation (`1.23457E+12`), digits are lost and none of
//! it names anything.

use super::{Clash, Seen};

#[derive(Debug, Default)]
pub(in crate::ingest) struct Census {
    all: u64,
    whole: Seen,
    /// `100.0`.
    floats: Seen,
    /// `1.23457E+12`.
    scientific: Seen,
    /// Lists and objects.
    pub structures: u64,
}

impl Census {
    pub fn see(&mut self, text: &str, line: u64) {
        self.all += 1;
        let bytes = text.as_bytes();
        if matches!(bytes[0], b'[' | b'{') {
            self.structures += 1;
        }
        if !bytes[0].is_ascii_digit() {
            return;
        }
        if bytes.iter().all(u8::is_ascii_digit) {
            self.whole.note(text, line);
        } else if without_point(text).is_some() {
            self.floats.note(text, line);
        } else if is_scientific(text) {
            self.scientific.note(text, line);
        }
    }

    /// Whether ids of the column are whole numbers written with a point, or two of its cells one of which lost digits.
    pub fn decide(&self) -> Result<bool, Clash> {
        let numbers = self.whole.cells + self.floats.cells;
        if self.scientific.cells > 0 && numbers + self.scientific.cells == self.all {
            let other = if self.whole.cells > 0 {
                &self.whole
            } else {
                &self.scientific
            };
            return Err(Clash::between(
                &self.scientific,
                "a number that lost digits to scientific notation",
                other,
                "an id",
            ));
        }
        Ok(self.floats.cells > 0 && numbers == self.all)
    }
}

/// `100.0` → `100`.
pub(in crate::ingest) fn without_point(text: &str) -> Option<&str> {
    let (whole, fraction) = text.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(whole) && fraction.bytes().all(|byte| byte == b'0')).then_some(whole)
}

fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let Some((whole, fraction)) = mantissa.split_once(['.', ',']) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    whole.len() == 1
        && digits(whole)
        && digits(fraction)
        && digits(exponent.trim_start_matches('+'))
}
