//! Relations between products of a feed: `related_product`.
//!
//! A group of the Merchant feed: kind of relation, kind of identifier, identifier. Products are known by their ids;
//! other identifiers lead nowhere, as does an id that the feed does not have.

use std::collections::{HashMap, HashSet};

use super::Row;
use crate::ingest::{Reason, Refusals, Related, Relation};

/// The entries of one cell, each as it was written where it says nothing.
pub(super) fn parse(text: &str) -> Vec<Result<Related, String>> {
    if !text.starts_with(['[', '{']) {
        let entries = text.split(',').filter(|entry| !entry.trim().is_empty());
        let parsed = entries.map(|entry| {
            let mut parts = entry.splitn(3, ':').map(str::trim);
            let mut next = || parts.next().unwrap_or_default();
            related(next(), next(), next()).ok_or_else(|| entry.trim().to_owned())
        });
        return parsed.collect();
    }
    let entries = match serde_json::from_str(text) {
        Ok(serde_json::Value::Array(entries)) => entries,
        Ok(entry) => vec![entry],
        Err(_) => return vec![Err(text.to_owned())],
    };
    let parsed = entries.iter().map(|entry| {
        let field = |name| entry.get(name).and_then(|value| value.as_str());
        let field = |name| field(name).unwrap_or_default().trim();
        related(
            field("relationship_type"),
            field("identifier_type"),
            field("identifier"),
        )
        .ok_or_else(|| entry.to_string())
    });
    parsed.collect()
}

fn related(relation: &str, by: &str, key: &str) -> Option<Related> {
    let relation = match &relation.to_lowercase()[..] {
        "accessory" | "required_part" => Relation::Completes,
        "often_bought_with" | "part_of_set" => Relation::Together,
        "substitute" | "different_brand" => Relation::Replaces,
        _ => return None,
    };
    (by.eq_ignore_ascii_case("id") && !key.is_empty()).then(|| Related {
        relation,
        key: key.to_owned(),
    })
}

/// Leaves out what leads nowhere, to the product itself, or in a circle: of two products each said to complete the other,
/// neither is.
pub(super) fn settle(
    products: &mut [Row],
    known: &HashMap<String, usize>,
    file: &str,
    refusals: &mut Refusals,
) {
    let mut completes: HashSet<(usize, usize)> = HashSet::new();
    for (from, row) in products.iter().enumerate() {
        for related in &row.product.related {
            if let (Relation::Completes, Some(&to)) = (related.relation, known.get(&related.key)) {
                completes.insert((from, to));
            }
        }
    }
    for (from, row) in products.iter_mut().enumerate() {
        let mut note = |reason, key: &str| {
            refusals.note(reason, file, row.line, "related_product", key);
            false
        };
        row.product
            .related
            .retain(|related| match known.get(&related.key) {
                None => note(Reason::Related, &related.key),
                Some(&to) => {
                    let back =
                        related.relation == Relation::Completes && completes.contains(&(to, from));
                    !(from == to || back) || note(Reason::Circle, &related.key)
                }
            });
    }
}
