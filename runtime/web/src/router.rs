use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;

use crate::app::App;
use crate::ask::ask;
use crate::problem::{Kind, Problem};
use crate::routes;

/// All addresses.
pub(crate) fn router(app: Arc<App>) -> Router {
    let router = routes::all().into_iter().fold(Router::new(), |router, route| route.join(router));
    router
        .method_not_allowed_fallback(async || {
            Problem::plain(Kind::MethodNotAllowed, "this address takes another method")
        })
        .fallback(async || Problem::not_found())
        .layer(from_fn_with_state(app.clone(), ask))
        .with_state(app)
}
