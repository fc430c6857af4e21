//! The command line's own help, in Chinese. In English it is what the source says above each option.

use clap::{Arg, Command};

use crate::lang::Lang;

/// By the path of the command and, behind a dot, the option's id.
const CHINESE: &[(&str, &str)] = &[
    ("wxsession", "运维已部署的小程序登录后端：检查、验证、管理用户"),
    ("wxsession.lang", "输出语言；不指定时取环境变量 LC_ALL、LC_MESSAGES、LANG"),
    ("wxsession doctor", "检查部署或凭证有什么问题，只读不写"),
    (
        "wxsession doctor.env_file",
        "函数的环境变量文件：env.json 那样的 JSON，或每行 KEY=VALUE；优先于进程环境变量",
    ),
    ("wxsession doctor.url", "已部署 API 的根地址，如有阶段名须写上"),
    ("wxsession doctor.app_id", "只检查这个小程序"),
    ("wxsession doctor.stable_token", "同时获取一次 access_token，计入当日额度；绝不使用 force_refresh"),
    ("wxsession doctor.wechat_endpoint", "微信的地址，代替 WECHAT_API_BASE_URL"),
    ("wxsession doctor.dynamodb_endpoint", "DynamoDB 的地址，代替 AWS_ENDPOINT_URL_DYNAMODB"),
    (
        "wxsession doctor.secrets_manager_endpoint",
        "Secrets Manager 的地址，代替 AWS_ENDPOINT_URL_SECRETS_MANAGER",
    ),
    ("wxsession verify", "与已部署的服务进行测试中的各段对话，并以 Markdown 报告；会登录虚构的用户"),
    ("wxsession verify.url", "服务的根地址，如有阶段名须写上；可代替 stack"),
    ("wxsession verify.wechat_url", "服务所用微信模拟器的地址；不指定时只做不需要登录的对话"),
    ("wxsession verify.code", "真实微信的 wx.login() 刚给出的 code，用它完整登录一次"),
    ("wxsession verify.app_id", "小程序的 AppID；一个部署服务多个小程序时登录必须带上"),
    ("wxsession verify.http_api", "该 API 是 HTTP API，拒绝时用它自己的措辞；指定 stack 时可自动得知"),
    ("wxsession admin", "查看或结束一个用户的会话"),
    ("wxsession admin sessions", "列出全部会话，最新在前，并说明是否仍有效"),
    ("wxsession admin sign-out", "结束该用户的全部会话；加 --session 只结束一个"),
    (".session", "只结束这个会话：`sessions` 所列的 id"),
    (".yes", "不再询问"),
    (".app_id", "小程序的 AppID"),
    (".openid", "用户在该小程序中的 openid"),
    (".users_table", "用户表：stack 的输出 UsersTableName"),
    (".sessions_table", "会话表：stack 的输出 SessionsTableName"),
    (".endpoint", "另一个 DynamoDB 的地址；http:// 视为本地，使用虚构的凭证"),
    (".stack", "已部署的 stack 的名称，读取它的输出和参数"),
    (".local", "本地服务（cargo run -p local 启动），或指定它的地址"),
    (".profile", "AWS 配置中的 profile，也可以是单点登录的"),
    (".region", "stack 所在区域"),
    (".help", "显示帮助"),
    (".version", "显示版本"),
];

/// The command in the operator's language.
pub(crate) fn translated(command: Command, lang: Lang) -> Command {
    match lang {
        Lang::En => command,
        Lang::Zh => in_chinese(command, ""),
    }
}

fn in_chinese(mut command: Command, above: &str) -> Command {
    let path = format!("{above} {}", command.get_name()).trim().to_owned();
    if let Some(about) = chinese(&path) {
        command = command.about(about).long_about(None);
    }
    let translate = |arg: Arg| match of_option(&path, arg.get_id().as_str()) {
        Some(help) => arg.help(help).long_help(None),
        None => arg,
    };
    let names: Vec<_> = command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
    let command = names.iter().fold(command.mut_args(translate), |command, name| {
        command.mut_subcommand(name, |below| in_chinese(below, &path))
    });
    command.subcommand_help_heading("命令").disable_help_subcommand(true)
}

fn of_option(path: &str, id: &str) -> Option<&'static str> {
    chinese(&format!("{path}.{id}")).or_else(|| chinese(&format!(".{id}")))
}

fn chinese(key: &str) -> Option<&'static str> {
    CHINESE.iter().find(|(known, _)| *known == key).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::{command_line::CommandLine, text::tests::is_chinese};

    fn untranslated(command: &Command, above: &str) -> Vec<String> {
        let path = format!("{above} {}", command.get_name()).trim().to_owned();
        let about = chinese(&path).is_none_or(|text| !is_chinese(text)).then(|| path.clone());
        let options = command
            .get_arguments()
            .filter(|arg| of_option(&path, arg.get_id().as_str()).is_none_or(|text| !is_chinese(text)));
        let options = options.map(|arg| format!("{path}.{}", arg.get_id()));
        let below = command.get_subcommands().flat_map(|below| untranslated(below, &path));
        about.into_iter().chain(options).chain(below).collect()
    }

    #[test]
    fn every_command_and_every_option_is_there_in_chinese() {
        assert_eq!(untranslated(&CommandLine::command(), ""), Vec::<String>::new());
        let help = translated(CommandLine::command(), Lang::Zh).render_help().to_string();
        assert!(help.contains("命令") && help.contains("检查部署"), "{help}");
    }
}
