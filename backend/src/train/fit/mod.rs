//! Parameters fitted to sessions and orders, or chosen on held-back ones.
//!
//! | file | what |
//! | --- | --- |
//! | `tune` | settings, found by trying them on sessions held back |
//! | `revisit` | the odds that a session goes back to an item |
//! | `repurchase` | what completes a basket: how rows are made, and the odds of buying again |
//! | `age` | how fast views fade |
//! | `habits` | when a category is bought in again, where strangers go first, whether what is new is looked at |
//! | `customers` | for the full edition: customer models, intervals, prices, scenes, festivals |

mod age;
pub mod customers;
pub mod habits;
pub mod repurchase;
mod revisit;
pub mod tune;
