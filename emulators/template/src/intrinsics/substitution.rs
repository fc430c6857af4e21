//! `Fn::Sub`.

use serde_json::{Value, json};

use super::{Scope, TemplateError, parts, plain, shape, text};

impl Scope {
    /// `${Name}`, `${Resource.Attribute}` and `${!literal}`.
    pub(super) fn substitute(&self, argument: &Value) -> Result<Value, TemplateError> {
        let (pattern, own) = match argument {
            Value::Array(_) => {
                let [pattern, own] = parts(argument, "Fn::Sub")?;
                (pattern, self.required(own)?)
            }
            pattern => (pattern, Value::Null),
        };
        let mut rest = text(pattern, "Fn::Sub")?;
        let mut result = String::new();
        while let Some((before, after)) = rest.split_once("${") {
            let (name, tail) = after.split_once('}').ok_or_else(|| shape("Fn::Sub", "a closing brace"))?;
            result.push_str(before);
            result.push_str(&self.variable(name, &own)?);
            rest = tail;
        }
        result.push_str(rest);
        Ok(json!(result))
    }

    fn variable(&self, name: &str, own: &Value) -> Result<String, TemplateError> {
        if let Some(literal) = name.strip_prefix('!') {
            return Ok(format!("${{{literal}}}"));
        }
        if let Some(value) = own.get(name) {
            return Ok(plain(value));
        }
        match name.split_once('.') {
            Some((resource, attribute)) => {
                self.attribute(&json!([resource, attribute])).map(|value| plain(&value))
            }
            None => Ok(self.reference(name)?.as_ref().map(plain).unwrap_or_default()),
        }
    }
}
