//! Why a secret cannot be had, each with what an operator must do.

use std::fmt;

use wxsession::store::StoreError;

/// There is no value of a secret.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("the secret {secret} cannot be used: {}", cause.as_str())]
pub struct SecretError {
    /// Which one: a stable word.
    pub secret: &'static str,
    /// Why.
    pub cause: Cause,
}

/// Why there is no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Secrets Manager could not be asked.
    Unavailable(StoreError),
    /// The role may not read it.
    Denied,
    /// There is no such secret.
    Missing,
    /// It is marked for deletion.
    MarkedForDeletion,
    /// Its KMS key cannot be used.
    Undecryptable,
    /// Its value is no JSON text.
    NotJson,
    /// Its value is JSON of another form: what is wrong with it, as a stable word.
    WrongForm(&'static str),
    /// Entries of its value have another form: these.
    WrongEntries(Vec<Flaw>),
}

/// What is wrong with one entry of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Whose it is; `None` where its name is no AppID: it may be what should stand behind the name.
    pub app_id: Option<String>,
    /// What is wrong, as a stable word.
    pub what: &'static str,
}

impl Flaw {
    pub(super) fn of(name: &str, what: &'static str) -> Self {
        let is_app_id = name.strip_prefix("wx").is_some_and(|rest| {
            rest.len() == 16 && rest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        });
        Self { app_id: is_app_id.then(|| name.to_owned()), what }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.app_id.as_deref().unwrap_or("one whose name is no AppID");
        write!(f, "{name} ({})", self.what)
    }
}

/// What an entry is that is none of the documented ones.
pub(super) const FORM: &str = "not_the_documented_form";
/// More are not named in one line.
const MOST_FLAWS: usize = 10;
const PUT_ANOTHER: &str = "put a value of the documented form: docs/operations.md, \"The two secrets\"";

impl Cause {
    /// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html#API_GetSecretValue_Errors>
    pub(super) fn of(kind: String) -> Self {
        match kind.as_str() {
            "AccessDeniedException" => Self::Denied,
            "ResourceNotFoundException" => Self::Missing,
            // "You tried to perform the operation on a secret that's currently marked deleted."
            "InvalidRequestException" => Self::MarkedForDeletion,
            "DecryptionFailure" => Self::Undecryptable,
            _ => Self::Unavailable(StoreError::new("GetSecretValue", kind)),
        }
    }

    /// The cause of a failed parse. Its message would quote the secret.
    #[must_use]
    pub fn of_parse(error: &serde_json::Error) -> Self {
        if error.is_data() { Self::WrongForm(FORM) } else { Self::NotJson }
    }

    /// The stable word for log lines.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "unavailable",
            Self::Denied => "access_denied",
            Self::Missing => "missing",
            Self::MarkedForDeletion => "marked_for_deletion",
            Self::Undecryptable => "undecryptable",
            Self::NotJson => "not_json",
            Self::WrongForm(_) | Self::WrongEntries(_) => "wrong_form",
        }
    }

    /// The cause and the fix, in words; `None` where there is nothing to mend.
    fn for_the_operator(&self) -> Option<(String, &'static str)> {
        let (cause, fix) = match self {
            Self::Unavailable(_) => return None,
            Self::Denied => (
                "the function's role may not read it",
                "give the role secretsmanager:GetSecretValue on it, and kms:Decrypt where it has a key of its own",
            ),
            Self::Missing => ("there is no such secret", "create it, or deploy the stack again"),
            Self::MarkedForDeletion => {
                ("it is marked for deletion", "restore it: aws secretsmanager restore-secret --secret-id …")
            }
            Self::Undecryptable => {
                ("its KMS key cannot be used", "enable the key, or encrypt the secret with another")
            }
            Self::NotJson => ("its value is not JSON text", PUT_ANOTHER),
            Self::WrongForm(what) => {
                return Some((format!("its value has not the documented form ({what})"), PUT_ANOTHER));
            }
            Self::WrongEntries(flaws) => {
                let named: Vec<_> = flaws.iter().take(MOST_FLAWS).map(Flaw::to_string).collect();
                let more = flaws.len().saturating_sub(MOST_FLAWS);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let cause = format!("entries have not the documented form: {}{more}", named.join(", "));
                return Some((cause, PUT_ANOTHER));
            }
        };
        Some((cause.to_owned(), fix))
    }
}

impl SecretError {
    /// The cause and the fix, in words; `None` where there is nothing to mend.
    pub(crate) fn for_the_operator(&self) -> Option<(String, &'static str)> {
        let (cause, fix) = self.cause.for_the_operator()?;
        let what = match self.cause {
            // The others serve.
            Cause::WrongEntries(_) => "",
            _ => " cannot be used",
        };
        Some((format!("the secret {}{what}: {cause}", self.secret), fix))
    }

    /// Somebody began to ask, and no answer came in time.
    pub(super) fn unanswered<T: super::SecretValue>() -> Self {
        Self { secret: T::NAME, cause: Cause::of("timeout".to_owned()) }
    }

    /// A hiccup is over in a second; what a human must mend is not.
    pub(super) fn first_pause_seconds(&self) -> i64 {
        match self.cause {
            Cause::Unavailable(_) => 1,
            _ => 5,
        }
    }
}
