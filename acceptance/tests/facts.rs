//! The tables of `facts` against what they are about: what each function reads, and what `template.yaml` deploys.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use facts::{Function, Setting, route, route::Auth, setting::From, settings};
use local::service::TEMPLATE;
use sam_template::Template;
use wxsession::{Clock, config, env::Source, serve};

/// An environment that remembers what it was asked for.
#[derive(Default)]
struct Asked(RefCell<BTreeSet<String>>);

impl Source for Asked {
    fn text(&self, name: &str) -> Option<String> {
        self.0.borrow_mut().insert(name.to_owned());
        let is_demanded = settings::ALL.iter().any(|setting| setting.name == name && is_demanded(setting));
        let is_of_the_runtime = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].contains(&name);
        (is_demanded || is_of_the_runtime).then(|| "text".to_owned())
    }
}

fn is_demanded(setting: &Setting) -> bool {
    matches!(setting.from, From::Stack(..))
}

/// The settings that a function asks for, besides those by which the SDK finds region, credentials and endpoints.
#[track_caller]
fn reads<F: serve::Function>(function: Function) {
    let asked = Asked::default();
    assert!(F::from_env(&asked, Clock::system()).is_ok(), "{function:?}");
    // Read for every function by what runs it.
    config::log_level(&asked).expect("the default");
    config::reporting(&asked).expect("the default");
    config::source_address(&asked).expect("the default");
    let asked: BTreeSet<_> =
        asked.0.into_inner().into_iter().filter(|name| !name.starts_with("AWS_")).collect();
    let told = settings::ALL.iter().filter(|setting| setting.readers.contains(&function));
    let told = told.filter(|setting| !matches!(setting.from, From::Emulators(_)));
    assert_eq!(asked, told.map(|setting| setting.name.to_owned()).collect(), "{function:?}");
    assert_eq!(F::NAME, function.name());
}

#[tokio::test]
async fn each_function_reads_the_settings_that_it_is_given_and_no_other() {
    reads::<login::Login>(Function::Login);
    reads::<check_session::CheckSession>(Function::CheckSession);
    reads::<authorizer::Authorizer>(Function::Authorizer);
    reads::<sessions::Sessions>(Function::Sessions);
    reads::<open_data::OpenData>(Function::OpenData);
    reads::<accounts::Accounts>(Function::Accounts);
    reads::<wechat::Backend>(Function::Wechat);
    reads::<push::MessagePush>(Function::Push);
    reads::<erasures::Erasures>(Function::Erasures);
    reads::<events::Events>(Function::Events);
}

fn template() -> Template {
    let app =
        [("WechatAppId", "wx0123456789abcdef"), ("WechatAppSecret", "0123456789abcdef0123456789abcdef")];
    let app = app.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Template::parse_with(TEMPLATE, &BTreeMap::from(app)).expect("our template")
}

#[test]
fn the_template_deploys_every_function_with_its_settings() {
    let deployed = template();
    let binaries: BTreeSet<_> = deployed.functions().iter().map(|function| &*function.binary).collect();
    assert_eq!(binaries, Function::ALL.iter().map(|function| function.name()).collect());
    for function in Function::ALL {
        let logical = format!("{}Function", function.logical());
        let environment = &deployed.function(&logical).expect("a function of that name").environment;
        let told = settings::ALL.iter().filter(|setting| setting.readers.contains(function));
        let told = told.filter(|setting| matches!(setting.from, From::Parameter(..) | From::Stack(..)));
        assert_eq!(
            environment.keys().map(String::as_str).collect::<BTreeSet<_>>(),
            told.map(|setting| setting.name).collect(),
            "{logical}"
        );
    }
}

#[test]
fn the_template_deploys_every_route_with_what_stands_before_it() {
    let deployed = template();
    let found: BTreeSet<_> = deployed
        .routes()
        .iter()
        .map(|route| (&*route.method, &*route.path, route.function.clone(), route.authorizer.is_some()))
        .collect();
    let told = route::ALL.iter().map(|route| {
        let function = format!("{}Function", route.function.logical());
        (route.method, route.path, function, route.auth == Auth::Authorizer)
    });
    assert_eq!(found, told.collect());
}
