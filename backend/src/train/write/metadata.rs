//! The metadata of a model file: settings and names as texts.

use tillside::shop::{Blend, terms};

use crate::train::count::Counted;
use crate::train::items::products;
use crate::train::neighbours::complement::Limits;
use crate::train::settings::{Labels, Settings};

/// Key and text of each entry but the identifier's, in the order of the file.
pub fn metadata(
    counted: &Counted,
    settings: &Settings,
    labels: &Labels,
    variant: String,
) -> Vec<(&'static str, String)> {
    let optional = |text: Option<String>| text.unwrap_or_default();
    vec![
        ("items", counted.goods.len().to_string()),
        (MODEL, String::new()),
        ("shop", labels.shop.to_owned()),
        ("currency", labels.currency.to_owned()),
        ("trained", labels.trained.to_owned()),
        ("compatible", compatible(counted, labels.compatible)),
        ("variant", variant),
        ("age", optional(settings.age.map(|days| days.to_string()))),
        ("fresh", fresh_text(counted.fresh)),
        ("window", window_text(counted.limits.window)),
        ("decay", settings.decay.to_string()),
        ("blend", blend_text(&settings.blend)),
        ("revisit", optional(settings.revisit.as_ref().map(texts))),
        (
            "repurchase",
            optional(settings.repurchase.as_ref().map(texts)),
        ),
    ]
}

/// The key of the identifier, which [`metadata`] leaves empty.
pub const MODEL: &str = "model";

/// The attributes of which only equal values work together, those that name models among them where there are any.
fn compatible(counted: &Counted, told: &str) -> String {
    let mut lines: Vec<String> = vec![told.to_owned()];
    if products::joined(&counted.goods.products) {
        let [fits, model] = ["fits", "model"].map(|name| terms::attribute(name, ""));
        lines.push(format!("{fits}\n*{model}"));
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// Left out where new items are like others.
fn fresh_text(fresh: f32) -> String {
    if fresh > 0.0 {
        format!("{fresh:.3}")
    } else {
        String::new()
    }
}

fn texts<const N: usize>(weights: &[f32; N]) -> String {
    weights.map(|w| w.to_string()).join(" ")
}

/// Left out where it is the usual.
fn window_text(days: u16) -> String {
    if days == Limits::default().window {
        return String::new();
    }
    days.to_string()
}

fn blend_text(blend: &Blend) -> String {
    let Blend {
        sequence,
        complement,
        content,
        affinity,
        popularity,
    } = blend;
    format!("{sequence} {complement} {content} {affinity} {popularity}")
}
