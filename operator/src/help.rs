//! The command line's own help, in Chinese. In English it is what the source says above each option.

use clap::{Arg, ArgAction, Command};

use crate::lang::Lang;

/// By the path of the command and, behind a dot, the option's id.
const CHINESE: &[(&str, &str)] = &[
    ("wxsession", "运维已部署的小程序登录后端：检查、验证、管理用户"),
    ("wxsession.lang", "输出语言，en 或 zh；不指定时取环境变量 LC_ALL、LC_MESSAGES、LANG"),
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
    ("wxsession admin", "查看一个用户、结束会话、封禁、设置角色、删除账号，均通过 accounts 函数"),
    ("wxsession admin show", "显示账号：时间、封禁、角色、声明"),
    ("wxsession admin sessions", "列出有效会话，最新在前"),
    ("wxsession admin find", "按 unionid 或外部 id 查找用户，或查看某个 openid 是否有账号"),
    ("wxsession admin sign-out", "结束该用户的全部会话；加 --session 只结束一个"),
    ("wxsession admin block", "从下一个请求起拒绝该用户，并结束其全部会话"),
    ("wxsession admin unblock", "允许该用户再次登录；已结束的会话不会恢复"),
    ("wxsession admin roles", "用这些角色替换全部角色"),
    ("wxsession admin claims", "用这些声明替换全部声明"),
    ("wxsession admin external-id", "设置业务方对该用户的称呼"),
    ("wxsession admin erase", "删除账号：名称、密钥、角色、声明、会话；封禁会保留"),
    ("wxsession admin erase-list", "删除名单中各 openid 的账号，例如微信邮件中的注销名单"),
    (".file", "文本文件，每行一个 openid；空行和以 # 开头的行不计"),
    (".created_before", "不处理在此时间或之后注册的账号：2026-12-31T16:00:00Z 或 unix 秒数"),
    (".function", "无法读取 stack 时直接给出函数名称或 ARN"),
    (".actor", "操作者，写入审计事件；默认为本机用户名"),
    (".yes", "不再询问"),
    (".user_id", "用户在此处的 id，见日志和小程序"),
    (".session", "该用户的一个会话；单独使用时会在整张会话表中查找其用户"),
    (".app_id", "小程序的 AppID"),
    (".openid", "用户在该小程序中的 openid，不会离开本机"),
    ("wxsession admin find.openid", "用户在该小程序中的 openid"),
    (".unionid", "用户在各小程序间共用的 unionid"),
    (".external_id", "业务方对该用户的称呼"),
    (".reason", "原因代码，例如 spam；用户看不到"),
    (".until", "从何时起可以再次登录：2026-12-31T16:00:00Z 或 unix 秒数"),
    (".roles", "角色"),
    (".claims", "声明；数字、true、false 按其类型，其余为文本"),
    (".name", "称呼"),
    (".none", "全部去掉"),
    (".stack", "已部署的 stack 的名称，读取它的输出和参数；没有选项指定部署时取环境变量 WXSESSION_STACK"),
    (".local", "本地服务（cargo run -p local 启动），或指定它的地址"),
    (".profile", "AWS 配置中的 profile，也可以是单点登录的"),
    (".region", "stack 所在区域"),
    (".help", "显示帮助"),
    (".version", "显示版本"),
];

/// What clap writes around the options is English; so are its own options for help and version.
const TEMPLATE: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}";

/// The command in the operator's language.
pub(crate) fn translated(command: Command, lang: Lang) -> Command {
    match lang {
        Lang::En => command,
        Lang::Zh => {
            let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
            in_chinese(command.disable_version_flag(true).arg(version), "")
        }
    }
}

fn in_chinese(mut command: Command, above: &str) -> Command {
    let path = format!("{above} {}", command.get_name()).trim().to_owned();
    if let Some(about) = chinese(&path) {
        command = command.about(about).long_about(None);
    }
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help);
    command = command.help_template(TEMPLATE).disable_help_flag(true).arg(help);
    let translate = |arg: Arg| {
        let heading = if arg.is_positional() { "参数" } else { "选项" };
        let takes_one = arg.get_action().takes_values();
        let arg = arg.help_heading(heading).hide_possible_values(takes_one);
        match of_option(&path, arg.get_id().as_str()) {
            Some(help) => arg.help(help).long_help(None),
            None => arg,
        }
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
    }

    fn helps(command: &mut Command) -> Vec<String> {
        let own = [command.render_help().to_string(), command.render_long_help().to_string()];
        own.into_iter().chain(command.get_subcommands_mut().flat_map(helps)).collect()
    }

    #[test]
    fn nothing_that_clap_writes_around_them_stays_english() {
        let mut command = translated(CommandLine::command(), Lang::Zh);
        command.build();
        let helps = helps(&mut command);
        assert!(
            helps.len() > 20 && helps[0].contains("命令:") && helps[0].contains("检查部署"),
            "{}",
            helps[0]
        );
        for help in helps {
            for english in
                ["Usage", "Options:", "Commands:", "Arguments:", "Print ", "ossible values", "[alias", "[env"]
            {
                assert!(!help.contains(english), "{english} in {help}");
            }
            assert!(
                help.contains("用法：wxsession") && help.contains("选项:") && help.contains("显示帮助"),
                "{help}"
            );
        }
    }
}
