//! Products that a shop can show, out of the data set's tables, and how much of the tables that was.

use std::collections::{BTreeMap, HashMap};

use super::departments::{self, Department};
use super::read::{Line, Product};
use super::words;

/// One article on sale.
pub struct Good {
    pub id: String,
    /// English, Chinese.
    pub title: [String; 2],
    /// `Grocery > Cheese`.
    pub path: String,
    pub brand: String,
    pub size: Option<String>,
    pub price: f64,
    pub department: &'static Department,
}

/// The shop, and what of the data set is not in it.
pub struct Shop {
    /// By product number.
    pub goods: Vec<Good>,
    /// Path and Chinese name, parents before children.
    pub categories: BTreeMap<String, String>,
    /// The lines that are left: of known goods, at least one of each.
    pub lines: Vec<Line>,
    /// Products that were never sold at a price.
    pub unsold: usize,
    /// Products that are no goods, such as fuel and coupons.
    pub no_goods: usize,
    /// Lines of such products, of products that the data set does not describe, and of nothing.
    pub lines_left_out: usize,
}

pub fn shop(products: Vec<Product>, mut lines: Vec<Line>) -> Shop {
    let all_lines = lines.len();
    let mut prices: HashMap<i64, Vec<f64>> = HashMap::new();
    for line in lines.iter().filter(|line| line.quantity > 0) {
        prices.entry(line.product).or_default().push(line.price());
    }
    let mut goods = BTreeMap::new();
    let mut categories = BTreeMap::new();
    let (mut unsold, mut no_goods) = (0, 0);
    for product in products {
        if !departments::sells_goods(&product.department, product.category.as_deref()) {
            no_goods += 1;
            continue;
        }
        let price = prices.get_mut(&product.id).map_or(0.0, |paid| median(paid));
        if price <= 0.0 {
            unsold += 1;
            continue;
        }
        goods.insert(product.id, good(&product, price, &mut categories));
    }
    lines.retain(|line| line.quantity > 0 && goods.contains_key(&line.product));
    Shop {
        goods: goods.into_values().collect(),
        categories,
        lines_left_out: all_lines - lines.len(),
        lines,
        unsold,
        no_goods,
    }
}

/// The lower of two in the middle: a price that was really paid. `paid` is not empty.
fn median(paid: &mut [f64]) -> f64 {
    let middle = (paid.len() - 1) / 2;
    *paid.select_nth_unstable_by(middle, f64::total_cmp).1
}

fn good(product: &Product, price: f64, categories: &mut BTreeMap<String, String>) -> Good {
    let department = departments::department(&product.department);
    categories.insert(department.en.to_owned(), department.zh.to_owned());
    let category = product.category.as_deref();
    let named = category
        .map(words::sentence)
        .filter(|name| !name.is_empty());
    let chinese = category.and_then(words::chinese);
    let path = match &named {
        Some(name) => format!("{} > {name}", department.en),
        None => department.en.to_owned(),
    };
    if let Some(name) = &named {
        let zh = chinese.unwrap_or(name).to_owned();
        categories.insert(path.clone(), zh);
    }
    let size = product.size.as_deref().map(words::size);
    let category = named.as_deref().unwrap_or(department.en);
    let english = words::title(product.kind.as_deref(), category, size.as_deref());
    let chinese = chinese.map_or_else(|| english.clone(), |zh| format!("{zh} · {english}"));
    Good {
        id: product.id.to_string(),
        title: [english, chinese],
        path,
        brand: if product.private {
            "Store brand".to_owned()
        } else {
            format!("Maker {}", product.maker)
        },
        size,
        price,
        department,
    }
}
