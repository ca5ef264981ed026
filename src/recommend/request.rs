//! Requests for a list. What is answered is in [`super::answer`].

#[cfg(feature = "full")]
use crate::scene::{Scene, calendar::Calendar};

/// Where a list is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Placement {
    /// What this shopper may want next.
    Home,
    /// Like the item of the page.
    Product,
    /// What goes with the item of the page.
    Complements,
    /// What goes with the cart.
    Cart,
    /// A category's items, in this shopper's order.
    Category,
    /// What matches the words typed.
    Search,
    /// What this shopper viewed, by how likely it is viewed again.
    Recent,
    /// What this shopper buys again and again: the due first, where the full edition knows, else by the odds.
    Again,
}

impl Placement {
    /// Names in requests.
    pub const NAMES: [&str; 8] = [
        "home",
        "product",
        "complements",
        "cart",
        "category",
        "search",
        "recent",
        "again",
    ];

    /// The placement of this number, in the order of [`Placement::NAMES`]; the first beyond the end.
    pub fn from_number(number: usize) -> Placement {
        use Placement::*;
        const ALL: [Placement; 8] = [
            Home,
            Product,
            Complements,
            Cart,
            Category,
            Search,
            Recent,
            Again,
        ];
        ALL.get(number).copied().unwrap_or(Home)
    }

    /// Name in requests and reports.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// A page of the shop itself rather than a suggestion: it lists what there is, in the cart or not.
    pub(super) fn is_listing(self) -> bool {
        matches!(
            self,
            Placement::Category | Placement::Search | Placement::Recent
        )
    }
}

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Kind of list.
    pub placement: Placement,
    /// 1 to [`super::MAX_LIMIT`].
    pub limit: usize,
    /// The item that the page is about.
    pub item: Option<&'a str>,
    /// A category path.
    pub category: Option<&'a str>,
    /// What was typed.
    pub query: &'a str,
    /// Attributes that every item must have, as the terms of [`crate::shop::terms::attribute`].
    pub attributes: Vec<String>,
    /// Items not to show.
    pub exclude: Vec<&'a str>,
    /// Whether the shopper's history may be used.
    pub personal: bool,
    /// Whether items the shopper has just viewed may be shown on a personal list.
    pub keep_viewed: bool,
    /// Constraints on the order of the list.
    pub arrangement: Arrangement<'a>,
    /// The shop's rules on scores, as lines: see [`super::rules`]. Empty is none.
    pub rules: &'a str,
    /// Whether only what works with the shopper's things is wanted, that first; see [`super::filter::compatibility`].
    pub compatible: bool,
    /// Above 0, the list is cut down to a set with `item` that costs at most this in all; see [`super::bundle`].
    pub bundle: f32,
    /// Whether variants of one product may stand side by side, as items of their own.
    pub skus: bool,
    /// Where and when, for what the scene asks for; see [`super::sources::scenic`]. Without it a list is of no season.
    #[cfg(feature = "full")]
    pub setting: Option<Setting<'a>>,
}

/// Scene of a request, and the calendar of its festivals and seasons.
#[cfg(feature = "full")]
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// Page, time, season and region.
    pub scene: &'a Scene,
    /// Festivals with their seasons.
    pub calendar: &'a Calendar,
}

/// How the best candidates become a list; by default in the order of their scores.
#[derive(Clone, Debug, Default)]
pub struct Arrangement<'a> {
    /// 0 to 1: how much being unlike what stands above counts beside the score.
    pub diversity: f32,
    /// Whether for that all of it counts together, as in a determinantal point process, instead of its mean likeness.
    pub determinantal: bool,
    /// At most so many of one brand, and of one leaf category, in any five in a row; 0 is no bound.
    pub brand: u8,
    /// As `brand`, for leaf categories.
    pub category: u8,
    /// 0 to 0.5: the share of places for items that hardly anybody sees.
    pub discovery: f32,
    /// Items at places from 1. Of two pins on one place, or of one item, the first holds.
    pub pins: Vec<(&'a str, usize)>,
    /// Where chance comes in, the same seed gives the same list.
    pub seed: u64,
    /// Whether a front page for somebody of whom nothing is known spreads over the departments; see
    /// [`super::arrange::departments`].
    pub departments: bool,
}

impl Arrangement<'_> {
    /// Whether scores alone decide.
    pub fn is_plain(&self) -> bool {
        let bounds = usize::from(self.brand) + usize::from(self.category) + self.pins.len();
        self.diversity <= 0.0 && self.discovery <= 0.0 && bounds == 0
    }
}

impl Request<'_> {
    /// A personal request without further conditions.
    pub fn new(placement: Placement, limit: usize) -> Self {
        Request {
            placement,
            limit,
            item: None,
            category: None,
            query: "",
            attributes: Vec::new(),
            exclude: Vec::new(),
            personal: true,
            keep_viewed: false,
            arrangement: Arrangement::default(),
            rules: "",
            compatible: false,
            bundle: 0.0,
            skus: false,
            #[cfg(feature = "full")]
            setting: None,
        }
    }
}
