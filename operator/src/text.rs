//! What is said to the operator: each sentence in English and Chinese, with what to do about it.

use wxsession::telemetry::is_unprintable;

use crate::lang::Lang;

/// One sentence and what to do about it. `{name}` is filled in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text {
    pub(crate) en: &'static str,
    pub(crate) zh: &'static str,
    /// English, Chinese.
    pub(crate) fix: Option<(&'static str, &'static str)>,
}

/// A table of texts: `NAME "English" "Chinese" => "fix" "fix in Chinese";`
macro_rules! texts {
    (@fix) => { None };
    (@fix $en:literal $zh:literal) => { Some(($en, $zh)) };
    ($($name:ident $en:literal $zh:literal $(=> $fix_en:literal $fix_zh:literal)?;)*) => {
        $(pub(crate) const $name: $crate::text::Text = $crate::text::Text {
            en: $en,
            zh: $zh,
            fix: $crate::text::texts!(@fix $($fix_en $fix_zh)?),
        };)*
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, $crate::text::Text)] = &[$((stringify!($name), $name)),*];
    };
}
pub(crate) use texts;

/// A text with its values.
#[derive(Clone, Debug)]
pub struct Message {
    text: Text,
    values: Vec<Value>,
}

#[derive(Clone, Debug)]
struct Value {
    name: &'static str,
    en: String,
    zh: String,
}

impl From<Text> for Message {
    fn from(text: Text) -> Self {
        Self { text, values: Vec::new() }
    }
}

impl Message {
    /// Fills a placeholder of the text.
    pub(crate) fn with(self, name: &'static str, value: &(impl ToString + ?Sized)) -> Self {
        let value = value.to_string();
        self.with_words(name, value.clone(), value)
    }

    /// Fills a placeholder that reads differently in each language.
    pub(crate) fn with_words(
        mut self,
        name: &'static str,
        en: impl Into<String>,
        zh: impl Into<String>,
    ) -> Self {
        self.values.push(Value { name, en: en.into(), zh: zh.into() });
        self
    }

    /// Cause and fix, on one line.
    #[must_use]
    pub fn line(&self, lang: Lang) -> String {
        let cause = self.filled(lang.pick(self.text.en, self.text.zh), lang);
        let Some((en, zh)) = self.text.fix else { return cause };
        format!("{cause}  → {}{}", lang.pick("Fix: ", "处理："), self.filled(lang.pick(en, zh), lang))
    }

    /// Names in a value come from files and answers: they must not steer the terminal.
    fn filled(&self, text: &str, lang: Lang) -> String {
        let filled = self.values.iter().fold(text.to_owned(), |text, value| {
            text.replace(&format!("{{{}}}", value.name), lang.pick(&value.en, &value.zh))
        });
        filled.replace(is_unprintable, "?")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeSet;

    use super::*;

    pub(crate) fn is_chinese(text: &str) -> bool {
        text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
    }

    /// The names in braces, without the braces of JSON.
    fn placeholders(text: &str) -> BTreeSet<&str> {
        let names = text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
        names.filter(|name| name.bytes().all(|byte| byte.is_ascii_lowercase())).collect()
    }

    #[test]
    fn every_text_is_there_in_both_languages_with_the_same_placeholders() {
        let all = [
            crate::verify::texts::ALL,
            crate::admin::texts::ALL,
            crate::doctor::texts::ALL,
            crate::access::ALL,
            crate::form::ALL,
            crate::place::ALL,
        ]
        .concat();
        assert!(all.len() > 80, "{}", all.len());
        for (name, text) in all {
            for (en, zh) in [Some((text.en, text.zh)), text.fix].into_iter().flatten() {
                assert!(!en.is_empty() && !is_chinese(en), "{name}: {en}");
                // One that is all values is filled in each language.
                let is_all_values = zh.replace(['{', '}', '：'], "").is_ascii() && zh.starts_with('{');
                assert!(is_chinese(zh) || is_all_values, "{name}: {zh}");
                assert_eq!(placeholders(en), placeholders(zh), "{name}");
            }
        }
    }

    #[test]
    fn a_value_cannot_steer_the_terminal() {
        let message = Message::from(Text { en: "a {name}", zh: "一个 {name}", fix: None });
        let message = message.with("name", "b\u{1b}[2Jc\nd");
        assert_eq!(message.line(Lang::En), "a b?[2Jc?d");
        assert_eq!(message.line(Lang::Zh), "一个 b?[2Jc?d");
    }

    #[test]
    fn a_value_cannot_make_a_line_read_other_than_it_is() {
        for odd in ['\u{61c}', '\u{200b}', '\u{202e}', '\u{2028}', '\u{2066}', '\u{feff}', '\u{e0001}'] {
            let message = Message::from(Text { en: "a {name}", zh: "一个 {name}", fix: None });
            assert_eq!(message.with("name", &format!("b{odd}c")).line(Lang::En), "a b?c", "{odd:?}");
        }
    }
}
