//! Checks before training: options and files that do not go together, and losses.

use std::collections::BTreeSet;
use std::path::Path;

use tillside::shop::terms;

use super::cli::Args;
use super::encoder::Weights;
use super::error::Error;
use super::items::goods::Goods;
use super::refresh;
use super::settings::Labels;
use crate::ingest::Catalogue;

/// Attributes named where one is unknown, the likest first.
const NAMES: usize = 12;

/// The longest text of a model's metadata.
const LABEL: usize = 64;

/// The texts that the model carries, within their bounds.
pub fn labels<'a>(
    shop: &'a str,
    catalogue: Option<&'a Catalogue>,
    trained: &'a str,
    compatible: &'a str,
) -> Result<Labels<'a>, Error> {
    let currency = catalogue
        .and_then(|catalogue| catalogue.currency.as_deref())
        .unwrap_or("");
    for (what, text) in [("the shop's name", shop), ("the currency", currency)] {
        if text.len() > LABEL {
            return Err(Error::Label {
                what,
                text: text.to_owned(),
            });
        }
    }
    Ok(Labels {
        shop,
        currency,
        trained,
        compatible,
    })
}

/// The attributes as [`Model::compatible`](tillside::shop::Model::compatible) gives them.
pub fn compatible(given: &[String], catalogue: Option<&Catalogue>) -> Result<String, Error> {
    let products = catalogue.map_or(&[][..], |catalogue| &catalogue.products);
    let attributes = || products.iter().flat_map(|product| &product.attributes);
    let mut lines: Vec<String> = Vec::new();
    for text in given {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        let of_all = terms::attribute(name, "");
        let neutral = match value {
            "" => String::new(),
            value => terms::attribute(name, value),
        };
        let has = |(name, value): &(String, String)| {
            terms::attribute(name, "") == of_all
                && (neutral.is_empty() || terms::attribute(name, value) == neutral)
        };
        if !attributes().any(has) {
            // Where the name is right, what is wrong is the value.
            let named = |(name, _): &&(String, String)| terms::attribute(name, "") == of_all;
            let known: BTreeSet<String> = if attributes().any(|one| named(&one)) {
                let own = attributes().filter(named);
                own.map(|(name, value)| format!("{name}={value}")).collect()
            } else {
                attributes().map(|one| one.0.clone()).collect()
            };
            let mut known: Vec<String> = known.into_iter().collect();
            let alike = |other: &String| {
                let both = text.chars().zip(other.chars());
                both.take_while(|(a, b)| a.to_lowercase().eq(b.to_lowercase()))
                    .count()
            };
            known.sort_by_key(|other| std::cmp::Reverse(alike(other)));
            known.truncate(NAMES);
            return Err(Error::Attribute {
                text: text.clone(),
                known: known.join(", "),
            });
        }
        let line = format!("{of_all}\n{neutral}");
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    Ok(lines.join("\n"))
}

/// Refuses what no model can be made of.
pub fn check(goods: &Goods, catalogue: Option<&Path>) -> Result<(), Error> {
    let items = goods.len();
    if items == 0 {
        return Err(match catalogue {
            Some(path) => Error::NoProduct(path.to_owned()),
            None => Error::Nothing,
        });
    }
    if items > tillside::shop::MAX_ITEMS {
        return Err(Error::TooMany { items });
    }
    if goods.sessions.is_empty() && goods.unknown.events > 0 {
        let samples = goods.unknown.samples.join(", ");
        return Err(Error::Strangers {
            events: goods.unknown.events,
            samples,
        });
    }
    Ok(())
}

/// Refuses what would lose most of what there is: a catalogue that most events are not on, or a model of fewer than half
/// the items of the one that it replaces.
pub fn check_loss(goods: &Goods, args: &Args) -> Result<(), Error> {
    let known = goods
        .sessions
        .iter()
        .map(|session| session.events.len() as u64);
    let left_out = goods.unknown.events;
    let events = known.sum::<u64>() + left_out;
    if 2 * left_out > events {
        return Err(Error::MostlyStrangers {
            left_out,
            events,
            items: goods.unknown.items,
            samples: goods.unknown.samples.join(", "),
        });
    }
    match refresh::manifest(&args.out) {
        Ok(before) if before.shop == args.shop && 2 * goods.len() < before.items => {
            Err(Error::Shrunk {
                path: args.out.clone(),
                before: before.items,
                now: goods.len(),
            })
        }
        _ => Ok(()),
    }
}

/// Weights from elsewhere, for these items.
pub fn weights(path: &Path, goods: &Goods) -> Result<Weights, Error> {
    let weights = Weights::read(path)?;
    let (known, items) = (weights.start(&goods.keys).known, goods.len());
    if known == 0 {
        return Err(Error::Weights {
            path: path.to_owned(),
            why: format!(
                "none of its items is among the {items} of this training (for example {:?}); check that the ids are the same kind",
                goods.keys[0]
            ),
        });
    }
    eprintln!("{}: vectors of {known} of {items} items", path.display());
    Ok(weights)
}
