//! Plots as inline SVG. On a narrow screen a plot is drawn half as large, and its letters twice as large (`STYLE`): labels
//! have a line of their own.

use std::fmt::Write;

use super::super::compare::Comparison;
use super::super::days::Day;
use super::super::interleaving::Comparison as Duel;
use super::{escape, label, percent};

/// Relative differences with their intervals, one under another.
pub fn forest(comparisons: &[Comparison]) -> String {
    let reach = comparisons
        .iter()
        .map(|one| one.best().anytime)
        .fold(0.01, |reach: f64, interval| {
            reach.max(interval.low.abs()).max(interval.high.abs())
        });
    let reach = reach.min(2.0);
    let x = |share: f64| 360.0 + (share / reach).clamp(-1.0, 1.0) * 340.0;
    let height = 60 * comparisons.len() + 34;
    let mut out = format!(
        "<svg viewBox=\"0 0 720 {height}\" role=\"img\"><line x1=\"360\" x2=\"360\" y1=\"0\" y2=\"{}\" stroke=\"var(--line)\"/>",
        height - 34
    );
    for (row, one) in comparisons.iter().enumerate() {
        let (text, y) = (24 + 60 * row, 42 + 60 * row);
        let best = one.best();
        let colour = match () {
            () if best.anytime.low > 0.0 => "var(--good)",
            () if best.anytime.high < 0.0 => "var(--bad)",
            () => "var(--open)",
        };
        let (en, zh) = label(one.metric.name());
        let name = escape(&one.variation);
        let _ = write!(
            out,
            "<text x=\"0\" y=\"{text}\" lang=\"en\">{en} · {name}</text><text x=\"0\" y=\"{text}\" lang=\"zh\">{zh} · {name}</text>\
             <text x=\"720\" y=\"{text}\" text-anchor=\"end\">{}</text>\
             <line x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{y}\" y2=\"{y}\" stroke=\"{colour}\" stroke-width=\"3\"/>\
             <line x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{y}\" y2=\"{y}\" stroke=\"{colour}\" stroke-width=\"9\" opacity=\".55\"/>\
             <circle cx=\"{:.1}\" cy=\"{y}\" r=\"6\" fill=\"{colour}\"/>",
            percent(best.estimate),
            x(best.anytime.low),
            x(best.anytime.high),
            x(best.interval.low),
            x(best.interval.high),
            x(best.estimate),
        );
    }
    let y = height - 8;
    let _ = write!(
        out,
        "<text x=\"20\" y=\"{y}\">{}</text><text x=\"360\" y=\"{y}\" text-anchor=\"middle\">0</text>\
         <text x=\"700\" y=\"{y}\" text-anchor=\"end\">{}</text></svg>",
        percent(-reach),
        percent(reach)
    );
    out
}

/// The estimate and its interval over days.
pub fn course(days: &[Day]) -> String {
    let last = &days[days.len() - 1];
    // The first days are wide; the scale is that of the last, with room.
    let reach = (last.anytime.high - last.anytime.low)
        .max(last.estimate.abs())
        .clamp(0.005, 4.0)
        * 1.5;
    let x = |at: usize| 120.0 + at as f64 / (days.len() - 1) as f64 * 580.0;
    let y = |share: f64| 120.0 - (share / reach).clamp(-1.0, 1.0) * 100.0;
    let mut band = String::new();
    let mut line = String::new();
    for (at, day) in days.iter().enumerate() {
        let _ = write!(band, "{:.1},{:.1} ", x(at), y(day.anytime.high));
        let _ = write!(line, "{:.1},{:.1} ", x(at), y(day.estimate));
    }
    for (at, day) in days.iter().enumerate().rev() {
        let _ = write!(band, "{:.1},{:.1} ", x(at), y(day.anytime.low));
    }
    format!(
        "<svg viewBox=\"0 0 720 260\" role=\"img\"><line x1=\"120\" x2=\"700\" y1=\"120\" y2=\"120\" stroke=\"var(--line)\"/>\
         <polygon points=\"{band}\" fill=\"var(--mark)\" opacity=\".18\"/>\
         <polyline points=\"{line}\" fill=\"none\" stroke=\"var(--mark)\" stroke-width=\"3\"/>\
         <text x=\"112\" y=\"28\" text-anchor=\"end\">{}</text><text x=\"112\" y=\"126\" text-anchor=\"end\">0</text>\
         <text x=\"112\" y=\"224\" text-anchor=\"end\">{}</text>\
         <text x=\"120\" y=\"252\">{}</text><text x=\"700\" y=\"252\" text-anchor=\"end\">{}</text></svg>",
        percent(reach),
        percent(-reach),
        days[0].day,
        last.day
    )
}

/// Visits won by each of two rankers, and the interval of the share.
pub fn tally(one: &Duel) -> String {
    let (control, treatment) = (escape(&one.control), escape(&one.treatment));
    let tally = &one.tally;
    let decided = (tally.wins + tally.losses).max(1) as f64;
    let x = |share: f64| 20.0 + share * 680.0;
    format!(
        "<svg viewBox=\"0 0 720 116\" role=\"img\"><rect x=\"20\" y=\"36\" width=\"{:.1}\" height=\"24\" fill=\"var(--mark)\"/>\
         <rect x=\"{:.1}\" y=\"36\" width=\"{:.1}\" height=\"24\" fill=\"var(--open)\" opacity=\".5\"/>\
         <line x1=\"360\" x2=\"360\" y1=\"28\" y2=\"84\" stroke=\"var(--line)\"/>\
         <line x1=\"{:.1}\" x2=\"{:.1}\" y1=\"74\" y2=\"74\" stroke=\"var(--mark)\" stroke-width=\"4\"/>\
         <text x=\"20\" y=\"24\">{treatment} {}</text><text x=\"700\" y=\"24\" text-anchor=\"end\">{control} {}</text>\
         <text x=\"360\" y=\"108\" text-anchor=\"middle\">50 %</text></svg>",
        680.0 * tally.wins as f64 / decided,
        x(tally.wins as f64 / decided),
        680.0 * tally.losses as f64 / decided,
        x(one.interval.low),
        x(one.interval.high),
        tally.wins,
        tally.losses
    )
}
