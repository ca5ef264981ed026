//! Tables that nobody here made: columns named by the person, layouts recognised or named.

use std::fs;

use crate::{fails, ok, tillside};

/// Two clicks a visit of 40 shoppers, under names that say nothing.
fn table(header: &str) -> String {
    let rows = (0..40).flat_map(|user| {
        (0..4).map(move |click| {
            format!(
                "{user},p{},2024-03-{:02} 08:{:02}\n",
                (user + click) % 9,
                1 + user % 28,
                5 * click
            )
        })
    });
    format!("{header}{}", rows.collect::<String>())
}

#[test]
fn a_table_is_trained_on_without_editing_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("log.csv"), table("kunde,artikel,wann\n")).unwrap();
    fs::write(path("bare.csv"), table("")).unwrap();
    let (log, bare, out) = (path("log.csv"), path("bare.csv"), path("out"));
    let error = fails(&["train", "--events", &log, "--out", &out]);
    assert!(
        error.starts_with("error[events.column]") && error.contains("--map item=COLUMN"),
        "{error}"
    );
    let map = [
        "--map",
        "user=kunde",
        "--map",
        "item=artikel",
        "--map",
        "time=wann",
    ];
    let said = ok(&[&["train", "--events", &log, "--out", &out][..], &map].concat());
    assert!(
        said.contains("9 items") && said.contains("160 rows"),
        "{said}"
    );
    let map = ["--map", "user=1", "--map", "item=2", "--map", "time=3"];
    let numbered = path("numbered");
    let said = ok(&[&["train", "--events", &bare, "--out", &numbered][..], &map].concat());
    assert!(
        said.contains("9 items") && said.contains("160 rows"),
        "{said}"
    );
    let split = path("split");
    ok(&[
        &["lab", "split", "--events", &log, "--out", &split][..],
        &[
            "--map",
            "user=kunde",
            "--map",
            "item=artikel",
            "--map",
            "time=wann",
        ],
    ]
    .concat());
    assert!(
        fs::read_to_string(folder.path().join("split/train.csv"))
            .unwrap()
            .lines()
            .count()
            > 100
    );
}

#[test]
fn a_layout_that_is_not_known_is_said_with_those_that_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.csv");
    fs::write(&path, table("a,b,c\n")).unwrap();
    let output = tillside(&[
        "train",
        "--events",
        path.to_str().unwrap(),
        "--out",
        "x",
        "--layout",
        "amazon",
    ]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        told.contains("amazon-reviews") && told.contains("retailrocket"),
        "{told}"
    );
}

#[test]
fn a_column_that_contradicts_itself_stops_the_training_with_two_of_its_values() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.csv");
    fs::write(&path, "user,item,time\na,p,1709280300\nb,q,20240301\n").unwrap();
    let error = fails(&["train", "--events", path.to_str().unwrap(), "--out", "x"]);
    assert!(error.starts_with("error[events.contradiction]"), "{error}");
    for word in [
        "log.csv:3",
        "`time`",
        "1709280300",
        "20240301",
        "(line 2)",
        "--map time=time:KIND",
    ] {
        assert!(error.contains(word), "{word}: {error}");
    }
}
