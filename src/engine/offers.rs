//! Offers of the shop's campaigns: what the page hands over and asks.
//!
//! | question | request | answer |
//! | --- | --- | --- |
//! | `offers` | what `tillside lab offers` wrote | `ok` and `campaigns`; or `code`, `path` and `remedy`, and what was there stays |
//! | `offer` | `campaign`, `cart`, `key`, `held`, `left` | the arm with its discount, propensity, `since`, `expires`, `disclosure`; or the reason for none |
//!
//! The first answer for a key is reported as an exposure, where reports and experiments are allowed, and kept where
//! personalisation is: the next one is the same. Without leave to personalise the context says nothing of the shopper.

use super::{Engine, OFFERS};
use crate::act::campaign::{Campaign, Campaigns, Moment};
use crate::act::decided::{Decided, Past};
use crate::act::draw::fold;
use crate::act::offer::{self, Arm, Limits, Line, Offer, Sums};
use crate::act::policy::{Behaviour, Context, FEATURES};
use crate::intake::{Arrival, Field, Kind, Scalar, Session};
use crate::lines::join;
use crate::value::Value;

/// The shop's campaigns, and what this shopper was offered.
#[derive(Debug, Default)]
pub(super) struct Offering {
    campaigns: Campaigns,
    decided: Decided,
}

impl Offering {
    /// 0 before there are campaigns.
    pub(super) fn minor_units(&self) -> f64 {
        self.campaigns.minor_units
    }

    pub(super) fn restore(&mut self, row: Option<&[u8]>) {
        self.decided = row.and_then(Decided::decode).unwrap_or_default();
    }
}

fn none(code: &str) -> Value {
    Value::map([("arm", Value::Null), ("code", code.into())])
}

impl Engine {
    /// Forgets what was decided, and what of it waits to be reported.
    pub(super) fn withdraw_offers(&mut self) {
        self.offering.decided = Decided::default();
        let effects = self.queue.withdraw_offers();
        self.queued(effects);
    }

    /// Takes over the shop's campaigns.
    pub(super) fn set_offers(&mut self, file: &Value) -> Value {
        match Campaigns::read(file) {
            Ok(campaigns) => {
                let count = campaigns.all.len() as f64;
                self.offering.campaigns = campaigns;
                Value::map([("ok", true.into()), ("campaigns", count.into())])
            }
            Err(error) => Value::map([
                ("ok", false.into()),
                ("code", error.code.into()),
                ("path", error.path.into()),
                ("remedy", error.remedy.into()),
            ]),
        }
    }

    /// What a campaign offers for a cart.
    pub(super) fn offer_of(&mut self, request: &Value, lines: &[Line], now: i64) -> Value {
        let id = request.text_of("campaign");
        let Some(campaign) = self.offering.campaigns.find(id).cloned() else {
            return none("offer_campaign");
        };
        if !(campaign.from..campaign.until).contains(&now) {
            return none("offer_closed");
        }
        let key = request.text_of("key");
        if key.is_empty() {
            return none("offer_key");
        }
        let key = join(&join(id, "\n"), key);
        let (moment, personal) = self.moment(&campaign, request, lines, now);
        let sorted = offer::sort(&campaign.arms, moment.sums, moment.limits);
        let known = self.offering.decided.find(fold(&key), now).cloned();
        // An arm that is no more is decided anew.
        let arm_of = |past: &Past| campaign.arms.iter().position(|arm| arm.id == past.arm);
        let known = known.and_then(|past| Some((arm_of(&past)?, past)));
        let (arm, past) = match known {
            Some((arm, past)) => {
                if let Some((_, code)) = sorted.left_out.iter().find(|(at, _)| *at == arm) {
                    let mut answer = none(code);
                    next(&mut answer, &campaign.arms, lines);
                    return answer;
                }
                (arm, past)
            }
            None => {
                let (_, shares) = campaign.shares(&moment);
                let Some(at) = offer::pick(&shares, &key) else {
                    return none("offer_none");
                };
                let arm = sorted.possible[at];
                let past = Past {
                    key: fold(&key),
                    arm: campaign.arms[arm].id.clone(),
                    propensity: shares[at],
                    version: campaign.version().into(),
                    at: now,
                    personal: personal && shares.len() > 1,
                };
                // Where nothing could be chosen nothing was decided: when the wallet is empty again, it will be.
                if shares.len() > 1 {
                    self.settle_offer(&campaign, arm, &past, &moment);
                }
                (arm, past)
            }
        };
        let offer = Offer {
            arm,
            discount: campaign.arms[arm].benefit.of(moment.sums.subtotal),
            propensity: past.propensity,
            left_out: sorted.left_out,
        };
        let mut answer = offer.to_value(&campaign.arms);
        answer.set("campaign", id.into());
        answer.set("policy", past.version.into());
        answer.set("disclosure", past.personal.into());
        answer.set("since", past.at.into());
        let expires = campaign.lasts_ms.map(|lasts| past.at.saturating_add(lasts));
        answer.set("expires", expires.into());
        next(&mut answer, &campaign.arms, lines);
        answer
    }

    /// Sums, limits and context; and whether what it says of the shopper decides.
    fn moment(
        &mut self,
        campaign: &Campaign,
        request: &Value,
        lines: &[Line],
        now: i64,
    ) -> (Moment, bool) {
        let sums = Sums::of(lines);
        let names = request.get("held").map_or(&[][..], Value::elements);
        let limits = Limits {
            held: names.iter().any(|name| name.text() == Some(&campaign.id)),
            // What is no number is nothing.
            left: request
                .get("left")
                .filter(|left| **left != Value::Null)
                .map(|left| left.number().unwrap_or(0.0) as i64),
        };
        let typical = campaign.posterior.as_ref().map_or(0.0, |known| known.cart);
        let subtotal = sums.subtotal as f64;
        if !self.purposes.personalisation {
            let moment = Moment {
                sums,
                limits,
                context: Context::of(Behaviour::default(), subtotal, typical),
                spend: 0.0,
            };
            return (moment, false);
        }
        let doing = self.shopper.doing();
        let model = self.model.as_ref();
        let profile = &mut self.shopper.profile;
        let life = profile.habits.stage(&profile.orders, doing, model, now);
        let intent = profile.signals.intent(now);
        let sensitivity = profile.habits.taste.sensitivity(&profile.orders);
        let behaviour = Behaviour {
            hesitation: Some(intent.hesitation),
            purchase: Some(intent.purchase),
            price: sensitivity.map(|known| known.all),
            stage: life.text_of("stage"),
        };
        // Of the next 90 days: orders times what one is worth.
        let orders = life
            .get("expected")
            .and_then(|both| both.elements().last()?.number());
        let spend = orders.zip(life.number_of("spend"));
        let minor = self.offering.campaigns.minor_units;
        let moment = Moment {
            sums,
            limits,
            context: Context::of(behaviour, subtotal, typical),
            spend: spend.map_or(0.0, |(orders, each)| orders * each * minor),
        };
        // Before anything was learned the context is reported only.
        (moment, campaign.posterior.is_some())
    }

    /// Keeps and reports what was decided.
    fn settle_offer(&mut self, campaign: &Campaign, arm: usize, past: &Past, moment: &Moment) {
        if self.purposes.personalisation {
            self.offering.decided.note(past.clone());
            self.put(OFFERS.into(), self.offering.decided.encode());
        }
        if !self.purposes.measurement || !self.purposes.experiment {
            return;
        }
        let minor = self.offering.campaigns.minor_units;
        let Sums { subtotal, headroom } = moment.sums;
        let major = |amount: i64| Scalar::Amount((amount as f64 / minor).max(0.0));
        let mut context = String::new();
        for (name, value) in FEATURES.iter().zip(moment.context.0) {
            context.push_str(name);
            context.push('=');
            // Twentieths: enough to learn by, and too coarse to know anybody by.
            crate::decimal::print(&mut context, libm::round(value * 20.0) / 20.0);
            context.push(' ');
        }
        context.push_str("headroom=");
        crate::decimal::print(&mut context, headroom as f64 / minor);
        if let Some(left) = moment.limits.left {
            context.push_str(" left=");
            crate::decimal::print(&mut context, left as f64 / minor);
        }
        let fields = vec![
            (
                Field::ExperimentId,
                Scalar::Text(join("offer:", &campaign.id)),
            ),
            (Field::VariationId, Scalar::Text(past.arm.clone())),
            (Field::Propensity, Scalar::Amount(past.propensity)),
            (Field::Policy, Scalar::Text(past.version.clone())),
            (Field::Subtotal, major(subtotal)),
            (
                Field::Discount,
                major(campaign.arms[arm].benefit.of(subtotal)),
            ),
            (Field::Context, Scalar::Text(context)),
        ];
        // Every tab gives it one id, so that a collector keeps one of them.
        let named = join(&self.device, "\n");
        let number = fold(&named) ^ crate::act::draw::mix(past.key);
        let id = join("offer-", &Session(number).text());
        let arrival = Arrival {
            id: &id,
            now: past.at,
            time: None,
        };
        let content = (Kind::ExperimentViewed, Vec::new(), fields);
        // A second tab's is a duplicate, and no loss.
        let _ = self.shelf_event(content, arrival);
    }
}

/// What is missing to the next threshold.
pub(super) fn next(answer: &mut Value, arms: &[Arm], lines: &[Line]) {
    if let Some((at, missing)) = offer::next_threshold(arms, lines) {
        let next = Value::map([
            ("arm", arms[at].id.as_str().into()),
            ("missing", (missing as f64).into()),
        ]);
        answer.set("next", next);
    }
}

#[cfg(test)]
mod tests;
