//! Makes lists of a page again, natively and on the same model, from what `till.ask("decisions")` exported: for whoever is asked
//! why a shopper saw what they saw, and as proof that every engine makes the same list.
//!
//! A record names the model and hashes what was taken over into it, but not which part of it the page had open: each part is
//! tried as it was trained and with what is newer of it, until the list is the same.

use std::path::{Path, PathBuf};

use tillside::engine::{Engine, Settings};
use tillside::value::Value;

use crate::folder::check::{self, File};
use crate::{Coded, Outcome};

/// Recompute lists from decisions exported by a page, and report differences
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Model folder that the page used
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// JSON answer of `till.ask("decisions")`
    #[arg(long, value_name = "FILE")]
    records: PathBuf,
    /// Print the recomputed lists as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("{} cannot be read: {detail}; give {wanted}", path.display())]
    Unreadable {
        path: PathBuf,
        detail: String,
        wanted: &'static str,
    },
    #[error(
        "{different} of {all} recomputed lists differ; give the model folder that the page used, unchanged since"
    )]
    Different { different: usize, all: usize },
}

impl Coded for Error {
    fn code(&self) -> &'static str {
        match self {
            Error::Unreadable { .. } => "lab.unreadable",
            Error::Different { .. } => "lab.different",
        }
    }
}

pub fn run(args: Args) -> Outcome {
    let files = check::files(&args.model)?;
    let records = read(&args.records)?;
    let mut made = vec![Value::Null; records.len()];
    // What makes no lists of products: newer parts of a part, and reviews and photos.
    let makes_none = |file: &&File| ["live", "content"].contains(&&*file.name);
    for part in files.iter().filter(|file| !makes_none(file)) {
        let live = |file: &&File| file.name == "live" && file.category == part.category;
        let newer = files.iter().find(live);
        for newer in [None, newer]
            .into_iter()
            .take(1 + usize::from(newer.is_some()))
        {
            let mut engine = open(part, newer)?;
            for (record, made) in records.iter().zip(&mut made) {
                if !is_same(made) {
                    let again = engine.ask("replay", record, 0);
                    // What a first part says of it stands where none makes the same.
                    if is_same(&again) || *made == Value::Null {
                        *made = again;
                    }
                }
            }
        }
    }
    show(&records, made, args.json)
}

fn is_same(made: &Value) -> bool {
    made.get("same").and_then(Value::bool) == Some(true)
}

fn unreadable(path: &Path, detail: String, wanted: &'static str) -> Error {
    Error::Unreadable {
        path: path.to_owned(),
        detail,
        wanted,
    }
}

fn read(path: &Path) -> Result<Vec<Value>, Error> {
    let wanted = "the JSON that `till.ask(\"decisions\")` answered";
    let text = std::fs::read_to_string(path)
        .map_err(|error| unreadable(path, error.to_string(), wanted))?;
    match Value::parse(&text) {
        Ok(Value::List(records)) => Ok(records),
        _ => Err(unreadable(path, "it is no JSON list".into(), wanted)),
    }
}

fn open(part: &File, live: Option<&File>) -> Result<Engine, Error> {
    let wanted = "a model that `tillside train` wrote";
    let bytes = |path: &Path| {
        std::fs::read(path).map_err(|error| unreadable(path, error.to_string(), wanted))
    };
    let mut engine = Engine::new(Settings::default());
    engine
        .open_model(bytes(&part.path)?)
        .map_err(|error| unreadable(&part.path, error.to_string(), wanted))?;
    if let Some(live) = live {
        engine
            .refresh(&bytes(&live.path)?)
            .map_err(|error| unreadable(&live.path, error.to_string(), wanted))?;
    }
    Ok(engine)
}

fn show(records: &[Value], made: Vec<Value>, json: bool) -> Outcome {
    let all = made.len();
    let different = made.iter().filter(|made| !is_same(made)).count();
    if json {
        let named = made.into_iter().zip(records).map(|(mut made, record)| {
            made.set("decision", record.text_of("decision").into());
            made
        });
        println!("{}", Value::List(named.collect()).to_json());
    } else {
        for (made, record) in made.iter().zip(records).filter(|(made, _)| !is_same(made)) {
            let code = made.text_of("code");
            let why = if code.is_empty() { "otherwise" } else { code };
            println!("{} {why}", record.text_of("decision"));
        }
        println!("{} of {all} lists are made the same", all - different);
    }
    if different > 0 {
        return Err(Error::Different { different, all }.into());
    }
    Ok(())
}
