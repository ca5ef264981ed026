//! An event as a message of the Segment HTTP Tracking API.

use super::time::iso;
use crate::consent;
use crate::intake::{Event, Field, Kind, Product, Scalar, bare_path};
use crate::json::Json;

/// Bytes that a collector takes in one message: Segment's 32 KB, read strictly.
pub const MESSAGE_BYTES: usize = 32_000;

/// How every message begins, before the name of its event.
pub(super) const MESSAGE_BEGINS: &str = r#"{"type":"track","event":"#;

/// What a message says beside the event.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// The device's id, which exists only while measurement is allowed.
    pub anonymous: &'a str,
    /// Language of the page.
    pub locale: Option<&'a str>,
    /// The page's path; what follows `?` or `#` is cut off.
    pub path: Option<&'a str>,
}

/// The message of an event. Where it would be longer than a collector takes, what the catalogue knows anyway is left
/// out of its products.
pub fn message(event: &Event, envelope: &Envelope<'_>) -> String {
    let whole = write(event, envelope, false);
    if whole.len() <= MESSAGE_BYTES {
        whole
    } else {
        write(event, envelope, true)
    }
}

fn write(event: &Event, envelope: &Envelope<'_>, lean: bool) -> String {
    let mut json = Json::default();
    json.raw(MESSAGE_BEGINS).text(event.kind.name());
    json.key("messageId").text(&event.id);
    json.key("anonymousId").text(envelope.anonymous);
    json.key("timestamp").text(&iso(event.time));
    json.key("properties").raw("{");
    fields(&mut json, &event.fields, false);
    match &event.products[..] {
        [] => {}
        [single] if event.kind.is_single() => product(&mut json, event.kind, single, lean),
        products => {
            json.key("products").raw("[");
            for each in products {
                json.open('{');
                product(&mut json, event.kind, each, lean);
                json.raw("}");
            }
            json.raw("]");
        }
    }
    json.raw(r#"},"context":{"library":{"name":"tillside","version":"#);
    json.text(env!("CARGO_PKG_VERSION")).raw("}");
    if let Some(locale) = envelope.locale {
        json.key("locale").text(locale);
    }
    if let Some(path) = envelope.path.map(bare_path)
        && consent::find(path, true).is_none()
    {
        json.key("page").raw(r#"{"path":"#).text(path).raw("}");
    }
    json.key("sessionId").text(&event.session.text());
    json.key("sequence").count(event.sequence).raw("}}");
    json.0
}

fn product(json: &mut Json, kind: Kind, product: &Product, lean: bool) {
    json.key("product_id").text(&product.id);
    if !lean {
        for (key, text) in &[("category", &product.category), ("brand", &product.brand)] {
            if let Some(text) = text {
                json.key(key).text(text);
            }
        }
    }
    if let Some(price) = product.price {
        json.key("price").amount(price);
    }
    // A measure stands among the fields, under the same name.
    let measured = product
        .fields
        .iter()
        .any(|(field, _)| *field == Field::Measure);
    if !measured && (kind.has_quantities() || product.quantity != 1) {
        json.key("quantity").count(product.quantity);
    }
    fields(json, &product.fields, lean);
}

fn fields(json: &mut Json, fields: &[(Field, Scalar)], lean: bool) {
    for (field, scalar) in fields {
        match scalar {
            Scalar::Text(_) if lean => continue,
            Scalar::Text(text) => json.key(field.name()).text(text),
            Scalar::Amount(amount) => json.key(field.name()).amount(*amount),
            Scalar::Count(count) => json.key(field.name()).count(*count),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::Session;
    use crate::report::Place;
    use serde_json::{Value, json};

    const BARE: Envelope<'_> = Envelope {
        anonymous: "a-1",
        locale: None,
        path: None,
    };

    fn event(kind: Kind, products: Vec<Product>, fields: Vec<(Field, Scalar)>) -> Event {
        Event {
            id: "m-1".into(),
            kind,
            time: 1_767_323_045_008,
            session: Session(0x19b7_c3d1_4fb2_7001),
            sequence: 3,
            products,
            fields,
        }
    }

    #[test]
    fn a_message_is_whole_and_in_order() {
        let mut product = Product::new("sku\"1");
        product.price = Some(0.1 + 0.2);
        product
            .fields
            .push((Field::Name, Scalar::Text("Tee\n𠮷".into())));
        let fields = vec![(Field::Currency, Scalar::Text("CNY".into()))];
        let envelope = Envelope {
            anonymous: "a-1",
            locale: Some("zh-CN"),
            path: Some("/p/1?token=x#y"),
        };
        let expected = concat!(
            r#"{"type":"track","event":"Product Added","messageId":"m-1","anonymousId":"a-1","#,
            r#""timestamp":"2026-01-02T03:04:05.008Z","properties":{"currency":"CNY","product_id":"sku\"1","#,
            r#""price":0.3,"quantity":1,"name":"Tee\u000a𠮷"},"context":{"library":{"name":"tillside","version":""#,
            env!("CARGO_PKG_VERSION"),
            r#""},"locale":"zh-CN","page":{"path":"/p/1"},"sessionId":"19b7c3d14fb27001","sequence":3}}"#,
        );
        assert_eq!(
            message(&event(Kind::ProductAdded, vec![product], fields), &envelope),
            expected
        );
    }

    #[test]
    fn a_path_with_a_person_in_it_is_left_out() {
        let envelope = Envelope {
            path: Some("/reset/li.na@example.com"),
            ..BARE
        };
        let message = message(&event(Kind::PageViewed, vec![], vec![]), &envelope);
        assert!(!message.contains("li.na") && !message.contains("page\":"));
    }

    #[test]
    fn a_long_order_keeps_what_only_it_knows() {
        let mut products = Vec::new();
        for number in 0..200 {
            let mut product = Product::new(number.to_string());
            product.category = Some("c".repeat(200));
            product.price = Some(5.0);
            product.quantity = 2;
            product
                .fields
                .push((Field::Name, Scalar::Text("n".repeat(200))));
            products.push(product);
        }
        let fields = vec![(Field::OrderId, Scalar::Text("o-1".into()))];
        let message = message(&event(Kind::OrderCompleted, products, fields), &BARE);
        assert!(message.len() <= MESSAGE_BYTES);
        let message: Value = serde_json::from_str(&message).unwrap();
        assert_eq!(message["properties"]["order_id"], "o-1");
        let last = &message["properties"]["products"][199];
        assert_eq!(
            last,
            &json!({ "product_id": "199", "price": 5, "quantity": 2 })
        );
    }

    #[test]
    fn what_became_of_a_shelf() {
        let shelf = crate::report::Shelf {
            placement: "home",
            decision: "d-1",
            model: "abc",
            policy: "interleaved",
            experiment: "ranker",
            ..Default::default()
        };
        let a = Place {
            id: "a",
            reason: "viewed",
            ..Place::default()
        };
        let b = Place {
            id: "b",
            reason: "discovery",
            propensity: Some(0.25),
            ranker: "bold",
        };
        for ((kind, products, fields), expected) in [
            (
                shelf.impression([a, b].into_iter()),
                json!({
                    "list_id": "rec:home", "request_id": "d-1", "model_version": "abc", "policy": "interleaved", "experiment_id": "ranker",
                    "products": [
                        { "product_id": "a", "position": 1, "reason": "viewed" },
                        { "product_id": "b", "position": 2, "reason": "discovery", "propensity": 0.25, "ranker": "bold" },
                    ],
                }),
            ),
            (
                shelf.click(b, 2),
                json!({
                    "list_id": "rec:home", "request_id": "d-1", "model_version": "abc", "policy": "interleaved", "experiment_id": "ranker",
                    "product_id": "b", "position": 2, "reason": "discovery", "propensity": 0.25, "ranker": "bold",
                }),
            ),
        ] {
            let message: Value =
                serde_json::from_str(&message(&event(kind, products, fields), &BARE)).unwrap();
            assert_eq!(message["event"], kind.name());
            assert_eq!(message["properties"], expected);
        }
    }
}
