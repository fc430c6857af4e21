//! Tickets and the session of a page.

use operator::http_client::Reply;
use serde_json::{Value, json};

use super::{Deployment, User};
use crate::deployment::PAGE;

impl Deployment {
    async fn ticket(&self, user: &User) -> String {
        let made = self.post(user, "/tickets", &json!({"audience": PAGE})).await;
        assert_eq!(made.status, 200, "{}", made.text);
        made.body["ticket"].as_str().expect("as documented").to_owned()
    }

    async fn redeem(&self, body: &Value) -> Reply {
        let redeem = self.request("POST", "/tickets/redeem").header("Origin", PAGE);
        redeem.json(body).send().await.expect("an answer")
    }

    /// A page's session, until its ticket comes a second time.
    pub(super) async fn pages(&self, user: &User) {
        let wanted = json!({"ticket": self.ticket(user).await, "audience": PAGE});
        let redeemed = self.redeem(&wanted).await;
        assert_eq!(redeemed.status, 200, "{}", redeemed.text);
        let token = redeemed.body["token"].as_str().expect("as documented").to_owned();
        let page =
            User { openid: user.openid.clone(), code: String::new(), token, session_id: String::new() };
        for path in ["/session", "/me", "/sessions"] {
            assert_eq!(self.call("GET", path, &page).await.status, 200, "{path}");
        }
        let refused = self.post(&page, "/open-data/decrypt", &json!({})).await;
        assert_eq!((refused.status, refused.code()), (403, "not_for_child"));
        assert_eq!(self.redeem(&wanted).await.status, 409);
        assert_eq!(self.call("GET", "/session", &page).await.status, 401);
    }

    /// Tickets where nothing expects them, and of every wrong form.
    pub(super) async fn misplaced_tickets(&self, user: &User) {
        let ticket = self.ticket(user).await;
        for body in [
            json!({"ticket": user.token, "audience": PAGE}),
            json!({"ticket": format!("{ticket}x"), "audience": PAGE}),
            json!({"ticket": &ticket[..46], "audience": PAGE}),
            json!({"ticket": [ticket], "audience": PAGE}),
            json!({"ticket": ticket, "audience": ticket}),
            json!({"ticket": ticket, "audience": PAGE, (ticket.clone()): 1}),
        ] {
            assert!([400, 409].contains(&self.redeem(&body).await.status));
        }
        let wanted = json!({"ticket": ticket, "audience": PAGE});
        let elsewhere = self.request("POST", "/tickets/redeem").header("Origin", &ticket).json(&wanted);
        assert_eq!(elsewhere.send().await.expect("an answer").status, 409);
        for body in [json!({"audience": ticket}), json!({"audience": PAGE, (ticket.clone()): 1})] {
            assert_eq!(self.post(user, "/tickets", &body).await.status, 400);
        }
        let login = self.request("POST", "/login").json(&json!({"code": ticket}));
        assert_eq!(login.send().await.expect("an answer").status, 400);
        for (method, path) in [
            ("GET", format!("/{ticket}")),
            ("GET", format!("/session?wxt={ticket}")),
            ("DELETE", format!("/sessions/{ticket}")),
        ] {
            self.call(method, &path, user).await;
        }
        let bearer = self.request("GET", "/session").bearer(&ticket);
        assert_eq!(bearer.send().await.expect("an answer").status, 401);
    }
}
