//! Layouts of events: public data sets, warehouses and exports of analytics.

use super::{Cell, Layout, PLAIN, Role};
use crate::ingest::Kind;
use crate::ingest::kinds::Meaning::{self, Unused, Used};

const BOUGHT: Option<Meaning> = Some(Used(Kind::Buy));
const VIEWED: Option<Meaning> = Some(Used(Kind::View));

pub(super) static TABLES: [Layout; 26] = [
    Layout {
        name: "retailrocket",
        marks: &["timestamp", "visitorid", "event", "itemid", "transactionid"],
        roles: &[
            ("visitorid", Role::User),
            ("itemid", Role::Item),
            ("timestamp", Role::Time),
            ("event", Role::Kind),
            ("transactionid", Role::Order),
        ],
        ..PLAIN
    },
    Layout {
        name: "rees46",
        marks: &[
            "eventtime",
            "eventtype",
            "productid",
            "userid",
            "usersession",
        ],
        roles: &[
            ("usersession", Role::Session),
            ("userid", Role::User),
            ("productid", Role::Item),
            ("eventtime", Role::Time),
            ("eventtype", Role::Kind),
        ],
        ..PLAIN
    },
    Layout {
        name: "yoochoose",
        roles: &[
            ("session", Role::Session),
            ("time", Role::Time),
            ("item", Role::Item),
        ],
        order: &["session", "time", "item", "category"],
        cells: &[Cell::Whole, Cell::Instant, Cell::Whole, Cell::Any],
        kind: VIEWED,
        ..PLAIN
    },
    Layout {
        name: "yoochoose-buys",
        roles: &[
            ("session", Role::Session),
            ("time", Role::Time),
            ("item", Role::Item),
        ],
        order: &["session", "time", "item", "price", "quantity"],
        cells: &[
            Cell::Whole,
            Cell::Instant,
            Cell::Whole,
            Cell::Number,
            Cell::Number,
        ],
        kind: BOUGHT,
        ..PLAIN
    },
    Layout {
        name: "h&m",
        marks: &["tdat", "customerid", "articleid"],
        roles: &[
            ("customerid", Role::User),
            ("articleid", Role::Item),
            ("tdat", Role::Time),
        ],
        kind: BOUGHT,
        ..PLAIN
    },
    Layout {
        name: "instacart",
        marks: &["orderid", "productid", "addtocartorder", "reordered"],
        roles: &[
            ("orderid", Role::Order),
            ("productid", Role::Item),
            ("userid", Role::User),
        ],
        kind: BOUGHT,
        timeless: true,
        ..PLAIN
    },
    Layout {
        name: "taobao",
        roles: &[
            ("user", Role::User),
            ("item", Role::Item),
            ("kind", Role::Kind),
            ("time", Role::Time),
        ],
        order: &["user", "item", "category", "kind", "time"],
        cells: &[
            Cell::Whole,
            Cell::Whole,
            Cell::Whole,
            Cell::Word(&["pv", "buy", "cart", "fav"]),
            Cell::Seconds,
        ],
        ..PLAIN
    },
    Layout {
        name: "amazon-reviews",
        marks: &["parentasin", "userid", "timestamp", "rating"],
        roles: &[
            ("userid", Role::User),
            ("parentasin", Role::Item),
            ("timestamp", Role::Time),
        ],
        kind: VIEWED,
        ..PLAIN
    },
    Layout {
        name: "amazon-reviews-2018",
        marks: &["reviewerid", "asin", "unixreviewtime"],
        roles: &[
            ("reviewerid", Role::User),
            ("asin", Role::Item),
            ("unixreviewtime", Role::Time),
        ],
        kind: VIEWED,
        ..PLAIN
    },
    Layout {
        name: "movielens",
        marks: &["userid", "movieid", "rating", "timestamp"],
        roles: &[
            ("userid", Role::User),
            ("movieid", Role::Item),
            ("timestamp", Role::Time),
        ],
        order: &["userid", "movieid", "rating", "timestamp"],
        cells: &[Cell::Whole, Cell::Whole, Cell::Number, Cell::Seconds],
        kind: VIEWED,
        ..PLAIN
    },
    Layout {
        name: "otto",
        marks: &["session", "events"],
        roles: &[("session", Role::Session), ("events", Role::Events)],
        ..PLAIN
    },
    Layout {
        name: "otto-flat",
        marks: &["session", "aid", "ts", "type"],
        roles: &[
            ("session", Role::Session),
            ("aid", Role::Item),
            ("ts", Role::Time),
            ("type", Role::Kind),
        ],
        ..PLAIN
    },
    Layout {
        name: "tafeng",
        marks: &["transactiondt", "customerid", "productid"],
        roles: &[
            ("customerid", Role::User),
            ("productid", Role::Item),
            ("transactiondt", Role::Time),
        ],
        kind: BOUGHT,
        ..PLAIN
    },
    Layout {
        name: "dunnhumby",
        marks: &["householdkey", "basketid", "day", "productid"],
        roles: &[
            ("householdkey", Role::User),
            ("basketid", Role::Order),
            ("productid", Role::Item),
            ("day", Role::Time),
            ("transtime", Role::Clock),
            ("quantity", Role::Quantity),
        ],
        kind: BOUGHT,
        time: Some("days"),
        clock_number: true,
        ..PLAIN
    },
    Layout {
        name: "online-retail",
        marks: &["stockcode", "invoicedate", "customerid"],
        roles: &[
            ("customerid", Role::User),
            ("invoiceno", Role::Order),
            ("invoice", Role::Order),
            ("stockcode", Role::Item),
            ("invoicedate", Role::Time),
            ("quantity", Role::Quantity),
        ],
        ..PLAIN
    },
    Layout {
        name: "ga4-bigquery",
        marks: &["eventname", "eventtimestamp", "userpseudoid", "items"],
        roles: &[
            ("userpseudoid", Role::User),
            ("gasessionid", Role::Session),
            ("eventparams", Role::Params),
            ("items", Role::Items),
            ("eventtimestamp", Role::Time),
            ("eventname", Role::Kind),
        ],
        ..PLAIN
    },
    Layout {
        name: "google-retail",
        marks: &["eventtype", "visitorid", "eventtime", "productdetails"],
        roles: &[
            ("visitorid", Role::User),
            ("sessionid", Role::Session),
            ("productdetails", Role::Items),
            ("eventtime", Role::Time),
            ("eventtype", Role::Kind),
        ],
        ..PLAIN
    },
    // Before `segment-views`, which it holds all marks of where an order names one product.
    Layout {
        name: "segment-orders",
        marks: &[
            "id",
            "receivedat",
            "anonymousid",
            "event",
            "products",
            "timestamp",
        ],
        roles: &WAREHOUSE,
        ..PLAIN
    },
    Layout {
        name: "segment",
        marks: &["id", "receivedat", "anonymousid", "event", "timestamp"],
        roles: &WAREHOUSE,
        ..PLAIN
    },
    Layout {
        name: "rudderstack",
        marks: &[
            "id",
            "receivedat",
            "anonymousid",
            "event",
            "originaltimestamp",
        ],
        roles: &WAREHOUSE,
        ..PLAIN
    },
    Layout {
        name: "posthog",
        marks: &["uuid", "event", "distinctid", "timestamp", "properties"],
        roles: &[
            ("uuid", Role::Id),
            ("distinctid", Role::User),
            ("event", Role::Kind),
            ("timestamp", Role::Time),
            ("properties", Role::Properties),
        ],
        ..PLAIN
    },
    Layout {
        name: "tianchi",
        marks: &["userid", "itemid", "behaviortype", "itemcategory"],
        roles: &[
            ("userid", Role::User),
            ("itemid", Role::Item),
            ("behaviortype", Role::Kind),
            ("time", Role::Time),
        ],
        words: &[
            ("1", Used(Kind::View)),
            ("2", Unused("favourite")),
            ("3", Used(Kind::Cart)),
            ("4", Used(Kind::Buy)),
        ],
        ..PLAIN
    },
    Layout {
        name: "tmall",
        marks: &["userid", "itemid", "catid", "sellerid", "actiontype"],
        roles: &[
            ("userid", Role::User),
            ("itemid", Role::Item),
            ("actiontype", Role::Kind),
            ("timestamp", Role::Time),
        ],
        words: &[
            ("0", Used(Kind::View)),
            ("1", Used(Kind::Cart)),
            ("2", Used(Kind::Buy)),
            ("3", Unused("favourite")),
        ],
        ..PLAIN
    },
    Layout {
        name: "jdata",
        marks: &["userid", "skuid", "time", "modelid", "type"],
        roles: &[
            ("userid", Role::User),
            ("skuid", Role::Item),
            ("type", Role::Kind),
            ("time", Role::Time),
        ],
        words: &[
            ("1", Used(Kind::View)),
            ("2", Used(Kind::Cart)),
            ("3", Unused("taken out of the cart")),
            ("4", Used(Kind::Buy)),
            ("5", Unused("favourite")),
            ("6", Used(Kind::View)),
        ],
        ..PLAIN
    },
    Layout {
        name: "diginetica",
        marks: &["sessionid", "itemid", "timeframe", "eventdate"],
        roles: &[
            ("sessionid", Role::Session),
            ("itemid", Role::Item),
            ("eventdate", Role::Time),
        ],
        kind: VIEWED,
        ..PLAIN
    },
    Layout {
        name: "complete-journey",
        marks: &[
            "householdid",
            "basketid",
            "productid",
            "transactiontimestamp",
        ],
        roles: &[
            ("householdid", Role::User),
            ("basketid", Role::Order),
            ("productid", Role::Item),
            ("transactiontimestamp", Role::Time),
            ("quantity", Role::Quantity),
        ],
        ..PLAIN
    },
];

/// Tables that Segment and RudderStack keep for each event in a warehouse.
const WAREHOUSE: [(&str, Role); 12] = [
    ("id", Role::Id),
    ("anonymousid", Role::User),
    ("userid", Role::User),
    ("orderid", Role::Order),
    ("productid", Role::Item),
    ("products", Role::Items),
    ("timestamp", Role::Time),
    ("originaltimestamp", Role::Time),
    ("sentat", Role::Time),
    ("receivedat", Role::Time),
    ("event", Role::Kind),
    ("quantity", Role::Quantity),
];
