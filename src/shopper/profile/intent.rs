//! Intent and hesitation, with a reason: what the shopper is at now, and what keeps them from buying.
//!
//! A short ring of signals, the newest [`RING`], is all that is kept; everything is worked out from it when it is asked
//! for, so an event that was just taken in counts. Whether the visit ends in a purchase is a logistic model over
//! counters of the visit (Requena et al., Scientific Reports 2020: short windows suffice); its weights are defaults to be
//! replaced by a shop's own. Hesitation has rules: an item that was looked at three times within seven days and not
//! ordered since, or an item of which something is asked that a buyer wants to know. The reason is the strongest of the
//! five sums of evidence. It never says why a person is as they are, and no
//! price follows from it but a discount of a campaign ([`crate::act::policy`]), which says so.

use crate::codec::{Reader, hash, put_uint};
use crate::intake::{Event, Field, Kind, Product};
use crate::value::Value;

pub(super) const VERSION: u8 = 1;

/// Signals kept.
const RING: usize = 96;
const DAY_MS: i64 = 86_400_000;
/// An item is hesitated over that was looked at so often within so long.
const LOOKS: usize = 3;
const LOOKS_MS: i64 = 7 * DAY_MS;
/// Signals of a visit without an end: events further apart are of two visits.
const GAP_MS: i64 = crate::intake::session::GAP_MS;
/// From here on hesitation is worth acting on.
const HESITATES: f64 = 0.5;

/// What was noticed. The number is stored: never reuse or reorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Sign {
    /// A product was viewed.
    Looked,
    /// A product was looked at for long.
    Dwelled,
    /// An item was put on the wish list, watched or tried on.
    Wished,
    /// An item was put into the cart.
    Carted,
    /// An item was taken out of the cart.
    Uncarted,
    /// A step of the checkout.
    Checkout,
    /// An order.
    Bought,
    /// Help on delivery was read, or such a text copied.
    Delivery,
    /// Help on sizes was read, or such a text copied.
    Size,
    /// Reviews were read, or copied.
    Reviews,
    /// A price was copied.
    Price,
    /// The field for coupons was used.
    Coupon,
    /// The page was left.
    Away,
    /// The page was returned to.
    Back,
    /// A public question, or a contact with the service.
    Asked,
    /// A search.
    Searched,
}

use Sign::*;

const SIGNS: [(Sign, &str); 16] = [
    (Looked, "looked"),
    (Dwelled, "dwelled"),
    (Wished, "wished"),
    (Carted, "carted"),
    (Uncarted, "uncarted"),
    (Checkout, "checkout"),
    (Bought, "bought"),
    (Delivery, "delivery"),
    (Size, "size"),
    (Reviews, "reviews"),
    (Price, "price"),
    (Coupon, "coupon"),
    (Away, "away"),
    (Back, "back"),
    (Asked, "asked"),
    (Searched, "searched"),
];

/// The reasons of hesitation.
const REASONS: [&str; 5] = ["price", "fit", "trust", "delivery", "comparison"];

/// Weights of the logistic model: of one signal of a kind, up to so many of them.
const WEIGHTS: [(Sign, f64, u32); 10] = [
    (Looked, 0.12, 10),
    (Dwelled, 0.35, 4),
    (Wished, 0.5, 2),
    (Carted, 1.6, 2),
    (Uncarted, -0.9, 2),
    (Checkout, 1.5, 2),
    (Coupon, 0.2, 1),
    (Away, -0.4, 2),
    (Asked, 0.4, 2),
    (Searched, 0.2, 3),
];
const BIAS: f64 = -3.4;
/// What a switch back to an item adds, up to so many.
const SWITCH: (f64, u32) = (0.15, 3);
/// What an item that is hesitated over adds.
const AGAIN: f64 = 0.5;

#[derive(Clone, Copy, Debug, PartialEq)]
struct Signal {
    time: i64,
    sign: Sign,
    /// FNV-1a of the item's key; 0 where it is about none.
    item: u64,
}

/// Signals of recent visits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Signals {
    /// Oldest first.
    ring: Vec<Signal>,
}

/// What the shopper is at.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    /// `explore`, `compare`, `decide`, `checkout` or `leaving`.
    pub phase: &'static str,
    /// That this visit ends in a purchase.
    pub purchase: f64,
    /// 0–1.
    pub hesitation: f64,
    /// `price`, `fit`, `trust`, `delivery` or `comparison`.
    pub reason: Option<&'static str>,
    /// The hash of the item that is hesitated over.
    pub item: Option<u64>,
    /// Signals that count, by name.
    pub evidence: Vec<(&'static str, u32)>,
}

impl Intent {
    /// Whether hesitation reaches the threshold.
    pub fn hesitating(&self) -> bool {
        self.hesitation >= HESITATES
    }
}

impl Signals {
    /// How often an item was looked at within seven days, since it was bought last.
    pub fn looks_at(&self, item: u64, now: i64) -> u32 {
        let recent = self
            .ring
            .iter()
            .filter(|signal| signal.item == item && now - signal.time < LOOKS_MS);
        recent.fold(0, |looks, signal| match signal.sign {
            Bought => 0,
            Looked => looks + 1,
            _ => looks,
        })
    }
}

/// The hash under which signals know an item.
pub fn item_hash(key: &str) -> u64 {
    hash(key.as_bytes())
}

/// What a page of help or a copied text is about, in either language.
fn topic(word: &str) -> Option<Sign> {
    const TOPICS: [(Sign, &str); 4] = [
        (
            Delivery,
            "delivery shipping returns return refund 配送 物流 退货 退换",
        ),
        (Size, "size fit measurements compatibility 尺码 尺寸 适配"),
        (
            Reviews,
            "reviews rating warranty trust guarantee 评价 质保 售后",
        ),
        (Price, "price coupon discount 价格 优惠"),
    ];
    let word = word.trim().to_ascii_lowercase();
    let named = |list: &str| list.split(' ').any(|known| known == word);
    let found = TOPICS.iter().find(|(_, list)| named(list));
    found.map(|(sign, _)| *sign)
}

fn sign(event: &Event) -> Option<Sign> {
    Some(match event.kind {
        Kind::ProductViewed => Looked,
        Kind::ProductDwelled => Dwelled,
        Kind::ProductAddedToWishlist | Kind::ProductWatched | Kind::ProductTriedOn => Wished,
        Kind::ProductAdded | Kind::WishlistProductAddedToCart => Carted,
        Kind::ProductRemoved => Uncarted,
        Kind::CheckoutStarted | Kind::CheckoutStepCompleted | Kind::PaymentInfoEntered => Checkout,
        Kind::OrderCompleted => Bought,
        Kind::HelpViewed | Kind::TextCopied => topic(event.text(Field::Topic)?)?,
        Kind::CouponFieldFocused | Kind::CouponEntered | Kind::CouponDenied => Coupon,
        Kind::PageLeft => Away,
        Kind::PageReturned => Back,
        Kind::LiveQuestionAsked | Kind::ServiceContacted => Asked,
        Kind::ProductsSearched => Searched,
        _ => return None,
    })
}

impl Signals {
    pub(super) fn learn(&mut self, event: &Event) {
        let Some(sign) = sign(event) else {
            return;
        };
        let mut add = |item: u64| {
            let signal = Signal {
                time: event.time,
                sign,
                item,
            };
            let at = self.ring.partition_point(|known| known.time <= signal.time);
            self.ring.insert(at, signal);
            if self.ring.len() > RING {
                self.ring.remove(0);
            }
        };
        match event.products.as_slice() {
            [] => add(0),
            // Of an order every line ends a hesitation.
            products => products
                .iter()
                .take(RING)
                .for_each(|product: &Product| add(item_hash(&product.id))),
        }
    }

    /// Forgets all signals about an item.
    pub(super) fn erase(&mut self, item: u64) {
        self.ring.retain(|signal| signal.item != item);
    }

    /// How often an item was looked at within seven days, since it was last ordered.
    pub fn looks(&self, item: u64, now: i64) -> usize {
        let since = self
            .ring
            .iter()
            .rposition(|signal| signal.sign == Bought && signal.item == item);
        let since = since.map_or(0, |at| at + 1);
        let recent = |signal: &&Signal| {
            signal.sign == Looked
                && signal.item == item
                && now.saturating_sub(signal.time) <= LOOKS_MS
        };
        self.ring[since..].iter().filter(recent).count()
    }

    /// The signals of the visit under way at `now`.
    fn visit(&self, now: i64) -> &[Signal] {
        let mut end = now;
        let mut from = self.ring.len();
        while from > 0 && end.saturating_sub(self.ring[from - 1].time) < GAP_MS {
            from -= 1;
            end = self.ring[from].time;
        }
        &self.ring[from..]
    }

    /// Intent of the visit under way.
    pub fn intent(&self, now: i64) -> Intent {
        let visit = self.visit(now);
        // What was bought is decided; signals before an order are not about what is open now.
        let open = visit.iter().rposition(|signal| signal.sign == Bought);
        let open = &visit[open.map_or(0, |at| at + 1)..];
        let count = |sign: Sign| open.iter().filter(|signal| signal.sign == sign).count() as u32;
        let bought = visit.len() > open.len();

        // An item looked at again after another: A → B → A.
        let looked: Vec<u64> = open
            .iter()
            .filter(|signal| signal.sign == Looked)
            .map(|signal| signal.item)
            .collect();
        let switches = (2..looked.len())
            .filter(|&n| looked[n] != looked[n - 1] && looked[..n - 1].contains(&looked[n]))
            .count() as u32;

        // The item of the latest look of all that were looked at often enough.
        let item = self
            .ring
            .iter()
            .rev()
            .filter(|signal| signal.sign == Looked)
            .map(|signal| signal.item)
            .find(|item| self.looks(*item, now) >= LOOKS);
        let looks = item.map_or(0, |item| self.looks(item, now)) as u32;

        // Away and back counts for the price only where a product had been looked at before.
        let away = open
            .iter()
            .position(|signal| signal.sign == Looked)
            .is_some_and(|at| {
                let left = open[at..].iter().position(|signal| signal.sign == Away);
                left.is_some_and(|left| open[at + left..].iter().any(|signal| signal.sign == Back))
            });
        let sums = [
            0.9 * f64::from(count(Price).min(2))
                + 0.9 * f64::from(count(Coupon).min(2))
                + if away { 0.7 } else { 0.0 },
            0.9 * f64::from(count(Size).min(2)),
            0.8 * f64::from(count(Reviews).min(2)) + 0.5 * f64::from(count(Asked).min(2)),
            0.9 * f64::from(count(Delivery).min(2)),
            0.6 * f64::from(switches.min(3)),
        ];
        let (mut strongest, mut reason) = (0.0, None);
        for (sum, name) in sums.iter().zip(REASONS) {
            if *sum > strongest {
                (strongest, reason) = (*sum, Some(name));
            }
        }
        let evidence_sum: f64 = sums.iter().sum();
        let waits = count(Carted) > count(Uncarted) && count(Checkout) == 0;
        let rule = if item.is_some() { 2.2 } else { 0.0 };
        let strength = rule + evidence_sum + if waits { 0.3 } else { 0.0 }
            - if bought && item.is_none() { 2.0 } else { 0.0 };
        let hesitation = if item.is_none() && open.is_empty() {
            0.0
        } else {
            logistic(2.0 * strength - 2.8)
        };

        let mut score = BIAS
            + SWITCH.0 * f64::from(switches.min(SWITCH.1))
            + if item.is_some() { AGAIN } else { 0.0 };
        for (sign, weight, most) in WEIGHTS {
            score += weight * f64::from(count(sign).min(most));
        }
        let left = open.last().is_some_and(|signal| signal.sign == Away);
        let phase = if left {
            "leaving"
        } else if count(Checkout) > 0 {
            "checkout"
        } else if count(Carted) > count(Uncarted) || item.is_some() {
            "decide"
        } else if switches > 0 {
            "compare"
        } else {
            "explore"
        };
        let mut evidence = Vec::new();
        if looks > 0 {
            evidence.push(("looks", looks));
        }
        if switches > 0 {
            evidence.push(("switches", switches));
        }
        for (sign, name) in SIGNS {
            let count = count(sign);
            if count > 0 && !matches!(sign, Looked | Bought) {
                evidence.push((name, count));
            }
        }
        let hesitates = hesitation >= HESITATES;
        Intent {
            phase,
            purchase: if open.is_empty() {
                logistic(BIAS)
            } else {
                logistic(score)
            },
            hesitation,
            reason: if hesitates { reason } else { None },
            item: item.filter(|_| hesitates),
            evidence,
        }
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put_uint(out, self.ring.len() as u64);
        for signal in &self.ring {
            put_uint(out, signal.time as u64);
            out.push(signal.sign as u8);
            put_uint(out, signal.item);
        }
    }

    pub(super) fn decode(&mut self, version: u8, reader: &mut Reader) -> bool {
        if version != VERSION {
            return false;
        }
        for _ in 0..reader.count(3, RING) {
            let time = reader.uint() as i64;
            let sign = SIGNS.get(usize::from(reader.byte())).map(|row| row.0);
            reader.require(sign.is_some());
            let item = reader.uint();
            if let Some(sign) = sign {
                self.ring.push(Signal { time, sign, item });
            }
        }
        true
    }
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// As the border answers; `key` finds the key of an item by its hash.
pub fn answer(intent: &Intent, key: impl Fn(u64) -> Option<String>) -> Value {
    let evidence = intent.evidence.iter();
    let evidence = evidence
        .map(|(name, count)| Value::map([("sign", (*name).into()), ("count", (*count).into())]));
    Value::map([
        ("phase", intent.phase.into()),
        ("purchase", intent.purchase.into()),
        ("hesitating", intent.hesitating().into()),
        ("hesitation", intent.hesitation.into()),
        ("reason", intent.reason.into()),
        ("item", intent.item.and_then(key).into()),
        ("evidence", Value::List(evidence.collect())),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::Scalar;

    const NOW: i64 = 1_800_000_000_000;
    const MINUTE: i64 = 60_000;

    /// Signals after events a minute apart, the last of them now: kind, item or topic.
    fn after(events: &[(Kind, &str)]) -> Signals {
        let mut signals = Signals::default();
        for (n, (kind, about)) in events.iter().enumerate() {
            let time = NOW - (events.len() - 1 - n) as i64 * MINUTE;
            let event = match kind {
                Kind::HelpViewed | Kind::TextCopied => {
                    let mut event = Event::about(*kind, time, Vec::<String>::new());
                    event
                        .fields
                        .push((Field::Topic, Scalar::Text((*about).into())));
                    event
                }
                _ if about.is_empty() => Event::about(*kind, time, Vec::<String>::new()),
                _ => Event::about(*kind, time, [*about]),
            };
            signals.learn(&event);
        }
        signals
    }

    const LOOK: (Kind, &str) = (Kind::ProductViewed, "a");

    fn hesitates(events: &[(Kind, &str)]) -> bool {
        after(events).intent(NOW).hesitating()
    }

    #[test]
    fn the_third_look_is_hesitation_and_a_purchase_ends_it_at_once() {
        assert!(!hesitates(&[LOOK]));
        assert!(!hesitates(&[LOOK, LOOK]));
        assert!(hesitates(&[LOOK, LOOK, LOOK]));
        let bought = [LOOK, LOOK, LOOK, (Kind::OrderCompleted, "a")];
        assert!(!hesitates(&bought));
        let other = [LOOK, LOOK, LOOK, (Kind::OrderCompleted, "b")];
        assert!(hesitates(&other), "another item was bought");
        let again = [LOOK, LOOK, LOOK, (Kind::OrderCompleted, "a"), LOOK, LOOK];
        assert!(!hesitates(&again));
    }

    #[test]
    fn looks_of_more_than_seven_days_ago_do_not_count() {
        let mut signals = Signals::default();
        for days in [8, 0] {
            for n in 0..2 {
                signals.learn(&Event::about(
                    Kind::ProductViewed,
                    NOW - days * DAY_MS + n * 2000,
                    ["a"],
                ));
            }
        }
        assert_eq!(signals.looks(item_hash("a"), NOW + 4000), 2);
        assert!(!signals.intent(NOW + 4000).hesitating());
        signals.learn(&Event::about(Kind::ProductViewed, NOW + 6000, ["a"]));
        assert_eq!(signals.intent(NOW + 6000).item, Some(item_hash("a")));
    }

    fn reason(more: &[(Kind, &str)]) -> Option<&'static str> {
        let mut events = vec![LOOK, LOOK, LOOK];
        events.extend_from_slice(more);
        after(&events).intent(NOW).reason
    }

    #[test]
    fn each_reason_has_its_signs() {
        assert_eq!(reason(&[]), None);
        assert_eq!(reason(&[(Kind::CouponFieldFocused, "")]), Some("price"));
        assert_eq!(
            reason(&[(Kind::PageLeft, ""), (Kind::PageReturned, "")]),
            Some("price")
        );
        assert_eq!(reason(&[(Kind::HelpViewed, "size")]), Some("fit"));
        assert_eq!(reason(&[(Kind::HelpViewed, "尺码")]), Some("fit"));
        assert_eq!(reason(&[(Kind::HelpViewed, "Reviews")]), Some("trust"));
        assert_eq!(reason(&[(Kind::HelpViewed, "shipping")]), Some("delivery"));
        let compared = [(Kind::ProductViewed, "b"), LOOK, (Kind::ProductViewed, "b")];
        assert_eq!(reason(&compared), Some("comparison"));
        assert_eq!(reason(&[(Kind::HelpViewed, "careers")]), None);
    }

    #[test]
    fn a_reason_has_no_signs_where_something_else_was_done() {
        let leaving = [(Kind::PageReturned, ""), LOOK];
        assert_eq!(reason(&leaving), None, "back without having been away");
        let once = [(Kind::ProductViewed, "b"), (Kind::ProductViewed, "c")];
        assert_eq!(reason(&once), None, "each after the other is no switch");
        for topic in ["size", "reviews", "shipping"] {
            assert!(
                !hesitates(&[(Kind::HelpViewed, topic)]),
                "{topic} alone, and no item"
            );
        }
        assert_eq!(
            after(&[LOOK, (Kind::CouponFieldFocused, "")])
                .intent(NOW)
                .reason,
            None,
            "one look, one sign"
        );
    }

    #[test]
    fn phases_follow_the_visit() {
        let phase = |events: &[(Kind, &str)]| after(events).intent(NOW).phase;
        assert_eq!(phase(&[]), "explore");
        assert_eq!(phase(&[LOOK]), "explore");
        assert_eq!(phase(&[LOOK, (Kind::ProductViewed, "b"), LOOK]), "compare");
        assert_eq!(phase(&[LOOK, (Kind::ProductAdded, "a")]), "decide");
        assert_eq!(
            phase(&[(Kind::ProductAdded, "a"), (Kind::CheckoutStarted, "")]),
            "checkout"
        );
        assert_eq!(phase(&[LOOK, (Kind::PageLeft, "")]), "leaving");
        assert_eq!(
            phase(&[(Kind::ProductAdded, "a"), (Kind::OrderCompleted, "a")]),
            "explore"
        );
    }

    #[test]
    fn a_cart_makes_a_purchase_likelier_and_taking_out_less() {
        let chance = |events: &[(Kind, &str)]| after(events).intent(NOW).purchase;
        let (looked, carted) = (chance(&[LOOK]), chance(&[LOOK, (Kind::ProductAdded, "a")]));
        let taken = chance(&[LOOK, (Kind::ProductAdded, "a"), (Kind::ProductRemoved, "a")]);
        assert!(
            chance(&[]) < looked && looked < taken && taken < carted,
            "{looked} {taken} {carted}"
        );
    }

    #[test]
    fn the_ring_is_bounded_and_comes_back() {
        let mut signals = Signals::default();
        for n in 0..500i64 {
            signals.learn(&Event::about(
                Kind::ProductViewed,
                NOW + (n * 7919) % 500 * 1000,
                [format!("i{n}")],
            ));
        }
        assert_eq!(signals.ring.len(), RING);
        assert!(signals.ring.is_sorted_by_key(|signal| signal.time));
        let mut out = Vec::new();
        signals.encode(&mut out);
        let mut back = Signals::default();
        let mut reader = Reader::new(&out);
        assert!(back.decode(VERSION, &mut reader) && reader.ends());
        assert_eq!(back, signals);
    }
}
