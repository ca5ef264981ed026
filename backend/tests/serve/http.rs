//! Just enough of an HTTP client to send anything, also what a well-behaved one would not.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

/// Names and values of a request.
pub type Headers<'a> = &'a [(&'a str, &'a str)];

#[derive(Debug)]
pub struct Response {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(key, _)| key == name);
        named.next().map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is text")
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

/// Sends one request and reads the answer to the end of the connection.
pub fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: Headers,
    body: &[u8],
) -> Response {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream
        .write_all(&head(method, path, headers, body.len()))
        .expect("the head is sent");
    // A server that has already answered may have stopped reading; its answer is still there.
    let _ = stream.write_all(body);
    finish(stream)
}

pub fn get(address: SocketAddr, path: &str, headers: Headers) -> Response {
    send(address, "GET", path, headers, b"")
}

pub fn post(address: SocketAddr, path: &str, body: &[u8]) -> Response {
    send(
        address,
        "POST",
        path,
        &[("content-type", "application/json")],
        body,
    )
}

/// The head of a request whose body of `length` bytes the caller sends.
pub fn head(method: &str, path: &str, headers: Headers, length: usize) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n");
    if length > 0 {
        head.push_str(&format!("content-length: {length}\r\n"));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    head.into_bytes()
}

/// Reads the one response that is still to come on `stream`.
pub fn finish(mut stream: TcpStream) -> Response {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("an answer comes");
    parse(&bytes).expect("the answer is HTTP")
}

/// `None` where the connection ended before a whole response.
pub fn parse(bytes: &[u8]) -> Option<Response> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let mut lines = std::str::from_utf8(&bytes[..end]).ok()?.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Some(Response {
        status,
        headers,
        body: bytes[end + 4..].to_vec(),
    })
}
