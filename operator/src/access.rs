//! Credentials and Region, from wherever AWS users have them, and what a call that failed means.

use std::{error::Error, io, time::Duration};

use aws_config::{
    BehaviorVersion, Region, SdkConfig, profile::ProfileFileCredentialsProvider,
    provider_config::ProviderConfig, retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials as _, error::CredentialsError},
};
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use wxsession::{aws::Connector, env::Source as _};

use crate::{
    surroundings::{Surroundings, Variables},
    text::{Message, texts},
};

texts! {
    NO_CREDENTIALS "AWS cannot be asked: no credentials in environment, profile, single sign-on or instance" "无法访问 AWS：环境变量、profile、单点登录和实例中都没有凭证"
        => "name a profile with --profile or AWS_PROFILE, or sign in with `aws sso login`" "用 --profile 或 AWS_PROFILE 指定 profile，或执行 aws sso login 登录";
    NO_PROFILE "AWS cannot be asked: there is no profile {profile}" "无法访问 AWS：没有名为 {profile} 的 profile"
        => "`aws configure list-profiles` names those there are" "aws configure list-profiles 会列出已有的 profile";
    SIGNED_OUT "AWS cannot be asked: profile {profile} is not signed in, or no longer" "无法访问 AWS：profile {profile} 尚未登录或登录已过期"
        => "aws sso login --profile {profile}" "执行 aws sso login --profile {profile}";
    BAD_PROFILE "AWS cannot be asked: profile {profile} gives no credentials ({kind})" "无法访问 AWS：profile {profile} 无法提供凭证（{kind}）"
        => "`aws sts get-caller-identity --profile {profile}` says why" "执行 aws sts get-caller-identity --profile {profile} 查看原因";
    UNSET "AWS cannot be asked: {name} is not set" "无法访问 AWS：未设置 {name}"
        => "set it, or choose a profile that has it with AWS_PROFILE" "设置它，或用 AWS_PROFILE 选择包含它的配置";
    NO_REGION "AWS cannot be asked: no Region, AWS_REGION is not set" "无法访问 AWS：没有指定区域，未设置 AWS_REGION"
        => "give --region, set AWS_REGION, or give the profile a region" "用 --region 指定，或设置 AWS_REGION，或在 profile 中写明 region";
    DENIED "the role may not call {call} ({kind})" "当前角色无权调用 {call}（{kind}）"
        => "use credentials that allow {call}" "换用允许 {call} 的凭证";
    NOT_ACCEPTED "AWS does not accept the credentials ({kind})" "AWS 不接受当前凭证（{kind}）"
        => "renew them: `aws sso login`, or new keys; and look at the clock" "更新凭证：执行 aws sso login 或换用新的密钥，并检查本机时间";
    REFUSED "{call}: nothing listens at its address ({kind})" "{call}：对应地址没有服务在监听（{kind}）"
        => "check the endpoint, and whether the service is started" "检查 endpoint 地址，以及服务是否已启动";
    NO_NAME "{call}: its address cannot be resolved ({kind})" "{call}：无法解析对应的地址（{kind}）"
        => "check AWS_REGION, the endpoint and DNS" "检查 AWS_REGION、endpoint 地址和 DNS";
    UNREACHABLE "{call} gets no answer ({kind})" "{call} 没有响应（{kind}）"
        => "check the network, AWS_REGION and the endpoint" "检查网络、AWS_REGION 和 endpoint 地址";
    NOT_AWS "{call}: what answers there does not speak like AWS ({kind})" "{call}：对应地址的响应不是 AWS 的格式（{kind}）"
        => "check the endpoint" "检查 endpoint 地址";
    FAILED "{call} fails ({kind})" "{call} 失败（{kind}）"
        => "look the error up in the AWS documentation" "请在 AWS 文档中查询该错误";
}

/// An operator may sit on another continent than the stack.
const ATTEMPT: Duration = Duration::from_secs(5);
const TOTAL: Duration = Duration::from_secs(10);
/// Not the SDK's second: what is down stays down while a person waits.
const BACKOFF: Duration = Duration::from_millis(100);

/// Which of the operator's identities and Regions.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Identity {
    /// Profile of the AWS configuration, also one with single sign-on.
    #[arg(long, value_name = "NAME", global = true)]
    pub profile: Option<String>,
    /// Region of the stack.
    #[arg(long, value_name = "REGION", global = true)]
    pub region: Option<String>,
}

/// Settings of AWS clients. Keys and Region among the variables win; what is not comes from the default chain: profile,
/// single sign-on, web identity, process, container, instance. A profile that is named as an option wins over all.
///
/// # Errors
///
/// What is missing, and what to do.
pub(crate) async fn config(
    env: &Variables,
    identity: &Identity,
    around: &Surroundings,
) -> Result<SdkConfig, Message> {
    let limits = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).operation_timeout(TOTAL);
    let http_client = Connector::new().shared();
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http_client.clone())
        .timeout_config(limits.build())
        .retry_config(RetryConfig::standard().with_initial_backoff(BACKOFF));
    let region = identity.region.clone().or_else(|| env.text("AWS_REGION")).map(Region::new);
    let of_profile = |profile: &str| {
        let from = ProviderConfig::without_region().with_http_client(http_client.clone());
        let from = from.with_region(region.clone());
        ProfileFileCredentialsProvider::builder().configure(&from).profile_name(profile).build()
    };
    if let Some(profile) = &identity.profile {
        // It means this one, whatever keys the environment has; the chain would ask those first.
        loader = loader.profile_name(profile).credentials_provider(of_profile(profile));
    } else if let Some(keys) = keys(env, around)? {
        loader = loader.credentials_provider(keys);
    }
    if region.is_none() && !around.uses_default_chain {
        return Err(NO_REGION.into());
    }
    if let Some(region) = region.clone() {
        loader = loader.region(region);
    }
    let config = loader.load().await;
    let named = identity.profile.clone().or_else(|| env.text("AWS_PROFILE"));
    if config.region().is_none() {
        return Err(missing(named.as_deref()).await.unwrap_or_else(|| NO_REGION.into()));
    }
    let Some(provider) = config.credentials_provider() else { return Err(NO_CREDENTIALS.into()) };
    let Err(error) = provider.provide_credentials().await else { return Ok(config) };
    if let Some(missing) = missing(named.as_deref()).await {
        return Err(missing);
    }
    // The chain goes on when a profile gives nothing, and then speaks of its last link.
    let own = of_profile(named.as_deref().unwrap_or("default")).provide_credentials().await.err();
    Err(match (named, own) {
        (Some(profile), own) => explained(own.as_ref().unwrap_or(&error), &profile),
        // There is one that has something, and that fails.
        (None, Some(own)) if !matches!(own, CredentialsError::CredentialsNotLoaded(_)) => {
            explained(&own, "default")
        }
        (None, _) => NO_CREDENTIALS.into(),
    })
}

/// That the profile is in none of the files, if it is so. Files that cannot be read are explained by whoever needs them.
#[expect(
    clippy::default_trait_access,
    reason = "the types of these three are not public: the files that there are"
)]
async fn missing(profile: Option<&str>) -> Option<Message> {
    let profile = profile?;
    let files =
        aws_config::profile::load(&Default::default(), &Default::default(), &Default::default(), None).await;
    let is_missing = files.ok()?.get_profile(profile).is_none();
    is_missing.then(|| Message::from(NO_PROFILE).with("profile", profile))
}

fn keys(env: &Variables, around: &Surroundings) -> Result<Option<Credentials>, Message> {
    let unset = |name| Message::from(UNSET).with("name", name);
    match (env.text("AWS_ACCESS_KEY_ID"), env.text("AWS_SECRET_ACCESS_KEY")) {
        (Some(id), Some(secret)) => {
            Ok(Some(Credentials::from_keys(id, secret, env.text("AWS_SESSION_TOKEN"))))
        }
        (Some(_), None) => Err(unset("AWS_SECRET_ACCESS_KEY")),
        (None, _) if !around.uses_default_chain => Err(unset("AWS_ACCESS_KEY_ID")),
        (None, _) => Ok(None),
    }
}

fn explained(error: &CredentialsError, profile: &str) -> Message {
    let said = chain(error).map(|error| error.to_string().to_lowercase()).collect::<Vec<_>>().join(": ");
    let kind = match error {
        CredentialsError::CredentialsNotLoaded(_) => "nothing_loaded",
        CredentialsError::ProviderTimedOut(_) => "timeout",
        CredentialsError::InvalidConfiguration(_) => "configuration",
        CredentialsError::ProviderError(_) => "provider_error",
        _ => "unknown_error",
    };
    let text = if said.contains("sso") { SIGNED_OUT } else { BAD_PROFILE };
    Message::from(text).with("profile", profile).with("kind", kind)
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

/// AWS's error code, or the kind of transport failure.
pub(crate) fn kind_of<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    match error {
        SdkError::TimeoutError(_) => "timeout".to_owned(),
        SdkError::DispatchFailure(failure) => {
            transport(failure.as_connector_error().map(|error| error as &(dyn Error + 'static))).to_owned()
        }
        SdkError::ServiceError(service) => service.err().code().unwrap_or("unknown_error").to_owned(),
        _ => "unreadable_answer".to_owned(),
    }
}

fn transport(error: Option<&(dyn Error + 'static)>) -> &'static str {
    let Some(error) = error else { return "connection" };
    let kinds = chain(error).filter_map(|error| Some(error.downcast_ref::<io::Error>()?.kind()));
    if kinds.into_iter().any(|kind| kind == io::ErrorKind::ConnectionRefused) {
        return "connection_refused";
    }
    if chain(error).any(|error| error.to_string().contains("dns error")) { "dns" } else { "connection" }
}

/// What a failure means that says nothing of the thing that was asked about.
pub(crate) fn failed(call: &str, kind: &str) -> Message {
    let text = match kind {
        "connection_refused" => REFUSED,
        "dns" => NO_NAME,
        "timeout" | "connection" | "unreadable_answer" => UNREACHABLE,
        "AccessDeniedException" | "AccessDenied" => DENIED,
        // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
        "ExpiredTokenException"
        | "ExpiredToken"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "IncompleteSignatureException"
        | "InvalidClientTokenId"
        | "MissingAuthenticationTokenException" => NOT_ACCEPTED,
        // AWS writes its codes so.
        kind if kind.starts_with(|first: char| first.is_ascii_uppercase()) => FAILED,
        _ => NOT_AWS,
    };
    Message::from(text).with("call", call).with("kind", kind)
}
