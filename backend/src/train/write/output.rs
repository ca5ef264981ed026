//! A model folder from what was packed.

use std::path::Path;

use tillside::shop::Model;
use tillside::shop::contents::{Content, Contents};

use super::pack::Packed;
use super::shard::Shard;
use crate::folder::fallback::Fallback;
use crate::folder::manifest::{CONTENT, FORMAT, Manifest, Part};
use crate::folder::publish;
use crate::train::cli::Edition;
use crate::train::count::Counted;
use crate::train::error::Error;
use crate::train::settings::Labels;

/// Where a model goes: whole, and what pages read of it.
pub struct Folders<'a> {
    pub model: &'a Path,
    pub pages: Option<&'a Path>,
    /// Which edition pages load.
    pub edition: Edition,
}

/// The parts of a model.
pub struct Parts<'a> {
    pub packed: &'a Packed,
    pub split: &'a [Shard],
    pub content: &'a [Content],
}

/// Writes the parts, the manifest and the card.
///
/// # Errors
/// [`Error::Write`]; the model that was there before still works then.
pub fn publish(
    folders: &Folders,
    labels: &Labels,
    counted: &Counted,
    &Parts {
        packed,
        split,
        content,
    }: &Parts,
    whole: &Model,
    card: &str,
) -> Result<(), Error> {
    let content = match content.is_empty() {
        true => None,
        false => Some(Contents::part(content).to_json().into_bytes()),
    };
    let mut parts: Vec<(Part, &[u8])> = split
        .iter()
        .map(|shard| {
            let (name, category) = match &shard.category {
                None => ("model", None),
                Some(category) => ("shard", Some(category.as_str())),
            };
            let bytes = &shard.packed.bytes;
            (Part::of(name, category, bytes), &bytes[..])
        })
        .collect();
    if parts.is_empty() {
        parts.push((Part::of("model", None, &packed.bytes), &packed.bytes));
    }
    if let Some(bytes) = &content {
        parts.push((Part::of(CONTENT, None, bytes), bytes));
    }
    let manifest = Manifest {
        format: FORMAT,
        model: packed.id.clone(),
        shop: labels.shop.into(),
        created: labels.trained.into(),
        items: counted.goods.len(),
        encoder: whole.encoder().is_some(),
        edition: match folders.edition {
            Edition::Full => "full".into(),
            Edition::Recommender => String::new(),
        },
        parts: parts.iter().map(|(part, _)| part.clone()).collect(),
        fallback: Fallback::of(std::slice::from_ref(whole)),
    };
    let files: Vec<(&str, &[u8])> = parts
        .iter()
        .map(|(part, bytes)| (part.url.as_str(), *bytes))
        .collect();
    let whole = publish::Files {
        parts: &files,
        sweep: &["model", "shard", "live", CONTENT],
        others: &[
            (publish::STABLE, &packed.bytes),
            (publish::CARD, card.as_bytes()),
        ],
        manifest: &manifest,
    };
    whole.publish(folders.model)?;
    if let Some(pages) = folders.pages {
        let published = publish::Files {
            others: &[],
            ..whole
        };
        published.publish(pages)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::tests::interactions;
    use crate::ingest::{Catalogue, Product};
    use crate::train::count::count;
    use crate::train::items::goods::Goods;
    use crate::train::settings::Settings;

    #[test]
    fn holds_what_is_in_stock_by_popularity() {
        let product = |key: &str, category: &[&str], out_of_stock| Product {
            key: key.into(),
            category: category.iter().map(|&name| name.into()).collect(),
            out_of_stock,
            ..Product::default()
        };
        let catalogue = Catalogue {
            products: vec![
                product("a", &["Fresh", "Fruit"], false),
                product("b", &["Fresh"], false),
                product("c", &["Fresh", "Fruit"], true),
                product("d", &[], false),
            ],
            currency: None,
        };
        let read = interactions(&[(0, 1, "bbbaac")]);
        let goods = Goods::number(&read, &read.sessions, Some(&catalogue));
        let labels = Labels::default();
        let packed = count(goods, None, |_| ()).pack(&Settings::default(), None, &labels);
        let fallback = Fallback::of(&[Model::open_verified(packed.bytes).unwrap()]);
        assert_eq!(fallback.popular, ["b", "a", "d"]);
        let lists = |keys: &[&str]| keys.iter().map(|&key| key.to_owned()).collect();
        let expected = [
            ("Fresh", lists(&["b", "a"])),
            ("Fresh > Fruit", lists(&["a"])),
        ];
        assert_eq!(
            fallback.categories,
            expected.map(|(path, list)| (path.to_owned(), list)).into()
        );
    }
}
