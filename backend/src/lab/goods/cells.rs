//! Notation within one cell of a product's row.

/// How an option changes the price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    None,
    Plus(f64),
    Times(f64),
}

impl Change {
    pub fn of(self, price: f64) -> f64 {
        match self {
            Change::None => price,
            Change::Plus(more) => price + more,
            Change::Times(factor) => price * factor,
        }
    }
}

/// A cell of sizes: what they are called, and each with its change of price.
#[derive(Debug, Default, PartialEq)]
pub struct Sizes<'a> {
    pub name: Option<&'a str>,
    pub options: Vec<(&'a str, Change)>,
}

/// Colours, and how they are dealt.
#[derive(Debug, PartialEq)]
pub enum Looks<'a> {
    /// Every product comes in each of them.
    Choice(Vec<&'a str>),
    /// One for each maker, or for each size.
    InTurn(Vec<&'a str>),
}

/// The parts between separators, without empty ones.
pub fn list(cell: &str, separator: char) -> impl Iterator<Item = &str> {
    cell.split(separator)
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

/// `Brand` or `Brand:Line`.
pub fn makers(cell: &str) -> Vec<(&str, Option<&str>)> {
    list(cell, ';')
        .map(|maker| match maker.split_once(':') {
            Some((brand, line)) => (brand, Some(line)),
            None => (maker, None),
        })
        .collect()
}

pub fn sizes(cell: &str) -> Sizes<'_> {
    let (name, options) = match cell.split_once(':') {
        Some((name, options)) => (Some(name), options),
        None => (None, cell),
    };
    let options = list(options, ';').map(option).collect();
    Sizes { name, options }
}

fn option(text: &str) -> (&str, Change) {
    if let Some((label, change)) = text.rsplit_once(' ') {
        if let Some(more) = number(change, '+') {
            return (label, Change::Plus(more));
        }
        if let Some(factor) = number(change, '*') {
            return (label, Change::Times(factor));
        }
    }
    (text, Change::None)
}

fn number(text: &str, sign: char) -> Option<f64> {
    text.strip_prefix(sign)?.parse().ok()
}

pub fn looks(cell: &str) -> Looks<'_> {
    match cell.strip_prefix('/') {
        Some(turns) => Looks::InTurn(list(turns, ',').collect()),
        None => Looks::Choice(list(cell, ',').collect()),
    }
}

/// `name=value` pairs; a bare name has no value.
pub fn pairs(cell: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    list(cell, ',').map(|pair| match pair.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (pair, None),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_within_an_option_is_no_price() {
        let sizes = sizes("memory: 16 GB + 512 GB; 24 GB + 1 TB +1300");
        assert_eq!(sizes.name, Some("memory"));
        assert_eq!(
            sizes.options,
            [
                ("16 GB + 512 GB", Change::None),
                ("24 GB + 1 TB", Change::Plus(1300.0))
            ]
        );
    }

    #[test]
    fn sizes_need_no_name() {
        let sizes = sizes("500 g; 4 × 500 g *3.6");
        assert_eq!(sizes.name, None);
        assert_eq!(sizes.options[1], ("4 × 500 g", Change::Times(3.6)));
    }

    #[test]
    fn colours_are_a_choice_or_dealt() {
        assert_eq!(looks("red, sky"), Looks::Choice(vec!["red", "sky"]));
        assert_eq!(looks("/ red, sky"), Looks::InTurn(vec!["red", "sky"]));
        assert_eq!(looks(""), Looks::Choice(Vec::new()));
    }
}
