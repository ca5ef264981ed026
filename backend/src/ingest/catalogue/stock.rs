//! Words for stock beyond those of the feed: what shop systems export, and other languages.

use tillside::shop::live;

const OUT: [&str; 24] = [
    "unavailable",
    "notavailable",
    "notinstock",
    "no",
    "false",
    "n",
    "nein",
    "non",
    "无",
    "缺货",
    "无货",
    "售罄",
    "售完",
    "断货",
    "下架",
    "已下架",
    "ausverkauft",
    "nichtauflager",
    "nichtvorrätig",
    "rupturedestock",
    "épuisé",
    "agotado",
    "esaurito",
    "нетвналичии",
];
const IN: [&str; 24] = [
    "available",
    "availablefororder",
    "yes",
    "true",
    "y",
    "ja",
    "oui",
    "onbackorder",
    "有",
    "有货",
    "现货",
    "在售",
    "有库存",
    "充足",
    "auflager",
    "vorrätig",
    "lieferbar",
    "enstock",
    "disponible",
    "disponibile",
    "enexistencia",
    "вналичии",
    "lowstock",
    "limitedstock",
];

/// Whether a word, a yes or no, or a number of pieces says that there is none; `None` for anything else.
pub(super) fn out_of_stock(text: &str) -> Option<bool> {
    if let Some(known) = live::out_of_stock(text) {
        return Some(known);
    }
    if let Ok(pieces) = text.parse::<f64>() {
        return Some(pieces <= 0.0);
    }
    let word: String = text
        .chars()
        .filter(|c| !matches!(c, ' ' | '_' | '-' | '.' | '!'))
        .flat_map(char::to_lowercase)
        .collect();
    if OUT.contains(&word.as_str()) {
        return Some(true);
    }
    IN.contains(&word.as_str()).then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shops_say_in_many_ways_that_there_is_none() {
        for text in [
            "out of stock",
            "Out-of-stock",
            "OUT_OF_STOCK",
            "outofstock",
            "unavailable",
            "false",
            "0",
            "no",
            "Sold Out",
            "缺货",
            "无货",
            "discontinued",
            "https://schema.org/OutOfStock",
            "Ausverkauft",
            "-2",
        ] {
            assert_eq!(out_of_stock(text), Some(true), "{text}");
        }
        for text in [
            "in stock",
            "InStock",
            "http://schema.org/InStock",
            "available for order",
            "available",
            "true",
            "1",
            "yes",
            "onbackorder",
            "auf Lager",
            "有货",
            "25",
        ] {
            assert_eq!(out_of_stock(text), Some(false), "{text}");
        }
        for text in ["", "maybe", "soon"] {
            assert_eq!(out_of_stock(text), None, "{text}");
        }
    }
}
