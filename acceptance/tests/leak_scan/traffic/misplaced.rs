//! Secrets where nothing expects them.

use serde_json::json;
use wechat_simulator::DEFAULT_APP;

use super::{Deployment, User};

impl Deployment {
    /// Requests that carry secrets where nothing expects them.
    pub(crate) async fn misplaced(&self) {
        let user = self.log_in(None).await;
        let User { token, openid, code, .. } = &user;
        let fresh = || self.service.simulator.mint_code(DEFAULT_APP.0, Some(openid));
        for body in [
            format!("{{\"code\":\"{token}\"}}"),
            format!("{{\"code\":\"{}\",\"{token}\":1}}", fresh()),
            format!("{{\"code\":[\"{}\"]}}", fresh()),
            format!("{{\"code\":{{\"{}\":0}}}}", fresh()),
            format!("{{\"code\":\"{}\",\"app_id\":\"{token}\"}}", fresh()),
            format!("{{\"code\":\"{}\",\"code\":\"{openid}\"}}", fresh()),
            format!("{{\"code\":\"{code}\\u0000\"}}"),
            format!("{{\"code\":\"{}", fresh()),
            format!("\u{feff}{{\"code\":\"{}\"}}", fresh()),
            format!("code={}", fresh()),
            format!("[\"{token}\",\"{openid}\"]"),
            format!("{{\"code\":\"{code}{}\"}}", "x".repeat(5000)),
        ] {
            let login = self.request("POST", "/login").bearer(token).text("application/json", body);
            assert_ne!(login.send().await.expect("an answer").status, 500);
        }
        let form = self
            .request("POST", "/login")
            .text("application/x-www-form-urlencoded", format!("code={}", fresh()));
        form.send().await.expect("an answer");
        for path in ["/open-data/decrypt", "/open-data/verify", "/phone-number"] {
            for body in [
                json!({"encrypted_data": token, "iv": openid}),
                json!({"raw_data": openid, "signature": token}),
                json!({"code": code, (token): 1}),
                json!({"code": [token]}),
                json!({"code": fresh()}),
            ] {
                self.post(&user, path, &body).await;
            }
        }
        for wrong in [
            json!({"action": "get", "actor": token, "user_id": openid}),
            json!({"action": token, "actor": "x", "user_id": code}),
            json!({"action": "get", "actor": "x", "user_id": code, (openid.clone()): 1}),
            json!({"action": "block", "actor": "x", "user_id": openid, "reason": token}),
            json!({"action": "set_claims", "actor": "x", "user_id": "x", "version": 0, "claims": {(token.clone()): 1}}),
        ] {
            assert_eq!(self.accounts(&wrong).await["error"]["code"], "invalid_request");
        }
        self.backend_misunderstands(&user).await;
        self.misplaced_tokens(&user).await;
        self.misplaced_tickets(&user).await;
    }

    async fn misplaced_tokens(&self, user: &User) {
        let User { token, session_id, .. } = user;
        let last = if token.ends_with('0') { '1' } else { '0' };
        let flipped = format!("Bearer {}{last}", &token[..73]);
        for path in ["/session", "/me", "/sessions", "/login"] {
            let method = if path == "/login" { "POST" } else { "GET" };
            for value in [
                flipped.as_str(),
                &format!("Bearer  {token}"),
                &format!("Bearer {token}, Bearer {token}"),
                &format!("Basic {token}"),
                &format!("Token {token}"),
                token,
                &token[..40],
            ] {
                let request = self.request(method, path).header("Authorization", value);
                request.send().await.expect("an answer");
            }
            let twice = self.request(method, path).bearer(token).bearer(token);
            twice.send().await.expect("an answer");
            let query = self.request(method, &format!("{path}?access_token={token}&code={}", user.code));
            query.header("X-Token", token).header("Cookie", token).send().await.expect("an answer");
        }
        for (method, path) in [
            ("DELETE", format!("/sessions/{token}")),
            ("DELETE", format!("/sessions/{session_id}x")),
            ("GET", format!("/{token}")),
            ("PUT", "/session".to_owned()),
            ("PATCH", "/open-data/decrypt".to_owned()),
        ] {
            self.call(method, &path, user).await;
        }
    }
}
