//! Settings: parameters and environment blocks of the template, tables of `docs/configuration.md` and of the page in Chinese.

use facts::{
    Function, Setting,
    setting::{From, Kind, Number},
    settings::ALL,
};

use crate::{
    markdown::{self, Language, code},
    yaml::{member, scalar},
};

/// The declarations of the template's parameters.
pub(crate) fn parameters() -> Vec<String> {
    ALL.iter()
        .filter_map(|setting| Some((setting, parameter(setting)?.0)))
        .flat_map(|(setting, name)| declared(name, setting))
        .collect()
}

/// The parameter and its group.
fn parameter(setting: &Setting) -> Option<(&'static str, &'static str)> {
    match setting.from {
        From::Parameter(name, group) => Some((name, group)),
        _ => None,
    }
}

fn declared(name: &str, setting: &Setting) -> Vec<String> {
    let is_number = matches!(setting.kind, Kind::Number(_));
    let mut lines =
        vec![format!("{name}:"), format!("  Type: {}", if is_number { "Number" } else { "String" })];
    match setting.kind {
        Kind::Number(Number { default, least, most }) => {
            lines.extend([
                format!("  Default: {default}"),
                format!("  MinValue: {least}"),
                format!("  MaxValue: {most}"),
            ]);
        }
        Kind::NumberOrNone(range) => {
            lines.push(format!("  Default: '{}'", range.number.default));
            lines.push(format!("  AllowedPattern: {}", scalar(range.pattern)));
            lines.push(format!("  ConstraintDescription: {}", scalar(range.constraint)));
        }
        Kind::Words(words) => {
            let all: Vec<_> = words.words.iter().map(|word| scalar(word)).collect();
            lines.push(format!("  Default: {}", scalar(words.default)));
            lines.push(format!("  AllowedValues: [{}]", all.join(", ")));
        }
        Kind::Text(text) => {
            lines.extend(text.default.map(|default| format!("  Default: {}", scalar(default))));
            lines.push(format!("  AllowedPattern: {}", scalar(text.pattern)));
            lines.extend(
                text.constraint.map(|constraint| format!("  ConstraintDescription: {}", scalar(constraint))),
            );
        }
        Kind::Given => {}
    }
    lines.extend(member("Description", setting.effect, 2));
    lines
}

/// The variables of one function; those that every function reads stand in the template's `Globals`.
pub(crate) fn environment(of: &str) -> Option<Vec<String>> {
    let function = Function::ALL.iter().find(|function| function.name() == of);
    if function.is_none() && of != "every function" {
        return None;
    }
    let wanted = ALL.iter().filter(|setting| match function {
        None => is_for_all(setting),
        Some(function) => setting.readers.contains(function) && !is_for_all(setting),
    });
    Some(wanted.filter_map(|setting| Some(format!("{}: {}", setting.name, value(setting)?))).collect())
}

fn is_for_all(setting: &Setting) -> bool {
    Function::ALL.iter().all(|function| setting.readers.contains(function))
}

fn value(setting: &Setting) -> Option<String> {
    match setting.from {
        From::Parameter(name, _) => Some(format!("!Ref {name}")),
        From::Stack(_, value) | From::Emulators(value) => Some(value.to_owned()),
        From::Hand => None,
    }
}

/// The parameters of the settings that are of a group.
fn of_group(group: &str) -> impl Iterator<Item = &'static str> {
    ALL.iter().filter_map(parameter).filter(move |(_, of)| *of == group).map(|(name, _)| name)
}

fn is_parameter(name: &str) -> bool {
    ALL.iter().filter_map(parameter).any(|(known, _)| known == name)
}

/// The template with each setting's parameter in its group: those that are listed there stay in the order that people gave them,
/// the missing ones come last.
pub(crate) fn grouped(text: &str) -> Result<String, String> {
    let (mut lines, mut group, mut placed) = (Vec::new(), "", 0);
    for line in text.lines() {
        let label = line.trim().strip_prefix("- Label: {default: ").and_then(|rest| rest.strip_suffix('}'));
        group = label.unwrap_or(group);
        let Some(listed) = line.strip_prefix("        Parameters: [").and_then(|rest| rest.strip_suffix(']'))
        else {
            lines.push(line.to_owned());
            continue;
        };
        let belongs = |name: &&str| !is_parameter(name) || of_group(group).any(|own| own == *name);
        let mut all: Vec<&str> = listed.split(", ").filter(belongs).collect();
        let missing: Vec<_> = of_group(group).filter(|name| !all.contains(name)).collect();
        all.extend(missing);
        placed += of_group(group).count();
        lines.push(format!("        Parameters: [{}]", all.join(", ")));
    }
    if placed != ALL.iter().filter_map(parameter).count() {
        return Err("template.yaml: a setting names a group of parameters that is not there".to_owned());
    }
    Ok(lines.join("\n") + "\n")
}

/// The table of a language.
pub(crate) fn table(language: &str) -> Option<Vec<String>> {
    let language = Language::named(language)?;
    let head = language.pick(
        ["Variable", "Parameter", "Default", "Allowed", "Read by", "Effect"],
        ["变量", "参数", "默认值", "取值", "读取它的函数", "作用"],
    );
    let rows = ALL.iter().filter_map(|setting| {
        let (from, default, allowed) = match setting.from {
            From::Parameter(name, _) => (code(name), default(setting, language), allowed(setting, language)),
            From::Stack(name, _) => (
                format!("{}{name}", language.pick("set by the stack: ", "由堆栈设置：")),
                String::new(),
                String::new(),
            ),
            From::Emulators(_) | From::Hand => return None,
        };
        let effect = language.pick(setting.effect, setting.chinese).to_owned();
        Some([code(setting.name), from, default, allowed, readers(setting, language), effect])
    });
    Some(markdown::table(head, rows))
}

fn readers(setting: &Setting, language: Language) -> String {
    let without: Vec<_> =
        Function::ALL.iter().filter(|function| !setting.readers.contains(function)).collect();
    match without[..] {
        [] => language.pick("all", "全部").to_owned(),
        [one] => language.pick(format!("all but {}", one.logical()), format!("除 {} 外", one.logical())),
        _ => language.joined(
            &setting.readers.iter().map(|function| function.logical().to_owned()).collect::<Vec<_>>(),
        ),
    }
}

fn default(setting: &Setting, language: Language) -> String {
    match setting.kind {
        Kind::Number(number) | Kind::NumberOrNone(facts::setting::NumberOrNone { number, .. }) => {
            code(&number.default.to_string())
        }
        Kind::Words(words) => code(words.default),
        Kind::Text(text) => match text.default {
            None => language.pick("required", "必填").to_owned(),
            Some("") => language.pick("none", "无").to_owned(),
            Some(default) => code(default),
        },
        Kind::Given => String::new(),
    }
}

fn allowed(setting: &Setting, language: Language) -> String {
    let range = |Number { least, most, .. }: Number| {
        language.pick(format!("{least} to {most}"), format!("{least} 至 {most}"))
    };
    match setting.kind {
        Kind::Number(number) => range(number),
        Kind::NumberOrNone(none) => format!("{}{}", language.pick("0, or ", "0，或 "), range(none.number)),
        Kind::Words(words) => language.joined(&words.words.iter().map(|word| code(word)).collect::<Vec<_>>()),
        Kind::Text(text) => language.pick(text.allowed, text.chinese).to_owned(),
        Kind::Given => String::new(),
    }
}

#[cfg(test)]
mod tests;
