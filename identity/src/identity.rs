//! The identity behind a request, and its two forms: as a REST API hands it on, and as an HTTP API does.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;

use crate::{Profile, SessionId, UserId};

/// What a page's origin is called where it is handed on.
pub const AUDIENCE: &str = "audience";

/// The identity behind a request that the authorizer let through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The user's stable name.
    pub user_id: UserId,
    /// The Mini Program.
    pub app_id: String,
    /// WeChat's name of the user in this Mini Program.
    pub openid: String,
    /// WeChat's name of the user across one owner's apps, when there is one.
    pub unionid: Option<String>,
    /// The session's public name.
    pub session_id: SessionId,
    /// When the session ends, unix seconds.
    pub expires_at: i64,
    /// When the session's login was, unix seconds: for what needs a fresh one.
    pub auth_time: Option<i64>,
    /// The origin of the page in a web-view whose session it is; `None` for the Mini Program's own.
    pub audience: Option<String>,
    /// What the business says of the user: roles, claims, external id. As they are at this request.
    pub profile: Profile,
}

/// An identity as it is handed on: flat, and of strings only, because REST APIs refuse anything else.
#[derive(Debug)]
pub struct HandedOn(Identity);

impl Identity {
    /// Reads `requestContext.authorizer` of an event: flat behind a REST API, under `lambda` behind
    /// an HTTP API. `None` when no authorizer of ours was asked.
    #[must_use]
    pub fn from_authorizer(context: &Value) -> Option<Self> {
        let flat = context.get("lambda").unwrap_or(context);
        Self::from_fields(flat.as_object()?)
    }

    /// Reads what was handed on, name by name: of `lambda_http` that is `request_context_ref()`, `authorizer()`, `fields`.
    pub fn from_fields<'a>(fields: impl IntoIterator<Item = (&'a String, &'a Value)>) -> Option<Self> {
        let mut handed_on = BTreeMap::new();
        for (name, value) in fields {
            if handed_on.insert(name.as_str(), value).is_some() {
                return None; // no list of names has one twice
            }
        }
        let text = |name| handed_on.get(name).and_then(|value| value.as_str());
        Some(Self {
            user_id: UserId::parse(text("user_id")?)?,
            app_id: name(handed_on.get("app_id")?)?,
            openid: name(handed_on.get("openid")?)?,
            unionid: match handed_on.get("unionid") {
                None => None,
                Some(unionid) => Some(name(unionid)?),
            },
            session_id: SessionId::parse(text("session_id")?)?,
            expires_at: seconds(handed_on.get("expires_at")?)?,
            auth_time: match handed_on.get("auth_time") {
                None => None,
                Some(time) => Some(seconds(time)?),
            },
            audience: match handed_on.get(AUDIENCE) {
                None => None,
                Some(audience) => Some(visible(audience, LONGEST_ORIGIN)?),
            },
            profile: Profile::handed_on(&handed_on)?,
        })
    }

    /// What [`Identity::from_authorizer`] reads behind every kind of API.
    #[must_use]
    pub fn hand_on(self) -> HandedOn {
        HandedOn(self)
    }
}

impl Serialize for HandedOn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(identity) = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("user_id", &identity.user_id.to_string())?;
        map.serialize_entry("app_id", &identity.app_id)?;
        map.serialize_entry("openid", &identity.openid)?;
        if let Some(unionid) = &identity.unionid {
            map.serialize_entry("unionid", unionid)?;
        }
        map.serialize_entry("session_id", &identity.session_id.to_string())?;
        map.serialize_entry("expires_at", &identity.expires_at.to_string())?;
        if let Some(auth_time) = identity.auth_time {
            map.serialize_entry("auth_time", &auth_time.to_string())?;
        }
        if let Some(audience) = &identity.audience {
            map.serialize_entry(AUDIENCE, audience)?;
        }
        identity.profile.hand_on(&mut map)?;
        map.end()
    }
}

/// Ample for a scheme, a name of DNS and a port.
const LONGEST_ORIGIN: usize = 512;

/// A name that WeChat gave: 1 to 48 visible ASCII characters.
fn name(value: &Value) -> Option<String> {
    visible(value, 48)
}

fn visible(value: &Value, most: usize) -> Option<String> {
    let text = value.as_str()?;
    let fits = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| text.to_owned())
}

/// Unix seconds as they are handed on: text, like everything. Fifteen digits are exact in every language.
fn seconds(value: &Value) -> Option<i64> {
    let text = value.as_str()?;
    let fits = text.len() <= 15 && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Claims, ExternalId, Roles};

    fn handed_on() -> Value {
        json!({"user_id": "22222222-2222-8222-8222-222222222222", "app_id": "wx0123456789abcdef", "openid": "o",
            "session_id": "018bcfe5-6800-7000-8000-000000000000", "expires_at": "1700000000",
            "auth_time": "1699990000"})
    }

    #[test]
    fn reads_what_rest_and_http_apis_hand_on() {
        let mut flat = handed_on();
        flat["principalId"] = "u".into();
        flat["integrationLatency"] = 3.into();
        let identity = Identity::from_authorizer(&flat).unwrap();
        assert_eq!((identity.openid.as_str(), identity.expires_at), ("o", 1_700_000_000));
        let mut other = handed_on();
        other["unionid"] = "n".into();
        let nested = Identity::from_authorizer(&json!({"lambda": other})).unwrap();
        assert_eq!(nested, Identity { unionid: Some("n".to_owned()), ..identity });
    }

    #[test]
    fn reads_what_it_writes() {
        for (unionid, audience) in
            [(None, None), (Some("n".to_owned()), Some("https://m.example.com".to_owned()))]
        {
            let external_id = ExternalId::new("crm:4711").ok();
            let roles = Roles::new(["editor", "staff"]).unwrap();
            let texts = [("tier", json!("gold")), ("zone", json!("a b"))];
            let claims = Claims::new(texts.iter().map(|(name, text)| (*name, text))).unwrap();
            let profile = Profile { roles, claims, external_id };
            let identity =
                Identity { unionid, audience, profile, ..Identity::from_authorizer(&handed_on()).unwrap() };
            let written = serde_json::to_value(identity.clone().hand_on()).unwrap();
            assert!(written.as_object().unwrap().values().all(Value::is_string), "REST APIs refuse the rest");
            assert_eq!((&written["claim_tier"], &written["claim_zone"]), (&json!("gold"), &json!("a b")));
            assert_eq!(Identity::from_authorizer(&written), Some(identity));
        }
    }

    #[test]
    fn reads_what_the_business_said_of_the_user() {
        let mut context = handed_on();
        let none = Identity::from_authorizer(&context).unwrap();
        assert_eq!((none.profile, none.auth_time), (Profile::default(), Some(1_699_990_000)));
        context["roles"] = "editor staff".into();
        context["external_id"] = "crm:4711".into();
        context["claim_tier"] = "gold=4:\" #".into();
        context["claim_level"] = "3".into();
        let Profile { roles, claims, external_id } = Identity::from_authorizer(&context).unwrap().profile;
        assert!(roles.contains("staff") && !roles.contains("admin"));
        assert_eq!(
            (claims.get("tier"), claims.get("level"), claims.get("beta")),
            (Some("gold=4:\" #"), Some("3"), None)
        );
        assert_eq!(external_id.unwrap().as_str(), "crm:4711");
    }

    #[test]
    fn a_role_or_claim_that_no_authorizer_of_ours_wrote_is_nobodys() {
        for (name, value) in [
            ("roles", json!("")),
            ("roles", json!("staff,admin")),
            ("roles", json!(["staff"])),
            ("roles", Value::Null),
            ("external_id", json!(7)),
            ("external_id", json!("")),
            ("claim_", json!("x")),
            ("claim_Tier", json!("x")),
            ("claim_sub", json!("x")),
            ("claim_tier", json!(3)),
            ("claim_tier", json!("a\nb")),
        ] {
            let mut context = handed_on();
            context[name] = value.clone();
            assert_eq!(Identity::from_authorizer(&context), None, "{name}: {value}");
        }
    }

    #[test]
    fn a_name_that_is_there_twice_is_not_read_once() {
        let context = handed_on();
        let once: Vec<_> = context.as_object().unwrap().iter().collect();
        assert!(Identity::from_fields(once.iter().copied()).is_some());
        for twice in &once {
            assert_eq!(Identity::from_fields(once.iter().chain([twice]).copied()), None, "{}", twice.0);
        }
    }

    #[test]
    fn without_an_authorizer_there_is_nobody() {
        assert_eq!(Identity::from_authorizer(&json!({})), None);
        assert_eq!(Identity::from_authorizer(&json!({"principalId": "user"})), None);
        assert_eq!(Identity::from_authorizer(&Value::Null), None);
        for name in ["user_id", "app_id", "openid", "session_id", "expires_at"] {
            let mut without = handed_on();
            without.as_object_mut().unwrap().remove(name);
            assert_eq!(Identity::from_authorizer(&without), None, "{name}");
        }
        for name in ["user_id", "session_id", "expires_at"] {
            let mut broken = handed_on();
            broken[name] = "018BCFE5-6800-7000-8000-000000000000".into();
            assert_eq!(Identity::from_authorizer(&broken), None, "{name} in another spelling");
        }
    }
}
