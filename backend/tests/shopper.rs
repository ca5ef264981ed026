//! `tillside lab shopper` on customers whose fate is known, and its fit beside that of PyPI lifetimes.

use std::fmt::Write;
use std::fs;
use std::process::{Command, Output};

use serde_json::Value;
use tillside::shopper::life::bgnbd::{BgNbd, Purchases};

fn run(folder: &tempfile::TempDir, events: &str, arguments: &[&str]) -> Output {
    let path = folder.path().join("events.csv");
    fs::write(&path, events).unwrap();
    Command::new(env!("CARGO_BIN_EXE_tillside"))
        .args(["lab", "shopper", "--events"])
        .arg(&path)
        .args(arguments)
        .output()
        .unwrap()
}

fn measured(events: &str, catalogue: Option<&str>, arguments: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let catalog = folder.path().join("catalog.csv");
    let mut all = vec!["--json"];
    all.extend(arguments);
    if let Some(text) = catalogue {
        fs::write(&catalog, text).unwrap();
        all.extend(["--catalog", catalog.to_str().unwrap()]);
    }
    let output = run(&folder, events, &all);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Draws that any machine repeats.
struct Draws(u64);

impl Draws {
    fn unit(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    fn exponential(&mut self) -> f64 {
        -self.unit().ln()
    }

    /// Of a whole shape.
    fn gamma(&mut self, shape: u32, mean: f64) -> f64 {
        let sum: f64 = (0..shape).map(|_| self.exponential()).sum();
        sum * mean / f64::from(shape)
    }
}

const HEAD: &str = "user,item,time,kind\n";
/// Days of the simulated histories.
const DAYS: f64 = 400.0;
const DAY_MS: f64 = 86_400_000.0;

/// An order on some day after the middle of 2020.
fn order(events: &mut String, user: usize, item: usize, day: f64) {
    let time = ((18_450.0 + day) * DAY_MS) as i64;
    writeln!(events, "u{user},sku-{item},{time},buy").unwrap();
}

/// Customers who buy and leave as BG/NBD has it: rates gamma(2, mean 1/10 days), chances of leaving beta(1, 4).
fn leaving(count: usize) -> String {
    let draws = &mut Draws(3);
    let mut events = HEAD.to_owned();
    for user in 0..count {
        let rate = draws.gamma(2, 0.1);
        let leaves = 1.0 - draws.unit().powf(0.25);
        let mut day = draws.unit() * 200.0;
        order(&mut events, user, user % 8, day);
        loop {
            day += draws.exponential() / rate;
            if day > DAYS {
                break;
            }
            order(&mut events, user, user % 8, day);
            if draws.unit() < leaves {
                break;
            }
        }
    }
    events
}

/// Customers who buy one product again as regularly as a fifth of their own interval, which differs between them.
fn regular(count: usize) -> String {
    let draws = &mut Draws(4);
    let mut events = HEAD.to_owned();
    for user in 0..count {
        let own = draws.gamma(16, 10.0);
        let mut day = draws.unit() * 200.0;
        while day < DAYS {
            order(&mut events, user, user % 8, day);
            day += draws.gamma(25, own).max(1.0);
        }
    }
    events
}

fn rows(of: &Value) -> &[Value] {
    of.as_array().unwrap()
}

fn figure(of: &Value, name: &str) -> f64 {
    let value = of[name].as_f64();
    value.unwrap_or_else(|| panic!("no {name} in {of}"))
}

#[test]
fn customers_with_a_known_fate_are_foreseen_calibrated_and_ahead_of_rules_of_thumb() {
    let found = measured(&leaving(3000), None, &[]);
    let [model, _, lately, base] = rows(&found["activity"]["again"]) else {
        panic!("{found}")
    };
    assert!(figure(model, "calibration_error") <= 0.05, "{model}");
    for other in [lately, base] {
        for name in ["brier", "log_loss"] {
            assert!(figure(model, name) < figure(other, name), "{model} {other}");
        }
    }
    let bins = rows(&model["bins"]).iter().map(|bin| figure(bin, "count"));
    assert_eq!(bins.sum::<f64>(), figure(&found, "customers"));
    let [model, before, rate] = rows(&found["activity"]["orders"]) else {
        panic!("{found}")
    };
    let ratio = figure(model, "predicted") / figure(model, "observed");
    assert!((ratio - 1.0).abs() < 0.1, "{model}");
    for other in [before, rate] {
        for name in ["mean_absolute_error", "root_mean_square_error"] {
            assert!(figure(model, name) < figure(other, name), "{model} {other}");
        }
    }
}

#[test]
fn dates_of_regular_customers_are_near_and_windows_hold_what_they_say() {
    let mut catalogue = "id,title,product_type,price\n".to_owned();
    for n in 0..8 {
        let kind = if n < 4 { "Fruit" } else { "Milk" };
        writeln!(catalogue, "sku-{n},Thing {n},Fresh > {kind},2 EUR").unwrap();
    }
    let found = measured(&regular(1500), Some(&catalogue), &[]);
    let lines = ["products", "categories"].map(|name| &found[name]);
    for timing in [&found["next_order"], &lines[0]["dates"], &lines[1]["dates"]] {
        assert!(figure(timing, "came") > 1000.0, "{timing}");
        let [model, overall, own, last] = rows(&timing["dates"]) else {
            panic!("{timing}")
        };
        assert!(figure(model, "median_error_of_cycle") <= 0.2, "{model}");
        let off = |one| figure(one, "mean_error_days");
        assert!(
            off(model) < off(overall) && off(model) < off(last),
            "{timing}"
        );
        assert!(off(model) < off(own) * 1.05, "{timing}");
        let window = &timing["window"];
        let away = figure(window, "nominal") - figure(window, "observed");
        assert!(away.abs() < 0.06, "{window}");
    }
    for lines in lines {
        let [model, base] = rows(&lines["within_a_week"]) else {
            panic!("{lines}")
        };
        assert!(figure(model, "calibration_error") <= 0.05, "{model}");
        assert!(figure(model, "brier") < figure(base, "brier"));
    }
}

#[test]
fn staples_are_found_in_the_next_basket_and_the_tables_have_it() {
    // Everybody has three staples of their own, and takes one other thing.
    let draws = &mut Draws(5);
    let mut events = HEAD.to_owned();
    for user in 0..300 {
        for n in 0..8 {
            let day = f64::from(n) * 7.0 + (user % 7) as f64;
            let other = 60 + (draws.unit() * 30.0) as usize;
            for item in [0, 1, 2]
                .map(|n| (user * 3 + n) % 60)
                .into_iter()
                .chain([other])
            {
                order(&mut events, user, item, day);
            }
        }
    }
    let found = measured(&events, None, &["--hold-out", "14", "--next-basket"]);
    let [again, _, own, most] = rows(&found["next_basket"]["rows"]) else {
        panic!("{found}")
    };
    assert!(figure(again, "recall@10") >= 0.75, "{again}");
    assert!(figure(again, "recall@10") >= figure(own, "recall@10") - 0.05);
    assert!(figure(most, "recall@10") < 0.5, "{most}");
    let folder = tempfile::tempdir().unwrap();
    let output = run(&folder, &events, &["--hold-out", "14", "--next-basket"]);
    let text = String::from_utf8_lossy(&output.stdout);
    for head in [
        "| next order |",
        "| next purchase of a product |",
        "| next basket |",
    ] {
        assert!(text.contains(head), "{text}");
    }
}

#[test]
fn too_little_history_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let told = |events: &str| {
        let output = run(&folder, events, &[]);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let few = told(&leaving(20));
    assert!(
        few.contains("error[lab.shopper_few]") && few.contains("--hold-out"),
        "{few}"
    );
    let timeless = told("session,item,kind\n1,a,buy\n1,b,buy\n2,a,buy\n");
    assert!(timeless.contains("error["), "{timeless}");
}

/// Rows of repeats, days to the last, days to the end, customers.
fn read(text: &str) -> Vec<[u32; 4]> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let row = |line: &str| {
        let cells: Vec<u32> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        cells.try_into().unwrap()
    };
    lines.map(row).collect()
}

/// Orders that have these histories, and a last one a week after the end, which is held out.
fn orders_of(histories: &[[u32; 4]]) -> String {
    let end = histories.iter().map(|row| row[2]).max().unwrap();
    let mut events = HEAD.to_owned();
    let mut user = 0;
    for [repeats, recency, age, count] in histories {
        for _ in 0..*count {
            let first = end - age;
            let mut days: Vec<u32> = (0..*repeats).map(|n| first + n).collect();
            days.push(first + recency);
            for day in days {
                order(&mut events, user, 0, f64::from(day) + 0.5);
            }
            user += 1;
        }
    }
    // Someone has to buy on the last known day, and someone after it.
    order(&mut events, user, 0, f64::from(end) + 7.5);
    order(&mut events, 0, 0, f64::from(end) + 7.5);
    events
}

/// `backend/tests/customers/oracle.py` asks PyPI lifetimes for the same histories.
#[test]
fn parameters_likelihood_and_forecasts_are_those_of_lifetimes() {
    let known: Value = serde_json::from_str(include_str!("customers/lifetimes.json")).unwrap();
    let near = |found: f64, known: &Value, what: &str| {
        let known = known.as_f64().unwrap();
        assert!(
            (found - known).abs() <= 0.01 * known.abs(),
            "{what}: {found} {known}"
        );
    };
    for (name, text) in [
        ("cdnow", include_str!("../data/cdnow.csv")),
        ("online-retail", include_str!("customers/online-retail.csv")),
    ] {
        let known = &known[name];
        let found = measured(&orders_of(&read(text)), None, &["--hold-out", "7"]);
        assert_eq!(found["customers"], known["customers"]);
        let activity = &found["activity"];
        let parameters = [0, 1, 2, 3].map(|n| activity["parameters"][n].as_f64().unwrap());
        for (n, parameter) in parameters.into_iter().enumerate() {
            near(parameter, &known["parameters"][n], name);
        }
        let likelihood = [&activity["log_likelihood"], &known["log_likelihood"]];
        let [found, best] = likelihood.map(|one| one.as_f64().unwrap());
        assert!(found > best - 0.5, "{found} {best}");
        let model = BgNbd::checked(parameters).unwrap();
        let ahead = known["ahead"].as_f64().unwrap();
        for one in rows(&known["foreseen"]) {
            let [x, recency, age] = [0, 1, 2].map(|n| one["history"][n].as_f64().unwrap());
            let customer = Purchases::checked(x, recency, age).unwrap();
            near(model.alive(&customer), &one["alive"], name);
            near(model.expected(&customer, ahead), &one["expected"], name);
        }
    }
}
