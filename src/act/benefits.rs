//! Standing of a member: tier, perks, points, rewards, birthday, badges, and what is missing to the next.
//!
//! [`standing`] is the one place that knows how growth makes a tier; the reference CRM decides by it, and a page shows what would
//! come of an order by the same arithmetic. Growth is the money ordered within a window, in whole major units; the ledger
//! has minor units. What is not handed over is not claimed: without a member there is no tier, points beyond their expiry
//! are none, and a birthday is a month and a day.

use crate::answer::{Value, map, number, of};

const DAY_MS: i64 = 86_400_000;
/// Entries of each list that are read.
const MOST: usize = 1000;
/// Days before and after a birthday that count as near.
const NEAR: i32 = 7;

/// What was ordered, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paid {
    /// Milliseconds since 1970.
    pub at: i64,
    /// Amount ordered.
    pub amount: i64,
}

/// How a shop counts.
#[derive(Clone, Copy, Debug)]
pub struct Counting<'a> {
    /// Growth from which each tier holds, ascending, the first 0.
    pub tiers: &'a [i64],
    /// Days for which an order counts.
    pub window_days: i64,
    /// Minor units in one major unit.
    pub minor_units: i64,
}

/// A member's standing in the tiers of a loyalty programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Into the tiers.
    pub rank: usize,
    /// Ordered amounts within the window, in major units.
    pub growth: i64,
    /// Major units to the next tier; `None` at the highest.
    pub missing: Option<i64>,
    /// Orders as usual that would bring it; `None` where nothing is known of an order.
    pub orders: Option<i64>,
    /// When growth next falls, because an order leaves the window: until then what is missing is enough.
    pub until: Option<i64>,
    /// When the tier ends unless something is ordered; `None` for the lowest.
    pub keeps: Option<i64>,
}

/// The standing of a ledger at a time.
pub fn standing(ledger: &[Paid], counting: Counting, now: i64) -> Standing {
    let window = counting.window_days.saturating_mul(DAY_MS);
    let mut counted: Vec<Paid> = Vec::with_capacity(ledger.len());
    for paid in ledger {
        if paid.at <= now && paid.at > now.saturating_sub(window) {
            let at = counted.partition_point(|known| known.at <= paid.at);
            counted.insert(at, *paid);
        }
    }
    let units = counting.minor_units.max(1);
    let paid: i64 = counted
        .iter()
        .fold(0, |sum, paid| sum.saturating_add(paid.amount));
    let growth = paid.div_euclid(units);
    let rank = counting
        .tiers
        .partition_point(|least| *least <= growth)
        .saturating_sub(1);
    let missing = counting.tiers.get(rank + 1).map(|next| next - growth);
    let orders = missing.and_then(|missing| {
        let mean = paid
            .checked_div(counted.len() as i64)
            .filter(|mean| *mean > 0)?;
        Some((missing.saturating_mul(units).saturating_add(mean - 1)) / mean)
    });
    let least = counting.tiers.get(rank).copied().unwrap_or(0);
    let mut left = paid;
    let keeps = counted.iter().find(|paid| {
        left -= paid.amount;
        left.div_euclid(units) < least
    });
    Standing {
        rank,
        growth,
        missing,
        orders,
        until: counted.first().map(|paid| paid.at + window),
        keeps: keeps.filter(|_| rank > 0).map(|paid| paid.at + window),
    }
}

/// Month and day of `09-21`; a date with a year is none, so that no age is kept.
fn birthday(text: &str) -> Option<(u8, u8)> {
    let (month, day) = text.split_once('-')?;
    let plain = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let (month_number, day_number) = (month.parse().ok()?, day.parse().ok()?);
    let sound = plain(month)
        && plain(day)
        && (1..=12).contains(&month_number)
        && (1..=31).contains(&day_number);
    sound.then_some((month_number, day_number))
}

/// Days to the nearest birthday, before or after.
fn days_to((month, day): (u8, u8), today: i32) -> i32 {
    use crate::scene::day::{civil, day_of};
    let year = civil(today).0;
    let distances = [year - 1, year, year + 1].map(|year| day_of(year, month, day) - today);
    distances
        .into_iter()
        .min_by_key(|days| days.abs())
        .unwrap_or(i32::MAX)
}

fn whole(value: &Value, name: &str) -> Option<i64> {
    let number = value.number_of(name)?;
    (number.is_finite() && number.abs() <= 1e15).then_some(number as i64)
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    let all = value.get(name).map_or(&[][..], Value::elements);
    &all[..all.len().min(MOST)]
}

/// The answer to `benefits`: see `docs/members.md`. `badge` says whether a badge's condition holds.
pub fn answer(request: &Value, now: i64, zone: i32, badge: &dyn Fn(&Value) -> bool) -> Value {
    let now = whole(request, "now").unwrap_or(now);
    let (tiers, member) = (list(request, "tiers"), request.get("member"));
    let Some(member) = member.filter(|member| member.fields().is_some() && !tiers.is_empty())
    else {
        return map([("member", false.into())]);
    };
    let least: Vec<i64> = tiers
        .iter()
        .map(|tier| whole(tier, "growth").unwrap_or(0))
        .collect();
    let ledger: Vec<Paid> = list(member, "growth")
        .iter()
        .filter_map(|paid| {
            Some(Paid {
                at: whole(paid, "at")?,
                amount: whole(paid, "amount")?,
            })
        })
        .collect();
    let counting = Counting {
        tiers: &least,
        window_days: whole(request, "windowDays").unwrap_or(365),
        minor_units: whole(request, "minorUnits").unwrap_or(100),
    };
    let standing = standing(&ledger, counting, now);
    let tier = |rank: usize| {
        let tier = &tiers[rank.min(tiers.len() - 1)];
        map([
            ("id", tier.text_of("id").into()),
            ("name", tier.get("name").cloned().unwrap_or_default()),
        ])
    };
    let lots: Vec<(i64, i64)> = list(member, "points")
        .iter()
        .filter_map(|lot| Some((whole(lot, "expires")?, whole(lot, "amount")?)))
        .filter(|(expires, amount)| *expires > now && *amount > 0)
        .collect();
    let balance: i64 = lots.iter().map(|lot| lot.1).sum();
    let soonest = lots.iter().min_by_key(|lot| lot.0);
    let rank_of = |id: &str| tiers.iter().position(|tier| tier.text_of("id") == id);
    let rewards = list(request, "rewards").iter().filter(|reward| {
        let tier = reward.text_of("tier");
        tier.is_empty() || rank_of(tier).is_some_and(|rank| rank <= standing.rank)
    });
    let rewards = rewards.map(|reward| {
        let cost = whole(reward, "points").unwrap_or(i64::MAX);
        map([
            ("id", reward.text_of("id").into()),
            ("name", reward.get("name").cloned().unwrap_or_default()),
            ("points", cost.into()),
            ("missing", (cost - balance).max(0).into()),
        ])
    });
    let birthday = member
        .get("birthday")
        .and_then(Value::text)
        .and_then(birthday);
    let today = crate::scene::day::local_day(now, zone);
    let badges = list(request, "badges")
        .iter()
        .filter(|one| one.get("if").is_some_and(badge));
    let badges = badges.map(|badge| {
        map([
            ("id", badge.text_of("id").into()),
            ("name", badge.get("name").cloned().unwrap_or_default()),
        ])
    });
    map([
        ("member", true.into()),
        ("tier", tier(standing.rank)),
        (
            "perks",
            Value::List(list(&tiers[standing.rank.min(tiers.len() - 1)], "benefits").to_vec()),
        ),
        ("growth", standing.growth.into()),
        (
            "next",
            of(standing.missing, |missing| {
                map([
                    ("tier", tier(standing.rank + 1)),
                    ("amount", missing.into()),
                    ("orders", standing.orders.into()),
                    ("deadline", standing.until.into()),
                ])
            }),
        ),
        ("keeps", standing.keeps.into()),
        ("points", balance.into()),
        (
            "expiring",
            of(soonest, |(expires, _)| {
                let amount: i64 = lots
                    .iter()
                    .filter(|lot| lot.0 == *expires)
                    .map(|lot| lot.1)
                    .sum();
                map([("amount", amount.into()), ("expires", (*expires).into())])
            }),
        ),
        ("rewards", Value::List(rewards.collect())),
        (
            "birthday",
            of(birthday, |birthday| {
                let days = days_to(birthday, today);
                map([
                    ("days", number(days)),
                    ("near", (days.abs() <= NEAR).into()),
                ])
            }),
        ),
        ("badges", Value::List(badges.collect())),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 1_790_000_000_000;
    const SHOP: &str = r#""tiers":[{"id":"silver","name":"Silver","growth":0,"benefits":["points"]},{"id":"gold","name":"Gold","growth":1000,"benefits":["delivery","early"]},{"id":"diamond","name":"Diamond","growth":5000,"benefits":["adviser"]}],
        "rewards":[{"id":"tote","name":"Tote","points":300,"tier":"silver"},{"id":"wine","name":"Wine","points":1500,"tier":"gold"},{"id":"trip","name":"Trip","points":9000,"tier":"diamond"}],
        "badges":[{"id":"eco","name":"Eco","if":{"facts.eco":{"$gte":3}}}],"windowDays":365,"minorUnits":100"#;

    fn asked(member: &str) -> Value {
        let request = format!("{{{SHOP}{member}}}");
        answer(
            &Value::parse(&request).expect("it is JSON"),
            NOW,
            0,
            &|_| true,
        )
    }

    #[test]
    fn a_gold_member_sees_what_is_missing_to_diamond_and_what_points_buy() {
        let (old, new) = (NOW - 300 * DAY_MS, NOW - 10 * DAY_MS);
        let member = format!(
            r#","member":{{"birthday":"09-25","growth":[{{"at":{old},"amount":240000}},{{"at":{new},"amount":248050}}],"points":[{{"amount":900,"expires":{}}},{{"amount":700,"expires":{}}},{{"amount":50,"expires":{NOW}}}]}}"#,
            NOW + DAY_MS,
            NOW + 9 * DAY_MS
        );
        let answer = asked(&member);
        assert_eq!(answer.get("tier").unwrap().text_of("id"), "gold");
        let next = answer.get("next").unwrap();
        assert_eq!(
            (
                next.get("tier").unwrap().text_of("id"),
                next.number_of("amount"),
                next.number_of("orders")
            ),
            ("diamond", Some(120.0), Some(1.0))
        );
        assert_eq!(
            next.number_of("deadline"),
            Some((old + 365 * DAY_MS) as f64)
        );
        assert_eq!(answer.number_of("keeps"), Some((new + 365 * DAY_MS) as f64));
        assert_eq!(
            answer.number_of("points"),
            Some(1600.0),
            "what has expired is none"
        );
        assert_eq!(
            answer.get("expiring").unwrap().number_of("amount"),
            Some(900.0)
        );
        let rewards: Vec<_> = answer
            .get("rewards")
            .unwrap()
            .elements()
            .iter()
            .map(|one| (one.text_of("id"), one.number_of("missing")))
            .collect();
        assert_eq!(rewards, [("tote", Some(0.0)), ("wine", Some(0.0))]);
        assert_eq!(
            answer.get("badges").unwrap().elements()[0].text_of("id"),
            "eco"
        );
        // 21 September 2026.
        assert_eq!(answer.get("birthday").unwrap().number_of("days"), Some(4.0));
    }

    #[test]
    fn without_facts_nothing_is_claimed() {
        for nothing in ["", r#","member":null"#, r#","member":"gold""#] {
            assert_eq!(asked(nothing).to_json(), r#"{"member":false}"#);
        }
        let bare = asked(r#","member":{}"#);
        assert_eq!(
            (
                bare.get("tier").unwrap().text_of("id"),
                bare.number_of("points")
            ),
            ("silver", Some(0.0))
        );
        assert_eq!(
            (
                bare.get("birthday"),
                bare.get("keeps"),
                bare.get("expiring")
            ),
            (Some(&Value::Null), Some(&Value::Null), Some(&Value::Null))
        );
        assert_eq!(
            asked(r#","member":{"birthday":"1990-09-25"}"#).get("birthday"),
            Some(&Value::Null),
            "a year is not taken"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        /// The oracle looks at every hour: what holds at each of them, and when that changes.
        #[test]
        fn standing_is_what_the_orders_within_the_window_make(orders in prop::collection::vec((0i64..60, 1i64..90_000), 0..12), today in 30i64..60) {
            let ledger: Vec<Paid> = orders.iter().map(|(day, amount)| Paid { at: day * DAY_MS, amount: *amount }).collect();
            let tiers = [0, 300, 900];
            let counting = Counting { tiers: &tiers, window_days: 20, minor_units: 100 };
            let now = today * DAY_MS;
            let growth = |now: i64, until: i64| ledger.iter().filter(|paid| paid.at <= until && now - paid.at < 20 * DAY_MS).map(|paid| paid.amount).sum::<i64>() / 100;
            let rank = |growth: i64| tiers.iter().filter(|least| **least <= growth).count() - 1;
            let found = standing(&ledger, counting, now);
            let own = growth(now, now);
            prop_assert_eq!((found.growth, found.rank), (own, rank(own)));
            prop_assert_eq!(found.missing, tiers.get(found.rank + 1).map(|next| next - own));
            // Without further orders.
            let later = || (today + 1..today + 30).map(|day| (day * DAY_MS, growth(day * DAY_MS, now)));
            let held = ledger.iter().any(|paid| paid.at <= now && now - paid.at < 20 * DAY_MS);
            prop_assert_eq!(found.until.is_some(), held);
            let lost = later().find(|(_, growth)| rank(*growth) < found.rank).map(|(time, _)| time);
            prop_assert_eq!(found.keeps, lost);
        }
    }
}
