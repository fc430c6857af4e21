//! Error codes: the gateway responses of the templates, the answers of `openapi.yaml`, the table of `docs/api.md`.

use facts::{
    Code,
    code::{Row, phrase},
    response::{GATEWAY, Gateway, KEEPS_ITS_STATUS, REFUSALS, Refusal},
};

use crate::{
    markdown::{self, Language, code},
    yaml::scalar,
};

/// What API Gateway answers in our place: all of it, or the four by which a client logs in again or waits.
pub(crate) fn gateway_responses(which: &str) -> Option<Vec<String>> {
    let wanted = match which {
        "all" => GATEWAY,
        "the four of the authorizer" => &GATEWAY[..4],
        _ => return None,
    };
    Some(wanted.iter().flat_map(gateway_response).collect())
}

fn gateway_response(Gateway { kind, code, retry_after, why }: &Gateway) -> Vec<String> {
    let status = (*kind != KEEPS_ITS_STATUS).then_some(code.status());
    let mut lines: Vec<_> = why.iter().map(|line| format!("# {line}")).collect();
    lines.push(format!("{kind}:"));
    lines.extend(status.map(|status| format!("  StatusCode: {status}")));
    lines.extend(
        ["  ResponseParameters:", "    Headers:", "      Content-Type: \"'application/problem+json'\""]
            .map(str::to_owned),
    );
    if let Some(challenge) = code.challenge() {
        lines.push(format!("      WWW-Authenticate: \"'{}'\"", challenge.replace('"', "\\\"")));
    }
    lines.extend(retry_after.map(|seconds| format!("      Retry-After: \"'{seconds}'\"")));
    lines.extend(
        ["      Cache-Control: \"'no-store'\"", "      X-Content-Type-Options: \"'nosniff'\""]
            .map(str::to_owned),
    );
    // Without them a page takes every refusal for a network that is down.
    lines.push(format!("      Access-Control-Allow-Origin: {}", to_pages("!Sub \"'${PageOrigin}'\"")));
    if retry_after.is_some() {
        lines.push(format!("      Access-Control-Expose-Headers: {}", to_pages("\"'Retry-After'\"")));
    }
    let status = status.map(|status| format!(r#""status":{status},"#)).unwrap_or_default();
    let (title, code) = (code.title(), code.as_str());
    let body = format!(
        r#"{{"type":"about:blank","title":"{title}",{status}"code":"{code}","instance":"$context.requestId"}}"#
    );
    lines.extend(["  ResponseTemplates:".to_owned(), format!("    application/json: '{body}'")]);
    lines
}

/// Sent only where there are pages.
fn to_pages(value: &str) -> String {
    format!("!If [HasPages, {value}, !Ref AWS::NoValue]")
}

/// The table of `docs/api.md`.
pub(crate) fn table(language: &str) -> Option<Vec<String>> {
    let language = Language::named(language)?;
    let english = ["Code", "Status", "Headers", "Means", "The client"];
    let head = language.pick(english, ["错误码", "状态码", "响应头", "含义", "客户端怎么做"]);
    let rows = Code::ALL.into_iter().map(|each| {
        let Row { code: name, status, means, client, chinese, .. } = each.row();
        let [means, client] = language.pick([means, client], chinese).map(str::to_owned);
        [code(name), status.to_string(), header(each).map(code).unwrap_or_default(), means, client]
    });
    Some(markdown::table(head, rows))
}

/// The header that a code always has.
fn header(code: Code) -> Option<&'static str> {
    match code {
        Code::MethodNotAllowed => Some("Allow"),
        _ if code.challenge().is_some() => Some("WWW-Authenticate"),
        _ => code.retry_after().map(|_| "Retry-After"),
    }
}

/// The codes as items of a list.
pub(crate) fn listed() -> Vec<String> {
    Code::ALL.map(|code| format!("- {}", code.as_str())).to_vec()
}

/// The codes as members of a union in TypeScript.
pub(crate) fn typed() -> Vec<String> {
    let names: Vec<String> = Code::ALL.map(|code| format!("| '{}'", code.as_str())).to_vec();
    let mut lines = vec!["/** Codes of the service. */".to_owned(), "export type ServiceCode =".to_owned()];
    lines.extend(names.chunks(5).map(|some| format!("  {}", some.join(" "))));
    lines.last_mut().expect("there are codes").push(';');
    lines
}

/// The answers that `openapi.yaml` refers to.
pub(crate) fn responses() -> Vec<String> {
    REFUSALS.iter().flat_map(response).collect()
}

fn response(Refusal { name, status, codes, says, member }: &Refusal) -> Vec<String> {
    let names: Vec<_> = codes.iter().map(|code| code.as_str()).collect();
    let described = format!("{}{says}", in_words(&names)).replace('\'', "''");
    let limits = match names[..] {
        [one] => format!("const: {one}"),
        _ => format!("enum: [{}]", names.join(", ")),
    };
    let mut lines =
        vec![format!("{name}:"), format!("  description: '{described}'"), "  headers:".to_owned()];
    lines.extend(
        headers(*status)
            .iter()
            .map(|(header, schema)| format!("    {header}: {{$ref: '#/components/headers/{schema}'}}")),
    );
    lines.extend(
        [
            "  content:",
            "    application/problem+json:",
            "      schema:",
            "        allOf:",
            "          - {$ref: '#/components/schemas/Problem'}",
        ]
        .map(str::to_owned),
    );
    lines.push(format!("          - properties: {{code: {{{limits}}}}}"));
    lines.push("      examples:".to_owned());
    for code in *codes {
        if code.status() == *status {
            lines.push(example(code.as_str(), *code, ""));
        }
        if *code == Code::Internal {
            lines.push(example("by API Gateway", *code, ""));
        }
    }
    if let (Some(member), Some(last)) = (member, codes.last()) {
        lines.push(example(&format!("{} with more", last.as_str()), *last, &format!("{member}, ")));
    }
    lines
}

fn example(name: &str, code: Code, member: &str) -> String {
    let (title, row) = (phrase(code.status()), code.row());
    // What the gateway says in our place has neither detail nor, where it keeps its own, a status.
    let more = if name == "by API Gateway" {
        String::new()
    } else {
        format!("status: {}, detail: {}, ", row.status, detail(row.detail))
    };
    let instance = "5f6c1f0e-3a52-4d6b-9f34-2b8f9f0a1c2d";
    format!(
        "        {name}: {{value: {{type: 'about:blank', title: {title}, {more}code: {}, {member}instance: {instance}}}}}",
        row.code
    )
}

/// Within braces a comma must not end it, and an apostrophe not begin something.
fn detail(text: &str) -> String {
    if text.contains(',') || text.contains('\'') {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        scalar(text)
    }
}

fn in_words(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| code(name)).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

fn headers(status: u16) -> Vec<(&'static str, &'static str)> {
    let more = match status {
        401 => Some(("WWW-Authenticate", "Challenge")),
        429 | 503 | 504 => Some(("Retry-After", "RetryAfter")),
        500 | 502 => Some(("Retry-After", "MaybeRetryAfter")),
        _ => None,
    };
    [("Cache-Control", "NoStore"), ("X-Content-Type-Options", "NoSniff")].into_iter().chain(more).collect()
}

#[cfg(test)]
mod tests;
