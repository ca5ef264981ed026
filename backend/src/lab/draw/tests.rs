use std::collections::HashSet;

use super::{Pictures, sheet};
use crate::lab::goods;

/// Bytes of a picture, at most.
const BUDGET: usize = 2048;

/// Checks that tags are closed in order and that attributes are quoted; gives the names of all elements.
fn elements(svg: &str) -> HashSet<&str> {
    let mut open = Vec::new();
    let mut names = HashSet::new();
    let mut rest = svg.trim();
    while let Some((text, tag)) = rest.split_once('<') {
        assert!(!text.contains('>'), "{svg}");
        let (tag, after) = tag.split_once('>').expect("a tag ends");
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{svg}");
            continue;
        }
        let inner = tag.strip_suffix('/').unwrap_or(tag);
        assert_eq!(
            inner.matches('"').count(),
            2 * inner.matches('=').count(),
            "{tag}"
        );
        let name = inner.split(' ').next().expect("a name");
        names.insert(name);
        if inner.len() == tag.len() {
            open.push(name);
        }
    }
    assert!(open.is_empty() && rest.is_empty(), "{svg}");
    names
}

#[test]
fn every_product_has_a_small_clean_picture() {
    let pictures = Pictures::new();
    let shapes = HashSet::from(["svg", "g", "path", "rect", "circle", "ellipse"]);
    for product in goods::all() {
        let svg = pictures.draw(&product);
        assert!(svg.len() <= BUDGET, "{}: {} bytes", product.id, svg.len());
        assert!(
            !svg.contains("var(") && !svg.contains("url("),
            "{}",
            product.id
        );
        let names = elements(&svg);
        assert!(names.is_subset(&shapes), "{}: {names:?}", product.id);
    }
}

#[test]
fn every_drawing_is_used() {
    let mut unused: HashSet<(&str, &str)> = sheet::all()
        .iter()
        .flat_map(|sheet| sheet.words().map(move |word| (sheet.picture, word)))
        .collect();
    let sheets = sheet::all();
    for product in goods::all() {
        let sheet = sheets.iter().find(|sheet| sheet.picture == product.picture);
        let sheet = sheet.unwrap_or_else(|| panic!("no drawing {}", product.picture));
        unused.remove(&(sheet.picture, sheet.word(&product.title[0])));
    }
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn colours_of_a_thing_differ_in_its_picture() {
    let pictures = Pictures::new();
    let products = goods::all();
    let phones: Vec<_> = products
        .iter()
        .filter(|product| product.group == "lumero-halo-14-5g-phone")
        .collect();
    let drawn: HashSet<String> = phones.iter().map(|phone| pictures.draw(phone)).collect();
    assert_eq!(drawn.len(), 3, "sky, graphite and ivory");
}
