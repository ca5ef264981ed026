//! Progress of long work: a moving line on a terminal, a plain line now and then elsewhere.
//!
//! Progress goes to standard error, so that standard output stays fit for a pipe.

use std::fmt::Write;
use std::io::IsTerminal;
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle, WeakProgressBar};

/// Between two lines where there is no terminal: work that takes less says nothing there.
const EVERY: Duration = Duration::from_secs(10);

/// Less than this is foretold to 5 seconds, more to minutes.
const MINUTES: u64 = 90;

/// How long all is still going to take, where this is a part of something longer that can tell. It is given how much of this part is done, from
/// 0 to 1.
pub trait Whole: Fn(f64) -> Option<Duration> + Clone + Send + Sync + 'static {}

impl<F: Fn(f64) -> Option<Duration> + Clone + Send + Sync + 'static> Whole for F {}

/// A bar for work of a known size; `total` 0 means unknown, shown as a spinner with a count.
pub fn bar(what: &'static str, total: u64) -> ProgressBar {
    part(what, total, |_| None)
}

/// A bar for a part of longer work.
pub fn part(what: &'static str, total: u64, whole: impl Whole) -> ProgressBar {
    let bar = ProgressBar::new(total);
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
    let all = whole.clone();
    let tell_left = move |state: &ProgressState, out: &mut dyn Write| {
        let left = left(state.pos(), state.len(), state.eta(), &all);
        let _ = out.write_str(&left);
    };
    bar.set_style(ProgressStyle::default_bar().with_key("left", tell_left));
    begin(&bar, what, total);
    if !std::io::stderr().is_terminal() {
        let watched = bar.downgrade();
        thread::spawn(move || tell(&watched, whole));
    }
    bar
}

/// Prints how far the work is until it is done.
fn tell(bar: &WeakProgressBar, whole: impl Whole) {
    loop {
        thread::sleep(EVERY);
        match bar.upgrade() {
            Some(bar) if !bar.is_finished() => eprintln!("{}", line(&bar, &whole)),
            _ => return,
        }
    }
}

fn line(bar: &ProgressBar, whole: &impl Whole) -> String {
    let (what, done) = (bar.message(), bar.position());
    let left = left(done, bar.length(), bar.eta(), whole);
    match bar.length() {
        Some(total) if total > 0 => format!("{what}: {done} of {total}{left}"),
        _ => format!("{what}: {} s so far{left}", bar.elapsed().as_secs()),
    }
}

/// Of this part, where something of it is done to tell by, and of all.
fn left(done: u64, total: Option<u64>, eta: Duration, whole: &impl Whole) -> String {
    let mut text = String::new();
    let total = total.unwrap_or(0);
    if total > 0 && done > 0 {
        text += &format!(", {} left", span(eta.as_secs()));
    }
    let part = done as f64 / total.max(1) as f64;
    if let Some(all) = whole(part) {
        text += &format!(", about {} to the end", about(all));
    }
    text
}

/// A time that is not known exactly.
pub fn about(time: Duration) -> String {
    match time.as_secs() {
        short @ ..MINUTES => span(short.div_ceil(5) * 5),
        long => span(long),
    }
}

fn span(seconds: u64) -> String {
    match seconds {
        ..MINUTES => format!("{seconds} s"),
        _ => format!("{} min", seconds.div_ceil(60)),
    }
}

/// Turns a bar to the next part of the work, whose time left is its own.
pub fn begin(bar: &ProgressBar, what: &'static str, total: u64) {
    let template = if total == 0 {
        "{spinner} {msg} {human_pos} ({per_sec}, {elapsed}){left}"
    } else {
        "{msg:<24} {wide_bar} {human_pos}/{human_len}{left}"
    };
    if let Ok(style) = bar.style().template(template) {
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
        let none = |_| None;
        let bar = bar("weighing", 40);
        assert_eq!(line(&bar, &none), "weighing: 0 of 40");
        bar.inc(40);
        assert_eq!(line(&bar, &none), "weighing: 40 of 40, 0 s left");
        begin(&bar, "solving", 0);
        assert!(line(&bar, &none).ends_with(" s so far"));
    }

    #[test]
    fn a_part_says_how_long_all_takes() {
        let all = |done: f64| Some(Duration::from_secs((200.0 * (1.0 - done)) as u64));
        let bar = part("weighing", 40, all);
        assert_eq!(
            line(&bar, &all),
            "weighing: 0 of 40, about 4 min to the end"
        );
        bar.inc(32);
        assert!(line(&bar, &all).ends_with(" left, about 40 s to the end"));
        bar.inc(8);
        assert!(line(&bar, &all).ends_with(", 0 s left, about 0 s to the end"));
    }
}
