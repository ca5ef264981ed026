//! Planted purchase rules between categories.
//!
//! A side of a rule is a list of words; a category belongs to it if its path, in lower case, contains one of them. So
//! the rules hold on any shop that has such categories, and a rule of which a side is missing is left out.

/// Who buys the one buys the other, with this probability, within this many days.
#[derive(Debug)]
pub struct Rule {
    pub name: &'static str,
    pub from: &'static [&'static str],
    pub to: &'static [&'static str],
    pub probability: f64,
    pub window_days: u32,
}

const PHONES: &[&str] = &["smartphone", "foldable phone", "mobile phone"];
const COFFEE_MACHINES: &[&str] = &["coffee machine", "espresso machine"];
const LAPTOPS: &[&str] = &["laptops", "notebooks"];
const NAPPIES: &[&str] = &["nappies", "diapers"];

const fn rule(
    name: &'static str,
    from: &'static [&'static str],
    to: &'static [&'static str],
    probability: f64,
    window_days: u32,
) -> Rule {
    Rule {
        name,
        from,
        to,
        probability,
        window_days,
    }
}

pub const RULES: &[Rule] = &[
    rule(
        "running shoes, then sportswear",
        &["running shoe", "trail shoe"],
        &["sportswear"],
        0.6,
        90,
    ),
    rule(
        "phone, then case",
        PHONES,
        &["phones > cases", "phone case"],
        0.5,
        14,
    ),
    rule(
        "phone, then screen film",
        PHONES,
        &["screen film", "screen protector"],
        0.4,
        14,
    ),
    rule("phone, then charger", PHONES, &["charger"], 0.35, 14),
    rule(
        "coffee machine, then beans",
        COFFEE_MACHINES,
        &["coffee beans"],
        0.7,
        30,
    ),
    rule(
        "coffee machine, then filters",
        COFFEE_MACHINES,
        &["coffee filter"],
        0.3,
        30,
    ),
    rule(
        "pram, then nappies",
        &["prams", "pushchair", "stroller"],
        NAPPIES,
        0.6,
        45,
    ),
    rule("nappies, then wipes", NAPPIES, &["wipes"], 0.5, 10),
    rule(
        "laptop, then mouse",
        LAPTOPS,
        &["mice", "computer mouse"],
        0.4,
        21,
    ),
    rule(
        "laptop, then bag",
        LAPTOPS,
        &["laptop bag", "laptop case"],
        0.35,
        30,
    ),
    rule(
        "smartwatch, then strap",
        &["smartwatch"],
        &["straps"],
        0.4,
        30,
    ),
    rule("pasta, then cheese", &["pasta"], &["cheese"], 0.4, 7),
    rule(
        "lipstick, then face make-up",
        &["lipstick"],
        &["face make-up", "foundation"],
        0.35,
        30,
    ),
    rule("bedding, then towels", &["bedding"], &["towels"], 0.35, 21),
];

/// Sorts of goods that one maker's devices bind together: who looks at one also looks at the others.
pub const ECOSYSTEM: &[&[&str]] = &[
    PHONES,
    &["smartwatch", "fitness band"],
    &["laptops", "notebooks", "tablets"],
    &["earbuds"],
];

/// What some shoppers buy every week.
pub const WEEKLY: &[&str] = &["> fruit", "fresh fruit"];

pub fn holds(side: &[&str], category: &str) -> bool {
    side.iter().any(|word| category.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_told_apart() {
        let both = |category: &str| {
            let matching = RULES
                .iter()
                .filter(|rule| holds(rule.from, category) && holds(rule.to, category));
            matching.count()
        };
        for category in [
            "phones > smartphones",
            "phones > cases",
            "sports > running shoes",
            "mother & baby > nappies",
        ] {
            assert_eq!(both(category), 0, "{category}");
        }
        assert!(!holds(&["phones > cases"], "computers > laptop cases"));
        assert!(holds(&["sportswear"], "sports > sportswear > tops"));
    }
}
