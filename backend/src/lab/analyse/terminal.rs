//! The read-out as text for a terminal.

use super::Analysis;
use super::interleaving;
use super::readout::{Readout, Verdict};
use super::split::{By, SampleRatio};
use super::units::{MOST, Units};

/// Prints everything.
pub fn print(units: &Units, analysis: &Analysis) {
    println!(
        "{} messages, {} refused, {} read before, {} units",
        units.messages,
        units.refusals.rows(),
        units.duplicates,
        units.units
    );
    if units.oversized > 0 {
        println!(
            "{} units with more than {MOST} messages are left out: robots, or shoppers under one id",
            units.oversized
        );
    }
    for readout in &analysis.readouts {
        one(readout);
    }
    for comparison in &analysis.interleaved {
        print_interleaved(comparison);
    }
    for (experiment, used) in &analysis.unexposed {
        println!(
            "\n{experiment}: {used} units used a variation, and no exposure has arrived; nothing can be compared"
        );
    }
}

/// The sample ratio, as a whole and by group.
fn split(ratio: &SampleRatio) {
    println!("  sample ratio: p = {:.4}", ratio.p);
    for kind in &ratio.by {
        let name = match kind.by {
            By::Day => "day",
            By::Browser => "browser",
            By::EntryPage => "entry page",
        };
        let unknown = match (kind.by, kind.unknown) {
            (_, 0) => String::new(),
            (By::Browser, units) => {
                format!("; {units} units without context.userAgent or context.browser")
            }
            (_, units) => format!("; {units} units without context.page.path"),
        };
        match kind.groups.first() {
            Some(least) => println!(
                "  sample ratio by {name}: {} tested, smallest p {:.4} times {} tests ({}){unknown}",
                kind.tested, least.p, ratio.tests, least.value
            ),
            None => println!("  sample ratio by {name}: no groups to test{unknown}"),
        }
        for group in kind.groups.iter().filter(|group| group.failed()) {
            let counts: Vec<String> = group.units.iter().map(u64::to_string).collect();
            println!(
                "  sample ratio fails for {name} {}: {} units, p {:.2e} times {} tests",
                group.value,
                counts.join(" : "),
                group.p,
                ratio.tests
            );
        }
    }
}

fn percent(share: f64) -> String {
    format!("{:+.2} %", share * 100.0)
}

fn one(readout: &Readout) {
    println!(
        "\n{} · {} to {}",
        readout.experiment, readout.from, readout.to
    );
    for variation in &readout.variations {
        let role = if variation.control { ", control" } else { "" };
        println!(
            "  {}: {} units, planned {:.1} %{role}",
            variation.name,
            variation.units,
            variation.weight * 100.0
        );
    }
    if readout.dropped > 0 {
        println!(
            "  {} units were seen in two variations and are left out",
            readout.dropped
        );
    }
    if readout.used > 0 {
        println!(
            "  {} of {} units that used a variation have no exposure",
            readout.lost, readout.used
        );
    }
    split(&readout.sample_ratio);
    for comparison in &readout.comparisons {
        let best = comparison.best();
        println!(
            "  {:<12} {} → {}  {} [{}, {}] at every look [{}, {}]  p {:.4} corrected {:.4}  better with {:.1} %",
            comparison.metric.name(),
            number(comparison.control),
            number(comparison.treatment),
            percent(best.estimate),
            percent(best.interval.low),
            percent(best.interval.high),
            percent(best.anytime.low),
            percent(best.anytime.high),
            best.p,
            comparison.p_corrected,
            comparison.chance_to_win * 100.0,
        );
        if comparison.cuped.is_some() {
            println!(
                "{:15}adjusted by what units did before: {:.1} % of the variance",
                "",
                comparison.variance_explained * 100.0
            );
        }
    }
    for guardrail in &readout.guardrails {
        let held = if guardrail.passed {
            "held"
        } else {
            "not shown to hold"
        };
        println!(
            "  guardrail {}: not worse by {:.1} %: {held}, {} p {:.4}",
            guardrail.metric.name(),
            guardrail.margin * 100.0,
            percent(guardrail.estimate),
            guardrail.p
        );
    }
    println!("  {}", verdict(readout.verdict));
    for part in &readout.parts {
        let counts = part.units.iter().map(u64::to_string);
        let counts = counts.collect::<Vec<_>>().join(" : ");
        match &part.reading {
            Some(reading) => println!(
                "  {:<16} {counts} units  {} at every look [{}, {}]  corrected p {:.4}",
                part.value,
                percent(reading.estimate),
                percent(reading.anytime.low),
                percent(reading.anytime.high),
                part.p_corrected
            ),
            None => println!(
                "  {:<16} {counts} units  not compared: too few, or not as planned (p {:.4})",
                part.value, part.sample_ratio
            ),
        }
    }
}

fn print_interleaved(one: &interleaving::Comparison) {
    println!(
        "\n{} · interleaved {} and {} · {} to {}",
        one.experiment, one.control, one.treatment, one.from, one.to
    );
    println!(
        "  {} lists of {} units, {} with a difference; {} visits: {} won by {}, {} by {}, {} undecided",
        one.lists,
        one.units,
        one.competitive,
        one.tally.visits(),
        one.tally.wins,
        one.treatment,
        one.tally.losses,
        one.control,
        one.tally.ties
    );
    println!(
        "  {} wins {:.2} % of decided visits, at every look [{:.2} %, {:.2} %], p {:.4}",
        one.treatment,
        one.share * 100.0,
        one.interval.low * 100.0,
        one.interval.high * 100.0,
        one.p
    );
    println!(
        "  {}",
        match one.preferred {
            interleaving::Preference::Treatment => format!("{} is better", one.treatment),
            interleaving::Preference::Control => format!("{} is better", one.control),
            interleaving::Preference::Open => "open: neither is shown to be better".into(),
        }
    );
}

fn number(value: f64) -> String {
    format!("{value:.4}")
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::SampleRatioMismatch => {
            "stopped: the counts above do not fit the planned shares (p < 0.001), so exposures are lost or the split is broken; nothing is compared"
        }
        Verdict::NotEnough => "not compared: it takes two variations of at least 8 units each",
        Verdict::Better => "better: the interval that holds at every look is above 0",
        Verdict::Worse => "worse: the interval that holds at every look is below 0",
        Verdict::Open => "open: no difference is shown yet",
    }
}
