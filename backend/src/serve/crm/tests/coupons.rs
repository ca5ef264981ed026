//! Coupons and points over HTTP: when they are minted, redeemed and refused, and their budgets; and what holds of their sums
//! whatever members do.

use proptest::prelude::*;

use super::*;

#[tokio::test]
async fn the_welcome_coupon_comes_once_and_never_after_the_first_order() {
    let mut client = Client::new();
    client.join("new", None).await;
    let campaign = json!({ "campaign": "welcome" });
    let (_, first) = client.call("POST", "/me/coupons", campaign.clone()).await;
    let (_, again) = client.call("POST", "/me/coupons", campaign.clone()).await;
    assert_eq!(first["code"], again["code"]);
    let code = first["code"].as_str().expect("a code");
    let (status, refused) = client.order(5_000, Some(code)).await;
    assert_eq!(
        (status, refused["code"].as_str()),
        (StatusCode::CONFLICT, Some("crm.coupon_threshold"))
    );
    let (_, order) = client.order(20_000, Some(code)).await;
    assert_eq!(
        (order["discount"].as_i64(), order["total"].as_i64()),
        (Some(2_000), Some(18_000))
    );
    let (_, used) = client.order(20_000, Some(code)).await;
    assert_eq!(used["code"], "crm.coupon_used");
    let (_, other) = {
        let mut other = Client::new();
        other.join("old", None).await;
        other.order(100, None).await;
        other.call("POST", "/me/coupons", campaign).await
    };
    assert_eq!(other["code"], "crm.ineligible");
}

#[tokio::test]
async fn a_coupon_ends_on_time_and_is_no_one_elses() {
    let mut client = Client::new();
    client.join("a", None).await;
    let (_, coupon) = client
        .call("POST", "/me/coupons", json!({ "campaign": "hesitation" }))
        .await;
    let code = coupon["code"].as_str().expect("a code").to_owned();
    assert_eq!(coupon["expires"], NOW + 2 * HOUR);
    client.now += 2 * HOUR;
    assert_eq!(
        client.order(9_900, Some(&code)).await.1["code"],
        "crm.coupon_expired"
    );
    // Not minted anew within thirty days.
    let (_, same) = client
        .call("POST", "/me/coupons", json!({ "campaign": "hesitation" }))
        .await;
    assert_eq!(same["code"].as_str(), Some(code.as_str()));
    client.now += 31 * DAY_MS;
    let (_, fresh) = client
        .call("POST", "/me/coupons", json!({ "campaign": "hesitation" }))
        .await;
    assert_ne!(fresh["code"].as_str(), Some(code.as_str()));
    client.join("b", None).await;
    assert_eq!(
        client.order(9_900, fresh["code"].as_str()).await.1["code"],
        "crm.unknown"
    );
}

#[tokio::test]
async fn a_discount_never_passes_what_the_items_may_be_reduced_by() {
    let mut shop = Shop::demo().expect("the embedded settings are checked");
    shop.headroom.default = 0;
    shop.headroom.items.insert("sku-1".into(), 15);
    let mut client = Client::of(shop);
    for (item, percent) in [("sku-1", 15), ("other", 0)] {
        let (_, said) = client
            .call("GET", &format!("/headroom/{item}"), Value::Null)
            .await;
        assert_eq!(said, json!({ "item": item, "percent": percent }));
    }
    client.join("c", None).await;
    let (_, coupon) = client
        .call("POST", "/me/coupons", json!({ "campaign": "welcome" }))
        .await;
    let code = coupon["code"].as_str();
    // 15 % of 100.00 is less than the 20.00 of the coupon; of 200.00 it is more.
    assert_eq!(
        client.order(10_000, code).await.1["code"],
        "crm.coupon_headroom"
    );
    let (_, unlisted) = client
        .call("POST", "/me/orders", json!({ "lines": [{ "item": "other", "quantity": 1, "price": 90_000 }], "coupon": code }))
        .await;
    assert_eq!(unlisted["code"], "crm.coupon_headroom");
    assert_eq!(client.order(20_000, code).await.0, StatusCode::CREATED);
}

#[tokio::test]
async fn a_budget_is_never_passed_and_an_unused_coupon_returns_to_it() {
    let mut shop = Shop::demo().expect("the embedded settings are checked");
    shop.campaigns[1].budget = 3 * 5_000 + 4_999;
    let mut client = Client::of(shop);
    let mut minted = 0;
    for n in 0..6 {
        client.join(&format!("m{n}"), None).await;
        let (status, answer) = client
            .call("POST", "/me/coupons", json!({ "campaign": "hesitation" }))
            .await;
        if status == StatusCode::OK {
            minted += 1;
        } else {
            assert_eq!(answer["code"], "crm.budget");
        }
    }
    assert_eq!(minted, 3);
    client.now += 3 * HOUR;
    let (status, _) = client
        .call("POST", "/me/coupons", json!({ "campaign": "hesitation" }))
        .await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn points_buy_rewards_of_the_tiers_they_are_for() {
    let mut client = Client::new();
    client.join("f", None).await;
    let redeem = |reward: &str| json!({ "reward": reward });
    assert_eq!(
        client
            .call("POST", "/me/points/redeem", redeem("tote"))
            .await
            .1["code"],
        "crm.points"
    );
    client.order(90_000, None).await;
    assert_eq!(
        client
            .call("POST", "/me/points/redeem", redeem("tasting"))
            .await
            .1["code"],
        "crm.tier"
    );
    assert_eq!(
        client
            .call("POST", "/me/points/redeem", redeem("tote"))
            .await
            .1["balance"],
        600
    );
    assert_eq!(
        client
            .call("POST", "/me/points/redeem", redeem("nothing"))
            .await
            .1["code"],
        "crm.unknown"
    );
}

#[tokio::test]
async fn the_birthday_coupon_comes_in_the_month_of_the_birthday() {
    let mut client = Client::new();
    // 21 September 2026.
    client.join("g", Some("09-02")).await;
    let (status, _) = client
        .call("POST", "/me/coupons", json!({ "campaign": "birthday" }))
        .await;
    assert_eq!(status, StatusCode::OK);
    client.join("h", Some("02-29")).await;
    let (_, refused) = client
        .call("POST", "/me/coupons", json!({ "campaign": "birthday" }))
        .await;
    assert_eq!(refused["code"], "crm.ineligible");
    for wrong in ["1990-02-03", "02-30", "13-01", "00-10", "+2-01"] {
        let (_, refused) = client
            .call(
                "POST",
                "/members",
                json!({ "login": "i", "secret": "correct horse", "name": "i", "birthday": wrong }),
            )
            .await;
        assert_eq!(refused["code"], "crm.field", "{wrong}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Whatever members do in whatever order, the ledger's sum is the balance and never negative, no coupon is used
    /// twice, and no campaign passes its budget.
    #[test]
    fn sums_hold_whatever_members_do(steps in prop::collection::vec((0u8..7, 0usize..3, 1i64..60_000, 0i64..20), 1..60)) {
        let mut shop = Shop::demo().expect("the embedded settings are checked");
        shop.campaigns[1].budget = 12_000;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let crm = Crm::open(folder.path(), shop, true).expect("it opens");
        let shop = &crm.shop;
        let ids: Vec<String> = (0..3).map(|n| {
            crm.transact(|database| {
                let id = format!("member-{n}");
                database.execute("INSERT INTO members VALUES (?1, ?1, '', 'x', NULL, 0)", [&id])?;
                Ok(id)
            }).expect("it writes")
        }).collect();
        let mut now = NOW;
        for (what, who, amount, days) in steps {
            now += days * DAY_MS + 1;
            let member = &ids[who];
            let lines = [order::Line { item: "a".into(), quantity: 1, price: amount }];
            let _ = crm.transact(|database| match what {
                0 | 1 => order::place(database, shop, member, &lines, order::Reduction::None, now).map(drop),
                2 => {
                    let code = coupon::wallet(database, member)?.first().map(|coupon| coupon.code.clone());
                    order::place(database, shop, member, &lines, code.as_deref().map_or(order::Reduction::None, order::Reduction::Coupon), now).map(drop)
                }
                3 => coupon::mint(database, shop, member, "hesitation", now).map(drop),
                4 => match order::all(database, member)?.first() {
                    Some(order) => order::change(database, member, &order.id, order::Change::Cancel, now).map(drop),
                    None => Ok(()),
                },
                5 => points::redeem(database, shop, member, "tote", now).map(drop),
                _ => coupon::mint(database, shop, member, "welcome", now).map(drop),
            });
            crm.transact(|database| {
                for member in &ids {
                    let balance: i64 = points::settle(database, member, now)?.iter().map(|lot| lot.amount).sum();
                    let sum: i64 = database.query_row("SELECT coalesce(sum(amount), 0) FROM points WHERE member = ?1", [member], |row| row.get(0))?;
                    // A debt is a negative sum with nothing to spend.
                    assert_eq!(balance, sum.max(0));
                }
                let twice: i64 = database.query_row("SELECT count(*) FROM (SELECT coupon FROM orders WHERE coupon IS NOT NULL AND state <> 'cancelled' GROUP BY coupon HAVING count(*) > 1)", [], |row| row.get(0))?;
                assert_eq!(twice, 0);
                assert!(coupon::committed(database, "hesitation", now)? <= 12_000);
                Ok(())
            }).expect("it reads");
        }
    }
}
