//! The pages that a Mini Program opens in a web-view: whose they may be.

/// The origin of the pages, exactly as a browser writes it into `Origin`: `https://m.example.com`, perhaps with a port.
/// Plain http is for loopback alone. The usual port of the scheme stands in no `Origin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageOrigin(String);

impl PageOrigin {
    /// Takes an origin of the form that the template admits.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let (host, port) = rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port)));
        let is_near = matches!(host, "localhost" | "127.0.0.1");
        let (fits, usual) = match scheme {
            "https" => (is_near || is_host(host), "443"),
            "http" => (is_near, "80"),
            _ => return None,
        };
        (fits && port.is_none_or(|port| is_port(port) && port != usual)).then(|| Self(text.to_owned()))
    }

    /// The origin.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a page of this origin is meant.
    #[must_use]
    pub fn is(&self, origin: &str) -> bool {
        self.0 == origin
    }
}

/// Two labels at least, in lower case.
fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !label.is_empty() && label.bytes().all(is_inner) && !label.starts_with('-') && !label.ends_with('-')
    };
    host.contains('.') && host.split('.').all(is_label)
}

fn is_port(port: &str) -> bool {
    !port.starts_with('0')
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && port.parse::<u16>().is_ok_and(|port| port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_one_exact_origin() {
        for good in [
            "https://m.example.com",
            "https://a.b-c.xn--fiqs8s",
            "https://m.example.com:8443",
            "https://m.example.com:80",
            "https://m.example.com:4430",
            "http://localhost:443",
            "http://localhost:8080",
            "https://m.example.com:1",
            "https://m.example.com:44",
            "https://m.example.com:441",
            "https://m.example.com:453",
            "http://127.0.0.1:8",
            "http://127.0.0.1:81",
            "http://127.0.0.1:90",
            "http://127.0.0.1:800",
            "https://m.example.com:65535",
            "http://localhost:3005",
            "http://127.0.0.1",
            "https://localhost",
        ] {
            let origin = PageOrigin::new(good).expect(good);
            assert!(origin.as_str() == good && origin.is(good) && !origin.is(&format!("{good}/")), "{good}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        for bad in [
            "",
            "*",
            "null",
            "m.example.com",
            "https://",
            "https://example",
            "https://M.example.com",
            "https://m.example.com/",
            "https://m.example.com?x",
            "https://m.example.com#x",
            "https://*.example.com",
            "https://a@m.example.com",
            "https://m.example.com:",
            "https://m.example.com:443",
            "https://localhost:443",
            "http://localhost:80",
            "http://127.0.0.1:80",
            "https://m.example.com:0",
            "https://m.example.com:08",
            "https://m.example.com:+8",
            "https://m.example.com:65536",
            "https://m.example.com:1:2",
            "https://-m.example.com",
            "https://m-.example.com",
            "https://m..example.com",
            "https://.example.com",
            "https://m.example.com.",
            "http://m.example.com",
            "wss://m.example.com",
            " https://m.example.com",
            "https://m.example.com\n",
            "https://m.example.com, https://n.example.com",
            "http://[::1]",
        ] {
            assert_eq!(PageOrigin::new(bad), None, "{bad}");
        }
    }
}
