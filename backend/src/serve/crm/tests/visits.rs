//! Visits to stores and hand-offs over HTTP.

use super::*;

/// 2026-09-22 10:00 in Stockholm, a Tuesday.
const OPENING: i64 = 1_790_064_000_000;

#[tokio::test]
async fn a_visit_is_booked_once_within_opening_hours_and_can_be_cancelled() {
    let mut client = Client::new();
    client.join("visitor", None).await;
    let wish = |visit: i64| json!({ "store": "stockholm-city", "item": "tv", "visit": visit });
    let (status, first) = client.call("POST", "/me/bookings", wish(OPENING)).await;
    assert_eq!(status, StatusCode::CREATED);
    let (_, again) = client.call("POST", "/me/bookings", wish(OPENING)).await;
    assert_eq!(
        first["id"], again["id"],
        "the same visit is the same booking"
    );
    for (visit, code) in [
        (OPENING - 60_000, "crm.closed"),
        (OPENING + 9 * HOUR, "crm.closed"),
        (OPENING + 60 * DAY_MS, "crm.closed"),
        (NOW - 1, "crm.field"),
    ] {
        let (_, answer) = client.call("POST", "/me/bookings", wish(visit)).await;
        assert_eq!(answer["code"], code, "{visit}");
    }
    let listed = client.get("/me/bookings").await;
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    let path = format!(
        "/me/bookings/{}/cancel",
        first["id"].as_str().expect("an id")
    );
    let (status, _) = client.call("POST", &path, Value::Null).await;
    assert_eq!(status, StatusCode::OK);
    let (_, answer) = client.call("POST", &path, Value::Null).await;
    assert_eq!(answer["code"], "crm.unknown");
    assert_eq!(client.get("/me/bookings").await, json!([]));
    for n in 0..20 {
        let (status, _) = client
            .call("POST", "/me/bookings", wish(OPENING + n * 60_000))
            .await;
        assert_eq!(status, StatusCode::CREATED);
    }
    let (_, answer) = client
        .call("POST", "/me/bookings", wish(OPENING + HOUR))
        .await;
    assert_eq!(answer["code"], "crm.bookings");
}

#[tokio::test]
async fn a_hand_off_is_vouched_for_without_being_seen() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
    use ed25519_dalek::{Signature, Verifier, VerifyingKey};
    let mut client = Client::new();
    let member = client.join("giver", None).await;
    let digest = "A".repeat(43);
    let expires = NOW + 600_000;
    let (status, vouched) = client
        .call(
            "POST",
            "/me/handoffs",
            json!({ "digest": digest, "expires": expires }),
        )
        .await;
    assert_eq!(
        (status, vouched["member"].as_str()),
        (StatusCode::CREATED, Some(member.as_str()))
    );
    let keys = client.get("/keys").await;
    let bytes = |text: &Value| {
        BASE64
            .decode(text.as_str().expect("a text"))
            .expect("base64")
    };
    let key: [u8; 32] = bytes(&keys["keys"][0]["x"]).try_into().expect("32 bytes");
    let key = VerifyingKey::from_bytes(&key).expect("a key");
    let signature = Signature::from_slice(&bytes(&vouched["signature"])).expect("a signature");
    let said = |expires: i64| format!("tillside-handoff-1.{member}.{}.{digest}", expires / 1000);
    assert!(key.verify(said(expires).as_bytes(), &signature).is_ok());
    assert!(
        key.verify(said(expires + 1000).as_bytes(), &signature)
            .is_err()
    );
    for body in [
        json!({ "digest": "short", "expires": expires }),
        json!({ "digest": "!".repeat(43), "expires": expires }),
        json!({ "digest": digest, "expires": NOW }),
        json!({ "digest": digest, "expires": NOW + 31 * 60_000 }),
    ] {
        let (_, answer) = client.call("POST", "/me/handoffs", body).await;
        assert_eq!(answer["code"], "crm.field");
    }
}
