//! Who is not a shopper: robots and the shop's own staff. Nothing is learnt from them and nothing reported; what they do
//! is counted under its reason.
//!
//! A robot is a browser that says it is driven by a program, one that names itself so, or one that does more than sixty
//! things a minute though nobody has touched the page. A shop's own tests, whose browsers are driven too, say that they
//! are people. Not looked at: addresses, and whatever would tell one device from another.

use super::refusal::Refusal;
use super::session::Visit;

/// Events of a visit from which its pace is looked at.
const MANY: u32 = 60;
/// The pace above which nobody clicks: one event in so many milliseconds, over the whole visit.
const PACE_MS: i64 = 1000;

/// Parts of the names that robots and testing tools give themselves, in lower case.
const NAMES: [&str; 9] = [
    "headless",
    "crawl",
    "spider",
    "slurp",
    "lighthouse",
    "phantomjs",
    "puppeteer",
    "bot/",
    "bot;",
];

/// Who drives the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Visitor {
    /// A person, whatever the pace: the page says so, or there is no page.
    #[default]
    Person,
    /// Nobody knows: the pace tells.
    Anybody,
    /// A program: nothing is learnt or reported.
    Robot,
    /// The shop's own staff: nothing is learnt or reported.
    Staff,
}

impl Visitor {
    /// By what a page says and what its browser says of itself. `automated` is the page's own word on whether a program
    /// drives it, which goes before the browser's.
    pub fn of(staff: bool, automated: Option<bool>, driven: bool, agent: &str) -> Visitor {
        if staff {
            return Visitor::Staff;
        }
        match automated {
            Some(true) => Visitor::Robot,
            Some(false) => Visitor::Person,
            None if driven || names_a_robot(agent) => Visitor::Robot,
            None => Visitor::Anybody,
        }
    }

    /// Why nothing is taken of this visitor.
    pub(super) fn refusal(self) -> Option<Refusal> {
        match self {
            Visitor::Robot => Some(Refusal::Robot),
            Visitor::Staff => Some(Refusal::Staff),
            Visitor::Person | Visitor::Anybody => None,
        }
    }
}

/// Whether one more event at `time` makes a visit faster than people are, nobody having touched the page.
pub(super) fn races(visit: &Visit, time: i64) -> bool {
    let passed = time.saturating_sub(visit.start());
    !visit.touched && visit.sequence >= MANY && passed < i64::from(visit.sequence) * PACE_MS
}

/// A telephone is called Cubot; robots end their name with a version or a semicolon. In bytes, since the standard library's
/// search costs the page kilobytes.
fn names_a_robot(agent: &str) -> bool {
    let agent = agent.as_bytes();
    let mut at = 0..agent.len();
    at.any(|at| {
        let (before, rest) = agent.split_at(at);
        let is_here = |name: &str| {
            let here = rest.get(..name.len());
            here.is_some_and(|here| here.eq_ignore_ascii_case(name.as_bytes()))
        };
        let ends_in_cu = before
            .last_chunk::<2>()
            .is_some_and(|two| two.eq_ignore_ascii_case(b"cu"));
        !ends_in_cu && NAMES.iter().any(|name| is_here(name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36";

    fn seen(agent: &str) -> Visitor {
        Visitor::of(false, None, false, agent)
    }

    #[test]
    fn robots_are_known_by_their_names_and_people_are_not_taken_for_them() {
        for robot in [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/100.0.0.0",
            "Mozilla/5.0 (Linux; Android 6.0.1) (compatible; YandexMobileBot/3.0)",
            "Mozilla/5.0 (compatible; Baiduspider/2.0)",
            "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
            "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/148.0.0.0 Safari/537.36",
            "Mozilla/5.0 (Linux; Android 11) Chrome-Lighthouse",
        ] {
            assert_eq!(seen(robot), Visitor::Robot, "{robot}");
        }
        for person in [
            CHROME,
            "",
            "Mozilla/5.0 (Linux; Android 9; CUBOT_X20_PRO) AppleWebKit/537.36",
            "Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 50; wv) Mobile",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        ] {
            assert_eq!(seen(person), Visitor::Anybody, "{person}");
        }
    }

    #[test]
    fn the_page_knows_better_than_its_browser() {
        assert_eq!(Visitor::of(false, None, true, CHROME), Visitor::Robot);
        let said = Visitor::of(false, Some(false), true, "Googlebot/2.1");
        assert_eq!(said, Visitor::Person);
        assert_eq!(
            Visitor::of(false, Some(true), false, CHROME),
            Visitor::Robot
        );
        assert_eq!(
            Visitor::of(true, Some(false), false, CHROME),
            Visitor::Staff
        );
    }
}
