//! What a setting is. [`settings`](crate::settings) are those that there are.

use crate::Function;

/// A variable that functions read.
#[derive(Clone, Copy, Debug)]
pub struct Setting<K = Kind> {
    /// The variable.
    pub name: &'static str,
    /// What gives it its value.
    pub from: From,
    /// Who reads it.
    pub readers: &'static [Function],
    /// What it may be.
    pub kind: K,
    /// What it does.
    pub effect: &'static str,
    /// The same in Chinese.
    pub chinese: &'static str,
}

/// What gives a setting its value.
#[derive(Clone, Copy, Debug)]
pub enum From {
    /// A parameter of the template, in a group of the console.
    Parameter(&'static str, &'static str),
    /// The stack: the name that it has in tables, and what the template says.
    Stack(&'static str, &'static str),
    /// The template, for emulators; nobody else is told of it.
    Emulators(&'static str),
    /// Who sets it in the function's configuration by hand; no template does.
    Hand,
}

/// A whole number.
#[derive(Clone, Copy, Debug)]
pub struct Number {
    /// Without the variable.
    pub default: i64,
    /// The least.
    pub least: i64,
    /// The most.
    pub most: i64,
}

/// A whole number of a range, or 0 for none.
#[derive(Clone, Copy, Debug)]
pub struct NumberOrNone {
    /// When it is not 0.
    pub number: Number,
    /// The same as a pattern: a template's range has no gap.
    pub pattern: &'static str,
    /// What the template says of a value that does not fit.
    pub constraint: &'static str,
}

/// One of some words.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// Without the variable.
    pub default: &'static str,
    /// All of them.
    pub words: &'static [&'static str],
}

/// Text of a form.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// Without the variable; `None`: the template demands it.
    pub default: Option<&'static str>,
    /// The form, for the template.
    pub pattern: &'static str,
    /// What the template says of a value that does not fit.
    pub constraint: Option<&'static str>,
    /// The form in words.
    pub allowed: &'static str,
    /// The same in Chinese.
    pub chinese: &'static str,
}

/// Whatever the stack puts there.
#[derive(Clone, Copy, Debug)]
pub struct Given;

/// What a setting may be, one or the other.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "each is the type of that name")]
pub enum Kind {
    Number(Number),
    NumberOrNone(NumberOrNone),
    Words(Words),
    Text(Text),
    Given,
}

impl<K: Copy> Setting<K> {
    const fn with(self, kind: Kind) -> Setting {
        let Self { name, from, readers, effect, chinese, .. } = self;
        Setting { name, from, readers, kind, effect, chinese }
    }
}

impl Setting<Number> {
    pub(crate) const fn any(self) -> Setting {
        self.with(Kind::Number(self.kind))
    }
}

impl Setting<NumberOrNone> {
    pub(crate) const fn any(self) -> Setting {
        self.with(Kind::NumberOrNone(self.kind))
    }
}

impl Setting<Words> {
    pub(crate) const fn any(self) -> Setting {
        self.with(Kind::Words(self.kind))
    }
}

impl Setting<Text> {
    pub(crate) const fn any(self) -> Setting {
        self.with(Kind::Text(self.kind))
    }
}

impl Setting<Given> {
    pub(crate) const fn any(self) -> Setting {
        self.with(Kind::Given)
    }
}
