//! What `pkg/index.js` and `pkg/host.js` call. Hot calls take and give numbers and short texts; serde is for cold,
//! structured values.

use core::cell::RefCell;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::{now, path, random, uuid, value};
use crate::consent::Purposes;
use crate::engine::{Declined, Effect, Engine, Settings};
use crate::intake::{Arrival, Session};
use crate::recommend::{Arrangement, Because, Code, List, Placed, Placement, Request, sentence};
use crate::report::{Content, Outcome, Shelf};
use crate::shop::terms;

/// One shop on one page.
#[wasm_bindgen]
pub struct Page {
    engine: RefCell<Engine>,
    /// Number of the language of reasons.
    language: usize,
}

/// A receipt as one text: the message id and the session, or `!` and the reason.
fn receipt(id: &str, outcome: Result<Session, Declined>) -> JsValue {
    match outcome {
        Ok(session) => [id, &session.to_string()].concat().into(),
        Err(declined) => ["!", &declined.to_string()].concat().into(),
    }
}

fn texts(list: &Array) -> impl Iterator<Item = String> {
    list.iter().map(|text| text.as_string().unwrap_or_default())
}

fn placement(number: u8) -> Placement {
    let name = Placement::NAMES
        .get(usize::from(number))
        .copied()
        .unwrap_or("home");
    Placement::from_name(name).unwrap_or(Placement::Home)
}

#[wasm_bindgen]
impl Page {
    /// Without a write key nothing is queued.
    #[wasm_bindgen(constructor)]
    pub fn new(write_key: String, language: &str) -> Page {
        let settings = Settings {
            seed: u64::from_le_bytes(random()),
            write_key,
            locale: language.into(),
            path: path(),
        };
        let known = crate::recommend::LANGUAGES
            .iter()
            .position(|known| *known == language);
        Page {
            engine: RefCell::new(Engine::new(settings)),
            language: known.unwrap_or(0),
        }
    }

    /// Goes on from what the device holds: keys, and a `Uint8Array` for each.
    pub fn restore(&self, keys: &Array, values: &Array, lead: bool) {
        let bytes = values.iter().map(|value| {
            value
                .dyn_into::<Uint8Array>()
                .map_or_else(|_| Vec::new(), |bytes| bytes.to_vec())
        });
        self.engine
            .borrow_mut()
            .restore(texts(keys).zip(bytes).collect(), lead, now());
    }

    /// What must be done on the device since the last call, in threes: how (0 put, 1 delete, 2 delete all that begin
    /// so, 3 delete everything), key, bytes.
    pub fn effects(&self) -> Array {
        let list = Array::new();
        for effect in self.engine.borrow_mut().effects() {
            let (how, key, bytes) = match &effect {
                Effect::Put { key, bytes } => {
                    (0, key.as_str(), Uint8Array::from(bytes.as_slice()).into())
                }
                Effect::Delete { key } => (1, key.as_str(), JsValue::NULL),
                Effect::DeleteAll { prefix } => (2, *prefix, JsValue::NULL),
                Effect::Destroy => (3, "", JsValue::NULL),
            };
            list.push(&how.into());
            list.push(&key.into());
            list.push(&bytes);
        }
        list
    }

    /// Changes what is allowed; what is not said stays as it was.
    pub fn grant(&self, personalisation: Option<bool>, measurement: Option<bool>) {
        let mut engine = self.engine.borrow_mut();
        let before = engine.purposes();
        let purposes = Purposes {
            personalisation: personalisation.unwrap_or(before.personalisation),
            measurement: measurement.unwrap_or(before.measurement),
        };
        engine.grant(purposes, &uuid());
    }

    pub fn forget(&self) {
        self.engine.borrow_mut().forget(&uuid());
    }

    /// The next batch to send: its number, its body, and the keys of its rows on the device.
    pub fn batch(&self, leaving: bool) -> Option<Array> {
        let batch = self.engine.borrow_mut().batch(now(), leaving)?;
        let list = Array::of2(&batch.number.into(), &batch.body.into());
        for id in &batch.ids {
            list.push(&[crate::engine::QUEUE, id].concat().into());
        }
        Some(list)
    }

    /// Rows of a batch that another tab has sent: it is not sent.
    pub fn lost(&self, number: u32, keys: &Array) {
        let id = |key: String| Some(key.strip_prefix(crate::engine::QUEUE)?.to_owned());
        let ids: Vec<String> = texts(keys).filter_map(id).collect();
        self.engine.borrow_mut().with_queue(|queue| {
            queue.lost(number, &ids);
            Vec::new()
        });
    }

    /// How a batch ended: an HTTP status, or 0 where there was no answer, and the milliseconds that `Retry-After` asked
    /// for.
    pub fn settled(&self, number: u32, code: u16, retry_after: Option<f64>) {
        let outcome = match code {
            0 => Outcome::NoAnswer,
            _ => Outcome::Status {
                code,
                retry_after: retry_after.map(|wait| wait as i64),
            },
        };
        let jitter = u32::from_le_bytes(random());
        self.engine
            .borrow_mut()
            .with_queue(|queue| queue.settled(number, outcome, now(), jitter));
    }

    /// The device is online again.
    pub fn online(&self) {
        self.engine.borrow_mut().with_queue(|queue| {
            queue.online();
            Vec::new()
        });
    }

    /// How many messages wait.
    pub fn waiting(&self) -> usize {
        self.engine.borrow().queue().waiting()
    }

    /// In how many milliseconds the next batch may be sent; nothing when there is none.
    pub fn due(&self) -> Option<f64> {
        let engine = self.engine.borrow();
        let at = engine
            .queue()
            .next_try(now())
            .filter(|_| engine.purposes().measurement)?;
        Some((at - now()).max(0) as f64)
    }

    /// Opens a model; answers `code\nmessage` when it is refused.
    #[wasm_bindgen(unchecked_return_type = "string | undefined")]
    pub fn open_model(&self, bytes: Vec<u8>) -> JsValue {
        match self.engine.borrow_mut().open_model(bytes) {
            Ok(()) => JsValue::UNDEFINED,
            Err(error) => [error.code(), "\n", &error.to_string()].concat().into(),
        }
    }

    /// The model's id; empty when none is open.
    #[wasm_bindgen(unchecked_return_type = "string")]
    pub fn model(&self) -> JsValue {
        let engine = self.engine.borrow();
        engine.model().map_or("", |model| model.id()).into()
    }

    /// How many reason codes there are.
    pub fn reasons() -> usize {
        Code::COUNT
    }

    /// The name and the sentence of a reason code, on two lines.
    #[wasm_bindgen(unchecked_return_type = "string")]
    pub fn reason(&self, code: usize) -> JsValue {
        let (name, sentence) = sentence(code, self.language);
        [name, "\n", sentence].concat().into()
    }

    #[wasm_bindgen(unchecked_return_type = "string")]
    pub fn key(&self, item: u32) -> JsValue {
        let engine = self.engine.borrow();
        engine.model().map_or("", |model| model.key(item)).into()
    }

    /// The name of a category (2) or a brand (3).
    #[wasm_bindgen(unchecked_return_type = "string")]
    pub fn name(&self, kind: u32, number: u16) -> JsValue {
        let engine = self.engine.borrow();
        match engine.model() {
            Some(model) if kind == 2 => model.category_path(number).into(),
            Some(model) => model.brand_name(number).into(),
            None => "".into(),
        }
    }

    /// Takes an event that happened at `time`, or now when that is 0.
    #[wasm_bindgen(unchecked_return_type = "string")]
    pub fn track(&self, name: &str, properties: JsValue, time: f64) -> JsValue {
        let id = uuid();
        let properties = value::read(properties);
        let time = (time > 0.0).then_some(time as i64);
        let arrival = Arrival {
            id: &id,
            now: now(),
            time,
        };
        let outcome = self.engine.borrow_mut().track(name, &properties, arrival);
        receipt(&id, outcome)
    }

    fn shelf_event(&self, content: Content) -> JsValue {
        let id = uuid();
        let arrival = Arrival {
            id: &id,
            now: now(),
            time: None,
        };
        let outcome = self.engine.borrow_mut().shelf_event(content, arrival);
        receipt(&id, outcome)
    }

    /// A shelf was seen, or at a `position` from 1, an item of it was chosen. On lines: the placement, the decision,
    /// the model, and then the ids, or all that is left as the one id.
    #[wasm_bindgen(unchecked_return_type = "string")]
    pub fn shelf(&self, lines: &str, position: u32) -> JsValue {
        let mut lines = lines.splitn(4, '\n');
        let mut next = || lines.next().unwrap_or_default();
        let shelf = Shelf {
            placement: next(),
            decision: next(),
            model: next(),
        };
        let ids = next();
        let content = match position {
            0 => shelf.impression(ids.split('\n')),
            _ => shelf.click(ids, position),
        };
        self.shelf_event(content)
    }

    /// Ranks. On lines: what was typed; name and value of so many attributes; id and place of so many pins; the ids to
    /// exclude.
    ///
    /// Answers words: how many items, fallback, warnings as bits, four counts of filtered items, the seven shares of
    /// the blend as floats; then for each item its number, score as a float, source, how it was placed (0 ranked, 1
    /// pinned, 2 discovered), its propensity as a float, seven contributions as floats, the number of its reasons, each
    /// with code, kind of cause (0 none, 1 item, 2 category, 3 brand) and number of the cause, and the number of its
    /// causes, each with code, item and what it gave as a float.
    #[allow(clippy::too_many_arguments)]
    pub fn recommend(
        &self,
        number: u8,
        limit: usize,
        item: JsValue,
        category: JsValue,
        lines: &str,
        attributes: usize,
        pins: usize,
        diversity: f32,
        most_of_brand: u8,
        most_of_category: u8,
        discovery: f32,
    ) -> Vec<u32> {
        let (item, category) = (item.as_string(), category.as_string());
        let mut request = Request::new(placement(number), limit);
        request.item = item.as_deref();
        request.category = category.as_deref();
        let mut lines = lines.split('\n');
        let mut next = || lines.next().unwrap_or_default();
        request.query = next();
        for _ in 0..attributes {
            let name = next();
            request.attributes.push(terms::attribute(name, next()));
        }
        let mut engine = self.engine.borrow_mut();
        request.arrangement = Arrangement {
            diversity,
            brand: most_of_brand,
            category: most_of_category,
            discovery,
            pins: (0..pins)
                .map(|_| {
                    let key = next();
                    let place = crate::decimal::parse(next());
                    (key, place.map_or(0, |place| place as usize))
                })
                .collect(),
            seed: engine.seed(now()) ^ u64::from(number),
        };
        request.exclude = lines.collect();
        words(&engine.recommend(&request, now()))
    }

    /// The new order of the ids on lines, by what was at each place before. `stays` has a byte for each id, not 0 where
    /// it keeps its place.
    pub fn rerank(&self, number: u8, item: JsValue, lines: &str, stays: Vec<u8>) -> Vec<u32> {
        let item = item.as_string();
        let ids: Vec<&str> = lines.split('\n').collect();
        let stays = |n: usize| stays.get(n).is_some_and(|stays| *stays != 0);
        let mut engine = self.engine.borrow_mut();
        engine.rerank(placement(number), item.as_deref(), &ids, stays, now())
    }

    /// A fresh name for a list.
    #[wasm_bindgen(unchecked_return_type = "string")]
    pub fn decision(&self) -> JsValue {
        Session(self.engine.borrow_mut().decision(now()))
            .to_string()
            .into()
    }

    /// As [`crate::shopper::Portrait`]: five lists of name and three numbers, and how many events.
    pub fn portrait(&self) -> Result<JsValue, JsValue> {
        let engine = self.engine.borrow();
        Ok(serde_wasm_bindgen::to_value(&engine.portrait(now()))?)
    }

    /// The messages that wait, as they would be sent.
    pub fn messages(&self) -> Array {
        let engine = self.engine.borrow();
        engine.queue().messages().map(JsValue::from).collect()
    }

    /// The session under way; empty when there is none.
    #[wasm_bindgen(unchecked_return_type = "string")]
    pub fn session(&self) -> JsValue {
        let session = self.engine.borrow().intake().session(now());
        session
            .map(|session| session.to_string())
            .unwrap_or_default()
            .into()
    }

    /// Numbers of `Status` in `index.d.ts`: the model's items and bytes; what is allowed as bits (1 personalisation, 2
    /// measurement); bytes of memory; the queue's waiting, bytes, sent, dropped and next try (0: none); events taken.
    pub fn counts(&self) -> Vec<f64> {
        let engine = self.engine.borrow();
        let (model, queue, purposes) = (engine.model(), engine.queue(), engine.purposes());
        let lost = queue.dropped();
        let dropped = [
            lost.old,
            lost.full,
            lost.large,
            lost.refused,
            lost.withdrawn,
            lost.damaged,
        ];
        vec![
            model.map_or(0, |model| model.items()) as f64,
            model.map_or(0, |model| model.bytes()) as f64,
            f64::from(u8::from(purposes.personalisation) | u8::from(purposes.measurement) << 1),
            (core::arch::wasm32::memory_size(0) << 16) as f64,
            queue.waiting() as f64,
            queue.bytes() as f64,
            f64::from(queue.sent()),
            f64::from(dropped.iter().sum::<u32>()),
            queue.next_try(now()).unwrap_or(0) as f64,
            f64::from(engine.intake().stats().accepted),
        ]
    }

    /// Refusals since the page opened: a reason and its count in turn.
    pub fn refused(&self) -> Array {
        let list = Array::new();
        for (reason, count) in &self.engine.borrow().intake().stats().refused {
            list.push(&reason.to_string().into());
            list.push(&(*count).into());
        }
        list
    }
}

fn words(list: &List) -> Vec<u32> {
    let filtered = list.filtered;
    let warnings = list
        .warnings
        .iter()
        .fold(0, |bits, warning| bits | 1 << *warning as u32);
    // Thirteen words of an item, three for each reason and cause.
    let mut words = Vec::with_capacity(14 + list.entries.len() * 64);
    words.extend([
        list.entries.len() as u32,
        list.fallback as u32,
        warnings,
        filtered.out_of_stock,
        filtered.in_cart,
        filtered.bought,
        filtered.excluded,
    ]);
    words.extend(list.blend.map(f32::to_bits));
    for entry in &list.entries {
        let (placed, propensity) = match entry.placed {
            Placed::Ranked => (0, 1.0),
            Placed::Pinned => (1, 1.0),
            Placed::Discovered { propensity } => (2, propensity),
        };
        words.extend([
            entry.item,
            entry.score.to_bits(),
            entry.source() as u32,
            placed,
            propensity.to_bits(),
        ]);
        words.extend(entry.contributions.map(f32::to_bits));
        words.push(entry.reasons.len() as u32);
        for reason in &entry.reasons {
            let (kind, number) = match reason.because {
                Because::Nothing => (0, 0),
                Because::Item(item) => (1, item),
                Because::Category(category) => (2, category.into()),
                Because::Brand(brand) => (3, brand.into()),
            };
            words.extend([reason.code as u32, kind, number]);
        }
        words.push(entry.causes.len() as u32);
        for cause in &entry.causes {
            words.extend([cause.code as u32, cause.item, cause.given.to_bits()]);
        }
    }
    words
}
