use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::app::App;
use crate::ask::ask;
use crate::problem::{Kind, Problem};
use crate::{api, hls, ingest, links, login, mjpeg, pages, still, ws};

/// All addresses.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/ws/{stream}", get(ws::ws))
        .route("/mjpeg/{stream}", get(mjpeg::mjpeg))
        .route("/hls/{stream}/{file}", get(hls::hls).options(hls::preflight))
        .route("/{stream}/{file}", get(hls::hls).options(hls::preflight))
        .route("/streams/{stream}/{file}", get(hls::hls).options(hls::preflight))
        .route("/still/{file}", get(still::still))
        .route("/ingest/{stream}", post(ingest::ingest))
        .route("/api/streams", get(api::streams))
        .route("/api/streams/{stream}", get(api::stream))
        .route("/api/streams/{stream}/link", post(links::link))
        .route("/api/plugins", get(api::plugins))
        .route("/api/plugins/{plugin}/reload", post(api::reload))
        .route("/api/health", get(api::health))
        .route("/healthz", get(api::healthz))
        .route("/problems/{kind}", get(api::problem))
        .route("/login", get(login::page).post(login::login).layer(DefaultBodyLimit::max(login::MAX_FORM)))
        .route("/logout", post(login::logout))
        .route("/", get(pages::grid))
        .route("/watch/{stream}", get(pages::watch))
        .route("/assets/{file}", get(pages::asset))
        .method_not_allowed_fallback(async || {
            Problem::plain(Kind::MethodNotAllowed, "this address takes another method")
        })
        .fallback(async || Problem::not_found())
        .layer(from_fn_with_state(app.clone(), ask))
        .with_state(app)
}
