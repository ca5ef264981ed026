//! What long work shows: one line that moves on a terminal, elsewhere a plain line now and then.
//!
//! Progress goes to standard error, so that standard output stays fit for a pipe.

use std::io::IsTerminal;
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, WeakProgressBar};

/// Between two lines where there is no terminal: work that takes less says nothing there.
const EVERY: Duration = Duration::from_secs(10);

/// A bar for work of a known size; `total` 0 means unknown, shown as a spinner with a count.
pub fn bar(what: &'static str, total: u64) -> ProgressBar {
    let bar = ProgressBar::new(total);
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
    begin(&bar, what, total);
    if !std::io::stderr().is_terminal() {
        let watched = bar.downgrade();
        thread::spawn(move || tell(&watched));
    }
    bar
}

/// Prints how far the work is until it is done.
fn tell(bar: &WeakProgressBar) {
    loop {
        thread::sleep(EVERY);
        match bar.upgrade() {
            Some(bar) if !bar.is_finished() => eprintln!("{}", line(&bar)),
            _ => return,
        }
    }
}

fn line(bar: &ProgressBar) -> String {
    let (what, done) = (bar.message(), bar.position());
    match bar.length() {
        Some(total) if total > 0 => {
            let left = bar.eta().as_secs();
            format!("{what}: {done} of {total}, {left} s left")
        }
        _ => format!("{what}: {} s so far", bar.elapsed().as_secs()),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_is_done_and_what_is_left() {
        let bar = bar("weighing", 40);
        bar.inc(40);
        assert_eq!(line(&bar), "weighing: 40 of 40, 0 s left");
        begin(&bar, "solving", 0);
        assert!(line(&bar).starts_with("solving: ") && line(&bar).ends_with(" s so far"));
    }
}
