//! `DynamoDB` as far as the functions use it: canned answers, requests checked.

use serde_json::{Value, json};

use crate::http::{Request, answer};
use crate::records::{
    MESSAGE, SESSIONS, TOKEN_HASH, USER_ID, USERS, liveness, message, session, shape, user, written,
};

/// The answers of one run, made before it starts so that they cost nothing while it is measured.
pub(crate) struct Table {
    both: Vec<u8>,
    liveness: Vec<u8>,
    user: Vec<u8>,
    message: Vec<u8>,
    updated: Vec<u8>,
    listed: Vec<u8>,
    nothing: Vec<u8>,
    healthy: Vec<u8>,
    wanted_shape: Vec<(String, String)>,
}

impl Table {
    pub(crate) fn new(active: bool) -> Self {
        let both = json!({
            "Responses": {USERS: [liveness()], SESSIONS: [session(active)]},
            "UnprocessedKeys": {},
        });
        Self {
            both: ok(&both),
            liveness: ok(&json!({"Item": liveness()})),
            user: ok(&json!({"Item": user()})),
            message: ok(&json!({"Item": message()})),
            updated: ok(&json!({"Attributes": user()})),
            listed: ok(&json!({"Responses": {SESSIONS: [session(active)]}, "UnprocessedKeys": {}})),
            nothing: ok(&json!({})),
            healthy: answer("200 OK", &[("content-type", "text/plain")], b"healthy: dynamodb"),
            wanted_shape: shape(&written()),
        }
    }

    /// The answer to the unsigned request that primes a connection; it is not counted as a call.
    pub(crate) fn healthy(&self) -> &[u8] {
        &self.healthy
    }

    /// The answer, or what is wrong with the request.
    pub(crate) fn answer(&self, request: &Request) -> Result<&[u8], String> {
        let body: Value =
            serde_json::from_slice(&request.body).map_err(|_| "a body that is not JSON".to_owned())?;
        let operation = request.target.as_deref().and_then(|target| target.rsplit('.').next());
        match operation {
            Some("BatchGetItem") => self.batch(&body),
            Some("GetItem") => self.get(&body),
            Some("UpdateItem") => {
                let whole = body["ReturnValues"] == "ALL_NEW";
                Ok(if whole { &self.updated } else { &self.nothing })
            }
            Some("PutItem") => self.put(&body),
            other => Err(format!("an unexpected operation: {other:?}")),
        }
    }

    /// Both keys, both strongly consistent; or the sessions of the user's list, of which one is still there.
    fn batch(&self, body: &Value) -> Result<&[u8], String> {
        let wanted = &body["RequestItems"];
        if wanted[USERS].is_null() {
            let asked = &wanted[SESSIONS];
            let listed = asked["Keys"]
                .as_array()
                .is_some_and(|keys| keys.iter().any(|key| key["sk"]["S"] == TOKEN_HASH));
            let right = listed && asked["ConsistentRead"] == true;
            return if right { Ok(&self.listed) } else { Err(format!("BatchGetItem asks for {asked}")) };
        }
        let user = json!([{"user_id": {"S": USER_ID}}]);
        let session = json!([{"pk": {"S": USER_ID}, "sk": {"S": TOKEN_HASH}}]);
        for (table, keys) in [(USERS, user), (SESSIONS, session)] {
            let asked = &wanted[table];
            if asked["Keys"] != keys || asked["ConsistentRead"] != true {
                return Err(format!("BatchGetItem asks {table} for {asked}"));
            }
        }
        Ok(&self.both)
    }

    fn get(&self, body: &Value) -> Result<&[u8], String> {
        if body["Key"] == json!({"pk": {"S": MESSAGE.0}, "sk": {"S": MESSAGE.1}}) {
            return Ok(&self.message);
        }
        if body["Key"] != json!({"user_id": {"S": USER_ID}}) {
            return Err(format!("GetItem asks for {}", body["Key"]));
        }
        let whole = body["ProjectionExpression"].as_str().is_none_or(|names| names.contains("session_key"));
        Ok(if whole { &self.user } else { &self.liveness })
    }

    /// What login writes is what checks are given to read.
    fn put(&self, body: &Value) -> Result<&[u8], String> {
        let written = shape(&body["Item"]);
        if written == self.wanted_shape {
            Ok(&self.nothing)
        } else {
            Err(format!("PutItem writes {written:?}, checks are given {:?}", self.wanted_shape))
        }
    }
}

fn ok(body: &Value) -> Vec<u8> {
    let body = body.to_string().into_bytes();
    let checksum = crc32fast::hash(&body).to_string();
    let headers = [
        ("server", "Server"),
        ("date", "Sun, 22 Nov 2026 06:30:00 GMT"),
        ("content-type", "application/x-amz-json-1.0"),
        ("connection", "keep-alive"),
        ("x-amzn-requestid", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEF"),
        ("x-amz-crc32", checksum.as_str()),
    ];
    answer("200 OK", &headers, &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(operation: &str, body: &Value) -> Result<(), String> {
        let request = Request {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            target: Some(format!("DynamoDB_20120810.{operation}")),
            signed: true,
            body: body.to_string().into_bytes(),
        };
        Table::new(true).answer(&request).map(drop)
    }

    #[test]
    fn both_keys_must_be_asked_for_with_strong_reads() {
        let good = json!({"RequestItems": {
            USERS: {"Keys": [{"user_id": {"S": USER_ID}}], "ConsistentRead": true},
            SESSIONS: {"Keys": [{"pk": {"S": USER_ID}, "sk": {"S": TOKEN_HASH}}], "ConsistentRead": true},
        }});
        assert_eq!(asks("BatchGetItem", &good), Ok(()));
        for table in [USERS, SESSIONS] {
            let mut weak = good.clone();
            weak["RequestItems"][table]["ConsistentRead"] = json!(false);
            assert!(asks("BatchGetItem", &weak).is_err());
            let mut other = good.clone();
            other["RequestItems"][table]["Keys"] = json!([]);
            assert!(asks("BatchGetItem", &other).is_err());
        }
    }

    #[test]
    fn a_session_of_another_form_is_noticed() {
        let mut item = written();
        assert_eq!(asks("PutItem", &json!({"Item": item})), Ok(()));
        item["colour"] = json!({"S": "red"});
        assert!(asks("PutItem", &json!({"Item": item})).is_err());
    }

    #[test]
    fn other_operations_are_not_answered() {
        assert!(asks("Scan", &json!({})).is_err());
    }
}
