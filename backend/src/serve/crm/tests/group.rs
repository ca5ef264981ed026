//! Group buys over HTTP: started, joined, complete, ordered at their price; and all that is refused.

use super::*;

/// Of the demo's settings: two members, 15 % off, within a day.
const KETTLE: &str = "norhaven-skerry-electric-kettle-1-7-l-white";
const PRICE: i64 = 26_900;

impl Client {
    async fn begin(&self, item: &str) -> (StatusCode, Value) {
        self.call("POST", "/me/group-buys", json!({ "item": item }))
            .await
    }

    async fn enter(&self, id: &str) -> (StatusCode, Value) {
        self.call("POST", &format!("/me/group-buys/{id}/join"), json!({}))
            .await
    }

    async fn together(&self, item: &str, quantity: i64, group: &str) -> (StatusCode, Value) {
        let lines = json!([{ "item": item, "quantity": quantity, "price": PRICE }]);
        let body = json!({ "lines": lines, "group": group });
        self.call("POST", "/me/orders", body).await
    }

    async fn open_groups(&self) -> Vec<String> {
        let groups = self.get(&format!("/group-buys/{KETTLE}")).await;
        let groups = groups.as_array().expect("a list").iter();
        groups
            .map(|group| group["id"].as_str().expect("an id").to_owned())
            .collect()
    }
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().into()
}

/// Two members who made a group complete, the second signed in, and the id of the group.
async fn pair() -> (Client, String) {
    let mut client = Client::new();
    client.join("an", None).await;
    let id = text(&client.begin(KETTLE).await.1, "id");
    client.join("bo", None).await;
    client.enter(&id).await;
    (client, id)
}

#[tokio::test]
async fn two_members_meet_and_each_buys_one_for_less() {
    let mut client = Client::new();
    let terms = client.get("/group-buys").await;
    assert!(
        terms
            .as_array()
            .expect("a list")
            .iter()
            .any(|one| one["item"] == KETTLE)
    );
    client.join("an", None).await;
    let first = client.token.clone();
    let (status, group) = client.begin(KETTLE).await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(
        (&group["state"], &group["joined"]),
        (&"open".into(), &1.into())
    );
    assert_eq!(group["ends"], NOW + 24 * HOUR);
    let id = text(&group, "id");
    assert_eq!(client.open_groups().await, [id.as_str()]);
    // Starting and joining again change nothing.
    assert_eq!(text(&client.begin(KETTLE).await.1, "id"), id);
    assert_eq!(client.enter(&id).await.1["joined"], 1);
    assert_eq!(
        text(&client.together(KETTLE, 1, &id).await.1, "code"),
        "crm.group_price",
        "it is not complete"
    );

    client.join("bo", None).await;
    client.now += HOUR;
    let (status, group) = client.enter(&id).await;
    assert_eq!(
        (status, &group["state"], &group["joined"]),
        (StatusCode::OK, &"complete".into(), &2.into())
    );
    assert_eq!(group["ends"], NOW + 25 * HOUR, "as long again to order");
    assert!(client.open_groups().await.is_empty());
    // One of three takes the price.
    let (status, order) = client.together(KETTLE, 3, &id).await;
    assert_eq!(status, StatusCode::CREATED, "{order}");
    assert_eq!(order["discount"], PRICE * 15 / 100);
    assert_eq!(order["total"], 3 * PRICE - PRICE * 15 / 100);
    let again = client.together(KETTLE, 1, &id).await;
    assert_eq!(text(&again.1, "code"), "crm.group_price");
    assert_eq!(client.get("/me/group-buys").await[0]["order"], order["id"]);
    // A cancelled order gives the price back.
    let cancel = format!("/me/orders/{}/cancel", text(&order, "id"));
    client.call("POST", &cancel, json!({})).await;
    assert_eq!(client.together(KETTLE, 1, &id).await.0, StatusCode::CREATED);

    client.token = first;
    assert_eq!(
        text(&client.together("sku-1", 1, &id).await.1, "code"),
        "crm.group_price",
        "another item"
    );
    client.now = NOW + 25 * HOUR;
    assert_eq!(client.get("/me/group-buys").await[0]["state"], "over");
    let late = client.together(KETTLE, 1, &id).await;
    assert_eq!(text(&late.1, "code"), "crm.group_price");
}

#[tokio::test]
async fn a_group_that_is_full_or_over_takes_nobody() {
    let (mut client, id) = pair().await;
    client.join("cy", None).await;
    let (status, full) = client.enter(&id).await;
    assert_eq!(
        (status, text(&full, "code")),
        (StatusCode::CONFLICT, "crm.group_closed".into())
    );
    let own = text(&client.begin(KETTLE).await.1, "id");
    client.join("di", None).await;
    let other = text(&client.begin(KETTLE).await.1, "id");
    assert_eq!(text(&client.enter(&own).await.1, "code"), "crm.group_held");
    assert_eq!(client.open_groups().await.len(), 2);
    client.now += 24 * HOUR;
    assert!(client.open_groups().await.is_empty());
    client.join("ed", None).await;
    for over in [&own, &other] {
        assert_eq!(
            text(&client.enter(over).await.1, "code"),
            "crm.group_closed"
        );
    }
    for (path, body) in [
        ("/me/group-buys", json!({ "item": "nothing" })),
        ("/me/group-buys/none/join", json!({})),
    ] {
        let (status, unknown) = client.call("POST", path, body).await;
        assert_eq!(
            (status, text(&unknown, "code")),
            (StatusCode::NOT_FOUND, "crm.unknown".into())
        );
    }
    let both = json!({ "lines": [{ "item": KETTLE, "quantity": 1, "price": 1 }], "group": id, "coupon": "x" });
    let (_, both) = client.call("POST", "/me/orders", both).await;
    assert_eq!(text(&both, "code"), "crm.field");
    client.token.clear();
    assert_eq!(text(&client.begin(KETTLE).await.1, "code"), "crm.sign_in");
}

#[tokio::test]
async fn nobody_orders_at_the_price_of_a_group_they_are_not_in() {
    let (mut client, id) = pair().await;
    client.join("cy", None).await;
    let foreign = client.together(KETTLE, 1, &id).await;
    assert_eq!(text(&foreign.1, "code"), "crm.unknown");
}

#[tokio::test]
async fn whoever_is_erased_leaves_no_group_behind_and_does_not_break_a_complete_one() {
    let mut client = Client::new();
    client.join("an", None).await;
    let lone = text(&client.begin("mistpeak-white-peony-tea-50-g").await.1, "id");
    let id = text(&client.begin(KETTLE).await.1, "id");
    let first = client.token.clone();
    client.join("bo", None).await;
    client.enter(&id).await;
    let second = std::mem::replace(&mut client.token, first);
    let (_, erased) = client.call("DELETE", "/me", Value::Null).await;
    assert_eq!(erased["erased"], 4, "member, session, two memberships");
    client.token = second;
    assert_eq!(text(&client.enter(&lone).await.1, "code"), "crm.unknown");
    let group = client.get("/me/group-buys").await;
    assert_eq!(
        (&group[0]["state"], &group[0]["joined"]),
        (&"complete".into(), &2.into())
    );
    assert_eq!(client.together(KETTLE, 1, &id).await.0, StatusCode::CREATED);
}

#[tokio::test]
async fn a_group_price_never_passes_the_headroom_that_the_shop_has_now() {
    let (mut client, id) = pair().await;
    let mut shop = Shop::demo().expect("the embedded settings are checked");
    shop.group_buys.clear();
    shop.headroom.items.insert(KETTLE.into(), 10);
    let folder = std::mem::replace(&mut client.folder, tempfile::tempdir().expect("a folder"));
    let crm = Arc::new(Crm::open(folder.path(), shop, true).expect("it opens again"));
    client.router = api::router(crm);
    let refused = client.together(KETTLE, 1, &id).await;
    assert_eq!(text(&refused.1, "code"), "crm.group_headroom");
}
