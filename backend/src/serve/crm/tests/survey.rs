//! Answers to surveys over HTTP: kept once, a bad one opens a contact, and all that is refused.

use super::*;

fn marks(kind: &str, about: &str, [goods, delivery, service]: [i64; 3]) -> Value {
    json!({ "kind": kind, "about": about, "rating": goods, "rating_delivery": delivery, "rating_service": service })
}

#[tokio::test]
async fn a_bad_answer_opens_a_contact_and_a_good_one_does_not() {
    let mut client = Client::new();
    client.join("an", None).await;
    let (_, contact) = client
        .call(
            "POST",
            "/me/contacts",
            json!({ "channel": "chat", "topic": "It rattles", "item": "sku-1" }),
        )
        .await;
    let id = contact["id"].as_str().expect("an id");
    client
        .call("POST", &format!("/me/contacts/{id}/resolve"), json!({}))
        .await;
    let mut bad = marks("service", id, [4, 5, 1]);
    bad["topic"] = "Not content with the service".into();
    let (status, answer) = client.call("POST", "/me/surveys", bad).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let contacts = client.get("/me/contacts").await;
    let opened = contacts
        .as_array()
        .expect("a list")
        .iter()
        .find(|one| one["id"] == answer["contact"])
        .expect("it was opened");
    assert_eq!(opened["topic"], "Not content with the service");
    assert_eq!(
        (&opened["item"], &opened["resolved"]),
        (&"sku-1".into(), &Value::Null)
    );
    // The first answer stands, and opens nothing again.
    client.now += HOUR;
    let (_, again) = client
        .call("POST", "/me/surveys", marks("service", id, [5, 5, 5]))
        .await;
    assert_eq!(again, answer);
    assert_eq!(
        client.get("/me/contacts").await.as_array().map(Vec::len),
        Some(2)
    );

    let (_, order) = client.order(5_000, None).await;
    let order = order["id"].as_str().expect("an id");
    let (_, good) = client
        .call("POST", "/me/surveys", marks("delivery", order, [3, 4, 5]))
        .await;
    assert_eq!(good["contact"], Value::Null);
    assert_eq!(
        client.get("/me/surveys").await.as_array().map(Vec::len),
        Some(2)
    );
    let (_, erased) = client.call("DELETE", "/me", Value::Null).await;
    assert!(
        erased["erased"].as_i64() >= Some(7),
        "answers are erased: {erased}"
    );
}

#[tokio::test]
async fn an_answer_about_what_is_not_the_members_or_out_of_range_is_refused() {
    let mut client = Client::new();
    client.join("an", None).await;
    let (_, order) = client.order(5_000, None).await;
    let id = order["id"].as_str().expect("an id").to_owned();
    let mut long = marks("delivery", &id, [1, 1, 1]);
    long["topic"] = "x".repeat(201).into();
    for (body, code) in [
        (marks("delivery", &id, [0, 3, 3]), "crm.field"),
        (marks("delivery", &id, [3, 6, 3]), "crm.field"),
        (marks("delivery", &id, [3, 3, -1]), "crm.field"),
        (long, "crm.field"),
        (marks("service", &id, [3, 3, 3]), "crm.unknown"),
        (marks("delivery", "none", [3, 3, 3]), "crm.unknown"),
        (marks("party", &id, [3, 3, 3]), "crm.body"),
        (json!({ "kind": "delivery" }), "crm.body"),
    ] {
        let (_, refused) = client.call("POST", "/me/surveys", body).await;
        assert_eq!(refused["code"], code);
    }
    client.join("bo", None).await;
    let (_, foreign) = client
        .call("POST", "/me/surveys", marks("delivery", &id, [3, 3, 3]))
        .await;
    assert_eq!(foreign["code"], "crm.unknown");
    assert_eq!(
        client.get("/me/surveys").await.as_array().map(Vec::len),
        Some(0)
    );
}
