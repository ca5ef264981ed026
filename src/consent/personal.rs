//! Does a text hold a person? Finds e-mail addresses, telephone numbers, bank cards and Chinese resident identity
//! numbers by shape and check digit, without regular expressions, which would cost the page a hundred kilobytes.
//!
//! It errs on the side of refusing for words, where a lost search term costs little, and on the side of passing for
//! keys, where article numbers look like anything. It does not find names or street addresses.

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Personal {
    Email,
    Phone,
    Card,
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
    let plus = start > 0 && bytes[start - 1] == b'+';
    let (mut at, mut value, mut length, mut form, mut area) = (start, 0u64, 0, 0, 0);
    let mut tight = true;
    let mut found = None;
    for group in 0..5 {
        let begin = at;
        while let Some(digit @ b'0'..=b'9') = bytes.get(at) {
            if length == 19 {
                return found;
            }
            value = value * 10 + u64::from(digit - b'0');
            length += 1;
            at += 1;
        }
        if at == begin {
            break;
        }
        form = form * 20 + (at - begin) as u32;
        if group == 0 {
            area = value;
        }
        if is_card(value, length, form) {
            found = Some(Personal::Card);
        } else if (plus && (8..=15).contains(&length)) || is_phone(value, form, area, tight) {
            found = Some(Personal::Phone);
        }
        let gap = at;
        while let Some(b' ' | b'-' | b'.' | b'(' | b')') = bytes.get(at) {
            at += 1;
        }
        if !(1..=2).contains(&(at - gap)) {
            break;
        }
        tight &= bytes[gap..at]
            .iter()
            .any(|byte| matches!(byte, b'-' | b'.' | b')'));
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

/// `area` is the first group; `tight` means that more than spaces stands between the groups.
fn is_phone(value: u64, form: u32, area: u64, tight: bool) -> bool {
    const MOBILE: [u32; 3] = [shape(&[11]), shape(&[3, 4, 4]), shape(&[3, 8])];
    const MOBILE_ABROAD: [u32; 3] = [shape(&[13]), shape(&[2, 11]), shape(&[2, 3, 4, 4])];
    const AMERICAN: u32 = shape(&[3, 3, 4]);
    const LANDLINE: [u32; 4] = [
        shape(&[3, 7]),
        shape(&[4, 7]),
        shape(&[3, 8]),
        shape(&[4, 8]),
    ];
    if MOBILE.contains(&form) && (130..200).contains(&(value / 100_000_000)) {
        return true;
    }
    if MOBILE_ABROAD.contains(&form) && (86_130..86_200).contains(&(value / 100_000_000)) {
        return true;
    }
    if !tight {
        return false;
    }
    if form == AMERICAN {
        // Area code and exchange never begin with 0 or 1.
        return area >= 200 && value / 10_000 % 1000 >= 200;
    }
    let Some(kind) = LANDLINE.iter().position(|landline| *landline == form) else {
        return false;
    };
    // 010-62781234, 0755-2678123: an area code begins with 0, a subscriber with 2 to 8.
    let subscriber = value / if kind < 2 { 1_000_000 } else { 10_000_000 } % 10;
    let zero = area < if kind % 2 == 0 { 100 } else { 1000 };
    zero && area >= 10 && (2..=8).contains(&subscriber)
}

fn is_card(value: u64, length: u32, form: u32) -> bool {
    const PRINTED: [u32; 5] = [
        shape(&[4, 4, 4, 4]),
        shape(&[4, 4, 4, 4, 3]),
        shape(&[4, 6, 5]),
        shape(&[4, 6, 4]),
        shape(&[6, 13]),
    ];
    if length < 14 || (form != length && !PRINTED.contains(&form)) {
        return false;
    }
    // By the ranges in use for each length, so that bar codes and device numbers mostly pass.
    let first_two = value / 10u64.pow(length - 2);
    let issued = match length {
        14 => matches!(first_two, 30 | 36 | 38),
        15 => matches!(first_two, 34 | 37),
        16 => matches!(first_two, 22..=27 | 35 | 40..=65 | 81),
        _ => matches!(first_two, 40..=69),
    };
    issued && luhn(value)
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
    let [digits @ .., check] = word else {
        return false;
    };
    if digits.len() != 17 || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let part = |from: usize, to: usize| {
        digits[from..to]
            .iter()
            .fold(0u32, |value, digit| value * 10 + u32::from(digit - b'0'))
    };
    let check = match check {
        b'0'..=b'9' => u32::from(check - b'0'),
        b'x' | b'X' => 10,
        _ => return false,
    };
    // The weights are 2^17 … 2^1 modulo 11; the whole with its check digit is 1 modulo 11.
    let sum = digits
        .iter()
        .fold(0, |sum, digit| (sum + u32::from(digit - b'0')) * 2 % 11);
    (sum + check) % 11 == 1
        && (11..=82).contains(&part(0, 2))
        && (1900..=2100).contains(&part(6, 10))
        && (1..=12).contains(&part(10, 12))
        && (1..=31).contains(&part(12, 14))
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
