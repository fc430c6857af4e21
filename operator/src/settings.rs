//! The functions' settings, and the parameters of the template that they come from.

use facts::{
    Setting,
    setting::{From, Kind},
    settings,
};

/// Whether a parameter of the template is a setting of the functions, by the variable's name.
pub(crate) fn is_setting(variable: &str) -> bool {
    ranged().any(|setting| setting.name == variable)
}

/// Settings with a default, and so with a range, some words or a form. The rest are names.
pub(crate) fn ranged() -> impl Iterator<Item = &'static Setting> {
    settings::ALL.iter().filter(|setting| match setting.kind {
        Kind::Given => false,
        Kind::Text(text) => text.default.is_some(),
        _ => parameter_of(setting.name).is_some(),
    })
}

/// The template's name of a setting that it has as a parameter.
pub(crate) fn parameter_of(variable: &str) -> Option<&'static str> {
    let setting = settings::ALL.iter().find(|setting| setting.name == variable)?;
    match setting.from {
        From::Parameter(name, _) => Some(name),
        _ => None,
    }
}
