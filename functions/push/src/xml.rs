//! XML as WeChat writes it: `<xml>` with elements in it, some of which have elements themselves. No document type, and no
//! entities but the five that every document has: `roxmltree` refuses both unless it is told otherwise.

use roxmltree::{Document, Node, ParsingOptions};
use serde_json::{Map, Value};

/// What is deeper is no message of WeChat's.
const DEEPEST: usize = 8;
/// A message has some dozens.
const MOST_NODES: u32 = 8_192;

/// Something is decided by these: there once, or it is no message. Whatever else is there several times is the list that JSON has.
const ONCE: [&str; 8] =
    ["AppID", "CreateTime", "Encrypt", "Event", "FromUserName", "MsgType", "OpenID", "ToUserName"];

/// The elements in `<xml>`.
pub(crate) fn members(text: &str) -> Option<Map<String, Value>> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).ok()?;
    let root = document.root_element();
    if root.tag_name().name() != "xml" {
        return None;
    }
    let mut members = Map::new();
    for child in elements(root) {
        let name = child.tag_name().name();
        if ONCE.contains(&name) && members.contains_key(name) {
            return None;
        }
        put(&mut members, name, value(child, DEEPEST)?);
    }
    Some(members)
}

fn elements<'a, 'input>(node: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(Node::is_element)
}

/// Text, or the elements in it: one that is there several times is a list.
fn value(element: Node<'_, '_>, depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    if elements(element).next().is_none() {
        return Some(element.children().filter_map(|node| node.text()).collect::<String>().into());
    }
    let mut members = Map::new();
    for child in elements(element) {
        put(&mut members, child.tag_name().name(), value(child, depth)?);
    }
    Some(Value::Object(members))
}

fn put(members: &mut Map<String, Value>, name: &str, value: Value) {
    match members.get_mut(name) {
        Some(Value::Array(list)) => list.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
        None => drop(members.insert(name.to_owned(), value)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Option<Value> {
        members(text).map(Value::Object)
    }

    #[test]
    fn elements_are_members_and_their_text_is_what_stands_in_them() {
        for (xml, expected) in [
            ("<xml/>", json!({})),
            ("<xml><a>1</a></xml>", json!({"a": "1"})),
            ("<?xml version=\"1.0\"?><xml><a><![CDATA[<b>]]>&amp;&#x4e2d;</a></xml>", json!({"a": "<b>&中"})),
            ("<xml><!-- no --><a></a><b> x </b></xml>", json!({"a": "", "b": " x "})),
            ("<xml><l><i>1</i><i>2</i><i>3</i></l></xml>", json!({"l": {"i": ["1", "2", "3"]}})),
            ("<xml><l><i><k>1</k></i></l></xml>", json!({"l": {"i": {"k": "1"}}})),
            (
                "<xml><RevokeInfo>1</RevokeInfo><a/><RevokeInfo>2</RevokeInfo></xml>",
                json!({"RevokeInfo": ["1", "2"], "a": ""}),
            ),
            (
                "<xml><detail><prob>1</prob></detail><detail><prob>2</prob></detail></xml>",
                json!({"detail": [{"prob": "1"}, {"prob": "2"}]}),
            ),
        ] {
            assert_eq!(read(xml), Some(expected), "{xml}");
        }
    }

    #[test]
    fn what_no_message_needs_is_refused() {
        for xml in [
            "<xml>",
            "<xml></xml><xml></xml>",
            "<other/>",
            "<xml><OpenID>1</OpenID><OpenID>1</OpenID></xml>",
            "<xml><Encrypt/><a/><Encrypt/></xml>",
            "<!DOCTYPE xml><xml/>",
            "<!DOCTYPE xml [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><xml><a>&e;</a></xml>",
            "<!DOCTYPE xml [<!ENTITY e \"x\">]><xml><a>&e;</a></xml>",
            "<xml><a>&e;</a></xml>",
            "<xml><a>&nbsp;</a></xml>",
            "<xml><a></b></xml>",
            "<xml><a>\u{0}</a></xml>",
        ] {
            assert_eq!(read(xml), None, "{xml}");
        }
        let deep = |depth: usize| format!("<xml>{}{}</xml>", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(read(&deep(DEEPEST)).is_some());
        assert_eq!(read(&deep(DEEPEST + 1)), None);
        assert_eq!(read(&deep(9_000)), None);
        assert_eq!(read(&format!("<xml>{}", "<a>".repeat(20_000))), None);
        let wide = format!("<xml><l>{}</l></xml>", "<i/>".repeat(MOST_NODES as usize));
        assert_eq!(read(&wide), None);
    }
}
