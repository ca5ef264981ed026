//! What long work shows: one line that moves on a terminal, plain lines nowhere else.
//!
//! Progress goes to standard error, so that standard output stays fit for a pipe.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar for work of a known size; `total` 0 means unknown, shown as a spinner with a count.
pub fn bar(what: &'static str, total: u64) -> ProgressBar {
    let bar = ProgressBar::new(total);
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
    begin(&bar, what, total);
    bar
}

/// Turns a bar to the next part of the work, whose time left is its own.
pub fn begin(bar: &ProgressBar, what: &'static str, total: u64) {
    let template = if total == 0 {
        "{spinner} {msg} {human_pos} ({per_sec}, {elapsed})"
    } else {
        "{msg:<24} {wide_bar} {human_pos}/{human_len} {eta} left"
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar.set_length(total);
    bar.set_position(0);
    bar.reset_eta();
}
