//! What the functions find around them: parameters, secrets, endpoints. On AWS the account has it.

use std::{
    collections::{BTreeMap, HashMap},
    fs::OpenOptions,
    io::Write,
    net::Ipv4Addr,
    path::Path,
};

use aws_emulator::{dynamodb::EmbeddedDynamoDb, event_bridge::EventBridge, secrets_manager::SecretsManager};
use serde_json::{Map, Value, json};
use wechat_simulator::{DEFAULT_APP, DEFAULT_PUSH, PaymentAccount, PushFormat, PushMode, PushSettings};

use super::{RING_SECRET, StartError};
use crate::settings::Settings;

const APPS_SECRET: &str = "AppsSecret";

/// `web_view`: the origin of the page that the Mini Program opens.
pub(super) fn parameters(settings: &Settings, web_view: Option<&str>) -> BTreeMap<String, String> {
    let (app_id, app_secret) = app(settings);
    let mut parameters = settings.parameters.clone();
    parameters.insert("WechatAppId".to_owned(), app_id.to_owned());
    parameters.insert("WechatAppSecret".to_owned(), app_secret.to_owned());
    if let Some(origin) = web_view {
        parameters.insert("PageOrigin".to_owned(), origin.to_owned());
    }
    parameters
}

fn app(settings: &Settings) -> (&str, &str) {
    settings.real_wechat.as_ref().map_or(DEFAULT_APP, |(id, secret)| (id, secret))
}

pub(super) async fn start_secrets(settings: &Settings, key_ring: &str) -> Result<SecretsManager, StartError> {
    let port = settings.secrets_port;
    let secrets = SecretsManager::start(port).await.map_err(|source| StartError::Listen {
        what: "Secrets Manager",
        address: Ipv4Addr::LOCALHOST.into(),
        port,
        option: "--secrets-port",
        source,
    })?;
    let (app_id, app_secret) = app(settings);
    // The simulator's own keys: payments are signed at once, and messages arrive. For payments of the real WeChat put yours there;
    // its messages do not reach this machine.
    let app = if settings.real_wechat.is_none() {
        let PaymentAccount { offer_id, app_key, sandbox_app_key, .. } = PaymentAccount::local();
        let payment = json!({"offer_id": offer_id, "app_key": app_key, "sandbox_app_key": sandbox_app_key});
        let (token, key) = DEFAULT_PUSH;
        let push = json!({"token": token, "encoding_aes_key": key});
        json!({"secret": app_secret, "virtual_payment": payment, "push": push})
    } else {
        app_secret.into()
    };
    secrets.put(APPS_SECRET, &Value::Object(Map::from_iter([(app_id.to_owned(), app)])));
    secrets.put_text(RING_SECRET, key_ring);
    Ok(secrets)
}

/// With the bus that the parameter names.
pub(super) async fn start_event_bridge(settings: &Settings) -> Result<EventBridge, StartError> {
    let event_bridge = EventBridge::start(0).await.map_err(|source| StartError::Listen {
        what: "EventBridge",
        address: Ipv4Addr::LOCALHOST.into(),
        port: 0,
        option: "nothing: it takes a free one",
        source,
    })?;
    if let Some(name) = settings.parameters.get("EventBusName").filter(|name| !name.is_empty()) {
        event_bridge.create_bus(name);
    }
    Ok(event_bridge)
}

/// Message push as the console of the simulated WeChat has it.
pub(super) fn push(url: &str) -> PushSettings {
    let (token, key) = DEFAULT_PUSH;
    PushSettings {
        app_id: DEFAULT_APP.0.to_owned(),
        url: format!("{url}/wechat/push/{}", DEFAULT_APP.0),
        token: token.to_owned(),
        encoding_aes_key: key.to_owned(),
        format: PushFormat::Json,
        mode: PushMode::Secure,
    }
}

/// Tables that are kept need the keys that sealed what is in them, so those are kept beside them.
pub(super) fn key_ring(settings: &Settings) -> Result<String, StartError> {
    let key = format!("{:064x}", u128::from_be_bytes(wxsession::Random::system().bytes()));
    let fresh = json!({"current": "k1", "k1": key}).to_string();
    let Some(data) = &settings.data else { return Ok(fresh) };
    let mut file = data.clone().into_os_string();
    file.push(".keyring.json");
    match std::fs::read_to_string(&file) {
        Ok(kept) => Ok(kept),
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => {
            write_privately(file.as_ref(), &fresh).map_err(StartError::KeyRing)?;
            Ok(fresh)
        }
        Err(error) => Err(StartError::KeyRing(error)),
    }
}

/// A new file that nobody else reads: the tables may hold session_keys of the real WeChat, and this opens them.
fn write_privately(file: &Path, text: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(text.as_bytes())
}

/// What CloudFormation would say of the deployed stack, and where its services are: for the operator's tool.
pub(super) fn stack(url: &str, environment: &HashMap<String, String>, settings: &Settings) -> Value {
    let of = |name: &str| environment.get(name).map_or("", String::as_str);
    let bus = settings.parameters.get("EventBusName").map_or("", String::as_str);
    json!({
        "outputs": {
            "ApiUrl": url,
            "ApiRootResourceId": "local",
            "UsersTableName": "UsersTable",
            "SessionsTableName": "SessionsTable",
            "AppsSecretArn": of("WECHAT_APPS_SECRET_ID"),
            "SessionKeyRingSecretArn": of("SESSION_KEY_RING_SECRET_ID"),
            "AccountsFunctionArn": "AccountsFunction",
            "WechatFunctionArn": "WechatFunction",
            "ErasuresFunctionArn": "ErasuresFunction",
            "WechatUrl": of("WECHAT_API_BASE_URL"),
        },
        "variables": {
            "AWS_REGION": of("AWS_REGION"),
            "AWS_ACCESS_KEY_ID": of("AWS_ACCESS_KEY_ID"),
            "AWS_SECRET_ACCESS_KEY": of("AWS_SECRET_ACCESS_KEY"),
            "AWS_ENDPOINT_URL_DYNAMODB": of("AWS_ENDPOINT_URL_DYNAMODB"),
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": of("AWS_ENDPOINT_URL_SECRETS_MANAGER"),
            "AWS_ENDPOINT_URL_EVENTBRIDGE": of("AWS_ENDPOINT_URL_EVENTBRIDGE"),
            "AWS_ENDPOINT_URL_LAMBDA": url,
            "EVENT_BUS_NAME": bus,
            "WECHAT_API_BASE_URL": of("WECHAT_API_BASE_URL"),
        },
    })
}

/// What the template leaves to Lambda, and what is elsewhere on this machine.
pub(super) fn environment(
    settings: &Settings,
    dynamodb: &EmbeddedDynamoDb,
    (secrets, event_bridge): (&SecretsManager, &EventBridge),
    wechat_url: &str,
) -> HashMap<String, String> {
    let mut env: HashMap<String, String> = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_ENDPOINT_URL_DYNAMODB", &dynamodb.endpoint()),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets.endpoint()),
        ("AWS_ENDPOINT_URL_EVENTBRIDGE", event_bridge.endpoint()),
        ("WECHAT_APPS_SECRET_ID", APPS_SECRET),
        ("SESSION_KEY_RING_SECRET_ID", RING_SECRET),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    if settings.real_wechat.is_none() {
        env.insert("WECHAT_API_BASE_URL".to_owned(), wechat_url.to_owned());
    }
    env
}

#[cfg(all(test, unix))]
mod tests;
