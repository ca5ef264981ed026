use super::*;

/// Seeds that no constant was chosen by: those of tuning are below 100.
const SEEDS: [u64; 3] = [101, 102, 103];
const DECISIONS: usize = 20_000;

#[test]
fn within_20_000_decisions_the_policy_beats_every_arm_by_5_and_drawing_evenly_by_15_percent() {
    let (mut covered, mut intervals) = (0, 0);
    for seed in SEEDS {
        let run = run(seed, DECISIONS, None);
        // With `--nocapture`, the table of `tillside lab offers --simulate`.
        super::super::print::simulated(&run, false);
        assert!(
            run.learning >= 1.05 * run.best,
            "{seed}: {} of {}",
            run.learning,
            run.best
        );
        assert!(
            run.learning >= 1.15 * run.uniform,
            "{seed}: {} of {}",
            run.learning,
            run.uniform
        );
        assert!(
            run.learned >= run.learning,
            "{seed}: it goes on as it learned"
        );
        assert!(run.learned < run.oracle, "{seed}: nobody knows the truth");
        assert!(
            run.deadweight < run.deadweight_uniform,
            "{seed}: {} {}",
            run.deadweight,
            run.deadweight_uniform
        );
        for one in &run.estimates {
            let Judged { value, .. } = &one.judged;
            let interval = value.doubly_robust.interval;
            intervals += 1;
            covered += u32::from((interval.low..=interval.high).contains(&one.truth));
            // An estimate that rests on few decisions is as wide as its interval says.
            if value.effective > 2_000.0 {
                let off = value.ips.value / one.truth - 1.0;
                assert!(
                    off.abs() <= 0.10,
                    "{seed} {}: {:.1} % off",
                    value.policy,
                    100.0 * off
                );
            }
        }
        let wide = run
            .estimates
            .iter()
            .filter(|one| one.judged.value.effective > 2_000.0);
        let wide: Vec<&str> = wide.map(|one| one.judged.value.policy.as_str()).collect();
        assert!(
            wide.contains(&"trained") && wide.contains(&"logged"),
            "{wide:?}"
        );
    }
    // Of 95 in a hundred; the estimates of one run share its decisions.
    assert!(intervals == 21 && covered >= 17, "{covered} of {intervals}");
}

#[test]
fn a_spent_budget_gives_nobody_anything() {
    let budget = 1_000_000;
    let run = run(104, 4_000, Some(budget));
    assert!(run.broke > 1_000, "{}", run.broke);
    let spent = run.discounts * run.decisions as f64 * MINOR;
    assert!(spent <= budget as f64, "{spent}");
    assert!(spent > 0.98 * budget as f64, "{spent}");
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let one = |seed| serde_json::to_string(&run(seed, 2_500, None)).expect("it is JSON");
    assert_eq!(one(105), one(105));
    assert_ne!(one(105), one(106));
}
