//! What clap says of a command line that it does not understand, in Chinese. In English it says so itself.

use std::error::Error as _;

use clap::{
    Error,
    error::{ContextKind, ErrorKind},
};
use wxsession::telemetry::is_unprintable;

use crate::{form::NotOfForm, lang::Lang};

/// `None` where nothing is wrong: help and version.
pub(crate) fn in_chinese(error: &Error) -> Option<String> {
    if !error.use_stderr() || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return None;
    }
    let of = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let (arg, value, prior) =
        (of(ContextKind::InvalidArg), of(ContextKind::InvalidValue), of(ContextKind::PriorArg));
    let cause = match error.kind() {
        ErrorKind::UnknownArgument => format!("没有参数 {arg}"),
        ErrorKind::InvalidSubcommand => format!("没有命令 {}", of(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingSubcommand => format!("缺少命令，可用：{}", of(ContextKind::ValidSubcommand)),
        ErrorKind::MissingRequiredArgument => format!("缺少 {arg}"),
        ErrorKind::ArgumentConflict if arg == prior => format!("{arg} 只能给出一次"),
        ErrorKind::ArgumentConflict => format!("{arg} 不能与 {prior} 同时使用"),
        ErrorKind::InvalidValue if value.is_empty() => format!("{arg} 缺少值"),
        ErrorKind::InvalidValue => format!("{arg} 的值 {value} 无效，可用：{}", of(ContextKind::ValidValue)),
        ErrorKind::ValueValidation => format!("{arg} 的值 {value} 无效：{}", why(error)),
        _ => error.to_string(),
    };
    let usage = of(ContextKind::Usage);
    let usage = usage.strip_prefix("Usage: ").map(|usage| format!("\n\n用法：{usage}")).unwrap_or_default();
    Some(format!("命令行有误：{}{usage}\n\n用 --help 查看帮助", cause.replace(is_unprintable, "?")))
}

/// What the form of the value should be.
fn why(error: &Error) -> String {
    let Some(source) = error.source() else { return String::new() };
    source.downcast_ref::<NotOfForm>().map_or_else(|| source.to_string(), |form| form.0.line(Lang::Zh))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::{command_line::CommandLine, help::translated};

    #[track_caller]
    fn says(words: &[&str], expected: &str) {
        let command = translated(CommandLine::command(), Lang::Zh);
        let error = command.try_get_matches_from([&["wxsession"], words].concat()).unwrap_err();
        let said = in_chinese(&error).unwrap_or_else(|| panic!("{words:?}: {error}"));
        let cause = said.lines().next().unwrap_or_default();
        assert!(cause.starts_with("命令行有误：") && cause.contains(expected), "{expected} in {said}");
        for english in ["error", "Usage", "argument", "value ", "try '--help'"] {
            assert!(!said.contains(english), "{english} in {said}");
        }
    }

    #[test]
    fn each_mistake_has_its_sentence() {
        says(&["doctor", "--no-such"], "没有参数 --no-such");
        says(&["nothing"], "没有命令 nothing");
        says(&["admin", "show"], "缺少 <--user-id <ID>|");
        says(&["doctor", "--stack"], "--stack <NAME> 缺少值");
        says(&["doctor", "--stack", "a", "--local"], "--stack <NAME> 不能与 --local [<URL>] 同时使用");
        says(&["doctor", "--stack", "a", "--stack", "b"], "--stack <NAME> 只能给出一次");
        says(&["doctor", "--lang", "fr"], "--lang <LANG> 的值 fr 无效，可用：en, zh");
        says(
            &["doctor", "--url", "127.0.0.1:9"],
            "缺少 http:// 或 https://  → 处理：请写成 http://127.0.0.1:9",
        );
        says(&["admin", "show", "--session", "x\u{1b}[2J"], "的值 x?[2J 无效：用户和会话的 id");
        says(&["admin", "show", "--session", "x\u{202e}y"], "的值 x?y 无效：用户和会话的 id");
    }

    #[test]
    fn help_and_version_are_no_mistakes() {
        for word in ["--help", "--version", "admin"] {
            let error = translated(CommandLine::command(), Lang::Zh)
                .try_get_matches_from(["wxsession", word])
                .unwrap_err();
            assert_eq!(in_chinese(&error), None, "{word}");
        }
    }
}
