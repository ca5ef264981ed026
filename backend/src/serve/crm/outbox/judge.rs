//! Decision whether an entry is sent now, from what the CRM knows and the device does not. Pure.

use super::request::Reason;
use super::settings::{Caps, Quiet};

/// An entry as it is judged.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub from: i64,
    pub to: i64,
    /// Whether it advertises.
    pub promotes: bool,
    /// Minutes east of UTC, by which the hours go.
    pub offset: i32,
}

/// What is known of its member.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing {
    pub allowed: bool,
    pub complains: bool,
    /// An order was placed since it was asked for.
    pub ordered: bool,
    /// Other messages within 24 hours and seven days, in any channel: those that were sent, and may have been.
    pub day: u32,
    pub week: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Send,
    /// Not before then.
    Wait(i64),
    Suppress(Reason),
}

/// Judges an entry at `now`. What can never be sent any more is suppressed first, then what may not be, and what is only
/// too early waits.
pub fn judge(case: &Case, standing: &Standing, caps: Caps, quiet: Quiet, now: i64) -> Verdict {
    if !standing.allowed {
        return Verdict::Suppress(Reason::NoPermission);
    }
    if now > case.to {
        return Verdict::Suppress(Reason::Expired);
    }
    if case.promotes && standing.complains {
        return Verdict::Suppress(Reason::Complaint);
    }
    if case.promotes && standing.ordered {
        return Verdict::Suppress(Reason::Ordered);
    }
    if now < case.from {
        return Verdict::Wait(case.from);
    }
    if let Some(ends) = quiet.ends(now, case.offset) {
        return match ends <= case.to {
            true => Verdict::Wait(ends),
            false => Verdict::Suppress(Reason::QuietHours),
        };
    }
    if standing.day >= caps.day || standing.week >= caps.week {
        return Verdict::Suppress(Reason::Cap);
    }
    Verdict::Send
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    const NOON: i64 = (20_000 * 24 + 12) * HOUR;

    fn verdict(change: impl Fn(&mut Case, &mut Standing), now: i64) -> Verdict {
        let mut case = Case {
            from: NOON,
            to: NOON + 48 * HOUR,
            promotes: true,
            offset: 0,
        };
        let mut standing = Standing {
            allowed: true,
            ..Standing::default()
        };
        change(&mut case, &mut standing);
        judge(
            &case,
            &standing,
            Caps { day: 1, week: 3 },
            Quiet { from: 21, to: 9 },
            now,
        )
    }

    #[test]
    fn each_reason_holds_an_entry_back() {
        use Reason::*;
        let suppressed = Verdict::Suppress;
        assert_eq!(verdict(|_, _| {}, NOON), Verdict::Send);
        assert_eq!(verdict(|_, _| {}, NOON - 1), Verdict::Wait(NOON));
        assert_eq!(verdict(|_, _| {}, NOON + 49 * HOUR), suppressed(Expired));
        assert_eq!(
            verdict(|_, it| it.allowed = false, NOON),
            suppressed(NoPermission)
        );
        assert_eq!(
            verdict(|_, it| it.complains = true, NOON),
            suppressed(Complaint)
        );
        assert_eq!(
            verdict(|_, it| it.ordered = true, NOON),
            suppressed(Ordered)
        );
        assert_eq!(verdict(|_, it| it.day = 1, NOON), suppressed(Cap));
        assert_eq!(verdict(|_, it| it.week = 3, NOON), suppressed(Cap));
        // An apology may go out while a complaint is open.
        let apology = |case: &mut Case, it: &mut Standing| {
            case.promotes = false;
            it.complains = true;
            it.ordered = true;
        };
        assert_eq!(verdict(apology, NOON), Verdict::Send);
    }

    #[test]
    fn quiet_hours_move_an_entry_or_outlast_it() {
        let night = NOON + 10 * HOUR;
        assert_eq!(verdict(|_, _| {}, night), Verdict::Wait(NOON + 21 * HOUR));
        assert_eq!(
            verdict(|case, _| case.to = night + HOUR, night),
            Verdict::Suppress(Reason::QuietHours)
        );
        // Where it is day already, it goes out.
        assert_eq!(
            verdict(|case, _| case.offset = 12 * 60, night),
            Verdict::Send
        );
    }
}
