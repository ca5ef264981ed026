//! The backup of a portrait: bytes under a condition, gone with their member.

use super::*;

struct Answered {
    status: StatusCode,
    tag: Option<String>,
    bytes: Vec<u8>,
}

impl Client {
    async fn backup(
        &self,
        method: &str,
        bytes: &[u8],
        condition: Option<(&str, &str)>,
    ) -> Answered {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}/me/backup", api::PREFIX))
            .header("tillside-now", self.now)
            .header("authorization", format!("Bearer {}", self.token));
        if let Some((name, value)) = condition {
            request = request.header(name, value);
        }
        let request = request.body(Body::from(bytes.to_vec())).expect("a request");
        let response = tower_call(&mut self.router.clone(), request).await;
        let tag = response.headers().get("etag");
        let tag = tag.map(|tag| tag.to_str().expect("ASCII").to_owned());
        let status = response.status();
        let body = response.into_body().collect().await.expect("a body");
        Answered {
            status,
            tag,
            bytes: body.to_bytes().to_vec(),
        }
    }
}

fn refused(answered: &Answered) -> (u16, String) {
    let value: Value = serde_json::from_slice(&answered.bytes).expect("JSON");
    let code = value["code"].as_str().expect("a code");
    (answered.status.as_u16(), code.into())
}

fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.into())
}

#[tokio::test]
async fn of_two_devices_that_write_at_once_the_second_has_to_merge() {
    let mut client = Client::new();
    client.join("a", None).await;
    let none = client.backup("GET", b"", None).await;
    assert_eq!(refused(&none), is(404, "crm.unknown"));
    let absent = Some(("if-none-match", "*"));
    let first = client.backup("PUT", b"\x00\xffone", absent).await;
    let tag = first.tag.expect("a tag");
    let read = client.backup("GET", b"", None).await;
    assert_eq!(read.bytes, b"\x00\xffone");
    assert_eq!(read.tag.as_deref(), Some(tag.as_str()));
    let second = client.backup("PUT", b"two", absent).await;
    assert_eq!(refused(&second), is(412, "crm.backup_changed"));
    let own = Some(("if-match", tag.as_str()));
    let merged = client.backup("PUT", b"both", own).await;
    assert_eq!(merged.status, StatusCode::OK);
    let late = client.backup("PUT", b"late", own).await;
    assert_eq!(refused(&late), is(412, "crm.backup_changed"));
    let blind = client.backup("PUT", b"blind", None).await;
    assert_eq!(refused(&blind), is(428, "crm.backup_condition"));
    let large = client.backup("PUT", &vec![7; 256 * 1024 + 1], own).await;
    assert_eq!(refused(&large), is(413, "crm.backup_size"));
    assert_eq!(client.backup("GET", b"", None).await.bytes, b"both");
}

#[tokio::test]
async fn a_backup_is_its_members_alone_and_goes_with_them() {
    let mut client = Client::new();
    client.join("a", None).await;
    let absent = Some(("if-none-match", "*"));
    let written = client.backup("PUT", b"of a", absent).await;
    let own = client.token.clone();
    client.join("b", None).await;
    let other = client.backup("GET", b"", None).await;
    assert_eq!(refused(&other), is(404, "crm.unknown"));
    client.token = own;
    let deleted = client.backup("DELETE", b"", None).await;
    assert_eq!(deleted.status, StatusCode::OK);
    let gone = client.backup("GET", b"", None).await;
    assert_eq!(refused(&gone), is(404, "crm.unknown"));
    // A tag stands for one state, also after a deletion.
    client.backup("PUT", b"again", absent).await;
    let tag = written.tag.expect("a tag");
    let late = client
        .backup("PUT", b"late", Some(("if-match", &tag)))
        .await;
    assert_eq!(refused(&late), is(412, "crm.backup_changed"));
    client.call("DELETE", "/me", Value::Null).await;
    let left = client.crm.transact(|database| {
        let count = database.query_row("SELECT count(*) FROM backups", [], |row| row.get(0))?;
        Ok::<i64, _>(count)
    });
    assert_eq!(left.expect("it reads"), 0);
}
