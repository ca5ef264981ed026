//! Two rankers in one list, on the page.

use std::fmt::Write;

use super::super::interleaving::{Comparison as Duel, Preference};
use super::{both, escape, plots};

/// Two rankers in one list.
pub fn duel(out: &mut String, one: &Duel) {
    let (control, treatment) = (escape(&one.control), escape(&one.treatment));
    let (class, text) = match one.preferred {
        Preference::Treatment => (
            "better",
            both(
                &format!("{treatment} is better."),
                &format!("{treatment} 更好。"),
            ),
        ),
        Preference::Control => (
            "worse",
            both(
                &format!("{control} is better."),
                &format!("{control} 更好。"),
            ),
        ),
        Preference::Open => (
            "",
            both(
                "Open: neither is shown to be better yet.",
                "未定：尚未显示出哪个更好。",
            ),
        ),
    };
    let tally = &one.tally;
    let _ = write!(
        out,
        "<h2>{}</h2><p class=\"note\">{} · {} – {}</p><p class=\"verdict {class}\">{text}</p>",
        escape(&one.experiment),
        both("two rankers in one list", "两种排序同列对比"),
        one.from,
        one.to
    );
    out.push_str(&plots::tally(one));
    let numbers = format!(
        "{:.2} % [{:.2} %, {:.2} %], p {:.4}",
        one.share * 100.0,
        one.interval.low * 100.0,
        one.interval.high * 100.0,
        one.p
    );
    let _ = write!(
        out,
        "<p>{}</p>",
        both(
            &format!(
                "{treatment} wins {numbers} of decided visits, at every look. {} lists of {} units, {} of them with a difference; {} visits undecided.",
                one.lists, one.units, one.competitive, tally.ties
            ),
            &format!(
                "{treatment} 在有胜负的访问中胜率为 {numbers}（随时有效）。共 {} 个列表、{} 个样本，其中 {} 个列表两种排序有差异；{} 次访问未分胜负。",
                one.lists, one.units, one.competitive, tally.ties
            )
        )
    );
}
