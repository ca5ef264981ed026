//! A shop's CRM settings: one JSON file, checked when it is read.
//!
//! Money is in minor units of one currency (cents, 分), growth and points follow whole major units. A percentage coupon
//! has a cap, so that a budget knows what it can cost.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::StartError;
use super::outbox::settings::{self, Settings};
use super::terms::{self, GroupBuy};

/// A text in both languages of the pages.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub en: String,
    pub zh: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shop {
    /// ISO 4217.
    pub currency: String,
    /// Minor units in one major unit.
    pub minor_units: i64,
    /// Days for which an order counts towards a tier, and points can be spent.
    pub window_days: i64,
    /// Ascending; the first begins at 0.
    pub tiers: Vec<Tier>,
    pub rewards: Vec<Reward>,
    pub campaigns: Vec<Campaign>,
    pub headroom: Headroom,
    pub stores: Vec<Store>,
    pub early_access: Vec<EarlyAccess>,
    #[serde(default)]
    pub group_buys: Vec<GroupBuy>,
    /// Messages off the site.
    #[serde(default)]
    pub outbox: Settings,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    pub id: String,
    pub name: Text,
    /// Growth from which it holds: major units ordered within the window.
    pub growth: i64,
    pub benefits: Vec<Text>,
}

/// Something that points buy.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Reward {
    pub id: String,
    pub name: Text,
    pub points: i64,
    /// The lowest tier that may have it.
    pub tier: String,
}

/// Who may have a campaign's coupon.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    Everyone,
    /// Members without an order that was kept.
    FirstOrder,
    /// Members whose last order is at least 30 days ago.
    WinBack,
    /// Members in the month of their birthday.
    Birthday,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    pub id: String,
    pub name: Text,
    pub audience: Audience,
    pub kind: Kind,
    /// Minor units off, of kind `amount`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<i64>,
    /// Percent off, of kind `percent`, and the most it takes off in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cap: Option<i64>,
    /// Least subtotal of an order.
    pub threshold: i64,
    /// Hours from minting to expiry.
    pub hours: i64,
    /// Most that all its coupons together may take off; never sent to a page.
    #[serde(skip_serializing)]
    pub budget: i64,
    /// Days after which a member may have another; 0 gives each member one.
    pub again_days: i64,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Amount,
    Percent,
}

/// What a campaign's coupon takes off.
#[derive(Clone, Copy, Debug)]
pub enum Benefit {
    Amount { value: i64 },
    Percent { percent: i64, cap: i64 },
}

impl Campaign {
    pub fn benefit(&self) -> Benefit {
        // `check` has seen that what its kind needs is there.
        match self.kind {
            Kind::Amount => Benefit::Amount {
                value: self.value.unwrap_or(0),
            },
            Kind::Percent => Benefit::Percent {
                percent: self.percent.unwrap_or(0),
                cap: self.cap.unwrap_or(0),
            },
        }
    }
}

impl Benefit {
    /// Most that one coupon can take off: what it counts for in the budget.
    pub fn most(&self) -> i64 {
        match self {
            Benefit::Amount { value } => *value,
            Benefit::Percent { cap, .. } => *cap,
        }
    }

    /// What it takes off an order.
    pub fn of(&self, subtotal: i64) -> i64 {
        match self {
            Benefit::Amount { value } => (*value).min(subtotal),
            Benefit::Percent { percent, cap } => (subtotal / 100 * percent
                + subtotal % 100 * percent / 100)
                .min(*cap)
                .min(subtotal),
        }
    }
}

/// By how many percent of its price an item may be reduced: the shop's margin floor, without its margin. An item that
/// is not listed takes `default`, which is 0 unless the shop says otherwise.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Headroom {
    #[serde(default)]
    pub default: i64,
    #[serde(default)]
    pub items: std::collections::BTreeMap<String, i64>,
}

impl Headroom {
    pub fn percent(&self, item: &str) -> i64 {
        self.items.get(item).copied().unwrap_or(self.default)
    }

    /// Most that may be taken off so many of an item, rounded down.
    pub fn of(&self, item: &str, amount: i64) -> i64 {
        let percent = self.percent(item);
        amount / 100 * percent + amount % 100 * percent / 100
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    pub id: String,
    pub name: Text,
    pub address: Text,
    /// Degrees.
    pub latitude: f64,
    pub longitude: f64,
    /// ISO 3166 country, `CN`.
    pub region: String,
    /// The zone's name, by which pages write times, and its POSIX rule, by which they are worked out.
    pub zone: String,
    pub clock: String,
    /// Local opening hours, `Mo-Fr 09:00-21:00`, and dates without any, `2026-12-25`.
    pub hours: Vec<String>,
    #[serde(default)]
    pub closed: Vec<String>,
    /// Top categories that are on show.
    pub departments: Vec<String>,
    /// Items that it has, and those of which a demonstration unit stands there.
    #[serde(default)]
    pub stock: Vec<String>,
    #[serde(default)]
    pub demo: Vec<String>,
}

/// Items that higher tiers see first.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EarlyAccess {
    pub item: String,
    pub tier: String,
    /// Unix milliseconds from which everybody may see it.
    pub public_ms: i64,
}

impl Shop {
    /// The settings of the demo.
    pub fn demo() -> Result<Shop, StartError> {
        parse(include_str!("demo.json"), Path::new("demo.json"))
    }

    /// # Errors
    /// [`StartError::Settings`] with the place of what is wrong.
    pub fn read(path: &Path) -> Result<Shop, StartError> {
        let text = std::fs::read_to_string(path).map_err(|error| StartError::Settings {
            path: path.into(),
            cause: error.to_string(),
        })?;
        parse(&text, path)
    }

    pub fn campaign(&self, id: &str) -> Option<&Campaign> {
        self.campaigns.iter().find(|campaign| campaign.id == id)
    }

    /// A store as the page works with it: its clock and hours.
    pub fn store(&self, id: &str) -> Option<tillside::stores::Store> {
        let found = self.stores.iter().find(|store| store.id == id)?;
        let (mut read, _) = understood(core::slice::from_ref(found)).ok()?;
        read.stores.pop()
    }

    /// The place of a tier, from 0.
    pub fn rank(&self, tier: &str) -> Option<usize> {
        self.tiers.iter().position(|one| one.id == tier)
    }
}

fn parse(text: &str, path: &Path) -> Result<Shop, StartError> {
    let settings = |cause: String| StartError::Settings {
        path: path.into(),
        cause,
    };
    let shop: Shop = serde_json::from_str(text).map_err(|error| settings(error.to_string()))?;
    check(&shop).map_err(settings)?;
    Ok(shop)
}

fn check(shop: &Shop) -> Result<(), String> {
    if !(1..=1000).contains(&shop.minor_units) {
        return Err(format!(
            "minor_units is {}; expected 1 to 1000",
            shop.minor_units
        ));
    }
    if !(1..=3650).contains(&shop.window_days) {
        return Err(format!(
            "window_days is {}; expected 1 to 3650",
            shop.window_days
        ));
    }
    if shop.tiers.first().is_none_or(|tier| tier.growth != 0) {
        return Err("tiers[0].growth must be 0: every member has a tier".into());
    }
    if !shop.tiers.is_sorted_by(|a, b| a.growth < b.growth) {
        return Err(
            "tiers must be in the order of their growth, each higher than the one before".into(),
        );
    }
    let known = |tier: &str| shop.rank(tier).is_some();
    for (n, reward) in shop.rewards.iter().enumerate() {
        if reward.points <= 0 {
            return Err(format!(
                "rewards[{n}].points is {}; expected at least 1",
                reward.points
            ));
        }
        if !known(&reward.tier) {
            return Err(format!(
                "rewards[{n}].tier is {:?}; no such tier",
                reward.tier
            ));
        }
    }
    for (n, access) in shop.early_access.iter().enumerate() {
        if !known(&access.tier) {
            return Err(format!(
                "early_access[{n}].tier is {:?}; no such tier",
                access.tier
            ));
        }
    }
    let percent = |at: String, value: i64| match (0..=100).contains(&value) {
        true => Ok(()),
        false => Err(format!("{at} is {value}; expected 0 to 100 percent")),
    };
    percent("headroom.default".into(), shop.headroom.default)?;
    for (item, value) in &shop.headroom.items {
        percent(format!("headroom.items.{item}"), *value)?;
    }
    for (n, campaign) in shop.campaigns.iter().enumerate() {
        let at = format!("campaigns[{n}]");
        if shop.campaigns[..n]
            .iter()
            .any(|other| other.id == campaign.id)
        {
            return Err(format!("{at}.id is {:?}; it is there twice", campaign.id));
        }
        let parts = (
            campaign.kind,
            campaign.value,
            campaign.percent,
            campaign.cap,
        );
        match parts {
            (Kind::Amount, Some(1..), None, None) => {}
            (Kind::Percent, None, Some(1..=100), Some(1..)) => {}
            (Kind::Amount, ..) => {
                return Err(format!(
                    "{at}: kind amount needs a value of at least 1, and nothing else"
                ));
            }
            (Kind::Percent, ..) => {
                return Err(format!(
                    "{at}: kind percent needs a percent of 1 to 100 and a cap of at least 1, and no value"
                ));
            }
        }
        if campaign.threshold < 0 || campaign.budget < 0 || campaign.again_days < 0 {
            return Err(format!(
                "{at}: threshold, budget and again_days must not be negative"
            ));
        }
        if !(1..=24 * 366).contains(&campaign.hours) {
            return Err(format!(
                "{at}.hours is {}; expected 1 to 8784",
                campaign.hours
            ));
        }
    }
    terms::check(&shop.group_buys, |item| shop.headroom.percent(item))?;
    settings::check(&shop.outbox)?;
    let (_, errors) = understood(&shop.stores)?;
    match errors.first() {
        Some(error) => Err(error.to_string()),
        None => Ok(()),
    }
}

/// Stores as the page reads them, and what it would refuse.
fn understood(
    stores: &[Store],
) -> Result<(tillside::stores::Stores, Vec<tillside::stores::StoreError>), String> {
    let json = serde_json::to_string(stores).map_err(|error| error.to_string())?;
    let value = tillside::value::Value::parse(&json).map_err(|error| error.remedy().to_owned())?;
    Ok(tillside::stores::Stores::read(&value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_settings_are_whole() {
        let shop = Shop::demo().expect("the embedded settings are checked");
        assert!(shop.tiers.len() >= 3 && shop.campaigns.len() >= 3);
    }

    #[test]
    fn impossible_settings_are_named_by_their_place() {
        let whole: serde_json::Value =
            serde_json::from_str(include_str!("demo.json")).expect("it is JSON");
        for (pointer, value, told) in [
            ("/tiers/0/growth", "5", "tiers[0].growth"),
            ("/tiers/2/growth", "1", "tiers must be in the order"),
            ("/rewards/0/points", "-5", "rewards[0].points is -5"),
            ("/rewards/0/tier", "\"lead\"", "rewards[0].tier is \"lead\""),
            ("/headroom/default", "120", "headroom.default is 120"),
            ("/campaigns/0/hours", "0", "campaigns[0].hours is 0"),
            ("/campaigns/0/value", "-5", "campaigns[0]: kind amount"),
            ("/campaigns/1/percent", "101", "campaigns[1]: kind percent"),
            (
                "/campaigns/0/kind",
                "\"percent\"",
                "campaigns[0]: kind percent",
            ),
            ("/campaigns/0/budget", "-1", "campaigns[0]"),
            ("/campaigns/0/audience", "\"nobody\"", "unknown variant"),
            ("/stores/0/latitude", "95", "stores[0]"),
            ("/stores/0/clock", "\"Asia/Shanghai\"", "stores[0].clock"),
            ("/stores/0/hours/0", "\"10-22\"", "stores[0].hours[0]"),
            ("/group_buys/0/size", "1", "group_buys[0].size is 1"),
            ("/group_buys/0/hours", "0", "group_buys[0].hours is 0"),
            (
                "/group_buys/0/percent",
                "21",
                "group_buys[0].percent is 21; expected 1 to 20, the headroom",
            ),
            (
                "/group_buys/1/item",
                "\"norhaven-skerry-electric-kettle-1-7-l-white\"",
                "it is there twice",
            ),
            ("/currency", "5", "invalid type"),
        ] {
            let mut broken = whole.clone();
            *broken.pointer_mut(pointer).expect("it is there") =
                serde_json::from_str(value).expect("it is JSON");
            let error = parse(&broken.to_string(), Path::new("x.json")).expect_err(pointer);
            assert!(error.to_string().contains(told), "{pointer}: {error}");
        }
    }

    #[test]
    fn percentages_round_down_and_never_pass_their_cap() {
        let benefit = Benefit::Percent {
            percent: 15,
            cap: 500,
        };
        assert_eq!(benefit.of(999), 149);
        assert_eq!(benefit.of(1_000_000), 500);
        let headroom = Headroom {
            default: 0,
            items: [("a".to_owned(), 30)].into(),
        };
        assert_eq!(headroom.of("a", 999), 299);
        assert_eq!(headroom.of("unlisted", 999), 0);
    }
}
