//! Summary that a training prints at its end.

use std::path::Path;

use tillside::shop::contents::{Content, TYPES};

use super::count::Counted;
use super::fit::repurchase::Tried;
use super::fit::tune;
use super::steps::Steps;
use super::write::pack::Packed;
use super::write::shard::{self, Shard};
use crate::ingest::Interactions;

/// How much content of each type there is.
pub fn of_content(content: &[Content]) -> String {
    if content.is_empty() {
        return String::new();
    }
    let count = |kind: usize| {
        content
            .iter()
            .filter(|one| usize::from(one.kind) == kind)
            .count()
    };
    let all = TYPES
        .iter()
        .enumerate()
        .map(|(kind, name)| (count(kind), name));
    let each: Vec<String> = all
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    format!(
        "Content: {} items, of type {}\n",
        content.len(),
        each.join(", ")
    )
}

/// What was made, from how much, how well it ranks, and how long it took.
pub fn summary(
    out: &Path,
    counted: &Counted,
    packed: &Packed,
    split: &[Shard],
    (tuned, baskets): (&tune::Tuned, Option<&Tried>),
    read: &Interactions,
    steps: &Steps,
) -> String {
    let items = counted.goods.len();
    let mut text = format!(
        "Model {} in {}: {items} items, {} bytes ({:.1} an item), from {} rows in {} sessions\n",
        packed.id,
        out.display(),
        packed.bytes.len(),
        packed.bytes.len() as f64 / items as f64,
        read.rows,
        counted.goods.sessions.len(),
    );
    if let Some((head, shards)) = split.split_first() {
        let sizes = shards.iter().map(|shard| shard.packed.bytes.len());
        text += &format!(
            "For every page {} items, {} bytes; {} categories have a part of their own, the largest of {} bytes\n",
            head.items,
            head.packed.bytes.len(),
            shards.len(),
            sizes.max().unwrap_or(0),
        );
        let left = shard::left_out(&counted.categories, head.items);
        if left > 0 {
            text += &format!("In no part: {left} items without a category\n");
        }
    }
    match &tuned.validation {
        Some((metrics, questions)) => {
            text += &format!(
                "On held-back sessions, {questions} views of new items: HitRate@20 {:.4}, MRR@20 {:.4}\n",
                metrics.hr20, metrics.mrr20
            );
        }
        None => {
            text +=
                "Too few sessions with views to choose co-view settings; the defaults are used\n";
        }
    }
    if let Some(Tried { after, baskets, .. }) = baskets {
        text += &format!(
            "On held-back baskets, {baskets} with one item hidden: HitRate@20 {:.4}, MRR@20 {:.4}\n",
            after.hr20, after.mrr20
        );
    }
    if counted.titled {
        let titles = packed
            .sizes
            .iter()
            .filter(|(name, _)| name.starts_with("item.title"));
        let bytes: usize = titles.map(|(_, bytes)| bytes).sum();
        text += &format!(
            "Of the model, {bytes} bytes ({:.1} an item) are titles\n",
            bytes as f64 / items as f64
        );
    }
    let unknown = &counted.goods.unknown;
    if unknown.events > 0 {
        text += &format!(
            "Left out: {} events on {} items that are not in the catalogue, such as {}\n",
            unknown.events,
            unknown.items,
            unknown.samples.join(", ")
        );
    }
    if !read.ignored.is_empty() {
        let names: Vec<String> = read
            .ignored
            .iter()
            .map(|(name, many)| format!("{name} ({many})"))
            .collect();
        text += &format!(
            "Events not used for training (other kinds, unknown names): {}\n",
            names.join(", ")
        );
    }
    text + &steps.to_string()
}
