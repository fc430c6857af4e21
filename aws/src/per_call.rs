//! What the SDK would do at every call, and a function does once, or does not need: `docs/adr/0012-less-per-call.md`.

use aws_runtime::{
    invocation_id::InvocationIdInterceptor, request_info::RequestInfoInterceptor,
    user_agent::UserAgentInterceptor,
};
use aws_sdk_dynamodb::config::{
    ConfigBag, Intercept,
    endpoint::{DefaultResolver, Endpoint, EndpointFuture, Params, ResolveEndpoint},
    interceptors::BeforeSerializationInterceptorContextRef,
};
use aws_smithy_runtime_api::{box_error::BoxError, client::interceptors::disable_interceptor};
use futures_util::FutureExt;

use super::Endpoints;

/// The one endpoint of DynamoDB that a function asks. Region and override cannot change while it runs.
#[derive(Clone, Debug)]
pub(super) struct OneEndpoint(Endpoint);

impl OneEndpoint {
    /// The endpoint by the SDK's own rules, which know every partition. `None` when they refuse: then the
    /// SDK says so at the first call.
    pub(super) fn resolve(region: &str, endpoint_url: Option<&str>, which: Endpoints) -> Option<Self> {
        let params = Params::builder()
            .region(region)
            .set_endpoint(endpoint_url.map(str::to_owned))
            .use_fips(which.fips)
            .use_dual_stack(which.dual_stack);
        let params = params.build().ok()?;
        let rules = DefaultResolver::new();
        let endpoint = ResolveEndpoint::resolve_endpoint(&rules, &params).now_or_never()?;
        endpoint.ok().map(Self)
    }

    pub(super) fn url(&self) -> &str {
        self.0.url()
    }
}

impl ResolveEndpoint for OneEndpoint {
    fn resolve_endpoint<'a>(&'a self, _: &'a Params) -> EndpointFuture<'a> {
        EndpointFuture::ready(Ok(self.0.clone()))
    }
}

/// Leaves out headers that only describe the caller: two user agents of 130 bytes, composed and one of them signed each
/// time, an invocation id, a count of attempts. The connector sends one fixed user agent. Retries do not depend on them.
#[derive(Debug)]
pub(super) struct FewerHeaders;

const WHY: &str = "they describe the caller, and nothing answers by them";

impl Intercept for FewerHeaders {
    fn name(&self) -> &'static str {
        "FewerHeaders"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let state = config.interceptor_state();
        state.store_put(disable_interceptor::<UserAgentInterceptor>(WHY));
        state.store_put(disable_interceptor::<InvocationIdInterceptor>(WHY));
        state.store_put(disable_interceptor::<RequestInfoInterceptor>(WHY));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;
    use crate::{Account, Budget};

    #[track_caller]
    fn resolves(region: &str, endpoint_url: Option<&str>, url: &str) {
        let resolved = OneEndpoint::resolve(region, endpoint_url, Endpoints::default());
        assert_eq!(resolved.as_ref().map(OneEndpoint::url), Some(url), "{region}");
    }

    #[test]
    fn fips_and_dual_stack_have_endpoints_of_their_own() {
        let resolved = |region, fips, dual_stack, url: Option<&str>| {
            let which = Endpoints { fips, dual_stack, ..Endpoints::default() };
            OneEndpoint::resolve(region, url, which).map(|endpoint| endpoint.url().to_owned())
        };
        for (region, fips, dual_stack, url) in [
            ("us-east-1", true, false, "https://dynamodb-fips.us-east-1.amazonaws.com"),
            ("us-east-1", false, true, "https://dynamodb.us-east-1.api.aws"),
            ("us-east-1", true, true, "https://dynamodb-fips.us-east-1.api.aws"),
            ("us-gov-west-1", true, false, "https://dynamodb.us-gov-west-1.amazonaws.com"),
            ("cn-north-1", false, true, "https://dynamodb.cn-north-1.api.amazonwebservices.com.cn"),
        ] {
            assert_eq!(resolved(region, fips, dual_stack, None).as_deref(), Some(url));
        }
        // The SDK's rules refuse it, and say so at the first call.
        assert_eq!(resolved("us-east-1", true, false, Some("http://127.0.0.1:8000")), None);
    }

    #[test]
    fn every_partition_has_its_own_endpoint() {
        resolves("us-east-1", None, "https://dynamodb.us-east-1.amazonaws.com");
        resolves("ap-southeast-1", None, "https://dynamodb.ap-southeast-1.amazonaws.com");
        resolves("cn-north-1", None, "https://dynamodb.cn-north-1.amazonaws.com.cn");
        resolves("cn-northwest-1", None, "https://dynamodb.cn-northwest-1.amazonaws.com.cn");
        resolves("us-gov-west-1", None, "https://dynamodb.us-gov-west-1.amazonaws.com");
        resolves("us-iso-east-1", None, "https://dynamodb.us-iso-east-1.c2s.ic.gov");
    }

    #[test]
    fn an_override_is_taken_as_it_is() {
        resolves("cn-north-1", Some("http://127.0.0.1:8000"), "http://127.0.0.1:8000");
    }

    /// Answers as an empty table would, and gives the head of the first request that came whole. On a busy machine the
    /// client may give a connection up and open another.
    async fn one_request(socket: TcpListener) -> String {
        loop {
            let (mut stream, _) = socket.accept().await.expect("the client connects");
            let mut read = Vec::new();
            while !read.windows(4).any(|four| four == b"\r\n\r\n") {
                if stream.read_buf(&mut read).await.unwrap_or(0) == 0 {
                    break;
                }
            }
            let answer =
                b"HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: 2\r\n\r\n{}";
            if stream.write_all(answer).await.is_ok() && !read.is_empty() {
                return String::from_utf8_lossy(&read).to_ascii_lowercase();
            }
        }
    }

    #[tokio::test]
    async fn a_call_is_signed_and_describes_its_caller_in_one_fixed_header() {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", socket.local_addr().unwrap());
        let env = [
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_ENDPOINT_URL_DYNAMODB", &url),
        ];
        let env: HashMap<String, String> =
            env.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let client = Account::read(&env).unwrap().dynamodb(Budget::READ);
        // Whatever becomes of the answer: a busy machine may be too slow for the budget.
        let (head, _) = tokio::join!(one_request(socket), client.list_tables().send());
        assert!(head.contains("/eu-west-1/dynamodb/aws4_request"), "{head}");
        assert!(head.contains("\r\nuser-agent: wxsession/"), "{head}");
        for header in ["x-amz-user-agent", "amz-sdk-invocation-id", "amz-sdk-request"] {
            assert!(!head.contains(header), "{header} is sent: is aws-runtime the SDK's own version?");
        }
    }
}
