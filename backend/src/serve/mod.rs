//! `tillside serve`: the collector, the model and the pages, one process, one port.
//!
//! | module | what |
//! | --- | --- |
//! | [`router`] | which URL is answered by what |
//! | [`body`], [`batch`], [`event`], [`fields`] | a delivery, from bytes to rows |
//! | [`fault`], [`refusal`] | the reason why not, of one message, of a whole delivery |
//! | [`log`], [`refusals`] | the log, and how many refusals of a flood are in it |
//! | [`store`], [`database`], [`disk`] | rows to SQLite, once each, durable before the answer, in files that are still there |
//! | [`mod@mounts`], [`assets`], [`compression`], [`memory`], [`files`] | a URL to a file to a response |
//! | [`lab`] | running experiments, read out live |
//! | [`crm`] | reference CRM: members, orders, points, coupons, signed facts |
//! | [`headers`] | security policy and cross-origin permission on every response |
//!
//! It speaks HTTP/1.1 on one address. TLS, HTTP/2, rate limits by client and protection from clients that never finish
//! their headers are the business of the proxy in front of it.

pub mod assets;
pub mod batch;
pub mod body;
pub mod compression;
pub mod crm;
mod database;
pub mod disk;
pub mod event;
pub mod fault;
pub mod fields;
pub mod files;
pub mod headers;
pub mod lab;
pub mod log;
mod memory;
pub mod mounts;
pub mod refusal;
mod refusals;
mod reply;
pub mod router;
pub mod store;

use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::serve::ListenerExt;
use clap::builder::NonEmptyStringValueParser;
use tokio::net::TcpListener;

use crate::folder::check;
use crate::{Coded, Outcome};
use assets::Assets;
use batch::WriteKeys;
use compression::Encoding;
use crm::Crm;
use headers::Origins;
use lab::Lab;
use mounts::{Mount, Mounts};
use router::Service;
use store::Store;

/// Bytes of files and their compressed forms kept in memory.
const ASSETS_BUDGET: usize = 256 * 1024 * 1024;
/// How long requests in flight may take after the signal to stop.
const GRACE: Duration = Duration::from_secs(10);
/// What the server itself answers below.
const RESERVED: [&str; 4] = ["/v1", "/crm", "/lab", "/healthz"];

/// Collect events, and serve the model and the pages
#[derive(clap::Args)]
pub struct Args {
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDR")]
    host: IpAddr,
    /// Folder of the event database, created if missing
    #[arg(long, default_value = "tillside-data", value_name = "DIR")]
    data: PathBuf,
    /// Folder of a trained model, served at /model/
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,
    /// Folder of static pages, at / or at a prefix such as /shop=DIR; repeatable
    #[arg(long = "site", value_name = "[PREFIX=]DIR")]
    sites: Vec<String>,
    /// Freshness in seconds of scripts, styles and pictures in the browser's cache; 0 during development
    #[arg(long, default_value_t = 60, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(0..=31_536_000))]
    max_age: u32,
    /// Accepted write key; repeatable [default: every key]
    #[arg(long = "write-key", value_name = "KEY", value_parser = NonEmptyStringValueParser::new())]
    write_keys: Vec<String>,
    /// Origin whose pages may read answers, such as `https://shop.example`, or * for all; repeatable
    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    allow_origins: Vec<String>,
    /// Serve the reference CRM at /crm/v1, with settings from a file [without FILE: the demo's]
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "demo")]
    crm: Option<PathBuf>,
    /// Show running experiments at /lab, with their health and results. For staff only: restrict access in the proxy
    #[arg(long)]
    lab: bool,
    /// Keep the name of the delivering browser, without version or system, as context.browser of messages, for the sample
    /// ratio of experiments by browser
    #[arg(long)]
    keep_browser: bool,
    /// Form of the log on standard error; RUST_LOG selects levels, such as info,tower_http=debug
    #[arg(long, value_enum, default_value_t = log::Form::Text, value_name = "FORM")]
    log: log::Form,
    /// Let requests to the CRM set the time (header Tillside-Now); for demonstrations only
    #[arg(long, requires = "crm")]
    crm_time_travel: bool,
}

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    #[error("the site folder {folder} cannot be read: {source}; give an existing one: --site [PREFIX=]DIR", folder = .folder.display())]
    Site {
        folder: PathBuf,
        source: std::io::Error,
    },
    #[error(
        "the prefix {prefix:?} is taken; give each --site a prefix of its own, other than /v1, /crm, /lab and /healthz, and /model with --model"
    )]
    Prefix { prefix: String },
    #[error(
        "invalid origin {origin:?}; expected scheme, host and port only: --allow-origin https://shop.example"
    )]
    Origin { origin: String },
    #[error(
        "RUST_LOG is {value:?}: {source}; write a level, or targets with levels: RUST_LOG=info,tower_http=debug"
    )]
    Log {
        value: String,
        source: tracing_subscriber::filter::ParseError,
    },
    #[error("port {port} of {host} is in use; stop the other program, or choose another: --port 0 takes any free one", port = .0.port(), host = .0.ip())]
    PortInUse(SocketAddr),
    #[error("cannot listen on {address}: {source}; choose another with --host and --port")]
    Listen {
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error(
        "the operating system refused a thread or socket: {0}; raise its limits (`ulimit -a`) or stop other programs"
    )]
    System(std::io::Error),
}

impl Coded for StartError {
    fn code(&self) -> &'static str {
        match self {
            StartError::Site { .. } => "serve.site",
            StartError::Prefix { .. } => "serve.prefix",
            StartError::Origin { .. } => "serve.origin",
            StartError::Log { .. } => "serve.log",
            StartError::PortInUse(_) => "serve.port",
            StartError::Listen { .. } => "serve.listen",
            StartError::System(_) => "serve.system",
        }
    }
}

/// Serves until the process is told to stop.
pub fn run(args: Args) -> Outcome {
    log::start(args.log)
        .map_err(|log::Unreadable { value, source }| StartError::Log { value, source })?;
    let origins =
        Origins::new(args.allow_origins).map_err(|origin| StartError::Origin { origin })?;
    let assets = Arc::new(Assets::new(ASSETS_BUDGET));
    let model_files = match &args.model {
        Some(folder) => check::check(folder)?,
        None => Vec::new(),
    };
    let mounts = mounts(&args.sites, args.model.as_deref())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(StartError::System)?;
    let listener = runtime.block_on(listen(SocketAddr::new(args.host, args.port)))?;
    let store = Store::open(&args.data)?;
    let crm = match &args.crm {
        Some(file) => {
            let settings = match file == Path::new("demo") {
                true => crm::config::Shop::demo()?,
                false => crm::config::Shop::read(file)?,
            };
            let crm = Crm::open(&args.data, settings, args.crm_time_travel)?;
            let crm = Arc::new(crm);
            crm::outbox::worker::start(crm.clone()).map_err(StartError::System)?;
            Some(crm)
        }
        None => None,
    };
    warm(assets.clone(), model_files);
    if args.write_keys.is_empty() {
        tracing::info!(
            "every write key may deliver events; --write-key KEY allows chosen ones only"
        );
    }
    let service = Arc::new(Service {
        store,
        write_keys: WriteKeys::new(args.write_keys),
        keeps_browser: args.keep_browser,
        mounts,
        assets,
        model: args.model,
        fresh: args.max_age,
        log: Default::default(),
        started: Instant::now(),
        received: Default::default(),
        crm,
    });
    let lab = args.lab.then(|| Arc::new(Lab::new(args.data.clone())));
    let served = runtime.block_on(serve(listener, service.clone(), lab, origins));
    service.store.close();
    served.map_err(StartError::System)?;
    Ok(())
}

/// The folders at their prefixes, each prefix once.
fn mounts(sites: &[String], model: Option<&Path>) -> Result<Mounts, StartError> {
    let mut taken: Vec<String> = RESERVED.map(str::to_owned).into();
    let mut mounts = Vec::new();
    let sites = sites.iter().map(|site| prefix_and_folder(site));
    let model = model.map(|folder| ("/model", folder));
    for (prefix, folder) in model.into_iter().chain(sites) {
        let prefix = format!("/{}", prefix.trim_matches('/'));
        if taken.contains(&prefix) {
            return Err(StartError::Prefix { prefix });
        }
        let mount = Mount::new(&prefix, folder).map_err(|source| StartError::Site {
            folder: folder.into(),
            source,
        })?;
        mounts.push(mount);
        taken.push(prefix);
    }
    Ok(Mounts::new(mounts))
}

/// `/shop=DIR`, or `DIR` for the root. A folder whose name holds `=` needs its prefix.
fn prefix_and_folder(site: &str) -> (&str, &Path) {
    match site.split_once('=') {
        Some((prefix, folder)) if prefix.starts_with('/') => (prefix, Path::new(folder)),
        _ => ("/", Path::new(site)),
    }
}

/// Compresses the model while the first page loads.
fn warm(assets: Arc<Assets>, files: Vec<PathBuf>) {
    std::thread::spawn(move || {
        for file in files {
            if let Ok(asset) = file.canonicalize().and_then(|file| assets.get(&file)) {
                asset.encoded(Encoding::Brotli);
                asset.encoded(Encoding::Gzip);
            }
        }
    });
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| {
        if source.kind() == std::io::ErrorKind::AddrInUse {
            return StartError::PortInUse(address);
        }
        StartError::Listen { address, source }
    })
}

async fn serve(
    listener: TcpListener,
    service: Arc<Service>,
    lab: Option<Arc<Lab>>,
    origins: Origins,
) -> std::io::Result<()> {
    let address = listener.local_addr()?;
    let stop = stop_signal()?;
    let (stopping, stopped) = tokio::sync::oneshot::channel::<()>();
    // A small answer is not held back until the client has acknowledged the one before.
    let listener = listener.tap_io(|connection| {
        let _ = connection.set_nodelay(true);
    });
    let server = axum::serve(listener, router::router(service, lab, origins))
        .with_graceful_shutdown(async move {
            let _ = stopped.await;
        });
    let server = tokio::spawn(server.into_future());
    println!("listening on http://{address}");
    std::io::stdout().flush()?;
    stop.await;
    let _ = stopping.send(());
    // What has not come to its end by then is cut off; it was not answered, so its client sends it again.
    let _ = tokio::time::timeout(GRACE, server).await;
    Ok(())
}

#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
