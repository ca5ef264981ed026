//! Items in the model's numbering.
//!
//! | file | what |
//! | --- | --- |
//! | `goods` | the items, and what shoppers did with them |
//! | `orders` | what they bought, and what they viewed before it |
//! | `columns` | categories, brands, prices, stock, terms |
//! | `heads` | which word of a title names the thing |
//! | `pinyin` | Chinese words as they are typed with Latin letters |
//! | `products` | variants of one product, and what works with what |

pub mod columns;
pub mod goods;
mod heads;
pub mod orders;
mod pinyin;
pub mod products;
