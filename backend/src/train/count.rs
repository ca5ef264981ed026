//! Counts of the input that no setting changes, so that trying settings does not repeat them.

use std::collections::BTreeMap;

use super::encoder::Encoder;
use super::fit::customers::Customers;
use super::fit::habits;
use super::items::columns::{self, Brands, Categories};
use super::items::goods::Goods;
use super::items::orders::Order;
use super::items::products;
use super::linalg::sums::Row;
use super::neighbours::bought::Bought;
use super::neighbours::complement::Limits;
use super::neighbours::content::Descriptions;
use super::neighbours::reweight;
use super::neighbours::sequence::{self, Rules};

/// Everything that goes into a model, before settings.
pub struct Counted<'a> {
    pub goods: Goods<'a>,
    pub orders: Vec<Order>,
    pub view: Rules,
    pub rising: Vec<f32>,
    /// What [`Counted::solve`] found, for those who want it.
    pub linear: Vec<Row>,
    /// What made the rules of what is bought together.
    pub limits: Limits,
    pub bought: Bought,
    pub content: Option<Vec<Row>>,
    /// What [`count`] leaves to those who want one.
    pub encoder: Option<Encoder>,
    /// What it foresaw, before it was cut down, of the [`Counted::candidates`] of each item; empty without one.
    pub foreseen: Vec<Row>,
    pub categories: Categories,
    pub brands: Brands,
    pub flags: Option<Vec<u8>>,
    /// The variant that leads each item's product, where products have several.
    pub groups: Option<Vec<u32>>,
    /// By category path: for how many days it rests after a purchase, and its weight on a front page for strangers.
    pub rests: Habits<u16>,
    pub shares: Habits<u8>,
    /// By which part being new raises an item.
    pub fresh: f32,
    pub described: bool,
    /// Whether item titles are stored in the model.
    pub titled: bool,
    /// For the full edition.
    pub customers: Option<Customers>,
}

/// What is known of categories, by their paths: the numbers of a part are its own.
pub type Habits<T> = BTreeMap<String, T>;

fn by_path<T>(categories: &Categories, values: Vec<T>, known: bool) -> Habits<T> {
    let paths = (0..categories.names.len() as u16).map(|category| categories.path(category));
    let known = if known { usize::MAX } else { 0 };
    paths.zip(values).take(known).collect()
}

/// Counts rules and compares descriptions; without limits, nothing of what is bought together. `step` is told what begins.
pub fn count<'a>(
    goods: Goods<'a>,
    limits: Option<Limits>,
    step: impl Fn(&'static str),
) -> Counted<'a> {
    let described = goods.products.iter().any(Option::is_some);
    step("counting what is viewed together");
    let browsing = goods.browsing();
    let view = sequence::rules(&browsing, goods.len());
    let rising = reweight::rising(&browsing, goods.len());
    let categories = Categories::of(&goods.products);
    let brands = Brands::of(&goods);
    let orders = goods.orders();
    step("comparing descriptions");
    let descriptions = Descriptions::of(&goods.products);
    let content = described.then(|| descriptions.neighbours());
    let bought = limits.map(|limits| {
        step("counting what is bought together");
        bought(&orders, &goods, &categories, &descriptions, limits)
    });
    let flags = described || !orders.is_empty();
    let new = habits::new(&goods);
    let fresh = habits::fresh(&goods, &categories, &new);
    let flags = flags.then(|| columns::flags(&goods, &categories, &orders, &new));
    Counted {
        groups: products::groups(&goods),
        rests: by_path(
            &categories,
            habits::rests(&orders, &categories),
            !orders.is_empty(),
        ),
        shares: by_path(
            &categories,
            habits::shares(&goods, &categories).unwrap_or_default(),
            described,
        ),
        fresh,
        goods,
        orders,
        view,
        rising,
        linear: Vec::new(),
        limits: limits.unwrap_or_default(),
        bought: bought.unwrap_or_default(),
        content,
        encoder: None,
        foreseen: Vec::new(),
        categories,
        brands,
        flags,
        described,
        titled: false,
        customers: None,
    }
}

fn bought(
    orders: &[Order],
    goods: &Goods,
    categories: &Categories,
    descriptions: &Descriptions,
    limits: Limits,
) -> Bought {
    Bought::count(
        orders,
        &goods.visits(),
        goods.len(),
        categories,
        descriptions,
        limits,
    )
}

/// Counts only what is bought together: enough to try baskets on.
pub fn count_orders(goods: Goods, limits: Limits) -> Counted {
    let categories = Categories::of(&goods.products);
    let orders = goods.orders();
    let descriptions = Descriptions::of(&goods.products);
    let bought = bought(&orders, &goods, &categories, &descriptions, limits);
    Counted {
        flags: Some(columns::flags(
            &goods,
            &categories,
            &orders,
            &vec![false; goods.len()],
        )),
        groups: None,
        rests: Habits::new(),
        shares: Habits::new(),
        fresh: 0.0,
        brands: Brands::of(&goods),
        view: sequence::rules(&[], goods.len()),
        rising: Vec::new(),
        linear: Vec::new(),
        content: None,
        encoder: None,
        foreseen: Vec::new(),
        described: goods.products.iter().any(Option::is_some),
        titled: false,
        goods,
        orders,
        limits,
        bought,
        categories,
        customers: None,
    }
}
