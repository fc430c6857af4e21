//! How values are written in YAML.

const WIDTH: usize = 118;

/// A text as a plain scalar, or quoted where YAML would read something else.
pub(crate) fn scalar(text: &str) -> String {
    if is_special(text) { format!("'{}'", text.replace('\'', "''")) } else { text.to_owned() }
}

/// `key: text`; a text that may not stand there plainly is folded over lines, the first of them `indent` deep.
pub(crate) fn member(key: &str, text: &str, indent: usize) -> Vec<String> {
    let margin = " ".repeat(indent);
    if !is_special(text) {
        return vec![format!("{margin}{key}: {text}")];
    }
    let mut lines = vec![format!("{margin}{key}: >-")];
    lines.extend(wrapped(&format!("{margin} "), text));
    lines
}

/// A text as lines that all begin alike.
pub(crate) fn wrapped(begin: &str, text: &str) -> Vec<String> {
    let mut lines = Vec::<String>::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() <= WIDTH => *line = format!("{line} {word}"),
            _ => lines.push(format!("{begin} {word}")),
        }
    }
    lines
}

fn is_special(text: &str) -> bool {
    let word = text.to_lowercase();
    ["", "true", "false", "on", "off", "yes", "no", "y", "n", "null", "~"].contains(&word.as_str())
        || text.parse::<f64>().is_ok()
        || text.contains(": ")
        || text.contains(" #")
        || text.ends_with(':')
        || ["- ", "? ", ": "].iter().any(|begin| text.starts_with(begin))
        || text.starts_with(['\'', '"', '{', '[', '>', '|', '*', '&', '!', '%', '@', '`', '#', ','])
}
