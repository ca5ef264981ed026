//! JSON as programs in the wild write it, read as far as its meaning is certain.
//!
//! [`mend`] writes anew what serde_json refuses or rounds: half of a surrogate pair, as `JSON.stringify` leaves it where a
//! text was cut inside an emoji, becomes U+FFFD; `NaN` and `Infinity`, as Python writes them, become null, as JavaScript
//! would have it; a whole number beyond 64 bits, which is an id, becomes a text of its digits. [`members`] and
//! [`elements`] find the parts of an object and of a list without reading them, so that a damaged part condemns itself
//! only.
//!
//! Deliberately not a lenient parser: comments, single quotes and trailing commas stay errors.

/// The same JSON with what is mended, or `None` where nothing is to mend.
pub fn mend(text: &[u8]) -> Option<Vec<u8>> {
    let mut out: Option<Vec<u8>> = None;
    let mut copied = 0;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let rest = &text[at..];
        let (length, instead): (usize, Option<Vec<u8>>) = match byte {
            b'"' => {
                let length = string(rest);
                (length, mend_string(&rest[..length]))
            }
            b'-' | b'0'..=b'9' => match rest.starts_with(b"-Infinity") {
                true => (9, Some(b"null".to_vec())),
                false => {
                    let length = run(rest, |byte| {
                        matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')
                    });
                    (length, mend_number(&rest[..length]))
                }
            },
            b'a'..=b'z' | b'A'..=b'Z' => {
                let length = run(rest, |byte| byte.is_ascii_alphabetic());
                let odd = matches!(&rest[..length], b"NaN" | b"Infinity");
                (length, odd.then(|| b"null".to_vec()))
            }
            _ => (1, None),
        };
        if let Some(instead) = instead {
            let out = out.get_or_insert_default();
            out.extend_from_slice(&text[copied..at]);
            out.extend_from_slice(&instead);
            copied = at + length;
        }
        at += length;
    }
    let mut out = out?;
    out.extend_from_slice(&text[copied..]);
    Some(out)
}

/// A whole number of more digits than 64 bits hold, in quotes.
fn mend_number(number: &[u8]) -> Option<Vec<u8>> {
    let digits = number.strip_prefix(b"-").unwrap_or(number);
    let is_whole = digits.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(number).ok()?;
    let fits = text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok();
    let quoted = || [b"\"", number, b"\""].concat();
    (is_whole && !digits.is_empty() && !fits).then(quoted)
}

/// A string without halves of surrogate pairs.
fn mend_string(string: &[u8]) -> Option<Vec<u8>> {
    let mut out: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(&byte) = string.get(at) {
        if byte != b'\\' {
            at += 1;
            continue;
        }
        match unit(&string[at..]) {
            Some(0xd800..=0xdbff) => match string.get(at + 6..).and_then(unit) {
                Some(0xdc00..=0xdfff) => at += 12,
                _ => {
                    replace(&mut out, string, at);
                    at += 6;
                }
            },
            Some(0xdc00..=0xdfff) => {
                replace(&mut out, string, at);
                at += 6;
            }
            _ => at += 2,
        }
    }
    out
}

/// Puts U+FFFD in the place of an escape, which is as long.
fn replace(out: &mut Option<Vec<u8>>, string: &[u8], at: usize) {
    let out = out.get_or_insert_with(|| string.to_vec());
    out[at..at + 6].copy_from_slice(b"\\ufffd");
}

/// The UTF-16 unit of an escape `\uXXXX` that begins here.
fn unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    let digits = std::str::from_utf8(digits).ok()?;
    u16::from_str_radix(digits, 16).ok()
}

/// Bytes of the string that begins here with its quote; to the end where it has no other.
fn string(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

fn run(text: &[u8], is_part: impl Fn(u8) -> bool) -> usize {
    let end = text.iter().position(|byte| !is_part(*byte));
    end.unwrap_or(text.len())
}

/// Keys, quotes included, and values of the object that is the text; `None` where its frame is broken.
pub fn members(text: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    let mut found = Vec::new();
    let inside = parts(text, b'{', b'}', |part| {
        if !part.starts_with(b"\"") {
            return None;
        }
        let (key, rest) = part.split_at(string(part));
        let value = rest.trim_ascii_start().strip_prefix(b":")?.trim_ascii();
        found.push((key, value));
        (!value.is_empty()).then_some(())
    });
    inside.map(|()| found)
}

/// The elements of the list that is the text; `None` where its frame is broken.
pub fn elements(text: &[u8]) -> Option<Vec<&[u8]>> {
    let mut found = Vec::new();
    let inside = parts(text, b'[', b']', |part| {
        found.push(part);
        Some(())
    });
    inside.map(|()| found)
}

/// Hands over what stands between the commas of the outermost pair of brackets, trimmed and not empty.
fn parts<'a>(
    text: &'a [u8],
    open: u8,
    close: u8,
    mut each: impl FnMut(&'a [u8]) -> Option<()>,
) -> Option<()> {
    let text = text.trim_ascii();
    if text.first() != Some(&open) {
        return None;
    }
    let mut brackets = Vec::new();
    let (mut at, mut from) = (1, 1);
    while let Some(&byte) = text.get(at) {
        let last = brackets.is_empty();
        match byte {
            b'"' => {
                at += string(&text[at..]);
                continue;
            }
            b'{' => brackets.push(b'}'),
            b'[' => brackets.push(b']'),
            b',' if last => {
                let part = text[from..at].trim_ascii();
                (!part.is_empty()).then_some(())?;
                each(part)?;
                from = at + 1;
            }
            b'}' | b']' if last => {
                let part = text[from..at].trim_ascii();
                let ends = byte == close && at + 1 == text.len();
                // A comma before the end leaves a part that is empty.
                let empty = part.is_empty() && from == 1;
                (ends && (empty || !part.is_empty())).then_some(())?;
                return if empty { Some(()) } else { each(part) };
            }
            b'}' | b']' if brackets.pop() != Some(byte) => return None,
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn mended(text: &str) -> String {
        let mended = mend(text.as_bytes());
        mended.map_or_else(
            || "nothing to mend".into(),
            |bytes| String::from_utf8(bytes).unwrap(),
        )
    }

    #[test]
    fn half_an_emoji_is_replaced_and_a_whole_one_is_not() {
        assert_eq!(
            mended(r#"{"a":"x\ud83d","b":"\ude00y"}"#),
            r#"{"a":"x\ufffd","b":"\ufffdy"}"#
        );
        assert_eq!(
            mended(r#"["\ud83d\ud83d\ude00"]"#),
            r#"["\ufffd\ud83d\ude00"]"#
        );
        for whole in [
            r#"["\ud83d\ude00"]"#,
            r#"["\\ud83d"]"#,
            r#"["\u00e9\n\"\\"]"#,
        ] {
            assert_eq!(mended(whole), "nothing to mend", "{whole}");
        }
    }

    #[test]
    fn numbers_that_json_does_not_hold_become_null_or_text() {
        assert_eq!(
            mended(r#"{"a":NaN,"b":[-Infinity, Infinity],"c":12345678901234567890123}"#),
            r#"{"a":null,"b":[null, null],"c":"12345678901234567890123"}"#
        );
        assert_eq!(mended("-9223372036854775809"), "\"-9223372036854775809\"");
        for sound in [
            "18446744073709551615",
            "-9223372036854775808",
            "2.1409726266647774e217",
            r#"["NaN Infinity 12345678901234567890123", true, null]"#,
        ] {
            assert_eq!(mended(sound), "nothing to mend", "{sound}");
        }
    }

    #[test]
    fn the_parts_of_a_broken_object_are_found() {
        let text = br#" {"a": [1, {"]": "}"}], "b" : NaN,"c":"\xe9\"" } "#;
        let found: Vec<(&str, &str)> = (members(text).unwrap().into_iter())
            .map(|(key, value)| {
                let text = |bytes| std::str::from_utf8(bytes).unwrap();
                (text(key), text(value))
            })
            .collect();
        let expected = [
            ("\"a\"", r#"[1, {"]": "}"}]"#),
            ("\"b\"", "NaN"),
            ("\"c\"", r#""\xe9\"""#),
        ];
        assert_eq!(found, expected);
        assert_eq!(elements(b"[ ]"), Some(vec![]));
        assert_eq!(elements(b"[NaN , {\"a\":1}]").unwrap().len(), 2);
        for broken in [
            "",
            "[1",
            "[1,]",
            "[,1]",
            "[1}",
            "[{]}",
            "[1] 2",
            "{\"a\" 1}",
            "{a:1}",
            "{\"a\":}",
        ] {
            let is_broken =
                members(broken.as_bytes()).is_none() && elements(broken.as_bytes()).is_none();
            assert!(is_broken, "{broken}");
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn sound_json_is_left_alone_and_parted_rightly(list in prop::collection::vec(any_value(), 0..5)) {
            let text = json!(list).to_string();
            prop_assert_eq!(mend(text.as_bytes()), None);
            let parts = elements(text.as_bytes()).unwrap();
            let read: Vec<Value> = parts.iter().map(|part| serde_json::from_slice(part).unwrap()).collect();
            prop_assert_eq!(&read, &list);
            let object = json!({ "a": list, "b": 1 }).to_string();
            prop_assert_eq!(members(object.as_bytes()).unwrap().len(), 2);
        }

        #[test]
        fn any_bytes_are_an_answer(text in r#"[\[\]{}:,"\\ud8dcNaInfity019.e-]{0,40}"#, bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            for text in [text.as_bytes(), &bytes] {
                let _ = (mend(text), members(text), elements(text));
            }
        }
    }
}
