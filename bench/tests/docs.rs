//! docs/benchmarks.md says what the records say.

use std::process::Command;

#[test]
fn the_page_is_derived_from_the_newest_records() {
    let bench = env!("CARGO_BIN_EXE_tillside-bench");
    let said = Command::new(bench)
        .args(["docs", "--check"])
        .output()
        .unwrap();
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
}

#[test]
fn the_command_says_what_it_needs_and_refuses_what_it_has_not() {
    let bench = |line: &str| {
        let mut bench = Command::new(env!("CARGO_BIN_EXE_tillside-bench"));
        let said = bench.args(line.split(' ')).output().unwrap();
        let (out, error) = (said.stdout, said.stderr);
        (
            said.status.success(),
            String::from_utf8(out).unwrap(),
            String::from_utf8(error).unwrap(),
        )
    };
    assert_eq!(
        bench("--needs quality --only serenade").1,
        "backend\n".to_owned()
    );
    assert_eq!(bench("--needs").1, "node\npackage\n".to_owned());
    let (passed, _, error) = bench("--needs qualty");
    assert!(!passed && error.contains("'quality'"), "{error}");
    let (passed, help, _) = bench("--help");
    assert!(passed);
    for name in [
        "size",
        "page",
        "quality",
        "train",
        "shopper",
        "shelves",
        "offers",
        "lab",
        "docs",
        "--no-install",
    ] {
        assert!(help.contains(name), "{name} is missing in: {help}");
    }
    assert!(help.contains("cargo xtask bench"), "{help}");
}
