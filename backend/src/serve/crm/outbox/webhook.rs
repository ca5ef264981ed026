//! One delivery: a Segment `track` message, signed as Standard Webhooks has it (specification 1.0.0, symmetric).
//!
//! Signed is `<id>.<seconds>.<body>` by HMAC-SHA256, so that a receiver knows who posts, that nothing was changed, and by
//! the time that it is no replay. Verifiers exist for every language. `messageId` and `webhook-id` are the entry's id,
//! the same in each repetition: whoever keeps ids sees a message once.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tillside::report::iso;

use super::ledger::Entry;
use super::settings::{Secret, Settings};

/// Of a problem that is kept.
const SHOWN: usize = 200;

/// What is posted.
pub fn body(entry: &Entry) -> Value {
    let mut properties = json!({
        "rule": entry.rule,
        "type": entry.kind,
        "channel": entry.channel,
        "template": entry.template,
        "locale": entry.locale,
        "not_before": iso(entry.not_before),
        "not_after": iso(entry.not_after),
    });
    if let Some(campaign) = &entry.campaign {
        properties["campaign"] = campaign.as_str().into();
    }
    json!({
        "type": "track",
        "event": super::EVENT,
        "messageId": entry.id,
        "userId": entry.member,
        "timestamp": iso(entry.requested),
        "properties": properties,
        "context": { "library": { "name": "tillside-crm", "version": env!("CARGO_PKG_VERSION") } },
    })
}

/// The value of `webhook-signature`.
pub fn sign(secret: &Secret, id: &str, seconds: i64, body: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret.0).ok()?;
    mac.update(format!("{id}.{seconds}.{body}").as_bytes());
    Some(format!(
        "v1,{}",
        STANDARD.encode(mac.finalize().into_bytes())
    ))
}

/// A client that neither follows redirects nor waits longer than the settings say.
pub fn client(settings: &Settings) -> ureq::Agent {
    ureq::Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(
            settings.timeout_seconds.unsigned_abs(),
        )))
        .user_agent(concat!("tillside/", env!("CARGO_PKG_VERSION")))
        .build()
        .new_agent()
}

/// Posts an entry; `Ok` where the receiver says that it has it, else why not. `real` is the machine's clock.
///
/// # Errors
/// The status, or what became of the connection, in words for an operator.
pub fn post(
    client: &ureq::Agent,
    settings: &Settings,
    entry: &Entry,
    real: i64,
) -> Result<(), String> {
    let (Some(url), Some(secret)) = (&settings.url, &settings.secret) else {
        return Err("outbox.url is not set".into());
    };
    let body = body(entry).to_string();
    let seconds = real / 1000;
    let signature = sign(secret, &entry.id, seconds, &body).ok_or("the secret cannot sign")?;
    let sent = client
        .post(url)
        .header("content-type", "application/json")
        .header("webhook-id", &entry.id)
        .header("webhook-timestamp", seconds.to_string())
        .header("webhook-signature", signature)
        .send(&body);
    match sent {
        Ok(response) if response.status().is_success() => Ok(()),
        Ok(response) => Err(format!("the receiver answered {}", response.status())),
        Err(error) => Err(error.to_string().chars().take(SHOWN).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_as_standard_webhooks_do() {
        // The example of the reference libraries.
        let secret = STANDARD
            .decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
            .expect("base64");
        let signature = sign(
            &Secret(secret),
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(
            signature.as_deref(),
            Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        );
    }
}
