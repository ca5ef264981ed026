//! Refusals of the CRM: a stable code, the offending value, the remedy.

use std::path::PathBuf;

use axum::http::StatusCode;

use crate::Coded;

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    #[error("the data folder {path} cannot be made: {source}; give another with --data, or make it writable", path = .path.display())]
    Folder {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the CRM database {path} cannot be opened: {source}; check the rights of the folder and the space on the disk, or give another folder with --data", path = .path.display())]
    Database {
        path: PathBuf,
        source: rusqlite::Error,
    },
    #[error("the CRM database {path} has layout {found}, this version reads up to {newest}; use the version of tillside that made it, or give another folder with --data", path = .path.display())]
    Version {
        path: PathBuf,
        found: i64,
        newest: i64,
    },
    #[error("the signing key {path} cannot be used: {cause}; delete it to have a new one made (facts signed with the old one are refused then)", path = .path.display())]
    Key { path: PathBuf, cause: String },
    #[error("the CRM settings {path} cannot be read: {cause}; see docs/crm.md", path = .path.display())]
    Settings { path: PathBuf, cause: String },
}

impl Coded for StartError {
    fn code(&self) -> &'static str {
        match self {
            StartError::Folder { .. } => "crm.folder",
            StartError::Database { .. } => "crm.database",
            StartError::Version { .. } => "crm.version",
            StartError::Key { .. } => "crm.key",
            StartError::Settings { .. } => "crm.settings",
        }
    }
}

/// Why a call was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CrmError {
    #[error("unknown operation {method} {path}; /crm/v1/openapi.json lists them")]
    Operation { method: String, path: String },
    #[error(
        "this call is for members; sign in by POST /crm/v1/sign-in and send the token as Authorization: Bearer"
    )]
    SignIn,
    #[error(
        "this call is for operators; send outbox.key of the CRM's settings as Authorization: Bearer, and set one where there is none"
    )]
    Operator,
    #[error("login or secret is wrong; try again, or register by POST /crm/v1/members")]
    Credentials,
    #[error("invalid body: {0}; /crm/v1/openapi.json describes it")]
    Body(String),
    #[error("{field} is {found}; expected {expected}")]
    Field {
        field: &'static str,
        found: String,
        expected: &'static str,
    },
    #[error("the login {0:?} is taken; choose another, or sign in")]
    Taken(String),
    #[error("this member has no {what} {id:?}; list them first")]
    Unknown { what: &'static str, id: String },
    #[error("order {id} is {state}; {wanted} needs one that is {needed}")]
    OrderState {
        id: String,
        state: String,
        wanted: &'static str,
        needed: &'static str,
    },
    #[error(
        "coupon {code} needs a cart of {needed}, this one has {has}; add items, or order without it"
    )]
    Threshold { code: String, needed: i64, has: i64 },
    #[error("coupon {code} expired at {at} (Unix milliseconds); order without it")]
    Expired { code: String, at: i64 },
    #[error("coupon {code} was used in order {order}; order without it")]
    Used { code: String, order: String },
    #[error(
        "coupon {code} takes off {discount}, and these items may be reduced by {headroom} in all; order without it, or add items that may be reduced"
    )]
    Headroom {
        code: String,
        discount: i64,
        headroom: i64,
    },
    #[error("campaign {0:?} is unknown or not running; GET /crm/v1/campaigns lists those that are")]
    Campaign(String),
    #[error("campaign {0:?} has spent its budget; choose another of GET /crm/v1/campaigns")]
    Budget(String),
    #[error(
        "campaign {campaign:?} is for members who {needed}; choose another of GET /crm/v1/campaigns"
    )]
    Ineligible {
        campaign: String,
        needed: &'static str,
    },
    #[error("this takes {needed} points, the member has {has}; choose something that costs less")]
    Points { needed: i64, has: i64 },
    #[error("{what:?} is for tier {tier:?} and above; choose another")]
    Tier { what: String, tier: String },
    #[error(
        "store {store} takes no visit at {visit} (Unix milliseconds); choose a time within its hours and a month, as GET /crm/v1/stores has them"
    )]
    Closed { store: String, visit: i64 },
    #[error("a member holds at most {0} visits to come; cancel one first")]
    Bookings(usize),
    #[error(
        "group {id} is {state}; start another, or join one that GET /crm/v1/group-buys lists for the item"
    )]
    GroupClosed { id: String, state: &'static str },
    #[error(
        "the member is in group {0} of the same item; order at its price first, or wait until it is over"
    )]
    GroupHeld(String),
    #[error("the price of group {id} does not hold: {cause}; order without it")]
    GroupPrice { id: String, cause: &'static str },
    #[error(
        "group {id} takes off {discount}, and the item may be reduced by {headroom}; order without it"
    )]
    GroupHeadroom {
        id: String,
        discount: i64,
        headroom: i64,
    },
    #[error(
        "another device has written the backup meanwhile; get it, merge it and write again with its ETag as If-Match"
    )]
    BackupChanged,
    #[error(
        "a backup is written under a condition; send the ETag of the one that was merged as If-Match, or If-None-Match: * where there is none"
    )]
    BackupCondition,
    #[error("the backup is {bytes} bytes, the limit is {limit}; send less")]
    BackupSize { bytes: usize, limit: usize },
    #[error("the Idempotency-Key {0:?} was used for another call; use a fresh key for each call")]
    KeyReused(String),
    #[error("the database failed: {0}; send the call again, and tell the operator")]
    Database(#[from] rusqlite::Error),
    #[error("the service failed: {0}; send the call again, and tell the operator")]
    Internal(String),
}

impl CrmError {
    pub fn status(&self) -> StatusCode {
        match self {
            CrmError::Operation { .. } | CrmError::Unknown { .. } | CrmError::Campaign(_) => {
                StatusCode::NOT_FOUND
            }
            CrmError::SignIn | CrmError::Operator | CrmError::Credentials => {
                StatusCode::UNAUTHORIZED
            }
            CrmError::Body(_) | CrmError::Field { .. } => StatusCode::BAD_REQUEST,
            CrmError::Taken(_)
            | CrmError::OrderState { .. }
            | CrmError::Threshold { .. }
            | CrmError::Expired { .. }
            | CrmError::Used { .. }
            | CrmError::Headroom { .. }
            | CrmError::Budget(_)
            | CrmError::Points { .. }
            | CrmError::Closed { .. }
            | CrmError::Bookings(_)
            | CrmError::GroupClosed { .. }
            | CrmError::GroupHeld(_)
            | CrmError::GroupPrice { .. }
            | CrmError::GroupHeadroom { .. }
            | CrmError::KeyReused(_) => StatusCode::CONFLICT,
            CrmError::BackupChanged => StatusCode::PRECONDITION_FAILED,
            CrmError::BackupCondition => StatusCode::PRECONDITION_REQUIRED,
            CrmError::BackupSize { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            CrmError::Ineligible { .. } | CrmError::Tier { .. } => StatusCode::FORBIDDEN,
            CrmError::Database(_) | CrmError::Internal(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl Coded for CrmError {
    fn code(&self) -> &'static str {
        match self {
            CrmError::Operation { .. } => "crm.operation",
            CrmError::SignIn => "crm.sign_in",
            CrmError::Operator => "crm.operator",
            CrmError::Credentials => "crm.credentials",
            CrmError::Body(_) => "crm.body",
            CrmError::Field { .. } => "crm.field",
            CrmError::Taken(_) => "crm.login_taken",
            CrmError::Unknown { .. } => "crm.unknown",
            CrmError::OrderState { .. } => "crm.order_state",
            CrmError::Threshold { .. } => "crm.coupon_threshold",
            CrmError::Expired { .. } => "crm.coupon_expired",
            CrmError::Used { .. } => "crm.coupon_used",
            CrmError::Headroom { .. } => "crm.coupon_headroom",
            CrmError::Campaign(_) => "crm.campaign",
            CrmError::Budget(_) => "crm.budget",
            CrmError::Ineligible { .. } => "crm.ineligible",
            CrmError::Points { .. } => "crm.points",
            CrmError::Tier { .. } => "crm.tier",
            CrmError::Closed { .. } => "crm.closed",
            CrmError::Bookings(_) => "crm.bookings",
            CrmError::GroupClosed { .. } => "crm.group_closed",
            CrmError::GroupHeld(_) => "crm.group_held",
            CrmError::GroupPrice { .. } => "crm.group_price",
            CrmError::GroupHeadroom { .. } => "crm.group_headroom",
            CrmError::BackupChanged => "crm.backup_changed",
            CrmError::BackupCondition => "crm.backup_condition",
            CrmError::BackupSize { .. } => "crm.backup_size",
            CrmError::KeyReused(_) => "crm.key_reused",
            CrmError::Database(_) => "crm.database",
            CrmError::Internal(_) => "crm.internal",
        }
    }
}
