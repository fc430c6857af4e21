//! What an authorizer answered, and whether its policy covers a method.

use std::collections::BTreeMap;

use serde_json::Value;

/// A well-formed answer: identity, policy and what to hand on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub(super) principal_id: String,
    statements: Vec<Statement>,
    /// Everything is text by the time the function sees it.
    pub(super) context: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq)]
struct Statement {
    allows: bool,
    actions: Vec<String>,
    resources: Vec<String>,
}

/// What a policy says about one method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    Allow,
    /// No statement covers the method.
    ImplicitDeny,
    /// A statement denies it, whatever others allow.
    ExplicitDeny,
}

impl Answer {
    /// Reads an authorizer's answer; the error says what is wrong with it.
    pub(super) fn read(answer: &Value) -> Result<Self, &'static str> {
        let policy = &answer["policyDocument"];
        if policy["Version"].as_str().is_none() {
            return Err("policyDocument.Version is not text");
        }
        let statements = policy["Statement"].as_array().ok_or("policyDocument.Statement is not a list")?;
        Ok(Self {
            principal_id: answer["principalId"].as_str().ok_or("principalId is not text")?.to_owned(),
            statements: statements.iter().map(Statement::read).collect::<Result<_, _>>()?,
            context: context(answer)?,
        })
    }

    pub(super) fn decide(&self, method_arn: &str) -> Decision {
        let covering = self.statements.iter().filter(|statement| statement.covers(method_arn));
        let verdicts: Vec<bool> = covering.map(|statement| statement.allows).collect();
        match verdicts[..] {
            [] => Decision::ImplicitDeny,
            _ if verdicts.contains(&false) => Decision::ExplicitDeny,
            _ => Decision::Allow,
        }
    }
}

impl Statement {
    fn read(statement: &Value) -> Result<Self, &'static str> {
        let allows = match statement["Effect"].as_str() {
            Some("Allow") => true,
            Some("Deny") => false,
            _ => return Err("Effect is neither Allow nor Deny"),
        };
        if statement.get("Condition").is_some() {
            // `Condition: null` is refused by API Gateway; real conditions are not evaluated here, and guessing
            // would let a request through that AWS refuses.
            return Err("Condition is null, or not supported locally");
        }
        Ok(Self {
            allows,
            actions: texts(&statement["Action"]).ok_or("Action is not text")?,
            resources: texts(&statement["Resource"]).ok_or("Resource is not text")?,
        })
    }

    fn covers(&self, method_arn: &str) -> bool {
        let actions = self.actions.iter().map(|action| action.to_ascii_lowercase());
        actions.into_iter().any(|action| is_match(&action, "execute-api:invoke"))
            && self.resources.iter().any(|resource| is_match(resource, method_arn))
    }
}

/// A flat map of text, numbers and booleans, all handed on as text. Anything else is a configuration error.
fn context(answer: &Value) -> Result<BTreeMap<String, String>, &'static str> {
    let context = match answer.get("context") {
        None => return Ok(BTreeMap::new()),
        Some(context) => context.as_object().ok_or("context is not a map")?,
    };
    let texts = context.iter().map(|(name, value)| match value {
        Value::String(text) => Ok((name.clone(), text.clone())),
        Value::Number(_) | Value::Bool(_) => Ok((name.clone(), value.to_string())),
        _ => Err("context holds something other than text, numbers and booleans"),
    });
    texts.collect()
}

fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

/// IAM's wildcards: `*` is any text, `?` any one character.
fn is_match(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut matched) = (0, 0);
    // Where to go back to: behind the last `*`, with one more character given to it.
    let mut retry = None;
    while matched < text.len() {
        match pattern.get(at) {
            Some('*') => {
                at += 1;
                retry = Some((at, matched));
            }
            Some(expected) if *expected == '?' || *expected == text[matched] => {
                at += 1;
                matched += 1;
            }
            _ => {
                let Some((star, taken)) = retry else { return false };
                retry = Some((star, taken + 1));
                (at, matched) = (star, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ARN: &str = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/GET/sessions/7";

    fn answer(statements: &Value) -> Value {
        json!({
            "principalId": "user",
            "policyDocument": { "Version": "2012-10-17", "Statement": statements },
        })
    }

    fn statement(effect: &str, resource: &str) -> Value {
        json!({ "Action": "execute-api:Invoke", "Effect": effect, "Resource": resource })
    }

    #[track_caller]
    fn assert_decides(statements: &Value, expected: Decision) {
        let answer = Answer::read(&answer(statements)).unwrap();
        assert_eq!(answer.decide(ARN), expected);
    }

    #[test]
    fn decides_as_iam_does() {
        let stage = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/*";
        let other = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/GET/session";
        assert_decides(&json!([statement("Allow", stage)]), Decision::Allow);
        assert_decides(&json!([statement("Allow", ARN)]), Decision::Allow);
        assert_decides(&json!([statement("Allow", other)]), Decision::ImplicitDeny);
        assert_decides(&json!([]), Decision::ImplicitDeny);
        assert_decides(&json!([statement("Allow", stage), statement("Deny", ARN)]), Decision::ExplicitDeny);
        assert_decides(&json!([statement("Deny", other), statement("Allow", stage)]), Decision::Allow);
        let any = json!([{ "Action": ["execute-api:*"], "Effect": "Allow", "Resource": [other, "*"] }]);
        assert_decides(&any, Decision::Allow);
        let wrong_action = json!([{ "Action": "lambda:InvokeFunction", "Effect": "Allow", "Resource": "*" }]);
        assert_decides(&wrong_action, Decision::ImplicitDeny);
    }

    #[test]
    fn wildcards_match_like_iam_wildcards() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*c", "abbbc", true),
            ("a*c", "abbb", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*/GET/*", "api/prod/GET/me", true),
            ("*a*b", "xaxaxb", true),
            ("abc", "abcd", false),
        ] {
            assert_eq!(is_match(pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn turns_the_context_into_text() {
        let mut answer = answer(&json!([]));
        answer["context"] = json!({ "text": "a", "number": 7, "flag": true });
        let context = Answer::read(&answer).unwrap().context;
        let expected = [("flag", "true"), ("number", "7"), ("text", "a")];
        assert_eq!(context.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn refuses_answers_that_api_gateway_refuses() {
        let good = answer(&json!([statement("Allow", "*")]));
        assert!(Answer::read(&good).is_ok());
        for (pointer, value) in [
            ("/principalId", json!(null)),
            ("/policyDocument", json!("allow")),
            ("/policyDocument/Version", json!(null)),
            ("/policyDocument/Statement", json!({})),
            ("/policyDocument/Statement/0/Effect", json!("allow")),
            ("/policyDocument/Statement/0/Resource", json!(null)),
        ] {
            let mut bad = good.clone();
            *bad.pointer_mut(pointer).unwrap() = value;
            assert!(Answer::read(&bad).is_err(), "{pointer}");
        }
        for context in
            [json!(null), json!("text"), json!({ "a": null }), json!({ "a": ["b"] }), json!({ "a": {} })]
        {
            let mut bad = good.clone();
            bad["context"] = context.clone();
            assert!(Answer::read(&bad).is_err(), "{context}");
        }
        let mut conditional = good;
        conditional["policyDocument"]["Statement"][0]["Condition"] = json!(null);
        assert!(Answer::read(&conditional).is_err());
    }
}
