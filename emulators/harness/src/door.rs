//! Who is not let in where secrets are, or an operator's tools: another web site in the developer's browser.
//!
//! Such a site can send requests to this machine. Of a request that is more than a link or a picture the browser tells
//! the [`Origin`](https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Origin); no site can leave it out or choose
//! it. A site whose own name leads to this machine is its own origin, but the browser then sends that name as the Host: only
//! an address, and a name that no site of the internet can have, is answered: one without a dot, such as `localhost` or
//! that of a service in a network of containers. Programs that are no browser send no Origin.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The name that Docker gives this machine.
const DOCKER: &[u8] = b"host.docker.internal";

/// Why a request with these headers is not served, in a sentence; `None` when it is. `lines` has the values of a header, one for
/// each line of it: of several nobody can say which counts.
#[must_use]
pub fn refusal<'a, Lines: Iterator<Item = &'a [u8]>>(
    lines: impl Fn(&'static str) -> Lines,
) -> Option<&'static str> {
    let mut hosts = lines("host");
    let host = hosts.next().unwrap_or_default();
    if hosts.next().is_some() || !is_ours(host) {
        return Some(
            "only one Host is answered: an address, a name without a dot such as localhost, or host.docker.internal",
        );
    }
    let is_own = |origin: &[u8]| origin.strip_prefix(b"http://") == Some(host);
    let mut origins = lines("origin");
    let is_another = origins.next().is_some_and(|origin| !is_own(origin)) || origins.next().is_some();
    is_another.then_some("no other web site may ask this")
}

fn is_ours(host: &[u8]) -> bool {
    let digits = host.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let name = match host.split_at(host.len() - digits) {
        (name, port) if !port.is_empty() && name.ends_with(b":") => &name[..name.len() - 1],
        _ => host,
    };
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let has_no_dot = !name.is_empty() && name.iter().all(is_plain);
    has_no_dot || name.eq_ignore_ascii_case(DOCKER) || is_address(name)
}

fn is_address(name: &[u8]) -> bool {
    let Ok(name) = std::str::from_utf8(name) else { return false };
    let v6 = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    v6.map_or_else(|| name.parse::<Ipv4Addr>().is_ok(), |name| name.parse::<Ipv6Addr>().is_ok())
}
