//! The model card: what a model was made of, how well it ranks, and what it is not for. For people, in Markdown.
//!
//! Same input, same text: no clock, no path, no name of a machine; and nothing of a shopper.

use std::fmt::Write;

use crate::check::Robots;
use crate::ingest::{Interactions, Kind, Refusals};
use crate::train::count::Counted;
use crate::train::fit::repurchase::Tried;
use crate::train::fit::tune::{FEWEST, Tuned};
use crate::train::write::pack::Packed;

/// Facts of the card that are not in the model.
pub struct Facts<'a> {
    pub shop: &'a str,
    pub trained: &'a str,
    pub compatible: &'a str,
    /// Input files: kind and name.
    pub sources: &'a [(&'static str, String)],
    pub read: &'a Interactions,
    pub robots: &'a Robots,
    pub refusals: &'a Refusals,
    pub tuned: &'a Tuned,
    pub baskets: Option<&'a Tried>,
}

pub fn card(facts: &Facts, counted: &Counted, packed: &Packed) -> String {
    let mut out = String::new();
    // Writing to a String does not fail.
    let _ = write(&mut out, facts, counted, packed);
    out
}

fn write(out: &mut String, facts: &Facts, counted: &Counted, packed: &Packed) -> std::fmt::Result {
    let goods = &counted.goods;
    writeln!(out, "# Model {}\n", packed.id)?;
    if !facts.shop.is_empty() {
        writeln!(out, "Shop: {}  ", facts.shop)?;
    }
    if !facts.trained.is_empty() {
        writeln!(out, "Newest event: {}  ", facts.trained)?;
    }
    writeln!(
        out,
        "Made by `tillside train` {}\n",
        env!("CARGO_PKG_VERSION")
    )?;

    writeln!(out, "## Made from\n")?;
    for (kind, name) in facts.sources {
        writeln!(out, "* {kind}: `{name}`")?;
    }
    let kinds = [Kind::View, Kind::Cart, Kind::Buy].map(|kind| {
        let events = goods.sessions.iter().flat_map(|session| &session.events);
        events.filter(|event| event.kind == kind).count()
    });
    let clicked = goods.popularity.iter().filter(|&&count| count > 0).count();
    writeln!(out, "\n| input | count |\n| --- | ---: |")?;
    for (what, many) in [
        ("items", goods.len()),
        ("items with events", clicked),
        ("rows of events", facts.read.rows as usize),
        ("shoppers", facts.read.shoppers as usize),
        ("sessions", goods.sessions.len()),
        ("views", kinds[0]),
        ("additions to a cart", kinds[1]),
        ("purchases", kinds[2]),
        ("orders", counted.orders.len()),
    ] {
        writeln!(out, "| {what} | {many} |")?;
    }

    writeln!(out, "\n## Not used\n")?;
    let unread = !facts.refusals.is_empty() || !facts.read.ignored.is_empty();
    if !unread && goods.unknown.events == 0 && facts.robots.sessions == 0 {
        writeln!(out, "Every row was used.")?;
    }
    if !facts.refusals.is_empty() {
        writeln!(out, "{}", facts.refusals.counts())?;
    }
    if goods.unknown.events > 0 {
        let unknown = &goods.unknown;
        writeln!(
            out,
            "{} events on {} items that are not in the catalogue.",
            unknown.events, unknown.items
        )?;
    }
    let robots = facts.robots;
    if robots.sessions > 0 {
        writeln!(
            out,
            "{} sessions of robots hold {} of {} views; each counts as a busy person's, {} views, and none is used to choose settings.",
            robots.sessions, robots.looks, robots.of_looks, robots.busy
        )?;
    }
    if !facts.read.ignored.is_empty() {
        writeln!(out, "Events not used for training:\n")?;
        for (name, many) in &facts.read.ignored {
            writeln!(out, "* {name}: {many}")?;
        }
    }
    for (what, cut) in [
        ("category", counted.categories.cut),
        ("brand", counted.brands.cut),
    ] {
        if cut > 0 {
            writeln!(
                out,
                "\nThe {what} of {cut} items: a model holds 65,535 at most."
            )?;
        }
    }

    let settings = &facts.tuned.settings;
    let blend = &settings.blend;
    writeln!(out, "\n## Settings\n\n| setting | value |\n| --- | ---: |")?;
    for (what, value) in [
        ("decay δ of older views", settings.decay),
        ("widening of rare items' rows", settings.widen),
        ("reciprocity exponent", settings.mutual),
        ("trend exponent", settings.trend),
        ("share of linear weights (SLIST)", settings.linear),
        ("λ co-view", blend.sequence),
        ("λ encoder, within co-view", settings.encoder),
        ("share of encoder distillation", settings.taught),
        ("λ co-purchase", blend.complement),
        ("λ similarity", blend.content),
        ("λ affinity", blend.affinity),
        ("λ popularity", blend.popularity),
        ("purchase window, days", f32::from(counted.limits.window)),
        (
            "minimum lower bound (95 % Wilson)",
            counted.limits.least as f32,
        ),
    ] {
        writeln!(out, "| {what} | {value} |")?;
    }
    for [name, of_all] in facts
        .compatible
        .split('\n')
        .collect::<Vec<_>>()
        .as_chunks()
        .0
    {
        let name = name.trim_end_matches('=');
        let but = of_all
            .split_once('=')
            .map_or_else(String::new, |(_, value)| {
                format!(", and {value} works with all")
            });
        writeln!(out, "\nOnly things of one {name} work together{but}.")?;
    }
    match &facts.tuned.validation {
        Some((metrics, questions)) => writeln!(
            out,
            "\nChosen on the newest tenth of the sessions, by a training without them. There, on {questions} views of \
             new items: HitRate@20 {:.4}, MRR@20 {:.4}.",
            metrics.hr20, metrics.mrr20
        )?,
        None => writeln!(
            out,
            "\nDefaults: the newest tenth of the sessions has fewer than {FEWEST} questions, too few to choose settings."
        )?,
    }

    if let Some(solved) = &facts.tuned.linear {
        let verdict = if settings.linear > 0.0 {
            "Neighbours are blended with session-aware linear weights"
        } else {
            "Session-aware linear weights were fitted and rejected"
        };
        writeln!(
            out,
            "\n{verdict}. On the same sessions: HitRate@20 {:.4}, MRR@20 {:.4}; without, {:.4} and {:.4}.",
            solved.with.hr20, solved.with.mrr20, solved.without.hr20, solved.without.mrr20
        )?;
    }

    if let Some(encoder) = &facts.tuned.encoder {
        let verdict = if settings.encoder > 0.0 {
            "The model has a sequence encoder"
        } else if settings.taught > 0.0 {
            "Neighbours are distilled from a sequence encoder, which is not shipped"
        } else {
            "A sequence encoder was trained and rejected"
        };
        writeln!(out, "\n{verdict}. On the same sessions:\n")?;
        writeln!(out, "| | HitRate@20 | MRR@20 |\n| --- | ---: | ---: |")?;
        let all = [
            ("without one", Some(&encoder.without)),
            ("with neighbours distilled from one", Some(&encoder.taught)),
            ("with one, and fewer neighbours", encoder.with.as_ref()),
        ];
        for (what, metrics) in all.into_iter().filter_map(|(what, m)| Some((what, m?))) {
            writeln!(
                out,
                "| {what} | {:.4} | {:.4} |",
                metrics.hr20, metrics.mrr20
            )?;
        }
    }

    if let Some(returns) = &facts.tuned.returns {
        let share = if settings.revisit.is_some() {
            "The return model was fitted to the same sessions"
        } else {
            "The return model was fitted to the same sessions and rejected"
        };
        writeln!(
            out,
            "\n{share}. On the newer half of them, {} views, seen items included: \
             HitRate@20 {:.4}, MRR@20 {:.4}; without, {:.4} and {:.4}.",
            returns.steps,
            returns.with.hr20,
            returns.with.mrr20,
            returns.without.hr20,
            returns.without.mrr20
        )?;
        let told = returns.calibration;
        writeln!(
            out,
            "Calibration: predicted returns {:.3}, observed {:.3}; mean absolute difference over deciles of the predictions {:.3}.",
            told.foretold, told.came, told.gap
        )?;
    }

    if let Some(Tried {
        before,
        after,
        baskets,
    }) = facts.baskets
    {
        let substitutes = if settings.substitutes {
            "may"
        } else {
            "may not"
        };
        let joint = match settings.joint {
            0.0 => "weighted by pair rules",
            1.0 => "weighted by basket ridge regressions",
            _ => "weighted half by pair rules, half by basket ridge regressions",
        };
        let again = match settings.repurchase {
            Some(_) => "earlier purchases get the odds of being bought again",
            None => "the odds of being bought again were rejected",
        };
        writeln!(
            out,
            "\nComplements of a cart {substitutes} be of one category and are {joint}; {again}. On {baskets} of the newest \
             baskets, each with one item hidden: HitRate@20 {:.4}, MRR@20 {:.4}; with default settings {:.4} and {:.4}.",
            after.hr20, after.mrr20, before.hr20, before.mrr20
        )?;
    }

    writeln!(out, "\n## Size\n\n{} bytes", packed.bytes.len())?;
    writeln!(out, "\n| tensor | bytes |\n| --- | ---: |")?;
    for (name, bytes) in &packed.sizes {
        writeln!(out, "| {name} | {bytes} |")?;
    }
    if packed.neighbours > 0 {
        writeln!(
            out,
            "\nCo-view neighbours: {} for each item.",
            packed.neighbours
        )?;
    }

    if let Some(customers) = &counted.customers {
        out.push_str(&customers.card());
    }
    writeln!(
        out,
        "\n## What it is not for\n\n\
         * Everything in it is public: every visitor downloads it. It holds no cost, no margin and no row about a person.\n\
         * It describes relations of items in this shop. It does not say what anyone is worth, may pay or should be charged, \
         and must not be used to judge a person or to set a personal price.\n\
         * It repeats what shoppers did: what was never shown was never clicked. Judge a change by an experiment, not by \
         the figures above alone.\n\
         * Figures of one shop say little about another."
    )
}
