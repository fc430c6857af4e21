//! Where the service is: a deployed stack, by its name, or the local service.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::{
    config::Builder,
    types::{Output, Parameter},
};
use facts::{Setting, setting::From, settings};
use serde::Deserialize;
use wxsession::env::Source as _;

use crate::{
    access::{self, Identity, failed, kind_of},
    form,
    http_client::HttpClient,
    settings::is_setting,
    surroundings::{Surroundings, Variables},
    text::{Message, texts},
};

texts! {
    NO_STACK "there is no stack {stack} in this account and in {region}" "此账号在 {region} 没有名为 {stack} 的 stack"
        => "`aws cloudformation list-stacks` names those there are; check --region and --profile" "aws cloudformation list-stacks 会列出已有的 stack；检查 --region 和 --profile";
    NO_OUTPUT "stack {stack} has no output {output}: it is not one of this template" "stack {stack} 没有输出 {output}，不是由本模板部署的"
        => "name the stack that template.yaml was deployed as" "指定用 template.yaml 部署的 stack";
    NO_LOCAL "no local service answers at {url} ({kind})" "{url} 上没有本地服务响应（{kind}）"
        => "start it: cargo run -p local; with another --port say --local http://127.0.0.1:PORT" "先启动它：cargo run -p local；如果端口不同，用 --local http://127.0.0.1:端口 指定";
    NOT_LOCAL "what answers at {url} is not the local service" "{url} 上响应的不是本地服务"
        => "say where it is: --local http://127.0.0.1:PORT" "用 --local http://127.0.0.1:端口 指定它的地址";
}

/// Which deployment.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Where {
    /// A deployed stack, by its name: its outputs and parameters are read. Where no option says which deployment, that of
    /// `WXSESSION_STACK`.
    #[arg(long, value_name = "NAME", conflicts_with = "local", global = true)]
    pub stack: Option<String>,
    /// The local service, as `cargo run -p local` starts it, or the one at this address.
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "http://127.0.0.1:3000", value_parser = form::url, global = true)]
    pub local: Option<reqwest::Url>,
    /// As whom AWS is asked.
    #[command(flatten)]
    pub identity: Identity,
}

/// What a deployment says of itself.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Stack {
    /// The outputs of the template.
    pub outputs: BTreeMap<String, String>,
    /// The parameters it was deployed with.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// Endpoints and keys of services that are not where AWS has them.
    #[serde(default)]
    pub variables: Variables,
}

impl Where {
    /// With the stack of `WXSESSION_STACK`, unless the command line says which deployment: here, or as `is_said` tells, by
    /// another option.
    pub(crate) fn or_exported(&self, around: &Surroundings, is_said: bool) -> Self {
        let is_said = is_said || self.stack.is_some() || self.local.is_some();
        let exported = || around.env.text("WXSESSION_STACK").filter(|_| !is_said);
        Self { stack: self.stack.clone().or_else(exported), ..self.clone() }
    }

    /// The name of the deployment, for a person.
    #[must_use]
    pub fn name(&self) -> String {
        self.stack.clone().or_else(|| self.local.as_ref().map(ToString::to_string)).unwrap_or_default()
    }

    /// Asks the deployment what it consists of; `None` when none is named.
    ///
    /// # Errors
    ///
    /// Why it could not be asked, and what to do.
    pub async fn find(&self, around: &Surroundings) -> Result<Option<Stack>, Message> {
        match (&self.local, &self.stack) {
            (Some(url), _) => of_local(url).await.map(Some),
            (None, Some(stack)) => self.of_stack(stack, around).await.map(Some),
            (None, None) => Ok(None),
        }
    }

    async fn of_stack(&self, name: &str, around: &Surroundings) -> Result<Stack, Message> {
        let config = access::config(&around.env, &self.identity, around).await?;
        let region = config.region().map_or("", |region| region.as_ref()).to_owned();
        let mut own = Builder::from(&config);
        own.set_endpoint_url(around.env.text("AWS_ENDPOINT_URL_CLOUDFORMATION"));
        let client = aws_sdk_cloudformation::Client::from_conf(own.build());
        let missing = || Message::from(NO_STACK).with("stack", name).with("region", &region);
        let answer = client.describe_stacks().stack_name(name).send().await.map_err(|error| {
            match kind_of(&error).as_str() {
                // CloudFormation has no code of its own for it.
                "ValidationError" => missing(),
                kind => failed("cloudformation:DescribeStacks", kind),
            }
        })?;
        let found = answer.stacks.into_iter().flatten().next().ok_or_else(missing)?;
        let output = |output: Output| output.output_key.zip(output.output_value);
        let parameter = |parameter: Parameter| parameter.parameter_key.zip(parameter.parameter_value);
        let stack = Stack {
            outputs: found.outputs.into_iter().flatten().filter_map(output).collect(),
            parameters: found.parameters.into_iter().flatten().filter_map(parameter).collect(),
            variables: Variables::from([("AWS_REGION".to_owned(), region)]),
        };
        if stack.outputs.contains_key("ApiUrl") {
            return Ok(stack);
        }
        Err(Message::from(NO_OUTPUT).with("stack", name).with("output", "ApiUrl"))
    }
}

async fn of_local(url: &reqwest::Url) -> Result<Stack, Message> {
    let answer = HttpClient::new(url.as_str()).request("GET", "/_page/stack").answered().await;
    let answer = answer.map_err(|kind| Message::from(NO_LOCAL).with("url", url).with("kind", &kind))?;
    let stack = serde_json::from_value::<Stack>(answer.body);
    let mut stack = stack.map_err(|_| Message::from(NOT_LOCAL).with("url", url))?;
    // One that asks the real WeChat has no simulator.
    stack.outputs.retain(|_, value| !value.is_empty());
    stack.variables.retain(|_, value| !value.is_empty());
    Ok(stack)
}

/// Outputs that name what the functions find in a variable.
const NAMES: [(&str, &str); 4] = [
    ("UsersTableName", settings::USERS_TABLE.name),
    ("SessionsTableName", settings::SESSIONS_TABLE.name),
    ("AppsSecretArn", settings::WECHAT_APPS_SECRET_ID.name),
    ("SessionKeyRingSecretArn", settings::SESSION_KEY_RING_SECRET_ID.name),
];

impl Stack {
    /// The output.
    ///
    /// # Errors
    ///
    /// When the stack has none of this name.
    pub fn output(&self, name: &str, of: &Where) -> Result<&str, Message> {
        let found = self.outputs.get(name).map(String::as_str);
        found.ok_or_else(|| Message::from(NO_OUTPUT).with("stack", &of.name()).with("output", name))
    }

    /// The functions' environment as the template makes it of outputs and parameters.
    #[must_use]
    pub fn environment(&self) -> Variables {
        let names = NAMES
            .into_iter()
            .filter_map(|(output, variable)| Some((variable.to_owned(), self.outputs.get(output)?.clone())));
        let settings = self
            .parameters
            .iter()
            .filter_map(|(name, value)| Some((variable_of(name)?.to_owned(), value.clone())));
        settings.filter(|(name, _)| is_setting(name)).chain(names).chain(self.variables.clone()).collect()
    }
}

/// The functions' name of a parameter of the template.
fn variable_of(parameter: &str) -> Option<&'static str> {
    let is_it = |setting: &&Setting| matches!(setting.from, From::Parameter(name, _) if name == parameter);
    settings::ALL.iter().find(is_it).map(|setting| setting.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_and_parameters_are_the_functions_environment() {
        let pairs = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let stack = Stack {
            outputs: pairs(&[("UsersTableName", "users-1"), ("ApiUrl", "https://a")]),
            parameters: pairs(&[
                ("IdleSeconds", "900"),
                ("WechatApiBaseUrl", "https://b"),
                ("WechatAppSecret", "****"),
            ]),
            variables: Variables::from([("AWS_REGION".to_owned(), "eu-west-1".to_owned())]),
        };
        let expected: [(&str, &str); 4] = [
            ("USERS_TABLE", "users-1"),
            ("IDLE_SECONDS", "900"),
            ("WECHAT_API_BASE_URL", "https://b"),
            ("AWS_REGION", "eu-west-1"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(stack.environment(), Variables::from(expected));
    }

    #[test]
    fn the_outputs_are_those_of_both_templates() {
        for template in [include_str!("../../template.yaml"), include_str!("../../template-http-api.yaml")] {
            for (output, _) in NAMES.into_iter().chain([("ApiUrl", "")]) {
                assert!(template.contains(&format!("\n  {output}:\n")), "{output}");
            }
        }
    }
}
