//! Files over HTTP: whole, compressed, in part, not again, and none that is not ours.

use std::io::Read;
use std::path::Path;

use crate::http::{Response, get, send};
use crate::program::{Server, folder, write_model};

const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

/// A text that compresses well.
fn script() -> Vec<u8> {
    (0..2000)
        .flat_map(|line| format!("export const n{line} = {line};\n").into_bytes())
        .collect()
}

struct Site {
    server: Server,
    root: tempfile::TempDir,
}

impl Site {
    /// Pages at `/`, a shop at `/shop`, a model at `/model`, a secret beside them.
    fn start(arguments: &[&str]) -> Site {
        let root = folder();
        let path = |name: &str| root.path().join(name);
        for name in ["www/zh", "shop/img", "model"] {
            std::fs::create_dir_all(path(name)).expect("made");
        }
        let write = |name: &str, bytes: &[u8]| std::fs::write(path(name), bytes).expect("written");
        write("www/index.html", b"<!doctype html><title>shop</title>");
        write(
            "www/zh/index.html",
            "<!doctype html><title>商店</title>".as_bytes(),
        );
        write("www/app.js", &script());
        write("www/.env", b"KEY=secret");
        write(
            "shop/img/a.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        );
        write("secret.txt", b"secret");
        write_model(&path("model"), &script());
        let text = |path: &Path| path.to_str().expect("text").to_owned();
        let (www, shop, model) = (
            text(&path("www")),
            text(&path("shop")),
            text(&path("model")),
        );
        let shop = format!("/shop={shop}");
        let mut all = vec!["--site", &www, "--site", &shop, "--model", &model];
        all.extend(arguments);
        let server = Server::start(&path("data"), &all);
        Site { server, root }
    }

    fn get(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        get(self.server.address, path, headers)
    }
}

#[test]
fn pages_of_every_mount_come_with_their_type_and_policy() {
    let site = Site::start(&[]);
    let (asked, fresh) = ("no-cache", "public, max-age=60");
    for (path, content_type, caching) in [
        ("/", "text/html; charset=utf-8", asked),
        ("/zh/", "text/html; charset=utf-8", asked),
        ("/app.js?v=1", "text/javascript; charset=utf-8", fresh),
        ("/shop/img/a.svg", "image/svg+xml", fresh),
        ("/model/manifest.json", "application/json", asked),
    ] {
        let response = site.get(path, &[]);
        assert_eq!(
            (response.status, response.header("content-type")),
            (200, Some(content_type)),
            "{path}"
        );
        assert!(
            response
                .header("content-security-policy")
                .is_some_and(|policy| policy.starts_with(POLICY))
        );
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(response.header("cache-control"), Some(caching), "{path}");
    }
    let response = site.get("/zh?lang=zh", &[]);
    assert_eq!(
        (response.status, response.header("location")),
        (308, Some("/zh/?lang=zh"))
    );
}

#[test]
fn how_long_a_file_is_fresh_is_the_operators_choice() {
    let caching = |arguments: &[&str]| {
        let site = Site::start(arguments);
        let response = site.get("/app.js", &[]);
        let tag = response.header("etag").expect("it has a tag").to_owned();
        let again = site.get("/app.js", &[("if-none-match", &tag)]);
        let first = response.header("cache-control").map(str::to_owned);
        assert_eq!(again.header("cache-control").map(str::to_owned), first);
        first
    };
    assert_eq!(caching(&["--max-age", "0"]).as_deref(), Some("no-cache"));
    assert_eq!(
        caching(&["--max-age", "3600"]).as_deref(),
        Some("public, max-age=3600")
    );
}

#[test]
fn each_encoding_restores_the_file_and_has_a_tag_of_its_own() {
    let site = Site::start(&[]);
    let mut tags = Vec::new();
    for (accepted, encoding) in [
        ("", None),
        ("gzip", Some("gzip")),
        ("gzip, deflate, br", Some("br")),
    ] {
        let response = site.get("/app.js", &[("accept-encoding", accepted)]);
        assert_eq!(response.header("content-encoding"), encoding);
        assert_eq!(response.header("vary"), Some("Accept-Encoding"));
        let length = response.body.len().to_string();
        assert_eq!(response.header("content-length"), Some(length.as_str()));
        let mut restored = Vec::new();
        match encoding {
            None => restored = response.body.clone(),
            Some("gzip") => {
                let mut decoder = flate2::read::GzDecoder::new(response.body.as_slice());
                decoder.read_to_end(&mut restored).expect("it is gzip");
            }
            Some(_) => {
                let mut decoder = brotli::Decompressor::new(response.body.as_slice(), 4096);
                decoder.read_to_end(&mut restored).expect("it is brotli");
            }
        }
        assert_eq!(restored, script());
        assert!(encoding.is_none() || response.body.len() < script().len() / 4);

        let tag = response.header("etag").expect("it has a tag").to_owned();
        let again = site.get(
            "/app.js",
            &[("accept-encoding", accepted), ("if-none-match", &tag)],
        );
        assert_eq!((again.status, again.body.len()), (304, 0));
        assert_eq!(again.header("etag"), Some(tag.as_str()));
        tags.push(tag);
    }
    tags.dedup();
    assert_eq!(tags.len(), 3);
    let weak = format!("\"other\", W/{}", tags[0]);
    assert_eq!(site.get("/app.js", &[("if-none-match", &weak)]).status, 304);
    let small = site.get("/", &[("accept-encoding", "br, gzip")]);
    assert_eq!(small.header("content-encoding"), None, "too small to gain");
}

#[test]
fn a_file_that_changed_is_sent_anew() {
    let site = Site::start(&[]);
    let old = site.get("/app.js", &[]);
    let tag = old.header("etag").expect("it has a tag");
    std::fs::write(site.root.path().join("www/app.js"), "export {};").expect("written");
    let new = site.get("/app.js", &[("if-none-match", tag)]);
    assert_eq!((new.status, new.text()), (200, "export {};"));
    assert_ne!(new.header("etag"), Some(tag));
}

#[test]
fn a_part_of_a_file_is_sent_where_it_is_asked_for() {
    let site = Site::start(&[]);
    let whole = script();
    let part = site.get(
        "/app.js",
        &[("range", "bytes=10-19"), ("accept-encoding", "br")],
    );
    let total = whole.len();
    assert_eq!((part.status, part.body.as_slice()), (206, &whole[10..20]));
    assert_eq!(
        part.header("content-range"),
        Some(format!("bytes 10-19/{total}").as_str())
    );
    let last = site.get("/app.js", &[("range", "bytes=-5")]);
    assert_eq!(
        (last.status, last.body.as_slice()),
        (206, &whole[total - 5..])
    );
    let outside = site.get("/app.js", &[("range", &format!("bytes={total}-"))]);
    assert_eq!((outside.status, outside.body.len()), (416, 0));
    assert_eq!(
        outside.header("content-range"),
        Some(format!("bytes */{total}").as_str())
    );
    let several = site.get("/app.js", &[("range", "bytes=0-1,4-5")]);
    assert_eq!((several.status, several.body.len()), (200, total));
    let tag = part.header("etag").expect("it has a tag");
    let resumed = site.get("/app.js", &[("range", "bytes=10-"), ("if-range", tag)]);
    assert_eq!((resumed.status, resumed.body.len()), (206, total - 10));
    let stale = site.get(
        "/app.js",
        &[("range", "bytes=10-"), ("if-range", "\"old\"")],
    );
    assert_eq!((stale.status, stale.body.len()), (200, total));
}

#[test]
fn head_has_the_headers_of_get_and_no_body() {
    let site = Site::start(&[]);
    let get = site.get("/app.js", &[("accept-encoding", "gzip")]);
    let head = send(
        site.server.address,
        "HEAD",
        "/app.js",
        &[("accept-encoding", "gzip")],
        b"",
    );
    assert!(head.body.is_empty());
    for name in [
        "content-length",
        "content-type",
        "content-encoding",
        "etag",
        "cache-control",
    ] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
}

#[test]
fn only_a_file_named_after_its_content_is_cached_for_good() {
    let site = Site::start(&[]);
    let model = site.root.path().join("model");
    let named = std::fs::read_dir(&model)
        .expect("it is a folder")
        .map(|entry| {
            entry
                .expect("it has a name")
                .file_name()
                .into_string()
                .expect("text")
        })
        .find(|name| name.starts_with("model-"))
        .expect("it was written");
    let caching = |name: &str| {
        let response = site.get(&format!("/model/{name}"), &[("accept-encoding", "br")]);
        assert_eq!(response.status, 200);
        response
            .header("cache-control")
            .expect("it is given")
            .to_owned()
    };
    assert_eq!(caching(&named), "public, max-age=31536000, immutable");
    assert_eq!(caching("model.safetensors"), "public, max-age=60");
    assert_eq!(caching("manifest.json"), "no-cache");
    std::fs::write(model.join(&named), "something else").expect("written");
    assert_eq!(caching(&named), "public, max-age=60", "the name lies");
}

#[test]
fn nothing_else_is_served() {
    let site = Site::start(&[]);
    let secret = site.root.path().join("secret.txt");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&secret, site.root.path().join("www/link.txt")).expect("linked");
        std::os::unix::fs::symlink(site.root.path(), site.root.path().join("www/up"))
            .expect("linked");
    }
    for path in [
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/%2e%2e%2fsecret.txt",
        "/zh/..%2f..%2fsecret.txt",
        "/shop/../../secret.txt",
        "/shop/..%5c..%5csecret.txt",
        "//secret.txt",
        "/link.txt",
        "/up/secret.txt",
        "/up/data/collector.sqlite",
        "/.env",
        "/shop/",
        "/shop/img",
        "/nothing",
    ] {
        let response = site.get(path, &[]);
        assert_eq!(
            (response.status, response.text()),
            (404, "404 not found\n"),
            "{path}"
        );
    }
    let posted = send(site.server.address, "POST", "/app.js", &[], b"x");
    assert_eq!(
        (posted.status, posted.header("allow")),
        (405, Some("GET, HEAD, OPTIONS"))
    );
}

#[test]
fn other_origins_read_only_where_they_are_allowed() {
    let site = Site::start(&["--allow-origin", "https://shop.example"]);
    let address = site.server.address;
    let preflight = |origin: &str| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
        ];
        send(address, "OPTIONS", "/v1/batch", &headers, b"")
    };
    let allowed = preflight("https://shop.example");
    assert_eq!(allowed.status, 204);
    assert_eq!(
        allowed.header("access-control-allow-origin"),
        Some("https://shop.example")
    );
    let headers = allowed
        .header("access-control-allow-headers")
        .expect("they are listed")
        .to_ascii_lowercase();
    assert!(headers.contains("content-type") && headers.contains("authorization"));
    for (name, value) in [
        ("access-control-allow-methods", "POST"),
        ("access-control-max-age", "86400"),
        ("vary", "origin"),
        ("allow", "GET, HEAD, POST, OPTIONS"),
    ] {
        let found = allowed.header(name).unwrap_or_default();
        assert!(found.contains(value), "{name}: {found}");
    }
    let other = preflight("https://other.example");
    assert_eq!(
        (other.status, other.header("access-control-allow-origin")),
        (204, None)
    );

    let page = site.get(
        "/model/manifest.json",
        &[("origin", "https://shop.example")],
    );
    assert_eq!(
        page.header("access-control-allow-origin"),
        Some("https://shop.example")
    );
    let refused = send(
        address,
        "POST",
        "/v1/batch",
        &[("origin", "https://shop.example")],
        b"{",
    );
    assert_eq!(refused.status, 400);
    assert_eq!(
        refused.header("access-control-allow-origin"),
        Some("https://shop.example")
    );

    for stranger in [
        "https://shop.example.evil",
        "http://shop.example",
        "null",
        "https://shop.example:8443",
    ] {
        let answer = site.get("/", &[("origin", stranger)]);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }

    let closed = Site::start(&[]);
    let answer = closed.get("/", &[("origin", "https://shop.example")]);
    assert_eq!(answer.header("access-control-allow-origin"), None);
    let asked = send(
        closed.server.address,
        "OPTIONS",
        "/v1/batch",
        &[("origin", "https://shop.example")],
        b"",
    );
    assert_eq!(
        (asked.status, asked.header("access-control-allow-origin")),
        (204, None)
    );

    let open = Site::start(&["--allow-origin", "*"]);
    let answer = open.get("/", &[("origin", "https://anyone.example")]);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
}

#[test]
fn health_tells_the_model_that_is_served_now() {
    let site = Site::start(&[]);
    let health = |site: &Site| site.get("/healthz", &[]).json();
    let before = health(&site);
    assert_eq!(
        (&before["status"], &before["model"]["items"]),
        (&"ok".into(), &3.into())
    );
    write_model(&site.root.path().join("model"), b"trained again");
    let after = health(&site);
    assert_ne!(before["model"]["id"], after["model"]["id"]);
    let manifest = site.get("/model/manifest.json", &[]).json();
    assert_eq!(after["model"]["id"], manifest["model"]);
}
