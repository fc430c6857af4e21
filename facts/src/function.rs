//! The functions that are deployed. A new one is a variant here, its crate below `functions/`, and a function and a role in
//! `template.yaml`: what follows from its name is marked there as generated.

/// A function, in the order in which tables list them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Function {
    Login,
    CheckSession,
    Authorizer,
    Sessions,
    OpenData,
    Accounts,
    Wechat,
    Push,
    Erasures,
    Events,
}

impl Function {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Login,
        Self::CheckSession,
        Self::Authorizer,
        Self::Sessions,
        Self::OpenData,
        Self::Accounts,
        Self::Wechat,
        Self::Push,
        Self::Erasures,
        Self::Events,
    ];

    /// The binary, the folder below `functions/`, and the word in its log lines.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::CheckSession => "check-session",
            Self::Authorizer => "authorizer",
            Self::Sessions => "sessions",
            Self::OpenData => "open-data",
            Self::Accounts => "accounts",
            Self::Wechat => "wechat",
            Self::Push => "push",
            Self::Erasures => "erasures",
            Self::Events => "events",
        }
    }

    /// What the template calls it, less `Function`.
    #[must_use]
    pub const fn logical(self) -> &'static str {
        match self {
            Self::Login => "Login",
            Self::CheckSession => "CheckSession",
            Self::Authorizer => "Authorizer",
            Self::Sessions => "Sessions",
            Self::OpenData => "OpenData",
            Self::Accounts => "Accounts",
            Self::Wechat => "Wechat",
            Self::Push => "Push",
            Self::Erasures => "Erasures",
            Self::Events => "Events",
        }
    }

    /// Whether API Gateway calls it: for a route, or as authorizer.
    #[must_use]
    pub fn is_called_by_the_gateway(self) -> bool {
        self == Self::Authorizer || crate::route::ALL.iter().any(|route| route.function == self)
    }
}
