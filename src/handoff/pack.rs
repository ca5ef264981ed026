//! A snapshot as a short text and back: names by their place in the table of fields, each text once, base64url.
//!
//! The text is `<payload>` or, signed, `<payload>.<key>.<signature>`; this file reads and writes the payload. A checksum
//! notices a slip of a scanner; only the signature notices a forger.

use super::schema::{self, FIELDS};
use super::{Audience, HandoffError, MAX_BYTES, snapshot};
use crate::codec::{self, Reader, put_text, put_uint};
use crate::value::Value;

const SEAL: u8 = 0x51;
const DEEPEST: u32 = 4;
const MOST: usize = 400;

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const NUMBER: u8 = 3;
const TEXT: u8 = 4;
const AGAIN: u8 = 5;
const LIST: u8 = 6;
const MAP: u8 = 7;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The payload of a snapshot.
pub fn pack(snapshot: &Value) -> String {
    let mut out = Vec::new();
    put(snapshot, "", &mut out, &mut Vec::new());
    encode(&codec::seal(SEAL, &out))
}

/// The snapshot of a code, signed or not, that holds now.
///
/// # Errors
/// What is wrong with it; a signature is not looked at.
pub fn unpack(code: &str, now: i64) -> Result<Value, HandoffError> {
    if code.len() > MAX_BYTES {
        return Err(HandoffError::TooLarge);
    }
    let payload = code.split('.').next().unwrap_or("");
    let bytes = decode(payload)
        .filter(|bytes| bytes.len() > 9)
        .ok_or(HandoffError::NotACode)?;
    let mut reader = Reader::open(SEAL, &bytes);
    if !reader.has_more() {
        return Err(HandoffError::Damaged);
    }
    let value = get(&mut reader, "", 0, &mut Vec::new());
    if !reader.ends() {
        return Err(HandoffError::Damaged);
    }
    check(value, code.len(), now)
}

fn check(value: Value, length: usize, now: i64) -> Result<Value, HandoffError> {
    if value.number_of("version") != Some(snapshot::VERSION) {
        return Err(HandoffError::Version);
    }
    let audience = Audience::named(value.text_of("audience")).ok_or(HandoffError::Damaged)?;
    if length > audience.most() + super::SIGNATURE_BYTES {
        return Err(HandoffError::TooLarge);
    }
    let time = |name: &str| value.number_of(name).map(|time| time as i64);
    let (Some(made), Some(expires)) = (time("made"), time("expires")) else {
        return Err(HandoffError::Damaged);
    };
    // Two devices' clocks differ by minutes.
    if made > now.saturating_add(5 * 60_000) {
        return Err(HandoffError::Ahead);
    }
    let lasts = expires.saturating_sub(made);
    if expires <= now || lasts > super::MOST_MINUTES as i64 * 60_000 {
        return Err(HandoffError::Expired);
    }
    Ok(schema::kept(audience, &value))
}

fn put(value: &Value, path: &str, out: &mut Vec<u8>, texts: &mut Vec<String>) {
    match value {
        Value::Null => out.push(NULL),
        Value::Bool(false) => out.push(FALSE),
        Value::Bool(true) => out.push(TRUE),
        Value::Number(number) => {
            out.push(NUMBER);
            put_uint(out, number.clamp(0.0, 9e15) as u64);
        }
        Value::Text(text) => match texts.iter().position(|known| known == text) {
            Some(at) => {
                out.push(AGAIN);
                put_uint(out, at as u64);
            }
            None => {
                out.push(TEXT);
                put_text(out, text);
                texts.push(text.clone());
            }
        },
        Value::List(list) => {
            out.push(LIST);
            put_uint(out, list.len() as u64);
            let at = crate::lines::join(path, "[]");
            list.iter().for_each(|one| put(one, &at, out, texts));
        }
        Value::Map(entries) => {
            let known: Vec<_> = entries
                .iter()
                .filter_map(|(name, value)| {
                    let at = below(path, name);
                    let number = FIELDS.iter().position(|(field, _)| *field == at)?;
                    Some((number, at, value))
                })
                .collect();
            out.push(MAP);
            put_uint(out, known.len() as u64);
            for (number, at, value) in known {
                put_uint(out, number as u64);
                put(value, &at, out, texts);
            }
        }
    }
}

fn get(reader: &mut Reader, path: &str, depth: u32, texts: &mut Vec<String>) -> Value {
    if depth > DEEPEST {
        reader.fail();
    }
    match reader.byte() {
        NULL => Value::Null,
        FALSE => false.into(),
        TRUE => true.into(),
        NUMBER => Value::Number(reader.uint() as f64),
        TEXT => {
            let text = String::from(reader.text());
            texts.push(text.clone());
            text.into()
        }
        AGAIN => {
            let at = reader.uint() as usize;
            reader.require(at < texts.len());
            texts
                .get(at)
                .map_or(Value::Null, |text| text.as_str().into())
        }
        LIST => {
            let at = crate::lines::join(path, "[]");
            let count = reader.count(1, MOST);
            Value::List(
                (0..count)
                    .map(|_| get(reader, &at, depth + 1, texts))
                    .collect(),
            )
        }
        MAP => {
            let count = reader.count(2, FIELDS.len());
            let mut entries = Vec::new();
            for _ in 0..count {
                let number = reader.uint() as usize;
                let (field, _) = FIELDS.get(number).copied().unwrap_or(("", 0));
                let name = field.rsplit('.').next().unwrap_or("");
                reader.require(!name.is_empty() && below(path, name) == field);
                entries.push((name.into(), get(reader, field, depth + 1, texts)));
            }
            Value::Map(entries)
        }
        _ => {
            reader.fail();
            Value::Null
        }
    }
}

fn below(path: &str, name: &str) -> String {
    match path {
        "" => name.into(),
        _ => crate::lines::join(path, &crate::lines::join(".", name)),
    }
}

/// Base64url without padding (RFC 4648, 5).
fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut bits = 0u32;
        for n in 0..3 {
            bits = bits << 8 | u32::from(chunk.get(n).copied().unwrap_or(0));
        }
        for n in 0..=chunk.len() {
            text.push(char::from(LETTERS[(bits >> (18 - 6 * n) & 63) as usize]));
        }
    }
    text
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for chunk in text.as_bytes().chunks(4) {
        let mut bits = 0u32;
        for letter in chunk {
            let value = LETTERS.iter().position(|known| known == letter)?;
            bits = bits << 6 | value as u32;
        }
        bits <<= 6 * (4 - chunk.len());
        let all = [(bits >> 16) as u8, (bits >> 8) as u8, bits as u8];
        // One letter alone is no byte.
        let count = chunk.len().checked_sub(1).filter(|count| *count > 0)?;
        bytes.extend_from_slice(all.get(..count)?);
    }
    Some(bytes)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub fn encoded(bytes: &[u8]) -> String {
        encode(bytes)
    }

    #[test]
    fn base64url_is_that_of_the_rfc() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg"),
            ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(encode(&[0xfb, 0xff]), "-_8");
        assert_eq!(
            (decode("Z"), decode("Zm9+"), decode("Zm9vY")),
            (None, None, None)
        );
    }

    proptest! {
        #[test]
        fn bytes_lead_back(bytes: Vec<u8>) {
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }
    }
}
