//! The server's log: `tracing` events on standard error, as text or as JSON.
//!
//! `RUST_LOG` selects levels by target, as `tracing-subscriber`'s `Targets` reads it; its larger `EnvFilter` would add a
//! regular-expression engine to the build. Requests are logged at level `debug` only: a shop's pages ask for many files,
//! and refused deliveries have lines of their own ([`super::refusals`]).

use std::io::stderr;

use tower_http::classify::{ServerErrorsAsFailures, SharedClassifier};
use tower_http::trace::{DefaultMakeSpan, DefaultOnFailure, DefaultOnResponse, TraceLayer};
use tracing::Level;
use tracing_subscriber::filter::{ParseError, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt, registry};

const VARIABLE: &str = "RUST_LOG";
const USUAL: &str = "info";

/// Format of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// For people
    Text,
    /// One object a line, for programs
    Json,
}

/// A value of `RUST_LOG` that selects nothing, and why.
#[derive(Debug)]
pub struct Unreadable {
    pub value: String,
    pub source: ParseError,
}

/// Logs from now on. A program that has a log of its own keeps it.
pub fn start(form: Form) -> Result<(), Unreadable> {
    let targets = targets(std::env::var(VARIABLE).unwrap_or_default())?;
    let lines = fmt::layer().with_writer(stderr);
    let lines = match form {
        Form::Text => lines.with_ansi(false).boxed(),
        Form::Json => lines.json().flatten_event(true).boxed(),
    };
    let _ = registry().with(lines.with_filter(targets)).try_init();
    Ok(())
}

fn targets(value: String) -> Result<Targets, Unreadable> {
    let wanted = match value.trim() {
        "" => USUAL,
        wanted => wanted,
    };
    wanted
        .parse()
        .map_err(|source| Unreadable { value, source })
}

/// Logs each request with its answer and time.
pub fn requests() -> TraceLayer<SharedClassifier<ServerErrorsAsFailures>> {
    TraceLayer::new_for_http()
        .make_span_with(DefaultMakeSpan::new().level(Level::DEBUG))
        .on_response(DefaultOnResponse::new().level(Level::DEBUG))
        // At the level of errors, a full disk would be filled by its own refusals.
        .on_failure(DefaultOnFailure::new().level(Level::DEBUG))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_selected_by_target() {
        let enabled = |value: &str, target: &str, level| {
            let targets = targets(value.into()).expect("it is readable");
            targets.would_enable(target, &level)
        };
        for usual in ["", " "] {
            assert!(enabled(usual, "tillside_backend::serve", Level::INFO));
            assert!(!enabled(usual, "tower_http::trace", Level::DEBUG));
        }
        assert!(enabled(
            "info,tower_http=debug",
            "tower_http::trace",
            Level::DEBUG
        ));
        assert!(!enabled("off", "tillside_backend::serve", Level::ERROR));
        assert_eq!(
            targets("x=y=z".into()).expect_err("no level").value,
            "x=y=z"
        );
    }
}
