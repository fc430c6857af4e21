//! `template.yaml`, read the way AWS SAM would read it.
//!
//! Routes, authorizers, gateway responses, tables and function environments all come from the file that is deployed,
//! so the local service cannot drift away from it. Only what the local service needs is read; an intrinsic function
//! in any other place is left alone.
//!
//! - `yaml`: text to JSON, short tags (`!Ref`) to their long form
//! - `intrinsics`: `Ref`, `Fn::Sub`, conditions and friends to values
//! - `api`: the REST API: stage, authorizers, gateway responses
//! - `functions`: functions, their environment and their routes
//! - `tables`: `DynamoDB` tables; `sources`: functions that their streams feed

use std::collections::BTreeMap;

use serde_json::Value;

pub use self::api::{Authorizer, AuthorizerKind, Cors, GatewayResponse, IdentitySource};
pub use self::functions::{Function, Route};
pub use self::intrinsics::{ACCOUNT_ID, API_ID, REGION};
pub use self::sources::StreamSource;
pub use self::tables::{Key, Table};

mod api;
mod functions;
mod intrinsics;
mod sources;
mod tables;
mod yaml;

/// Why a template cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The text is not YAML.
    #[error("template is not valid YAML: {0}")]
    Yaml(#[from] saphyr::ScanError),
    /// A place holds something other than what belongs there.
    #[error("{place}: expected {expected}")]
    Shape {
        /// Path inside the template, such as `Resources.Api.Properties.Auth`.
        place: String,
        /// What belongs there.
        expected: &'static str,
    },
    /// A name that is neither parameter, resource, pseudo parameter, condition nor mapping.
    #[error("`{name}` is not defined in the template")]
    UnknownName {
        /// The name that was looked up.
        name: String,
    },
    /// A parameter without default is needed, and no value was given.
    #[error("parameter `{name}` has no default and no value was given")]
    ParameterWithoutValue {
        /// The parameter.
        name: String,
    },
    /// An intrinsic function that this reader does not implement.
    #[error("intrinsic function `{name}` is not supported locally")]
    UnsupportedIntrinsic {
        /// The function, such as `Fn::ImportValue`.
        name: String,
    },
}

/// The parts of a SAM template that the local service acts on.
#[derive(Debug, Clone)]
pub struct Template {
    parameters: BTreeMap<String, Value>,
    api: api::Api,
    functions: Vec<Function>,
    routes: Vec<Route>,
    /// By path: two templates that share this address may differ.
    cors: BTreeMap<String, Cors>,
    tables: Vec<Table>,
    sources: Vec<StreamSource>,
    /// What another stack could import from this one.
    exports: BTreeMap<String, String>,
}

impl Template {
    /// Reads a template; every parameter takes its default.
    ///
    /// # Errors
    /// [`TemplateError`] when the text is not YAML or a part that is needed has the wrong shape.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        Self::parse_with(text, &BTreeMap::new())
    }

    /// Reads a template with values for some of its parameters, as `--parameter-overrides` would give them.
    ///
    /// # Errors
    /// As [`Template::parse`].
    pub fn parse_with(text: &str, overrides: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        Self::parse_importing(text, overrides, &BTreeMap::new())
    }

    fn parse_importing(
        text: &str,
        overrides: &BTreeMap<String, String>,
        imports: &BTreeMap<String, String>,
    ) -> Result<Self, TemplateError> {
        let document = yaml::load(text)?;
        let scope = intrinsics::Scope::of(&document, overrides, imports)?;
        let api = api::Api::read(&document, &scope)?;
        let (functions, routes) = functions::read(&document, &scope, api.default_authorizer.as_deref())?;
        let paths = routes.iter().filter_map(|route| Some((route.path.clone(), api.cors.clone()?)));
        let cors = paths.collect();
        let tables = tables::read(&document, &scope)?;
        let sources = sources::read(&document, &scope)?;
        let exports = exports(&document, &scope);
        Ok(Self {
            parameters: scope.into_parameters(),
            api,
            functions,
            routes,
            cors,
            tables,
            sources,
            exports,
        })
    }

    /// Adds the functions, routes and tables of a second template to this API.
    ///
    /// For an application that stands behind the same authorizer, such as the sample protected function. On AWS it is
    /// a stack with an API of its own that imports the ARN of our authorizer; here both share one address. An
    /// authorizer, gateway response or path that both name is ours. A second template without an API of its own gets our
    /// default authorizer and our `Cors`.
    ///
    /// # Errors
    /// As [`Template::parse`].
    pub fn extend(&mut self, text: &str, overrides: &BTreeMap<String, String>) -> Result<(), TemplateError> {
        let mut second = Self::parse_importing(text, overrides, &self.exports)?;
        if !second.api.is_declared {
            for route in second.routes.iter_mut().filter(|route| !route.is_public) {
                route.authorizer.clone_from(&self.api.default_authorizer);
            }
            second.api.cors.clone_from(&self.api.cors);
        }
        if let Some(cors) = second.api.cors {
            for route in &second.routes {
                self.cors.entry(route.path.clone()).or_insert_with(|| cors.clone());
            }
        }
        for (name, authorizer) in second.api.authorizers {
            self.api.authorizers.entry(name).or_insert(authorizer);
        }
        self.functions.extend(second.functions);
        self.routes.extend(second.routes);
        self.tables.extend(second.tables);
        self.sources.extend(second.sources);
        Ok(())
    }

    /// Parameters with the value they have here: given, or default.
    #[must_use]
    pub fn parameters(&self) -> &BTreeMap<String, Value> {
        &self.parameters
    }

    /// Every function that a table's stream feeds.
    #[must_use]
    pub fn stream_sources(&self) -> &[StreamSource] {
        &self.sources
    }

    /// Every route of the REST API.
    #[must_use]
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// Every function.
    #[must_use]
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// The function with this logical id or binary name.
    #[must_use]
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.functions.iter().find(|function| function.logical_id == name || function.binary == name)
    }

    /// The API's authorizers by name.
    #[must_use]
    pub fn authorizers(&self) -> &BTreeMap<String, Authorizer> {
        &self.api.authorizers
    }

    /// The authorizer that guards a route when the route does not say otherwise.
    #[must_use]
    pub fn default_authorizer(&self) -> Option<&Authorizer> {
        self.api.authorizers.get(self.api.default_authorizer.as_ref()?)
    }

    /// The API's own gateway responses by type, such as `ACCESS_DENIED`.
    #[must_use]
    pub fn gateway_responses(&self) -> &BTreeMap<String, GatewayResponse> {
        &self.api.gateway_responses
    }

    /// What the API itself answers to `OPTIONS` of a path; `None`: the path has no such method but one of its own.
    #[must_use]
    pub fn cors(&self, path: &str) -> Option<&Cors> {
        self.cors.get(path)
    }

    /// The stage that API Gateway puts in front of every path.
    #[must_use]
    pub fn stage(&self) -> &str {
        &self.api.stage
    }

    /// The stage's variables.
    #[must_use]
    pub fn stage_variables(&self) -> &BTreeMap<String, String> {
        &self.api.stage_variables
    }

    /// Media types whose bodies reach the functions base64-encoded.
    #[must_use]
    pub fn binary_media_types(&self) -> &[String] {
        &self.api.binary_media_types
    }

    /// Every `DynamoDB` table.
    #[must_use]
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }
}

/// Exported outputs. One that cannot be known on one machine (a domain name of AWS) is no reason to fail: nothing here
/// may ever import it.
fn exports(document: &Value, scope: &intrinsics::Scope) -> BTreeMap<String, String> {
    let outputs = document["Outputs"].as_object().into_iter().flatten();
    let exports = outputs.filter_map(|(_, output)| {
        let name = scope.resolve(&output["Export"]["Name"]).ok()??;
        let value = scope.resolve(&output["Value"]).ok()??;
        Some((name.as_str()?.to_owned(), intrinsics::plain(&value)))
    });
    exports.collect()
}
