use std::path::PathBuf;

use crate::{Coded, ingest};

/// Why shoppers cannot be simulated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("{} has no catalog.jsonl; make a shop with `tillside lab shop --out {}`", shop.display(), shop.display())]
    ShopMissing { shop: PathBuf },

    #[error(transparent)]
    Catalogue(#[from] ingest::Error),

    #[error("{} has {count} usable products, at least two are needed; give another shop", catalogue.display())]
    ShopSmall { catalogue: PathBuf, count: usize },

    #[error("invalid features payload {}: {detail}; give the answer of GrowthBook's API", path.display())]
    Features { path: PathBuf, detail: String },

    #[error("{} cannot be written: {source}; check the path, its permissions and the disk", path.display())]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
}

impl Coded for Error {
    fn code(&self) -> &'static str {
        match self {
            Error::ShopMissing { .. } => "lab.shop_missing",
            Error::Catalogue(error) => error.code(),
            Error::ShopSmall { .. } => "lab.shop_small",
            Error::Features { .. } => "lab.payload",
            Error::Write { .. } => "lab.write",
        }
    }
}
