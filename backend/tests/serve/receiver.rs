//! A real HTTP receiver of webhooks, which may fail as networks do.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Status(u16),
    /// It is taken in, and the connection breaks before the answer.
    Lost,
    /// It is never answered.
    Silence,
}

#[derive(Clone, Debug)]
pub struct Post {
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Post {
    pub fn header(&self, name: &str) -> &str {
        let mut named = self.headers.iter().filter(|(known, _)| known == name);
        named.next().map_or("", |(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

#[derive(Default)]
struct Shared {
    posts: Mutex<Vec<Post>>,
    arrived: Condvar,
    stopped: AtomicBool,
}

pub struct Receiver {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

impl Receiver {
    /// Answers the nth request as `script` says, and all after it by 200.
    pub fn start(script: &'static [Answer]) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared::default());
        let server = shared.clone();
        std::thread::spawn(move || {
            let mut silent = Vec::new();
            for (n, stream) in listener.incoming().enumerate() {
                if server.stopped.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(mut stream) = stream else { continue };
                let Some(post) = read(&mut stream) else {
                    continue;
                };
                let mut posts = server.posts.lock().expect("nobody panicked");
                posts.push(post);
                server.arrived.notify_all();
                drop(posts);
                match script.get(n).copied().unwrap_or(Answer::Status(200)) {
                    Answer::Status(status) => {
                        let head = format!(
                            "HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                        );
                        let _ = stream.write_all(head.as_bytes());
                    }
                    Answer::Lost => {}
                    Answer::Silence => silent.push(stream),
                }
            }
        });
        Receiver { address, shared }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub fn posts(&self) -> Vec<Post> {
        self.shared.posts.lock().expect("nobody panicked").clone()
    }

    /// Waits until so many requests have arrived.
    pub fn wait_for(&self, count: usize) -> Vec<Post> {
        let end = Instant::now() + Duration::from_secs(60);
        let mut posts = self.shared.posts.lock().expect("nobody panicked");
        while posts.len() < count {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{} of {count} arrived", posts.len());
            let waited = self.shared.arrived.wait_timeout(posts, left);
            posts = waited.expect("nobody panicked").0;
        }
        posts.clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
    }
}

/// One request with a length.
fn read(stream: &mut TcpStream) -> Option<Post> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let count = stream.read(&mut part).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&part[..count]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let headers: Vec<(String, String)> = head
            .split("\r\n")
            .skip(1)
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length: usize = length.and_then(|(_, value)| value.parse().ok())?;
        if bytes.len() >= end + 4 + length {
            let body = String::from_utf8(bytes[end + 4..end + 4 + length].to_vec()).ok()?;
            return Some(Post { headers, body });
        }
    }
}
