//! The records of the user, past the faults: read before and after, and damaged.

use serde_json::{Value, json};

use crate::{
    faults::Damage,
    user::User,
    world::{DEPLOYED, World},
};

/// What the tables say of the user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Records {
    pub(crate) sessions: usize,
    /// The state of the session that asks.
    pub(crate) state: String,
    pub(crate) last_seen: String,
    /// The list of live sessions.
    pub(crate) live: String,
}

pub(crate) fn tables() -> [&'static str; 2] {
    let function = DEPLOYED.function("check-session").expect("the template has it");
    ["SESSIONS_TABLE", "USERS_TABLE"].map(|name| function.environment[name].as_str())
}

impl World {
    pub(crate) fn records(&self, user: &User) -> Records {
        let sessions = self.sessions(user);
        let asking = sessions.iter().find(|item| item["session_id"]["S"] == user.session_id.as_str());
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let users = self.query(json!({
            "TableName": tables()[1],
            "KeyConditionExpression": "user_id = :user",
            "ExpressionAttributeValues": {":user": {"S": user.id}},
        }));
        Records {
            sessions: sessions.len(),
            state: asking.map(|item| text(&item["state"]["S"])).unwrap_or_default(),
            last_seen: asking.map(|item| text(&item["last_seen_at"]["N"])).unwrap_or_default(),
            live: users.first().map(|item| item["live"].to_string()).unwrap_or_default(),
        }
    }

    fn sessions(&self, user: &User) -> Vec<Value> {
        self.query(json!({
            "TableName": tables()[0],
            "KeyConditionExpression": "pk = :user",
            "ExpressionAttributeValues": {":user": {"S": user.id}},
        }))
    }

    fn query(&self, request: Value) -> Vec<Value> {
        self.dynamodb.items().query(request).expect("the engine takes the query")
    }

    pub(crate) fn damage(&self, damage: Damage, user: &User) {
        let [sessions, users] = tables();
        let of_user = json!({"user_id": {"S": user.id}});
        let sessions_of = self.sessions(user);
        let session = sessions_of.iter().find(|item| item["session_id"]["S"] == user.session_id.as_str());
        let session = session.expect("the user has logged in");
        let of_session = json!({"pk": session["pk"], "sk": session["sk"]});
        let items = self.dynamodb.items();
        let set = |table: &str, key: &Value, update: &str, name: &str, value: Value| {
            let mut request = json!({"TableName": table, "Key": key, "UpdateExpression": update,
                "ExpressionAttributeNames": {"#name": name}});
            if !value.is_null() {
                request["ExpressionAttributeValues"] = json!({ ":value": value });
            }
            items.update(request)
        };
        let done = match damage {
            Damage::SessionType => {
                set(sessions, &of_session, "SET #name = :value", "expires_at", json!({"S": "soon"}))
            }
            Damage::SessionVersion => {
                set(sessions, &of_session, "SET #name = :value", "v", json!({"N": "2"}))
            }
            Damage::UserWithoutOpenid => set(users, &of_user, "REMOVE #name", "openid", Value::Null),
            Damage::UserWithoutApp => set(users, &of_user, "REMOVE #name", "app_id", Value::Null),
            Damage::SessionGone => items.delete(json!({"TableName": sessions, "Key": of_session})),
            Damage::UserGone => items.delete(json!({"TableName": users, "Key": of_user})),
            Damage::ListType => set(users, &of_user, "SET #name = :value", "live", json!({"S": "one"})),
            Damage::ListLength => {
                set(users, &of_user, "SET #name = :value", "live", json!({"B": "AAECAwQFBgcI"}))
            }
            Damage::SealedKey => {
                let update = "SET #name = :value REMOVE session_key_previous";
                set(users, &of_user, update, "session_key", json!({"B": "AAECAwQF"}))
            }
        };
        done.expect("the engine takes the damage");
    }
}
