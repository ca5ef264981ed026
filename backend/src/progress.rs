//! What long work shows: one line that moves on a terminal, plain lines nowhere else.
//!
//! Progress goes to standard error, so that standard output stays fit for a pipe.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar for work of a known size; `total` 0 means unknown, shown as a spinner with a count.
pub fn bar(what: &'static str, total: u64) -> ProgressBar {
    let bar = if total == 0 {
        ProgressBar::new_spinner()
    } else {
        ProgressBar::new(total)
    };
    let template = if total == 0 {
        "{spinner} {msg} {human_pos} ({per_sec}, {elapsed})"
    } else {
        "{msg:<24} {wide_bar} {human_pos}/{human_len} {eta} left"
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
    bar.set_message(what);
    bar
}
