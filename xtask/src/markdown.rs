//! How tables are written in Markdown.

/// A language of the documents.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Chinese,
}

impl Language {
    /// By its name in a mark.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "in English" => Some(Self::English),
            "in Chinese" => Some(Self::Chinese),
            _ => None,
        }
    }

    /// One text or the other.
    pub(crate) fn pick<T>(self, english: T, chinese: T) -> T {
        if self == Self::English { english } else { chinese }
    }

    /// A list in words.
    pub(crate) fn joined(self, parts: &[String]) -> String {
        parts.join(self.pick(", ", "、"))
    }
}

/// A table with a head.
pub(crate) fn table<const N: usize>(
    head: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Vec<String> {
    let mut lines = vec![row(&head.map(str::to_owned)), format!("|{}", "---|".repeat(N))];
    lines.extend(rows.into_iter().map(|cells| row(&cells)));
    lines
}

fn row(cells: &[String]) -> String {
    let cells: Vec<_> =
        cells.iter().map(|cell| if cell.is_empty() { String::new() } else { format!("{cell} ") }).collect();
    format!("| {}|", cells.join("| "))
}

/// As code.
pub(crate) fn code(text: &str) -> String {
    format!("`{text}`")
}
