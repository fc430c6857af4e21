//! What a person recognises a session by.

use serde::Serialize;

use crate::store::item::{Item, s, text};
use crate::telemetry::is_unprintable;

/// Bytes that are kept of each field.
const MOST_BYTES: usize = 64;

/// The phone that logged in, in its own words: untrusted, for a person to read, never a reason for anything. Each
/// field is at most 64 bytes of printable text, cut off there, so that no odd phone costs anybody a login.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Device {
    /// `wx.getDeviceInfo().platform`: `ios`, `android`, `devtools` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// `wx.getDeviceInfo().model`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// `wx.getAppBaseInfo().version`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wechat_version: Option<String>,
}

impl Device {
    /// Takes what a phone sent; what is left empty is left out.
    #[must_use]
    pub fn new(platform: Option<&str>, model: Option<&str>, wechat_version: Option<&str>) -> Self {
        let kept = |sent: Option<&str>| sent.map(printable).filter(|text| !text.is_empty());
        Self { platform: kept(platform), model: kept(model), wechat_version: kept(wechat_version) }
    }

    /// Reads a session's record. An attribute of another type is left out: it decides nothing.
    #[must_use]
    pub fn of(item: &Item) -> Self {
        let stored = |name| text(item, name).ok();
        Self::new(stored("platform"), stored("model"), stored("wechat_version"))
    }

    /// Puts the fields into a session's record.
    pub fn put(&self, item: &mut Item) {
        let fields =
            [("platform", &self.platform), ("model", &self.model), ("wechat_version", &self.wechat_version)];
        for (name, value) in fields {
            if let Some(value) = value {
                item.insert(name.to_owned(), s(value));
            }
        }
    }
}

/// What it leaves it leaves as it is a second time, so a record is read as it was written.
fn printable(sent: &str) -> String {
    let kept: String = sent.chars().filter(|character| !is_unprintable(*character)).collect();
    let kept = kept.trim();
    kept[..kept.floor_char_boundary(MOST_BYTES)].trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_odd_phone_costs_nothing_but_its_odd_characters() {
        let long = "机".repeat(40);
        let device = Device::new(Some(" android\u{0}\n "), Some(&long), Some("\u{7}"));
        assert_eq!(device.platform.as_deref(), Some("android"));
        assert_eq!(device.model, Some("机".repeat(21)), "cut between characters, at 64 bytes");
        assert_eq!(device.wechat_version, None);
    }

    #[test]
    fn what_makes_a_line_read_other_than_it_is_is_left_out() {
        for odd in ['\u{61c}', '\u{200b}', '\u{202e}', '\u{2028}', '\u{2066}', '\u{feff}', '\u{e0001}'] {
            let device = Device::new(Some(&format!("i{odd}os")), None, None);
            assert_eq!(device.platform.as_deref(), Some("ios"), "{odd:?}");
        }
    }

    #[test]
    fn what_was_cut_to_size_is_read_back_as_it_was_put() {
        for sent in [format!(" {}", "_".repeat(70)), format!("{} b", "a".repeat(63)), "\u{0} a".to_owned()] {
            let device = Device::new(Some(&sent), None, None);
            let mut item = Item::new();
            device.put(&mut item);
            assert_eq!(Device::of(&item), device, "{sent:?}");
        }
    }

    #[test]
    fn is_read_back_as_it_was_put_and_without_what_is_no_text() {
        let device = Device::new(Some("ios"), Some("iPhone 15 <Pro>"), None);
        let mut item = Item::new();
        device.put(&mut item);
        assert_eq!(Device::of(&item), device);
        item.insert("model".to_owned(), crate::store::item::n(7));
        assert_eq!(Device::of(&item), Device::new(Some("ios"), None, None));
    }
}
