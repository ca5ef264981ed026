//! The two languages of the store.

use std::collections::HashMap;

use super::table;

/// English, Chinese.
pub type Both = [String; 2];

/// What the tables say in English, in Chinese, and the colours it is painted with.
pub struct Words(HashMap<String, (String, String)>);

/// The table of words.
pub fn words() -> Words {
    let words = table::words().into_iter();
    Words(
        words
            .map(|word| (word.en, (word.zh, word.colour)))
            .collect(),
    )
}

impl Words {
    /// An attribute's value in Chinese; what has no word is the same in both languages: `USB-C`, `256 GB`.
    pub fn chinese(&self, name: &str, value: &str) -> String {
        if let Some((zh, _)) = self.entry(name, value) {
            return zh.clone();
        }
        let unit = value.trim_start_matches(|c: char| {
            c.is_ascii_digit() || matches!(c, '.' | ' ' | '×' | '-' | '–')
        });
        match self.0.get(unit) {
            Some((zh, _)) if unit.len() < value.len() => {
                format!("{}{zh}", &value[..value.len() - unit.len()])
            }
            _ => value.to_owned(),
        }
    }

    /// An attribute's name in Chinese.
    pub fn name(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|(zh, _)| zh.as_str())
    }

    /// Six hexadecimal digits, for what can be painted.
    pub fn colour(&self, name: &str, value: &str) -> Option<&str> {
        self.entry(name, value)
            .map(|(_, colour)| colour.as_str())
            .filter(|colour| !colour.is_empty())
    }

    /// `name=value` wins over `value`.
    fn entry(&self, name: &str, value: &str) -> Option<&(String, String)> {
        self.0
            .get(&format!("{name}={value}"))
            .or_else(|| self.0.get(value))
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_word_depends_on_what_it_describes() {
        let words = words();
        assert_eq!(words.chinese("color", "mango"), "芒果黄");
        assert_eq!(words.chinese("flavour", "mango"), "芒果");
    }

    #[test]
    fn units_follow_their_numbers() {
        let words = words();
        assert_eq!(words.chinese("size", "6 × 80 pcs"), "6 × 80 件");
        assert_eq!(words.chinese("size", "256 GB"), "256 GB");
        assert_eq!(words.chinese("size", "pcs"), "件");
    }
}
