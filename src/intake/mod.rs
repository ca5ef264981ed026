//! Raw page events → clean events.
//!
//! Whatever a shop's page says, in the words of Segment, GA4, Shopify's pixel or Google Retail, becomes one [`Event`]
//! of known fields in known ranges, placed in a session; or a refusal with a stable reason. Nothing behind this room
//! checks an event again.
//!
//! Properties outside the allow-list ([`field`]) are dropped and counted, never forwarded; texts that hold personal
//! data ([`crate::consent`]) likewise. Robots are not told from people here.

pub mod event;
pub mod field;
pub mod kind;
pub mod session;

pub use event::{Event, Product};
pub use field::{Field, Scalar};
pub use kind::Kind;
pub use session::{Session, Sessions};
