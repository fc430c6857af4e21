//! What the gateway says of a request, as far as it may be printed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The gateway's name of a request, and where the request came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gateway {
    pub(super) request_id: Option<String>,
    pub(super) source: Option<IpAddr>,
}

impl Gateway {
    /// Takes the name only in one of API Gateway's two forms. A client may set it, and a token has neither form:
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html>.
    #[must_use]
    pub fn new(request_id: Option<&str>, source: Option<IpAddr>) -> Self {
        let request_id = request_id.filter(|id| is_uuid(id) || is_extended(id)).map(str::to_owned);
        Self { request_id, source }
    }
}

/// `c6af9ac6-7b61-11e6-9a41-93e8deadbeef`
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

/// `JKJaXmPLvHcESHA=`
fn is_extended(text: &str) -> bool {
    let Some(id) = text.strip_suffix('=') else { return false };
    id.len() == 15 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// How much of the source address is logged. An address is personal data in most of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceAddress {
    /// The whole address.
    Full,
    /// The network that it is in: 24 bits of an IPv4 address, 48 of an IPv6 address.
    Truncated,
    /// Nothing.
    Off,
}

impl SourceAddress {
    /// Reads `full`, `truncated` or `off`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "full" => Some(Self::Full),
            "truncated" => Some(Self::Truncated),
            "off" => Some(Self::Off),
            _ => None,
        }
    }

    pub(super) fn written(self, source: IpAddr) -> Option<String> {
        match (self, source.to_canonical()) {
            (Self::Off, _) => None,
            (Self::Full, address) => Some(address.to_string()),
            (Self::Truncated, IpAddr::V4(address)) => {
                Some(format!("{}/24", Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << 8))))
            }
            (Self::Truncated, IpAddr::V6(address)) => {
                Some(format!("{}/48", Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 80))))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateways_name_is_kept_in_its_two_forms_and_in_no_other() {
        let kept = |id: &str| Gateway::new(Some(id), None).request_id.is_some();
        assert!(kept("c6af9ac6-7b61-11e6-9a41-93e8deadbeef"));
        assert!(kept("JKJaXmPLvHcESHA=") && kept("L8Iz-HKmIAM_0uA="));
        for other in [
            "",
            "=",
            "r-1",
            "C6AF9AC6-7B61-11E6-9A41-93E8DEADBEEF",
            "c6af9ac6-7b61-11e6-9a41-93e8deadbee",
            "c6af9ac67b61-11e6-9a41-93e8deadbeef0",
            "JKJaXmPLvHcESHA",
            "JKJaXmPLvHcESHAx=",
            "JKJaXmPL HcESHA=",
            "wxs_ErvwhPBjhhubIFG7ovkwcgABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f3EAkZi",
            "c6af9ac6-7b61-11e6-9a41-93e8dead\u{fffd}e",
        ] {
            assert!(!kept(other), "{other:?}");
        }
    }

    #[track_caller]
    fn writes(source: &str, full: &str, truncated: &str) {
        let source = source.parse().unwrap();
        assert_eq!(SourceAddress::Full.written(source).as_deref(), Some(full));
        assert_eq!(SourceAddress::Truncated.written(source).as_deref(), Some(truncated));
        assert_eq!(SourceAddress::Off.written(source), None);
    }

    #[test]
    fn an_address_is_written_whole_as_its_network_or_not_at_all() {
        writes("203.0.113.77", "203.0.113.77", "203.0.113.0/24");
        writes("2001:db8:1234:5678:9abc::1", "2001:db8:1234:5678:9abc::1", "2001:db8:1234::/48");
        writes("::ffff:203.0.113.77", "203.0.113.77", "203.0.113.0/24");
    }

    #[test]
    fn a_setting_is_one_of_three_words() {
        assert_eq!(SourceAddress::parse("truncated"), Some(SourceAddress::Truncated));
        assert_eq!(SourceAddress::parse("full"), Some(SourceAddress::Full));
        assert_eq!(SourceAddress::parse("off"), Some(SourceAddress::Off));
        assert_eq!(SourceAddress::parse("Full"), None);
    }
}
