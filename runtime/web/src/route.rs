//! An address: what answers there, and what is told of it. The router and the description of the API are made of the same list ([`crate::routes`]), so that
//! nothing is served that is not described.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::Method;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use crate::app::App;
use crate::problem::Kind;

/// An address and everything that may be asked of it.
pub(crate) struct Route {
    /// As axum and OpenAPI both write it: `/api/streams/{stream}`.
    pub(crate) path: &'static str,
    pub(crate) operations: Vec<Operation>,
    methods: MethodRouter<Arc<App>>,
}

/// One method of an address.
pub(crate) struct Operation {
    pub(crate) method: Method,
    /// What programs that are made of the description call it.
    pub(crate) id: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    pub(crate) answers: Vec<Answer>,
    /// What it may answer instead, beside what every address may.
    pub(crate) problems: Vec<Kind>,
    /// Whether nobody is asked who they are.
    pub(crate) open: bool,
}

/// What stands behind `?`, or in a header.
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    /// `query` or `header`.
    pub(crate) place: &'static str,
    pub(crate) description: &'static str,
    pub(crate) schema: Value,
}

/// What is sent.
pub(crate) struct Body {
    pub(crate) types: &'static [&'static str],
    pub(crate) schema: Shape,
}

/// What is answered when all is well.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) description: &'static str,
    pub(crate) types: &'static [&'static str],
    pub(crate) schema: Option<Shape>,
}

/// Tells the shape of some JSON.
pub(crate) type Shape = fn(&mut SchemaGenerator) -> Schema;

/// Of JSON.
pub(crate) const JSON: &[&str] = &["application/json"];

impl Route {
    pub(crate) fn at(path: &'static str) -> Self {
        Self { path, operations: Vec::new(), methods: MethodRouter::new() }
    }

    pub(crate) fn get<H: Handler<T, Arc<App>>, T: 'static>(self, handler: H, told: Operation) -> Self {
        self.on(MethodFilter::GET, Method::GET, handler, told)
    }

    pub(crate) fn post<H: Handler<T, Arc<App>>, T: 'static>(self, handler: H, told: Operation) -> Self {
        self.on(MethodFilter::POST, Method::POST, handler, told)
    }

    pub(crate) fn put<H: Handler<T, Arc<App>>, T: 'static>(self, handler: H, told: Operation) -> Self {
        self.on(MethodFilter::PUT, Method::PUT, handler, told)
    }

    pub(crate) fn patch<H: Handler<T, Arc<App>>, T: 'static>(self, handler: H, told: Operation) -> Self {
        self.on(MethodFilter::PATCH, Method::PATCH, handler, told)
    }

    pub(crate) fn delete<H: Handler<T, Arc<App>>, T: 'static>(self, handler: H, told: Operation) -> Self {
        self.on(MethodFilter::DELETE, Method::DELETE, handler, told)
    }

    pub(crate) fn options<H: Handler<T, Arc<App>>, T: 'static>(self, handler: H, told: Operation) -> Self {
        self.on(MethodFilter::OPTIONS, Method::OPTIONS, handler, told)
    }

    /// Bodies of at most so many bytes are taken by whatever reads them whole.
    pub(crate) fn limited(self, most: usize) -> Self {
        Self { methods: self.methods.layer(DefaultBodyLimit::max(most)), ..self }
    }

    /// Puts it where requests come.
    pub(crate) fn join(self, router: Router<Arc<App>>) -> Router<Arc<App>> {
        router.route(self.path, self.methods)
    }

    fn on<H: Handler<T, Arc<App>>, T: 'static>(
        mut self,
        filter: MethodFilter,
        method: Method,
        handler: H,
        told: Operation,
    ) -> Self {
        self.operations.push(Operation { method, ..told });
        Self { methods: self.methods.merge(on(filter, handler)), ..self }
    }
}

impl Operation {
    /// Something that can be asked, and a sentence of it.
    pub(crate) fn new(id: &'static str, summary: &'static str) -> Self {
        Self {
            method: Method::GET,
            id,
            summary,
            parameters: Vec::new(),
            body: None,
            answers: Vec::new(),
            problems: Vec::new(),
            open: false,
        }
    }

    /// Answers with JSON.
    pub(crate) fn json<T: JsonSchema>(self, status: u16, description: &'static str) -> Self {
        self.shaped(status, description, |shapes| shapes.subschema_for::<T>())
    }

    /// Answers with JSON of this shape.
    pub(crate) fn shaped(self, status: u16, description: &'static str, shape: Shape) -> Self {
        self.answer(Answer { status, description, types: JSON, schema: Some(shape) })
    }

    /// Answers with something else than JSON, one of these media types.
    pub(crate) fn media(self, status: u16, description: &'static str, types: &'static [&'static str]) -> Self {
        self.answer(Answer { status, description, types, schema: None })
    }

    /// Answers that it is done.
    pub(crate) fn done(self, description: &'static str) -> Self {
        self.media(204, description, &[])
    }

    /// Has a body.
    pub(crate) fn body(self, types: &'static [&'static str], schema: Shape) -> Self {
        Self { body: Some(Body { types, schema }), ..self }
    }

    /// Understands this behind `?`.
    pub(crate) fn query(self, name: &'static str, schema: Value, description: &'static str) -> Self {
        self.parameter(Parameter { name, place: "query", description, schema })
    }

    /// Understands this header, a text.
    pub(crate) fn header(self, name: &'static str, description: &'static str) -> Self {
        self.parameter(Parameter { name, place: "header", description, schema: json!({ "type": "string" }) })
    }

    /// May answer with these problems.
    pub(crate) fn problems(mut self, kinds: &[Kind]) -> Self {
        self.problems.extend_from_slice(kinds);
        self
    }

    /// Nobody is asked who they are.
    pub(crate) fn open(self) -> Self {
        Self { open: true, ..self }
    }

    fn answer(mut self, answer: Answer) -> Self {
        self.answers.push(answer);
        self
    }

    fn parameter(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }
}
