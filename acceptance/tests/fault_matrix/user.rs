//! Who asks.

use operator::http_client::HttpClient;
use serde_json::{Value, json};
use wechat_simulator::{DEFAULT_APP, NewPhoneCode, Simulator};

use wxsession::{
    Random,
    store::{SessionKey, Sessions, tickets::StoredTicket},
    ticket::Ticket,
    token::{Realm, SessionToken},
};

use crate::{
    routes::Route,
    world::{PAGE, START},
};

/// Somebody who has logged in once.
pub(crate) struct User {
    pub(crate) openid: String,
    pub(crate) token: String,
    pub(crate) id: String,
    pub(crate) session_id: String,
    pub(crate) session_key: String,
    /// The body of a request to decrypt.
    pub(crate) open_data: Value,
    /// Codes of `wx.login` that were handed out.
    pub(crate) codes: parking_lot::Mutex<Vec<String>>,
    /// Tickets that the Mini Program made, and those that were presented.
    tickets: parking_lot::Mutex<Vec<String>>,
    pub(crate) presented: parking_lot::Mutex<Vec<String>>,
    simulator: Simulator,
}

impl User {
    /// Logs a new user in at `service`.
    pub(crate) async fn new(simulator: &Simulator, service: &HttpClient) -> Result<Self, String> {
        let app = DEFAULT_APP.0;
        let minted =
            simulator.mint(wechat_simulator::NewCode { app_id: app.to_owned(), ..Default::default() });
        let mut user = Self {
            openid: minted.openid,
            token: String::new(),
            id: String::new(),
            session_id: String::new(),
            session_key: String::new(),
            open_data: Value::Null,
            codes: parking_lot::Mutex::default(),
            tickets: parking_lot::Mutex::default(),
            presented: parking_lot::Mutex::default(),
            simulator: simulator.clone(),
        };
        let reply = Route::Login.ask(service, &user).await?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let login = text(&reply.body["token"])
            .zip(text(&reply.body["user"]["id"]))
            .zip(text(&reply.body["session"]["id"]));
        let ((token, id), session_id) =
            login.ok_or_else(|| format!("the first login: {} {}", reply.status, reply.text))?;
        let key = simulator.session_key(app, &user.openid).ok_or("the login made a session_key")?;
        let data = simulator.mint_encrypted_data(app, &user.openid, json!({"openGId": "group"}));
        user.open_data = json!({"encrypted_data": data.encrypted_data, "iv": data.iv});
        Ok(Self { token, id, session_id, session_key: key, ..user })
    }

    /// Makes a ticket past the functions: it has to be there whatever becomes of them, and be good whatever the clock says.
    pub(crate) async fn prepare_ticket(&self, tables: &Sessions) {
        let (token, realm) = (SessionToken::parse(&self.token), Realm::new("1").expect("the default"));
        let session = SessionKey::of(&token.expect("the login gave a token"), &realm);
        let ticket = Ticket::generate(&Random::system());
        let stored = StoredTicket {
            user: session.user,
            parent: session.hash,
            audience: PAGE.to_owned(),
            expires_at: START + 604_800,
            child: None,
        };
        tables.create_ticket(&ticket.hash(&realm), &stored).await.expect("the tables answer");
        self.tickets.lock().push(ticket.expose().to_string());
    }

    /// A ticket that nobody has presented.
    pub(crate) fn ticket(&self) -> String {
        let ticket = self.tickets.lock().pop().expect("there are as many as a cell needs");
        self.presented.lock().push(ticket.clone());
        ticket
    }

    /// A fresh code of the phone number button.
    pub(crate) fn phone_code(&self) -> String {
        self.simulator.mint_phone_code(NewPhoneCode::of_user(DEFAULT_APP.0, &self.openid)).code
    }

    /// A fresh code of `wx.login`.
    pub(crate) fn code(&self) -> String {
        let code = self.simulator.mint_code(DEFAULT_APP.0, Some(&self.openid));
        self.codes.lock().push(code.clone());
        code
    }
}
