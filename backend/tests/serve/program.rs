//! The program under test, started on a free port and on folders of its own.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tillside"));
    command.arg("serve").args(arguments).env_remove("RUST_LOG");
    command
}

/// Runs the program where it should refuse to start.
pub fn refused(arguments: &[&str]) -> Output {
    let output = command(arguments).output().expect("the program runs");
    assert!(!output.status.success(), "it started: {arguments:?}");
    output
}

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    pub fn start(data: &Path, arguments: &[&str]) -> Server {
        Self::start_with(data, arguments, &[])
    }

    /// Starts with variables of the environment.
    pub fn start_with(data: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Server {
        let data = data.to_str().expect("the path is text");
        let mut child = command(&["--port", "0", "--data", data])
            .args(arguments)
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("it is piped");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("it prints");
        let address = line.trim().strip_prefix("listening on http://");
        let Some(address) = address.and_then(|address| address.parse().ok()) else {
            let mut error = String::new();
            let stderr = child.stderr.take().expect("it is piped");
            let _ = BufReader::new(stderr).read_to_string(&mut error);
            panic!("it did not start: {line}{error}");
        };
        Server { child, address }
    }

    /// SIGKILL: the process has no chance to tidy up.
    pub fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// SIGTERM, as an operator or a container stops it.
    pub fn terminate(&self) {
        let kill = format!("kill -TERM {}", self.child.id());
        let status = Command::new("sh").args(["-c", &kill]).status();
        assert!(status.expect("a shell runs").success());
    }

    pub fn wait(mut self) -> (ExitStatus, String) {
        let mut log = String::new();
        let mut stderr = self.child.stderr.take().expect("it is piped");
        stderr.read_to_string(&mut log).expect("it is text");
        (self.child.wait().expect("it ends"), log)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

pub fn database(data: &Path) -> Connection {
    Connection::open_with_flags(
        data.join("collector.sqlite"),
        OpenFlags::SQLITE_OPEN_READ_ONLY,
    )
    .expect("the database is there")
}

/// The message ids in the database, sorted.
pub fn stored_ids(data: &Path) -> Vec<String> {
    let connection = database(data);
    let mut statement = connection
        .prepare("SELECT message_id FROM events ORDER BY message_id")
        .expect("the table is there");
    let ids = statement.query_map([], |row| row.get(0)).expect("it reads");
    ids.collect::<Result<_, _>>().expect("ids are text")
}

/// A valid event.
pub fn viewed(id: &str) -> Value {
    json!({
        "type": "track", "event": "Product Viewed", "anonymousId": "a-1", "messageId": id,
        "timestamp": "2026-11-21T08:00:00.000Z", "properties": { "product_id": "sku-1" },
    })
}

/// The body of a batch of valid events.
pub fn batch_of<S: AsRef<str>>(ids: &[S]) -> Vec<u8> {
    let batch: Vec<Value> = ids.iter().map(|id| viewed(id.as_ref())).collect();
    json!({ "writeKey": "demo", "batch": batch })
        .to_string()
        .into_bytes()
}

/// Writes a model folder of one part that holds `bytes`; the part's path.
pub fn write_model(folder: &Path, bytes: &[u8]) -> PathBuf {
    let hash: String = Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let name = format!("model-{}.safetensors", &hash[..12]);
    let manifest = json!({
        "format": 1, "model": &hash[..12], "shop": "demo", "created": "2026-11-21T00:00:00Z", "items": 3,
        "parts": [{ "name": "model", "url": name, "bytes": bytes.len(), "sha256": hash }],
        "fallback": { "popular": [], "categories": {} },
    });
    std::fs::write(folder.join("manifest.json"), manifest.to_string()).expect("written");
    std::fs::write(folder.join("model.safetensors"), bytes).expect("written");
    std::fs::write(folder.join(&name), bytes).expect("written");
    folder.join(name)
}
