//! The published JSON Schema of a function, made from its types: a request, and the answer to it.

use std::path::Path;

use schemars::{
    JsonSchema,
    generate::SchemaSettings,
    transform::{Transform, transform_subschemas},
};
use serde_json::{Map, Value, json};

use crate::Answer;

/// What the types of Rust do not say of a member of a request, by its name.
pub type Form = fn(&str) -> Option<Value>;

/// Compares `docs/<function>.schema.json` with the types.
///
/// # Panics
///
/// When it is not what they say. Then what it should be is in the temporary directory.
pub fn is_published<Request: JsonSchema, Outcome: JsonSchema, Refused: JsonSchema>(
    function: &str,
    form: Form,
) {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("functions/{function}: what it is asked and what it answers"),
        "$defs": {
            "request": schema_of::<Request>(Forms { form, of_answer: false }),
            "answer": schema_of::<Answer<Outcome, Refused>>(Forms { form, of_answer: true }),
        },
    });
    let (made, name) = (format!("{schema:#}\n"), format!("{function}.schema.json"));
    let published = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(&name);
    if std::fs::read_to_string(published).is_ok_and(|published| published == made) {
        return;
    }
    let fresh = std::env::temp_dir().join(&name);
    std::fs::write(&fresh, made).expect("the temporary directory can be written");
    panic!("docs/{name} is not what the types say: cp {} docs/", fresh.display());
}

fn schema_of<T: JsonSchema>(forms: Forms) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    settings.with_transform(forms).into_generator().into_root_schema_for::<T>().to_value()
}

#[derive(Clone)]
struct Forms {
    form: Form,
    of_answer: bool,
}

impl Forms {
    fn of(&self, name: &str) -> Option<Map<String, Value>> {
        // Of an answer it is the code of an error.
        if self.of_answer && name == "code" {
            return None;
        }
        let uuid = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";
        let form = match name {
            "actor" => json!({"minLength": 1, "maxLength": 128}),
            "user_id" | "session_id" => json!({"pattern": uuid}),
            "app_id" | "openid" | "unionid" => json!({"pattern": "^[!-~]{1,48}$"}),
            name => (self.form)(name)?,
        };
        form.as_object().cloned()
    }
}

impl Transform for Forms {
    fn transform(&mut self, schema: &mut schemars::Schema) {
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            for (name, property) in properties {
                let Value::Object(property) = property else { continue };
                property.extend(self.of(name).into_iter().flatten());
                // A validator does not know the format.
                if property.get("format").is_some_and(|format| format == "uint32") {
                    property.entry("maximum").or_insert(u32::MAX.into());
                }
                // An answer leaves out what there is not: it never says null.
                if let Some(Value::Array(types)) = property.get("type").filter(|_| self.of_answer) {
                    let present = types[0].clone();
                    property.insert("type".to_owned(), present);
                }
            }
        }
        transform_subschemas(self, schema);
    }
}
