//! The sample ratio by day, browser and entry page, from messages.

use serde_json::{Value, json};
use tillside_backend::lab::analyse::plan::Plan;
use tillside_backend::lab::analyse::readout::{Readout, Verdict};
use tillside_backend::lab::analyse::split::By;
use tillside_backend::lab::analyse::units::Units;

use super::{Chance, chrono, plan};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const SAFARI: &str =
    "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15";

/// Visits of 20,000 units; by browser, page and day, a share `lost` of the exposures of variation 1 does not arrive.
fn exposures(agents: bool, lost: impl Fn(&str, &str, i64) -> f64) -> Readout {
    let mut chance = Chance(3);
    let mut text = String::new();
    for unit in 0..20_000 {
        let agent = if chance.next() < 0.8 { FIREFOX } else { SAFARI };
        let entry = match chance.next() {
            draw if draw < 0.5 => "/".to_owned(),
            draw if draw < 0.6 => "/landing/summer?utm=1".to_owned(),
            draw => format!("/p/{}", (draw * 10_000.0) as u64),
        };
        let day = (chance.next() * 10.0) as i64;
        let since = 1_790_000_000_000 + day * 86_400_000;
        let mut message = |event: &str, after: i64, path: &str, properties: Value| {
            let mut message = json!({
                "type": "track", "event": event, "anonymousId": format!("u{unit}"), "messageId": format!("{unit}{event}{after}"),
                "timestamp": chrono(since + after), "properties": properties,
                "context": { "sessionId": format!("s{unit}"), "page": { "path": path } },
            });
            if agents {
                message["context"]["userAgent"] = agent.into();
            }
            text.push_str(&format!("{message}\n"));
        };
        message("Page Viewed", 0, &entry, json!({}));
        let variation = u32::from(chance.next() < 0.5);
        let section = if entry.starts_with("/p/") {
            "/p/…"
        } else {
            entry.split('?').next().unwrap()
        };
        if variation == 1 && chance.next() < lost(agent, section, day) {
            continue;
        }
        let exposure = json!({ "experiment_id": "ranker", "variation_id": variation });
        message("Experiment Viewed", 1000, "/p/9", exposure);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("messages.jsonl");
    std::fs::write(&path, text).unwrap();
    let units = Units::read(&[path], None).unwrap();
    let plan: Plan = plan();
    plan.read(&units, "ranker").unwrap().unwrap()
}

#[test]
fn a_sound_split_passes_and_says_how_many_groups_were_tested() {
    let readout = exposures(true, |_, _, _| 0.0);
    let ratio = &readout.sample_ratio;
    assert!(
        ratio.passed && ratio.failing().next().is_none(),
        "{ratio:?}"
    );
    assert_eq!(
        ratio.by.iter().map(|kind| kind.by).collect::<Vec<_>>(),
        [By::Day, By::Browser, By::EntryPage]
    );
    let tested: Vec<usize> = ratio.by.iter().map(|kind| kind.tested).collect();
    // Ten days, two browsers; pages of products are too rare to stand alone.
    assert_eq!(tested, [10, 2, 3]);
    assert_eq!(ratio.tests, 15);
    let mut pages: Vec<&str> = ratio.by[2]
        .groups
        .iter()
        .map(|group| group.value.as_str())
        .collect();
    pages.sort_unstable();
    assert_eq!(pages, ["/", "/landing/summer", "/p/…"]);
}

#[test]
fn a_loss_in_one_browser_page_or_day_stops_the_read_out_and_is_the_reason() {
    type Lost<'a> = &'a dyn Fn(&str, &str, i64) -> f64;
    let share = |is: bool, share: f64| if is { share } else { 0.0 };
    let cases: [(By, &str, Lost); 3] = [
        (By::Browser, "Safari", &|agent, _, _| {
            share(agent == SAFARI, 0.18)
        }),
        (By::EntryPage, "/landing/summer", &|_, page, _| {
            share(page == "/landing/summer", 0.3)
        }),
        (By::Day, "2026-09-24", &|_, _, day| share(day == 3, 0.3)),
    ];
    for (by, value, lost) in cases {
        let readout = exposures(true, lost);
        let ratio = &readout.sample_ratio;
        let failing: Vec<(By, &str)> = ratio
            .failing()
            .map(|(by, group)| (by, group.value.as_str()))
            .collect();
        assert_eq!(failing, [(by, value)]);
        assert!(ratio.p >= 0.001, "it hides in the whole: {}", ratio.p);
        assert_eq!(readout.verdict, Verdict::SampleRatioMismatch);
        assert!(readout.comparisons.is_empty() && readout.days.is_empty());
    }
}

#[test]
fn messages_that_name_no_browser_say_so_and_are_not_tested_twice() {
    let readout = exposures(false, |_, _, _| 0.0);
    let browsers = &readout.sample_ratio.by[1];
    assert_eq!((browsers.unknown, browsers.tested), (readout.units, 0));
    assert_eq!(readout.sample_ratio.tests, 13);
}
