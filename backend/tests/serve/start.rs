//! A server that cannot do its work does not start, and says what to do.

use std::net::TcpListener;

use crate::program::{Server, folder, refused, write_model};

/// Starts with the arguments and expects one line: the code, the offending value, the remedy.
fn assert_refused(arguments: &[&str], code: &str, value: &str, remedy: &str) {
    let output = refused(arguments);
    let error = String::from_utf8(output.stderr).expect("it is text");
    let lines: Vec<&str> = error.lines().collect();
    let [line] = lines.as_slice() else {
        panic!("one line: {error}");
    };
    assert!(line.starts_with(&format!("error[{code}]: ")), "{line}");
    assert!(line.contains(value), "{value} in {line}");
    assert!(line.contains(remedy), "{remedy} in {line}");
    assert!(output.stdout.is_empty(), "nothing listens");
}

#[test]
fn a_port_in_use() {
    let data = folder();
    let data = data.path().to_str().expect("text");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("it has one").port().to_string();
    assert_refused(
        &["--port", &port, "--data", data],
        "serve.port",
        &port,
        "--port 0",
    );
}

#[test]
fn a_data_folder_that_cannot_be() {
    let data = folder();
    let file = data.path().join("file");
    std::fs::write(&file, "x").expect("written");
    let below = file.join("data");
    let below = below.to_str().expect("text");
    assert_refused(
        &["--port", "0", "--data", below],
        "store.folder",
        below,
        "--data",
    );
}

#[test]
fn a_database_that_is_none_or_of_the_future() {
    let data = folder();
    let path = data.path().to_str().expect("text");
    let file = data.path().join("collector.sqlite");
    std::fs::write(&file, "no database at all".repeat(100)).expect("written");
    let name = file.to_str().expect("text");
    assert_refused(
        &["--port", "0", "--data", path],
        "store.open",
        name,
        "--data",
    );
    std::fs::remove_file(&file).expect("removed");
    let future = rusqlite::Connection::open(&file).expect("it opens");
    future
        .pragma_update(None, "user_version", 99)
        .expect("written");
    drop(future);
    assert_refused(
        &["--port", "0", "--data", path],
        "store.version",
        "99",
        "--data",
    );
}

#[test]
fn a_site_that_is_missing_or_in_the_way() {
    let root = folder();
    let (data, site) = (root.path().join("data"), root.path().join("none"));
    let common = [
        "--port",
        "0",
        "--data",
        data.to_str().expect("text"),
        "--site",
    ];
    let missing = site.to_str().expect("text");
    assert_refused(
        &[&common[..], &[missing]].concat(),
        "serve.site",
        missing,
        "--site [PREFIX=]DIR",
    );
    std::fs::create_dir(&site).expect("made");
    let twice = format!("/shop={missing}");
    assert_refused(
        &[&common[..], &[&twice, "--site", &twice]].concat(),
        "serve.prefix",
        "/shop",
        "prefix of its own",
    );
    let reserved = format!("/v1={missing}");
    assert_refused(
        &[&common[..], &[&reserved]].concat(),
        "serve.prefix",
        "/v1",
        "other than",
    );
    assert!(!data.exists(), "a refused start leaves nothing behind");
}

#[test]
fn an_origin_that_is_none() {
    let data = folder();
    let data = data.path().to_str().expect("text");
    let arguments = [
        "--port",
        "0",
        "--data",
        data,
        "--allow-origin",
        "shop.example",
    ];
    assert_refused(
        &arguments,
        "serve.origin",
        "shop.example",
        "https://shop.example",
    );
}

#[test]
fn a_model_that_is_missing_damaged_or_truncated() {
    let root = folder();
    let (data, model) = (root.path().join("data"), root.path().join("model"));
    let arguments = |model: &str| {
        [
            "--port",
            "0",
            "--data",
            data.to_str().expect("text"),
            "--model",
            model,
        ]
        .map(str::to_owned)
    };
    let path = model.to_str().expect("text");
    let arguments = arguments(path);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    assert_refused(&arguments, "model.missing", path, "tillside train");

    std::fs::create_dir(&model).expect("made");
    let part = write_model(&model, &[7; 1000]);
    let part_path = part.to_str().expect("text");
    drop(Server::start(&data, &arguments[4..]));
    std::fs::write(&part, [7; 999]).expect("written");
    assert_refused(&arguments, "model.hash", "999 bytes", "train again");
    std::fs::write(&part, [8; 1000]).expect("written");
    assert_refused(&arguments, "model.hash", part_path, "train again");
    std::fs::write(model.join("manifest.json"), "{\"format\":1").expect("written");
    assert_refused(
        &arguments,
        "manifest.json",
        "line 1",
        "train the model again",
    );
}
