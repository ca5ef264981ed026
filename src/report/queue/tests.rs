use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const NOW: i64 = 1_767_225_600_000;

fn borrowed(rows: &[(String, Vec<u8>)]) -> impl Iterator<Item = (&str, &[u8])> {
    rows.iter()
        .map(|(key, bytes)| (key.as_str(), bytes.as_slice()))
}

fn ok() -> Outcome {
    status(200)
}

fn status(code: u16) -> Outcome {
    Outcome::Status {
        code,
        retry_after: None,
    }
}

/// A message as the queue sees it: JSON of about this many bytes.
fn text(id: &str, bytes: usize) -> String {
    format!(r#"{{"messageId":"{id}","x":"{}"}}"#, "x".repeat(bytes))
}

fn filled(count: usize, bytes: usize) -> Queue {
    let mut queue = Queue::new("key");
    for number in 0..count {
        let id = format!("m{number}");
        queue.push(&id, text(&id, bytes), Priority::Normal, NOW);
    }
    queue
}

fn ids(body: &str) -> Vec<String> {
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let batch = body["batch"].as_array().unwrap();
    batch
        .iter()
        .map(|message| message["messageId"].as_str().unwrap().into())
        .collect()
}

#[test]
fn a_message_is_stored_sent_and_deleted() {
    let mut queue = Queue::new("k\"ey");
    let effects = queue.push("a", text("a", 1), Priority::Normal, NOW);
    assert!(matches!(&effects[..], [Effect::Store { key, .. }] if key == "a"));
    let batch = queue.next(NOW, false).unwrap();
    let body: serde_json::Value = serde_json::from_str(&batch.body).unwrap();
    assert_eq!(body["writeKey"], "k\"ey");
    assert_eq!(body["sentAt"], "2026-01-01T00:00:00.000Z");
    assert_eq!(
        body["batch"],
        serde_json::json!([{ "messageId": "a", "x": "x" }])
    );
    assert_eq!(queue.next(NOW, false), None);
    let effects = queue.settled(batch.number, ok(), NOW, 0);
    assert_eq!(
        effects,
        [Effect::Delete {
            keys: vec!["a".into()]
        }]
    );
    assert_eq!((queue.waiting(), queue.bytes(), queue.sent()), (0, 0, 1));
    assert_eq!(queue.next(NOW, false), None);
    assert_eq!(queue.next_try(NOW), None);
}

#[test]
fn each_status_is_met_as_it_deserves() {
    for code in [200, 202, 204] {
        let mut queue = filled(2, 1);
        let number = queue.next(NOW, false).unwrap().number;
        assert_eq!(
            queue.settled(number, status(code), NOW, 0).len(),
            1,
            "{code}"
        );
        assert_eq!((queue.sent(), queue.waiting()), (2, 0), "{code}");
    }
    for code in [302, 408, 429, 500, 502, 503, 504] {
        let mut queue = filled(2, 1);
        let number = queue.next(NOW, false).unwrap().number;
        assert!(
            queue
                .settled(number, status(code), NOW, u32::MAX)
                .is_empty(),
            "{code}"
        );
        assert_eq!((queue.sent(), queue.waiting()), (0, 2), "{code}");
        assert_eq!(queue.next(NOW + 400, false), None, "{code}");
        assert!(queue.next(NOW + 500, false).is_some(), "{code}");
    }
    for code in [400, 401, 403, 404, 410, 422, 501, 505] {
        let mut queue = filled(2, 1);
        let number = queue.next(NOW, false).unwrap().number;
        assert_eq!(
            queue.settled(number, status(code), NOW, 0).len(),
            1,
            "{code}"
        );
        assert_eq!((queue.dropped().refused, queue.waiting()), (2, 0), "{code}");
    }
}

#[test]
fn delays_double_and_a_collector_that_is_down_is_left_alone() {
    let mut queue = filled(1, 1);
    let mut now = NOW;
    let mut delays = Vec::new();
    for _ in 0..12 {
        let number = queue.next(now, false).unwrap().number;
        queue.settled(number, status(500), now, u32::MAX);
        let next = queue.next_try(now).unwrap();
        delays.push((next - now + 1) / 500);
        now = next;
    }
    assert_eq!(delays, [1, 2, 4, 8, 16, 32, 64, 120, 120, 120, 1200, 1200]);
    let number = queue.next(now, false).unwrap().number;
    queue.settled(number, ok(), now, 0);
    assert_eq!(queue.sent(), 1);
}

#[test]
fn the_collector_says_when_but_not_for_ever() {
    for (asked, waited) in [(7_000, 7_000), (3_600_000, 300_000)] {
        let mut queue = filled(1, 1);
        let number = queue.next(NOW, false).unwrap().number;
        let outcome = Outcome::Status {
            code: 429,
            retry_after: Some(asked),
        };
        queue.settled(number, outcome, NOW, u32::MAX);
        assert_eq!(queue.next_try(NOW), Some(NOW + waited));
        // A page that is leaving is asked to wait too.
        assert_eq!(queue.next(NOW + waited - 1, true), None);
        queue.online();
        assert_eq!(queue.next(NOW + waited - 1, false), None);
        assert!(queue.next(NOW + waited, false).is_some());
    }
}

#[test]
fn a_body_too_large_is_halved_down_to_the_one_message_at_fault() {
    let mut queue = filled(8, 1000);
    queue.push("big", text("big", 20_000), Priority::Normal, NOW);
    queue.push("last", text("last", 1), Priority::Normal, NOW);
    let mut delivered = BTreeSet::new();
    let mut requests = 0;
    while let Some(batch) = queue.next(NOW, false) {
        requests += 1;
        let taken = batch.body.len() < 5000;
        if taken {
            delivered.extend(ids(&batch.body));
        }
        queue.settled(batch.number, status(if taken { 200 } else { 413 }), NOW, 0);
    }
    assert_eq!(delivered.len(), 9);
    assert!(!delivered.contains("big"));
    assert_eq!(queue.dropped().refused, 1);
    assert!(requests < 12, "{requests}");
}

#[test]
fn without_an_answer_it_tries_thrice_and_then_waits_for_the_network() {
    let mut queue = filled(1, 1);
    let mut now = NOW;
    for _ in 0..3 {
        let number = queue.next(now, false).unwrap().number;
        queue.settled(number, Outcome::NoAnswer, now, u32::MAX);
        now += 10_000;
    }
    assert_eq!(queue.next(now + 3_600_000, false), None);
    assert_eq!(queue.next_try(now), None);
    queue.online();
    let batch = queue.next(now, false).unwrap();
    assert_eq!(batch.ids, ["m0"]);
}

#[test]
fn a_leaving_page_stays_below_the_quota_of_all_its_requests() {
    let mut queue = filled(40, 2000);
    let mut bytes = 0;
    let mut numbers = Vec::new();
    let alive = queue.next(NOW, false).unwrap();
    queue.settled(alive.number, status(413), NOW, 0);
    while let Some(batch) = queue.next(NOW, true) {
        bytes += batch.body.len();
        numbers.push(batch.number);
    }
    assert!(bytes <= 60_000 && bytes > 55_000, "{bytes}");
    // One was refused for its size: now the next must be smaller, and there is room for it.
    queue.settled(numbers[0], status(413), NOW, 0);
    let again = queue.next(NOW, true).unwrap();
    assert_eq!(again.ids[0], "m0");
}

#[test]
fn a_leaving_page_takes_back_what_is_under_way_and_sends_it_once() {
    let mut queue = filled(3, 10);
    let alive = queue.next(NOW, false).unwrap();
    queue.push("late", text("late", 10), Priority::Normal, NOW);
    let leaving = queue.next(NOW, true).unwrap();
    assert_eq!(leaving.ids, ["m0", "m1", "m2", "late"]);
    assert_eq!(queue.next(NOW, true), None, "hidden, and then gone");
    // The page came back: the first request is not heard any more, the second says how it ended.
    assert!(queue.settled(alive.number, ok(), NOW, 0).is_empty());
    assert_eq!(queue.next(NOW, false), None);
    assert_eq!(queue.settled(leaving.number, ok(), NOW, 0).len(), 1);
    assert_eq!(queue.waiting(), 0);
}

#[test]
fn a_leaving_page_tries_once_more_what_did_not_arrive() {
    let mut queue = filled(1, 1);
    for _ in 0..3 {
        queue.online();
        let number = queue.next(NOW, false).unwrap().number;
        queue.settled(number, status(503), NOW, u32::MAX);
        assert_eq!(queue.next(NOW, false), None, "it waits");
        let leaving = queue.next(NOW, true).unwrap();
        queue.settled(leaving.number, Outcome::NoAnswer, NOW, 0);
    }
}

#[test]
fn a_device_that_has_another_name_sends_under_that() {
    let message = |device: &str| format!(r#"{{"messageId":"m","anonymousId":"{device}"}}"#);
    let mut queue = Queue::new("key");
    queue.push("m", message("one"), Priority::Normal, NOW);
    assert_eq!(queue.rename("one", "two").len(), 1);
    assert_eq!(queue.messages().collect::<Vec<_>>(), [message("two")]);
    assert!(queue.rename("one", "two").is_empty());
    assert!(queue.rename("", "two").is_empty());
}

#[test]
fn no_request_carries_more_than_a_hundred_messages_or_half_a_megabyte() {
    assert_eq!(filled(250, 1).next(NOW, false).unwrap().ids.len(), 100);
    let batch = filled(30, 30_000).next(NOW, false).unwrap();
    assert!(batch.body.len() <= 500_000 && batch.body.len() > 470_000);
}

#[test]
fn the_oldest_of_the_least_is_dropped_first() {
    let mut queue = Queue::new("key");
    for (number, priority) in [
        Priority::High,
        Priority::Low,
        Priority::Normal,
        Priority::Low,
    ]
    .iter()
    .enumerate()
    {
        let id = format!("first{number}");
        queue.push(&id, text(&id, 1), *priority, NOW);
    }
    let mut deleted = Vec::new();
    for number in 0..1000 {
        let id = format!("then{number}");
        for effect in queue.push(&id, text(&id, 1), Priority::Normal, NOW) {
            if let Effect::Delete { keys } = effect {
                deleted.extend(keys);
            }
        }
    }
    assert_eq!(deleted, ["first1", "first3", "first2", "then0"]);
    assert_eq!((queue.waiting(), queue.dropped().full), (1000, 4));
    // What is worth less than all that waits is not even stored.
    let effects = queue.push("low", text("low", 1), Priority::Low, NOW);
    assert_eq!(
        effects,
        [Effect::Delete {
            keys: vec!["low".into()]
        }]
    );
}

#[test]
fn a_week_is_long_enough() {
    let mut queue = filled(1, 1);
    let week = 7 * 24 * 3_600_000;
    assert_eq!(
        queue
            .push("b", text("b", 1), Priority::Low, NOW + week)
            .len(),
        1
    );
    queue.push("c", text("c", 1), Priority::Low, NOW + week + 1);
    assert_eq!((queue.waiting(), queue.dropped().old), (2, 1));
}

#[test]
fn a_message_no_collector_takes_is_counted_at_once() {
    let mut queue = Queue::new("key");
    assert!(
        queue
            .push("a", text("a", 32_000), Priority::High, NOW)
            .is_empty()
    );
    assert_eq!((queue.waiting(), queue.dropped().large), (0, 1));
}

#[test]
fn withdrawal_leaves_nothing() {
    let mut queue = filled(3, 1);
    let batch = queue.next(NOW, false).unwrap();
    assert_eq!(queue.withdraw(), [Effect::Clear]);
    assert_eq!((queue.waiting(), queue.dropped().withdrawn), (0, 3));
    assert!(queue.settled(batch.number, status(500), NOW, 0).is_empty());
    assert_eq!(queue.next(NOW, true), None);
}

#[test]
fn what_another_tab_sends_is_left_to_it() {
    let mut queue = filled(3, 1);
    let batch = queue.next(NOW, false).unwrap();
    queue.lost(batch.number, |id| id == "m0");
    assert_eq!(queue.next(NOW, false).unwrap().ids, ["m1", "m2"]);
}

#[test]
fn rows_of_an_earlier_page_come_first_and_damaged_ones_are_deleted() {
    let mut rows = Vec::new();
    for effect in filled(2, 1).push("z", text("z", 1), Priority::High, NOW - 5) {
        if let Effect::Store { key, bytes } = effect {
            rows.push((key, bytes));
        }
    }
    rows.push(("broken".into(), rows[0].1[1..].to_vec()));
    rows.push(("renamed".into(), rows[0].1.clone()));
    let mut queue = Queue::new("key");
    queue.push("new", text("new", 1), Priority::Low, NOW + 1000);
    let effects = queue.load(borrowed(&rows), NOW + 1000);
    let deleted = |key: &str| Effect::Delete {
        keys: vec![key.into()],
    };
    assert_eq!(effects, [deleted("broken"), deleted("renamed")]);
    assert_eq!(queue.dropped().damaged, 2);
    assert_eq!(queue.next(NOW + 1000, false).unwrap().ids, ["z", "new"]);
}

proptest! {
    #[test]
    fn a_row_is_read_back_and_any_bytes_are_not_a_panic(
        id: String, message: String, order: u64, created in 0i64.., bytes: Vec<u8>,
    ) {
        let row = Row { id, order, created, priority: Priority::High, message, flight: 0 };
        prop_assert_eq!(Row::decode(&row.encode()), Some(row));
        prop_assert_eq!(Row::decode(&bytes), None);
    }
}

/// One thing that may happen to a shopper's device.
#[derive(Clone, Debug)]
enum Step {
    /// A tab reports a message of this many characters, each 1 or 4 bytes, in its own session.
    Push {
        tab: usize,
        chars: usize,
        wide: bool,
    },
    /// A tab sends; the collector takes it or not, and the tab will hear this.
    Send {
        tab: usize,
        leaving: bool,
        arrives: bool,
        code: u16,
    },
    /// The oldest request under way ends for its tab.
    Settle {
        jitter: u32,
    },
    Wait {
        ms: i64,
    },
    /// The tab dies; another page opens in its place.
    Crash {
        tab: usize,
    },
    Online {
        tab: usize,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let tab = 0..2usize;
    let step = prop_oneof![
        6 => (tab.clone(), prop_oneof![5 => 1..400usize, 1 => 1..7_000usize], any::<bool>())
            .prop_map(|(tab, chars, wide)| Step::Push { tab, chars, wide }),
        4 => (
            tab.clone(),
            any::<bool>(),
            prop::bool::weighted(0.7),
            prop::sample::select(vec![200, 200, 200, 204, 429, 500, 503, 413, 400, 0]),
        )
            .prop_map(|(tab, leaving, arrives, code)| Step::Send { tab, leaving, arrives, code }),
        4 => any::<u32>().prop_map(|jitter| Step::Settle { jitter }),
        2 => (0..90_000i64).prop_map(|ms| Step::Wait { ms }),
        1 => tab.clone().prop_map(|tab| Step::Crash { tab }),
        1 => tab.prop_map(|tab| Step::Online { tab }),
    ];
    prop::collection::vec(step, 1..120)
}

/// A request as the network sees it.
struct Request {
    tab: usize,
    page: usize,
    number: u32,
    outcome: Outcome,
    leaving: bool,
    bytes: usize,
    until: i64,
}

/// The whole world around two tabs, modelled without thought of speed.
struct World {
    now: i64,
    tabs: Vec<Queue>,
    /// How many pages each tab has had.
    pages: Vec<usize>,
    /// What lies on the device.
    disk: BTreeMap<String, Vec<u8>>,
    network: Vec<Request>,
    pushed: BTreeMap<String, String>,
    delivered: BTreeMap<String, String>,
    dropped: u32,
}

impl World {
    fn apply(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Store { key, bytes } => {
                    self.disk.insert(key, bytes);
                }
                Effect::Delete { keys } => keys.iter().for_each(|key| {
                    self.disk.remove(key);
                }),
                Effect::Clear => self.disk.clear(),
            }
        }
    }

    fn push(&mut self, tab: usize, chars: usize, wide: bool) {
        let sequence = self.pushed.len();
        let id = format!("{tab}-{}-{sequence:05}", self.pages[tab]);
        let fill = if wide { "𠮷" } else { "x" }.repeat(chars);
        let message = format!(r#"{{"messageId":"{id}","x":"{fill}"}}"#);
        self.pushed.insert(id.clone(), message.clone());
        let effects = self.tabs[tab].push(&id, message, Priority::Normal, self.now);
        self.apply(effects);
    }

    fn send(
        &mut self,
        tab: usize,
        leaving: bool,
        arrives: bool,
        code: u16,
    ) -> Result<(), TestCaseError> {
        let Some(batch) = self.tabs[tab].next(self.now, leaving) else {
            return Ok(());
        };
        if !leaving {
            let gone: Vec<_> = batch
                .ids
                .iter()
                .filter(|id| !self.disk.contains_key(*id))
                .cloned()
                .collect();
            if !gone.is_empty() {
                self.tabs[tab].lost(batch.number, |id| gone.iter().any(|gone| gone == id));
                return Ok(());
            }
        }
        prop_assert!(batch.body.len() <= 500_000 && batch.ids.len() <= 100);
        let body: serde_json::Value = serde_json::from_str(&batch.body).unwrap();
        let messages = body["batch"].as_array().unwrap();
        prop_assert_eq!(ids(&batch.body), batch.ids.clone());
        for of in 0..self.tabs.len() {
            // The id of a message begins with its tab and page, and ends with its place.
            let session: Vec<_> = batch
                .ids
                .iter()
                .filter(|id| id.starts_with(&format!("{of}-")))
                .collect();
            prop_assert!(
                session
                    .windows(2)
                    .all(|pair| pair[0][..4] != pair[1][..4] || pair[0] < pair[1])
            );
        }
        let arrives = arrives && matches!(code, 200..=299 | 500.. | 0);
        if arrives || (200..=299).contains(&code) {
            for (id, message) in batch.ids.iter().zip(messages) {
                self.delivered.insert(id.clone(), message.to_string());
            }
        }
        let outcome = if code == 0 {
            Outcome::NoAnswer
        } else {
            status(code)
        };
        self.network.push(Request {
            tab,
            page: self.pages[tab],
            number: batch.number,
            outcome,
            leaving,
            bytes: batch.body.len(),
            until: batch.until,
        });
        let unsettled: usize = self
            .network
            .iter()
            .filter(|request| {
                request.leaving
                    && request.tab == tab
                    && request.page == self.pages[tab]
                    && request.until > self.now
            })
            .map(|request| request.bytes)
            .sum();
        prop_assert!(unsettled <= 60_000);
        Ok(())
    }

    fn settle(&mut self, jitter: u32) {
        if self.network.is_empty() {
            return;
        }
        let request = self.network.remove(0);
        if request.page == self.pages[request.tab] {
            let effects =
                self.tabs[request.tab].settled(request.number, request.outcome, self.now, jitter);
            self.apply(effects);
        }
    }

    fn crash(&mut self, tab: usize) {
        let dropped = self.tabs[tab].dropped();
        self.dropped += dropped.refused + dropped.full + dropped.old + dropped.large;
        assert_eq!((dropped.damaged, dropped.withdrawn), (0, 0));
        let rows: Vec<_> = self
            .disk
            .iter()
            .map(|(key, row)| (key.clone(), row.clone()))
            .collect();
        self.tabs[tab] = Queue::new("key");
        self.pages[tab] += 1;
        let effects = self.tabs[tab].load(borrowed(&rows), self.now);
        self.apply(effects);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn whatever_happens_each_message_arrives_or_is_counted(steps in steps()) {
        let mut world = World {
            now: NOW,
            tabs: vec![Queue::new("key"), Queue::new("key")],
            pages: vec![0, 0],
            disk: BTreeMap::new(),
            network: Vec::new(),
            pushed: BTreeMap::new(),
            delivered: BTreeMap::new(),
            dropped: 0,
        };
        for step in steps {
            match step {
                Step::Push { tab, chars, wide } => world.push(tab, chars, wide),
                Step::Send { tab, leaving, arrives, code } => world.send(tab, leaving, arrives, code)?,
                Step::Settle { jitter } => world.settle(jitter),
                Step::Wait { ms } => world.now += ms,
                Step::Crash { tab } => world.crash(tab),
                Step::Online { tab } => world.tabs[tab].online(),
            }
            let stored: usize = world.disk.values().map(Vec::len).sum();
            prop_assert!(stored <= 2 * BYTES && world.tabs.iter().all(|tab| tab.bytes() <= BYTES));
        }
        // All is well again: a page opens, and what waits goes out.
        while !world.network.is_empty() {
            world.settle(0);
        }
        world.now += 24 * 3_600_000;
        world.crash(0);
        world.crash(1);
        for _ in 0..world.pushed.len() + 2 {
            world.send(0, false, true, 200)?;
            world.settle(0);
        }
        world.crash(0);
        prop_assert!(world.disk.is_empty());
        let missing = world.pushed.keys().filter(|id| !world.delivered.contains_key(*id)).count();
        prop_assert!(missing as u32 <= world.dropped, "{} missing, {} counted", missing, world.dropped);
        for (id, message) in &world.delivered {
            prop_assert_eq!(message, &world.pushed[id]);
        }
    }
}
