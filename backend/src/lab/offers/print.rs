//! The read-out of offers: as a table, or as JSON.

use super::log::Decisions;
use super::population::Run;
use super::value::Judged;
use crate::lab::replay::Estimate;

fn show(estimate: &Estimate) -> String {
    let interval = &estimate.interval;
    format!(
        "{:.2} [{:.2}, {:.2}]",
        estimate.value, interval.low, interval.high
    )
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".into(), |share| format!("{:.1} %", 100.0 * share))
}

/// One line a policy. `truth` where it is known.
fn table(policies: &[(&Judged, Option<f64>)]) {
    let known = policies.iter().any(|(_, truth)| truth.is_some());
    let wide = policies.iter().map(|(one, _)| one.value.policy.len()).max();
    let wide = wide.unwrap_or(0).max(8);
    print!("  {:<wide$}", "policy");
    if known {
        print!("  {:>8}", "truth");
    }
    println!(
        "  {:>22}  {:>22}  {:>22}  {:>7}  {:>7}  {:>7}  {:>9}",
        "IPS", "SNIPS", "DR", "sample", "weight", "coupons", "deadweight"
    );
    for (one, truth) in policies {
        let value = &one.value;
        print!("  {:<wide$}", value.policy);
        if let Some(truth) = truth {
            print!("  {truth:>8.2}");
        }
        println!(
            "  {:>22}  {:>22}  {:>22}  {:>7.0}  {:>7.1}  {:>7}  {:>9}",
            show(&value.ips),
            show(&value.snips),
            show(&value.doubly_robust),
            value.effective,
            value.largest_weight,
            percent(Some(one.coupons)),
            percent(one.deadweight)
        );
    }
}

const LEGEND: &str = "  Paid a decision, less discount, with 95 % intervals. sample: effective sample size; weight: the largest;
  coupons: decisions with a discount; deadweight: purchases with a discount that would have been made without one.";

/// What was learned of a campaign.
pub fn trained(
    campaign: &str,
    version: &str,
    decisions: &Decisions,
    judged: &[Judged],
    json: bool,
) {
    let all = &decisions.all;
    let converted = all.iter().filter(|one| one.converted).count();
    if json {
        let answer = serde_json::json!({
            "campaign": campaign, "version": version, "decisions": all.len(), "left_out": decisions.left_out,
            "converted": converted, "policies": judged,
        });
        println!("{answer}");
        return;
    }
    println!(
        "{campaign}: version {version}, {} decisions, {converted} with an order; {} left out that this build or these arms do not know",
        all.len(),
        decisions.left_out
    );
    table(&judged.iter().map(|one| (one, None)).collect::<Vec<_>>());
    println!("{LEGEND}");
}

/// What a simulated population came to.
pub fn simulated(run: &Run, json: bool) {
    if json {
        println!("{}", serde_json::json!(run));
        return;
    }
    println!(
        "Simulated population, seed {}, {} decisions, trained every 1,000. Paid a decision, in truth:",
        run.seed, run.decisions
    );
    for (name, worth) in &run.arms {
        println!("  always {name:<10} {worth:>8.2}");
    }
    let over = |than: f64| 100.0 * (run.learning / than - 1.0);
    println!("  uniform           {:>8.2}", run.uniform);
    println!(
        "  policy, learning  {:>8.2}  {:+.1} % over the best arm, {:+.1} % over uniform",
        run.learning,
        over(run.best),
        over(run.uniform)
    );
    println!("  policy, learned   {:>8.2}", run.learned);
    println!("  knowing the truth {:>8.2}", run.oracle);
    println!(
        "  deadweight {}, drawing evenly {}",
        percent(Some(run.deadweight)),
        percent(Some(run.deadweight_uniform))
    );
    println!("\nThe same from the log alone:");
    let estimates = run
        .estimates
        .iter()
        .map(|one| (&one.judged, Some(one.truth)));
    table(&estimates.collect::<Vec<_>>());
    println!("{LEGEND}");
}
