//! Terms of group buys: a shop's settings, checked when they are read.

use serde::{Deserialize, Serialize};

/// Under which terms an item may be bought together.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct GroupBuy {
    pub item: String,
    /// Off the price of one.
    pub percent: i64,
    /// Members that it takes.
    pub size: i64,
    /// From the start until it must be complete, and from then on until the price ends.
    pub hours: i64,
}

/// Holds the settings against what can be, and against the headroom of each item in percent.
///
/// # Errors
/// The place of what is wrong.
pub fn check(group_buys: &[GroupBuy], headroom: impl Fn(&str) -> i64) -> Result<(), String> {
    for (n, one) in group_buys.iter().enumerate() {
        let at = format!("group_buys[{n}]");
        if group_buys[..n].iter().any(|other| other.item == one.item) {
            return Err(format!("{at}.item is {:?}; it is there twice", one.item));
        }
        let most = headroom(&one.item);
        for (name, value, from, to) in [
            ("size", one.size, 2, 100),
            ("hours", one.hours, 1, 24 * 31),
            ("percent", one.percent, 1, most),
        ] {
            if !(from..=to).contains(&value) {
                let why = match name {
                    "percent" => ", the headroom of the item",
                    _ => "",
                };
                return Err(format!(
                    "{at}.{name} is {value}; expected {from} to {to}{why}"
                ));
            }
        }
    }
    Ok(())
}
