//! A model of some of a shop's sessions, of orders alone: what `tillside lab shopper` measures.
//!
//! Customers, intervals and the odds of buying again are what `tillside train` makes of the same sessions; of what is
//! viewed there is nothing.

use tillside::scene::calendar::Calendar;
use tillside::shop::{Model, ModelError};

use super::count::count_orders;
use super::fit::customers::{Customers, Home};
use super::fit::repurchase;
use super::items::goods::Goods;
use super::neighbours::complement::Limits;
use super::settings::{Labels, Settings};
use crate::ingest::{Catalogue, Interactions, Session};

/// Customer models and purchase intervals of these sessions, which are some of `read`'s.
///
/// # Errors
/// When a packed model does not open, which would be a fault of the packer.
pub fn of_customers(
    read: &Interactions,
    sessions: &[Session],
    catalogue: Option<&Catalogue>,
) -> Result<Model, ModelError> {
    let goods = Goods::number(read, sessions, catalogue);
    let mut counted = count_orders(goods, Limits::default());
    counted.customers = Some(Customers::of(
        &counted.goods,
        &counted.orders,
        &counted.categories,
        &Home::default(),
        &Calendar::default(),
        "",
    ));
    let packed = counted.pack(&Settings::default(), None, &Labels::default());
    Model::open(packed.bytes)
}

/// What is bought together and again in `read`, with settings that were found on its newest baskets. `tick` is told how
/// many more baskets were asked.
///
/// # Errors
/// When a packed model does not open, which would be a fault of the packer.
pub fn of_baskets(
    read: &Interactions,
    catalogue: Option<&Catalogue>,
    tick: impl Fn(u64) + Sync,
) -> Result<Model, ModelError> {
    let mut settings = Settings::default();
    let limits = Limits::default();
    repurchase::tune(read, catalogue, limits, &mut settings, tick)?;
    let goods = Goods::number(read, &read.sessions, catalogue);
    let counted = count_orders(goods, limits);
    let packed = counted.pack(&settings, None, &Labels::default());
    Model::open(packed.bytes)
}
