//! What an operator does to one user's sessions: list them, end one, end all. On the tables of a
//! deployed stack, or of the local service with `--endpoint http://127.0.0.1:8000`.
//!
//! The user is named as WeChat names them, by app id and openid. Neither the openid nor anything of
//! the vault is ever printed. Exit codes are those of [`Outcome`].

mod tables;

use std::{
    io::{self, BufRead, Write},
    process::ExitCode,
    time::{Duration, Instant},
};

use aws_smithy_types::date_time::{DateTime, Format};
use clap::{Args, Parser, Subcommand};
use tables::Tables;
use wxsession::{
    Clock, Random, SessionId, UserId,
    session::{Ended, Refusal, Rules, Session, SessionRecord, decide},
    store::{End, SessionKey, StoreError, item::Damaged, users::Moment},
    token::TokenHash,
    user,
};

/// How long a write is tried again that others overtake.
const PATIENCE: Duration = Duration::from_secs(10);

/// Lists or ends the sessions of one user.
#[derive(Parser)]
#[command(name = "admin")]
pub struct Admin {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List every session on record, newest first, and whether it is still good.
    Sessions(User),
    /// End all sessions of the user, or with --session one of them.
    SignOut(SignOut),
}

#[derive(Args)]
struct SignOut {
    #[command(flatten)]
    user: User,
    /// Only this session: its id, as `sessions` lists it.
    #[arg(long)]
    session: Option<String>,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

#[derive(Args)]
struct User {
    /// The Mini Program.
    #[arg(long)]
    app_id: String,
    /// WeChat's name of the user in it.
    #[arg(long)]
    openid: String,
    /// The users table: output `UsersTableName` of the stack. The local service's has the default name.
    #[arg(long, env = "USERS_TABLE", default_value = "UsersTable")]
    users_table: String,
    /// The sessions table: output `SessionsTableName` of the stack. The same.
    #[arg(long, env = "SESSIONS_TABLE", default_value = "SessionsTable")]
    sessions_table: String,
    /// Another DynamoDB. One at http:// is taken for a local one and given made-up credentials.
    #[arg(long)]
    endpoint: Option<String>,
    /// The region, when neither the environment nor the profile says.
    #[arg(long)]
    region: Option<String>,
}

/// How it went, with the exit code. Code 2 is clap's: the command line was not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 0: listed, or ended; also when there was nothing left to end.
    Done = 0,
    /// 1: asked, and the answer was not `yes`. Nothing was changed.
    NotConfirmed = 1,
    /// 3: there is no such user, or no such session of theirs.
    NotFound = 3,
    /// 4: the tables could not be asked: names, credentials, network. Nothing is known to be changed.
    Unavailable = 4,
}

enum Failure {
    Store(StoreError),
    Terminal(io::Error),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Terminal(error)
    }
}

impl Admin {
    /// Runs at the terminal.
    pub async fn run(&self) -> ExitCode {
        let outcome = self.run_with(&mut io::stdin().lock(), &mut io::stdout().lock()).await;
        ExitCode::from(outcome as u8)
    }

    /// Runs with these instead of the terminal.
    pub async fn run_with(&self, input: &mut impl BufRead, output: &mut impl Write) -> Outcome {
        let outcome = match &self.command {
            Command::Sessions(user) => list(user, output).await,
            Command::SignOut(wanted) => sign_out(wanted, input, output).await,
        };
        let (outcome, said) = match outcome {
            Ok(outcome) => return outcome,
            Err(Failure::Store(error)) => (
                Outcome::Unavailable,
                format!(
                    "The tables could not be asked ({error}): check the names, the region and the credentials."
                ),
            ),
            Err(Failure::Terminal(error)) => (Outcome::NotConfirmed, error.to_string()),
        };
        drop(writeln!(output, "{said}"));
        outcome
    }
}

/// What the tables say of a user: the sessions in their list, newest first.
struct Records {
    id: UserId,
    sessions: Vec<Listed>,
}

struct Listed {
    hash: TokenHash,
    session: Session,
    state: &'static str,
}

impl Records {
    /// `None` when there is no such user.
    async fn read(tables: &Tables, wanted: &User) -> Result<Option<Self>, StoreError> {
        let id = UserId::of(&wanted.app_id, &wanted.openid);
        let user = tables.users.read(id).await?.filter(|user| user.person.is_some());
        let Some(user) = user else { return Ok(None) };
        let records = tables.sessions.some(id, user.live.entries().map(|entry| entry.hash)).await?;
        let listed = records.into_iter().filter_map(|(hash, record)| Listed::of(hash, record, &user));
        let mut sessions: Vec<Listed> = listed.collect();
        sessions.sort_by_key(|listed| std::cmp::Reverse((listed.session.created_at, listed.session.id)));
        Ok(Some(Self { id, sessions }))
    }

    fn good(&self) -> usize {
        self.sessions.iter().filter(|listed| listed.state == "good").count()
    }
}

impl Listed {
    /// The deployment's rules are not known here: a session is good for as long as it was promised.
    fn of(hash: TokenHash, record: Result<SessionRecord, Damaged>, user: &user::User) -> Option<Self> {
        let record = record.ok()?;
        let decided = decide(Clock::system().now(), &Rules::AS_PROMISED, &hash, Some(&record), Some(user));
        let state = decided.map_or_else(Refusal::as_str, |_| "good");
        Some(Self { hash, session: record.session()?.clone(), state })
    }
}

async fn list(wanted: &User, output: &mut impl Write) -> Result<Outcome, Failure> {
    let tables = Tables::open(wanted).await;
    let Some(records) = Records::read(&tables, wanted).await? else { return no_such_user(output) };
    writeln!(output, "user {}: {} good sessions", records.id, records.good())?;
    for Listed { session, state, .. } in &records.sessions {
        let times = [session.created_at, session.seen_at(), session.expires_at].map(time);
        writeln!(
            output,
            "{}  {state:<21}  created {}  seen {}  expires {}",
            session.id, times[0], times[1], times[2]
        )?;
    }
    Ok(Outcome::Done)
}

async fn sign_out(
    wanted: &SignOut,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> Result<Outcome, Failure> {
    let tables = Tables::open(&wanted.user).await;
    let Some(records) = Records::read(&tables, &wanted.user).await? else { return no_such_user(output) };
    let one = match &wanted.session {
        None => None,
        Some(id) => {
            let id = SessionId::parse(id);
            let Some(found) = records.sessions.iter().find(|listed| Some(listed.session.id) == id) else {
                writeln!(output, "This user has no such session.")?;
                return Ok(Outcome::NotFound);
            };
            Some(found)
        }
    };
    let what = one.map_or_else(
        || format!("every session ({} good)", records.good()),
        |listed| format!("session {} ({})", listed.session.id, listed.state),
    );
    if !wanted.yes && !confirmed(&format!("End {what} of user {}?", records.id), input, output)? {
        writeln!(output, "Nothing was changed.")?;
        return Ok(Outcome::NotConfirmed);
    }
    let (clock, random) = (Clock::system(), Random::system());
    let ended = match one {
        None => {
            let moment =
                Moment { now_ms: clock.now_millis(), until: Instant::now() + PATIENCE, random: &random };
            tables.users.sign_out_everywhere(records.id, moment).await?
        }
        Some(Listed { hash, .. }) => {
            let key = SessionKey { user: records.id, hash: *hash };
            matches!(tables.sessions.end(&key, Ended::EndedByOperator, clock.now()).await?, End::Now(_))
        }
    };
    writeln!(output, "{}", if ended { "Done." } else { "There was nothing left to end." })?;
    Ok(Outcome::Done)
}

fn no_such_user(output: &mut impl Write) -> Result<Outcome, Failure> {
    writeln!(output, "There is no such user in this table: check --app-id and --openid.")?;
    Ok(Outcome::NotFound)
}

/// Only the word `yes` is yes.
fn confirmed(question: &str, input: &mut impl BufRead, output: &mut impl Write) -> io::Result<bool> {
    write!(output, "{question} Type yes: ")?;
    output.flush()?;
    let mut answer = String::new();
    input.read_line(&mut answer)?;
    Ok(answer.trim() == "yes")
}

fn time(seconds: i64) -> String {
    DateTime::from_secs(seconds).fmt(Format::DateTime).unwrap_or_else(|_| seconds.to_string())
}
