//! The API's address: DNS, TLS and certificate, the way a phone would see them.

use std::{io, sync::Arc, time::Duration};

use rustls::{AlertDescription, CertificateError, Error as TlsError, pki_types::ServerName};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::TlsConnector;

use super::{
    Args, Surroundings, answers,
    report::{Finding, Report, State},
    texts::{
        CERT_EXPIRED, CERT_NAME, CERT_UNTRUSTED, CONNECT_FAILED, CONNECT_HERE, DNS_FAILED, DOMAIN_NONE,
        TLS_FAILED, TLS_LOOPBACK, TLS_OK, TLS_OLD, TLS_PLAIN,
    },
};
use crate::{
    form::{bare_host, is_here},
    text::Text,
};

const CHECK: &str = "domain.tls";
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether the API can be asked.
pub(super) async fn check(
    url: Option<&reqwest::Url>,
    args: &Args,
    around: &Surroundings,
    report: &mut Report,
) -> bool {
    let Some(url) = url else {
        report.add(Finding::skipped("domain", DOMAIN_NONE));
        return false;
    };
    let host = bare_host(url);
    let finding = transport(url, host, around).await.with("host", &host);
    let is_reached = finding.state != State::Fail;
    report.add(finding);
    if is_reached {
        answers::check(args, url, around, report).await;
    }
    is_reached
}

async fn transport(url: &reqwest::Url, host: &str, around: &Surroundings) -> Finding {
    let fail = |text| Finding::fail(CHECK, text);
    let is_plain = url.scheme() != "https";
    if is_plain && !is_here(host) {
        return fail(TLS_PLAIN);
    }
    let port = url.port_or_known_default().unwrap_or(443);
    let Ok(Ok(found)) = timeout(PATIENCE, lookup_host((host, port))).await else { return fail(DNS_FAILED) };
    let found: Vec<_> = found.collect();
    let Ok(Ok(stream)) = timeout(PATIENCE, TcpStream::connect(&*found)).await else {
        let text = if is_here(host) { CONNECT_HERE } else { CONNECT_FAILED };
        return fail(text).with("port", &port);
    };
    if is_plain {
        return Finding::skipped(CHECK, TLS_LOOPBACK);
    }
    let Ok(name) = ServerName::try_from(host.to_owned()) else { return fail(DNS_FAILED) };
    let connector = TlsConnector::from(Arc::new(around.tls.clone()));
    match timeout(PATIENCE, connector.connect(name, stream)).await {
        Ok(Ok(stream)) => {
            let version =
                stream.get_ref().1.protocol_version().and_then(|version| version.as_str().map(str::to_owned));
            Finding::ok(CHECK, TLS_OK)
                .with("version", &version.unwrap_or_default().replace("TLSv1_", "TLS 1."))
        }
        Ok(Err(error)) => fail(cause_of(&error)),
        Err(_) => fail(TLS_FAILED),
    }
}

/// We offer TLS 1.2 and 1.3 only, as WeChat demands of a server.
/// <https://developers.weixin.qq.com/miniprogram/dev/framework/ability/network.html>
fn cause_of(error: &io::Error) -> Text {
    use CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext,
    };
    match error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>()) {
        Some(TlsError::InvalidCertificate(certificate)) => match certificate {
            Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. } => CERT_EXPIRED,
            NotValidForName | NotValidForNameContext { .. } => CERT_NAME,
            _ => CERT_UNTRUSTED,
        },
        Some(
            TlsError::AlertReceived(AlertDescription::ProtocolVersion | AlertDescription::HandshakeFailure)
            | TlsError::PeerIncompatible(_),
        ) => TLS_OLD,
        _ => TLS_FAILED,
    }
}
