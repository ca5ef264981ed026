//! Members over HTTP: orders and tiers, cancellation, repeated calls, signed facts, erasure.

use super::*;

#[tokio::test]
async fn a_member_registers_orders_and_sees_what_is_missing_to_the_next_tier() {
    let mut client = Client::new();
    assert_eq!(client.get("/session").await["member"], Value::Null);
    let id = client.join("lin", None).await;
    assert_eq!(
        client.get("/session").await["member"].as_str(),
        Some(id.as_str())
    );
    assert_eq!(client.order(488_000, None).await.0, StatusCode::CREATED);
    let me = client.get("/me").await;
    assert_eq!(me["standing"]["tier"], "gold");
    assert_eq!(me["standing"]["next"]["tier"], "diamond");
    assert_eq!(me["standing"]["next"]["missing"], 120);
    assert_eq!(me["points"]["balance"], 4880);
    client.now += 366 * DAY_MS;
    assert_eq!(
        client.call("GET", "/me", Value::Null).await.1["code"],
        "crm.sign_in",
        "a session ends"
    );
    let (_, session) = client
        .call(
            "POST",
            "/sign-in",
            json!({ "login": "lin", "secret": "correct horse" }),
        )
        .await;
    client.token = session["token"].as_str().expect("a token").into();
    let later = client.get("/me").await;
    assert_eq!(
        (&later["standing"]["tier"], &later["points"]["balance"]),
        (&"silver".into(), &0.into())
    );
    let ledger = client.get("/me/points").await;
    let kinds: Vec<_> = ledger["ledger"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["kind"].clone())
        .collect();
    assert_eq!(kinds, ["earned", "expired"]);
}

#[tokio::test]
async fn a_cancelled_order_takes_its_points_back_and_gives_its_coupon_back() {
    let mut client = Client::new();
    client.join("d", None).await;
    let (_, coupon) = client
        .call("POST", "/me/coupons", json!({ "campaign": "welcome" }))
        .await;
    let (_, order) = client.order(20_000, coupon["code"].as_str()).await;
    let id = order["id"].as_str().expect("an id");
    assert_eq!(client.get("/me").await["points"]["balance"], 180);
    for _ in 0..2 {
        let (_, cancelled) = client
            .call("POST", &format!("/me/orders/{id}/cancel"), Value::Null)
            .await;
        assert_eq!(cancelled["state"], "cancelled");
    }
    assert_eq!(client.get("/me").await["points"]["balance"], 0);
    assert_eq!(
        client.order(20_000, coupon["code"].as_str()).await.0,
        StatusCode::CREATED
    );
    let (_, refused) = client
        .call("POST", &format!("/me/orders/{id}/refund"), Value::Null)
        .await;
    assert_eq!(refused["code"], "crm.order_state");
}

#[tokio::test]
async fn a_call_sent_again_gets_the_first_answer() {
    let mut client = Client::new();
    client.join("e", None).await;
    let body = json!({ "lines": [{ "item": "sku-1", "quantity": 2, "price": 5_000 }] });
    let (_, first) = client
        .keyed("POST", "/me/orders", body.clone(), Some("k-1"))
        .await;
    let (_, again) = client
        .keyed("POST", "/me/orders", body.clone(), Some("k-1"))
        .await;
    assert_eq!(first, again);
    assert_eq!(
        client.get("/me/orders").await.as_array().map(Vec::len),
        Some(1)
    );
    let (_, other) = client
        .keyed(
            "POST",
            "/me/coupons",
            json!({ "campaign": "birthday" }),
            Some("k-1"),
        )
        .await;
    assert_eq!(other["code"], "crm.key_reused");
}

#[tokio::test]
async fn facts_are_signed_and_a_changed_byte_is_noticed() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
    use ed25519_dalek::{Signature, VerifyingKey};
    let mut client = Client::new();
    let id = client.join("j", None).await;
    client.order(200_000, None).await;
    client
        .call(
            "POST",
            "/me/contacts",
            json!({ "channel": "chat", "topic": "Where is my parcel?" }),
        )
        .await;
    let facts = client.get("/me/facts").await;
    assert_eq!(facts["expires"], NOW + 600_000);
    let token = facts["token"].as_str().expect("a token");
    let key = client.get("/keys").await["keys"][0]["x"]
        .as_str()
        .map(|x| BASE64.decode(x).expect("base64"))
        .expect("a key");
    let key = VerifyingKey::from_bytes(&key.try_into().expect("32 bytes")).expect("a key");
    let (signed, signature) = token.rsplit_once('.').expect("three parts");
    let signature =
        Signature::from_slice(&BASE64.decode(signature).expect("base64")).expect("64 bytes");
    key.verify_strict(signed.as_bytes(), &signature)
        .expect("it was signed by this key");
    let forged = signed.replacen('e', "f", 1);
    assert!(key.verify_strict(forged.as_bytes(), &signature).is_err());
    let payload = signed.split('.').nth(1).expect("a payload");
    let payload: Value =
        serde_json::from_slice(&BASE64.decode(payload).expect("base64")).expect("JSON");
    assert_eq!(payload["sub"].as_str(), Some(id.as_str()));
    assert_eq!(payload["facts"]["standing"]["tier"], "gold");
    assert_eq!(
        payload["facts"]["contacts"][0]["topic"],
        "Where is my parcel?"
    );
    assert_eq!(payload["facts"]["orders"]["count"], 1);
    let text = payload.to_string();
    assert!(!text.contains("headroom") && !text.contains("secret") && !text.contains("budget"));
}

#[tokio::test]
async fn an_erased_member_leaves_no_row_and_a_budget_stays_spent() {
    let mut client = Client::new();
    let id = client.join("k", None).await;
    let (_, coupon) = client
        .call("POST", "/me/coupons", json!({ "campaign": "welcome" }))
        .await;
    client.order(20_000, coupon["code"].as_str()).await;
    client
        .call(
            "POST",
            "/me/bookings",
            json!({ "store": "stockholm-city", "visit": NOW + HOUR }),
        )
        .await;
    let (_, erased) = client.call("DELETE", "/me", Value::Null).await;
    assert!(erased["erased"].as_i64() >= Some(5));
    assert_eq!(
        client.call("GET", "/me", Value::Null).await.1["code"],
        "crm.sign_in"
    );
    let left = client.crm.transact(|database| {
        let mut left = 0;
        let mut tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'")?;
        let tables: Vec<String> = tables
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for table in tables {
            let mut rows = database.prepare(&format!("SELECT * FROM {table}"))?;
            let columns = rows.column_count();
            let mut rows = rows.query([])?;
            while let Some(row) = rows.next()? {
                for column in 0..columns {
                    left += i64::from(
                        row.get_ref(column)?
                            .as_str()
                            .is_ok_and(|text| text.contains(&id)),
                    );
                }
            }
        }
        Ok((
            left,
            coupon::committed(database, "welcome", NOW + 400 * DAY_MS)?,
        ))
    });
    assert_eq!(left.expect("it reads"), (0, 2_000));
}
