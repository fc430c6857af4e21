//! A merge patch (RFC 7396) for YAML texts: a mapping is merged, `null` takes a key away, anything else is put in its place.
//!
//! Works on lines, so that comments, order and spelling of the text stay. A comment above a key belongs to it; one above the
//! same key of the patch replaces it. New keys come last. Nothing is looked into but the mappings that the patch names.

/// A key with what belongs to it.
struct Entry<'a> {
    /// Empty lines and comments above it.
    lead: Vec<&'a str>,
    key: &'a str,
    /// What stands on the key's own line.
    value: &'a str,
    /// The key's line.
    head: &'a str,
    /// The lines below it that are indented more.
    body: Vec<&'a str>,
}

impl<'a> Entry<'a> {
    fn is_mapping(&self) -> bool {
        let first = self.body.iter().find(|line| !is_aside(line));
        self.value.is_empty() && first.is_some_and(|line| !line.trim_start().starts_with("- "))
    }

    /// The comment right above the key.
    fn comment(&self) -> &[&'a str] {
        let from = self.lead.iter().rposition(|line| line.is_empty()).map_or(0, |at| at + 1);
        &self.lead[from..]
    }

    fn has_gap(&self) -> bool {
        self.lead.first().is_some_and(|line| line.is_empty())
    }
}

fn is_aside(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#')
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The entries of a mapping, and the comments after the last one.
fn entries<'a>(lines: &[&'a str]) -> Result<(Vec<Entry<'a>>, Vec<&'a str>), String> {
    let level = lines.iter().find(|line| !is_aside(line)).map_or(0, |line| indentation(line));
    let (mut found, mut lead) = (Vec::<Entry>::new(), Vec::new());
    for &line in lines {
        let deep = indentation(line) > level;
        match found.last_mut() {
            Some(entry) if deep && lead.is_empty() => entry.body.push(line),
            // An empty line, or a comment that is not of this level, within an entry.
            Some(entry) if deep => entry.body.extend(lead.drain(..).chain([line])),
            _ if is_aside(line) => lead.push(line),
            _ => {
                let (key, value) = line
                    .split_once(": ")
                    .or_else(|| Some((line.strip_suffix(':')?, "")))
                    .ok_or(format!("no key: {line}"))?;
                let (key, value) = (key.trim(), value.trim());
                found.push(Entry {
                    lead: std::mem::take(&mut lead),
                    key,
                    value,
                    head: line,
                    body: Vec::new(),
                });
            }
        }
    }
    Ok((found, lead))
}

/// The text with the patch laid over it. The patch may take away only what is there.
pub(crate) fn apply(text: &str, patch: &str) -> Result<String, String> {
    let (text, patch): (Vec<&str>, Vec<&str>) = (text.lines().collect(), patch.lines().collect());
    let mut lines = merged(&text, &patch, "")?;
    lines.push("");
    Ok(lines.join("\n"))
}

fn merged<'a>(text: &[&'a str], patch: &[&'a str], place: &str) -> Result<Vec<&'a str>, String> {
    let ((old, tail), (new, _)) = (entries(text)?, entries(patch)?);
    let mut lines = Vec::new();
    // The empty line above a key that is taken away stays above the next.
    let mut gap = false;
    for entry in &old {
        let change = new.iter().find(|change| change.key == entry.key);
        gap |= entry.has_gap();
        if change.is_some_and(|change| change.value == "null") {
            continue;
        }
        if gap && !entry.has_gap() {
            lines.push("");
        }
        gap = false;
        match change {
            Some(change) if !change.comment().is_empty() => {
                lines.extend(entry.has_gap().then_some(""));
                lines.extend(change.comment());
            }
            _ => lines.extend(&entry.lead),
        }
        match change {
            None => lines.extend([&entry.head].into_iter().chain(&entry.body)),
            Some(change) if change.is_mapping() && entry.is_mapping() => {
                lines.push(entry.head);
                lines.extend(merged(&entry.body, &change.body, &format!("{place}/{}", entry.key))?);
            }
            Some(change) => lines.extend([&change.head].into_iter().chain(&change.body)),
        }
    }
    for change in new.iter().filter(|change| old.iter().all(|entry| entry.key != change.key)) {
        if change.value == "null" {
            return Err(format!("the patch takes {place}/{} away, which is not there", change.key));
        }
        lines.extend(change.lead.iter().chain([&change.head]).chain(&change.body));
    }
    lines.extend(tail);
    Ok(lines)
}

#[cfg(test)]
mod tests;
