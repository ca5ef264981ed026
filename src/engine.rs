//! The façade: one shopper, one shop. It calls the rooms in order and keeps what joins them: names of stored rows, the
//! journal, the purposes that are allowed, and ids of decisions. It ranks, learns and decides nothing itself.
//!
//! Everything that must happen outside, on the device's storage, is collected as [`Effect`]s for the host; what is to
//! be sent is asked for with [`Engine::queue`]. The shopper's stored form is a sealed portrait and a journal of the
//! events since: every tab only appends to the journal, and a page that opens and finds it long folds it in, which the
//! host does as a whole or, where another tab was first, not at all. So two tabs never overwrite each other.

#[cfg(feature = "full")]
mod act;
#[cfg(feature = "full")]
mod ask;
#[cfg(feature = "full")]
mod contents;
#[cfg(feature = "full")]
mod enquire;
#[cfg(feature = "full")]
mod experiment;
#[cfg(feature = "full")]
mod handoff;
#[cfg(feature = "full")]
mod log;
#[cfg(feature = "full")]
mod offers;
#[cfg(feature = "full")]
mod origin;
#[cfg(feature = "full")]
mod outbox;
#[cfg(feature = "full")]
mod prices;
#[cfg(feature = "full")]
mod stores;
#[cfg(feature = "full")]
mod top_up;

#[cfg(feature = "full")]
use crate::condition::{NoPatterns, Patterns};
use crate::consent::{Choice, Purposes};
#[cfg(feature = "full")]
use crate::experiment::Experiments;
use crate::intake::{Arrival, Event, Intake, Refusal, Session, Value, Visit, Visitor};
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
const EXPERIMENTS: &str = "experiments";
const INTAKE: &str = "intake";
const MANIFEST: &str = "manifest";
/// Offers that were decided; of the full edition.
const OFFERS: &str = "offers";
/// Where the visit came from; of the full edition.
const ORIGIN: &str = "origin";
const PORTRAIT: &str = "portrait";
/// What the full edition keeps beside it.
const PROFILE: &str = "profile";
/// The tags of the full edition.
const TAGS: &str = "tags";
const JOURNAL: &str = "journal/";
/// Prefix of the keys of queued reports.
pub const QUEUE: &str = "queue/";

/// How many rows the journal may have before they are folded into the portrait.
const FOLD: usize = 32;

/// How old the kept record of the visit may be while the journal has what is newer.
const KEEP_MS: i64 = 60_000;

/// Does what is allowed give a row the right to be on the device?
fn may_stay(allowed: Purposes, key: &str) -> bool {
    if matches!(key, PORTRAIT | PROFILE | TAGS | OFFERS) || key.starts_with(JOURNAL) {
        allowed.personalisation
    } else if key == DEVICE {
        allowed.names_device()
    } else if key == EXPERIMENTS {
        allowed.experiment
    } else if key == ORIGIN || key.starts_with(QUEUE) {
        allowed.measurement
    } else {
        allowed != Purposes::default()
    }
}

/// What the host must do on the device, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Write a row.
    Put {
        /// Key of the row.
        key: String,
        /// Content of the row.
        bytes: Vec<u8>,
    },
    /// Delete a row.
    Delete {
        /// Key of the row.
        key: String,
    },
    /// Delete every key that begins so.
    DeleteAll {
        /// Common prefix of the keys.
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
    /// Intake refused it.
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
    /// Language of the page, for reports.
    pub locale: String,
    /// Path of the page, without query.
    pub path: String,
}

/// The engine of one page.
#[derive(Debug)]
pub struct Engine {
    settings: Settings,
    purposes: Purposes,
    /// Names this device in reports and to experiments; exists only while one of them is allowed.
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
    /// Its campaigns of offers, and what was decided by them.
    #[cfg(feature = "full")]
    offering: offers::Offering,
    /// The shop's stores, as the page handed them over.
    #[cfg(feature = "full")]
    stores: crate::stores::Stores,
    /// Its reviews, photos and articles.
    #[cfg(feature = "full")]
    contents: crate::shop::contents::Contents,
    /// The shop's feed as of now.
    #[cfg(feature = "full")]
    feed: crate::shop::feed::Feed,
    /// Where the shopper is, as the page says; stored nowhere.
    #[cfg(feature = "full")]
    place: crate::scene::Place,
    /// The open model's calendar.
    #[cfg(feature = "full")]
    calendar: crate::scene::calendar::Calendar,
    decisions: u32,
    #[cfg(feature = "full")]
    experiments: Experiments,
    /// The newest lists.
    #[cfg(feature = "full")]
    log: log::Log,
    /// Where the visit came from.
    #[cfg(feature = "full")]
    origin: origin::Origin,
    /// The host's regular expressions.
    #[cfg(feature = "full")]
    patterns: &'static dyn Patterns,
    /// What names the open model's parts, for a page that cannot use their successors.
    manifest: Vec<u8>,
    effects: Vec<Effect>,
    /// Events were taken since the intake was last put.
    heard: bool,
    /// The session of the intake that was last put, and when that was.
    kept: Option<(Session, i64)>,
}

impl Engine {
    /// An engine without model, portrait or consent.
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
            #[cfg(feature = "full")]
            offering: offers::Offering::default(),
            #[cfg(feature = "full")]
            contents: Default::default(),
            #[cfg(feature = "full")]
            feed: crate::shop::feed::Feed::default(),
            #[cfg(feature = "full")]
            place: crate::scene::Place::default(),
            #[cfg(feature = "full")]
            calendar: crate::scene::calendar::Calendar::default(),
            #[cfg(feature = "full")]
            stores: crate::stores::Stores::default(),
            decisions: 0,
            #[cfg(feature = "full")]
            experiments: Experiments::default(),
            #[cfg(feature = "full")]
            log: log::Log::default(),
            #[cfg(feature = "full")]
            origin: origin::Origin::default(),
            #[cfg(feature = "full")]
            patterns: &NoPatterns,
            manifest: Vec::new(),
            effects: Vec::new(),
            heard: false,
            kept: None,
            settings,
        }
    }

    /// Learns who is on the page: of robots and staff nothing is learnt, and nothing reported.
    pub fn meet(&mut self, visitor: Visitor) {
        self.intake.meet(visitor);
    }

    /// Somebody touched the page.
    pub fn touch(&mut self) {
        self.intake.touch();
    }

    /// Lends the host's regular expressions to conditions.
    #[cfg(feature = "full")]
    pub fn lend(&mut self, patterns: &'static dyn Patterns) {
        self.patterns = patterns;
    }

    /// What must be done on the device since the last call. What tells visits and repetitions apart is a row of
    /// kilobytes: while events are kept one by one it follows from them, and is put when the visit begins, once a
    /// minute, and when the page is `leaving`.
    pub fn effects(&mut self, now: i64, leaving: bool) -> Vec<Effect> {
        let session = self.intake.visit().map(|visit| visit.session);
        let follows = self.purposes.personalisation
            && self
                .kept
                .is_some_and(|(known, at)| Some(known) == session && now - at < KEEP_MS);
        if self.heard && (leaving || !follows) {
            self.heard = false;
            self.kept = session.map(|session| (session, now));
            self.put(INTAKE.into(), self.intake.encode());
        }
        #[cfg(feature = "full")]
        if let Some(bytes) = self.experiments.changed() {
            self.put(EXPERIMENTS.into(), bytes);
        }
        #[cfg(feature = "full")]
        if let Some(bytes) = self.origin.changed() {
            self.put(ORIGIN.into(), bytes);
        }
        core::mem::take(&mut self.effects)
    }

    /// Goes on from what is on the device, and from the choice of purposes that the page makes. The device may have
    /// taken its time: what this page did meanwhile counts as later than all that is found there. `device` is as in
    /// [`Engine::grant`]. Rows that are damaged are dropped, and those that nothing allows to be kept are deleted.
    pub fn restore(&mut self, rows: &[(&str, &[u8])], choice: Choice, device: &str, now: i64) {
        let find = |name: &str| rows.iter().find(|(key, _)| *key == name).map(|row| row.1);
        let flags = find(CONSENT).and_then(|bytes| bytes.first().copied());
        let held = Purposes::from_bits(flags.unwrap_or(0));
        let purposes = choice.over(held);
        self.effects.retain(|effect| match effect {
            Effect::Put { key, .. } => key != CONSENT,
            Effect::Destroy => false,
            _ => true,
        });
        if !purposes.measurement {
            // Nothing is deleted by it that the row's own right does not say.
            let _ = self.queue.withdraw();
        }
        if !purposes.names_device() {
            self.device.clear();
        } else if let Some(bytes) = find(DEVICE).filter(|_| held.names_device()) {
            self.call(core::str::from_utf8(bytes).unwrap_or_default());
        }
        #[cfg(feature = "full")]
        if let Some(bytes) = find(EXPERIMENTS).filter(|_| held.experiment) {
            self.experiments.restore(bytes);
        }
        #[cfg(feature = "full")]
        if let Some(bytes) = find(ORIGIN).filter(|_| held.measurement) {
            self.origin.restore(bytes);
        }
        if let Some(bytes) = find(INTAKE).filter(|_| held != Purposes::default()) {
            self.intake.absorb(bytes);
        }
        let portrait = find(PORTRAIT).filter(|_| held.personalisation);
        let profile = find(PROFILE).filter(|_| held.personalisation);
        self.shopper = portrait.and_then(Shopper::decode).unwrap_or_default();
        #[cfg(feature = "full")]
        {
            let decoded = profile.and_then(Profile::decode);
            self.shopper.profile = decoded.unwrap_or_default();
            self.shopper.remember_wishes();
            self.offering
                .restore(find(OFFERS).filter(|_| held.personalisation));
            if let Some(bytes) = find(TAGS).filter(|_| held.personalisation) {
                self.shopper.profile.tags = Tags::decode(bytes).unwrap_or_default();
            }
        }
        let mut journal = Vec::new();
        let mut queued = Vec::new();
        for &(key, bytes) in rows {
            if !may_stay(held, key) {
                self.delete(key.into());
            } else if let Some(id) = key.strip_prefix(JOURNAL) {
                self.intake.note(id);
                // Names begin with the time, so the journal comes in order.
                journal.push(key);
                self.relearn(bytes);
            } else if let Some(id) = key.strip_prefix(QUEUE) {
                self.intake.note(id);
                queued.push((id, bytes));
            }
        }
        // Without the full edition the profile cannot learn: the journal waits for a page that has it.
        if journal.len() > FOLD && (cfg!(feature = "full") || profile.is_none()) {
            self.put(PORTRAIT.into(), self.shopper.encode());
            #[cfg(feature = "full")]
            self.put(PROFILE.into(), self.shopper.profile.encode());
            for key in journal {
                self.delete(key.into());
            }
            (self.heard, self.kept) = (true, None);
        }
        if purposes.personalisation {
            let effects = core::mem::take(&mut self.effects);
            for effect in &effects {
                if let Effect::Put { key, bytes } = effect
                    && key.starts_with(JOURNAL)
                {
                    self.relearn(bytes);
                }
            }
            self.effects = effects;
        }
        if let Some(model) = &self.model {
            self.shopper.resolve(model);
            #[cfg(feature = "full")]
            self.shopper.profile.resolve(model);
        }
        if purposes.measurement {
            let effects = self.queue.load(queued.into_iter(), now);
            self.queued(effects);
        }
        self.purposes = held;
        if purposes != Purposes::default() {
            self.grant(purposes, device);
        } else if !rows.is_empty() || choice != Choice::default() {
            self.grant(purposes, "");
        }
    }

    fn learn(&mut self, event: &Event) {
        self.shopper.learn(event, self.model.as_ref());
        #[cfg(feature = "full")]
        {
            if let Some(zone) = self.place.zone_known() {
                self.shopper.profile.habits.zone = zone;
            }
            self.shopper.deepen(event, self.model.as_ref(), &self.setup);
        }
    }

    /// Learns what a row of the journal says.
    fn relearn(&mut self, row: &[u8]) {
        if let Some(event) = Event::decode(row) {
            self.intake.recall(&event);
            self.learn(&event);
        }
        #[cfg(feature = "full")]
        if let Some((edit, time)) = Edit::decode(row) {
            self.shopper.edit(&edit, time);
        }
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
            #[cfg(feature = "full")]
            self.log.clear();
            #[cfg(feature = "full")]
            self.withdraw_offers();
            self.delete(PORTRAIT.into());
            self.delete(PROFILE.into());
            self.delete(TAGS.into());
            self.delete(OFFERS.into());
            self.effects.push(Effect::DeleteAll { prefix: JOURNAL });
        }
        if before.measurement && !purposes.measurement {
            let effects = self.queue.withdraw();
            self.queued(effects);
            self.delete(ORIGIN.into());
            #[cfg(feature = "full")]
            self.origin.forget();
        }
        if before.experiment && !purposes.experiment {
            self.delete(EXPERIMENTS.into());
            #[cfg(feature = "full")]
            self.leave_experiments();
        }
        if before.names_device() && !purposes.names_device() {
            self.device.clear();
            self.delete(DEVICE.into());
        }
        if purposes == Purposes::default() {
            self.intake = Intake::new(self.settings.seed);
            self.manifest.clear();
            self.effects = vec![Effect::Destroy];
            (self.heard, self.kept) = (false, None);
            return;
        }
        if before == Purposes::default() {
            self.put_manifest();
        }
        if purposes.names_device() && self.device.is_empty() {
            self.device = device.into();
            self.put(DEVICE.into(), self.device.clone().into_bytes());
        }
        if purposes != before {
            self.put(CONSENT.into(), vec![purposes.bits()]);
        }
    }

    /// Follows the choice made on another page of the same shopper, whose device has this name. Where nothing is allowed
    /// any more, that page deletes everything, and this one must not delete what comes after.
    pub fn follow(&mut self, purposes: Purposes, device: &str) {
        let had = self.purposes != Purposes::default();
        self.grant(purposes, device);
        if purposes == Purposes::default() {
            self.effects.clear();
        } else if had {
            self.agree(device, None);
        }
    }

    /// Hears of another page of the same shopper: the device has the older one of two names, and the visit is one. An
    /// id of a device begins with the time it was made.
    pub fn agree(&mut self, device: &str, visit: Option<Visit>) {
        if self.purposes == Purposes::default() {
            return;
        }
        if let Some(visit) = visit {
            self.intake.agree(visit);
        }
        if self.purposes.names_device() && !device.is_empty() && *device < *self.device {
            self.call(device);
            self.put(DEVICE.into(), device.into());
        }
    }

    /// Gives the device another name, in what waits too.
    fn call(&mut self, device: &str) {
        let before = core::mem::replace(&mut self.device, device.into());
        if !before.is_empty() && before != device {
            self.effects
                .retain(|effect| !matches!(effect, Effect::Put { key, .. } if key == DEVICE));
            let effects = self.queue.rename(&before, device);
            self.queued(effects);
        }
    }

    /// What names this device in reports and to experiments; empty while neither is allowed.
    pub fn device(&self) -> &str {
        &self.device
    }

    /// The page goes by another path from here on.
    pub fn go_to(&mut self, path: String) {
        self.settings.path = path;
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
        #[cfg(feature = "full")]
        self.log.clear();
        self.grant(Purposes::default(), "");
        self.grant(allowed, device);
    }

    /// Purposes that are allowed.
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
        {
            self.shopper.profile.resolve(&model);
            self.contents.resolve(&model);
            let read = crate::scene::calendar::Calendar::read(model.festivals());
            self.calendar = read.unwrap_or_default();
            self.log.opened(&model);
        }
        self.model = Some(model);
        #[cfg(feature = "full")]
        self.tell_model();
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
        let Some(model) = &mut self.model else {
            return Ok(());
        };
        model.refresh(live)?;
        #[cfg(feature = "full")]
        self.log.renewed(live);
        Ok(())
    }

    /// Takes over prices and stock of single items; see [`Model::patch`].
    pub fn patch(&mut self, lines: &str, each: &mut dyn FnMut(Patched)) {
        if let Some(model) = &mut self.model {
            model.patch(lines, each);
            #[cfg(feature = "full")]
            if !lines.is_empty() {
                self.log.renewed(lines.as_bytes());
            }
        }
    }

    /// The open model.
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
        #[cfg(feature = "full")]
        let reported = self.origin.stamp(&event, self.purposes.measurement);
        #[cfg(feature = "full")]
        let message = self.message(&reported)?;
        #[cfg(not(feature = "full"))]
        let message = self.message(&event)?;
        if self.purposes.personalisation {
            self.learn(&event);
            let mut row = Vec::new();
            event.encode(&mut row);
            self.put(join(JOURNAL, &event.id), row);
            #[cfg(feature = "full")]
            self.arm(&event, arrival.now);
            #[cfg(feature = "full")]
            self.note_watched(&event, arrival.now);
        }
        self.report(&event, message, arrival.now);
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
        #[cfg(feature = "full")]
        let fields = self.with_variants(kind, fields, arrival.now);
        let event = self
            .intake
            .admit(kind, products, fields, arrival)
            .map_err(Declined::Refused)?;
        #[cfg(feature = "full")]
        let event = self.origin.stamp(&event, true);
        let message = self.message(&event)?;
        self.report(&event, message, arrival.now);
        Ok(event.session)
    }

    /// The report of an event; nothing where nothing is reported. What no collector takes is refused here, so that
    /// whoever made the event hears of it.
    fn message(&mut self, event: &Event) -> Result<String, Declined> {
        if !self.purposes.measurement || self.settings.write_key.is_empty() {
            return Ok(String::new());
        }
        let envelope = Envelope {
            anonymous: &self.device,
            locale: Some(self.settings.locale.as_str()).filter(|text| !text.is_empty()),
            path: Some(self.settings.path.as_str()).filter(|text| !text.is_empty()),
        };
        let message = report::message(event, &envelope);
        if message.len() > report::MESSAGE_BYTES {
            let refusal = Refusal::TooLong("products");
            self.intake.refuse(refusal);
            return Err(Declined::Refused(refusal));
        }
        Ok(message)
    }

    fn report(&mut self, event: &Event, message: String, now: i64) {
        self.heard = true;
        if !message.is_empty() {
            let effects = self
                .queue
                .push(&event.id, message, Priority::of(event), now);
            self.queued(effects);
        }
    }

    /// Ranks; an empty list when no model is open. Without leave to personalise, history is not used whatever the
    /// request says.
    pub fn recommend(&mut self, request: Request, now: i64) -> List {
        #[cfg(feature = "full")]
        let hidden = self.hidden(now);
        let mut request = request;
        #[cfg(feature = "full")]
        request.exclude.extend(hidden.iter().map(String::as_str));
        #[cfg(feature = "full")]
        let scene = crate::scene::Scene::at(now, &self.place, Some(&self.calendar));
        #[cfg(feature = "full")]
        if !self.place.plain {
            let calendar = &self.calendar;
            let scene = &scene;
            request.setting = Some(crate::recommend::Setting { scene, calendar });
        }
        let Some(model) = &self.model else {
            return List::default();
        };
        request.personal &= self.purposes.personalisation;
        self.recommender
            .recommend(model, &self.shopper, &request, now)
    }

    /// The words that were looked for last, as the shop spells them.
    pub fn corrected(&self) -> &str {
        self.recommender.corrected()
    }

    /// The keys of all variants of an item's product, on lines, the most popular first; nothing where the item is unknown.
    pub fn variants(&self, key: &str) -> String {
        let mut lines = String::new();
        if let Some(model) = &self.model
            && let Some(item) = model.find(key)
        {
            for one in model.variants(item) {
                if !lines.is_empty() {
                    lines.push('\n');
                }
                lines.push_str(model.key(one));
            }
        }
        lines
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

    /// Everything remembered about the shopper.
    pub fn portrait(&self, now: i64) -> Portrait<'_> {
        self.shopper.portrait(now)
    }

    /// The title that the model has for an item, which is in the page's language where it is in two, or what the shopper's own events
    /// called it; nothing where neither says.
    pub fn item_name(&self, item: u32) -> &str {
        let Some(model) = &self.model else { return "" };
        match model.title(item, self.settings.locale == "zh") {
            "" => self.shopper.name(model.key(item)),
            title => title,
        }
    }

    /// Checks of events, with their counts.
    pub fn intake(&self) -> &Intake {
        &self.intake
    }

    /// What is to be sent; effects of settling come out of [`Engine::effects`].
    pub fn queue(&self) -> &Queue {
        &self.queue
    }

    /// The queue of reports.
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
