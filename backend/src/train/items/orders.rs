//! Orders of shoppers, and the views before them, in the model's numbering.

/// What one shopper bought at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    pub shopper: u32,
    /// Unix milliseconds; 0 where unknown, and then no order comes after another.
    pub time: i64,
    /// Each once.
    pub items: Vec<u32>,
}

/// One session of one shopper with looks and an order.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    pub shopper: u32,
    /// Looked at or put into the cart, and bought: each once.
    pub viewed: Vec<u32>,
    pub bought: Vec<u32>,
}
