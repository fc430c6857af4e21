//! `Fn::Join`, `Fn::Split` and `Fn::Select`.

use serde_json::{Value, json};

use super::{Scope, TemplateError, parts, plain, shape, text};

impl Scope {
    pub(super) fn list_function(&self, name: &str, argument: &Value) -> Result<Value, TemplateError> {
        match name {
            "Fn::Join" => {
                let [separator, items] = parts(argument, name)?;
                let items = self.text_list(items, name)?;
                Ok(json!(items.join(text(separator, name)?)))
            }
            "Fn::Split" => {
                let [separator, whole] = parts(argument, name)?;
                let whole = self.required(whole)?;
                let pieces: Vec<_> = text(&whole, name)?.split(text(separator, name)?).collect();
                Ok(json!(pieces))
            }
            _ => {
                let [index, items] = parts(argument, name)?;
                let index = plain(&self.required(index)?).parse::<usize>();
                let items = self.text_list(items, name)?;
                let item = index.ok().and_then(|index| items.get(index));
                Ok(json!(item.ok_or_else(|| shape(name, "an index inside the list"))?))
            }
        }
    }

    fn text_list(&self, value: &Value, place: &str) -> Result<Vec<String>, TemplateError> {
        let value = self.required(value)?;
        let items = value.as_array().ok_or_else(|| shape(place, "a list"))?;
        Ok(items.iter().map(plain).collect())
    }
}
