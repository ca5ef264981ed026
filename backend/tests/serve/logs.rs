//! Logs of a running server on standard error, as text and as JSON.

use serde_json::Value;

use crate::http::{get, post};
use crate::program::{Server, command, folder};

/// The log of a server that took one broken delivery and one request for nothing.
fn log(arguments: &[&str], variables: &[(&str, &str)]) -> Vec<String> {
    let data = folder();
    let server = Server::start_with(data.path(), arguments, variables);
    assert_eq!(post(server.address, "/v1/batch", b"{").status, 400);
    assert_eq!(get(server.address, "/nothing?q=1", &[]).status, 404);
    server.terminate();
    let (status, log) = server.wait();
    assert!(status.success(), "{log}");
    log.lines().map(str::to_owned).collect()
}

#[test]
fn the_usual_log_holds_what_an_operator_should_see() {
    let lines = log(&[], &[]);
    let [open, refused] = lines.as_slice() else {
        panic!("two lines: {lines:?}");
    };
    assert!(
        open.contains(" INFO ") && open.contains("--write-key KEY"),
        "{open}"
    );
    assert!(
        refused.contains(" WARN ") && refused.contains("refused request.json: "),
        "{refused}"
    );
    assert!(!refused.contains('\u{1b}'), "no colours: {refused}");
}

#[test]
fn a_program_reads_one_object_a_line() {
    let lines = log(&["--log", "json", "--write-key", "demo"], &[]);
    let [line] = lines.as_slice() else {
        panic!("one line: {lines:?}");
    };
    let entry: Value = serde_json::from_str(line).expect("it is JSON");
    assert_eq!(
        (&entry["level"], &entry["code"]),
        (&"WARN".into(), &"request.json".into())
    );
    assert!(
        entry["timestamp"]
            .as_str()
            .is_some_and(|time| time.ends_with('Z'))
    );
    let message = entry["message"].as_str().expect("text");
    assert!(message.starts_with("refused request.json: "), "{message}");
}

#[test]
fn the_environment_selects_levels_by_target() {
    assert!(log(&[], &[("RUST_LOG", "off")]).is_empty());
    let requests = log(&[], &[("RUST_LOG", "tower_http=debug")]);
    assert!(
        requests
            .iter()
            .any(|line| line.contains("uri=/nothing?q=1") && line.contains("status=404")),
        "{requests:?}"
    );
    let data = folder();
    let path = data.path().to_str().expect("text");
    let output = command(&["--port", "0", "--data", path])
        .env("RUST_LOG", "x=y=z")
        .output()
        .expect("the program runs");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(
        error.starts_with("error[serve.log]: RUST_LOG is \"x=y=z\""),
        "{error}"
    );
}
