//! Prices as feeds write them, the decimal mark decided by the whole column.
//!
//! `1.299` and `1,299` alone say nothing: the other prices of the same currency do, then all prices of the column, then
//! the currency (a dong has no hundredth, a dinar a thousandth). Where none does, a point is decimal and a comma is not.

use std::collections::BTreeMap;

use super::{Clash, Seen};

/// Currencies told apart in one column.
const MOST_UNITS: usize = 64;
/// Of 20 cells one may be written otherwise.
const SLIPS: u64 = 20;

/// Currencies without a hundredth, and those with a thousandth.
const WHOLE: [&str; 14] = [
    "VND", "IDR", "JPY", "KRW", "CLP", "PYG", "ISK", "UGX", "XAF", "XOF", "HUF", "COP", "LAK",
    "IRR",
];
const THOUSANDTHS: [&str; 6] = ["KWD", "BHD", "OMR", "TND", "JOD", "LYD"];

/// Signs and names beside an amount, lower-cased, and the currency where it is certain.
const SIGNS: [(&str, Option<&str>); 49] = [
    ("$", None),
    ("¥", None),
    ("￥", None),
    ("元", None),
    ("円", Some("JPY")),
    ("€", None),
    ("£", None),
    ("us$", Some("USD")),
    ("us $", Some("USD")),
    ("a$", Some("AUD")),
    ("au$", Some("AUD")),
    ("c$", Some("CAD")),
    ("ca$", Some("CAD")),
    ("hk$", Some("HKD")),
    ("nt$", Some("TWD")),
    ("nz$", Some("NZD")),
    ("s$", Some("SGD")),
    ("mx$", Some("MXN")),
    ("r$", Some("BRL")),
    ("₹", Some("INR")),
    ("rs.", None),
    ("rs", None),
    ("kr", None),
    ("kr.", None),
    ("kč", Some("CZK")),
    ("zł", Some("PLN")),
    ("zl", Some("PLN")),
    ("ft", Some("HUF")),
    ("lei", Some("RON")),
    ("лв", Some("BGN")),
    ("лв.", Some("BGN")),
    ("руб.", Some("RUB")),
    ("руб", Some("RUB")),
    ("р.", Some("RUB")),
    ("₽", Some("RUB")),
    ("₴", Some("UAH")),
    ("грн", Some("UAH")),
    ("грн.", Some("UAH")),
    ("₺", Some("TRY")),
    ("tl", Some("TRY")),
    ("₩", Some("KRW")),
    ("원", Some("KRW")),
    ("₫", Some("VND")),
    ("đ", Some("VND")),
    ("฿", Some("THB")),
    ("₪", Some("ILS")),
    ("rm", Some("MYR")),
    ("rp", Some("IDR")),
    ("rp.", Some("IDR")),
];

/// How an amount is said to be meant, behind the currency: of no use, and no reason to refuse it.
const TAILS: [&str; 14] = [
    "/", "(", "incl", "inkl", "excl", "exkl", "plus ", "per ", "pro ", "each", "ttc", "ht", "*",
    "起",
];

/// A price taken apart.
struct Written {
    /// Digits with points and commas.
    digits: String,
    /// The currency, or the sign in front or behind; empty where there is none.
    unit: String,
    currency: Option<String>,
}

/// What the marks in an amount are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Marks {
    None,
    /// The point is certainly decimal, or the comma certainly not.
    Point,
    Comma,
    /// A lone mark before three digits.
    EitherPoint,
    EitherComma,
}

/// What a mark before three digits means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Means {
    Point,
    Comma,
    /// Neither is decimal.
    Whole,
}

impl Means {
    fn name(self) -> &'static str {
        match self {
            Means::Point => "point",
            Means::Comma => "comma",
            Means::Whole => "none",
        }
    }
}

#[derive(Debug, Default)]
struct Evidence {
    point: Seen,
    comma: Seen,
    either_point: Seen,
    either_comma: Seen,
}

impl Evidence {
    fn is_open(&self) -> bool {
        self.either_point.cells + self.either_comma.cells > 0
    }

    fn means(&self) -> Result<Option<Means>, Clash> {
        let (point, comma) = (&self.point, &self.comma);
        let (more, less) = if point.cells >= comma.cells {
            (point, comma)
        } else {
            (comma, point)
        };
        if more.cells == 0 {
            return Ok(None);
        }
        if less.cells * SLIPS > more.cells && self.is_open() {
            return Err(Clash::between(
                point,
                "written with a decimal point",
                comma,
                "written with a decimal comma",
            ));
        }
        Ok(Some(if point.cells >= comma.cells {
            Means::Point
        } else {
            Means::Comma
        }))
    }
}

/// The prices of a column by currency.
#[derive(Debug, Default)]
pub(in crate::ingest) struct Census(BTreeMap<String, Evidence>);

impl Census {
    pub fn see(&mut self, text: &str, line: u64) {
        let Some(written) = apart(text) else {
            return;
        };
        if !self.0.contains_key(&written.unit) && self.0.len() == MOST_UNITS {
            return;
        }
        let evidence = self.0.entry(written.unit).or_default();
        match marks(&written.digits) {
            Some(Marks::Point) => evidence.point.note(text, line),
            Some(Marks::Comma) => evidence.comma.note(text, line),
            Some(Marks::EitherPoint) => evidence.either_point.note(text, line),
            Some(Marks::EitherComma) => evidence.either_comma.note(text, line),
            Some(Marks::None) | None => {}
        }
    }

    /// How to read the column, or two prices that cannot both be read.
    pub fn decide(&self) -> Result<Money, Clash> {
        let mut all: Option<Means> = None;
        let mut agree = true;
        for evidence in self.0.values() {
            if let Some(means) = evidence.means()? {
                agree &= all.is_none_or(|other| other == means);
                all = Some(means);
            }
        }
        let mut money = Money::default();
        for (unit, evidence) in &self.0 {
            let own = evidence.means()?;
            let means = match (own, all.filter(|_| agree)) {
                (Some(means), _) | (None, Some(means)) => means,
                (None, None) if WHOLE.contains(&unit.as_str()) => Means::Whole,
                (None, None) => {
                    let thousandths = THOUSANDTHS.contains(&unit.as_str());
                    if evidence.either_point.cells > 0 && evidence.either_comma.cells > 0 {
                        return Err(Clash::between(
                            &evidence.either_point,
                            "either a decimal point or one between thousands",
                            &evidence.either_comma,
                            "either a decimal comma or one between thousands",
                        ));
                    }
                    if evidence.either_point.cells > 1 && !thousandths {
                        let (text, _) = evidence.either_point.first.clone().unwrap_or_default();
                        money.doubts.push(format!(
                            "the point in `{text}` is taken as a decimal mark since no price says otherwise"
                        ));
                    }
                    if thousandths && evidence.either_comma.cells > 0 {
                        Means::Comma
                    } else {
                        Means::Point
                    }
                }
            };
            if evidence.point.cells + evidence.comma.cells > 0 || evidence.is_open() {
                money.seen.push((unit.clone(), means));
            }
            money.means.insert(unit.clone(), means);
        }
        Ok(money)
    }
}

/// How the prices of one column are read.
#[derive(Clone, Debug, Default)]
pub(in crate::ingest) struct Money {
    means: BTreeMap<String, Means>,
    seen: Vec<(String, Means)>,
    /// What could not be known for certain, each a sentence.
    pub doubts: Vec<String>,
}

impl Money {
    /// An amount, and its ISO 4217 currency where it is said. `None` for what is not a price: no number, negative, or not
    /// finite as a 32-bit float.
    ///
    /// The feed's form is `199.00 CNY`. Also read: the currency in front, no currency, signs (`¥199`, `R$ 5`), thousands
    /// separators, a decimal comma, and the object `{"value": "199.00", "currency": "CNY"}` of content APIs.
    pub fn read(&self, text: &str) -> Option<(f32, Option<String>)> {
        if text.starts_with('{') {
            return self.object(text);
        }
        let written = apart(text)?;
        let means = self
            .means
            .get(&written.unit)
            .copied()
            .unwrap_or(Means::Point);
        let value = amount(&written.digits, means)?;
        Some((value, written.currency))
    }

    fn object(&self, text: &str) -> Option<(f32, Option<String>)> {
        let object: serde_json::Value = serde_json::from_str(text).ok()?;
        let (value, _) = match object.get("value")? {
            serde_json::Value::String(text) if !text.starts_with('{') => self.read(text)?,
            serde_json::Value::Number(number) => self.read(&number.to_string())?,
            _ => return None,
        };
        let currency = object
            .get("currency")
            .and_then(|currency| currency.as_str());
        Some((value, currency.map(str::to_ascii_uppercase)))
    }

    /// The decimal mark, or that of each currency where they differ; `None` where no price has a mark.
    pub fn name(&self) -> Option<String> {
        let (_, first) = self.seen.first()?;
        if self.seen.iter().all(|(_, means)| means == first) {
            return Some(first.name().to_owned());
        }
        let each = self.seen.iter().map(|(unit, means)| {
            let unit = if unit.is_empty() { "no currency" } else { unit };
            format!("{} ({unit})", means.name())
        });
        Some(each.collect::<Vec<_>>().join(", "))
    }
}

fn apart(text: &str) -> Option<Written> {
    let text = text.trim();
    let start = text.find(|c: char| c.is_ascii_digit())?;
    // `.5`, `-5`: the mark belongs to the amount; the point of `Rs.` does not.
    let start = match text[..start].char_indices().next_back() {
        Some((at, '-' | '+')) => at,
        Some((at, '.' | ',')) if !text[..at].ends_with(char::is_alphabetic) => at,
        _ => start,
    };
    let is_amount = |c: char| {
        c.is_ascii_digit()
            || matches!(
                c,
                '.' | ',' | '\'' | '’' | ' ' | '\u{a0}' | '\u{202f}' | '-'
            )
    };
    let end = text[start..]
        .find(|c| !is_amount(c))
        .map_or(text.len(), |end| start + end);
    let (front, back) = (text[..start].trim(), text[end..].trim());
    let mut digits: String = text[start..end]
        .chars()
        .filter(|c| !matches!(c, '\'' | '’' | ' ' | '\u{a0}' | '\u{202f}'))
        .collect();
    // `199,-` and `199.-`: no hundredths.
    for end in [",-", ".-", ",--", "-"] {
        if let Some(whole) = digits.strip_suffix(end) {
            digits.truncate(whole.len());
        }
    }
    if !digits.ends_with(|c: char| c.is_ascii_digit()) || digits.contains('-') {
        return None;
    }
    if back.contains(|c: char| c.is_ascii_digit()) && !TAILS.iter().any(|tail| back.contains(tail))
    {
        return None;
    }
    let unit = |text: &str| -> Option<(String, Option<String>)> {
        let lower = text.to_lowercase();
        if let Some((sign, currency)) = SIGNS.iter().find(|(sign, _)| *sign == lower) {
            return Some(((*sign).to_owned(), currency.map(str::to_owned)));
        }
        let is_code = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
        is_code.then(|| (text.to_ascii_uppercase(), Some(text.to_ascii_uppercase())))
    };
    let back = {
        let lower = back.to_lowercase();
        let tail = TAILS.iter().filter_map(|tail| lower.find(tail)).min();
        match tail {
            // Lower-casing may move places; cut only where it does not.
            Some(at) if lower.len() == back.len() => back[..at].trim(),
            _ => back,
        }
    };
    let (unit, currency) = match (front, back) {
        ("", "") => (String::new(), None),
        (one, "") | ("", one) => unit(one)?,
        // `$19.99 USD`: the code says which dollar.
        (sign, code) => {
            let (sign, code) = (unit(sign)?, unit(code)?);
            if code.1.is_some() { code } else { sign }
        }
    };
    Some(Written {
        digits,
        unit: currency.clone().unwrap_or(unit),
        currency,
    })
}

/// `None` where points and commas make no number.
fn marks(digits: &str) -> Option<Marks> {
    let count = |mark| digits.bytes().filter(|byte| *byte == mark).count();
    let after =
        |mark: u8| digits.len() - 1 - digits.bytes().rposition(|byte| byte == mark).unwrap_or(0);
    let whole = |mark: char| digits.split(mark).next().unwrap_or_default();
    Some(match (count(b'.'), count(b',')) {
        (0, 0) => Marks::None,
        (1, 0) if after(b'.') != 3 || matches!(whole('.'), "" | "0") || whole('.').len() > 3 => {
            Marks::Point
        }
        (1, 0) => Marks::EitherPoint,
        (0, 1) if after(b',') != 3 || matches!(whole(','), "" | "0") || whole(',').len() > 3 => {
            Marks::Comma
        }
        (0, 1) => Marks::EitherComma,
        (_, 0) => Marks::Comma,
        (0, _) => Marks::Point,
        (points, commas) => match (digits.rfind('.') > digits.rfind(','), points, commas) {
            (true, 1, _) => Marks::Point,
            (false, _, 1) => Marks::Comma,
            _ => return None,
        },
    })
}

fn amount(digits: &str, means: Means) -> Option<f32> {
    let decimal = match (marks(digits)?, means) {
        (Marks::None, _) => None,
        (Marks::Point, _) => Some('.'),
        (Marks::Comma, _) => Some(','),
        (Marks::EitherPoint, Means::Point) => Some('.'),
        (Marks::EitherComma, Means::Comma) => Some(','),
        (Marks::EitherPoint | Marks::EitherComma, _) => None,
    };
    let repeated = decimal.is_some_and(|mark| digits.matches(mark).count() > 1);
    let plain: String = digits
        .chars()
        .filter_map(|c| match c {
            '.' | ',' if Some(c) == decimal && !repeated => Some('.'),
            '.' | ',' => None,
            _ => Some(c),
        })
        .collect();
    let value = plain.parse().ok();
    value.filter(|value: &f32| value.is_finite() && *value >= 0.0)
}

#[cfg(test)]
#[path = "../tests/money.rs"]
mod tests;
