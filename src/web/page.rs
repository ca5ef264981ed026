//! What the scripts of `pkg/` call. Texts cross joined by lines, numbers as numbers; only the portrait is an
//! object.
//!
//! A page is a number here and not an object: what wasm-bindgen keeps around an object, for each of its methods, took
//! kilobytes of module and script.

use core::cell::{RefCell, RefMut};

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{now, path, random, uuid};
use crate::consent::{Choice, Purposes};
use crate::decimal::print_uint;
use crate::engine::{Declined, Effect, Engine, QUEUE, Settings};
use crate::intake::marks::Marks;
use crate::intake::{Arrival, Session, Value, Visit, Visitor};
use crate::lines::{cut, join, list, parts};
use crate::recommend::{Because, Code, List, Placed, Placement, Request, sentence};
use crate::report::{Content, Outcome, Place, Shelf};
use crate::shop::terms;

#[derive(Default)]
struct Pages {
    /// One shop on one page each, numbered from 1.
    engines: Vec<&'static RefCell<Engine>>,
    /// Numbers of pages that were closed.
    closed: Vec<usize>,
    /// What the effects handed out last put on the device.
    bytes: Vec<u8>,
}

thread_local! {
    static PAGES: RefCell<Pages> = RefCell::default();
}

/// Panics for a number that [`open`] has not given, which ends the module's use on the page.
#[inline(never)]
pub(super) fn engine(page: usize) -> RefMut<'static, Engine> {
    PAGES
        .with_borrow(|pages| pages.engines[page - 1])
        .borrow_mut()
}

/// Without a write key nothing is queued.
#[wasm_bindgen]
pub fn open(write_key: String, language: String) -> usize {
    let opened = Engine::new(Settings {
        seed: random(),
        write_key,
        locale: language,
        path: path(),
    });
    PAGES.with_borrow_mut(|pages| match pages.closed.pop() {
        Some(page) => {
            pages.engines[page - 1].replace(opened);
            page
        }
        None => {
            pages
                .engines
                .push(Box::leak(Box::new(RefCell::new(opened))));
            pages.engines.len()
        }
    })
}

#[wasm_bindgen(module = "/src/web/look.js")]
extern "C" {
    /// Answers the call under way. An engine of 2023 and before (Chrome 113, Node 20) that has put a function into the
    /// script which calls it may crash where that function returns a reference; so the script takes answers from here.
    pub(super) fn put(answer: &str);
    #[wasm_bindgen(js_name = put)]
    fn put_value(answer: JsValue);
}

/// Says who is on the page: whether the shop says that it is its staff, and whether a program (0 no, 1 yes, anything else
/// unsaid); whether the browser says that a program drives it, and what it calls itself.
#[wasm_bindgen]
pub fn meet(page: usize, staff: bool, automated: u32, driven: bool, agent: &str) {
    let automated = (automated < 2).then_some(automated == 1);
    engine(page).meet(Visitor::of(staff, automated, driven, agent));
}

/// Somebody touched the page.
#[wasm_bindgen]
pub fn touch(page: usize) {
    engine(page).touch();
}

/// Lets go of a page and all it held in memory.
#[wasm_bindgen]
pub fn close(page: usize) {
    *engine(page) = Engine::new(Settings::default());
    PAGES.with_borrow_mut(|pages| pages.closed.push(page));
}

/// Goes on from what the device holds: on lines the size and key of each row, and the rows one after another; and from
/// what the page chooses, as in [`grant`].
#[wasm_bindgen]
pub fn restore(
    page: usize,
    lines: &str,
    bytes: &[u8],
    personalisation: u32,
    measurement: u32,
    experiment: u32,
) {
    let mut rest = bytes;
    let mut rows = Vec::new();
    for mut line in parts(lines, b'\n') {
        let size = crate::decimal::parse(cut(&mut line, b' '));
        if let Some(size) = size
            && let Some((row, after)) = rest.split_at_checked(size as usize)
        {
            rest = after;
            rows.push((line, row));
        }
    }
    let choice = choice(personalisation, measurement, experiment);
    engine(page).restore(&rows, choice, &uuid(), now());
}

/// What must be done on the device since the last call, or before the page leaves, a line each: how (0 put, 1 delete, 2 delete all that begin so, 3
/// delete everything), how many of [`bytes`] to put, key.
#[wasm_bindgen]
pub fn effects(page: usize, leaving: bool) {
    let (mut lines, mut all) = (String::new(), Vec::new());
    for effect in &engine(page).effects(now(), leaving) {
        let (how, size, key) = match effect {
            Effect::Put { key, bytes } => {
                all.extend_from_slice(bytes);
                ("0 ", bytes.len(), key.as_str())
            }
            Effect::Delete { key } => ("1 ", 0, key.as_str()),
            Effect::DeleteAll { prefix } => ("2 ", 0, *prefix),
            Effect::Destroy => ("3 ", 0, ""),
        };
        if !lines.is_empty() {
            lines.push('\n');
        }
        lines.push_str(how);
        print_uint(&mut lines, size as u64);
        lines.push(' ');
        lines.push_str(key);
    }
    PAGES.with_borrow_mut(|pages| pages.bytes = all);
    put(&lines);
}

/// What the effects handed out last put on the device, one after another.
#[wasm_bindgen]
pub fn bytes() -> Vec<u8> {
    PAGES.with_borrow_mut(|pages| core::mem::take(&mut pages.bytes))
}

/// Changes what is allowed: 0 forbids, 1 allows, anything else leaves it as it was.
#[wasm_bindgen]
pub fn grant(page: usize, personalisation: u32, measurement: u32, experiment: u32) {
    let mut engine = engine(page);
    let purposes = choice(personalisation, measurement, experiment).over(engine.purposes());
    engine.grant(purposes, &uuid());
}

fn choice(personalisation: u32, measurement: u32, experiment: u32) -> Choice {
    let said = |given| (given < 2).then_some(given == 1);
    Choice {
        personalisation: said(personalisation),
        measurement: said(measurement),
        experiment: said(experiment),
    }
}

/// What other pages of the same shopper must know of this one, in words: what is allowed as a digit, the device's id or
/// `-`, and where there is a visit its session, the time of its last event, the number of its events and in two numbers what
/// tells where it came from (in the last, 1 for a visit that parted from another, and 2 for one that was touched), 16
/// hexadecimal digits each.
#[wasm_bindgen]
pub fn visit(page: usize) {
    let engine = engine(page);
    let mut words = String::new();
    print_uint(&mut words, engine.purposes().bits().into());
    let device = engine.device();
    for word in &[" ", if device.is_empty() { "-" } else { device }] {
        words.push_str(word);
    }
    if let Some(visit) = engine.intake().visit() {
        let [first, second] = visit.marks.numbers();
        let flags = u64::from(visit.parted) | u64::from(visit.touched) << 1;
        for number in &[
            visit.session.0,
            visit.last as u64,
            visit.sequence.into(),
            first,
            second | flags,
        ] {
            words.push(' ');
            words.push_str(&Session(*number).text());
        }
    }
    put(&words);
}

/// Hears the words of another page of the same shopper; with `chosen`, that they chose there what is allowed.
#[wasm_bindgen]
pub fn hear(page: usize, words: &str, chosen: bool) {
    let mut rest = words;
    let mut next = || cut(&mut rest, b' ');
    let bits = next().bytes().next().unwrap_or(b'0');
    let device = Some(next()).filter(|device| *device != "-").unwrap_or("");
    // Longer than one of 16 digits it is no number of ours.
    let mut number = || {
        let digits = next().bytes();
        let digit = |byte: u8| (byte as char).to_digit(16).unwrap_or(0);
        let known = digits.len() == 16;
        known.then(|| digits.fold(0u64, |number, byte| number << 4 | u64::from(digit(byte))))
    };
    let mut engine = engine(page);
    if chosen {
        engine.follow(Purposes::from_bits(bits.wrapping_sub(b'0')), device);
    }
    if let (Some(session), Some(last), Some(sequence)) = (number(), number(), number()) {
        // A page of an earlier version says nothing of where it came from.
        let [first, second] = [number(), number()].map(Option::unwrap_or_default);
        engine.agree(
            device,
            Some(Visit {
                marks: Marks::from_numbers([first, second]),
                parted: second & 1 > 0,
                touched: second & 2 > 0,
                ..Visit::new(Session(session), last as i64, sequence as u32)
            }),
        );
    } else {
        engine.agree(device, None);
    }
}

#[wasm_bindgen]
pub fn forget(page: usize) {
    engine(page).forget(&uuid());
}

/// The next batch to send, on lines: its number, its body, and the keys of its rows on the device. Empty when there is
/// none.
#[wasm_bindgen]
pub fn batch(page: usize, leaving: bool) {
    let mut lines = String::new();
    if let Some(batch) = engine(page).batch(now(), leaving) {
        print_uint(&mut lines, batch.number.into());
        lines.push('\n');
        lines.push_str(&batch.body);
        for id in &batch.ids {
            for part in &["\n", QUEUE, id] {
                lines.push_str(part);
            }
        }
    }
    put(&lines);
}

/// Rows of a batch, their keys on lines, that another tab has sent: it is not sent.
#[wasm_bindgen]
pub fn lost(page: usize, number: u32, keys: &str) {
    let gone = |id: &str| parts(keys, b'\n').any(|key| key.strip_prefix(QUEUE) == Some(id));
    engine(page).queue_mut().lost(number, gone);
}

/// How a batch ended: an HTTP status, or 0 where there was no answer, and the milliseconds that `Retry-After` asked for,
/// or less than 0.
#[wasm_bindgen]
pub fn settled(page: usize, number: u32, code: u16, retry_after: f64) {
    let outcome = match code {
        0 => Outcome::NoAnswer,
        _ => Outcome::Status {
            code,
            retry_after: (retry_after >= 0.0).then_some(retry_after as i64),
        },
    };
    let jitter = random() as u32;
    engine(page).settled(number, outcome, now(), jitter);
}

/// The device is online again.
#[wasm_bindgen]
pub fn online(page: usize) {
    engine(page).queue_mut().online();
}

/// How many messages wait.
#[wasm_bindgen]
pub fn waiting(page: usize) -> usize {
    engine(page).queue().waiting()
}

/// In how many milliseconds the next batch may be sent; less than 0 when there is none.
#[wasm_bindgen]
pub fn due(page: usize) -> f64 {
    let engine = engine(page);
    let at = engine
        .queue()
        .next_try(now())
        .filter(|_| engine.purposes().measurement);
    at.map_or(-1.0, |at| (at - now()).max(0) as f64)
}

/// Opens a model, and takes over what is newer of it, if `live` has bytes; answers `code\nmessage` when either is refused,
/// and nothing when neither is.
#[wasm_bindgen]
pub fn open_model(page: usize, bytes: Vec<u8>, live: &[u8]) {
    let mut engine = engine(page);
    let mut code = "";
    let mut outcome = engine.open_model(bytes);
    if outcome.is_ok() && !live.is_empty() {
        code = "live.refused";
        outcome = engine.refresh(live);
    }
    match outcome {
        Ok(()) => put(""),
        Err(error) => {
            if code.is_empty() {
                code = error.code();
            }
            put(&join(code, &join("\n", &error.text())));
        }
    }
}

#[wasm_bindgen]
pub fn close_model(page: usize) {
    engine(page).close_model();
}

/// Takes over rows of three lines, id, price and availability; answers for each 0 applied, 1 unknown, 2 refused.
#[wasm_bindgen]
pub fn patch(page: usize, lines: &str) -> Vec<u8> {
    let mut outcomes = Vec::new();
    let mut each = |outcome| outcomes.push(outcome as u8);
    engine(page).patch(lines, &mut each);
    outcomes
}

/// Remembers the manifest's text, where anything may be kept.
#[wasm_bindgen]
pub fn keep(page: usize, manifest: String) {
    engine(page).keep(manifest);
}

/// The model's id; empty when none is open.
#[wasm_bindgen]
pub fn model(page: usize) {
    put(engine(page).model().map_or("", |model| model.id()));
}

/// The names and sentences of the reason codes in the language of this number, two lines each.
#[wasm_bindgen]
pub fn reasons(language: usize) {
    let mut lines = String::new();
    for code in 0..Code::COUNT {
        let (name, sentence) = sentence(code, language);
        for part in &[name, "\n", sentence, "\n"] {
            lines.push_str(part);
        }
    }
    put(&lines);
}

/// The key of an item (1), the path of a category (2), the name of a brand (3), the words of the last search as the
/// shop spells them (4), or what the model or the shopper's own events call an item (5), which is nothing where neither does.
#[wasm_bindgen]
pub fn name(page: usize, kind: u32, number: u32) {
    let engine = engine(page);
    match engine.model() {
        Some(model) if kind == 1 => put(model.key(number)),
        Some(model) if kind == 2 => put(&model.category_path(number as u16)),
        Some(model) if kind == 3 => put(model.brand_name(number as u16)),
        Some(_) if kind == 5 => put(engine.item_name(number)),
        Some(_) => put(engine.corrected()),
        None => put(""),
    }
}

/// The ids of all variants of an item's product that the model has, on lines, the most popular first.
#[wasm_bindgen]
pub fn variants(page: usize, id: &str) {
    put(&engine(page).variants(id));
}

/// A receipt as one text: the message id and the session, or `!` and the reason.
fn receipt(id: &str, outcome: Result<Session, Declined>) {
    put(&match outcome {
        Ok(session) => join(id, &session.text()),
        Err(declined) => join("!", &declined.code()),
    });
}

/// Takes an event that happens now; or one that happened at `time`, of which `known` says on lines the path of the page
/// and the id, empty for a new one.
#[wasm_bindgen]
pub fn track(page: usize, name: &str, properties: JsValue, time: f64, known: &str) {
    let mut rest = known;
    let was = cut(&mut rest, b'\n');
    let id = if rest.is_empty() { uuid() } else { rest.into() };
    engine(page).go_to(if time > 0.0 { was.into() } else { path() });
    // Before the engine is at work: a getter may call it.
    let properties = Value::read(&properties);
    let arrival = Arrival {
        id: &id,
        now: now(),
        time: (time > 0.0).then_some(time as i64),
    };
    let outcome = engine(page).track(name, &properties, arrival);
    receipt(&id, outcome);
}

fn shelf_event(page: usize, content: Content) {
    engine(page).go_to(path());
    let id = uuid();
    let arrival = Arrival {
        id: &id,
        now: now(),
        time: None,
    };
    let outcome = engine(page).shelf_event(content, arrival);
    receipt(&id, outcome);
}

/// A shelf was seen, or at a `position` from 1, an item of it was chosen. On lines: the placement, the decision, the
/// model, the policy, the fallback and the experiment, and then the items, or all that is left as the one item. Of an item,
/// separated by spaces: the reason, the propensity, the ranker and, as all that is left, the id.
#[wasm_bindgen]
pub fn shelf(page: usize, lines: &str, position: u32) {
    let mut rest = lines;
    let mut head = [""; 6];
    for text in &mut head {
        *text = cut(&mut rest, b'\n');
    }
    let [placement, decision, model, policy, fallback, experiment] = head;
    let shelf = Shelf {
        placement,
        decision,
        model,
        policy,
        fallback,
        experiment,
    };
    let content = match position {
        0 => shelf.impression(parts(rest, b'\n').map(place)),
        _ => shelf.click(place(rest), position),
    };
    shelf_event(page, content);
}

#[inline(never)]
fn place(mut rest: &str) -> Place<'_> {
    let mut words = [""; 3];
    for word in &mut words {
        *word = cut(&mut rest, b' ');
    }
    let [reason, propensity, ranker] = words;
    Place {
        id: rest,
        reason,
        propensity: crate::decimal::parse(propensity),
        ranker,
    }
}

/// Ranks. On lines: the item and the category, empty where there is none; what was typed; name and value of so many
/// attributes; id and place of so many pins; the ids to exclude. A diversity below 0 is that of
/// determinants. Wishes are bits: 1 only what is compatible, 2 single items instead of products, 4 a spread over
/// departments, 8 without history.
///
/// Answers words: how many items, fallback, warnings as bits, four counts of filtered items, the seven shares of the
/// blend as floats; then for each item its number, score as a float, source, how it was placed (0 ranked, 1 pinned, 2
/// discovered), its propensity as a float, seven contributions and what the rules made of them as floats, the rules that
/// hold for it as bits, the number of its reasons, each with code, kind of cause (0 none, 1 item, 2 category, 3 brand) and number of the cause, and the number of its causes, each with code,
/// item and what it gave as a float; and last the price of a bundle as a float,
/// and the name of the list in two halves, the high one first.
#[allow(clippy::too_many_arguments)]
#[wasm_bindgen]
pub fn recommend(
    page: usize,
    number: usize,
    limit: usize,
    lines: &str,
    attributes: usize,
    pins: usize,
    diversity: f32,
    most_of_brand: u8,
    most_of_category: u8,
    discovery: f32,
    rules: &str,
    bundle: f32,
    wishes: u32,
) -> Vec<u32> {
    let mut rest = lines;
    let mut next = || cut(&mut rest, b'\n');
    let mut request = Request::new(Placement::from_number(number), limit);
    request.item = Some(next()).filter(|item| !item.is_empty());
    request.category = Some(next()).filter(|category| !category.is_empty());
    request.query = next();
    request.rules = rules;
    request.bundle = bundle;
    request.compatible = wishes & 1 != 0;
    request.personal = wishes & 8 == 0;
    request.skus = wishes & 2 != 0;
    request.arrangement.departments = wishes & 4 != 0;
    for _ in 0..attributes {
        let name = next();
        request.attributes.push(terms::attribute(name, next()));
    }
    let wish = &mut request.arrangement;
    for _ in 0..pins {
        let key = next();
        let place = crate::decimal::parse(next());
        wish.pins
            .push((key, place.map_or(0, |place| place as usize)));
    }
    let mut engine = engine(page);
    wish.diversity = diversity.abs();
    wish.determinantal = diversity < 0.0;
    wish.brand = most_of_brand;
    wish.category = most_of_category;
    wish.discovery = discovery;
    wish.seed = engine.seed(now()) ^ number as u64;
    request.exclude = list(rest, b'\n');
    #[cfg(feature = "full")]
    let (list, decision) = engine.decide(request, now());
    #[cfg(not(feature = "full"))]
    let (list, decision) = (engine.recommend(request, now()), engine.decision(now()));
    words(&list, decision)
}

/// The new order of the ids on lines, by what was at each place before; the first line is the item of the page, or
/// nothing. `stays` has a byte for each id, not 0 where it keeps its place.
#[wasm_bindgen]
pub fn rerank(page: usize, number: usize, lines: &str, stays: &[u8], rules: &str) -> Vec<u32> {
    let mut rest = lines;
    let item = Some(cut(&mut rest, b'\n')).filter(|item| !item.is_empty());
    let ids = list(rest, b'\n');
    let stays = |n: usize| stays.get(n).is_some_and(|stays| *stays != 0);
    let request = Request {
        item,
        rules,
        ..Request::new(Placement::from_number(number), ids.len())
    };
    engine(page).rerank(request, &ids, stays, now())
}

/// The lines of rules, from 0, that have no effect on the model.
#[wasm_bindgen]
pub fn odd_rules(page: usize, rules: &str) -> Vec<u32> {
    engine(page).odd_rules(rules)
}

/// A fresh name for a list.
#[wasm_bindgen]
pub fn decision(page: usize) {
    put(&Session(engine(page).decision(now())).text());
}

/// As [`crate::shopper::Portrait`]: six lists of name and three numbers, and how many events.
#[wasm_bindgen]
pub fn portrait(page: usize) {
    let engine = engine(page);
    // Texts and numbers: nothing in it can fail to be serialised.
    let portrait = serde_wasm_bindgen::to_value(&engine.portrait(now())).unwrap_or_default();
    put_value(portrait);
}

/// The messages that wait, a line each, as they would be sent.
#[wasm_bindgen]
pub fn messages(page: usize) {
    let mut lines = String::new();
    for message in engine(page).queue().messages() {
        lines.push_str(message);
        lines.push('\n');
    }
    put(&lines);
}

/// On lines: the session under way, or nothing; numbers of `Status` in `index.d.ts` separated by spaces; and each reason
/// for which events were refused since the page opened, with its count. The numbers: the model's items and bytes; what
/// is allowed as bits (1 personalisation, 2 measurement, 4 experiment); bytes of memory; the queue's waiting, bytes, sent, dropped and
/// next try (0: none); events taken; of those, properties left out: outside the list, personal, and not what their field
/// holds.
#[wasm_bindgen]
pub fn status(page: usize) {
    let engine = engine(page);
    let (model, queue, purposes) = (engine.model(), engine.queue(), engine.purposes());
    let stats = engine.intake().stats();
    let lost = queue.dropped();
    let dropped = lost.old + lost.full + lost.large + lost.refused + lost.withdrawn + lost.damaged;
    let mut lines = engine
        .intake()
        .session(now())
        .map_or_else(String::new, Session::text);
    lines.push('\n');
    for &number in &[
        model.map_or(0, |model| model.items()) as u64,
        model.map_or(0, |model| model.bytes()) as u64,
        purposes.bits().into(),
        (core::arch::wasm32::memory_size(0) as u64) << 16,
        queue.waiting() as u64,
        queue.bytes() as u64,
        queue.sent().into(),
        dropped.into(),
        queue.next_try(now()).unwrap_or(0) as u64,
        stats.accepted.into(),
        stats.dropped.unknown.into(),
        stats.dropped.personal.into(),
        stats.dropped.invalid.into(),
    ] {
        print_uint(&mut lines, number);
        lines.push(' ');
    }
    for (reason, count) in &stats.refused {
        lines.push('\n');
        lines.push_str(&reason.code());
        lines.push(' ');
        print_uint(&mut lines, (*count).into());
    }
    put(&lines);
}

fn words(list: &List, decision: u64) -> Vec<u32> {
    let filtered = list.filtered;
    let warnings = list
        .warnings
        .iter()
        .fold(0, |bits, warning| bits | 1 << *warning as u32);
    let mut size = 17;
    for entry in &list.entries {
        size += 16 + 3 * (entry.reasons.len() + entry.causes.len());
    }
    // Each put into its place: to append a few at a time is a call for each few, and takes longer.
    let mut words = vec![0; size];
    let mut places = words.iter_mut();
    let mut put = |word| {
        if let Some(place) = places.next() {
            *place = word;
        }
    };
    for &word in &[
        list.entries.len() as u32,
        list.fallback as u32,
        warnings,
        filtered.out_of_stock,
        filtered.in_cart,
        filtered.bought,
        filtered.excluded,
    ] {
        put(word);
    }
    for share in &list.blend {
        put(share.to_bits());
    }
    for entry in &list.entries {
        let (placed, propensity) = match entry.placed {
            Placed::Ranked => (0, 1.0),
            Placed::Pinned => (1, 1.0),
            Placed::Discovered { propensity } => (2, propensity),
        };
        put(entry.item);
        put(entry.score.to_bits());
        put(entry.source() as u32);
        put(placed);
        put(f32::to_bits(propensity));
        for given in &entry.contributions {
            put(given.to_bits());
        }
        put(entry.ruled.to_bits());
        put(entry.rules);
        put(entry.reasons.len() as u32);
        for reason in &entry.reasons {
            let (kind, number) = match reason.because {
                Because::Nothing => (0, 0),
                Because::Item(item) => (1, item),
                Because::Category(category) => (2, category.into()),
                Because::Brand(brand) => (3, brand.into()),
            };
            put(reason.code as u32);
            put(kind);
            put(number);
        }
        put(entry.causes.len() as u32);
        for cause in &entry.causes {
            put(cause.code as u32);
            put(cause.item);
            put(cause.given.to_bits());
        }
    }
    put(list.price.to_bits());
    put((decision >> 32) as u32);
    put(decision as u32);
    words
}
