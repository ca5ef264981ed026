//! The façade: one shopper, one shop. It passes things from room to room and has no logic of its own beyond that.
//!
//! Everything that must happen outside, on the device's storage, is collected as [`Effect`]s for the host; what is to
//! be sent is asked for with [`Engine::queue`]. The shopper's stored form is a sealed portrait and a journal of the
//! events since: every tab only appends to the journal, and one tab at a time folds it in when a page opens, so two
//! tabs never overwrite each other.

#[cfg(feature = "full")]
mod act;
#[cfg(feature = "full")]
mod ask;

use crate::consent::Purposes;
use crate::intake::{Arrival, Event, Intake, Refusal, Session, Value};
use crate::lines::join;
use crate::recommend::{List, Recommender, Request};
use crate::report::{self, Content, Envelope, Outcome, Priority, Queue};
use crate::shop::live::Patched;
use crate::shop::{Model, ModelError};
#[cfg(feature = "full")]
use crate::shopper::profile::{Profile, Setup, edit::Edit, tags::Tags};
use crate::shopper::{Portrait, Shopper};

/// Keys on the device. The journal's and the queue's rows are named after the event.
const CONSENT: &str = "consent";
const DEVICE: &str = "device";
const INTAKE: &str = "intake";
const MANIFEST: &str = "manifest";
const PORTRAIT: &str = "portrait";
/// What the full edition keeps beside it.
const PROFILE: &str = "profile";
/// The tags of the full edition.
const TAGS: &str = "tags";
const JOURNAL: &str = "journal/";
pub const QUEUE: &str = "queue/";

/// How many rows the journal may have before they are folded into the portrait.
const FOLD: usize = 32;

/// What the host must do on the device, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Put {
        key: String,
        bytes: Vec<u8>,
    },
    Delete {
        key: String,
    },
    /// Delete every key that begins so.
    DeleteAll {
        prefix: &'static str,
    },
    /// Delete the whole store: nothing may be kept.
    Destroy,
}

/// Why an event was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declined {
    /// Nothing is allowed, so nothing was looked at.
    NoConsent,
    Refused(Refusal),
}

impl Declined {
    /// The stable text: `no_consent`, or that of the refusal.
    pub fn code(self) -> String {
        match self {
            Declined::NoConsent => "no_consent".into(),
            Declined::Refused(refusal) => refusal.code(),
        }
    }
}

/// What does not change while a page is open.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Random; makes this device's ids its own.
    pub seed: u64,
    /// Empty when there is no collector: then nothing is queued.
    pub write_key: String,
    pub locale: String,
    pub path: String,
}

/// The engine of one page.
#[derive(Debug)]
pub struct Engine {
    settings: Settings,
    purposes: Purposes,
    /// Names this device in reports; exists only while measurement is allowed.
    device: String,
    model: Option<Model>,
    shopper: Shopper,
    intake: Intake,
    queue: Queue,
    recommender: Recommender,
    /// What the shop defines for the full edition.
    #[cfg(feature = "full")]
    setup: Setup,
    /// The rules of its actions.
    #[cfg(feature = "full")]
    acting: act::Acting,
    decisions: u32,
    /// What names the open model's parts, for a page that cannot use their successors.
    manifest: Vec<u8>,
    effects: Vec<Effect>,
    /// Events were taken since the effects were last asked for, so that the intake is to be put: once for all of them,
    /// since it is up to 512 ids long, and the last one put is all that stays.
    heard: bool,
}

impl Engine {
    pub fn new(settings: Settings) -> Engine {
        Engine {
            purposes: Purposes::default(),
            device: String::new(),
            model: None,
            shopper: Shopper::default(),
            intake: Intake::new(settings.seed),
            queue: Queue::new(&settings.write_key),
            recommender: Recommender::default(),
            #[cfg(feature = "full")]
            setup: Setup::default(),
            #[cfg(feature = "full")]
            acting: act::Acting::default(),
            decisions: 0,
            manifest: Vec::new(),
            effects: Vec::new(),
            heard: false,
            settings,
        }
    }

    /// What must be done on the device since the last call.
    pub fn effects(&mut self) -> Vec<Effect> {
        if core::mem::take(&mut self.heard) {
            self.put(INTAKE.into(), self.intake.encode());
        }
        core::mem::take(&mut self.effects)
    }

    /// Goes on from what is on the device, with what was allowed then. `lead` is true for the one tab that may fold
    /// the journal and send what earlier pages left. Rows that are damaged are dropped.
    pub fn restore(&mut self, rows: &[(&str, &[u8])], lead: bool, now: i64) {
        let consent = rows.iter().find(|(key, _)| *key == CONSENT);
        let flags = consent
            .and_then(|(_, bytes)| bytes.first())
            .copied()
            .unwrap_or(0);
        self.purposes = Purposes {
            personalisation: flags & 1 != 0,
            measurement: flags & 2 != 0,
        };
        for &(key, bytes) in rows {
            if key == PORTRAIT && self.purposes.personalisation {
                self.shopper = Shopper::decode(bytes).unwrap_or_default();
            } else if key == INTAKE {
                if let Some(intake) = Intake::decode(bytes, self.settings.seed) {
                    self.intake = intake;
                }
            } else if key == DEVICE && self.purposes.measurement {
                self.device = core::str::from_utf8(bytes).unwrap_or_default().into();
            }
        }
        if self.purposes.personalisation {
            let profile = rows.iter().find(|(key, _)| *key == PROFILE);
            #[cfg(feature = "full")]
            {
                if let Some((_, bytes)) = profile {
                    self.shopper.profile = Profile::decode(bytes).unwrap_or_default();
                }
                let tags = rows.iter().find(|(key, _)| *key == TAGS);
                if let Some((_, bytes)) = tags {
                    self.shopper.profile.tags = Tags::decode(bytes).unwrap_or_default();
                }
            }
            // Names begin with the time, so the journal comes in order.
            let journal = || rows.iter().filter(|(key, _)| key.starts_with(JOURNAL));
            let mut count = 0;
            for (_, bytes) in journal() {
                count += 1;
                if let Some(event) = Event::decode(bytes) {
                    self.learn(&event);
                }
                #[cfg(feature = "full")]
                if let Some((edit, time)) = Edit::decode(bytes) {
                    self.shopper.edit(&edit, time);
                }
            }
            // Without the full edition the profile cannot learn: the journal waits for a page that has it.
            if lead && count > FOLD && (cfg!(feature = "full") || profile.is_none()) {
                self.put(PORTRAIT.into(), self.shopper.encode());
                #[cfg(feature = "full")]
                self.put(PROFILE.into(), self.shopper.profile.encode());
                for (key, _) in journal() {
                    self.delete((*key).into());
                }
            }
        }
        if let Some(model) = &self.model {
            self.shopper.resolve(model);
            #[cfg(feature = "full")]
            self.shopper.profile.resolve(model);
        }
        if lead && self.purposes.measurement {
            let queued = rows.iter();
            let queued = queued.filter_map(|(key, bytes)| Some((key.strip_prefix(QUEUE)?, *bytes)));
            let effects = self.queue.load(queued, now);
            self.queued(effects);
        }
    }

    fn learn(&mut self, event: &Event) {
        self.shopper.learn(event, self.model.as_ref());
        #[cfg(feature = "full")]
        self.shopper.deepen(event, self.model.as_ref(), &self.setup);
    }

    fn put(&mut self, key: String, bytes: Vec<u8>) {
        self.effects.push(Effect::Put { key, bytes });
    }

    fn delete(&mut self, key: String) {
        self.effects.push(Effect::Delete { key });
    }

    /// Takes over what the queue wants done.
    fn queued(&mut self, mut effects: Vec<report::Effect>) {
        for effect in &mut effects {
            match effect {
                report::Effect::Store { key, bytes } => {
                    self.put(join(QUEUE, key), core::mem::take(bytes));
                }
                report::Effect::Delete { keys } => {
                    for key in keys {
                        self.delete(join(QUEUE, key));
                    }
                }
                report::Effect::Clear => self.effects.push(Effect::DeleteAll { prefix: QUEUE }),
            }
        }
    }

    /// Changes what is allowed. What a withdrawn purpose had kept is forgotten, here and on the device. `device` is a
    /// fresh random name, used where reports begin.
    pub fn grant(&mut self, purposes: Purposes, device: &str) {
        let before = core::mem::replace(&mut self.purposes, purposes);
        if before.personalisation && !purposes.personalisation {
            self.shopper = Shopper::default();
            self.delete(PORTRAIT.into());
            self.delete(PROFILE.into());
            self.delete(TAGS.into());
            self.effects.push(Effect::DeleteAll { prefix: JOURNAL });
        }
        if before.measurement && !purposes.measurement {
            let effects = self.queue.withdraw();
            self.queued(effects);
            self.device.clear();
            self.delete(DEVICE.into());
        }
        if purposes == Purposes::default() {
            self.intake = Intake::new(self.settings.seed);
            self.manifest.clear();
            self.effects = vec![Effect::Destroy];
            self.heard = false;
            return;
        }
        if before == Purposes::default() {
            self.put_manifest();
        }
        if purposes.measurement && self.device.is_empty() {
            self.device = device.into();
            self.put(DEVICE.into(), self.device.clone().into_bytes());
        }
        let flags = u8::from(purposes.personalisation) | u8::from(purposes.measurement) << 1;
        if purposes != before {
            self.put(CONSENT.into(), vec![flags]);
        }
    }

    /// Remembers what names the open model's parts, on the device for as long as anything may be kept there. It says
    /// nothing of the shopper, and nothing may be kept before they agree all the same.
    pub fn keep(&mut self, manifest: String) {
        self.manifest = manifest.into_bytes();
        if self.purposes != Purposes::default() {
            self.put_manifest();
        }
    }

    fn put_manifest(&mut self) {
        if !self.manifest.is_empty() {
            self.put(MANIFEST.into(), self.manifest.clone());
        }
    }

    /// Forgets the shopper, here and on the device; what is allowed stays allowed, under a new name.
    pub fn forget(&mut self, device: &str) {
        let allowed = self.purposes;
        self.grant(Purposes::default(), "");
        self.grant(allowed, device);
    }

    pub fn purposes(&self) -> Purposes {
        self.purposes
    }

    /// Opens a model; the old one stays when the new one is refused.
    ///
    /// # Errors
    /// As [`Model::open`].
    pub fn open_model(&mut self, file: Vec<u8>) -> Result<(), ModelError> {
        let model = Model::open(file)?;
        self.shopper.resolve(&model);
        #[cfg(feature = "full")]
        self.shopper.profile.resolve(&model);
        self.model = Some(model);
        Ok(())
    }

    /// Lets go of the model, so that the next one does not lie in memory beside it, and of the working memory that would
    /// keep it from the same place.
    pub fn close_model(&mut self) {
        self.model = None;
        self.recommender = Recommender::default();
    }

    /// Takes over a live part of the open model.
    ///
    /// # Errors
    /// As [`Model::refresh`].
    pub fn refresh(&mut self, live: &[u8]) -> Result<(), ModelError> {
        let model = self.model.as_mut();
        model.map_or(Ok(()), |model| model.refresh(live))
    }

    /// Takes over prices and stock of single items; see [`Model::patch`].
    pub fn patch(&mut self, lines: &str, each: &mut dyn FnMut(Patched)) {
        if let Some(model) = &mut self.model {
            model.patch(lines, each);
        }
    }

    pub fn model(&self) -> Option<&Model> {
        self.model.as_ref()
    }

    /// Takes an event of the page, in any dialect.
    ///
    /// # Errors
    /// Why it was not taken; nothing is remembered of it then but a count.
    pub fn track(
        &mut self,
        name: &str,
        properties: &Value,
        arrival: Arrival,
    ) -> Result<Session, Declined> {
        if self.purposes == Purposes::default() {
            return Err(Declined::NoConsent);
        }
        let event = self
            .intake
            .accept(name, properties, arrival)
            .map_err(Declined::Refused)?;
        if self.purposes.personalisation {
            self.learn(&event);
            let mut row = Vec::new();
            event.encode(&mut row);
            self.put(join(JOURNAL, &event.id), row);
            #[cfg(feature = "full")]
            self.arm(&event, arrival.now);
        }
        self.report(&event, arrival.now);
        Ok(event.session)
    }

    /// Takes an event that the page's own shelves made: an impression or a click.
    ///
    /// # Errors
    /// As [`Engine::track`].
    pub fn shelf_event(
        &mut self,
        (kind, products, fields): Content,
        arrival: Arrival,
    ) -> Result<Session, Declined> {
        if !self.purposes.measurement {
            return Err(Declined::NoConsent);
        }
        let event = self
            .intake
            .admit(kind, products, fields, arrival)
            .map_err(Declined::Refused)?;
        self.report(&event, arrival.now);
        Ok(event.session)
    }

    fn report(&mut self, event: &Event, now: i64) {
        self.heard = true;
        if !self.purposes.measurement || self.settings.write_key.is_empty() {
            return;
        }
        let envelope = Envelope {
            anonymous: &self.device,
            locale: Some(self.settings.locale.as_str()).filter(|text| !text.is_empty()),
            path: Some(self.settings.path.as_str()).filter(|text| !text.is_empty()),
        };
        let message = report::message(event, &envelope);
        let effects = self
            .queue
            .push(&event.id, message, Priority::of(event), now);
        self.queued(effects);
    }

    /// Ranks; an empty list when no model is open. Without leave to personalise, history is not used whatever the
    /// request says.
    pub fn recommend(&mut self, mut request: Request, now: i64) -> List {
        let Some(model) = &self.model else {
            return List::default();
        };
        request.personal &= self.purposes.personalisation;
        self.recommender
            .recommend(model, &self.shopper, &request, now)
    }

    /// The order of a list on screen; see [`Recommender::rerank`]. As it was when no model is open.
    pub fn rerank(
        &mut self,
        mut request: Request,
        ids: &[&str],
        stays: impl Fn(usize) -> bool,
        now: i64,
    ) -> Vec<u32> {
        let Some(model) = &self.model else {
            return (0..ids.len() as u32).collect();
        };
        request.personal &= self.purposes.personalisation;
        self.recommender
            .rerank(model, &self.shopper, &request, ids, stays, now)
    }

    /// The lines of rules that have no effect; see [`Recommender::odd_rules`]. None when no model is open.
    pub fn odd_rules(&mut self, rules: &str) -> Vec<u32> {
        self.model.as_ref().map_or(Vec::new(), |model| {
            self.recommender.odd_rules(model, rules).to_vec()
        })
    }

    /// Where chance comes in, a list is the same for as long as the visit lasts.
    pub fn seed(&self, now: i64) -> u64 {
        self.intake
            .session(now)
            .map_or(self.settings.seed, |session| session.0)
    }

    /// A name for a list that was just made, unique on this device.
    #[inline(never)]
    pub fn decision(&mut self, now: i64) -> u64 {
        self.decisions = self.decisions.wrapping_add(1);
        let mixed = (self.settings.seed ^ now as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (now as u64) << 20 | (mixed >> 44).wrapping_add(self.decisions.into()) & 0xf_ffff
    }

    pub fn portrait(&self, now: i64) -> Portrait<'_> {
        self.shopper.portrait(now)
    }

    pub fn intake(&self) -> &Intake {
        &self.intake
    }

    /// What is to be sent; effects of settling come out of [`Engine::effects`].
    pub fn queue(&self) -> &Queue {
        &self.queue
    }

    pub fn queue_mut(&mut self) -> &mut Queue {
        &mut self.queue
    }

    /// Learns how a batch ended; see [`Queue::settled`].
    pub fn settled(&mut self, number: u32, outcome: Outcome, now: i64, jitter: u32) {
        let effects = self.queue.settled(number, outcome, now, jitter);
        self.queued(effects);
    }

    /// The next batch to send, if consent still allows.
    pub fn batch(&mut self, now: i64, leaving: bool) -> Option<report::Batch> {
        if self.purposes.measurement {
            self.queue.next(now, leaving)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests;
