//! `/lab`: running experiments, live from the collector's database: first whether each can be trusted, then what it says.
//!
//! What experiments say is not for everybody who may deliver events, so it is served only where it is asked for, and a
//! proxy in front must let only the shop's own people through.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::reply;
use super::store::FILE;
use crate::lab::analyse::health::health;
use crate::lab::analyse::plan::Plan;
use crate::lab::analyse::units::Units;
use crate::lab::analyse::{Analysis, Error, analyse, page};

/// How long a read-out is shown before it is made anew.
const FRESH: Duration = Duration::from_secs(10);
/// How often each experiment was looked at, beside the database.
const PEEKS: &str = "lab-peeks.json";

pub struct Lab {
    folder: PathBuf,
    made: Mutex<Option<(Instant, String)>>,
}

impl Lab {
    /// Over the folder of the collector's database.
    pub fn new(folder: PathBuf) -> Lab {
        Lab {
            folder,
            made: Mutex::new(None),
        }
    }

    /// The page. Reads the whole database; blocks.
    fn page(&self) -> Result<String, Error> {
        // One at a time: who comes meanwhile gets what the first has made.
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, page)) = &*made
            && at.elapsed() < FRESH
        {
            return Ok(page.clone());
        }
        let units = Units::read(&[self.folder.join(FILE)], None)?;
        let analysis = match analyse(&units, &Plan::usual(), &[]) {
            // A shop without experiments is none that cannot be read.
            Err(Error::NoExposure { .. }) => Analysis::default(),
            other => other?,
        };
        let keys = analysis.readouts.iter();
        let keys = keys.map(|readout| readout.experiment.as_str());
        let peeks = self.peek(keys);
        let looks = |key: &str| peeks.get(key).copied().unwrap_or(0);
        let health = health(&analysis.readouts, looks);
        let page = page::live(&health, &analysis);
        *made = Some((Instant::now(), page.clone()));
        Ok(page)
    }

    /// Counts that these were looked at. Where the count cannot be kept, it begins anew.
    fn peek<'a>(&self, keys: impl Iterator<Item = &'a str>) -> BTreeMap<String, u64> {
        let path = self.folder.join(PEEKS);
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let mut peeks: BTreeMap<String, u64> = serde_json::from_str(&text).unwrap_or_default();
        for key in keys {
            *peeks.entry(key.into()).or_default() += 1;
        }
        if let Ok(text) = serde_json::to_string(&peeks)
            && let Err(error) = std::fs::write(&path, text)
        {
            tracing::error!("{} cannot be written: {error}", path.display());
        }
        peeks
    }
}

pub fn router<S: Clone + Send + Sync + 'static>(lab: Arc<Lab>) -> Router<S> {
    Router::new()
        .route("/lab", get(answer))
        .route("/lab/page.css", get(|| file("text/css", page::STYLE)))
        .route(
            "/lab/page.js",
            get(|| file("text/javascript", page::SCRIPT)),
        )
        .with_state(lab)
}

async fn answer(State(lab): State<Arc<Lab>>) -> Response {
    let made = tokio::task::spawn_blocking(move || lab.page()).await;
    match made {
        Ok(Ok(page)) => dressed("text/html; charset=utf-8", page.into_response()),
        Ok(Err(error)) => {
            tracing::error!("/lab: {error}");
            reply::text(
                StatusCode::SERVICE_UNAVAILABLE,
                "503 the collector's database cannot be read out; see the server's log\n",
            )
        }
        Err(_) => reply::text(
            StatusCode::INTERNAL_SERVER_ERROR,
            "500 the read-out failed\n",
        ),
    }
}

async fn file(kind: &'static str, text: &'static str) -> Response {
    dressed(kind, text.into_response())
}

fn dressed(kind: &'static str, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
