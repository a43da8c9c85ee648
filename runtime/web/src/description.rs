//! `/api/openapi.json`: what can be asked here, and what is answered, for programs (OpenAPI 3.1). Made of the routes and of the types that are sent.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::HeaderMap;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::problem::{self, Kind};
use crate::route::{Answer, Operation, Route};
use crate::{routes, tag};

/// The document, made once.
static DOCUMENT: LazyLock<(Bytes, String)> = LazyLock::new(|| {
    let text = serde_json::to_vec(&document(&routes::all())).expect("it is JSON");
    let tag = format!("\"{:016x}\"", tag::fnv1a(&text));
    (text.into(), tag)
});

/// `GET /api/openapi.json`.
pub(crate) async fn openapi(headers: HeaderMap) -> Response {
    let (text, tag) = &*DOCUMENT;
    let told = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-cache"), (ETAG, tag.as_str())];
    match tag::is_known(&headers, tag) {
        true => (StatusCode::NOT_MODIFIED, told).into_response(),
        false => (told, text.clone()).into_response(),
    }
}

/// `GET /api/schemas/stream`: the keys of a stream's section, for forms.
pub(crate) async fn stream_schema() -> Response {
    static SCHEMA: LazyLock<Value> = LazyLock::new(config::stream_schema);
    ([(CACHE_CONTROL, "no-cache")], axum::Json(&*SCHEMA)).into_response()
}

/// All of it.
fn document(routes: &[Route]) -> Value {
    let mut settings = SchemaSettings::draft2020_12().for_serialize();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut shapes = settings.into_generator();
    let problem = shapes.subschema_for::<problem::Document<'_>>().to_value();
    let mut paths = Map::new();
    for route in routes {
        let named = named(route.path);
        // OpenAPI knows no parameter of several segments.
        let path = paths.entry(route.path.replace("{*", "{")).or_insert_with(|| json!({ "parameters": named }));
        for operation in &route.operations {
            let told = told(route.path, operation, &problem, &mut shapes);
            path[operation.method.as_str().to_ascii_lowercase()] = told;
        }
    }
    let schemas = shapes.take_definitions(true);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Framegate",
            "description": "Cameras in, browsers out, and what operators may do in between. docs/api.md tells it for people.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
        },
        "servers": [{ "url": "/" }],
        "security": [{}, { "token": [] }, { "password": [] }, { "link": [] }, { "session": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer" },
                "password": { "type": "http", "scheme": "basic" },
                "link": { "type": "apiKey", "in": "query", "name": "token", "description": "A token, or a link's, for players that send no headers." },
                "session": { "type": "apiKey", "in": "cookie", "name": crate::credentials::COOKIE_NAME, "description": "Of a browser's pages: /login." },
            },
        },
    })
}

/// One method of an address.
fn told(path: &str, operation: &Operation, problem: &Value, shapes: &mut SchemaGenerator) -> Value {
    let mut answers = Map::new();
    for Answer { status, description, types, schema } in &operation.answers {
        let shape = schema.map_or_else(|| json!({}), |schema| schema(shapes).to_value());
        let content: Map<_, _> = types.iter().map(|media| ((*media).to_owned(), json!({ "schema": shape }))).collect();
        let mut answer = json!({ "description": description });
        if !content.is_empty() {
            answer["content"] = content.into();
        }
        answers.insert(status.to_string(), answer);
    }
    for (status, words) in problems(path, operation) {
        // A status that is an answer too, as 404 of a page, has both shapes.
        let answer = answers.entry(status.to_string()).or_insert_with(|| json!({ "description": "" }));
        let before = answer["description"].as_str().unwrap_or_default();
        let joined = if before.is_empty() { words.join("; ") } else { format!("{before}; {}", words.join("; ")) };
        answer["description"] = joined.into();
        answer["content"]["application/problem+json"] = json!({ "schema": problem });
    }
    let parameters = operation.parameters.iter().map(|parameter| {
        json!({
            "name": parameter.name, "in": parameter.place, "description": parameter.description, "schema": parameter.schema,
        })
    });
    let mut told = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [group(path)],
        "responses": answers,
    });
    let parameters: Vec<_> = parameters.collect();
    if !parameters.is_empty() {
        told["parameters"] = parameters.into();
    }
    if operation.open {
        told["security"] = json!([]);
    }
    if let Some(body) = &operation.body {
        let shape = (body.schema)(shapes).to_value();
        let content: Map<_, _> =
            body.types.iter().map(|media| ((*media).to_owned(), json!({ "schema": shape }))).collect();
        told["requestBody"] = json!({ "required": true, "content": content });
    }
    told
}

/// By status: what an operation may answer instead of what was asked for. Some of it every address may.
fn problems(path: &str, operation: &Operation) -> BTreeMap<u16, Vec<String>> {
    let mut kinds = vec![Kind::Refused];
    if !operation.open {
        kinds.extend([Kind::Challenged, Kind::TooOften, Kind::Busy]);
    }
    if path.contains("{stream}") {
        kinds.push(Kind::UnknownStream);
    }
    if operation.body.is_some() {
        kinds.extend([Kind::BadBody, Kind::UnknownType, Kind::TooLarge, Kind::TooSlow, Kind::Incomplete]);
    }
    kinds.extend_from_slice(&operation.problems);
    let mut problems = BTreeMap::<_, Vec<_>>::new();
    for kind in kinds {
        let (status, words) = kind.told();
        let of = problems.entry(status).or_default();
        if !of.contains(&words) {
            of.push(words);
        }
    }
    problems
}

/// The parameters that a path has by itself.
fn named(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    let names = names.map(|name| name.trim_start_matches('*'));
    let told = names.map(|name| {
        let schema = match name {
            "stream" => json!({ "type": "string", "pattern": ::media::StreamName::PATTERN }),
            "id" => json!({ "type": "integer", "minimum": 0 }),
            _ => json!({ "type": "string", "minLength": 1 }),
        };
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    });
    told.collect()
}

/// Under which heading an address stands: the room of the house that it leads to.
fn group(path: &str) -> &'static str {
    match path {
        path if ["/v3/", "/cameras/", "/video_feed", "/api/stream/", "/api/status", "/socket.io/"]
            .iter()
            .any(|begin| path.starts_with(begin)) =>
        {
            "compat"
        }
        path if path.starts_with("/api/streams") || path == "/api/viewers" => "streams",
        path if path.starts_with("/api/events") => "events",
        path if path.starts_with("/api/plugins") => "plugins",
        path if path.starts_with("/api/") || matches!(path, "/healthz" | "/readyz" | "/metrics") => "program",
        "/" | "/login" | "/logout" => "pages",
        path if ["/watch/", "/dashboard", "/assets/", "/problems/"].iter().any(|begin| path.starts_with(begin)) => {
            "pages"
        }
        _ => "media",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_operation_has_a_name_of_its_own_and_an_answer() {
        let routes = routes::all();
        let mut ids = BTreeSet::new();
        for operation in routes.iter().flat_map(|route| &route.operations) {
            assert!(ids.insert(operation.id), "{} is there twice", operation.id);
            assert!(!operation.answers.is_empty(), "{} never answers", operation.id);
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn references<'d>(value: &'d Value, found: &mut BTreeSet<&'d str>) {
            match value {
                Value::Object(object) => {
                    found.extend(object.get("$ref").and_then(Value::as_str));
                    object.values().for_each(|inner| references(inner, found));
                }
                Value::Array(list) => list.iter().for_each(|inner| references(inner, found)),
                _ => {}
            }
        }
        let document = document(&routes::all());
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        assert!(!found.is_empty());
        for reference in found {
            let there = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
            assert!(there.is_some(), "{reference}");
        }
    }
}
