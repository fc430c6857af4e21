//! `Conditions` and the functions that are true or false.

use serde_json::Value;

use super::{Scope, TemplateError, parts, plain, shape, unknown};

impl Scope {
    /// A condition of the template by name.
    pub(crate) fn condition(&self, name: &str) -> Result<bool, TemplateError> {
        let condition = self.conditions.get(name).ok_or_else(|| unknown(name))?;
        self.holds(condition)
    }

    fn holds(&self, condition: &Value) -> Result<bool, TemplateError> {
        self.required(condition)?.as_bool().ok_or_else(|| shape("Conditions", "a condition function"))
    }

    pub(super) fn evaluate(&self, name: &str, argument: &Value) -> Result<bool, TemplateError> {
        let operands = argument.as_array().ok_or_else(|| shape(name, "a list"))?;
        if name == "Fn::Equals" {
            let [left, right] = parts(argument, name)?;
            return Ok(plain(&self.required(left)?) == plain(&self.required(right)?));
        }
        let operands = operands.iter().map(|operand| self.holds(operand)).collect::<Result<Vec<_>, _>>()?;
        Ok(match name {
            "Fn::Not" => !operands.first().copied().unwrap_or(false),
            "Fn::And" => operands.iter().all(|holds| *holds),
            _ => operands.iter().any(|holds| *holds),
        })
    }
}
