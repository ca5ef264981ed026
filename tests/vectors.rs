//! The golden vectors, natively. The same files run inside wasm.
//!
//! For whole recommendations a file describes the shop and not the model's bytes, so that it can be read; each side packs
//! it by itself, this one with [`Packer`], and proves by the hash that they are the same bytes. The clock and chance
//! come in where the bindings let them in.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use tillside::consent::Purposes;
use tillside::engine::{Engine, Settings};
use tillside::intake::{Arrival, Intake, Value};
use tillside::recommend::{
    Because, Cause, Entry, Fallback, List, Placed, Placement, Reason, Request, Source, Warning,
};
use tillside::report::{Envelope, message};
use tillside::shop::Model;
use tillside::shop::pack::Packer;
use tillside::shop::rows::{encode_items, encode_neighbours};
use tillside::shop::terms;

#[test]
fn intake() {
    let file: Json = serde_json::from_str(include_str!("vectors/intake.json")).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= 40);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let properties: Value = case["track"][1].clone().into();
        let arrival = Arrival {
            id: "m-1",
            now: 1_767_323_045_008,
            time: None,
        };
        let event = case["track"][0].as_str().unwrap();
        let outcome = match Intake::new(7).accept(event, &properties, arrival) {
            Ok(event) => {
                let envelope = Envelope {
                    anonymous: "a-1",
                    locale: None,
                    path: None,
                };
                let message: Json = serde_json::from_str(&message(&event, &envelope)).unwrap();
                assert_eq!(message["messageId"], "m-1");
                json!({ "event": message["event"], "properties": message["properties"] })
            }
            Err(refusal) => json!({ "reason": refusal.code() }),
        };
        let expected = match case.get("reason") {
            Some(reason) => json!({ "reason": reason }),
            None => json!({ "event": case["event"], "properties": case["properties"] }),
        };
        assert_eq!(
            numbers_as_floats(outcome),
            numbers_as_floats(expected),
            "{name}"
        );
    }
}

/// JSON does not tell 19 from 19.0; serde_json does.
fn numbers_as_floats(json: Json) -> Json {
    match json {
        Json::Number(number) => json!(number.as_f64().unwrap()),
        Json::Array(list) => list.into_iter().map(numbers_as_floats).collect(),
        Json::Object(map) => map
            .into_iter()
            .map(|(key, value)| (key, numbers_as_floats(value)))
            .collect(),
        other => other,
    }
}

#[test]
fn offers() {
    let file: Json = serde_json::from_str(include_str!("vectors/offers.json")).unwrap();
    let plain = |json: &Json| tillside::value::Value::parse(&json.to_string()).unwrap();
    let now = file["now"].as_i64().unwrap();
    for case in file["cases"].as_array().unwrap() {
        let mut engine = Engine::new(Settings::default());
        let purposes = Purposes {
            personalisation: case["consent"]["personalisation"].as_bool() != Some(false),
            measurement: true,
            experiment: true,
        };
        engine.grant(purposes, "a-1");
        let taken = engine.ask("offers", &plain(&file["offers"]), now);
        assert_eq!(taken.to_json(), r#"{"ok":true,"campaigns":2}"#);
        for (n, event) in list(&case["events"]).iter().enumerate() {
            let arrival = Arrival {
                id: &format!("m-{n}"),
                now: now - event[0].as_i64().unwrap() * 60_000,
                time: None,
            };
            let properties = Value::read(&event[2]);
            engine
                .track(event[1].as_str().unwrap(), &properties, arrival)
                .unwrap();
        }
        let requests = list(&case["requests"]).iter();
        let answers: Vec<Json> = requests
            .map(|request| engine.ask("offer", &plain(request), now).print())
            .map(|answer| serde_json::from_str(&answer).unwrap())
            .collect();
        // As the page gets them: six places.
        assert_eq!(
            numbers_as_floats(Json::Array(answers)),
            numbers_as_floats(case["expected"].clone()),
            "{}",
            case["name"]
        );
    }
}

#[test]
fn recommend() {
    let file: Json = serde_json::from_str(include_str!("vectors/recommend.json")).unwrap();
    let plain = pack(&file["model"], None);
    let encoder = pack(&file["model"], Some(&file["encoder"]));
    for (name, bytes) in [("plain", &plain), ("encoder", &encoder)] {
        let packed = json!({ "bytes": bytes.len(), "sha256": hex(bytes) });
        assert_eq!(packed, file["packed"][name], "{name}");
        Model::open(bytes.clone()).unwrap().verify().unwrap();
    }
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= 30);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let model = if case["encoder"] == true {
            &encoder
        } else {
            &plain
        };
        let found = visit(case, model.clone(), file["now"].as_i64().unwrap());
        for item in found["items"].as_array().unwrap() {
            let score = item["score"].as_f64().unwrap();
            let parts = item["from"].as_object().unwrap().values();
            let sum: f64 = parts.filter_map(Json::as_f64).sum();
            assert!((sum - score).abs() <= 1e-6, "{name}: {sum} {score}");
        }
        assert_eq!(
            numbers_as_singles(found),
            numbers_as_singles(case["expected"].clone()),
            "{name}"
        );
    }
}

/// What comes of a case, in the words of the page.
fn visit(case: &Json, model: Vec<u8>, now: i64) -> Json {
    let mut engine = Engine::new(Settings {
        seed: case["seed"].as_u64().unwrap_or(1),
        ..Settings::default()
    });
    let allowed = |purpose| case["consent"][purpose].as_bool().unwrap_or(true);
    let purposes = Purposes {
        personalisation: allowed("personalisation"),
        measurement: allowed("measurement"),
        ..Purposes::default()
    };
    engine.grant(purposes, "a-1");
    engine.open_model(model).unwrap();
    for (n, event) in list(&case["events"]).iter().enumerate() {
        let arrival = Arrival {
            id: &format!("m-{n}"),
            now: now - event[0].as_i64().unwrap() * 60_000,
            time: None,
        };
        let properties = Value::read(&event[2]);
        let taken = engine.track(event[1].as_str().unwrap(), &properties, arrival);
        assert!(taken.is_ok(), "{event}: {taken:?}");
    }
    let rules = rules(&case["request"]["rules"]);
    let mut request = match case.get("bundle") {
        Some(asked) => Request {
            bundle: asked["priceCap"]
                .as_f64()
                .map_or(f32::INFINITY, |most| most as f32),
            item: asked["item"].as_str(),
            ..Request::new(Placement::Complements, 3)
        },
        None => request(&case["request"], &rules),
    };
    request.arrangement.seed = engine.seed(now) ^ request.placement as u64;
    let list = engine.recommend(request, now);
    shelf(&list, engine.model().unwrap())
}

/// A request as the bindings hand it on from the page.
fn request<'a>(asked: &'a Json, rules: &'a str) -> Request<'a> {
    let name = asked["placement"].as_str().unwrap();
    let number = Placement::NAMES.iter().position(|known| *known == name);
    let limit = asked["limit"].as_u64().unwrap_or(12) as usize;
    let mut request = Request::new(Placement::from_number(number.unwrap()), limit);
    request.item = asked["item"].as_str();
    request.category = asked["category"].as_str();
    request.query = asked["query"].as_str().unwrap_or("");
    request.rules = rules;
    request.compatible = asked["compatible"] == true;
    request.exclude = list(&asked["exclude"])
        .iter()
        .filter_map(Json::as_str)
        .collect();
    for (name, value) in asked["where"].as_object().into_iter().flatten() {
        let term = terms::attribute(name, value.as_str().unwrap());
        request.attributes.push(term);
    }
    let number = |json: &Json| json.as_f64().unwrap_or(0.0) as f32;
    let wish = &mut request.arrangement;
    wish.determinantal = asked["diversity"]["by"] == "dpp";
    wish.diversity = number(&asked["diversity"]).max(number(&asked["diversity"]["strength"]));
    wish.brand = number(&asked["spread"]["brand"]) as u8;
    wish.category = number(&asked["spread"]["category"]) as u8;
    wish.discovery = number(&asked["discovery"]);
    for pin in list(&asked["pins"]) {
        let place = pin["position"].as_u64().unwrap() as usize;
        wish.pins.push((pin["id"].as_str().unwrap(), place));
    }
    request
}

/// Rules as the lines that `pkg/given.js` makes of them.
fn rules(rules: &Json) -> String {
    let mut lines = Vec::new();
    for rule in list(rules) {
        let factor = if rule["bury"] == true {
            0.0
        } else {
            rule["boost"].as_f64().unwrap()
        };
        lines.push(format!("*{factor}"));
        for (name, values) in rule["where"].as_object().unwrap() {
            lines.push(format!("?{name}"));
            let one = std::slice::from_ref(values);
            for value in values.as_array().map_or(one, Vec::as_slice) {
                lines.push(format!("={}", value.as_str().unwrap()));
            }
        }
    }
    lines.join("\n")
}

/// A list in the words of the page.
fn shelf(list: &List, model: &Model) -> Json {
    let filtered = list.filtered;
    let filtered = [
        ("outOfStock", filtered.out_of_stock),
        ("inCart", filtered.in_cart),
        ("bought", filtered.bought),
        ("excluded", filtered.excluded),
    ];
    let filtered = filtered.into_iter().filter(|(_, count)| *count > 0);
    let warnings = Warning::NAMES.iter().enumerate();
    let warnings = warnings.filter(|(n, _)| list.warnings.iter().any(|one| *one as usize == *n));
    let mut shelf = json!({
        "items": list.entries.iter().map(|entry| place(entry, model)).collect::<Vec<_>>(),
        "fallback": Fallback::NAMES[list.fallback as usize],
        "blend": shares(&list.blend),
        "filtered": filtered.collect::<BTreeMap<_, _>>(),
        "warnings": warnings.map(|(_, name)| name).collect::<Vec<_>>(),
    });
    if list.price > 0.0 {
        shelf["price"] = json!(list.price);
    }
    shelf
}

fn place(entry: &Entry, model: &Model) -> Json {
    let reason = |reason: &Reason| match reason.because {
        Because::Nothing => json!([reason.code.name()]),
        Because::Item(item) => json!([reason.code.name(), model.key(item)]),
        Because::Category(category) => json!([reason.code.name(), model.category_path(category)]),
        Because::Brand(brand) => json!([reason.code.name(), model.brand_name(brand)]),
    };
    let mut causes = entry.causes.clone();
    causes.sort_by(|one, other| other.given.total_cmp(&one.given));
    let cause = |cause: &Cause| json!([cause.code.name(), model.key(cause.item), cause.given]);
    let mut from = shares(&entry.contributions);
    if entry.ruled != 0.0 {
        from.insert("rules".into(), json!(entry.ruled));
    }
    let mut place = json!({
        "id": model.key(entry.item),
        "score": entry.score,
        "source": Source::NAMES[entry.source()],
        "from": from,
        "reasons": entry.reasons.iter().map(reason).collect::<Vec<_>>(),
        "causes": causes.iter().map(cause).collect::<Vec<_>>(),
    });
    match entry.placed {
        Placed::Ranked => {}
        Placed::Pinned => place["placed"] = json!("pinned"),
        Placed::Discovered { propensity } => {
            place["placed"] = json!("discovered");
            place["propensity"] = json!(propensity);
        }
    }
    place
}

/// What each source gives, of those that give anything.
fn shares(given: &[f32]) -> Map<String, Json> {
    let all = Source::NAMES.iter().zip(given);
    let all = all.filter(|(_, given)| **given != 0.0);
    all.map(|(name, given)| ((*name).into(), json!(given)))
        .collect()
}

fn list(json: &Json) -> &[Json] {
    json.as_array().map_or(&[], Vec::as_slice)
}

/// A number of 32 bits is what the engine gave; in the file it is the shortest decimal that names it.
fn numbers_as_singles(json: Json) -> Json {
    match json {
        Json::Number(number) => json!(number.as_f64().unwrap() as f32),
        Json::Array(list) => list.into_iter().map(numbers_as_singles).collect(),
        Json::Object(map) => map
            .into_iter()
            .map(|(key, value)| (key, numbers_as_singles(value)))
            .collect(),
        other => other,
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits = Sha256::digest(bytes);
    digits.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The model of a shop: `tests/wasm/pack.mjs` does the same in the page's language.
fn pack(shop: &Json, encoder: Option<&Json>) -> Vec<u8> {
    let text = |json: &Json| json.as_str().unwrap().to_owned();
    let items = list(&shop["items"]);
    let keys: Vec<String> = items.iter().map(|item| text(&item["key"])).collect();
    let number = |key: &Json| keys.iter().position(|known| *key == **known).unwrap() as u32;
    let mut packer = Packer::default();
    packer.keys(&keys);
    let popularity = items
        .iter()
        .map(|item| item["popularity"].as_u64().unwrap() as u8);
    packer.u8s("item.popularity", &popularity.collect::<Vec<_>>());
    let price = items
        .iter()
        .map(|item| item["price"].as_f64().unwrap() as f32);
    packer.f32s("item.price", &price.collect::<Vec<_>>());
    let flags = items.iter().map(|item| {
        Model::flags(
            item["outOfStock"] == true,
            item["repeatable"] == true,
            false,
        )
    });
    packer.u8s("item.flags", &flags.collect::<Vec<_>>());

    // Numbered as they are come to, a parent before what is below it.
    let (mut paths, mut names, mut parents) = (Vec::new(), Vec::new(), Vec::new());
    let mut categories = Vec::new();
    for item in items {
        let (mut parent, mut path) = (u16::MAX, String::new());
        for name in item["category"]
            .as_str()
            .unwrap()
            .split(" > ")
            .filter(|name| !name.is_empty())
        {
            path = format!("{path}>{name}");
            let known = paths.iter().position(|known| *known == path);
            let number = known.unwrap_or(paths.len());
            if known.is_none() {
                paths.push(path.clone());
                names.push(name);
                parents.push(parent);
            }
            parent = number as u16;
        }
        categories.push(parent);
    }
    packer.texts("category.name", &names);
    packer.u16s("category.parent", &parents);
    packer.u16s("item.category", &categories);
    let mut brands: Vec<String> = items.iter().map(|item| text(&item["brand"])).collect();
    let own = brands.clone();
    brands.retain(|brand| !brand.is_empty());
    brands.sort();
    brands.dedup();
    packer.texts("brand.name", &brands);
    let brand = own.iter().map(|own| {
        brands
            .iter()
            .position(|brand| brand == own)
            .map_or(u16::MAX, |n| n as u16)
    });
    packer.u16s("item.brand", &brand.collect::<Vec<_>>());

    for name in ["view", "buy", "content"] {
        let rows = keys.iter().map(|key| {
            let own = list(&shop[name]).iter().filter(|row| row[0] == **key);
            let mut own = own
                .map(|row| (number(&row[1]), row[2].as_f64().unwrap() as f32))
                .collect();
            let mut row = Vec::new();
            encode_neighbours(&mut own, &mut row);
            row
        });
        packer.rows(name, &rows.collect::<Vec<_>>());
    }
    // A map of strings in order of their bytes.
    let terms: BTreeMap<&String, &Json> = shop["terms"].as_object().unwrap().iter().collect();
    packer.texts("term.text", &terms.keys().collect::<Vec<_>>());
    let rows = terms.values().map(|having| {
        let mut having: Vec<u32> = list(having).iter().map(number).collect();
        having.sort_unstable();
        let mut row = Vec::new();
        encode_items(&having, &mut row);
        row
    });
    packer.rows("term.items", &rows.collect::<Vec<_>>());
    if let Some(encoder) = encoder {
        pack_encoder(encoder, items.len(), &mut packer);
    }
    let count = items.len().to_string();
    let mut metadata = vec![("items", count.as_str())];
    for pair in list(&shop["metadata"]) {
        metadata.push((pair[0].as_str().unwrap(), pair[1].as_str().unwrap()));
    }
    packer.finish(&metadata)
}

/// An encoder of numbers that look random: what it foresees means nothing, but is computed as if it did.
fn pack_encoder(encoder: &Json, items: usize, packer: &mut Packer) {
    let size = |name: &str| encoder[name].as_u64().unwrap() as usize;
    let (width, codes) = (size("width"), size("codes"));
    let mut at = size("seed") as u32;
    let mut draw = |many: usize| -> Vec<u8> {
        let next = || {
            at = at.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (at >> 24) as u8
        };
        std::iter::repeat_with(next).take(many).collect()
    };
    let bias: Vec<f32> = draw(3 * width)
        .into_iter()
        .map(|byte| f32::from(byte) / 128.0 - 1.0)
        .collect();
    packer.f32s("encoder.bias", &bias);
    let scale: Vec<f32> = list(&encoder["scale"])
        .iter()
        .map(|step| step.as_f64().unwrap() as f32)
        .collect();
    packer.f32s("encoder.scale", &scale);
    packer.u8s("encoder.code", &draw(codes * items));
    packer.u8s("encoder.centroid", &draw(256 * width));
    packer.u8s("encoder.weight", &draw(6 * width * width));
}
