//! An answer of 200 is a promise: it outlives the process.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::http::{self, get, post};
use crate::program::{Server, batch_of, folder, stored_ids};

/// Delivers one event; whether 200 came back before the server died.
fn delivered(server: std::net::SocketAddr, id: &str) -> bool {
    let body = batch_of(&[id]);
    let attempt = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(server)?;
        stream.write_all(&http::head("POST", "/v1/batch", &[], body.len()))?;
        stream.write_all(&body)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(answer)
    };
    attempt()
        .is_ok_and(|answer| http::parse(&answer).is_some_and(|response| response.status == 200))
}

#[test]
fn a_killed_server_has_kept_all_it_answered() {
    let data = folder();
    let server = Server::start(data.path(), &[]);
    let address = server.address;
    let answered = AtomicUsize::new(0);
    // Eight clients deliver until the server is gone; it is killed in the middle of their deliveries.
    let (sent, promised) = std::thread::scope(|scope| {
        let answered = &answered;
        let clients: Vec<_> = (0..8)
            .map(|client| {
                scope.spawn(move || {
                    let (mut sent, mut promised) = (Vec::new(), Vec::new());
                    loop {
                        let id = format!("{client}-{}", sent.len());
                        sent.push(id.clone());
                        if !delivered(address, &id) {
                            return (sent, promised);
                        }
                        promised.push(id);
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        while answered.load(Ordering::Relaxed) < 200 {
            std::thread::yield_now();
        }
        server.kill();
        let outcomes: Vec<_> = clients
            .into_iter()
            .map(|client| client.join().expect("it ends"))
            .collect();
        let (sent, promised): (Vec<_>, Vec<_>) = outcomes.into_iter().unzip();
        (sent.concat(), promised.concat())
    });
    let kept = stored_ids(data.path());
    assert!(promised.len() >= 200);
    assert!(
        promised.iter().all(|id| kept.contains(id)),
        "something answered was lost"
    );

    let server = Server::start(data.path(), &[]);
    assert_eq!(
        get(server.address, "/healthz", &[]).json()["events"],
        kept.len()
    );
    let again = post(server.address, "/v1/batch", &batch_of(&sent)).json();
    assert_eq!(
        again["duplicates"],
        kept.len(),
        "clients send again what they got no answer for"
    );
    assert_eq!(again["accepted"], sent.len() - kept.len());
    assert_eq!(stored_ids(data.path()).len(), sent.len());
}

#[test]
fn a_terminated_server_answers_what_it_has_begun() {
    let data = folder();
    let server = Server::start(data.path(), &[]);
    let body = batch_of(&["m-1"]);
    let (first, rest) = body.split_at(body.len() / 2);
    let mut stream = TcpStream::connect(server.address).expect("it listens");
    let expects = [("expect", "100-continue")];
    stream
        .write_all(&http::head("POST", "/v1/batch", &expects, body.len()))
        .expect("sent");
    // "100 Continue" tells that the handler is reading the body.
    let mut interim = [0; 25];
    stream
        .read_exact(&mut interim)
        .expect("it asks for the body");
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(first).expect("sent");
    server.terminate();
    while TcpStream::connect(server.address).is_ok() {
        std::thread::yield_now();
    }
    stream.write_all(rest).expect("it still reads");
    let response = http::finish(stream);
    assert_eq!(
        (response.status, &response.json()["accepted"]),
        (200, &1.into())
    );
    let (status, _) = server.wait();
    assert!(status.success(), "{status}");
    let files: Vec<_> = std::fs::read_dir(data.path())
        .expect("it is a folder")
        .map(|entry| entry.expect("it has a name").file_name())
        .collect();
    assert_eq!(files, ["collector.sqlite"], "the log is folded in");
    assert_eq!(stored_ids(data.path()), ["m-1"]);
}
