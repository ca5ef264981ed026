//! Carries out what the engine wants done: writes in order, sends in turn, and both again when the page comes back.
//!
//! Writes are gathered for the length of one task and go to the device in one transaction. One request to the
//! collector is under way at a time; when the page is hidden what waits goes out in requests that outlive it.

use core::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::store::Store;
use super::{global, now, random, send, uuid};
use crate::consent::Purposes;
use crate::engine::Engine;
use crate::report::Outcome;

/// Events wait this long for company.
const GATHER_MS: i32 = 2000;
/// So many do not wait.
const ENOUGH: usize = 20;
/// The longest timer: browsers cut longer ones short.
const LONGEST_MS: i64 = 1 << 30;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, milliseconds: i32) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
}

const EVENTS: [&str; 3] = ["visibilitychange", "pagehide", "online"];

/// Work that waits for the device or the network.
pub enum Task {
    Start(Option<bool>, Option<bool>),
    Grant(Option<bool>, Option<bool>),
    Forget,
    /// Resolves with how many messages still wait.
    Send,
    Close,
    Write,
    /// A request of a page that is left, and the number of its batch.
    Settle(Result<Promise, JsValue>, u32),
}

/// One page's engine with what surrounds it.
pub struct Host {
    pub engine: RefCell<Engine>,
    store: Store,
    url: String,
    warn: Function,
    warned: RefCell<Vec<&'static str>>,
    /// Whether the device takes what is to be kept.
    disk: Cell<bool>,
    writing: RefCell<Option<Promise>>,
    sending: Cell<bool>,
    closed: Cell<bool>,
    timer: RefCell<JsValue>,
    /// Called by timers and by the page's events; with the listeners that hold it.
    wake: RefCell<Option<Closure<dyn FnMut(JsValue)>>>,
}

impl Host {
    pub fn new(engine: Engine, name: &str, url: String, warn: Function) -> Rc<Host> {
        let host = Rc::new(Host {
            engine: RefCell::new(engine),
            store: Store::new(name),
            url,
            warn,
            warned: RefCell::default(),
            disk: Cell::new(true),
            writing: RefCell::default(),
            sending: Cell::new(false),
            closed: Cell::new(false),
            timer: RefCell::new(JsValue::UNDEFINED),
            wake: RefCell::default(),
        });
        let weak = Rc::downgrade(&host);
        let wake = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
            if let Some(host) = Weak::upgrade(&weak) {
                host.woken(&event);
            }
        });
        *host.wake.borrow_mut() = Some(wake);
        host.listen("addEventListener");
        host
    }

    /// Begins a task. One kind of promise for all of them: each more would be kilobytes of the same machinery.
    pub fn run(self: &Rc<Self>, task: Task) -> Promise {
        let host = self.clone();
        future_to_promise(async move {
            match task {
                Task::Start(personalisation, measurement) => {
                    host.restore().await;
                    host.grant(personalisation, measurement);
                }
                Task::Grant(personalisation, measurement) => {
                    host.grant(personalisation, measurement)
                }
                Task::Forget => host.engine.borrow_mut().forget(&uuid()),
                Task::Send => host.send().await,
                Task::Close => {
                    host.listen("removeEventListener");
                    host.closed.set(true);
                }
                Task::Settle(request, number) => {
                    host.settle(number, send::outcome(request, now).await)
                }
                Task::Write => {
                    host.write().await;
                    return Ok(JsValue::UNDEFINED);
                }
            }
            host.written().await;
            if host.closed.get() {
                clear_timeout(&host.timer.replace(JsValue::UNDEFINED));
                *host.wake.borrow_mut() = None;
            }
            Ok(host.engine.borrow().queue().waiting().into())
        })
    }

    fn wake(&self) -> Option<Function> {
        let wake = self.wake.borrow();
        Some(wake.as_ref()?.as_ref().unchecked_ref::<Function>().clone())
    }

    /// Adds or removes the listeners; a host without events (Node) has none.
    fn listen(&self, how: &str) {
        let (Some(document), Some(wake)) = (global("document"), self.wake()) else {
            return;
        };
        for (n, event) in EVENTS.iter().enumerate() {
            let on = if n == 0 {
                document.clone()
            } else {
                js_sys::global().into()
            };
            if let Ok(method) = Reflect::get(&on, &how.into())
                && let Some(method) = method.dyn_ref::<Function>()
            {
                let _ = method.call2(&on, &(*event).into(), &wake);
            }
        }
    }

    /// Says once that something is wrong, until it is well again.
    fn warn(&self, code: &'static str, message: &str) {
        if !self.warned.borrow().contains(&code) {
            self.warned.borrow_mut().push(code);
            let _ = self
                .warn
                .call2(&JsValue::NULL, &code.into(), &message.into());
        }
    }

    fn well(&self, code: &'static str) {
        self.warned.borrow_mut().retain(|warned| *warned != code);
    }

    /// True where what may be kept is on the device.
    pub fn on_disk(&self) -> bool {
        self.disk.get() && self.engine.borrow().purposes() != Purposes::default()
    }

    /// Goes on from what the device holds.
    async fn restore(&self) {
        match self.store.load().await {
            Ok(rows) => {
                let lead = rows.is_empty() || self.lead().await;
                self.engine.borrow_mut().restore(rows, lead, now());
            }
            Err(error) => self.refused(&error),
        }
    }

    /// Applies what is allowed now; what is not said stays as it was.
    fn grant(&self, personalisation: Option<bool>, measurement: Option<bool>) {
        let mut engine = self.engine.borrow_mut();
        let before = engine.purposes();
        let purposes = Purposes {
            personalisation: personalisation.unwrap_or(before.personalisation),
            measurement: measurement.unwrap_or(before.measurement),
        };
        engine.grant(purposes, &uuid());
    }

    /// Whether this is the one tab of the shop that may fold and resend what earlier pages left. The lock is held
    /// until the page goes; a browser without locks always leads.
    async fn lead(&self) -> bool {
        let locks = global("navigator")
            .and_then(|navigator| Reflect::get(&navigator, &"locks".into()).ok());
        let request = locks
            .as_ref()
            .and_then(|locks| Reflect::get(locks, &"request".into()).ok());
        let (Some(locks), Some(request)) = (
            locks,
            request.and_then(|request| request.dyn_into::<Function>().ok()),
        ) else {
            return true;
        };
        let name = JsValue::from_str(self.store.name());
        let asked = Promise::new(&mut |resolve, _| {
            let answer = resolve.clone();
            let granted = Closure::once_into_js(move |lock: JsValue| -> Promise {
                let _ = answer.call1(&JsValue::NULL, &lock.is_truthy().into());
                if lock.is_truthy() {
                    Promise::new(&mut |_, _| {})
                } else {
                    Promise::resolve(&JsValue::NULL)
                }
            });
            let options = Object::new();
            let _ = Reflect::set(&options, &"ifAvailable".into(), &true.into());
            if request.call3(&locks, &name, &options, &granted).is_err() {
                let _ = resolve.call1(&JsValue::NULL, &true.into());
            }
        });
        JsFuture::from(asked)
            .await
            .is_ok_and(|lead| lead.is_truthy())
    }

    fn refused(&self, error: &JsValue) {
        self.disk.set(false);
        let why = Reflect::get(error, &"message".into())
            .ok()
            .and_then(|message| message.as_string());
        let why = why.or_else(|| error.as_string()).unwrap_or_default();
        let message = [
            "the device keeps nothing (",
            &why,
            "): this page goes on in memory, and forgets when it closes. Free space, or leave private mode.",
        ];
        self.warn("storage.denied", &message.concat());
    }

    /// After every call that may have changed something.
    pub fn changed(self: &Rc<Self>) {
        if self.writing.borrow().is_none() {
            let writing = self.run(Task::Write);
            *self.writing.borrow_mut() = Some(writing);
        }
        self.schedule();
    }

    async fn write(&self) {
        loop {
            let effects = self.engine.borrow_mut().effects();
            if effects.is_empty() {
                break;
            }
            if self.disk.get()
                && let Err(error) = self.store.apply(&effects).await
            {
                self.refused(&error);
            }
        }
        *self.writing.borrow_mut() = None;
    }

    /// Resolves when everything decided so far is on the device.
    async fn written(self: &Rc<Self>) {
        self.changed();
        let writing = self.writing.borrow().clone();
        if let Some(writing) = writing {
            let _ = JsFuture::from(writing).await;
        }
    }

    /// Sets the timer for the next request.
    fn schedule(&self) {
        clear_timeout(&self.timer.replace(JsValue::UNDEFINED));
        if self.sending.get() || self.url.is_empty() {
            return;
        }
        let engine = self.engine.borrow();
        if !engine.purposes().measurement {
            return;
        }
        let Some(at) = engine.queue().next_try(now()) else {
            return;
        };
        let wait = (at - now()).clamp(0, LONGEST_MS) as i32;
        let gather = if engine.queue().waiting() < ENOUGH {
            GATHER_MS
        } else {
            0
        };
        let Some(wake) = self.wake() else {
            return;
        };
        let timer = set_timeout(&wake, wait.max(gather));
        // In Node a timer must not keep the process alive.
        if let Ok(unref) = Reflect::get(&timer, &"unref".into())
            && let Some(unref) = unref.dyn_ref::<Function>()
        {
            let _ = unref.call0(&timer);
        }
        *self.timer.borrow_mut() = timer;
    }

    /// A timer (no event), or one of the page's events.
    fn woken(self: &Rc<Self>, event: &JsValue) {
        let kind = Reflect::get(event, &"type".into())
            .ok()
            .and_then(|kind| kind.as_string());
        let hidden = || {
            let state = global("document")
                .and_then(|document| Reflect::get(&document, &"visibilityState".into()).ok());
            state
                .and_then(|state| state.as_string())
                .is_some_and(|state| state == "hidden")
        };
        match kind.as_deref() {
            Some("pagehide") => self.leave(),
            Some("visibilitychange") if hidden() => self.leave(),
            Some("online") => {
                self.engine.borrow_mut().with_queue(|queue| {
                    queue.online();
                    Vec::new()
                });
                self.changed();
            }
            _ => drop(self.run(Task::Send)),
        }
    }

    /// Sends all that is due, a batch at a time.
    async fn send(self: &Rc<Self>) {
        if self.url.is_empty() || self.sending.replace(true) {
            return;
        }
        loop {
            self.written().await;
            let Some(batch) = self.engine.borrow_mut().batch(now(), false) else {
                break;
            };
            let gone = self.gone(&batch.ids).await;
            if !gone.is_empty() {
                self.engine.borrow_mut().with_queue(|queue| {
                    queue.lost(batch.number, &gone, &[], now());
                    Vec::new()
                });
                continue;
            }
            let request = send::begin(&self.url, &batch.body, false);
            self.settle(batch.number, send::outcome(request, now).await);
        }
        self.sending.set(false);
        self.schedule();
    }

    /// Rows that another tab has sent meanwhile.
    async fn gone(&self, ids: &[String]) -> Vec<String> {
        if !self.disk.get() {
            return Vec::new();
        }
        match self.store.keys().await {
            Ok(keys) => {
                let held = |id: &String| {
                    keys.iter()
                        .any(|key| key.strip_prefix(crate::engine::QUEUE) == Some(id))
                };
                ids.iter().filter(|id| !held(id)).cloned().collect()
            }
            Err(_) => Vec::new(),
        }
    }

    fn settle(self: &Rc<Self>, number: u32, outcome: Outcome) {
        let jitter = u32::from_le_bytes(random());
        self.engine
            .borrow_mut()
            .with_queue(|queue| queue.settled(number, outcome, now(), jitter));
        match outcome {
            Outcome::Status { code: 200..300, .. } => {
                self.well("collector.unavailable");
                self.well("collector.refused");
            }
            Outcome::Status { code, .. } => {
                let mut text = String::from("the collector at ");
                text += &self.url;
                text += " answered HTTP ";
                crate::decimal::print_uint(&mut text, code.into());
                if matches!(code, 408 | 429) || code >= 500 {
                    text += "; reports wait on the device and are sent again.";
                    self.warn("collector.unavailable", &text);
                } else {
                    text += "; what it refuses is dropped and counted. Check the write key and the collector's log.";
                    self.warn("collector.refused", &text);
                }
            }
            Outcome::NoAnswer => {
                let text = [
                    "the collector at ",
                    &self.url,
                    " does not answer; reports wait on the device and are sent again.",
                ];
                self.warn("collector.unavailable", &text.concat());
            }
        }
        self.changed();
    }

    /// The page may never come back: what waits goes out now.
    fn leave(self: &Rc<Self>) {
        self.changed();
        if self.url.is_empty() {
            return;
        }
        loop {
            let Some(batch) = self.engine.borrow_mut().batch(now(), true) else {
                break;
            };
            let request = send::begin(&self.url, &batch.body, true);
            drop(self.run(Task::Settle(request, batch.number)));
        }
    }
}
