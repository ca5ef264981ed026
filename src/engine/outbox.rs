//! Messages off the site: what rules decide that a member should be written is asked for, once for the same decision.
//!
//! The request is a report of its own: it names the member by the address that their CRM gave out for this, and neither
//! the device nor the visit, so that what the collector knows of the device is not joined to a member. It travels with
//! the other reports and needs leave for both, what is learned and what is sent, beside the member's own permission for
//! the channel. What it says are the shop's own words: rule, template, times. Never a name, an item or a text.

use super::Engine;
use crate::act::channel::{Channel, EVENT};
use crate::act::decide::{self, About, Moment, WhyNot};
use crate::act::{Action, Rule};
use crate::codec::hash;
use crate::json::Json;
use crate::lines::{join, parts};
use crate::report::{Priority, iso};
use crate::shopper::profile::contacts::Response;
use crate::shopper::profile::edit::Edit;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Facts of `identify`: the address, and the channels that the member allows, with commas between.
const ADDRESS: &str = "address";
const CHANNELS: &str = "channels";

impl Engine {
    /// The address under which a channel may be asked for; `None` without leave.
    fn address(&self, channel: Channel) -> Option<String> {
        let facts = &self.shopper.profile.facts;
        let leave = self.purposes.personalisation
            && self.purposes.measurement
            && !self.settings.write_key.is_empty()
            && !facts.member.is_empty();
        let channels = facts.value(CHANNELS)?;
        let mut allowed = parts(channels.text()?, b',');
        let address = facts.value(ADDRESS)?;
        let address = address.text().filter(|address| !address.is_empty())?;
        (leave && allowed.any(|name| name == channel.name())).then(|| address.into())
    }

    /// Why a message of a rule that holds is not asked for.
    pub(super) fn unreachable(&self, id: &str) -> Option<WhyNot> {
        let mut rules = self.acting.rules.rules.iter();
        let rule = rules.find(|rule| rule.id == id)?;
        let barred = rule.channel.is_off_site() && self.address(rule.channel).is_none();
        barred.then(|| WhyNot::Channel {
            channel: rule.channel.name(),
        })
    }

    /// The best message of this moment that may be asked for, as a report, its id and the contact that it is.
    pub(super) fn message_due(
        &self,
        about: About,
        moment: Moment,
    ) -> Option<(String, String, Edit)> {
        let contacts = &self.shopper.profile.contacts;
        let due = decide::messages(&self.acting.rules, contacts, about, moment);
        let (action, address) = due.iter().find_map(|action| {
            let address = self.address(action.rule.channel)?;
            Some((action, address))
        })?;
        let (id, message) = self.request(action, &address, moment.now);
        let contact = action.rule.contact(Response::Shown, moment.session);
        Some((id, message, Edit::Contact(action.rule.id.clone(), contact)))
    }

    /// Puts a request into the queue of reports, and what it is a contact of into the portrait.
    pub(super) fn request_message(
        &mut self,
        (id, message, contact): (String, String, Edit),
        now: i64,
    ) {
        self.edit(&contact, now);
        self.heard = true;
        let effects = self.queue.push(&id, message, Priority::High, now);
        self.queued(effects);
    }

    fn request(&self, action: &Action, address: &str, now: i64) -> (String, String) {
        let rule = action.rule;
        let zone = self.place.zone_known();
        let from = quiet_ends(rule, now + rule.after_ms, zone.unwrap_or(0));
        let id = message_id(rule, address, action.since.unwrap_or(now));
        let mut json = Json::default();
        json.raw(r#"{"type":"track","event":"#).text(EVENT);
        json.key("messageId").text(&id);
        json.key("userId").text(address);
        json.key("timestamp").text(&iso(now));
        json.key("properties").raw("{");
        json.key("rule").text(&rule.id);
        json.key("type").text(rule.kind.name());
        json.key("channel").text(rule.channel.name());
        json.key("template").text(&rule.content);
        if !rule.campaign.is_empty() {
            json.key("campaign").text(&rule.campaign);
        }
        let locale = match self.settings.locale.as_str() {
            "" => "en",
            locale => locale,
        };
        json.key("locale").text(locale);
        json.key("not_before").text(&iso(from));
        json.key("not_after").text(&iso(from + rule.lasts_ms));
        if let Some(zone) = zone {
            json.key("utc_offset").amount(zone.into());
        }
        json.raw(r#"},"context":{"library":{"name":"tillside","version":"#);
        json.text(env!("CARGO_PKG_VERSION")).raw("}}}");
        (id, json.0)
    }
}

/// The end of the rule's quiet hours that `time` falls into; `time` itself outside them.
fn quiet_ends(rule: &Rule, time: i64, zone: i32) -> i64 {
    let Some((from, to)) = rule.quiet else {
        return time;
    };
    let of_day = (time + i64::from(zone) * 60_000).rem_euclid(DAY_MS);
    match decide::is_within((of_day / HOUR_MS) as u8, from, to) {
        true => time + (i64::from(to) * HOUR_MS - of_day).rem_euclid(DAY_MS),
        false => time,
    }
}

/// The same for the same rule, member and period on every device. A period is as long as the rule's cool-down, and at
/// least a day.
fn message_id(rule: &Rule, address: &str, time: i64) -> String {
    let period = time.div_euclid(rule.cooldown_ms.max(DAY_MS)) as u64;
    let mut said = join(&rule.id, "\n");
    said.push_str(address);
    said.push('\n');
    crate::decimal::print_uint(&mut said, period);
    let halves =
        ["a", "b"].map(|half| crate::intake::Session(hash(join(half, &said).as_bytes())).text());
    join("msg_", &join(&halves[0], &halves[1]))
}

#[cfg(test)]
mod tests;
