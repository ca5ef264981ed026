//! Signed, expiring facts about a member: a JSON Web Signature (RFC 7515) with Ed25519 (RFC 8037).
//!
//! A page cannot keep a secret, so what it is told about a member must be checkable with a public key, belong to one
//! member, and expire soon. The key is made on the first start and kept in a file that only its owner may read; the
//! public half is at `/crm/v1/keys` as a JSON Web Key set.

use std::io::Write;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ed25519_dalek::{Signer as _, SigningKey};
use rusqlite::Connection;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::config::Shop;
use super::error::{CrmError, StartError};
use super::{channel, contact, coupon, member, order, points};

/// How long facts may be used.
const VALID_MS: i64 = 10 * 60 * 1000;
/// Orders that are listed one by one; older ones are summed up.
const LISTED: usize = 50;
pub const TYPE: &str = "tillside-facts+jws";

pub struct Signer {
    key: SigningKey,
    /// The first 16 hex digits of the SHA-256 of the public key.
    id: String,
}

impl Signer {
    /// Reads the key; makes it where it is missing.
    ///
    /// # Errors
    /// `crm.key`.
    pub fn open(path: &Path) -> Result<Signer, StartError> {
        let error = |cause: String| StartError::Key {
            path: path.into(),
            cause,
        };
        let seed: [u8; 32] = match std::fs::read(path) {
            Ok(bytes) => bytes
                .try_into()
                .map_err(|bytes: Vec<u8>| error(format!("it has {} bytes, not 32", bytes.len())))?,
            Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => {
                let mut seed = [0; 32];
                getrandom::fill(&mut seed).map_err(|cause| error(cause.to_string()))?;
                let mut options = std::fs::OpenOptions::new();
                options.write(true).create_new(true);
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
                let mut file = options
                    .open(path)
                    .map_err(|cause| error(cause.to_string()))?;
                file.write_all(&seed)
                    .and_then(|()| file.sync_all())
                    .map_err(|cause| error(cause.to_string()))?;
                seed
            }
            Err(cause) => return Err(error(cause.to_string())),
        };
        let key = SigningKey::from_bytes(&seed);
        let id = Sha256::digest(key.verifying_key().as_bytes())
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Ok(Signer { key, id })
    }

    /// The public key as a JSON Web Key set.
    pub fn keys(&self) -> Value {
        json!({ "keys": [{
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.id,
            "x": BASE64.encode(self.key.verifying_key().as_bytes()),
        }] })
    }

    fn sign(&self, payload: &impl Serialize) -> Result<String, CrmError> {
        let header = json!({ "alg": "EdDSA", "typ": TYPE, "kid": self.id });
        let payload =
            serde_json::to_vec(payload).map_err(|error| CrmError::Internal(error.to_string()))?;
        let signed = format!(
            "{}.{}",
            BASE64.encode(header.to_string()),
            BASE64.encode(payload)
        );
        let signature = self.key.sign(signed.as_bytes());
        Ok(format!("{signed}.{}", BASE64.encode(signature.to_bytes())))
    }
}

/// How long what is handed over may be used.
const HANDOFF_MS: i64 = 30 * 60 * 1000;
/// Base64url of a SHA-256.
const DIGEST: usize = 43;

/// Vouches that this member hands something over until a time. Only its digest is seen, so what a device knows of a
/// shopper stays between the device and whoever is shown the code.
///
/// # Errors
/// `crm.field`.
pub fn vouch(
    signer: &Signer,
    member: &str,
    digest: &str,
    expires: i64,
    now: i64,
) -> Result<Value, CrmError> {
    if digest.len() != DIGEST || BASE64.decode(digest).is_err() {
        return Err(CrmError::Field {
            field: "digest",
            found: format!("{digest:?}"),
            expected: "a SHA-256 as base64url without padding, 43 characters",
        });
    }
    if expires <= now || expires > now + HANDOFF_MS || expires % 1000 != 0 {
        return Err(CrmError::Field {
            field: "expires",
            found: expires.to_string(),
            expected: "Unix milliseconds of a whole second within 30 minutes",
        });
    }
    let said = format!("tillside-handoff-1.{member}.{}.{digest}", expires / 1000);
    let signature = signer.key.sign(said.as_bytes());
    Ok(json!({
        "member": member,
        "expires": expires,
        "kid": signer.id,
        "signature": BASE64.encode(signature.to_bytes()),
    }))
}

/// Everything a page may know of a member, signed.
pub fn of(
    database: &Connection,
    shop: &Shop,
    signer: &Signer,
    id: &str,
    now: i64,
) -> Result<Value, CrmError> {
    let facts = collect(database, shop, id, now)?;
    let expires = now + VALID_MS;
    let signed = signer.sign(&json!({
        "sub": id,
        "iat": now / 1000,
        "exp": expires / 1000,
        "jti": uuid::Uuid::new_v4().to_string(),
        "facts": facts,
    }))?;
    Ok(json!({ "token": signed, "expires": expires }))
}

fn collect(database: &Connection, shop: &Shop, id: &str, now: i64) -> Result<Value, CrmError> {
    let member = member::get(database, id)?;
    let standing = points::standing(database, shop, id, now)?;
    let rank = shop.rank(&standing.tier);
    let lots = points::settle(database, id, now)?;
    let orders = order::all(database, id)?;
    let kept = orders
        .iter()
        .filter(|order| matches!(order.state.as_str(), "placed" | "delivered"));
    let (mut count, mut spent, mut first) = (0, 0, None);
    for order in kept {
        count += 1;
        spent += order.total;
        first = Some(order.placed);
    }
    let open: Vec<_> = contact::all(database, id)?
        .into_iter()
        .filter(|contact| contact.resolved.is_none())
        .collect();
    let wallet: Vec<_> = coupon::wallet(database, id)?
        .into_iter()
        .filter(|coupon| coupon.redeemed.is_none() && coupon.expires > now)
        .collect();
    let rewards: Vec<_> = shop
        .rewards
        .iter()
        .filter(|reward| shop.rank(&reward.tier) <= rank)
        .collect();
    let early: Vec<_> = shop
        .early_access
        .iter()
        .map(|access| json!({ "item": access.item, "public": access.public_ms, "granted": shop.rank(&access.tier) <= rank }))
        .collect();
    let channels = channel::of(database, id)?;
    Ok(json!({
        "channels": channels.allowed(),
        "address": channels.address,
        "currency": shop.currency,
        "joined": member.joined,
        "birthday": member.birthday,
        "standing": standing,
        "points": { "balance": lots.iter().map(|lot| lot.amount).sum::<i64>(), "expiring": lots },
        "rewards": rewards,
        "earlyAccess": early,
        "wallet": wallet,
        "orders": {
            "count": count,
            "spent": spent,
            "first": first,
            "recent": orders.iter().take(LISTED).collect::<Vec<_>>(),
        },
        "contacts": open,
        "bookings": contact::bookings(database, id, now)?,
    }))
}
