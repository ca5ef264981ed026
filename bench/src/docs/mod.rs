//! `docs/benchmarks.md` and its plots, derived from the newest records.
//!
//! A text replaces what stands between the marks `<!-- NAME -->` and `<!-- /NAME -->`; all else on the page is written by hand.

mod plot;
mod summary;
mod tables;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use xtask_tools::folders::root;

use crate::baskets::Figures as Baskets;
use crate::experiments::Figures as Lab;
use crate::exposures::Figures as Exposures;
use crate::page::{Figures as Page, Medians};
use crate::quality::{self, Described, Known, Ranking};
use crate::record::newest;
use crate::shopper::Printed;
use crate::size::Size;
use crate::train::Figures as Training;
use plot::Plot;

pub use tables::{baskets, content, lab, rankings, training};

/// What the records come to.
struct Derived {
    /// By their marks.
    texts: Vec<(&'static str, String)>,
    /// By their names in `docs/plots`.
    plots: Vec<(&'static str, String)>,
}

/// Brings the page and its plots up to date.
pub fn derive() -> Result<()> {
    for (path, text) in changed()? {
        fs::write(&path, text)
            .with_context(|| format!("{} could not be written", path.display()))?;
        eprintln!("  derived {}", path.display());
    }
    Ok(())
}

/// Fails where [`derive()`] would change something.
pub fn check() -> Result<()> {
    let changed: Vec<String> = changed()?
        .iter()
        .map(|(path, _)| path.display().to_string())
        .collect();
    ensure!(
        changed.is_empty(),
        "not what bench/records say: {}; run `cargo xtask bench docs`",
        changed.join(", ")
    );
    Ok(())
}

/// The files that are not as the records have them, and how they should be.
fn changed() -> Result<Vec<(PathBuf, String)>> {
    let Derived { texts, plots } = derived()?;
    let path = root().join("docs/benchmarks.md");
    let mut page = fs::read_to_string(&path)
        .with_context(|| format!("{} could not be read", path.display()))?;
    for (name, text) in texts {
        page = replaced(&page, name, &text)?;
    }
    let mut files = vec![(path, page)];
    let folder = root().join("docs/plots");
    files.extend(
        plots
            .into_iter()
            .map(|(name, svg)| (folder.join(name).with_extension("svg"), svg)),
    );
    files.retain(|(path, text)| fs::read_to_string(path).ok().as_ref() != Some(text));
    Ok(files)
}

fn replaced(page: &str, name: &str, text: &str) -> Result<String> {
    let (begin, end) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
    let parts = page
        .split_once(&begin)
        .and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    ensure!(parts.is_some(), "the page has no place {begin} … {end}");
    let (before, after) = parts.unwrap_or_default();
    Ok(format!("{before}{begin}\n{}\n{end}{after}", text.trim()))
}

fn derived() -> Result<Derived> {
    let rankings_of = |name| newest::<Vec<Ranking>>(name);
    let (ranked, shipped, distilled) = (
        rankings_of("quality")?,
        rankings_of("encoder-on")?,
        rankings_of("encoder-teach")?,
    );
    let (tafeng, invoices) = (
        newest::<Baskets>("baskets")?,
        newest::<Baskets>("invoices")?,
    );
    let (page, sizes) = (newest::<Page>("page")?, newest::<Vec<Size>>("size")?);

    let mut plots = Vec::new();
    let mut shown = |drawn: Vec<(&'static str, Plot)>| {
        let images = drawn.iter().map(|(name, plot)| plot.image(name));
        let images = images.collect::<Vec<_>>().join("\n\n");
        plots.extend(drawn.into_iter().map(|(name, plot)| (name, plot.svg())));
        images
    };
    let with_plots = match &ranked {
        Some(found) => Some(format!(
            "{}\n\n{}",
            rankings(found),
            shown(quality_plots(found)?)
        )),
        None => None,
    };
    let page_tables = page.as_ref().map(|found| {
        let drawn = shown(page_plots(&found.medians));
        format!("{}\n\n{drawn}", tables::page(&found.tables))
    });
    let of_baskets = [tafeng.as_ref(), invoices.as_ref()];
    let orders = |name| -> Result<Option<String>> {
        Ok(newest::<Printed>(name)?.map(|printed| printed.text.join("\n")))
    };
    let texts = [
        (
            "summary-ranking",
            ranked.as_deref().map(|found| {
                summary::ranking([Some(found), distilled.as_deref(), shipped.as_deref()])
            }),
        ),
        (
            "summary-baskets",
            Some(summary::baskets(of_baskets.into_iter().flatten())),
        ),
        (
            "summary-download",
            sizes.map(|sizes| summary::download(&sizes, page.as_ref())),
        ),
        ("quality", with_plots),
        ("encoder-on", shipped.as_deref().map(rankings)),
        ("encoder-teach", distilled.as_deref().map(rankings)),
        ("baskets", tafeng.as_ref().map(baskets)),
        ("invoices", invoices.as_ref().map(baskets)),
        (
            "shopper-complete-journey",
            orders("shopper-complete-journey")?,
        ),
        ("shopper-ta-feng", orders("shopper-ta-feng")?),
        ("shopper-online-retail", orders("shopper-online-retail")?),
        (
            "content",
            newest::<Vec<Described>>("content")?.as_deref().map(content),
        ),
        (
            "training",
            newest::<Training>("training")?.as_ref().map(training),
        ),
        ("lab", newest::<Lab>("lab")?.as_ref().map(lab)),
        ("page", page_tables),
        (
            "exposures",
            newest::<Exposures>("exposures")?
                .as_ref()
                .map(tables::exposures),
        ),
    ];
    let texts = texts.map(|(name, text)| (name, text.unwrap_or_else(|| UNMEASURED.to_owned())));
    Ok(Derived {
        texts: texts.into(),
        plots,
    })
}

const UNMEASURED: &str = "Not measured on the machine that wrote this page.";

/// What a log's bars are, from its record and the best other method.
type Bars<'a> = &'a dyn Fn(&Ranking, Option<&Known>) -> [Option<f64>; 3];

/// The model, the best other method and cosine, of each log.
fn quality_plots(found: &[Ranking]) -> Result<Vec<(&'static str, Plot)>> {
    let known = found.iter().map(|ranking| quality::known(&ranking.log));
    let known = known.collect::<Result<Vec<_>>>()?;
    let plot = |title, value: Bars| Plot {
        title,
        kinds: vec![
            ("this model", "#0d5c4a"),
            ("best other method", "#d9a441"),
            ("cosine", "#b9b6ae"),
        ],
        groups: found
            .iter()
            .zip(&known)
            .map(|(ranking, known)| (ranking.log.clone(), value(ranking, known.as_ref()).into()))
            .collect(),
    };
    // By the protocol that the figures of others are of.
    let all = |ranking: &Ranking, known: Option<&Known>, at: usize| {
        let ours = match known {
            Some(known) if known.others => ranking.others,
            _ => ranking.all,
        };
        [Some(ours[at]), known.map(|known| known.all[at]), None]
    };
    Ok(vec![
        (
            "quality-new-hr",
            plot(
                "HitRate@20, next items new to the session",
                &|ranking, known| {
                    let cosine = Some(ranking.cosine);
                    [
                        Some(ranking.new[0]),
                        known.map(|known| known.new[0]),
                        cosine,
                    ]
                },
            ),
        ),
        (
            "quality-new-mrr",
            plot(
                "MRR@20, next items new to the session",
                &|ranking, known| [Some(ranking.new[1]), known.map(|known| known.new[1]), None],
            ),
        ),
        (
            "quality-all-hr",
            plot("HitRate@20, all next items", &|ranking, known| {
                all(ranking, known, 0)
            }),
        ),
        (
            "quality-all-mrr",
            plot("MRR@20, all next items", &|ranking, known| {
                all(ranking, known, 1)
            }),
        ),
    ])
}

const PLACES: [(&str, &str); 2] = [("Chromium", "#0d5c4a"), ("Node", "#d9a441")];

/// Times of a call by the size of the catalogue.
fn page_plots(medians: &[Medians]) -> Vec<(&'static str, Plot)> {
    let plot = |title, value: fn(&Medians) -> f64| Plot {
        title,
        kinds: PLACES.into(),
        groups: groups(medians, value),
    };
    vec![
        (
            "page-recommend",
            plot(
                "recommend, home, 20 viewed, 20 results: µs of a call, p50",
                |found| found.recommend,
            ),
        ),
        (
            "page-rerank",
            plot("rerank of 100: µs of a call, p50", |found| found.rerank),
        ),
    ]
}

/// A group for each size, in the order in which they were measured.
fn groups(medians: &[Medians], value: fn(&Medians) -> f64) -> Vec<(String, Vec<Option<f64>>)> {
    let mut sizes: Vec<u64> = medians.iter().map(|found| found.items).collect();
    sizes.dedup();
    let of = |items, place| {
        let mut found = medians.iter();
        found.find(|found| found.items == items && found.place == place)
    };
    let values = |items| PLACES.map(|(place, _)| of(items, place).map(value)).into();
    let group = |&items: &u64| (format!("{items} items"), values(items));
    sizes.iter().map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let page = "# A\n<!-- x -->\nold\n<!-- /x -->\nend\n";
        let found = replaced(page, "x", "new\n").unwrap();
        assert_eq!(found, "# A\n<!-- x -->\nnew\n<!-- /x -->\nend\n");
        assert!(replaced(page, "y", "new").is_err());
    }

    #[test]
    fn a_group_for_each_size_and_a_value_for_each_place() {
        let medians = |items, place: &str, recommend| Medians {
            items,
            place: place.into(),
            recommend,
            rerank: 1.0,
        };
        let found = [
            medians(1000, "Chromium", 80.0),
            medians(1000, "Node", 96.0),
            medians(10_000, "Node", 104.0),
        ];
        assert_eq!(
            groups(&found, |found| found.recommend),
            [
                ("1000 items".into(), vec![Some(80.0), Some(96.0)]),
                ("10000 items".into(), vec![None, Some(104.0)]),
            ]
        );
    }
}
