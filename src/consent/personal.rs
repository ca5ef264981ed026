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

/// Looks through words: a search, a name, a reason.
pub fn in_text(text: &str) -> Option<Personal> {
    let bytes = ascii(text);
    if let found @ Some(_) = unmistakable(&bytes) {
        return found;
    }
    let groups = Groups::of(&bytes);
    (0..groups.len).find_map(|first| {
        let numbers = &groups.list[first..groups.len];
        // The longest run first: a card is more than the telephone number that may hide in it.
        (1..=numbers.len().min(5)).rev().find_map(|count| {
            let joined = numbers[1..count].iter().all(|group| group.joined);
            joined.then(|| number(&numbers[..count])).flatten()
        })
    })
}

/// Looks through a key, such as a product id, where only what can hardly be anything else counts.
pub fn in_key(text: &str) -> Option<Personal> {
    unmistakable(&ascii(text))
}

fn unmistakable(bytes: &[u8]) -> Option<Personal> {
    if is_email(bytes) {
        return Some(Personal::Email);
    }
    let resident = (0..bytes.len().saturating_sub(17)).any(|at| {
        let begins = at == 0 || !bytes[at - 1].is_ascii_digit();
        let ends = bytes.get(at + 18).is_none_or(|byte| !byte.is_ascii_digit());
        begins && ends && is_resident(&bytes[at..at + 18])
    });
    resident.then_some(Personal::ResidentId)
}

/// The text as ASCII: full-width forms as their narrow ones, all other letters as `a`.
fn ascii(text: &str) -> Vec<u8> {
    text.chars()
        .map(|char| match char {
            '\0'..='\u{7f}' => char as u8,
            '\u{ff01}'..='\u{ff5e}' => (char as u32 - 0xfee0) as u8,
            '\u{3000}'..='\u{303f}' | '\u{a0}' => b' ',
            _ => b'a',
        })
        .collect()
}

/// Some letter or digit, `@` (or `%40`), a domain, a dot and two letters.
fn is_email(bytes: &[u8]) -> bool {
    (1..bytes.len()).any(|at| {
        let rest = match &bytes[at..] {
            [b'@', rest @ ..] | [b'%', b'4', b'0', rest @ ..] => rest,
            _ => return false,
        };
        let domain = rest
            .iter()
            .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')))
            .map_or(rest, |end| &rest[..end]);
        let named = !matches!(bytes[at - 1], b' ' | b'@' | b',' | b'(' | b'<');
        named
            && domain.first().is_some_and(u8::is_ascii_alphanumeric)
            && domain.windows(3).any(|part| {
                part[0] == b'.' && part[1].is_ascii_alphabetic() && part[2].is_ascii_alphabetic()
            })
    })
}

/// One run of digits.
#[derive(Clone, Copy, Default)]
struct Group {
    digits: u64,
    length: usize,
    /// A `+` stands before it.
    plus: bool,
    /// Only a space, hyphen, dot or bracket stands between it and the group before.
    joined: bool,
    /// …and that is not a space.
    tight: bool,
}

/// The runs of digits in a text; those after the 32nd are not looked at.
struct Groups {
    list: [Group; 32],
    len: usize,
}

impl Groups {
    fn of(bytes: &[u8]) -> Groups {
        let mut groups = Groups {
            list: [Group::default(); 32],
            len: 0,
        };
        let (mut inside, mut between, mut plus, mut tight) = (false, 3, false, false);
        for &byte in bytes {
            if byte.is_ascii_digit() {
                if !inside {
                    if groups.len == groups.list.len() {
                        break;
                    }
                    groups.list[groups.len] = Group {
                        plus,
                        joined: between <= 2,
                        tight,
                        ..Group::default()
                    };
                    groups.len += 1;
                    inside = true;
                }
                let group = &mut groups.list[groups.len - 1];
                group.digits = group
                    .digits
                    .wrapping_mul(10)
                    .wrapping_add(u64::from(byte - b'0'));
                group.length += 1;
                continue;
            }
            if inside {
                (inside, between, tight) = (false, 0, false);
            }
            plus = byte == b'+';
            tight |= matches!(byte, b'-' | b'.' | b')');
            between = match byte {
                b' ' | b'-' | b'.' | b'(' | b')' => between + 1,
                _ => 3,
            };
        }
        groups
    }
}

/// What these groups of digits, written together, are.
fn number(groups: &[Group]) -> Option<Personal> {
    let length: usize = groups.iter().map(|group| group.length).sum();
    if length > 19 {
        return None;
    }
    let mut value = 0u64;
    let mut shape = 0usize;
    for group in groups {
        value = value
            .wrapping_mul(10u64.wrapping_pow(group.length as u32))
            .wrapping_add(group.digits);
        shape = shape * 20 + group.length;
    }
    if is_card(value, length, shape) {
        return Some(Personal::Card);
    }
    is_phone(groups, value, length, shape).then_some(Personal::Phone)
}

/// The lengths of groups as one number, to compare with.
const fn shape(lengths: &[usize]) -> usize {
    let (mut shape, mut at) = (0, 0);
    while at < lengths.len() {
        shape = shape * 20 + lengths[at];
        at += 1;
    }
    shape
}

fn is_phone(groups: &[Group], value: u64, length: usize, form: usize) -> bool {
    const MOBILE: [usize; 3] = [shape(&[11]), shape(&[3, 4, 4]), shape(&[3, 8])];
    const MOBILE_ABROAD: [usize; 3] = [shape(&[13]), shape(&[2, 11]), shape(&[2, 3, 4, 4])];
    const AMERICAN: usize = shape(&[3, 3, 4]);
    const LANDLINE: [usize; 4] = [
        shape(&[3, 8]),
        shape(&[4, 7]),
        shape(&[4, 8]),
        shape(&[3, 7]),
    ];
    let mobile = |number: u64| (13_000_000_000..20_000_000_000).contains(&number);
    let tight = groups[1..].iter().all(|group| group.tight);
    // International: a plus and 8 to 15 digits.
    (groups[0].plus && (8..=15).contains(&length))
        || (MOBILE.contains(&form) && mobile(value))
        || (MOBILE_ABROAD.contains(&form)
            && value / 100_000_000_000 == 86
            && mobile(value % 100_000_000_000))
        // Area code and exchange never begin with 0 or 1.
        || (form == AMERICAN
            && tight
            && groups[0].digits >= 200
            && groups[1].digits >= 200)
        // 010-12345678, 0755-1234567; the first digit after the area code is 2 to 8.
        || (LANDLINE.contains(&form)
            && tight
            && (10..1000).contains(&groups[0].digits)
            && value < 10u64.pow(length as u32 - 1)
            && (2..=8).contains(&(groups[1].digits / 10u64.pow(groups[1].length as u32 - 1))))
}

fn is_card(value: u64, length: usize, form: usize) -> bool {
    const PRINTED: [usize; 5] = [
        shape(&[4, 4, 4, 4]),
        shape(&[4, 4, 4, 4, 3]),
        shape(&[4, 6, 5]),
        shape(&[4, 6, 4]),
        shape(&[6, 13]),
    ];
    if !(14..=19).contains(&length) || (form != length && !PRINTED.contains(&form)) {
        return false;
    }
    let first_two = value / 10u64.pow(length as u32 - 2);
    // By the ranges in use for each length, so that bar codes and device numbers mostly pass.
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
            assert_eq!(in_text(text), Some(found), "{text}");
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
            assert_eq!(in_text(text), None, "{text}");
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
            assert_eq!(in_key(text), None, "{text}");
        }
        assert_eq!(in_key("u-li.na@example.com"), Some(Personal::Email));
        assert_eq!(in_key("11010519491231002X"), Some(Personal::ResidentId));
    }
}
