//! Does a text hold a person? Finds e-mail addresses, telephone numbers, bank cards and Chinese resident identity
//! numbers by shape and check digit, without regular expressions, which would cost the page a hundred kilobytes.
//!
//! It errs on the side of refusing for words, where a lost search term costs little, and on the side of passing for
//! keys, where article numbers look like anything. It does not find names or street addresses.

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Personal {
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A payment card's number, by its check digit.
    Card,
    /// A Chinese resident identity number, by its check digit.
    ResidentId,
}

/// Looks through a text. In `words` (a search, a name, a reason) any number that looks like a person's is found; in a
/// key, such as a product id, only what can hardly be anything else.
pub fn find(text: &str, words: bool) -> Option<Personal> {
    let bytes = ascii(text);
    if is_email(&bytes) {
        return Some(Personal::Email);
    }
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    for start in 0..bytes.len() {
        if !digit(start) || (start > 0 && digit(start - 1)) {
            continue;
        }
        if let Some(word) = bytes.get(start..start + 18)
            && !digit(start + 18)
            && is_resident(word)
        {
            return Some(Personal::ResidentId);
        }
        if words && let Some(found) = number(&bytes, start) {
            return Some(found);
        }
    }
    None
}

/// The text as ASCII: full-width forms as their narrow ones, all other letters as `a`.
fn ascii(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for char in text.chars() {
        bytes.push(match char {
            '\0'..='\u{7f}' => char as u8,
            '\u{ff01}'..='\u{ff5e}' => (char as u32 - 0xfee0) as u8,
            '\u{3000}'..='\u{303f}' | '\u{a0}' => b' ',
            _ => b'a',
        });
    }
    bytes
}

/// Some letter or digit, `@` (or `%40`), a domain, a dot and two letters.
fn is_email(bytes: &[u8]) -> bool {
    (1..bytes.len()).any(|at| {
        let domain = match &bytes[at..] {
            [b'@', rest @ ..] | [b'%', b'4', b'0', rest @ ..] => rest,
            _ => return false,
        };
        if matches!(bytes[at - 1], b' ' | b'@' | b',' | b'(' | b'<')
            || !domain.first().is_some_and(u8::is_ascii_alphanumeric)
        {
            return false;
        }
        let mut letters = 0;
        for byte in domain {
            letters = match byte {
                b'.' => 1,
                b'a'..=b'z' | b'A'..=b'Z' if letters > 0 => letters + 1,
                b'-' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => 0,
                _ => return false,
            };
            if letters == 3 {
                return true;
            }
        }
        false
    })
}

/// What the digits from `start` are, written in up to five groups. A longer number goes before a shorter: a card is
/// more than the telephone number that may hide in it.
fn number(bytes: &[u8], start: usize) -> Option<Personal> {
    let mut found = None;
    let (mut at, mut value, mut length, mut form, mut first_two) = (start, 0, 0, 0, 0);
    // More than spaces between the groups.
    let mut tight = true;
    for _ in 0..5 {
        let begin = at;
        while let Some(digit @ b'0'..=b'9') = bytes.get(at) {
            if length == 19 {
                return found;
            }
            value = value * 10 + u64::from(digit - b'0');
            length += 1;
            at += 1;
            if length == 2 {
                first_two = value;
            }
        }
        if at == begin {
            break;
        }
        form = form * 20 + (at - begin) as u32;
        let plus = start > 0 && bytes[start - 1] == b'+' && (8..=15).contains(&length);
        if is_card(value, first_two, length, form) {
            found = Some(Personal::Card);
        } else if plus || is_phone(value, first_two, form, tight) {
            found = Some(Personal::Phone);
        }
        let gap = at;
        let mut bound = false;
        while let Some(byte @ (b' ' | b'-' | b'.' | b'(' | b')')) = bytes.get(at) {
            bound |= matches!(byte, b'-' | b'.' | b')');
            at += 1;
        }
        if !(1..=2).contains(&(at - gap)) {
            break;
        }
        tight &= bound;
    }
    found
}

/// The lengths of groups as one number, to compare with.
const fn shape(lengths: &[u32]) -> u32 {
    let (mut shape, mut at) = (0, 0);
    while at < lengths.len() {
        shape = shape * 20 + lengths[at];
        at += 1;
    }
    shape
}

fn is_phone(value: u64, first_two: u64, form: u32, tight: bool) -> bool {
    // Chinese mobile numbers, without and with their country.
    const MOBILE: [u32; 3] = [shape(&[11]), shape(&[3, 4, 4]), shape(&[3, 8])];
    const ABROAD: [u32; 3] = [shape(&[13]), shape(&[2, 11]), shape(&[2, 3, 4, 4])];
    // American ones: area code and exchange never begin with 0 or 1.
    const AMERICAN: u32 = shape(&[3, 3, 4]);
    // Chinese landlines: 010-62781234, 0755-2678123.
    const LANDLINE: [u32; 4] = [
        shape(&[3, 7]),
        shape(&[3, 8]),
        shape(&[4, 7]),
        shape(&[4, 8]),
    ];
    let head = value / 100_000_000;
    (MOBILE.contains(&form) && (130..200).contains(&head))
        || (ABROAD.contains(&form) && (86_130..86_200).contains(&head))
        || (tight && form == AMERICAN && first_two >= 20 && value / 10_000 % 1000 >= 200)
        || (tight && LANDLINE.contains(&form) && (1..10).contains(&first_two))
}

fn is_card(value: u64, first_two: u64, length: u32, form: u32) -> bool {
    const PRINTED: [u32; 3] = [
        shape(&[4, 4, 4, 4]),
        shape(&[4, 4, 4, 4, 3]),
        shape(&[4, 6, 5]),
    ];
    // By the ranges in use, so that bar codes and device numbers mostly pass.
    let issued = match length {
        15 => matches!(first_two, 34 | 37),
        16..=19 => matches!(first_two, 22..=27 | 35 | 40..=65 | 81),
        _ => false,
    };
    issued && (form == length || PRINTED.contains(&form)) && luhn(value)
}

fn luhn(mut value: u64) -> bool {
    let (mut sum, mut double) = (0, false);
    while value > 0 {
        let digit = value % 10;
        sum += if double {
            digit / 5 + digit * 2 % 10
        } else {
            digit
        };
        double = !double;
        value /= 10;
    }
    sum % 10 == 0
}

/// 18 digits of which the last may be X: region, date of birth, order, check (GB 11643).
fn is_resident(word: &[u8]) -> bool {
    let (mut sum, mut value) = (0, 0u64);
    for (place, byte) in word.iter().enumerate() {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'x' | b'X' if place == 17 => 10,
            _ => return false,
        };
        // The weights are 2^17 … 2^0 modulo 11; a valid number comes to 1.
        sum = (sum * 2 + u32::from(digit)) % 11;
        value = value * 10 + u64::from(digit % 10);
    }
    let (region, year) = (value / 10u64.pow(16), value / 100_000_000 % 10_000);
    let (month, day) = (value / 1_000_000 % 100, value / 10_000 % 100);
    sum == 1
        && (11..=82).contains(&region)
        && (1900..=2100).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_people_in_words() {
        for (text, found) in [
            (
                "mail me at li.na+shop@example.co.uk please",
                Personal::Email,
            ),
            ("user%40example.com", Personal::Email),
            ("张三＠qq．com", Personal::Email),
            ("联系 zhang_san@163.com", Personal::Email),
            ("用户@例子.中国", Personal::Email),
            ("13800138000", Personal::Phone),
            ("电话13800138000", Personal::Phone),
            ("１３８００１３８０００", Personal::Phone),
            ("138 0013 8000", Personal::Phone),
            ("138-0013-8000", Personal::Phone),
            ("iphone 15 13800138000", Personal::Phone),
            ("8613800138000", Personal::Phone),
            ("+86 138 0013 8000", Personal::Phone),
            ("+44 20 7946 0958", Personal::Phone),
            ("+1 (212) 555-0123", Personal::Phone),
            ("(212) 555-0123", Personal::Phone),
            ("212-555-0123", Personal::Phone),
            ("010-62781234", Personal::Phone),
            ("0755-2678123", Personal::Phone),
            ("4111111111111111", Personal::Card),
            ("4111 1111 1111 1111", Personal::Card),
            ("4111-1111-1111-1111", Personal::Card),
            ("my card 5500005555555559 exp", Personal::Card),
            ("3782 822463 10005", Personal::Card),
            ("6222021234567890128", Personal::Card),
            ("11010519491231002X", Personal::ResidentId),
            ("身份证11010519491231002x", Personal::ResidentId),
        ] {
            assert_eq!(find(text, true), Some(found), "{text}");
        }
    }

    #[test]
    fn passes_what_shops_are_full_of() {
        for text in [
            "",
            "iPhone 15 Pro Max 256GB",
            "32GB RAM 1TB SSD 3.2 GHz 15.6\" 1920x1080",
            "红富士苹果 5kg 80-85mm",
            "199.00",
            "1299,00",
            "12345678",
            "SKU-2024-0001-778",
            "6901234567892",
            "4006381333931",
            "00012345678905",
            "4111111111111112",
            "353918052345678",
            "2026-01-02",
            "2026-01-02 12:30:45",
            "20260102123045",
            "20260102-123456-7890",
            "10.8.0.1",
            "192.168.100.200",
            "100 200 3000",
            "500 600 7000",
            "110105194912310021",
            "a@b",
            "@xiaohongshu.com",
            "2 @ 1.50",
            "C++ 11",
            "size 36 38 40 42",
            "9787115428028",
            "978-7-115-42802-8",
            "1500 watts 12000 rpm",
            "ISBN 0-306-40615-2",
        ] {
            assert_eq!(find(text, true), None, "{text}");
        }
    }

    #[test]
    fn a_key_may_be_any_number_but_no_address() {
        for text in [
            "13800138000",
            "4111111111111111",
            "6901234567892",
            "gid://shopify/Product/7982301",
        ] {
            assert_eq!(find(text, false), None, "{text}");
        }
        assert_eq!(find("u-li.na@example.com", false), Some(Personal::Email));
        assert_eq!(
            find("11010519491231002X", false),
            Some(Personal::ResidentId)
        );
    }
}
