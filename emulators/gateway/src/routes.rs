//! Which function a method and path lead to.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use sam_template::Route;

/// A route and what the path said about it.
#[derive(Debug)]
pub(super) struct Matched<'a> {
    pub(super) route: &'a Route,
    /// The resource's id, as stable as the template.
    pub(super) resource_id: String,
    /// The path without the stage.
    pub(super) path: String,
    pub(super) path_parameters: BTreeMap<String, String>,
}

/// How well one segment of a resource fits: literal text wins over `{name}`, which wins over `{name+}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Greedy,
    Parameter,
    Literal,
}

/// Finds the route for a method and path; the stage in front of the path may be missing, because a custom domain
/// hides it. API Gateway picks the resource by path first, and only then looks for the method.
pub(super) fn find<'a>(routes: &'a [Route], stage: &str, method: &str, path: &str) -> Option<Matched<'a>> {
    without_stage(stage, path)
        .and_then(|path| find_exact(routes, method, path))
        .or_else(|| find_exact(routes, method, path))
}

/// The resource that a path leads to, whatever the method.
pub(super) fn resource<'a>(routes: &'a [Route], stage: &str, path: &str) -> Option<&'a str> {
    let found = without_stage(stage, path).and_then(|path| best(routes, path));
    found.or_else(|| best(routes, path)).map(|(_, resource)| resource)
}

fn without_stage<'a>(stage: &str, path: &'a str) -> Option<&'a str> {
    let rest = path.strip_prefix('/').and_then(|rest| rest.strip_prefix(stage));
    let rest = rest.filter(|rest| rest.is_empty() || rest.starts_with('/'));
    rest.map(|rest| if rest.is_empty() { "/" } else { rest })
}

fn best<'a>(routes: &'a [Route], path: &str) -> Option<(Fits, &'a str)> {
    let candidates = routes.iter().filter_map(|route| Some((fits(&route.path, path)?, route.path.as_str())));
    candidates.max_by(|(left, _), (right, _)| left.0.cmp(&right.0))
}

fn find_exact<'a>(routes: &'a [Route], method: &str, path: &str) -> Option<Matched<'a>> {
    let (fit, resource) = best(routes, path)?;
    let mut same = routes.iter().enumerate().filter(|(_, route)| route.path == resource);
    let first = same.clone().next().map_or(0, |(index, _)| index);
    let exact = same.clone().find(|(_, route)| route.method == method);
    let (_, route) = exact.or_else(|| same.find(|(_, route)| route.method == "ANY"))?;
    Some(Matched {
        route,
        resource_id: format!("r{first:05}"),
        path: path.to_owned(),
        path_parameters: fit.1,
    })
}

type Fits = (Vec<Fit>, BTreeMap<String, String>);

fn fits(resource: &str, path: &str) -> Option<Fits> {
    let mut actual = path.trim_start_matches('/').split('/');
    let (mut fit, mut parameters) = (Vec::new(), BTreeMap::new());
    for expected in resource.trim_start_matches('/').split('/') {
        let segment = actual.next()?;
        match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            None if expected == segment => fit.push(Fit::Literal),
            None => return None,
            Some(_) if segment.is_empty() => return None,
            Some(name) => {
                if let Some(name) = name.strip_suffix('+') {
                    let rest = std::iter::once(segment).chain(actual.by_ref()).collect::<Vec<_>>().join("/");
                    parameters.insert(name.to_owned(), decoded(&rest));
                    fit.push(Fit::Greedy);
                } else {
                    parameters.insert(name.to_owned(), decoded(segment));
                    fit.push(Fit::Parameter);
                }
            }
        }
    }
    actual.next().is_none().then_some((fit, parameters))
}

fn decoded(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_leads_to(method: &str, path: &str, expected: Option<&str>) {
        let routes = [
            ("GET", "/sessions"),
            ("DELETE", "/sessions/{id}"),
            ("GET", "/sessions/current"),
            ("ANY", "/files/{path+}"),
            ("GET", "/"),
        ]
        .map(|(method, path)| Route {
            method: method.into(),
            path: path.into(),
            function: format!("{method} {path}"),
            authorizer: None,
            is_public: true,
        });
        let found = find(&routes, "prod", method, path);
        assert_eq!(found.as_ref().map(|found| found.route.function.as_str()), expected);
    }

    #[test]
    fn finds_the_most_specific_resource_and_then_its_method() {
        assert_leads_to("GET", "/sessions", Some("GET /sessions"));
        assert_leads_to("DELETE", "/sessions/7", Some("DELETE /sessions/{id}"));
        assert_leads_to("GET", "/sessions/current", Some("GET /sessions/current"));
        // The literal resource has no DELETE, and API Gateway does not go back to look at `{id}`.
        assert_leads_to("DELETE", "/sessions/current", None);
        assert_leads_to("PATCH", "/files/a/b/c", Some("ANY /files/{path+}"));
        assert_leads_to("GET", "/", Some("GET /"));
        assert_leads_to("GET", "/unknown", None);
        assert_leads_to("GET", "/sessions/7/8", None);
        assert_leads_to("DELETE", "/sessions/", None);
    }

    #[test]
    fn takes_the_stage_in_front_of_the_path_as_optional() {
        assert_leads_to("GET", "/prod/sessions", Some("GET /sessions"));
        assert_leads_to("GET", "/prod", Some("GET /"));
        assert_leads_to("GET", "/production/sessions", None);
    }

    #[test]
    fn decodes_path_parameters() {
        let (_, parameters) = fits("/files/{path+}", "/files/%E5%BE%AE/a%2Fb").unwrap();
        assert_eq!(parameters["path"], "微/a/b");
    }
}
